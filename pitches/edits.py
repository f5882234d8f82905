"""What people changed about a generated deck, as one document: ``Pitch.edits``.

A case is measured anew whenever somebody looks; this document is laid over it, so that an edit survives every
rebuild. Texts are templates (see ``pitches.wordings``) and belong to a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pitches.words import Text

FREE = "free-"  # how the keys of slides begin that people added: "free-1"


@dataclass(frozen=True)
class Wording:
    """What a person wrote in the place of a generated text; ``by`` is their name, ``at`` a time."""

    text: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Edits:
    """``texts``: language -> slide key -> part -> wording; a part is "title" or "text" (the slide's first
    paragraph, for a step its reasoning). ``order``: slide keys as people arranged them. ``dropped``: keys of
    slides left out. ``free``: keys of added slides. ``quotes``: the mentions chosen to be quoted, by id."""

    texts: Mapping[str, Mapping[str, Mapping[str, Wording]]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
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
        lists = {name: tuple(stored.get(name, ())) for name in ("order", "dropped", "free", "quotes")}
        return cls(texts, **lists)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON for ``Pitch.edits``."""
        found = asdict(self)
        return found | {name: list(found[name]) for name in ("order", "dropped", "free", "quotes")}

    def wording(self, language: str, slide: str, part: str) -> Wording | None:
        """What somebody wrote there, if anybody did."""
        return self.texts.get(language, {}).get(slide, {}).get(part)

    def languages(self, slide: str, parts: Iterable[str] = ("title", "text")) -> tuple[str, ...]:
        """The languages in which somebody changed one of these parts of a slide."""
        wanted = tuple(parts)
        return tuple(
            sorted(
                language
                for language, slides in self.texts.items()
                if any(part in slides.get(slide, {}) for part in wanted)
            )
        )

    def over(self, text: Text, slide: str, part: str) -> Text:
        """The generated text with what people wrote over it, each in its language."""
        found = dict(text)
        for language in text:
            if wording := self.wording(language, slide, part):
                found[language] = wording.text
        return found

    def written(self, language: str, slide: str, part: str, text: str, by: str, at: datetime) -> Edits:
        """With this wording; "" goes back to what is generated."""
        slides = {name: dict(parts) for name, parts in self.texts.get(language, {}).items()}
        parts = slides.setdefault(slide, {})
        parts.pop(part, None)
        if text:
            parts[part] = Wording(text, by, at.isoformat())
        if not parts:
            del slides[slide]
        return replace(self, texts={**self.texts, language: slides})
