"""A follow-up's own slides: what we said then, the figures before and after, the goals, and the measure.

Compared is what was read both times. Where other sources were read, today is counted again on common ones,
and so are the days of then; what cannot be compared says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from listening.yardstick import Yardstick
from pitches import slides as show
from pitches.figures import Details, Register, Unit
from pitches.follow_ups import progress, told
from pitches.follow_ups.differences import SourceChange
from pitches.follow_ups.progress import Advice, Light, Move, Outcome, Way
from pitches.follow_ups.then import Then, Wordings, sources_beside
from pitches.ground import Ground
from pitches.slides import Cell, Slide
from pitches.steps import race, talk, voice
from pitches.steps.delta import POINTS, delta
from pitches.words import Text

# What rests on what sources let us hear; the rest is looked up by phrase, or read from profiles.
HEARD = ("s1.", "s3.", "s4.own_voice", "s4.own_stories", "s4.voice.", "s4.stories.", "s5.answerable")


@dataclass(frozen=True)
class Pair:
    """One figure then and now: keys of this register (None = not there), and how it moved.

    ``frozen`` is the figure as it was frozen, ``old`` the one compared: the same, or counted again on the
    sources that were read both times. ``why``: why nothing is compared.
    """

    key: str
    way: Way
    frozen: str | None
    old: str | None
    new: str | None
    went: Move
    why: Text | None = None


@dataclass(frozen=True)
class Before:
    """A follow-up beside what it follows."""

    ground: Ground
    then: Then
    worded: Wordings

    # Equal yardsticks

    @cached_property
    def sources(self) -> list[SourceChange]:
        """Every source asked then or now."""
        return sources_beside(self.ground, self.then)

    @cached_property
    def common(self) -> frozenset[str] | None:
        """The sources that were read both times; None when these are all that were read at all."""
        if not any(one.kind in ("gained", "lost") for one in self.sources):
            return None
        both = (one for one in self.sources if one.kind in ("same", "otherwise"))
        return frozenset(one.source for one in both if one.new in told.READ)

    @cached_property
    def now(self) -> Ground:
        """Today on the common sources."""
        return self._on_common(self.ground)

    @cached_property
    def again(self) -> Ground:
        """The days of then on the common sources, counted again from what is stored."""
        start, end = (self.ground.register.figures[f"then.{name}"].value for name in ("from", "to"))
        first, last = date.fromisoformat(str(start)), date.fromisoformat(str(end))
        frozen_at = self.then.pitch.frozen_at or self.ground.now
        return self._on_common(replace(self.ground, now=frozen_at, start=first, end=last))

    def _on_common(self, ground: Ground) -> Ground:
        """A ground of its own, measured on the common sources by the same wordings."""
        by = Yardstick(self.ground.by.versions, self.common)
        common = replace(ground, by=by, register=Register(), names=dict(self.ground.names), _known={})
        for step in (talk, voice, race):
            step.measure(common)
        return common

    def _borrowed(self, key: str, prefix: str, common: Ground) -> str | None:
        """A figure of such a ground, registered here with its proof; None when it is not measured there."""
        figure = common.register.figures.get(key)
        if figure is None:
            return None
        new = f"{prefix}.{key}"
        if new not in self.ground.register.figures:
            evidence = common.register.evidence[figure.evidence]

            def read() -> Details:
                details = evidence.details
                for name, value in common.names.items():
                    self.ground.names.setdefault(name, value)
                return details

            label = self._on(prefix, evidence.label)
            proof = self.ground.register.prove(evidence.step, label, evidence.kind, evidence.formula, read)
            self.ground.register.add(
                new, figure.value, figure.unit, proof, self._on(prefix, figure.label), kind=figure.kind
            )
        return new

    def _on(self, prefix: str, text: Text) -> Text:
        before = self.ground.say(f"{prefix}.before")
        return {language: f"{before[language]} {sentence}" for language, sentence in text.items()}

    # Figures

    @cached_property
    def pairs(self) -> list[Pair]:
        """The key figures then and now."""
        return [self.pair(key, way) for key, way in progress.KEY_FIGURES.items()]

    def pair(self, key: str, way: Way) -> Pair:
        """One figure then and now, limited to the common sources where it rests on them."""
        frozen = self.then.figure(key) if key in self.then.snapshot["figures"] else None
        old, new = frozen, key if key in self.ground.register.figures else None
        if self.common and key.startswith(HEARD):
            new = self._borrowed(key, "now", self.now)
            if any(one.kind == "lost" for one in self.sources):
                old = self._borrowed(key, "again", self.again)
        why = self._unlike(key, old, new)
        went = (
            "unknown" if why else progress.move(self._number(old), self._number(new), self._unit(new or old))
        )
        return Pair(key, way, frozen, old, new, went, why)

    def _unlike(self, key: str, old: str | None, new: str | None) -> Text | None:
        """Why the two cannot be compared; None when they can."""
        if self._number(old) is None:
            return self.ground.say("before.why.unknown_then")
        if self._number(new) is None:
            return self.ground.say("before.why.unknown_now")
        if key.startswith(HEARD):
            if self.common is not None and not self.common:
                return self.ground.say("before.why.no_source")
            if self.worded.lost:
                return self.ground.say("before.why.lost_search")
            days = self.ground.register.values()
            if self._unit(new) == "count" and days["then.length"] != days["period.days"]:
                return self.ground.say("before.why.length")
        if key.startswith("s2.") and self._phrases_differ(key):
            return self.ground.say("before.why.phrases")
        return None

    def _phrases_differ(self, key: str) -> bool:
        figure = self.then.snapshot["figures"][key]
        old = next(one for one in self.then.snapshot["evidence"] if one["id"] == figure["evidence"])
        new = self.ground.details(self.ground.register.figures[key].evidence)
        return set(str(old.get("query") or "").splitlines()) != set(new.query.splitlines())

    def _number(self, key: str | None) -> float | None:
        value = self.ground.register.figures[key].value if key else None
        return float(value) if isinstance(value, int | float) else None

    def _unit(self, key: str | None) -> Unit:
        return self.ground.register.figures[key].unit if key else "count"

    # Goals

    @cached_property
    def goals(self) -> list[tuple[progress.Goal, Pair, Light]]:
        """What was promised then, with how it stands."""
        found = []
        for goal in progress.goals_of(self.then.snapshot):
            pair = next((one for one in self.pairs if one.key == goal.figure), None)
            pair = pair or self.pair(goal.figure, goal.way)
            found.append((goal, pair, self._light(goal, pair)))
        return found

    def _light(self, goal: progress.Goal, pair: Pair) -> Light:
        if pair.why:
            return "unknown"
        unit = self._unit(pair.new)
        # Where sources are missing today, a target in counts was set for more than can be read.
        fair = pair.old == pair.frozen or unit == "percent"
        asked = replace(goal, baseline=self._number(pair.old), target=goal.target if fair else None)
        return progress.light(asked, self._number(pair.new), unit)

    @cached_property
    def outcome(self) -> Outcome:
        return progress.outcome((one.way, one.went) for one in self.pairs)

    @cached_property
    def advice(self) -> Advice:
        return progress.advice([light for _, _, light in self.goals])

    def measure(self) -> None:
        """Registers how many key figures and goals came which way, and the rules by which that is said."""
        ground = self.ground
        rules = ground.prove(0, "follow.rules", kind="assumption")
        ground.figure("follow.least_part", progress.LEAST_PART, "percent", rules)
        ground.figure("follow.least_count", progress.LEAST_COUNT, "count", rules)
        ground.figure("follow.least_points", progress.LEAST_POINTS * POINTS, "number", rules)
        proof = ground.prove(0, "follow.figures")
        known = [one for one in self.pairs if one.way != "watch" and one.went != "unknown"]
        ground.figure("follow.compared", len(known), "count", proof)
        ground.figure("follow.ours", sum(1 for one in known if one.went == one.way), "count", proof)
        against = sum(1 for one in known if one.went not in (one.way, "still"))
        ground.figure("follow.against", against, "count", proof)
        proof = ground.prove(0, "follow.goals")
        lights = [light for _, _, light in self.goals if light != "watched"]
        ground.figure("follow.goals", len(lights), "count", proof)
        for name in ("reached", "underway", "not_moved", "away", "unknown"):
            ground.figure(f"follow.{name}", lights.count(name), "count", proof)
        sources = ground.register.figures["s1.sources_asked"].evidence
        counted: dict[str, Callable[[SourceChange], bool]] = {
            "common": lambda one: one.kind in ("same", "otherwise") and one.new in told.READ,
            "gained": lambda one: one.kind == "gained",
            "lost": lambda one: one.kind == "lost",
        }
        for name, holds in counted.items():
            ground.figure(f"follow.{name}", sum(map(holds, self.sources)), "count", sources)

    # Slides

    def laid_over(self, made: Sequence[Slide], steps: Sequence[tuple[int, str]]) -> list[Slide]:
        """The slides of today as a follow-up has them; ``steps``: number and verdict of today."""
        self.measure()
        own = {"cover": self._covered, "decision": self._decided}
        told = [own[slide.key](slide) if slide.key in own else slide for slide in made]
        return [*told, self._then(steps), self._before_after(), self._goals(), self._sources()]

    def _then(self, steps: Sequence[tuple[int, str]]) -> Slide:
        """Every title of then beside its verdict of then and of today."""
        ground = self.ground
        verdicts, titles = told.verdicts_of(self.then.snapshot), told.titles_of(self.then.snapshot)
        rows: list[list[Cell]] = []
        other = 0
        for number, verdict in steps:
            old = verdicts.get(number)
            other += old is not None and old != verdict
            title = self.then.text(titles[number]) if number in titles else ground.say("before.untold")
            said = ground.say(f"state.{old}") if old else ground.say("before.untold")
            rows.append([{"text": title}, {"text": said}, {"text": ground.say(f"state.{verdict}")}])
        ground.figure("follow.steps", len(verdicts), "count", self.then.about)
        ground.figure("follow.other", other, "count", self.then.about)
        state = "incomparable" if not verdicts else "moved" if other else "not_moved"
        columns = [ground.say(f"before.column.{name}") for name in ("said", "verdict_then", "verdict_now")]
        edited = sorted({one for slide in self.then.snapshot["slides"] for one in slide["edited"]})
        blocks = [show.table(columns, rows, [5, 1.4, 1.4]), show.callout(ground.say("then.source"), "note")]
        notes, footer = ground.say("then.notes"), ground.say("then.footer")
        return Slide("then", ground.say(f"then.title.{state}"), blocks, notes, footer, edited=edited)

    def _before_after(self) -> Slide:
        ground = self.ground
        limited = any(one.old != one.frozen for one in self.pairs)
        rows = []
        for one in self.pairs:
            row: list[Cell] = [{"text": ground.say(f"before.row.{one.key}")}, _cell(one.frozen)]
            if limited:
                row.append(_cell(one.old))
            row += [_cell(one.new), self._change(one), {"text": self._said(one)}]
            rows.append(row)
        names = ("what", "then", *(("then_common",) if limited else ()), "now", "change", "way")
        columns = [ground.say(f"before.column.{name}") for name in names]
        widths = [4, 1.2, *([1.2] if limited else []), 1.2, 1.8, 1.6]
        blocks = [show.table(columns, rows, widths), *self._warnings()]
        title = ground.say(f"before.title.{self.outcome}")
        return Slide("before_after", title, blocks, ground.say("before.notes"), ground.say("before.footer"))

    def _change(self, pair: Pair) -> Cell:
        """The difference with its sign, and how much that is of the old; or why there is none."""
        if pair.why:
            return {"text": pair.why}
        assert pair.old and pair.new
        return {"text": delta(self.ground, pair.key, pair.old, pair.new)}

    def _said(self, pair: Pair) -> Text:
        if pair.went == "unknown":
            said = "unknown"
        elif pair.went == "still":
            said = "still"
        elif pair.way == "watch":
            said = "watched"
        else:
            said = "ours" if pair.went == pair.way else "against"
        return self.ground.say(f"before.way.{said}")

    def _warnings(self) -> list[show.Block]:
        """What was read otherwise, said beside the numbers that may have changed by it."""
        found = []
        for one in self.sources:
            if one.kind != "same":
                place = self.ground.name(f"source.{one.source}", one.label)
                found.append(self.ground.say(f"before.read.{one.kind}", source=place))
        if found and self.common:
            found.append(self.ground.say("before.limited"))
        if self.ground.register.values()["then.overlap"]:
            found.append(self.ground.say("before.shared"))
        return show.warnings(found)

    def _goals(self) -> Slide:
        ground = self.ground
        rows: list[list[Cell]] = []
        for number, (goal, pair, light) in enumerate(self.goals, 1):
            rows.append(
                [
                    {"text": self._named(goal.figure)},
                    _cell(pair.old),
                    self._target(number, goal),
                    _cell(pair.new),
                    _lit(light, ground.say(f"progress.light.{light}")),
                ]
            )
        limited = any(pair.old != pair.frozen for _, pair, _ in self.goals)
        names = ("goal", "then_common" if limited else "then", "target", "now", "light")
        columns = [ground.say(f"before.column.{name}") for name in names]
        advice = show.callout(ground.say(f"follow.advice.{self.advice}"), "note")
        table = [show.table(columns, rows, [4, 1.2, 1.8, 1.2, 2])] if rows else []
        blocks = [*table, advice, show.paragraph(ground.say("follow.rule"))]
        title = ground.say(f"goals.title.{self._reached()}")
        return Slide("goals", title, blocks, ground.say("goals.notes"), ground.say("goals.footer"))

    def _named(self, key: str) -> Text:
        """What a figure is called beside others: ours, where every brand has one."""
        if key in progress.KEY_FIGURES:
            return self.ground.say(f"before.row.{key}")
        return self.then.text(self.then.snapshot["figures"][key]["label"])

    def _reached(self) -> str:
        """Which title the goals get."""
        lights = [light for _, _, light in self.goals if light not in ("watched", "unknown")]
        if not lights:
            return "incomparable"
        good = sum(1 for light in lights if light in ("reached", "underway"))
        return "moved" if good == len(lights) else "mixed" if good else "not_moved"

    def _target(self, number: int, goal: progress.Goal) -> Cell:
        """What was promised; where no number was, the way."""
        if goal.target is None:
            return {"text": self.ground.say(f"progress.way.{goal.way}")}
        key = f"progress.target.{number}"
        if key not in self.ground.register.figures:
            proof = self.ground.register.figures["follow.goals"].evidence
            unit = self.then.snapshot["figures"][goal.figure]["unit"]
            label = self.ground.say("progress.target")
            self.ground.register.add(key, goal.target, unit, proof, label, kind="assumption")  # type: ignore[arg-type]  # one of the contract's
        if goal.days is None:
            return {"figure": key}
        days = f"progress.days.{number}"
        if days not in self.ground.register.figures:
            proof = self.ground.register.figures["follow.goals"].evidence
            label = self.ground.say("progress.days")
            self.ground.register.add(days, goal.days, "count", proof, label, kind="assumption")
        return {"text": self.ground.say("progress.by", target=key, days=days)}

    def _sources(self) -> Slide:
        """Whether both times were measured by the same: sources, wordings, length."""
        ground = self.ground
        rows: list[list[Cell]] = []
        for one in self.sources:
            place = ground.name(f"source.{one.source}", one.label)
            states = (one.old, one.new)
            said = [ground.say(f"coverage.{state}" if state else "before.unasked") for state in states]
            rows.append(
                [
                    {"text": ground.say("chart.brand", brand=place)},
                    *({"text": text} for text in said),
                    {"text": ground.say(f"before.kind.{self._kind(one)}")},
                ]
            )
        columns = [
            ground.say(f"before.column.{name}") for name in ("source", "read_then", "read_now", "compared")
        ]
        blocks: list[show.Block] = [show.table(columns, rows, [2, 2, 2, 3])] if rows else []
        blocks += show.bullets([ground.say("sources.length"), *self._wordings()])
        state = "same" if self.common is None else "limited" if self.common else "nothing"
        title = ground.say(f"sources.title.{state}")
        return Slide("sources", title, blocks, ground.say("sources.notes"), ground.say("sources.footer"))

    def _kind(self, one: SourceChange) -> str:
        return "unread" if one.kind == "same" and one.new not in told.READ else one.kind

    def _wordings(self) -> list[Text]:
        """That the wordings are those of then: which are not today's any more, and which are lost."""
        ground = self.ground
        found = [ground.say("sources.wordings")]
        if self.worded.replaced:
            ground.name("then.replaced", "; ".join(str(one.search) for one in self.worded.replaced))
            found.append(ground.say("sources.replaced"))
        if self.worded.lost:
            ground.name("then.lost", "; ".join(self.worded.lost))
            found.append(ground.say("sources.lost"))
        return found

    def _decided(self, slide: Slide) -> Slide:
        """The slide of the decision, which asks for what the goals advise."""
        return replace(slide, title=self.ground.say(f"follow.decision.{self.advice}"))

    def _covered(self, slide: Slide) -> Slide:
        """The cover, which says that this is the second time."""
        return replace(slide, title=self.ground.say(f"follow.cover.{self.outcome}"))


def _cell(key: str | None) -> Cell:
    return {"figure": key} if key else {"state": "unknown"}


STATES = {"reached": "yes", "underway": "partly", "not_moved": "no", "away": "no", "unknown": "unknown"}


def _lit(light: Light, text: Text) -> Cell:
    """The word for how a goal stands, with its mark; what is only watched has none."""
    return {"state": STATES[light], "text": text} if light in STATES else {"text": text}
