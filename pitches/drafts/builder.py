"""A draft as its builder shows it: every slide as it will be, what can be done to it, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from charts import palette
from pitches import checks, outline
from pitches.case import Case
from pitches.checks import Problem
from pitches.decks import contract, looks, web
from pitches.decks.contract import FREE
from pitches.decks.web import WebDeck, WebSlide
from pitches.decks.words import word
from pitches.drafts import laying, undoing, wordings
from pitches.drafts.edits import PARTS, Edits, Wording, difference
from pitches.drafts.laying import Aside
from pitches.models import Revision
from pitches.shown import evidence_url, page_language
from pitches.slides import Slide
from pitches.words import places

STAYS = {
    "cover": gettext_noop("A deck begins with its cover."),
    "summary": gettext_noop("Nobody can leave out the summary: it shows all five verdicts."),
}
STAYS_AS_PROOF = gettext_noop("Nobody can leave out this slide: without it the figures could not be checked.")
WHY = {
    "verdict": gettext_noop(
        "This was written when the verdict was “%(then)s”. Now it is “%(now)s”, so the slide shows what"
        " Earshot writes until you decide."
    ),
    "figures": gettext_noop(
        "A number in these words is gone, so the slide shows what Earshot writes. Write them anew or discard"
        " them."
    ),
    "free": gettext_noop("A number on this slide is gone. Write it anew, or leave the slide out."),
    "place": gettext_noop("The text that these words stood for is not on this slide any more."),
}
PART = {"title": gettext_noop("Title"), "text": gettext_noop("Text"), "notes": gettext_noop("Notes")}


@dataclass(frozen=True)
class Byline:
    """Who wrote, and when."""

    by: str
    at: datetime | None

    @classmethod
    def of(cls, wordings_: Iterable[Wording]) -> Byline | None:
        """The newest of these; None when there is none."""
        newest = max(wordings_, key=lambda one: one.at, default=None)
        if newest is None:
            return None
        return cls(newest.by or gettext("somebody"), datetime.fromisoformat(newest.at) if newest.at else None)


@dataclass(frozen=True)
class Said:
    """Words that were set aside, as people read them, and why."""

    part: str
    label: str
    text: str
    why: str
    may_be_kept: bool
    byline: Byline | None


@dataclass
class Entry:
    """One slide in the builder. ``up`` and ``down``: the slide behind which it moves, "" for nowhere."""

    key: str
    name: str | Promise
    verdict: str = ""
    verdict_label: str = ""
    edited: Byline | None = None
    unreviewed: Byline | None = None  # who edited it in another language
    asides: list[Said] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stays: str = ""  # why it cannot be left out
    up: str = ""
    down: str = ""
    pages: list[WebSlide] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        return self.key.startswith(FREE)

    @property
    def is_fixed(self) -> bool:
        """Whether its words are Earshot's."""
        return self.key in outline.FIXED

    @property
    def may_move(self) -> bool:
        return self.key not in outline.FIRST

    @property
    def needs_somebody(self) -> bool:
        """Whether somebody has to do something about it before the pitch is frozen."""
        return any(problem.blocks for problem in self.problems)


