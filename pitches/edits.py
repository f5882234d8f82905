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
from pitches.words import Text, places

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
            "numbers": ", ".join(f"“{number}”" for number in self.numbers),
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
    generated = places(step.generated_title) | places(step.generated_reasoning)
    found = []
    for key, figure in case.ground.register.figures.items():
        form = format_figure(figure.as_json(), language, zone)  # type: ignore[arg-type]  # the contract's own JSON
        if re.search(r"\d", form) and not key.startswith("rule.") or key in generated:
            found.append(Known(key, form, figure.label[language]))
    own = f"s{step.number}."
    return sorted(found, key=lambda one: (one.key not in generated, not one.key.startswith(own)))


def template(case: Case, step: StepCase, typed: str) -> str:
    """``typed`` with its numbers and names as places. Raises NotAFigure for a number that is no figure.

    Where several figures print alike, the one that the generated words use wins, then the step's own.
    """
    known = figures_of(case, step)
    place_of: dict[str, str] = {}
    for one in known:
        place_of.setdefault(_spaced(one.printed), f"{{{one.key}}}")
    for name, value in case.ground.names.items():
        shown = clean_line(value)
        if shown and (name in ("brand", "rival") or re.search(r"\d", shown)):
            place_of[_spaced(shown)] = f"{{@{name}}}"
    escaped = _spaced(clean_line(typed)).replace("{", "{{").replace("}", "}}")
    forms = sorted(place_of, key=len, reverse=True)
    pattern = "|".join(re.escape(form) for form in forms)
    result = re.sub(_alone(pattern), lambda match: place_of[match[0]], escaped) if forms else escaped
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
