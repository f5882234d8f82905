"""What changed from one snapshot to a later one: two documents in, typed differences out; no models.

Two rules hold everywhere. Unknown is never zero: what one side does not know is incomparable, not "fell to
nothing". And a change of numbers may come from reading more or less: the sources whose reading differs are
named beside every number that rests on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, Literal

from pitches.decks.text import in_language, plain, resolve
from pitches.follow_ups.told import READ, Sources, Wordings, period_of, sources_of, verdicts_of, wordings
from pitches.words import Text

State = Literal["same", "changed", "appeared", "gone", "incomparable"]
OF_A_COMPARISON = ("then.", "last.", "delta.", "again.", "now.", "goal.", "progress.", "follow.", "changes.")
NUMBER = re.compile(r"\.(\d+)(?=\.|$)")  # the number in "s4.stories.1"
# Whose number it is: keys that begin so, and the name that says of whom they speak.
NUMBERED = {"s4.": "brand", "s2.type.": "phrase"}
ASIDE = ("period.", "ask.", "s1.inspected.", "s1.from.", "s1.to.", "s1.sources_")
LEFT_OUT = ("rule.", "s4.cell.")  # the rule book, and readings with their days


# --- What is compared -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A figure of one of the two, where it differs or could: ``key`` in its own snapshot."""

    key: str
    value: float | str | None
    unit: str
    evidence: str


@dataclass(frozen=True)
class FigureChange:
    """One figure then and now. ``absolute`` and ``relative`` are None where nothing can be subtracted;
    ``read_otherwise`` names the sources that were read more or less than then."""

    label: Text
    old: Figure | None
    new: Figure | None
    state: State
    absolute: float | None = None
    relative: float | None = None
    read_otherwise: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key by which it is called today, or was called then."""
        figure = self.new or self.old
        assert figure is not None
        return figure.key

    @property
    def is_told(self) -> bool:
        """Whether its change tells something: days and how much was inspected are told elsewhere."""
        there = self.old is not None and self.new is not None and self.new.unit != "date"
        return there and not self.key.startswith(ASIDE)


@dataclass(frozen=True)
class VerdictChange:
    """A step whose claim is carried differently."""

    step: int
    old: str
    new: str


@dataclass(frozen=True)
class Words:
    """A stretch of a text: in both, only in the old one, or only in the new one."""

    text: str
    state: Literal["same", "gone", "new"]


@dataclass(frozen=True)
class TextChange:
    """A title or first paragraph that reads otherwise. ``by_hand``: a person wrote one of the two; without
    that only numbers and verdicts can have changed it."""

    slide: str
    part: Literal["title", "text"]
    words: tuple[Words, ...]
    by_hand: bool


@dataclass(frozen=True)
class SlideChange:
    """A slide that came, went, or stands elsewhere among those that stayed."""

    slide: str
    title: str
    state: Literal["added", "removed", "moved"]


@dataclass(frozen=True)
class SearchChange:
    """A search that is worded otherwise; "" = it was not there. ``name``: the brand, "" = the industry."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class SourceChange:
    """How a source was read then and now: "ok", "partial", "failed", "none", "off", or "" = not asked."""

    source: str
    label: str
    old: str
    new: str
    old_inspected: int | None = None
    new_inspected: int | None = None

    @property
    def kind(self) -> Literal["same", "gained", "lost", "otherwise"]:
        """Whether it was read only now, only then, both times alike, or less completely one time."""
        then, now = self.old in READ, self.new in READ
        if then and now:
            return "same" if self.old == self.new else "otherwise"
        if then == now:
            return "same"
        return "gained" if now else "lost"


@dataclass(frozen=True)
class EvidenceChange:
    """Posts that are no longer behind a number: erased (``redacted`` of them), or not found again."""

    label: Text
    old: str  # evidence ids
    new: str
    redacted: int
    vanished: tuple[Mapping[str, Any], ...]  # rows as they were


