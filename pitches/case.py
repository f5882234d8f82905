"""The case: built from what we heard, checked, and frozen. Decks are rendered from its snapshot only.

build(pitch) -> Case (figures, verdicts, slides) -> check -> freeze -> snapshot with its hash
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import timezone

from pitches import appendix, audience, frame, looks, outline, verdicts
from pitches.decks import contract
from pitches.drafts import laying
from pitches.drafts.edits import Edits
from pitches.evidence import precision, provenance
from pitches.evidence.digests import canonical, hash_of
from pitches.follow_ups import then
from pitches.ground import Ground
from pitches.models import Action, Pitch
from pitches.planning.plan import Plan
from pitches.slides import Slide
from pitches.steps import answers, before, changed, decision, goals, race, start, talk, visibility, voice
from pitches.steps.start import Ask, Chosen
from pitches.verdicts import State, Verdict
from pitches.words import Text, join
from teams.models import Workspace

__all__ = ["Case", "StepCase", "build", "canonical", "hash_of", "period_of"]

TEMPLATE = 2  # raised whenever the slides change, so that a frozen deck tells what made it
DEFAULT_DAYS = 30
# The number that stands for a step where there is room for one, and what it is out of.
HEADLINES = {
    1: ("s1.stories", ""),
    2: ("s2.visible", "s2.inspected"),
    3: ("s3.ours", "s3.readable"),
    4: ("s4.own_voice", ""),
    5: ("s5.answerable", ""),
}


@dataclass(frozen=True)
class StepCase:
    """One step as it stands: claim, verdict with reasons, and the words people see."""

    number: int
    claim: Text
    verdict: Verdict
    reasons: tuple[Text, ...]
    missing: tuple[tuple[str, Text], ...]  # (key, sentence)
    title: Text  # as generated; what people wrote over it is on the slide
    reasoning: Text

    @property
    def headline(self) -> tuple[str, str]:
        """The figure keys of the step's number and of what it is out of ("" = nothing)."""
        return HEADLINES[self.number]


