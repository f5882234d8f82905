"""The sample's plan: a calendar that is followed, goals with targets, and what is to be done first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from listening import calendars, communities
from listening.models import Calendar
from listening.sources.calendar_documents import parse
from listening.types import CalendarAnswer
from pitches import verbs
from pitches.case import build
from pitches.models import Pitch
from pitches.planning import actions
from pitches.planning.plan import Option, Plan, proposed_target
from teams.models import User, Workspace

ADDRESS = "https://kaffeforeningen.example/kalender.ics"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Kaffeforeningen//SV
X-WR-CALNAME:Kaffeföreningen
X-WR-TIMEZONE:Europe/Stockholm
BEGIN:VEVENT
UID:provning@kaffeforeningen.example
DTSTART;TZID=Europe/Stockholm:{monday}T180000
DURATION:PT2H
RRULE:FREQ=WEEKLY;INTERVAL=2
SUMMARY:Öppen kaffeprovning
LOCATION:Rosteriet\\, Granvik
URL:https://kaffeforeningen.example/provning
END:VEVENT
BEGIN:VEVENT
UID:festival@kaffeforeningen.example
DTSTART;VALUE=DATE:{festival}
DTEND;VALUE=DATE:{after}
SUMMARY:Kaffefestivalen
LOCATION:Mässan\\, Storhamn
URL:https://kaffeforeningen.example/festival
END:VEVENT
BEGIN:VEVENT
UID:baristakurs@kaffeforeningen.example
DTSTART;TZID=Europe/Stockholm:{course}T090000
DTEND;TZID=Europe/Stockholm:{course}T160000
SUMMARY:Baristakurs för nybörjare
LOCATION:Ekeby
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def follow(workspace: Workspace, now: datetime) -> Calendar:
    """A calendar as if it had been read today; nobody asks it again."""
    today = workspace.localtime(now).date()
    monday = today + timedelta(days=7 - today.weekday())
    festival = today + timedelta(days=45)
    text = CALENDAR.format(
        monday=_written(monday),
        festival=_written(festival),
        after=_written(festival + timedelta(days=2)),
        course=_written(today + timedelta(days=20)),
    )
    row = Calendar.objects.create(workspace=workspace, url=ADDRESS)
    calendars.keep_answer(row, CalendarAnswer(parse(text.encode(), workspace.zone, now)), now)
    row.due_at = None
    row.save()
    return row


def _written(day: date) -> str:
    return f"{day:%Y%m%d}"


def fill(pitch: Pitch, user: User, now: datetime) -> None:
    """Targets as Earshot proposes them, what starting larger would cost, and where to go."""
    case = build(pitch, now)
    figures = case.ground.register.figures
    goals = tuple(
        replace(
            goal,
            target=proposed_target(figures[goal.figure].value, figures[goal.figure].unit, goal.direction),
            owner=str(user),
        )
        for goal in Plan().goals
    )
    plan = Plan(goals=goals, options={"nothing": Option(0, 0), "larger": Option(20, 9000)})
    verbs.save(pitch, user, {"plan": plan.as_json()})
    without = [brand.domain for brand in case.ground.brands if brand.domain]
    busiest = communities.communities(case.ground.heard, 1, without)
    coming = calendars.coming(pitch.workspace, now).filter(is_cancelled=False)
    festival = coming.exclude(first_day=None).first()
    new = [actions.about_community(one) for one in busiest]
    new += [actions.about_event(festival)] if festival else []
    new.append(actions.Action(kind=actions.Kind.TASK, title=gettext("Agree on how we answer")))
    actions.add(pitch, new, str(user), pitch.workspace.localtime(now).date())
