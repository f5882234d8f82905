"""Tags of the pitch pages: a text and a figure, as ``shown`` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from pitches.shown import Shown

register = template.Library()


@register.simple_tag
def say(shown: Shown, text: Mapping[str, str]) -> SafeString:
    """A text with its figures linked: ``{% say shown step.title %}``."""
    return shown.text(dict(text))


@register.simple_tag
def print_figure(shown: Shown, key: str) -> SafeString:
    """One figure, linked to its evidence: ``{% print_figure shown "s1.stories" %}``."""
    return shown.figure(key)


@register.filter
def get(values: Mapping[str, Any], key: str) -> Any:
    """``values[key]``, None when it is not there."""
    return values.get(key)
