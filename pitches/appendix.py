"""The appendix, which proves what the slides claim: register, method, health, rivals in full, plain words."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Count, Q

from competitors import site_types
from competitors.models import SiteTypeCorrection
from listening import coverage, queries, sources
from listening.coverage import Coverage, Health
from listening.models import Mention
from pitches import slides as show
from pitches.figures import Details
from pitches.frame import rule_text
from pitches.ground import Ground, seen
from pitches.slides import Cell, Slide
from pitches.verdicts import THRESHOLDS
from pitches.words import Text, table

SAID = ("story", "conversation", "equal", "exclusions", "unknown", "privacy")  # rules in one sentence each
MOST_KNOWN = 3  # sites printed of the list of known ones of a type


def slides(ground: Ground, template: int) -> list[Slide]:
    """A1 every figure's proof, A2 how we searched and judged, A3 what could be read, A5 the plain words.

    ``template``: the number of what the slides look like and say.
    """
    made: dict[str, list[show.Block]] = {
        "method": _method(ground, template),
        "health": _health(ground),
        "glossary": _glossary(ground),
        "register": [{"type": "register"}],
    }
    footers = {"health": ground.say("health.footer")}
    return [
        Slide(
            key,
            ground.say(f"{key}.title"),
            blocks,
            ground.say(f"{key}.notes"),
            footers.get(key, dict(show.NOTHING)),
            layout="appendix",
        )
        for key, blocks in made.items()
    ]


# A2: how we searched, counted and judged


def _method(ground: Ground, template: int) -> list[show.Block]:
    ground.name("tool", f"Earshot {settings.EARSHOT_VERSION}")
    ground.name("template", str(template))
    _measure_left_out(ground)
    said = [ground.say("method.made"), *(ground.say(f"method.{line}") for line in SAID)]
    if others := _others(ground):
        ground.name("others", others)
        said.append(ground.say("method.others"))
    return [
        *show.bullets(said),
        _queries(ground),
        _formulas(ground),
        _rules(ground),
        *show.bullets([ground.say("method.types")]),
        _types(ground),
    ]


def _measure_left_out(ground: Ground) -> None:
    """What people sorted out by hand, and what was reserved: counted, so that nobody wonders."""
    found = queries.matched(
        ground.workspace, since=ground.since, until=ground.until, relevant_only=False
    ).order_by()
    counted = found.aggregate(
        sorted_out=Count("mention", distinct=True, filter=Q(mention__state=Mention.State.NOT_RELEVANT)),
        reserved=Count("mention", distinct=True, filter=Q(mention__is_searchable=False)),
    )
    corrected = SiteTypeCorrection.objects.filter(workspace=ground.workspace).count()
    proof = ground.prove(0, "method", lambda: Details(since=ground.start, until=ground.end), "manual")
    ground.figure("method.not_relevant", counted["sorted_out"], "count", proof)
    ground.figure("method.reserved", counted["reserved"], "count", proof)
    ground.figure("method.corrected", corrected, "count", proof)


def _others(ground: Ground) -> str:
    """The brands we listen for that this pitch leaves out, by name."""
    kept = {brand.pk for brand in ground.brands}
    named = {one.brand.name for one in ground.searches if one.brand and one.brand.pk not in kept}
    return ", ".join(sorted(named))


def _queries(ground: Ground) -> show.Block:
    """Every search with its version, word for word; NOT and brackets are part of it."""
    kept = {brand.pk for brand in ground.brands}
    rows: list[list[Cell]] = []
    for search in ground.searches:
        version = search.current
        if version is None or (search.brand_id is not None and search.brand_id not in kept):
            continue
        about: Cell = {"raw": search.brand.name} if search.brand else {"text": ground.say("search.industry")}
        form: Cell = {"text": ground.say(f"search.form_{search.form}")}
        folded = " (å = a, é = e)" if version.fold else ""
        rows.append([about, form, {"raw": f"{version} · {version.text}{folded}"}])
    columns = [ground.say(f"column.{name}") for name in ("subject", "search", "query")]
    return show.table(columns, rows, [1.4, 1, 5])


def _formulas(ground: Ground) -> show.Block:
    """How each figure is counted, each formula once, with all that is counted by it."""
    by_formula: dict[str, tuple[Text, list[Text]]] = {}
    for one in ground.register.evidence.values():
        if one.step and any(one.formula.values()):
            by_formula.setdefault(one.formula["en"], (one.formula, []))[1].append(one.label)
    rows: list[list[Cell]] = [
        [
            {"text": {language: "\n".join(label[language] for label in labels) for language in formula}},
            {"text": formula},
        ]
        for formula, labels in by_formula.values()
    ]
    return show.table([ground.say("column.counted"), ground.say("column.formula")], rows, [2, 5])


def _rules(ground: Ground) -> show.Block:
    rows: list[list[Cell]] = [
        [
            {"text": ground.say(f"s{rule.step}.claim")},
            {"text": ground.say(f"side.{rule.side}")},
            {"text": rule_text(ground, name)},
        ]
        for name, rule in THRESHOLDS.items()
    ]
    return show.table(
        [ground.say(f"column.{name}") for name in ("claim", "verdict", "rule")], rows, [3, 2, 3]
    )


def _types(ground: Ground) -> show.Block:
    """How a search result gets its type, as the rules themselves tell."""
    rows: list[list[Cell]] = []
    for kind, sites in site_types.KNOWN_SITES.items():
        known = sites.split()
        hosts = ", ".join(f"{word}." for word in site_types.HOST_WORDS.get(kind, ()))
        paths = ", ".join(word for name, word, _ in site_types.PATHS if name == kind)
        rows.append(
            [
                {"text": ground.say(f"type.{kind}")},
                {"raw": f"{', '.join(known[:MOST_KNOWN])} … ({len(known)})"},
                {"raw": hosts or "–"},
                {"raw": paths or "–"},
            ]
        )
    columns = [ground.say(f"column.{name}") for name in ("type", "known_sites", "host", "path")]
    return show.table(columns, rows, [1, 3, 2, 2])


# A3: what could and could not be read


def _health(ground: Ground) -> list[show.Block]:
    """Every source that was asked for anything, and those that were off: what came back, and when last."""
    doing = coverage.health(ground.workspace)
    covered = {one.source: one for one in ground.coverage}
    proof = ground.prove(0, "health", lambda: Details(fetched_at=ground.now))
    rows = [_listened(ground, one, doing.get(one.source), proof) for one in ground.coverage]
    rows += [
        [
            {"raw": one.label},
            {"text": ground.say("asked.listening")},
            {"text": ground.say("coverage.off")},
            *({"state": "unknown"} for _ in range(3)),
            _happened(ground, one.source, one.error_message, one.error_params, one.gaps),
        ]
        for one in ground.off
    ]
    rows += [_asked(ground, name, one, proof) for name, one in doing.items() if name not in covered]
    names = ("source", "asked", "coverage", "last_success", "inspected", "last_run", "error")
    columns = [ground.say(f"column.{name}") for name in names]
    if not rows:
        return [show.callout(ground.say("gap.never"), "note")]
    return [show.table(columns, rows, [1.2, 1.4, 1.5, 1.35, 1.1, 1.25, 4.2])]


def _listened(ground: Ground, one: Coverage, doing: Health | None, proof: str) -> list[Cell]:
    """A source that hears what is said: how much of the period it let us read."""
    key = f"s1.inspected.{one.source}"
    if key not in ground.register.figures:
        ground.figure(key, seen(one), "count", proof, label="s1.inspected")
    return [
        {"raw": one.label},
        {"text": ground.say("asked.listening")},
        {"text": ground.say(f"coverage.{one.state}")},
        *_last(ground, one.source, doing, proof),
        {"figure": key},
        _last_run(ground, one.source, doing, proof),
        _happened(ground, one.source, one.error_message, one.error_params, one.gaps),
    ]


def _asked(ground: Ground, name: str, doing: Health, proof: str) -> list[Cell]:
    """A source that hears nothing itself: profiles, result pages, popularity."""
    states = {"ok": "ok", "partial": "partial"}
    key = f"health.inspected.{name}"
    ground.figure(key, doing.items_30d, "count", proof, label="health.inspected")
    return [
        {"raw": sources.label(name)},
        {"text": ground.say(f"asked.{_asked_for(name)}")},
        {"text": ground.say(f"coverage.{states.get(doing.state, 'failed')}")},
        *_last(ground, name, doing, proof),
        {"figure": key},
        _last_run(ground, name, doing, proof),
        _happened(ground, name, doing.error_message, doing.error_params),
    ]


def _asked_for(name: str) -> str:
    """What a source that hears nothing is asked for: what it can tell."""
    for capability in ("results", "rank"):
        if any(kind.name == name for kind in sources.with_capability(capability)):
            return capability
    return "observe"


def _last(ground: Ground, name: str, doing: Health | None, proof: str) -> list[Cell]:
    at = doing.last_ok_at if doing else None
    day = ground.workspace.localtime(at).date() if at else None
    ground.figure(f"health.last_ok.{name}", day, "date", proof, label="health.last_ok")
    return [{"figure": f"health.last_ok.{name}"}]


def _last_run(ground: Ground, name: str, doing: Health | None, proof: str) -> Cell:
    items = doing.last_items if doing else None
    ground.figure(f"health.last_run.{name}", items, "count", proof, label="health.last_run")
    return {"figure": f"health.last_run.{name}"}


def _happened(
    ground: Ground, name: str, message: str, params: dict[str, object], gaps: Sequence[str] = ()
) -> Cell:
    """Why a source could not be read, in every language of the pitch."""
    if message:
        return {"text": ground.translated(f"error.{name}", message, params)}
    return {"raw": "; ".join(gaps) or "–"}


# A5: the words


def _glossary(ground: Ground) -> list[show.Block]:
    """Every word that a reader may not know, in plain words, in the order in which a deck uses them."""
    keys = [key.split(".")[1] for key in table() if key.startswith("glossary.") and key.endswith(".term")]
    rows: list[list[Cell]] = [
        [{"text": ground.say(f"glossary.{key}.term")}, {"text": ground.say(f"glossary.{key}.means")}]
        for key in keys
    ]
    return [show.table([ground.say("column.word"), ground.say("column.means")], rows, [1, 5])]