@dataclass(frozen=True)
class Builder:
    """A case in one language, on its way to be frozen."""

    case: Case
    language: str

    @cached_property
    def problems(self) -> list[Problem]:
        return checks.check(self.case)

    @cached_property
    def keys(self) -> list[str]:
        return [slide.key for slide in self.case.slides]

    @cached_property
    def entries(self) -> list[Entry]:
        """Every slide of the deck in order, without its pages: for the list."""
        return [self._entry(place, slide) for place, slide in enumerate(self.case.slides)]

    def drawn(self, keys: Sequence[str] | None = None) -> dict[str, Entry]:
        """Slides with their pages, as they will be, by key: all, or those asked for that are there."""
        pages: dict[str, list[WebSlide]] = {}
        for page in self._deck(keys).slides:
            pages.setdefault(page.key, []).append(page)
        found = {entry.key: entry for entry in self.entries if keys is None or entry.key in keys}
        for key, entry in found.items():
            entry.pages = pages.get(key, [])
        return found

    @property
    def accent(self) -> str:
        """The workspace's colour, dark enough to be read."""
        return palette.readable(self.case.ground.workspace.accent)

    @property
    def tint(self) -> str:
        """A pale shade of it."""
        return looks.tints(self.accent)["accent"]

    def _deck(self, keys: Sequence[str] | None) -> WebDeck:
        """The deck as the web shows it, or some of its slides: laying out all of them takes longest."""
        snapshot = self.case.as_snapshot(rows=False, details=True if keys is None else self._proofs(keys))
        if keys is not None:
            slides = [slide for slide in snapshot["slides"] if slide["key"] in keys]
            snapshot = {**snapshot, "slides": slides}
        return web.deck(snapshot, self.language, evidence_url(self.case.pitch))

    def _proofs(self, keys: Sequence[str]) -> set[str]:
        """The evidence that these slides show: only of that the details are read."""
        register = self.case.ground.register
        if "register" in keys:
            return set(register.evidence)
        slides = [slide for slide in self.case.slides if slide.key in keys]
        beside = {key for slide in slides for text in (slide.notes, slide.footer) for key in places(text)}
        shown = {name for slide in slides for name in slide.as_json(0, register)["evidence"]}
        return {*shown, *register.proofs(beside)}

    @property
    def left(self) -> list[Entry]:
        """What is not in the deck and can be brought in, in the order of a whole deck."""
        order = {key: place for place, key in enumerate((*outline.CORE, *outline.APPENDIX))}
        found = sorted(self.case.laid.left, key=lambda slide: order.get(slide.key, len(order)))
        return [Entry(slide.key, self.name(slide.key)) for slide in found]

    def name(self, key: str) -> str | Promise:
        """What people call a slide: those they added by their titles."""
        if not key.startswith(FREE):
            return outline.name(key)
        edits = self.case.edits
        for language in (self.language, *contract.LANGUAGES):
            if wording := edits.wording(language, key, "title"):
                return wordings.printed(self.case, {language: wording.text}, language)
        return gettext("Free slide")

    def generated(self, key: str, part: str) -> str:
        """What Earshot writes there; "" on a slide of people's own."""
        slide = self.case.laid.generated.get(key)
        return text_of(slide, part)[self.language] if slide else ""

    def _entry(self, place: int, slide: Slide) -> Entry:
        keys, edits = self.keys, self.case.edits
        verdict = slide.verdict or ""
        found = Entry(
            slide.key, self.name(slide.key), verdict, word(verdict, page_language()) if verdict else ""
        )
        found.problems = [problem for problem in self.problems if problem.slide == slide.key]
        found.asides = [
            self._said(one)
            for one in self.case.laid.asides
            if one.slide == slide.key and one.language == self.language
        ]
        found.stays = stays(slide.key)
        found.up = keys[place - 2] if place > 1 and found.may_move else ""
        found.down = keys[place + 1] if found.may_move and place + 1 < len(keys) else ""
        if self.language in slide.edited:
            written = edits.texts.get(self.language, {}).get(slide.key, {})
            found.edited = Byline.of(one for part, one in written.items() if part in PARTS)
        elif contract.unreviewed(slide.edited, slide.reviewed, self.language):
            others = [edits.texts.get(other, {}).get(slide.key, {}) for other in slide.edited]
            found.unreviewed = Byline.of(
                one for parts in others for part, one in parts.items() if part in PARTS
            )
        return found

    def _said(self, one: Aside) -> Said:
        reason = "free" if one.slide.startswith(FREE) else one.why
        why = gettext(WHY[reason])
        if one.why == "verdict":
            then, now = (
                word(verdict, page_language())
                for verdict in (one.wording.verdict, self.case.verdicts.get(one.slide, "not_enough"))
            )
            why %= {"then": then, "now": now}
        text = wordings.printed(self.case, {self.language: one.wording.text}, self.language)
        return Said(
            one.part, gettext(PART[one.part]), text, why, one.why == "verdict", Byline.of([one.wording])
        )


def stays(key: str) -> str:
    """Why a slide cannot be left out, "" when it can."""
    if key not in outline.ALWAYS:
        return ""
    return gettext(STAYS.get(key, STAYS_AS_PROOF))


@dataclass(frozen=True)
class Step:
    """A change that can be taken back or done again: which, what it was, by whom and when."""

    revision: int
    what: str
    by: str
    at: datetime


def steps(builder: Builder) -> tuple[Step | None, Step | None]:
    """What undo would take back and what redo would do again."""
    pitch = builder.case.pitch
    revisions = Revision.objects.filter(pitch=pitch).select_related("made_by")
    last = revisions.filter(undone__isnull=True).first()
    first = revisions.filter(undone__isnull=False).last()
    now = builder.case.edits
    back = _step(builder, last, Edits.from_json(last.edits), now) if last else None
    again = _step(builder, first, now, Edits.from_json(first.undone or {})) if first else None
    return back, again


def _step(builder: Builder, revision: Revision, before: Edits, after: Edits) -> Step:
    what = described(builder, before, after)
    by = str(revision.made_by) if revision.made_by else gettext("somebody")
    return Step(revision.pk, what, by, revision.made_at)


def described(builder: Builder, before: Edits, after: Edits) -> str:
    """What was done between two states, in words."""
    change = difference(before, after)
    return undoing.said(change, str(builder.name(change.slide)))


def text_of(slide: Slide, part: str) -> Mapping[str, str]:
    """What stands on the slide in the place of a part."""
    if part == "title":
        return slide.title
    if part == "notes":
        return slide.notes
    place = laying.text_place(slide)
    found: Mapping[str, str] = slide.blocks[place]["text"] if place is not None else {"en": "", "sv": ""}
    return found
