"""Tags of every page, built in (no ``{% load %}``): icon, figure, when, number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()
RELATIVE_FOR = timedelta(days=7)  # after a week "23 Nov 2026" tells more than "9 days ago"
UNKNOWN = "–"


@cache
def icons() -> dict[str, dict[str, Any]]:
    """Path data by name, as ``tools/vendor.py`` wrote it."""
    return json.loads((settings.BASE_DIR / "static" / "vendor" / "icons.json").read_text())


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """An icon drawn into the page; ``label`` names it for screen readers where no text stands beside it.

    Raises KeyError for an icon that is not in ``tools/vendor.py``: add it there.
    """
    drawing = icons()[name]
    paths = format_html_join("", '<path d="{}"/>', ((path,) for path in drawing["paths"]))
    meaning = format_html('role="img" aria-label="{}"' if label else 'aria-hidden="{}"', label or "true")
    return format_html(
        '<svg class="icon{}" width="{}" height="{}" viewBox="0 0 24 24" {}>{}</svg>',
        " icon-filled" if drawing["filled"] else "", size, size, meaning, paths,
    )  # fmt: skip


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """A number as the reader's language writes it: 1,284 or 1 284. None, not known, is "–", never a zero."""
    if value is None or value == "":
        return UNKNOWN
    rounded = round(value, decimals)  # number_format alone cuts off, and 44.8 would be 44
    return formats.number_format(rounded, decimal_pos=decimals, use_l10n=True, force_grouping=True)


@register.filter
def percent(value: float | None, decimals: int = 0) -> str:
    """So many of a hundred as the reader's language writes it: 29.8% in English, 29,8 % in Swedish."""
    space = "" if (get_language() or "en").startswith("en") else "\u00a0"
    return f"{number(value, decimals)}{space}%"


@register.simple_tag
def figure(value: Any, url: str = "", unit: str = "", label: str = "", decimals: int = 0) -> SafeString:
    """A number whose quiet underline opens its evidence: a real link that htmx opens in the side panel.

    ``value`` None prints "–" and is read out as "not known"; a str is printed as it is. ``label`` tells a
    screen reader what the number counts. Without ``url`` there is nothing to open and no underline.
    """
    known = value is not None and value != ""
    text = value if isinstance(value, str) and known else number(value, decimals)
    spoken = format_html(' <span class="visually-hidden">{}</span>', label) if label else ""
    if not known:
        spoken = format_html(' <span class="visually-hidden">{} {}</span>', _("not known"), label)
    shown = format_html("{}{}{}", text, f"\u00a0{unit}" if unit and known else "", spoken)
    if not url:
        return format_html('<span class="figure-plain">{}</span>', shown)
    return format_html(
        '<a class="figure" href="{0}" hx-get="{0}" hx-target="#panel-body" aria-haspopup="dialog"'
        ' title="{1}">{2}</a>',
        url, _("Show what this number rests on"), shown,
    )  # fmt: skip


@register.simple_tag
def when(moment: datetime | None, style: str = "relative") -> SafeString:
    """A time in the workspace's zone. ``style`` is "relative" (exact time on hover), "absolute" or "date"."""
    if moment is None:
        return format_html('<span class="text-secondary">{}</span>', UNKNOWN)
    local = timezone.localtime(moment)
    exact = f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
    if style == "absolute":
        text = exact
    elif style == "date" or abs(timezone.now() - moment) > RELATIVE_FOR:
        text = formats.date_format(local, "DATE_FORMAT")
    else:
        text = naturaltime(moment)
        if text.endswith("\xa0sedan") or text.endswith(" sedan"):
            text = f"för {text}"  # which Django's Swedish leaves out
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, text)


@register.filter
def any_failed(coverage: Iterable[Any]) -> bool:
    """Whether a line of a coverage strip says "failed": then the strip opens by itself."""
    return any((line["state"] if isinstance(line, dict) else line.state) == "failed" for line in coverage)
