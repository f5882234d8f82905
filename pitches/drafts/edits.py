"""What people changed about a generated deck, as one document: ``Pitch.edits``.

A case is measured anew whenever somebody looks; this document is laid over it (``laying``), so that an edit
survives every rebuild. Texts are templates (see ``wordings``) and belong to a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pitches import outline
from pitches.decks.contract import FREE

PARTS = ("title", "text", "notes")
REVIEW = "review"  # in the place of a part: somebody read what is generated there and lets it stand
LISTS = ("order", "dropped", "brought", "free", "quotes")
MOST_QUOTES = 3
MOST_FREE = 12


@dataclass(frozen=True)
class Wording:
    """What a person wrote in the place of a generated text; ``by`` is their name, ``at`` a time.

    ``verdict``: what the slide was judged to be then. Words about another verdict are not printed.
    """

    text: str
    by: str = ""
    at: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Edits:
    """``texts``: language -> slide key -> part -> wording; a part is "title", "text" (the slide's first
    paragraph, for a step its reasoning) or "notes". ``order``: slide keys as people arranged them.
    ``dropped``: keys of slides left out. ``brought``: keys of slides that this length would leave out.
    ``free``: keys of added slides. ``quotes``: the mentions chosen to be quoted, by id."""

    texts: Mapping[str, Mapping[str, Mapping[str, Wording]]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    quotes: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Edits:
        """The document as ``Pitch.edits`` keeps it."""
        texts = {
            language: {
                slide: {part: Wording(**wording) for part, wording in parts.items()}
                for slide, parts in slides.items()
            }
            for language, slides in stored.get("texts", {}).items()
        }
        lists = {name: tuple(stored.get(name, ())) for name in LISTS}
        return cls(texts, **lists)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON for ``Pitch.edits``."""
        found = asdict(self)
        return found | {name: list(found[name]) for name in LISTS}

    # What was written

    def wording(self, language: str, slide: str, part: str) -> Wording | None:
        """What somebody wrote there, if anybody did."""
        return self.texts.get(language, {}).get(slide, {}).get(part)

    def languages(self, slide: str, parts: Iterable[str] = PARTS) -> tuple[str, ...]:
        """The languages in which somebody changed one of these parts of a slide."""
        wanted = tuple(parts)
        return tuple(
            sorted(
                language
                for language, slides in self.texts.items()
                if any(part in slides.get(slide, {}) for part in wanted)
            )
        )

    def written(
        self, language: str, slide: str, part: str, text: str, by: str, at: datetime, verdict: str = ""
    ) -> Edits:
        """With this wording; "" goes back to what is generated. Other languages want to be read again."""
        wording = Wording(text, by, at.isoformat(), verdict) if text else None
        found = self._with(language, slide, part, wording)
        for other in self.texts:
            found = found._with(other, slide, REVIEW, None)
        return found

    def kept(self, language: str, slide: str, verdict: str) -> Edits:
        """Somebody saw that the verdict is another now and lets what is written stand."""
        found = self
        for part, wording in self.texts.get(language, {}).get(slide, {}).items():
            found = found._with(language, slide, part, replace(wording, verdict=verdict))
        return found

    def discarded(self, language: str, slide: str) -> Edits:
        """Without anything written on a slide in this language."""
        found = self
        for part in PARTS:
            found = found._with(language, slide, part, None)
        return found

    def reviewed(self, language: str, slide: str, by: str, at: datetime) -> Edits:
        """Somebody read what is generated in this language while another one was edited."""
        return self._with(language, slide, REVIEW, Wording("", by, at.isoformat()))

    def _with(self, language: str, slide: str, part: str, wording: Wording | None) -> Edits:
        slides = {name: dict(parts) for name, parts in self.texts.get(language, {}).items()}
        parts = slides.setdefault(slide, {})
        parts.pop(part, None)
        if wording:
            parts[part] = wording
        if not parts:
            del slides[slide]
        texts = {**self.texts, language: slides}
        return replace(self, texts={name: found for name, found in texts.items() if found})

    # Which slides, in which order

    def moved(self, shown: Sequence[str], slide: str, after: str) -> Edits:
        """With a slide of those shown behind another one. Moving it there twice is moving it once."""
        if slide == after or slide not in shown or after not in shown or slide in outline.FIRST:
            return self
        arranged = [key for key in shown if key != slide]
        arranged.insert(arranged.index(after) + 1, slide)
        return self if arranged == list(shown) else self._arranged(arranged)

    def _arranged(self, shown: Sequence[str]) -> Edits:
        """What is not shown now keeps its place behind the slide it followed."""
        return replace(self, order=tuple(outline.arranged(shown, self.order)))

    def left_out(self, slide: str) -> Edits:
        """Without a slide; what is written on it is kept. What proves the figures stays."""
        if slide in outline.ALWAYS or slide in self.dropped:
            return self
        brought = tuple(key for key in self.brought if key != slide)
        return replace(self, dropped=(*self.dropped, slide), brought=brought)

    def brought_in(self, slide: str) -> Edits:
        """With a slide that was left out, by a person or by the length."""
        dropped = tuple(key for key in self.dropped if key != slide)
        if slide in self.free:
            return replace(self, dropped=dropped)
        brought = self.brought if slide in self.brought else (*self.brought, slide)
        return replace(self, dropped=dropped, brought=brought)

    def added(self, shown: Sequence[str], slide: str, after: str) -> Edits:
        """With one more free slide, called ``slide``, behind one of those shown."""
        place = shown.index(after) + 1 if after in shown else len(shown)
        arranged = [*shown[:place], slide, *shown[place:]]
        return replace(self._arranged(arranged), free=(*self.free, slide))

    def next_free(self) -> str:
        """What the next free slide is called."""
        taken = [int(key.removeprefix(FREE)) for key in self.free]
        return f"{FREE}{max(taken, default=0) + 1}"

    def quoting(self, mentions: Sequence[int]) -> Edits:
        """With these mentions to be quoted."""
        return replace(self, quotes=tuple(dict.fromkeys(mentions))[:MOST_QUOTES])


