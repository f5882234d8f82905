"""What people type, as templates: a number they leave standing stays the figure it was.

A title is edited as it reads: "212 stories about Fjällvik". On saving, what equals a figure's printed form
becomes its place again, so that the words follow the numbers. A number that is no figure is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pitches.case import Case, StepCase
from pitches.decks.text import Place, clean_line, format_figure, parse, plain, resolve
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


def printed(case: Case, text: Text) -> str:
    """The text as people read and edit it, in the pitch's language."""
    figures = {key: figure.as_json() for key, figure in case.ground.register.figures.items()}
    zone = case.ground.workspace.time_zone
    return plain(resolve(text, figures, case.ground.names, case.pitch.language, zone))  # type: ignore[arg-type]  # the contract's own JSON


def figures_of(case: Case, step: StepCase) -> list[Known]:
    """The pitch's figures with a number in print, those that belong to the step first."""
    language, zone = case.pitch.language, case.ground.workspace.time_zone
    shown = places(step.title) | places(step.reasoning)
    found = []
    for key, figure in case.ground.register.figures.items():
        form = format_figure(figure.as_json(), language, zone)  # type: ignore[arg-type]  # the contract's own JSON
        if (re.search(r"\d", form) and not key.startswith("rule.")) or key in shown:
            found.append(Known(key, form, figure.label[language]))
    own = f"s{step.number}."
    return sorted(found, key=lambda one: (one.key not in shown, not one.key.startswith(own)))


def template(case: Case, step: StepCase, typed: str, before: Text) -> str:
    """``typed`` with its numbers and names as places; ``before`` is the text that was edited.

    Where several figures print alike, those of ``before`` win, in their order there; then the step's own.
    Raises NotAFigure for a number that is no figure.
    """
    known = figures_of(case, step)
    order = {key: at for at, key in reversed(list(enumerate(PLACE.findall(before[case.pitch.language]))))}
    forms: dict[str, list[str]] = {}
    for one in sorted(known, key=lambda one: order.get(one.key, len(order))):
        if one.key in order or _spaced(one.printed) not in forms:
            forms.setdefault(_spaced(one.printed), []).append(f"{{{one.key}}}")
    for name, value in case.ground.names.items():
        shown = _spaced(clean_line(value))
        if shown and (name in ("brand", "rival") or re.search(r"\d", shown)):
            forms[shown] = [f"{{@{name}}}"]
    escaped = _spaced(clean_line(typed)).replace("{", "{{").replace("}", "}}")

    def place(match: re.Match[str]) -> str:
        waiting = forms[match[0]]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    pattern = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    result = re.sub(_alone(pattern), place, escaped) if forms else escaped
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
