"""What people type, as templates: a number they leave standing stays the figure it was.

A title is edited as it reads: "212 stories about Fjällvik". On saving, what equals a figure's printed form
becomes its place again, so that the words follow the numbers. A number that is no figure is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pitches.case import HEADLINES, Case
from pitches.decks.contract import block_figures, block_texts
from pitches.decks.text import LONGEST_NAME, Place, clean_line, format_figure, parse, shorten
from pitches.slides import Slide
from pitches.words import PLACE, Text, places

MOST_SHOWN = 12  # figures that an error names


@dataclass(frozen=True)
class Known:
    """A figure as it is printed in the pitch's language."""

    key: str
    printed: str
    label: str


@dataclass
class NotAFigure(ValueError):
    """The text holds numbers that no figure of this pitch proves."""

    numbers: list[str]
    known: list[Known]

    def __str__(self) -> str:
        listed = "; ".join(f"{one.printed} ({one.label})" for one in self.known)
        return _("No figure of this pitch proves %(numbers)s. Use one of these: %(known)s.") % {
            "numbers": ", ".join(_("“%(phrase)s”") % {"phrase": number} for number in self.numbers),
            "known": listed,
        }


def printed(case: Case, text: Text, language: str = "") -> str:
    """The text as people read and edit it, in the pitch's language unless told otherwise.

    A figure that the case has no more is told by "…".
    """
    said, names, zone = language or case.pitch.language, case.ground.names, case.ground.workspace.time_zone
    figures = case.ground.register.figures
    shown = []
    for part in parse(text[said]):
        if isinstance(part, str):
            shown.append(part)
        elif part.kind == "name":
            shown.append(shorten(clean_line(names[part.key]), LONGEST_NAME) if part.key in names else "…")
        else:
            one = figures.get(part.key)
            shown.append(format_figure(one.as_json(), said, zone) if one else "…")  # type: ignore[arg-type]  # the contract's own JSON
    return "".join(shown)


def figures_of(case: Case, slide: Slide | None, language: str = "") -> list[Known]:
    """The pitch's figures with a number in print: those on the slide first, then those of its step.

    Without a slide, those that stand for a step come first.
    """
    said, zone = language or case.pitch.language, case.ground.workspace.time_zone
    shown = _on(slide) if slide else {key for pair in HEADLINES.values() for key in pair}
    found = []
    for key, figure in case.ground.register.figures.items():
        form = format_figure(figure.as_json(), said, zone)  # type: ignore[arg-type]  # the contract's own JSON
        if (re.search(r"\d", form) and not key.startswith("rule.")) or key in shown:
            found.append(Known(key, form, figure.label[said]))
    own = f"s{slide.step}." if slide and slide.step else " "
    return sorted(found, key=lambda one: (one.key not in shown, not one.key.startswith(own)))


def _on(slide: Slide) -> set[str]:
    """The figures that a slide shows, but those of its charts and tables."""
    texts = [slide.title, slide.notes]
    for block in slide.blocks:
        if block["type"] != "table":
            texts += [text for _, text in block_texts(block)]
    few = {key for block in slide.blocks if block["type"] == "table" for key in block_figures(block)}
    return {key for text in texts for key in places(text)} | (few if len(few) <= MOST_SHOWN else set())


def template(case: Case, slide: Slide | None, typed: str, before: Text, language: str = "") -> str:
    """``typed`` with its numbers and names as places; ``before`` is the text that was edited.

    Where several figures print alike, those of ``before`` win, in their order there; then the slide's own.
    Lines stay lines. Raises NotAFigure for a number that is no figure.
    """
    known = figures_of(case, slide, language)
    earlier = PLACE.findall(before[language or case.pitch.language])
    order = {key: at for at, key in reversed(list(enumerate(earlier)))}
    forms: dict[str, list[str]] = {}
    for one in sorted(known, key=lambda one: order.get(one.key, len(order))):
        if one.key in order or _spaced(one.printed) not in forms:
            forms.setdefault(_spaced(one.printed), []).append(f"{{{one.key}}}")
    names = {f"@{name}": _spaced(clean_line(value)) for name, value in case.ground.names.items()}
    for name, shown in sorted(names.items(), key=lambda one: order.get(one[0], len(order))):
        if name in order:
            forms.setdefault(shown, []).append(f"{{{name}}}")
        elif shown and shown not in forms and (name in ("@brand", "@rival") or re.search(r"\d", shown)):
            forms[shown] = [f"{{{name}}}"]
    forms.pop("", None)

    def place(match: re.Match[str]) -> str:
        waiting = forms[match[0]]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    pattern = _alone("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))
    lines = []
    for line in typed.splitlines():
        escaped = _spaced(clean_line(line)).replace("{", "{{").replace("}", "}}")
        lines.append(re.sub(pattern, place, escaped) if forms else escaped)
    result = "\n".join(lines).strip()
    if left := list(_digits(result)):
        raise NotAFigure(left, known[:MOST_SHOWN])
    return result


def _alone(pattern: str) -> str:
    """The pattern as a number of its own: not a part of a longer number or word."""
    return rf"(?<![\w])(?<!\d[.,\s])(?:{pattern})(?!\w)(?![.,\s]\d)"


def _digits(text: str) -> Iterator[str]:
    for part in parse(text):
        if not isinstance(part, Place):
            yield from re.findall(r"\S*\d\S*", part)


def _spaced(text: str) -> str:
    """Every kind of space is one space: nobody types a no-break space."""
    return re.sub(r"\s", " ", text)