@dataclass(frozen=True)
class Case:
    """Everything a pitch says at this moment. ``steps`` are measured, slides are made when asked for."""

    pitch: Pitch
    ground: Ground
    edits: Edits
    steps: tuple[StepCase, ...]
    ask: Ask
    chosen: tuple[Chosen, ...]
    plan: Plan = field(default_factory=Plan)

    @property
    def state(self) -> State:
        return verdicts.overall([step.verdict for step in self.steps])

    @property
    def slides(self) -> tuple[Slide, ...]:
        """The deck in order, as people want it. Making slides registers the figures that only they show."""
        return self.laid.slides

    def with_edits(self, edits: Edits) -> Case:
        """The same case under other edits. Nothing is measured again."""
        found = replace(self, edits=edits)
        found.__dict__["made"] = self.made
        return found

    @cached_property
    def laid(self) -> laying.Laid:
        """Every slide that can be made, with what people wrote over it, moved, left out and added."""
        found = laying.Laying(self.edits, self._known(), self._judged(self.made))
        by_key = {slide.key: found.over(slide) for slide in self.made}
        leads = [by_key[key] for key in outline.SLIDE_OF_STEP.values()]
        edited, reviewed = laying.summed(leads)
        titles = [
            (step.number, step.verdict, lead.title) for step, lead in zip(self.steps, leads, strict=True)
        ]
        summary = frame.summary(self.ground, self.state, titles, self.ask.is_complete, edited)
        by_key["summary"] = found.over(replace(summary, reviewed=reviewed))
        by_key |= {key: slide for key in self.edits.free if (slide := found.free(key))}
        keys = self._order(by_key, self.edits)
        left = tuple(slide for key, slide in by_key.items() if key not in keys)
        generated = {slide.key: slide for slide in (*self.made, summary)}
        return laying.Laid(tuple(by_key[key] for key in keys), left, tuple(found.asides), generated)

    def arranged(self, edits: Edits) -> list[str]:
        """The keys of the slides in the order that these edits give them."""
        return self._order([*self.laid.generated, *edits.free], edits)

    def _order(self, keys: Iterable[str], edits: Edits) -> list[str]:
        return outline.deck(
            self.pitch.length,
            list(keys),
            verdicts=self._judged(self.made),
            order=edits.order,
            dropped=edits.dropped,
            brought=edits.brought,
            free=edits.free,
        )

    @cached_property
    def made(self) -> tuple[Slide, ...]:
        """Every slide as it is generated, but the summary, which repeats the titles of others."""
        by_number = {step.number: step for step in self.steps}
        ground = self.ground
        frame.measure_verdicts(ground, [(step.number, step.verdict) for step in self.steps])
        made = [frame.cover(ground, self.state, self.pitch.audience_kind), frame.measured(ground)]
        made += talk.slides(ground, *_shown(by_number[1]), quotes=self.edits.quotes)
        for number, module in ((2, visibility), (3, voice), (4, race)):
            made += module.slides(ground, *_shown(by_number[number]))
        made += start.slides(ground, self.plan, self.ask, self.chosen, *_shown(by_number[5]))
        state = by_number[5].verdict.state
        made += decision.slides(ground, self.plan, self.ask, state, self._decision_title())
        made += [*appendix.slides(ground, TEMPLATE), precision.slide(ground)]
        made = self._compared(made)
        return tuple(audience.addressed(one, self.pitch.audience_kind) for one in made)

    def _known(self) -> set[str]:
        """What words may name: the keys of figures, and of names with their "@"."""
        return {*self.ground.register.figures, *(f"@{name}" for name in self.ground.names)}

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict that each slide's words are about: its own, or the whole case's."""
        return self._judged(self.made)

    def _judged(self, slides: Iterable[Slide]) -> dict[str, str]:
        own: dict[str, str] = {slide.key: slide.verdict for slide in slides if slide.verdict}
        return own | {"cover": self.state, "summary": self.state}

    def _compared(self, made: list[Slide]) -> list[Slide]:
        """With what an earlier, frozen pitch gives to compare: a follow-up's slides, and what changed."""
        earlier, follows = then.earlier(self.pitch), then.followed(self.pitch)
        for frozen in dict.fromkeys(filter(None, (follows, earlier))):
            old = then.Then(self.ground, frozen, then.PREFIX if frozen == follows else "last.")
            if frozen == follows:
                beside = before.Before(self.ground, old, then.wordings(frozen))
                made = beside.laid_over(made, [(one.number, one.verdict.state) for one in self.steps])
            if frozen == earlier:
                made = [*made, changed.slide(self.ground, old, made, self.pitch.language)]
        return made

    def _decision_title(self) -> Text:
        if not self.ask.is_complete:
            return self.ground.say("decision.title.not_enough")
        state = "mixed" if self.state == "not_enough" else self.state
        return frame.titled(self.ground, "decision", state)

    @cached_property
    def _slides_as_json(self) -> tuple[dict[str, Any], ...]:
        """Asked for by the check and by what is drawn; all figures are registered by then."""
        slides = self.slides
        return tuple(slide.as_json(number, self.ground.register) for number, slide in enumerate(slides, 1))

    def as_snapshot(
        self, frozen_at: datetime | None = None, *, rows: bool = True, details: bool | Collection[str] = True
    ) -> contract.Snapshot:
        """The case as plain JSON; see ``pitches.decks.contract``.

        Without ``rows`` the lists behind the evidence stay empty, without ``details`` it is named only; the
        details of some are read when these are given by id.
        """
        pitch, ground = self.pitch, self.ground
        slides = [dict(slide) for slide in self._slides_as_json]
        resting: dict[str, list[str]] = {}
        for key, figure in ground.register.figures.items():
            resting.setdefault(figure.evidence, []).append(key)
        evidence = [
            one.as_json(rows=rows, details=details if isinstance(details, bool) else one.id in details)
            | {"figures": resting.get(one.id, [])}
            for one in ground.register.evidence.values()
        ]
        snapshot = {
            "format": contract.FORMAT,
            "tool": f"Earshot {settings.EARSHOT_VERSION}",
            "template": TEMPLATE,
            "id": str(pitch.code),
            "version": pitch.version,
            "frozen_at": frozen_at.isoformat() if frozen_at else None,
            "language": pitch.language,
            "time_zone": ground.workspace.time_zone,
            "sample": ground.workspace.is_sample,
            "replay": bool(settings.OUTBOUND_REPLAY_URL),
            "accent": ground.workspace.accent,
            "audience": pitch.audience_kind,
            "length": pitch.length,
            "names": dict(ground.names),
            "figures": {key: figure.as_json() for key, figure in ground.register.figures.items()},
            "evidence": evidence,
            "slides": slides,
        }
        if details:
            every = ground.covered(ground.searches)
            snapshot["searches"] = provenance.searches(ground.searches)
            snapshot["coverage"] = provenance.coverage([*every, *ground.off])
        if listed := goals.as_json(ground, self.plan):
            snapshot["goals"] = listed
        if frozen := then.followed(pitch):
            snapshot["baseline"] = then.baseline(frozen)
        snapshot |= looks.in_snapshot(pitch)
        return snapshot  # type: ignore[return-value]  # built key by key as the contract says; checked by decks.snapshot


