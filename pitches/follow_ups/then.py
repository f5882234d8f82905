"""The numbers and words of an earlier, frozen pitch, brought into a new one with their proof.

A number of then is a figure of its own here, "then.s1.stories", and rests on an evidence that repeats how it
was found, and names the frozen pitch it stands in: id, version, day, fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse

from listening import yardstick
from listening.models import SearchVersion
from listening.yardstick import TODAY, Yardstick
from pitches.decks import contract
from pitches.decks.text import format_figure, format_moment
from pitches.figures import Details, Unit
from pitches.follow_ups import differences, told
from pitches.ground import Ground, seen
from pitches.models import Pitch
from pitches.words import LANGUAGES, PLACE, Text

PREFIX = "then."


def earlier(pitch: Pitch) -> Pitch | None:
    """The frozen pitch against which this one tells what changed: its last version, else what it follows."""
    if not pitch.pk:
        return None
    for one in (pitch.previous, pitch.follows):
        if one is not None and one.is_frozen:
            return one
    return None


def all_earlier(pitch: Pitch) -> list[Pitch]:
    """Every frozen pitch before this one, the nearest first: its versions, what they follow, and so on."""
    found: list[Pitch] = []
    waiting: list[Pitch | None] = [pitch.previous, pitch.follows]
    while waiting:
        one = waiting.pop(0)
        if one is not None and one not in found:
            found.append(one)
            waiting += [one.previous, one.follows]
    return [one for one in found if one.is_frozen]


@dataclass(frozen=True)
class Wordings:
    """By which wordings a frozen pitch was measured; ``lost``: those whose search is gone, as told then."""

    versions: tuple[SearchVersion, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def replaced(self) -> tuple[SearchVersion, ...]:
        """Those that are not today's any more."""
        return tuple(one for one in self.versions if not one.is_current)

    @property
    def by(self) -> Yardstick:
        """Counting by these wordings."""
        return yardstick.by_versions(one.pk for one in self.versions)


def wordings(frozen: Pitch) -> Wordings:
    """By what a frozen pitch was measured: as it names them, or, an older one, as its evidence tells.

    A wording is never edited in place and its number never given again, so name, number and text find it.
    """
    assert frozen.snapshot is not None
    stored = SearchVersion.objects.filter(search__workspace=frozen.workspace).order_by("pk")
    named = {one["id"] for one in frozen.snapshot.get("searches", ())}
    worded = told.wordings(frozen.snapshot)
    by_words: dict[tuple[str, str], list[SearchVersion]] = {}
    for one in stored.filter(text__in={text for _, text in worded}).select_related("search__brand"):
        if not named or one.pk in named:
            by_words.setdefault((str(one), one.text), []).append(one)
    found: dict[int, SearchVersion] = {}
    lost = []
    for (name, text), version in worded.items():
        alike = by_words.get((version, text), [])
        # A brand may have been renamed since: then number and text have to do.
        mine = [one for one in alike if str(one.search.brand or "") == name] or alike
        found |= {one.pk: one for one in mine}
        if not mine:
            lost.append(f"{name} {version}: {text}".lstrip())
    return Wordings(tuple(found.values()), tuple(lost))


def followed(pitch: Pitch) -> Pitch | None:
    """The frozen pitch that a follow-up follows; None for every other pitch."""
    return pitch.follows if pitch.pk and pitch.follows and pitch.follows.is_frozen else None


def yardstick_of(pitch: Pitch) -> Yardstick:
    """By what a pitch measures: today's wordings, or those of the pitch that it follows."""
    frozen = followed(pitch)
    return wordings(frozen).by if frozen else TODAY


def baseline(frozen: Pitch) -> dict[str, Any]:
    """What names a frozen pitch for good."""
    return {
        "id": str(frozen.code),
        "version": frozen.version,
        "frozen_at": frozen.frozen_at.isoformat() if frozen.frozen_at else None,
        "sha256": frozen.sha256,
    }