@dataclass(frozen=True)
class Change:
    """What one change was: a key of ``pitches.changes.SAID``, and the slide it touched ("" = many)."""

    kind: str
    slide: str = ""


def difference(before: Edits, after: Edits) -> Change:
    """What was done between two states of the document, told by the two alone."""
    for kind, one, other in (
        ("added", before.free, after.free),
        ("dropped", before.dropped, after.dropped),
        ("brought", after.dropped, before.dropped),
        ("brought", before.brought, after.brought),
    ):
        if more := [key for key in other if key not in one]:
            return Change(kind, more[0])
    if before.quotes != after.quotes:
        return Change("quotes", "voices")
    if before.texts != after.texts:
        return _rewritten(before, after)
    return Change("moved", _moved(before.order, after.order))


def _rewritten(before: Edits, after: Edits) -> Change:
    found: dict[str, set[str]] = {}
    for language in {*before.texts, *after.texts}:
        then, now = before.texts.get(language, {}), after.texts.get(language, {})
        for slide in {*then, *now}:
            old, new = then.get(slide, {}), now.get(slide, {})
            parts = {part for part in {*old, *new} if old.get(part) != new.get(part)}
            if parts:
                found.setdefault(slide, set()).update(parts)
    slide, parts = next(iter(sorted(found.items())))
    return Change("reviewed" if parts == {REVIEW} else "wrote", slide)


def _moved(before: Sequence[str], after: Sequence[str]) -> str:
    """The one slide without which both orders are the same; "" when nobody can tell."""
    if not before or set(before) != set(after):
        return ""
    for slide in after:
        if [key for key in before if key != slide] == [key for key in after if key != slide]:
            return slide
    return ""