def _shown(step: StepCase) -> tuple[State, Text, Text, tuple[str, ...]]:
    """What a step's slides are made of. Nothing of it is edited: that is laid over them."""
    return step.verdict.state, step.title, step.reasoning, ()


def build(pitch: Pitch, now: datetime | None = None) -> Case:
    """Measures the five steps for the pitch's period. Works on an unsaved pitch, too: that is Home.

    Asks the database for numbers only; the lists behind them are read when somebody opens one.
    """
    by, now = then.yardstick_of(pitch), now or timezone.now()
    ground = Ground(pitch.workspace, pitch.period_start, pitch.period_end, now, by)
    ground.chosen = tuple(pitch.rivals.values_list("pk", flat=True)) if pitch.pk else ()
    _name(ground, pitch)
    frame.measure_rules(ground)
    frame.measure_period(ground)
    asked = (pitch.ask_hours, pitch.ask_budget, pitch.ask_currency, pitch.ask_decide_by, pitch.ask_owner)
    ask, plan = Ask(*asked), Plan.from_json(pitch.plan)
    found = [
        verdicts.talk(talk.measure(ground)),
        verdicts.visibility(visibility.measure(ground)),
        verdicts.voice(voice.measure(ground)),
        verdicts.race(race.measure(ground)),
        verdicts.start(start.measure(ground, ask, plan)),
    ]
    chosen = tuple(_chosen(pitch)) if pitch.pk else ()
    answers.measure(ground, chosen)
    decision.measure(ground, plan, ask.currency)
    precision.measure(ground)
    steps = tuple(_step(ground, number, verdict) for number, verdict in enumerate(found, 1))
    return Case(pitch, ground, Edits.from_json(pitch.edits), steps, ask, chosen, plan)


def _name(ground: Ground, pitch: Pitch) -> None:
    ground.names["brand"] = ground.own.name if ground.own else ground.workspace.name
    ground.names["title"] = pitch.title
    ground.names["audience"] = pitch.audience
    ground.names["author"] = str(pitch.created_by) if pitch.created_by else ""


def _chosen(pitch: Pitch) -> list[Chosen]:
    actions = Action.objects.filter(pitch=pitch).exclude(state=Action.State.NOT_RELEVANT)
    return [
        Chosen(
            one.mention,
            one.owner,
            one.due,
            one.kind,
            one.title,
            one.url,
            one.place,
            one.happens_on,
            not one.is_open,
        )
        for one in actions.select_related("mention__site", "mention__author", "mention__conversation")
    ]


def _step(ground: Ground, number: int, verdict: Verdict) -> StepCase:
    reasons = tuple(ground.say(key) for key in verdict.reasons)
    slide = outline.SLIDE_OF_STEP[number]
    return StepCase(
        number=number,
        claim=ground.say(f"s{number}.claim"),
        verdict=verdict,
        reasons=reasons,
        missing=tuple((key, ground.say(key)) for key in verdict.missing),
        title=frame.titled(ground, slide, verdict.state, _variant(ground, number, verdict)),
        reasoning=join(*reasons),
    )


def _variant(ground: Ground, number: int, verdict: Verdict) -> str:
    """Another title than the one of the verdict, where that would say more than is so."""
    if number == 2 and verdict.state == "mixed" and "s2.reason.enough" in verdict.reasons:
        return "mixed_unheeded"  # what is seen need not move anybody
    if number == 5 and verdict.state == "supported" and not ground.register.values()["s5.chosen"]:
        return "supported_unchosen"
    if number == 5 and "s5.reason.no_ask" in verdict.reasons:
        return "unasked"
    return race.variant(ground, verdict.state) if number == 4 else ""


def period_of(
    workspace: Workspace, days: int = DEFAULT_DAYS, now: datetime | None = None
) -> tuple[date, date]:
    """The last ``days`` whole days up to today, in the workspace's zone."""
    today = workspace.localtime(now or timezone.now()).date()
    return today - timedelta(days=days - 1), today
