"""Tags of a deck on the web: its runs of text. A page has thousands, so they are no templates."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pitches.decks.web import WebGroup, WebRun

register = template.Library()
FIGURE = '<a class="figure" href="{0}" hx-get="{0}" hx-target="#panel-body" aria-haspopup="dialog">{1}</a>'
ORIGINAL = (
    '<a href="{}" rel="noopener noreferrer nofollow ugc external" referrerpolicy="no-referrer"'
    ' dir="auto">{}</a>'
)


@register.simple_tag(name="runs")
def show_runs(runs: Iterable[WebRun]) -> SafeString:
    """Stretches of text, each in its look: ``{% runs slide.title %}``."""
    return format_html_join("", '<span class="deck-{}{}">{}</span>', map(_look, runs))


@register.simple_tag(name="groups")
def show_groups(groups: Iterable[WebGroup]) -> SafeString:
    """Lists and paragraphs: ``{% groups cell %}``."""
    return format_html_join("", "{}", ((_group(group),) for group in groups))


def _look(run: WebRun) -> tuple[str, str, str]:
    text = run.text
    if run.kind in ("figure", "proof"):
        text = format_html(FIGURE, run.href, run.text)
    elif run.kind == "link":
        text = format_html(ORIGINAL, run.href, run.text)
    return run.tone, " deck-bold" if run.bold else "", text


def _group(group: WebGroup) -> SafeString:
    shown = ((show_runs(runs),) for runs in group.paragraphs)
    if group.bullets:
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", shown))
    return format_html_join("", "<p>{}</p>", shown)
