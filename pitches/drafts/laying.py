"""What people wrote, laid over generated slides: the one place where both meet.

Words that cannot be printed honestly are set aside, never lost: words that name a figure which is gone, and
words about a verdict which is another now. The slide then shows what is generated, and people decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from pitches import slides as show
from pitches.decks.text import Place, TemplateError, parse
from pitches.decks.words import word
from pitches.drafts.edits import PARTS, REVIEW, Edits, Wording
from pitches.outline import FIXED
from pitches.slides import Block, Slide
from pitches.words import LANGUAGES, Text
from pitches.words import table as sentences

BULLET = re.compile(r"\s*[-*•]\s+")  # how a line of a list begins where people type
Why = Literal["verdict", "figures", "place"]


@dataclass(frozen=True)
class Aside:
    """Words that a slide does not show as they were written.

    ``why``: the "verdict" is another now, "figures" in them are gone, or the "place" where they stood is.
    """

    language: str
    slide: str
    part: str
    wording: Wording
    why: Why


@dataclass(frozen=True)
class Laid:
    """The deck in order, the slides that are left out of it, and the words that were set aside.

    ``generated``: by key, the slides as they are without any edit.
    """

    slides: tuple[Slide, ...] = ()
    left: tuple[Slide, ...] = ()
    asides: tuple[Aside, ...] = ()
    generated: Mapping[str, Slide] = field(default_factory=dict)


@dataclass
class Laying:
    """Lays the edits of one case. ``known``: the keys of its figures, and of its names with their "@"."""

    edits: Edits
    known: Collection[str]
    verdicts: Mapping[str, str] = field(default_factory=dict)  # of each slide that is judged
    asides: list[Aside] = field(default_factory=list)

    def over(self, slide: Slide) -> Slide:
        """A generated slide with what people wrote over it, each in its language."""
        texts = {"title": dict(slide.title), "notes": dict(slide.notes)}
        place = text_place(slide)
        if place is not None:
            texts["text"] = dict(slide.blocks[place]["text"])
        edited, titled, allowed = set(slide.edited), set(slide.titled), parts_of(slide)
        for language in LANGUAGES:
            for part in PARTS:
                wording = self.edits.wording(language, slide.key, part)
                if wording is None:
                    continue
                why: Why | None = self._wrong(slide.key, wording) if part in allowed else "place"
                if why:
                    self.asides.append(Aside(language, slide.key, part, wording, why))
                else:
                    texts[part][language] = wording.text
                    edited.add(language)
                    titled |= {language} if part == "title" else set()
        blocks = list(slide.blocks)
        if place is not None:
            blocks[place] = {**blocks[place], "text": texts["text"]}
        seen = {*slide.reviewed, *self.edits.languages(slide.key, (REVIEW,))} - edited
        return replace(
            slide,
            title=texts["title"],
            notes=texts["notes"],
            blocks=blocks,
            edited=sorted(edited),
            titled=sorted(titled),
            reviewed=sorted(seen),
        )

    def _wrong(self, slide: str, wording: Wording) -> Why | None:
        if wording.verdict and wording.verdict != self.verdicts.get(slide, wording.verdict):
            return "verdict"
        return "figures" if self._gone(wording.text) else None

    def _gone(self, template: str) -> bool:
        try:
            places = [part for part in parse(template) if isinstance(part, Place)]
        except TemplateError:
            return True
        return any(_key(place) not in self.known for place in places)

    def free(self, key: str) -> Slide | None:
        """A slide that people added. Nothing of it is generated: every language shows what was written.

        A figure that is gone is unknown there, which is a word and no number.
        """
        written = {
            language: self._free_parts(language, key)
            for language in LANGUAGES
            if self.edits.wording(language, key, "title")
        }
        if not written:
            return None
        first = next(iter(written.values()))
        texts = {language: written.get(language, first) for language in LANGUAGES}
        notes = dict(sentences()["free.notes"])
        notes |= {language: parts["notes"] for language, parts in texts.items() if parts["notes"]}
        return Slide(
            key,
            {language: parts["title"] for language, parts in texts.items()},
            _free_blocks({language: parts["text"] for language, parts in texts.items()}),
            notes,
            edited=sorted(written),
            titled=sorted(written),
            reviewed=[one for one in self.edits.languages(key, (REVIEW,)) if one not in written],
        )

    def _free_parts(self, language: str, key: str) -> dict[str, str]:
        parts = {}
        for part in PARTS:
            wording = self.edits.wording(language, key, part)
            parts[part] = wording.text if wording else ""
            if wording and self._gone(wording.text):
                self.asides.append(Aside(language, key, part, wording, "figures"))
                parts[part] = self._with_unknown(wording.text, language)
        return parts

    def _with_unknown(self, template: str, language: str) -> str:
        try:
            parts = parse(template)
        except TemplateError:
            return word("unknown", language)
        return "".join(_written(part, language, self.known) for part in parts)


def _key(place: Place) -> str:
    return f"@{place.key}" if place.kind == "name" else place.key


def _written(part: str | Place, language: str, known: Collection[str]) -> str:
    if isinstance(part, str):
        return part.replace("{", "{{").replace("}", "}}")
    key = _key(part)
    return f"{{{key}}}" if key in known else word("unknown", language)


def text_place(slide: Slide) -> int | None:
    """Which block holds the text that people can write over; None when there is none.

    Never those of the proof, nor the cover's lines, which say what was filled in about the pitch.
    """
    if slide.key in FIXED or slide.layout == "cover":
        return None
    return next((place for place, block in enumerate(slide.blocks) if block["type"] == "text"), None)


def parts_of(slide: Slide, is_free: bool = False) -> tuple[str, ...]:
    """What of a slide people can write over."""
    if slide.key in FIXED:
        return ("notes",)
    return PARTS if is_free or text_place(slide) is not None else ("title", "notes")


def _free_blocks(text: Text) -> list[Block]:
    """Lines as paragraphs, lines that begin with a dash as bullets.

    A block belongs to all languages: where they differ in form, the first that was written gives it.
    """
    lines = {language: _lines(template) for language, template in text.items()}
    shapes = {tuple(is_bullet for is_bullet, _ in found) for found in lines.values()}
    if len(shapes) > 1:  # as one paragraph for each line, so that each language says all of its own
        whole = {language: _joined(found) for language, found in lines.items()}
        some = next(one for one in whole.values() if one)
        return [show.paragraph({language: one or some for language, one in whole.items()})]
    blocks: list[Block] = []
    shape = next(iter(shapes), ())
    place = 0
    for is_bullet, run in groupby(shape):
        length = len(list(run))
        rows = [
            {language: found[at][1] for language, found in lines.items()}
            for at in range(place, place + length)
        ]
        blocks += show.bullets(rows) if is_bullet else [show.paragraph(row) for row in rows]
        place += length
    return blocks


def _lines(template: str) -> list[tuple[bool, str]]:
    found = []
    for line in template.splitlines():
        if stripped := BULLET.sub("", line, count=1).strip():
            found.append((bool(BULLET.match(line)), stripped))
    return found


def _joined(lines: Iterable[tuple[bool, str]]) -> str:
    return "\n".join(f"• {line}" if is_bullet else line for is_bullet, line in lines)


def summed(leads: Sequence[Slide]) -> tuple[list[str], list[str]]:
    """In which languages the titles of some slides were edited, and in which the rest was reviewed.

    For a slide that repeats these titles.
    """
    edited = sorted({language for lead in leads for language in lead.titled})
    reviewed = [
        language
        for language in LANGUAGES
        if edited
        and language not in edited
        and all(not lead.titled or language in (*lead.titled, *lead.reviewed) for lead in leads)
    ]
    return edited, reviewed
