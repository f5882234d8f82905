"""Templates with typed figures -> runs of text, formatted by the rules of a language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from listening.net.errors import gettext_noop
from pitches.decks.contract import Figure, Text
from pitches.decks.words import word

# British forms for English: "31 Dec 2026" is what a European reader expects.
LOCALES = {"en": "en_GB", "sv": "sv_SE"}
LONGEST_NAME = 80
LONGEST_READ = 4 * LONGEST_NAME  # of a name: the rest is not even cleaned, which takes time for each place
_TOKEN = re.compile(r"\{\{|\}\}|\{(@?)([^{}]*)\}|[{}]")
_KEY = re.compile(r"[A-Za-z0-9_.:-]+")
# Controls but tab and line feed, surrogates, private use; what hides or turns the direction; non-characters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\uf8ff\U000f0000-\U0010ffff"
    "\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
    + "]"
)
Tone = Literal["ink", "muted", "accent", "yes", "no", "warning", "paper"]


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look. ``figure`` = the key of the figure printed, ``evidence`` = its proof."""

    text: str
    figure: str | None = None
    evidence: str | None = None
    url: str | None = None  # an original on the web; only http and https
    bold: bool = False
    tone: Tone = "ink"

    def look(self) -> tuple[str | None, str | None, str | None, bool, Tone]:
        """All but the text."""
        return self.figure, self.evidence, self.url, self.bold, self.tone

    def saying(self, text: str) -> Run:
        """Another text in the same look. Lines are broken by the thousand: ``replace`` would be slow."""
        return self if text == self.text else Run(text, *self.look())


@dataclass(frozen=True)
class Place:
    """A gap in a template, to be filled by a figure or a name."""

    kind: Literal["figure", "name"]
    key: str


@dataclass
class TemplateError(ValueError):
    """A template that cannot be read; ``message`` is an English template filled from ``params``."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


def parse(template: str) -> list[str | Place]:
    """Literal text and places, in order. Raises TemplateError."""
    parts: list[str | Place] = []
    position = 0
    for token in _TOKEN.finditer(template):
        parts.append(template[position : token.start()])
        position = token.end()
        if token[0] in ("{{", "}}"):
            parts.append(token[0][0])
        elif token[2] is not None and _KEY.fullmatch(token[2]):
            parts.append(Place("name" if token[1] else "figure", token[2]))
        else:
            message = gettext_noop("A brace in “%(text)s” opens no figure. Write {{ or }} to print a brace.")
            raise TemplateError(message, {"text": template[:120]})
    parts.append(template[position:])
    return [part for part in parts if part != ""]


def resolve(
    text: Text, figures: Mapping[str, Figure], names: Mapping[str, str], language: str, zone: str = "UTC"
) -> list[Run]:
    """One run per literal stretch and per place. Raises TemplateError, KeyError without figure."""
    runs: list[Run] = []
    for part in parse(in_language(text, language)):
        if isinstance(part, str):
            runs.append(Run(clean(part)))
        elif part.kind == "name":
            runs.append(Run(shorten(clean_line(names[part.key][:LONGEST_READ]), LONGEST_NAME)))
        else:
            figure = figures[part.key]
            runs.append(Run(format_figure(figure, language, zone), part.key, figure["evidence"]))
    return runs


def in_language(text: Text, language: str) -> str:
    """The template in this language; what was only written in another is shown as it is."""
    return text.get(language) or next((template for template in text.values() if template), "")


def plain(runs: Iterable[Run]) -> str:
    """The text alone."""
    return "".join(run.text for run in runs)


def format_figure(figure: Figure, language: str, zone: str = "UTC", *, with_unit: bool = False) -> str:
    """The value as people write it. Unknown is a word, never 0. ``with_unit`` adds "days" and the like."""
    value = figure["value"]
    if value is None:
        return word("unknown", language)
    if figure["unit"] == "date":
        return format_moment(str(value), language, zone)
    shown = format_number(float(value), figure["unit"], language, figure.get("currency", ""))
    if with_unit and figure["unit"] in ("days", "hours"):
        return f"{shown}\xa0{word(figure['unit'], language)}"
    return shown


def format_number(value: float, unit: str, language: str, currency: str = "") -> str:
    """4.7 % for 0.047, 1 284, 2.4. Halves are rounded up, as people do."""
    locale = LOCALES[language]
    number = Decimal(repr(value))
    if unit == "percent":
        places = 3 if abs(number) < Decimal("0.0995") else 2
        pattern = {"en": "#,##0.#%", "sv": "#,##0.#\xa0%"}[language]
        return format_percent(_rounded(number, places), format=pattern, locale=locale)
    if unit == "money":
        amount = "#,##0" if number == number.to_integral_value() else "#,##0.00"
        pattern = {"en": f"¤¤\xa0{amount}", "sv": f"{amount}\xa0¤¤"}[language]
        return format_currency(number, currency, pattern, locale=locale, currency_digits=False)
    places = {"count": 0, "rank": 0, "days": 1, "hours": 1, "ratio": 1, "score": 2, "number": 2}[unit]
    return format_decimal(_rounded(number, places), format="#,##0.##", locale=locale)


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def format_moment(moment: str, language: str, zone: str, *, short: bool = False) -> str:
    """An ISO date, or a date and time shown in the time zone with its name. Raises ValueError.

    As the app's own pages write them, without the full stop that Babel puts after a Swedish month.
    """
    locale = LOCALES[language]
    if len(moment) == 10:
        said = format_date(date.fromisoformat(moment), "d MMM" if short else "d MMM y", locale=locale)
    else:
        at = datetime.fromisoformat(moment)
        said = format_datetime(at, "d MMM y HH:mm z", tzinfo=ZoneInfo(zone), locale=locale)
    return said.replace(".", "").replace(" ", "\xa0")


def clean(text: str) -> str:
    """Without what XML forbids and what turns the reading direction: controls, surrogates, non-characters."""
    return _FORBIDDEN.sub("", text)


def clean_line(text: str) -> str:
    """Cleaned, on one line, without doubled spaces."""
    return " ".join(clean(text).split())


def shorten(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def web_address(url: str | None) -> str | None:
    """The address if it is one a reader may safely follow, else None."""
    try:
        parts = urlsplit(clean_line(url or ""))
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError, too
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host):
        return None
    host = f"[{host}]" if ":" in host else host
    rest = "".join(
        mark + quote(text, safe="/:@!$&'()*+,;=?~-._%")
        for mark, text in (("", parts.path), ("?", parts.query), ("#", parts.fragment))
        if text
    )
    address = f"{parts.scheme}://{host}{port}{rest}"
    return address if len(address) <= 2000 else None