@dataclass
class Then:
    """A frozen pitch, whose figures, names and proofs are registered here when something shows them.

    ``prefix`` begins their keys: a follow-up in its second version is compared with two frozen pitches.
    """

    ground: Ground
    pitch: Pitch
    prefix: str = PREFIX
    _proofs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.pitch.snapshot is not None and self.pitch.frozen_at is not None
        self.snapshot = contract.current(self.pitch.snapshot)
        self._evidence: Mapping[str, Any] = {one["id"]: one for one in self.snapshot["evidence"]}
        ground, frozen = self.ground, self.pitch
        day = ground.workspace.localtime(self.pitch.frozen_at).date()
        self._name("title", frozen.title)
        self._name("id", str(frozen.code))
        self._name("sha256", frozen.sha256)
        for language in LANGUAGES:
            self._name(f"day.{language}", format_moment(day.isoformat(), language, "UTC"))
        start, end = told.period_of(self.snapshot)
        about = Details(
            since=_day(start),
            until=_day(end),
            fetched_at=frozen.frozen_at,
            url=self._address("pitches:pitch"),
            then=baseline(frozen),
        )
        self.about = ground.prove(0, "then", lambda: about, "manual")
        elapsed = (ground.workspace.localtime(ground.now).date() - day).days
        first, last = _day(start), _day(end)
        overlap = (min(last, ground.end) - max(first, ground.start)).days + 1 if first and last else 0
        facts: tuple[tuple[str, Any, Unit], ...] = (
            ("frozen_on", day, "date"),
            ("frozen_version", frozen.version, "number"),
            ("from", start, "date"),
            ("to", end, "date"),
            ("length", told.days_of(self.snapshot), "count"),
            ("elapsed", elapsed, "count"),
            ("overlap", max(0, overlap), "count"),
        )
        for name, value, unit in facts:
            ground.figure(f"{self.prefix}{name}", value, unit, self.about, label=f"then.{name}")

    def _name(self, key: str, value: str) -> str:
        return self.ground.name(f"{self.prefix}{key}", value)

    def say(self, key: str) -> Text:
        """A sentence about the frozen pitch, from ``pitches/words``."""
        return {
            language: sentence.replace("{@then.day}", f"{{@{self.prefix}day.{language}}}")
            .replace("{then.", f"{{{self.prefix}")
            .replace("{@then.", f"{{@{self.prefix}")
            for language, sentence in self.ground.say(key).items()
        }

    def value(self, key: str) -> Any:
        """What a figure of then was; None when it was unknown, or not counted."""
        found = self.snapshot["figures"].get(key)
        return found["value"] if found else None

    def figure(self, key: str) -> str:
        """Registers a figure of then and returns its key here. KeyError when there was none."""
        figure = self.snapshot["figures"][key]
        new = f"{self.prefix}{key}"
        if new not in self.ground.register.figures:
            self.ground.register.add(
                new,
                figure["value"],
                figure["unit"],  # type: ignore[arg-type]  # one of the contract's
                self.proof(figure["evidence"]),
                self._said_then(figure["label"]),
                kind=figure["class"],  # type: ignore[arg-type]  # ditto
                currency=figure.get("currency", ""),
            )
        return new

    def proof(self, name: str) -> str:
        """Registers an evidence of then and returns its id here."""
        if name not in self._proofs:
            old = self._evidence[name]
            gaps = [self._printed(gap) for gap in old.get("gaps") or ()]
            self._proofs[name] = self.ground.register.prove(
                old["step"] or 0,
                self._said_then(old["label"]),
                old["class"],
                self._formula(old),
                partial(self._details, old, gaps),
            )
        return self._proofs[name]

    def text(self, text: Text) -> Text:
        """A sentence of then, its numbers those of then."""
        said = dict(text)
        for place in {place for sentence in text.values() for place in PLACE.findall(sentence)}:
            said = {
                language: sentence.replace(f"{{{place}}}", f"{{{self._place(place)}}}")
                for language, sentence in said.items()
            }
        return said

    def _place(self, place: str) -> str:
        if not place.startswith("@"):
            return self.figure(place)
        name = place.removeprefix("@")
        return self._name(name, self.snapshot["names"][name])

    def _said_then(self, text: Text) -> Text:
        before = self.ground.say("then.before")
        return {language: f"{before[language]} {words}" for language, words in self._printed(text).items()}

    def _printed(self, text: Text) -> Text:
        """A sentence about a proof, its numbers as they were printed: a proof needs no further proof."""
        figures, zone = self.snapshot["figures"], self.snapshot["time_zone"]
        said = {}
        for language, sentence in text.items():
            for place in set(PLACE.findall(sentence)):
                if place.startswith("@"):
                    new = self._place(place)
                else:
                    shown = format_figure(figures[place], language, zone)
                    new = self._name(f"{place}.{language}", shown)
                sentence = sentence.replace(f"{{{place}}}", f"{{{new}}}")
            said[language] = sentence
        return said

    def _formula(self, old: Mapping[str, Any]) -> Text:
        frozen = self.say("then.formula")
        counted = self._printed(old.get("formula") or {})
        return {language: f"{counted.get(language, '')} {frozen[language]}".strip() for language in frozen}

    def _details(self, old: Mapping[str, Any], gaps: list[Text]) -> Details:
        """The proof as it was frozen; its list, too, so that this pitch can be checked alone."""
        read = old.get("fetched_at")
        return Details(
            query=old.get("query") or "",
            query_version=old.get("query_version") or "",
            sources=old.get("sources") or (),
            gaps=gaps,
            since=_day(old.get("from")),
            until=_day(old.get("to")),
            fetched_at=datetime.fromisoformat(read) if read else None,
            inspected=old.get("inspected"),
            url=self._address("pitches:figure", old["id"]),
            rows_total=old.get("rows_total") or 0,
            rows=lambda: old.get("rows") or [],
            then=baseline(self.pitch) | {"evidence": old["id"]},
        )

    def _address(self, name: str, *places: str) -> str:
        """Where the frozen pitch stands, for readers outside; "" while nobody said how to reach this site."""
        if not settings.SITE_URL:
            return ""
        path = reverse(name, args=[self.pitch.workspace.code, self.pitch.code, *places])
        return f"{settings.SITE_URL}{path}"


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored[:10]) if stored else None


def sources_beside(ground: Ground, then: Then) -> list[differences.SourceChange]:
    """Every source asked then or now, with how it was read both times for the searches told of then."""
    searches = ground.searches if then.snapshot.get("coverage") else ground.own_searches
    lines = [*ground.covered(searches), *ground.off]
    now = {one.source: (one.label, one.state, seen(one)) for one in lines}
    return differences.sources_changed(told.sources_of(then.snapshot), now)
