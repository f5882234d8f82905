"""Foreign HTML as plain text."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree

# Characters looked at, images inside the text not counted; a mention keeps 20,000. libxml2 is linear on
# nearly everything, and at this size its few bad cases (unclosed between unopened elements) stay under 0.1 s.
LONGEST = 50_000

_TAG = re.compile(r"<[a-zA-Z/!?]")
MOST_ATTRIBUTES = 1_000
_WHOLE_TAG = re.compile(r"<\w(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+")
_BLOCKS = frozenset(
    """
    address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody td tfoot th thead
    tr ul
    """.split()  # noqa: SIM905  # forty quoted words are harder to read
)
_HIDDEN = frozenset(
    ("head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title")
)
_DATA_ADDRESS = re.compile(r"data:[\w/+.-]{1,80}[;,][\w/+.;=,%-]*", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?(?:\n ?)*")


class _Text:
    """Takes the parser's events as they come: no tree is built, so no depth can exhaust it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.hidden = 0

    def start(self, tag: str, attributes: object) -> None:
        self.hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def end(self, tag: str) -> None:
        self.hidden -= tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)

    def comment(self, text: str) -> None:
        """Comments are no text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor are processing instructions."""

    def close(self) -> str:
        return "".join(self.parts)


def plain(html: str) -> str:
    """The text a reader would see: no markup, entities decoded, a line break where a block begins or ends.

    White space in a line is one space; what is hidden (scripts, styles) is gone. Text without markup passes
    through with its line breaks. Only the first 50,000 characters are looked at.
    """
    html = _DATA_ADDRESS.sub("", html)[:LONGEST]
    if _TAG.search(html):
        parser = etree.HTMLParser(target=_Text(), encoding="utf-8")
        source = html.replace("\n", " ").replace("\0", "").encode("utf-8", "replace")
        text = str(etree.fromstring(b"<body>" + source, parser))
    else:
        text = unescape(html)
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def bounded(html: str) -> str:
    """The page without tags whose attributes would take the tree builder quadratic time."""
    return _WHOLE_TAG.sub(_whole_or_nothing, html)


def _whole_or_nothing(tag: re.Match[str]) -> str:
    marks = tag[0].count("=") + tag[0].count("/") + len(tag[0].split()) if len(tag[0]) > 5_000 else 0
    return "" if marks > MOST_ATTRIBUTES else tag[0]