@dataclass(frozen=True)
class Changes:
    """All that changed. ``sources`` lists every source that was asked, changed or not."""

    figures: tuple[FigureChange, ...] = ()
    verdicts: tuple[VerdictChange, ...] = ()
    texts: tuple[TextChange, ...] = ()
    slides: tuple[SlideChange, ...] = ()
    searches: tuple[SearchChange, ...] = ()
    sources: tuple[SourceChange, ...] = ()
    evidence: tuple[EvidenceChange, ...] = ()

    @property
    def moved(self) -> tuple[FigureChange, ...]:
        """The figures that are not the same."""
        return tuple(one for one in self.figures if one.state != "same")

    @property
    def told(self) -> tuple[FigureChange, ...]:
        """Of these, what tells something by itself: numbers of both times that stand for a claim."""
        return tuple(one for one in self.moved if one.is_told)

    @property
    def further(self) -> tuple[FigureChange, ...]:
        """The rest: days, how much was inspected, and what only one of the two has."""
        return tuple(one for one in self.moved if not one.is_told)

    @property
    def read_otherwise(self) -> tuple[SourceChange, ...]:
        """The sources that were not read alike both times."""
        return tuple(one for one in self.sources if one.kind != "same")

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same."""
        differs = (self.moved, self.verdicts, self.texts, self.slides, self.searches, self.evidence)
        return not any(differs) and not self.read_otherwise


def between(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    language: str = "",
    *,
    sources: Sequence[SourceChange] | None = None,
    worded: Wordings | None = None,
) -> Changes:
    """What changed from ``old`` to ``new``; texts are compared as they read in one language, that of ``new``
    unless told otherwise.

    ``sources`` and ``worded`` (the wordings of ``new``) for a case whose evidence is not read in full yet.
    """
    read = sources_changed(sources_of(old), sources_of(new)) if sources is None else list(sources)
    pair = _Pair(old, new, language or str(new["language"]), read)
    said = wordings(new) if worded is None else worded
    return Changes(
        figures=tuple(pair.figures()),
        verdicts=tuple(pair.verdicts()),
        texts=tuple(pair.texts()),
        slides=tuple(pair.slides()),
        searches=tuple(searches_changed(wordings(old), said)),
        sources=tuple(pair.sources),
        evidence=tuple(pair.evidence()),
    )


# --- One number against another ---------------------------------------------------------------------


def difference(
    old: float | str | None, new: float | str | None, unit: str = "count"
) -> tuple[State, float | None, float | None]:
    """(state, absolute, relative) of two values of one unit. Unknown on either side: nothing is compared."""
    if old is None and new is None:
        return "same", None, None
    if old is None or new is None:
        return "incomparable", None, None
    if isinstance(old, str) or isinstance(new, str) or unit == "date":
        return ("same" if old == new else "changed"), None, None
    absolute = round(new - old, 6)
    relative = round(absolute / abs(old), 6) if old else None
    return ("changed" if absolute else "same"), absolute, relative


def subject(snapshot: Mapping[str, Any], key: str) -> tuple[str, str] | None:
    """What a figure is about, whatever its place in a list: ("s4.stories", "Bergby"); None = that is unknown.

    A number in a key is a place in a list of that day. Of whom it speaks is said by a name; where none does,
    as with the weeks of a chart or the posts to answer, the same key means something else in another pitch.
    """
    if key.startswith((*OF_A_COMPARISON, *LEFT_OUT)):
        return None
    place = NUMBER.search(key)
    if place is None:
        return key, str(snapshot["names"].get(f"source.{key.rpartition('.')[2]}", ""))
    kind = next((name for start, name in NUMBERED.items() if key.startswith(start)), "")
    name = snapshot["names"].get(f"{kind}.{place[1]}")
    return (NUMBER.sub("", key), str(name)) if name else None


# --- Searches and sources -------------------------------------------------------------------------


def searches_changed(old: Wordings, new: Wordings) -> Iterator[SearchChange]:
    """The wordings that went and came, those of one name paired in their order."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    for name, text in gone:
        other = next((one for one in come if one[0] == name), None)
        if other:
            come.remove(other)
        said = f"{new[other]}: {other[1]}" if other else ""
        yield SearchChange(name, f"{old[name, text]}: {text}", said)
    for name, text in come:
        yield SearchChange(name, "", f"{new[name, text]}: {text}")


def sources_changed(then: Sources, now: Sources) -> list[SourceChange]:
    """Every source that was asked either time, with how it was read both times."""
    nothing = ("", "", None)
    return [
        SourceChange(
            source=name,
            label=(now.get(name) or then[name])[0],
            old=then.get(name, nothing)[1],
            new=now.get(name, nothing)[1],
            old_inspected=then.get(name, nothing)[2],
            new_inspected=now.get(name, nothing)[2],
        )
        for name in dict.fromkeys((*then, *now))
    ]


