"""The slides around the five steps: cover, summary, what we measured; and what all slides share."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language

from listening.coverage import Coverage
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground
from pitches.slides import Cell, Slide
from pitches.verdicts import THRESHOLDS, State, Threshold, Verdict
from pitches.words import LANGUAGES, Text, join, places, table

UNREAD = ("failed", "none")  # states of sources that let us read nothing of the period
SIGNS = {">=": "at_least", "<": "less_than", ">": "more_than"}


def measure_rules(ground: Ground) -> None:
    """Every threshold as a figure, so that a reason can print it and lead to the rule book."""
    proof = ground.prove(0, "rules", kind="assumption")
    for name, rule in THRESHOLDS.items():
        ground.register.add(f"rule.{name}", rule.value, rule.unit, proof, _rule_label(ground, rule))


def _rule_label(ground: Ground, rule: Threshold) -> Text:
    """What the threshold is for: "Rule of the first step, supported: Stories"."""
    head, side = ground.say(f"label.rule.s{rule.step}"), ground.say(f"side.{rule.side}")
    measure = ground.say(f"measure.{rule.measure}")
    return {
        language: f"{head[language]}, {side[language].lower()}: {measure[language].rstrip(':')}"
        for language in head
    }


def rule_text(ground: Ground, name: str) -> Text:
    """A rule in words: "Stories: at least 30", its number a figure."""
    rule = THRESHOLDS[name]
    sign = ground.say(f"rule.{SIGNS[rule.sign]}", value=f"rule.{name}")
    said = join(ground.say(f"measure.{rule.measure}"), sign)
    return join(said, ground.say(rule.also)) if rule.also else said


def measure_period(ground: Ground) -> None:
    """The period is chosen by people; everything is counted inside it."""
    proof = ground.prove(0, "period", lambda: Details(since=ground.start, until=ground.end), "manual")
    ground.figure("period.start", ground.start, "date", proof)
    ground.figure("period.end", ground.end, "date", proof)
    ground.figure("period.days", (ground.end - ground.start).days + 1, "count", proof)


def titled(ground: Ground, key: str, state: State, variant: str = "") -> Text:
    """The title for this verdict; a title whose figures are unknown falls back to "not enough evidence"."""
    wanted = f"{key}.title.{variant or state}"
    text = ground.say(wanted if wanted in table() else f"{key}.title.mixed")
    values = ground.register.values()
    unknown = any(values.get(place) is None for place in places(text) if not place.startswith("@"))
    return ground.say(f"{key}.title.not_enough") if unknown else text


def cover(ground: Ground, state: State, audience: str = "") -> Slide:
    """The pitch's own title, for whom, by whom and the period; the renderers add id and date of freezing.

    ``audience``: the kind of people who decide.
    """
    lines = [ground.say("cover.period")]
    if f"cover.for.{audience}" in table():
        whom = "named" if ground.names.get("audience") else "for"
        lines.insert(0, ground.say(f"cover.{whom}.{audience}"))
    elif ground.names.get("audience"):
        lines.insert(0, ground.say("cover.audience"))
    if ground.names.get("author"):
        lines.append(ground.say("cover.author"))
    if ground.names.get("title"):
        lines.insert(0, ground.say("cover.name"))
    return Slide("cover", titled(ground, "cover", state), [show.paragraph(line) for line in lines],
                 ground.say("cover.notes"), layout="cover")  # fmt: skip


def summary(
    ground: Ground,
    state: State,
    steps: Sequence[tuple[int, Verdict, Text]],
    complete: bool,
    edited: Sequence[str],
) -> Slide:
    """Five titles with their verdicts, and the ask in one box.

    ``edited``: the languages in which a person wrote one of the titles.
    """
    items = [{"step": number, "verdict": verdict.state, "text": title} for number, verdict, title in steps]
    ask = ground.say("decision.ask" if complete else "decision.open")
    blocks = [{"type": "verdicts", "items": items}, show.callout(ask, "ask")]
    held = [number for number, verdict, _ in steps if verdict.state == "supported"]
    title = summary_title(ground, state, held, complete)
    return Slide("summary", title, blocks, ground.say("summary.notes"), layout="summary", edited=edited)


def measure_verdicts(ground: Ground, steps: Sequence[tuple[int, Verdict]]) -> None:
    """How many steps hold, contradict or cannot be judged: what ``summary`` prints."""

    def rows() -> list[Row]:
        language = (get_language() or "en")[:2]
        said = [(ground.say(f"s{number}.claim"), ground.say(f"state.{one.state}")) for number, one in steps]
        return [
            {"title": claim.get(language, claim["en"]), "url": "", "site": "", "author": "", "date": "",
             "excerpt": "", "why": verdict.get(language, verdict["en"])}
            for claim, verdict in said
        ]  # fmt: skip

    proof = ground.prove(0, "verdicts", lambda: Details(rows_total=len(steps), rows=rows))
    ground.figure("case.steps", len(steps), "count", proof)
    for state in ("supported", "not_supported", "not_enough"):
        held = sum(1 for _, verdict in steps if verdict.state == state)
        ground.figure(f"case.{state}", held, "count", proof)


def summary_title(ground: Ground, state: State, held: Sequence[int], complete: bool) -> Text:
    """The numbers of those steps that hold, and no others; then the ask, as far as it is made."""
    clauses = [
        ground.say(f"summary.held.s{number}") for number in held if f"summary.held.s{number}" in table()
    ]
    if state in ("not_supported", "not_enough") or not clauses:
        return ground.say(f"summary.title.{'mixed_none' if state in ('supported', 'mixed') else state}")
    ask = ground.say("summary.ask" if complete else "summary.no_ask")
    frame = ground.say(f"summary.title.{state}")
    said = {}
    for language, template in frame.items():
        listed = ", ".join(clause[language] for clause in clauses)
        line = template.replace("{held}", listed).replace("{ask}", ask[language])
        said[language] = line[:1].upper() + line[1:]
    return said


def measured(ground: Ground) -> Slide:
    """The searches, the sources with what they let us read, the dates, and how a sample was judged."""
    values = ground.register.values()
    if not values["s1.sources_covered"]:
        state: State = "not_enough"
    else:
        state = "mixed" if values["s1.sources_failed"] else "supported"
    searches: list[list[Cell]] = []
    for search in ground.own_searches:
        if version := search.current:
            name = f"search.{search.subject}_{search.form}"
            searches.append([{"text": ground.say(name)}, {"raw": f"{version} · {version.text}"[:400]}])
    if not searches:
        searches = [[{"text": ground.say("measured.no_search")}, {"raw": "–"}]]
    said = [ground.say("measured.text"), _precision(ground)]
    if ground.off:
        said.append(ground.gap(ground.off))
    blocks = [
        show.paragraph(join(*said)),
        show.table([ground.say("column.search"), ground.say("column.query")], searches, [1, 3]),
        _sources(ground),
    ]
    title = ground.say(f"measured.title.{state}")
    return Slide("measured", title, blocks, ground.say("measured.notes"), ground.say("measured.footer"))


def _precision(ground: Ground) -> Text:
    """How many of a random sample were judged relevant; that nobody judged one is said, too."""
    values = ground.register.values()
    known = values.get("precision.judged") and values.get("precision.share") is not None
    return ground.say("measured.precision" if known else "measured.not_sampled")


def _sources(ground: Ground) -> show.Block:
    """A row for each source that was read, with its days, and one for all that could not be."""
    proof = ground.register.figures["s1.sources_asked"].evidence
    rows: list[list[Cell]] = []
    for one in ground.coverage:
        if one.state not in UNREAD:
            rows.append(
                [
                    {"text": _labels(ground, [one])},
                    {"text": ground.say(f"coverage.{one.state}")},
                    {"figure": f"s1.inspected.{one.source}"},
                    _day(ground, f"s1.from.{one.source}", one.covered_from, proof),
                    _day(ground, f"s1.to.{one.source}", one.covered_to, proof),
                ]
            )
    unknown: list[Cell] = [{"state": "unknown", "evidence": proof} for _ in range(3)]
    for state in UNREAD:
        if alike := [one for one in ground.coverage if one.state == state]:
            said = ground.say(f"coverage.{state}")
            rows.append([{"text": _labels(ground, alike)}, {"text": said}, *unknown])
    if not rows:
        rows = [[{"text": ground.say("gap.never")}, {"state": "unknown"}, *unknown]]
    columns = [ground.say(f"column.{name}") for name in ("source", "coverage", "inspected", "from", "to")]
    return show.table(columns, rows, [2.6, 2, 1, 1.4, 1.4])


def _labels(ground: Ground, sources: Sequence[Coverage]) -> Text:
    """The names of sources, which may hold digits."""
    places = [f"{{{ground.name(f'source.{one.source}', one.label)}}}" for one in sources]
    return dict.fromkeys(LANGUAGES, ", ".join(places))


def _day(ground: Ground, key: str, moment: object, proof: str) -> Cell:
    """A day in the workspace's zone as a figure, registered on first use."""
    if key not in ground.register.figures:
        local = ground.workspace.localtime(moment).date() if moment else None  # type: ignore[arg-type]
        ground.figure(key, local, "date", proof, label=key.rpartition(".")[0])
    return {"figure": key}
