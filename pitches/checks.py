"""What stands between a case and its freezing, in words people can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext, gettext_noop

from listening import scan
from pitches import outline
from pitches.case import Case
from pitches.decks import snapshot
from pitches.follow_ups import then
from pitches.shown import page_language
from pitches.steps import goals
from pitches.steps.voices import QUOTES

QUOTED = ("quotes", "quotes_chosen", "quotes_outside")
STALE_AFTER = timedelta(days=3)
ASK_FIELDS = {
    "hours": gettext_noop("the hours a week"),
    "budget": gettext_noop("the budget"),
    "decide_by": gettext_noop("the date to decide by"),
}


@dataclass(frozen=True)
class Problem:
    """An English template with its parameters. ``blocks``: the pitch cannot be frozen like this.

    ``key`` says which part is meant: "ask", "actions", "plan", "quotes", "figures", "fresh" or "slide".
    ``slide``: the key of the slide it touches, "" for none. ``language``: which of the two, "" for both.
    """

    key: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    blocks: bool = True
    slide: str = ""
    language: str = ""

    def __str__(self) -> str:
        return gettext(self.message) % self.params


def check(case: Case) -> list[Problem]:
    """Everything wrong with the case, what blocks first. Empty = ready to freeze."""
    asked = (*_ask(case), *_actions(case), *_plan(case), *_asides(case))
    found = [*asked, *_texts(case), *_quotes(case), *_stale(case), *_wordings(case)]
    return sorted(found, key=lambda problem: not problem.blocks)


def _ask(case: Case) -> Iterator[Problem]:
    missing = [name for name in ASK_FIELDS if getattr(case.ask, name) is None]
    if missing:
        words = ", ".join(gettext(ASK_FIELDS[name]) for name in missing)
        yield Problem(
            "ask", gettext_noop("Say what you ask for: %(missing)s."), {"missing": words}, slide="decision"
        )
    elif case.ask.decide_by and case.ask.decide_by < case.ground.workspace.localtime(case.ground.now).date():
        message = gettext_noop("The date to decide by has passed.")
        yield Problem("ask", message, blocks=False, slide="decision")


def _actions(case: Case) -> Iterator[Problem]:
    for position, one in enumerate([one for one in case.chosen if one.kind == "answer"], 1):
        if one.is_done:
            continue
        if one.mention is None:
            yield Problem(
                "actions",
                gettext_noop("Conversation %(number)s is gone; choose another."),
                {"number": position},
                slide="answers",
            )
        elif not one.owner or one.due is None:
            message = gettext_noop("Say who answers conversation %(number)s, and by when.")
            yield Problem("actions", message, {"number": position}, slide="answers")
    waiting = case.ground.register.values()["s5.answerable"]
    if waiting and not any(one.kind == "answer" for one in case.chosen):
        yield Problem("actions", gettext_noop("Choose the conversations to answer first."), slide="answers")


def _plan(case: Case) -> Iterator[Problem]:
    """A plan may be frozen with blanks; the deck says of them that they are blank."""
    values = case.ground.register.values()
    blank = [
        case.ground.say(f"kpi.name.{goal.figure}")[page_language()]
        for number, goal in goals.numbered(case.ground, case.plan)
        if values[f"goal.{number}.target"] is None
    ]
    if blank:
        message = gettext_noop("Goals without a target so far: %(goals)s.")
        yield Problem("plan", message, {"goals": ", ".join(blank)}, blocks=False, slide="plan")
    if None in (values["option.larger.hours"], values["option.larger.budget"]):
        message = gettext_noop("What starting larger would cost is not said.")
        yield Problem("plan", message, blocks=False, slide="decision")
    ladder, asked = values["ladder.hours"], values["ask.hours"]
    if isinstance(ladder, int | float) and isinstance(asked, int | float) and ladder > asked:
        message = gettext_noop("The ladder takes %(ladder)s hours a week in the end, you ask for %(asked)s.")
        words = {"ladder": f"{ladder:g}", "asked": f"{asked:g}"}
        yield Problem("plan", message, words, blocks=False, slide="start")


def _texts(case: Case) -> Iterator[Problem]:
    """The renderers' own rules: no figure without evidence, no digit outside a figure, no unknown name."""
    for problem in snapshot.check(case.as_snapshot(details=False)):
        words = {"where": problem.where, "what": gettext(problem.message) % problem.params}
        found = re.match(r"slides\[([^\]]+)\]", problem.where)
        key, slide = ("slide", found[1]) if found else ("figures", "")
        yield Problem(key, gettext_noop("%(where)s: %(what)s"), words, slide=slide)