# --- The comparison -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pair:
    """Two snapshots side by side."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    language: str
    sources: list[SourceChange]

    @cached_property
    def proofs(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The evidence of both by id."""
        old, new = ({one["id"]: one for one in each["evidence"]} for each in (self.old, self.new))
        return old, new

    @cached_property
    def paired(self) -> list[tuple[str | None, str | None]]:
        """The keys of one figure in both, in the order of the new one; None where it is not there."""
        old = {about: key for key in self.old["figures"] if (about := subject(self.old, key))}
        new = {about: key for key in self.new["figures"] if (about := subject(self.new, key))}
        there = [(old.get(about), key) for about, key in new.items()]
        return [*there, *((key, None) for about, key in old.items() if about not in new)]

    def figures(self) -> Iterator[FigureChange]:
        for old_key, new_key in self.paired:
            old, new = _figure(self.old, old_key), _figure(self.new, new_key)
            label = (
                self.new["figures"][new_key]["label"] if new_key else self.old["figures"][old_key]["label"]
            )
            if old is None or new is None:
                yield FigureChange(label, old, new, "gone" if old else "appeared")
                continue
            if old.unit != new.unit or self._currency(old, self.old) != self._currency(new, self.new):
                yield FigureChange(label, old, new, "incomparable")
                continue
            state, absolute, relative = difference(old.value, new.value, new.unit)
            otherwise = self._read_otherwise(old.evidence, new.evidence)
            yield FigureChange(label, old, new, state, absolute, relative, otherwise)

    def _currency(self, figure: Figure, snapshot: Mapping[str, Any]) -> str:
        return str(snapshot["figures"][figure.key].get("currency", ""))

    def _read_otherwise(self, old: str, new: str) -> tuple[str, ...]:
        """The sources behind two proofs that were not read alike."""
        named = {*self.proofs[0][old].get("sources", ()), *self.proofs[1][new].get("sources", ())}
        return tuple(one.label for one in self.sources if one.kind != "same" and one.label in named)

    def verdicts(self) -> Iterator[VerdictChange]:
        old, new = verdicts_of(self.old), verdicts_of(self.new)
        for step, verdict in new.items():
            if step in old and old[step] != verdict:
                yield VerdictChange(step, old[step], verdict)

    def texts(self) -> Iterator[TextChange]:
        old = {slide["key"]: slide for slide in self.old["slides"]}
        for slide in self.new["slides"]:
            before = old.get(slide["key"])
            if before is None or slide["layout"] == "appendix":
                continue
            for part in ("title", "text"):
                was, now = (_printed(each, one, part, self.language) for each, one in
                            ((self.old, before), (self.new, slide)))  # fmt: skip
                if was != now:
                    by_hand = bool(before["edited"] or slide["edited"])
                    yield TextChange(slide["key"], part, words_changed(was, now), by_hand)

    def slides(self) -> Iterator[SlideChange]:
        old, new = ([one["key"] for one in each["slides"]] for each in (self.old, self.new))
        yield from (self._slide(self.new, key, "added") for key in new if key not in old)
        yield from (self._slide(self.old, key, "removed") for key in old if key not in new)
        yield from (
            self._slide(self.new, key, "moved")
            for key in moved([key for key in old if key in new], [key for key in new if key in old])
        )

    def _slide(self, snapshot: Mapping[str, Any], key: str, state: Any) -> SlideChange:
        slide = next(one for one in snapshot["slides"] if one["key"] == key)
        return SlideChange(key, _printed(snapshot, slide, "title", self.language), state)

    def evidence(self) -> Iterator[EvidenceChange]:
        """Of each pair of proofs once: what was erased, and, over the same days, what is not found again."""
        same_days = period_of(self.old) == period_of(self.new)
        seen: set[tuple[str, str]] = set()
        for old_key, new_key in self.paired:
            if not (old_key and new_key):
                continue
            names = (self.old["figures"][old_key]["evidence"], self.new["figures"][new_key]["evidence"])
            if names in seen:
                continue
            seen.add(names)
            before, after = self.proofs[0][names[0]], self.proofs[1][names[1]]
            redacted = sum(1 for row in before.get("rows", ()) if "redacted" in row)
            vanished = tuple(_vanished(before, after)) if same_days else ()
            if redacted or vanished:
                yield EvidenceChange(after["label"], *names, redacted, vanished)


def _figure(snapshot: Mapping[str, Any], key: str | None) -> Figure | None:
    if key is None:
        return None
    found = snapshot["figures"][key]
    return Figure(key, found["value"], found["unit"], found["evidence"])


def _printed(snapshot: Mapping[str, Any], slide: Mapping[str, Any], part: str, language: str) -> str:
    """A slide's title or first paragraph as people read it."""
    text = slide["title"]
    if part == "text":
        text = next((block["text"] for block in slide["blocks"] if block.get("type") == "text"), None)
    if not text or not in_language(text, language):
        return ""
    runs = resolve(text, snapshot["figures"], snapshot["names"], language, snapshot["time_zone"])
    return plain(runs)


def words_changed(old: str, new: str) -> tuple[Words, ...]:
    """A text against its old wording, word by word."""
    before, after = old.split(), new.split()
    found: list[Words] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Words(" ".join(before[i1:i2]), "same"))
            continue
        if i2 > i1:
            found.append(Words(" ".join(before[i1:i2]), "gone"))
        if j2 > j1:
            found.append(Words(" ".join(after[j1:j2]), "new"))
    return tuple(found)


def moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """What stands elsewhere: of two orders of the same keys, the fewest that explain the difference."""
    place = {key: at for at, key in enumerate(old)}
    longest: list[list[str]] = []  # of the keys up to here: the longest that kept their order and end with it
    for key in new:
        before = [kept for kept in longest if place[kept[-1]] < place[key]]
        longest.append([*_longest(before), key])
    stayed = set(_longest(longest))
    return [key for key in new if key not in stayed]


def _longest(rows: Sequence[list[str]]) -> list[str]:
    return max(rows, key=lambda row: len(row), default=[])


def _vanished(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Rows of the old list that the new one lacks; only where the new list is complete can that be told."""
    rows = after.get("rows")
    if rows is None or (after.get("rows_total") or 0) > len(rows):
        return
    there = {row.get("url") for row in rows}
    for row in before.get("rows", ()):
        if row.get("url") and row["url"] not in there:
            yield row
