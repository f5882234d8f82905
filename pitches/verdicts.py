"""How far the data carries each step's claim: open rules, one pure function per step, no models.

Numbers go in (None = unknown, which is never zero), a verdict comes out: a state, the reasons and what is
missing, as keys of ``pitches/words``. The words name figures by their keys ("s1.stories"), so that every
number in a reason opens its evidence, in the app and in the deck alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from competitors.compare import MEASURES, Standing, leads

State = Literal["supported", "mixed", "not_supported", "not_enough"]
STATES: tuple[State, ...] = ("supported", "mixed", "not_supported", "not_enough")
Side = Literal["minimum", "supported", "not_supported"]


@dataclass(frozen=True)
class Threshold:
    """One line of the table of rules: what ``measure`` must be for this side. Shares are 0 to 1.

    ``also``: the key of a condition in words that no single number holds.
    """

    step: int
    side: Side
    measure: str
    sign: Literal[">=", "<", ">"]
    value: float
    unit: Literal["count", "percent"] = "count"
    also: str = ""

    def holds(self, number: float | None) -> bool:
        """Whether a known number meets the rule; an unknown one never does."""
        if number is None:
            return False
        match self.sign:
            case ">=":
                return number >= self.value
            case "<":
                return number < self.value
        return number > self.value


# The whole rule book (after design: between "supported" and "not supported" lies "mixed", an unmet minimum
# is "not enough evidence"). Printed in the app and in every deck's appendix.
THRESHOLDS: dict[str, Threshold] = {
    "s1.covered": Threshold(1, "minimum", "sources_covered", ">=", 1),
    "s1.stories": Threshold(1, "supported", "stories", ">=", 30),
    "s1.authors": Threshold(1, "supported", "authors", ">=", 10),
    "s1.sources": Threshold(1, "supported", "sources", ">=", 2),
    "s1.few": Threshold(1, "not_supported", "stories", "<", 5, also="rule.also.every_source"),
    "s2.inspected": Threshold(2, "minimum", "inspected", ">=", 30),
    "s2.share": Threshold(2, "supported", "share", ">=", 0.20, "percent"),
    "s2.reactions": Threshold(2, "supported", "reactions", ">=", 1),
    "s2.low": Threshold(2, "not_supported", "share", "<", 0.05, "percent"),
    "s3.readable": Threshold(3, "minimum", "readable", ">=", 20),
    "s3.share": Threshold(3, "supported", "share", "<", 0.05, "percent"),
    "s3.high": Threshold(3, "not_supported", "share", ">", 0.25, "percent"),
    "s4.rivals": Threshold(4, "minimum", "rivals", ">=", 2),
    "s4.leads": Threshold(4, "supported", "leads", ">=", 2),
    "s4.all": Threshold(4, "not_supported", "led", ">=", 3),
    "s5.answerable": Threshold(5, "supported", "answerable", ">=", 3, also="rule.also.ask_and_goals"),
    "s5.none": Threshold(5, "not_supported", "answerable", "<", 1),
}


@dataclass(frozen=True)
class Verdict:
    """A state with its reasons, and what would be needed to say more (both: keys of ``pitches/words``)."""

    state: State
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Talk:
    """Step 1: people are talking. ``sources`` counts those that heard something, ``sources_covered`` those
    that were read for the whole period, ``sources_failed`` those with a gap."""

    sources_covered: int | None = None
    sources_failed: int | None = None
    stories: int | None = None
    authors: int | None = None
    sources: int | None = None


@dataclass(frozen=True)
class Visibility:
    """Step 2: what they say is seen. ``share`` of blogs, forums, social and video among the results
    inspected; ``reactions`` to what step 1 found, where the sources tell."""

    inspected: int | None = None
    share: float | None = None
    reactions: int | None = None


@dataclass(frozen=True)
class Voice:
    """Step 3: we are not part of it. ``readable`` conversations, and the ``share`` in which we wrote; the
    share is unknown as long as we do not know which accounts are ours."""

    readable: int | None = None
    share: float | None = None
    profiles: int = 0


@dataclass(frozen=True)
class Race:
    """Step 4: our rivals are faster."""

    own: Standing[int]
    rivals: tuple[Standing[int], ...] = ()


@dataclass(frozen=True)
class Start:
    """Step 5: we can start small. ``baselines`` of the ``kpis`` have a known value today."""

    ask_complete: bool = False
    answerable: int | None = None
    kpis: int = 0
    baselines: int = 0


def _meets(name: str, number: float | None) -> bool:
    return THRESHOLDS[name].holds(number)


def talk(numbers: Talk) -> Verdict:
    """Step 1. Silence counts only when every source was read; without any covered source nothing does."""
    if not _meets("s1.covered", numbers.sources_covered) or numbers.stories is None:
        return Verdict("not_enough", ("s1.reason.uncovered",), ("s1.missing.scan",))
    checks = {
        name: _meets(f"s1.{name}", getattr(numbers, name)) for name in ("stories", "authors", "sources")
    }
    failed = numbers.sources_failed is None or numbers.sources_failed > 0
    missing = ("s1.missing.sources",) if failed else ()
    if all(checks.values()):
        return Verdict("supported", ("s1.reason.enough",), missing)
    if _meets("s1.few", numbers.stories):
        if not failed:
            return Verdict("not_supported", ("s1.reason.few",), ("s1.missing.searches",))
        return Verdict("mixed", ("s1.reason.few_unread",), missing)
    short = tuple(f"s1.reason.short_{name}" for name, met in checks.items() if not met)
    return Verdict("mixed", short, missing or ("s1.missing.searches",))


def visibility(numbers: Visibility) -> Verdict:
    """Step 2. Without known reactions the results alone carry at most a mixed verdict."""
    if not _meets("s2.inspected", numbers.inspected) or numbers.share is None:
        return Verdict("not_enough", ("s2.reason.uninspected",), ("s2.missing.results",))
    if _meets("s2.low", numbers.share):
        return Verdict("not_supported", ("s2.reason.low",))
    if not _meets("s2.share", numbers.share):
        return Verdict("mixed", ("s2.reason.between",), ("s2.missing.phrases",))
    if numbers.reactions is None:
        return Verdict(
            "mixed", ("s2.reason.enough", "s2.reason.influence_unknown"), ("s2.missing.influence",)
        )
    if not _meets("s2.reactions", numbers.reactions):
        return Verdict("mixed", ("s2.reason.enough", "s2.reason.no_reactions"))
    return Verdict("supported", ("s2.reason.enough", "s2.reason.reactions"))


def voice(numbers: Voice) -> Verdict:
    """Step 3. The claim is a gap, so a *low* share supports it."""
    if not numbers.profiles:
        return Verdict("not_enough", ("s3.reason.no_profiles",), ("s3.missing.profiles",))
    if not _meets("s3.readable", numbers.readable) or numbers.share is None:
        return Verdict("not_enough", ("s3.reason.unread",), ("s3.missing.scan",))
    if _meets("s3.share", numbers.share):
        return Verdict("supported", ("s3.reason.absent",))
    if _meets("s3.high", numbers.share):
        return Verdict("not_supported", ("s3.reason.present",))
    return Verdict("mixed", ("s3.reason.some",))


def race(numbers: Race) -> Verdict:
    """Step 4. Rivals count when they were measured on the sources we have in common.

    That we lead every rival is not known as long as one of them was not measured.
    """
    measured = [rival for rival in numbers.rivals if rival.voice is not None]
    if not _meets("s4.rivals", len(measured)) or numbers.own.voice is None:
        missing = "s4.missing.scan" if _meets("s4.rivals", len(numbers.rivals)) else "s4.missing.rivals"
        return Verdict("not_enough", ("s4.reason.too_few",), (missing,))
    standings = [numbers.own, *numbers.rivals]
    unknown = tuple(
        f"s4.missing.{measure}"
        for measure in MEASURES
        if any(getattr(standing, measure) is None for standing in standings)
    )
    ahead = leads(numbers.own, measured)
    if _meets("s4.leads", ahead[0].theirs):
        return Verdict("supported", ("s4.reason.behind",), unknown)
    if all(_meets("s4.all", lead.ours) for lead in leads(numbers.own, numbers.rivals)):
        return Verdict("not_supported", ("s4.reason.ahead",))
    return Verdict("mixed", ("s4.reason.even",), unknown)


def start(numbers: Start) -> Verdict:
    """Step 5. The ask comes first: without it there is nothing to decide."""
    if not numbers.ask_complete:
        return Verdict("not_enough", ("s5.reason.no_ask",), ("s5.missing.ask",))
    if numbers.answerable is None:
        return Verdict("not_enough", ("s5.reason.unknown",), ("s5.missing.scan",))
    if _meets("s5.none", numbers.answerable):
        return Verdict("not_supported", ("s5.reason.none",), ("s5.missing.scan",))
    reasons, missing = [], []
    if not _meets("s5.answerable", numbers.answerable):
        reasons.append("s5.reason.few")
    if not numbers.kpis:
        reasons.append("s5.reason.no_goals")
        missing.append("s5.missing.goals")
    if numbers.baselines < numbers.kpis:
        reasons.append("s5.reason.no_baseline")
        missing.append("s5.missing.baseline")
    if reasons:
        return Verdict("mixed", tuple(reasons), tuple(missing))
    return Verdict("supported", ("s5.reason.ready",))


def overall(verdicts: Sequence[Verdict]) -> State:
    """The whole case: as strong as most of its steps, and never "supported" over a contradiction."""
    states = [verdict.state for verdict in verdicts]
    most = len(states) // 2 + 1
    if states.count("not_enough") >= most:
        return "not_enough"
    if states.count("not_supported") >= most:
        return "not_supported"
    if states.count("supported") >= most and "not_supported" not in states:
        return "supported"
    return "mixed"