SET_ASIDE = {
    "verdict": gettext_noop("“%(slide)s”: the verdict is another now. Keep or discard what %(by)s wrote."),
    "figures": gettext_noop(
        "“%(slide)s”: a number in what %(by)s wrote is gone. Write it anew or discard it."
    ),
    "place": gettext_noop("“%(slide)s”: what %(by)s wrote has no place any more. Discard it."),
}


def _asides(case: Case) -> Iterator[Problem]:
    """What a person wrote and the deck does not show: somebody has to decide before it is frozen."""
    shown = [slide.key for slide in case.slides]
    said = {(one.slide, one.why, one.language): one for one in case.laid.asides if one.slide in shown}
    for (slide, why, language), one in said.items():
        names = {"slide": outline.name(slide), "by": one.wording.by or gettext("somebody")}
        yield Problem("slide", SET_ASIDE[why], names, slide=slide, language=language)


def _quotes(case: Case) -> Iterator[Problem]:
    """Whose words stand for all the others is a choice that a person should make."""
    if not any(slide.key == "voices" for slide in case.slides):
        return
    values = case.ground.register.values()
    shown, chosen, outside = (int(values[f"s1.{name}"] or 0) for name in QUOTED)
    if gone := len(case.edits.quotes[:QUOTES]) - chosen:
        message = gettext_noop("Chosen quotes that are gone or may not be quoted: %(number)s. Choose others.")
        yield Problem("quotes", message, {"number": gone}, blocks=False, slide="voices")
    if shown > chosen:
        message = gettext_noop("A person should choose the quotes; Earshot proposed %(number)s of them.")
        yield Problem("quotes", message, {"number": shown - chosen}, blocks=False, slide="voices")
    if outside:
        message = gettext_noop("Quotes from outside the period of the pitch: %(number)s.")
        yield Problem("quotes", message, {"number": outside}, blocks=False, slide="voices")


def _stale(case: Case) -> Iterator[Problem]:
    """Numbers that were read long before the period ended, or are being read now, say less than they seem."""
    if scan.running(case.ground.workspace):
        message = gettext_noop("A scan is still running: numbers may grow until it ends.")
        yield Problem("fresh", message, blocks=False)
    register, until = case.ground.register, case.ground.read_until
    for number, key in ((1, "s1.stories"), (4, "s4.own_voice")):
        read = register.evidence[register.figures[key].evidence].details.fetched_at
        if read and read < until - STALE_AFTER:
            day = case.ground.workspace.localtime(read).date().isoformat()
            message = gettext_noop(
                "The numbers of step %(number)s were last read on %(day)s. Scan again first."
            )
            words = {"number": number, "day": day}
            yield Problem("fresh", message, words, blocks=False, slide=outline.SLIDE_OF_STEP[number])


def _wordings(case: Case) -> Iterator[Problem]:
    """A follow-up counts by old wordings; each must have been held against what is stored."""
    frozen = then.followed(case.pitch)
    worded = then.wordings(frozen) if frozen else then.Wordings()
    if any(one.rematched_at is None for one in worded.versions):
        message = gettext_noop(
            "Old wordings are still being held against what is stored. Wait a minute, then look again."
        )
        yield Problem("fresh", message)
    if worded.lost:
        message = gettext_noop("Searches of the earlier pitch are gone; what they heard cannot be compared.")
        yield Problem("fresh", message, blocks=False)
