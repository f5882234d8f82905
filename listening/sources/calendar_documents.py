"""Calendar documents (iCalendar, RFC 5545) to the dates that are coming. Pure.

Anybody can write a calendar that never ends. So the lines are sorted out first: only events are kept, only
the properties that people see, and only rules whose dates can be counted. Definitions of time zones are left
out, too: they are rules themselves, and the libraries would remember them for all calendars. Zones are known
by name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from listening.net.errors import SourceError, gettext_noop
from listening.sources.values import address
from listening.text import clean_line
from listening.types import CalendarDocument, Occurrence

LARGEST = 2_000_000  # bytes
AHEAD = timedelta(days=240)  # how far the dates of a repeated event are worked out
MOST_EVENTS = 5_000  # events looked at; those that are over cost nothing
MOST_RULES = 150  # repeated events; the costliest take a tenth of a second each
MOST_DATES = 20_000  # that are listed one by one, of all events that are looked at
MOST_COMING = 500  # dates kept, the earliest
LONGEST_LINE, MOST_LINES = 20_000, 600  # of one event
DEEPEST = 20  # parts of a calendar within each other; what is deeper is not read
OLDEST_RULE = date(1870, 1, 1)  # but of what comes once a year, such as birthdays
LONGEST_REFRESH = 7 * 24 * 60  # minutes

NO_CALENDAR = gettext_noop(
    "There is no calendar at this address. Copy the address of the iCal file; it often ends in .ics."
)
# What foreign events bring about in the libraries. Not Exception: the end of a task's time must get through.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

ZONED = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"})
KEPT = ZONED | {"UID", "DURATION", "SUMMARY", "LOCATION", "URL", "STATUS", "RRULE", "SEQUENCE"}
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}(?=[;:])")
_BREAK = re.compile(r"(?<!\r)\r*\n|\r")  # looked at once: a row of CR alone is read from its beginning only
_ZONE = re.compile(r';TZID=(?:"([^"]*)"|([^":;,]*))', re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEB = re.compile(r"https?://[^\s<>\"]+")
_MINUTES = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,6}S)?)?\Z")


@dataclass
class Block:
    """The kept lines of one event. ``zone_known``: they say in which time zone they are."""

    lines: list[str] = field(default_factory=list)
    uid: str = ""
    zone_known: bool = True
    repeats: bool = False
    is_instance: bool = False  # one date of a repeated event, changed
    listed: int = 0  # dates that are named one by one

    @property
    def day(self) -> date | None:
        """The day on which it begins, as written; None when that cannot be read."""
        line = next((one for one in self.lines if one.upper().startswith("DTSTART")), "")
        return _day(line.rpartition(":")[2])


def _day(value: str) -> date | None:
    found = _DAY.match(value.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def parse(body: bytes, zone: ZoneInfo, now: datetime) -> CalendarDocument:
    """The dates of a calendar that are not over, the earliest first.

    ``zone`` is where times are that do not say their zone. SourceError for what is no calendar. An event that
    cannot be read costs itself only, and is counted.
    """
    lines = list(_unfolded(_decoded(body)))
    if not any(line.strip().upper() == "BEGIN:VCALENDAR" for line in lines[:200]):
        raise SourceError(NO_CALENDAR)
    head, zones, blocks = _sorted_out(lines)
    usual = _zone_name(head.get("X-WR-TIMEZONE", ""))
    groups: dict[str, list[Block]] = {}
    for block in blocks:
        _name_zones(block, zones, usual or zone.key, bool(usual))
        groups.setdefault(block.uid or f"\0{len(groups)}", []).append(block)
    found: dict[str, Occurrence] = {}
    looked_at = rules = listed = unread = 0
    is_cut = False
    for group in groups.values():
        repeats = any(block.repeats for block in group)
        if all(_is_over(block, now) for block in group):
            continue
        looked_at += len(group)
        rules += repeats
        listed += sum(block.listed for block in group)
        if looked_at > MOST_EVENTS or (repeats and rules > MOST_RULES) or listed > MOST_DATES:
            is_cut = True
            continue
        dropped = sum(_drop_endless(block) for block in group)
        try:
            dates = list(_dates(group, now, zone))
        except UNREADABLE:
            unread += 1
            continue
        unread += bool(dropped) or (not dates and any(block.day is None for block in group))
        found |= {one.key: one for one in dates}
    coming = sorted(found.values(), key=lambda one: (one.starts_at, one.key))
    refresh = head.get("REFRESH-INTERVAL") or head.get("X-PUBLISHED-TTL") or ""
    return CalendarDocument(
        title=clean_line(_unescaped(head.get("X-WR-CALNAME") or head.get("NAME") or ""), 300),
        events=tuple(coming[:MOST_COMING]),
        unread=unread,
        is_cut=is_cut or len(coming) > MOST_COMING,
        refresh_minutes=_minutes(refresh),
    )


# Lines


def _decoded(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body[:LARGEST].decode("utf-16", "replace")
    return body[:LARGEST].decode("utf-8-sig", "replace")


def _unfolded(text: str) -> Iterator[str]:
    """Lines as they were before they were folded. Only CR and LF end one; a summary may hold other breaks."""
    waiting: list[str] = []
    for line in _BREAK.split(text.replace("\0", "")):
        if line[:1] in (" ", "\t") and waiting:
            waiting.append(line[1:])
            continue
        if waiting:
            yield "".join(waiting)
        waiting = [line]
    yield "".join(waiting)


def _sorted_out(lines: Iterable[str]) -> tuple[dict[str, str], dict[str, str], list[Block]]:
    """What the calendar says of itself, the places of its time zones, and its events."""
    head: dict[str, str] = {}
    zones: dict[str, str] = {}
    blocks: list[Block] = []
    path: list[str] = []
    too_deep = 0  # parts that are open below the deepest one we read
    zone = ""
    for line in lines:
        match = _NAME.match(line)
        if not match or len(line) > LONGEST_LINE:
            continue
        name, value = match[0].upper(), line.partition(":")[2].strip()
        if too_deep or (name == "BEGIN" and len(path) == DEEPEST):
            too_deep += (name == "BEGIN") - (name == "END")
        elif name == "BEGIN":
            path.append(value.upper()[:60])
            if path[-2:] == ["VCALENDAR", "VEVENT"]:
                blocks.append(Block())
        elif name == "END":
            if value.upper()[:60] in path:  # whatever was not ended inside ends with it
                while path.pop() != value.upper()[:60]:
                    pass
        elif path == ["VCALENDAR"]:
            head.setdefault(name, value)
        elif path[-1:] == ["VTIMEZONE"]:
            zone = value if name == "TZID" else zone
            if name == "X-LIC-LOCATION":
                zones[zone] = value
        elif path[-2:] == ["VCALENDAR", "VEVENT"] and name in KEPT:
            _keep(blocks[-1], name, line, value)
    return head, zones, blocks


def _keep(block: Block, name: str, line: str, value: str) -> None:
    if len(block.lines) >= MOST_LINES or (name in ("RDATE", "EXDATE") and line.count(",") > MOST_LINES):
        return
    if name == "UID":
        block.uid = block.uid or value[:2_000]
        return
    if name in ("RDATE", "EXDATE"):
        block.listed += line.count(",") + 1
    block.repeats |= name in ("RRULE", "RDATE")
    block.is_instance |= name == "RECURRENCE-ID"
    block.lines.append(line)


def _name_zones(block: Block, zones: dict[str, str], usual: str, usual_is_told: bool) -> None:
    """Writes the name of a zone that everybody knows into every time that is not in UTC."""
    for at, line in enumerate(block.lines):
        name = line[: _NAME.match(line).end()]  # type: ignore[union-attr]  # only named lines were kept
        if name.upper() not in ZONED:
            continue
        head, _, value = line.partition(":") if '"' not in line else _parted(line)
        if "VALUE=DATE" in re.sub("VALUE=DATE-TIME", "", head.upper()) or not re.search(r"\dT\d", value):
            continue
        told = _ZONE.search(head)
        known = ""
        if told:
            given = told[1] if told[1] is not None else told[2]
            known = _zone_name(zones.get(given, "")) or _zone_name(given)
            head = _ZONE.sub("", head)
        if value.rstrip().upper().endswith("Z"):
            block.lines[at] = f"{head}:{value}"
            continue
        block.lines[at] = f"{head};TZID={known or usual}:{value}"
        block.zone_known &= bool(known) or (usual_is_told and not told)


def _parted(line: str) -> tuple[str, str, str]:
    """A line at the colon behind its parameters, which may hold colons in quotes."""
    inside = False
    for at, sign in enumerate(line):
        inside ^= sign == '"'
        if sign == ":" and not inside:
            return line[:at], ":", line[at + 1 :]
    return line, "", ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone_name(given: str) -> str:
    """A zone's name in the world's own list, from what programs write; "" for one that nobody knows."""
    given = given.strip().strip('"')[:200]
    parts = given.strip("/").split("/")
    tries = (given, WINDOWS_TO_OLSON.get(given, ""), "/".join(parts[-2:]), "/".join(parts[-3:]))
    return next((one for one in tries if one and one in _zones()), "")


# Events


def _is_over(block: Block, now: datetime) -> bool:
    """Whether it is surely over: it began more than a year ago, and repeated until then at most."""
    latest = [block.day]
    for line in block.lines if block.repeats else ():
        if line.upper().startswith("RDATE"):
            return False
        if line.upper().startswith("RRULE"):
            latest.append(_day(line.upper().partition("UNTIL=")[2]))
    return all(day is not None and day < now.date() - timedelta(days=370) for day in latest)


def _dates(group: list[Block], now: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    """The coming dates of one event with all its exceptions."""
    known = all(block.zone_known for block in group)
    repeats = any(block.repeats for block in group)
    calendar = icalendar.Calendar.from_ical(_written(group))
    if repeats or len(group) > 1:
        # An event that has begun is still coming: what lasts longer than two months is rare.
        span = (now - timedelta(days=62), now + AHEAD)
        components: Iterable[Any] = recurring_ical_events.of(calendar, skip_bad_series=True).between(*span)
    else:
        components = calendar.walk("VEVENT")
    for component in components:
        one = _occurrence(component, group[0].uid, known, zone, repeats or len(group) > 1)
        if one and (one.ends_at or one.starts_at) >= now and one.starts_at <= now + AHEAD:
            yield one


def _written(group: list[Block]) -> str:
    """A small calendar of these events alone."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Earshot//EN"]
    for block in group:
        lines += ["BEGIN:VEVENT", "UID:x", *block.lines, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _occurrence(
    component: Any, uid: str, zone_known: bool, zone: ZoneInfo, is_repeated: bool
) -> Occurrence | None:
    start = component.get("DTSTART")
    begins = getattr(start, "dt", None)
    if not isinstance(begins, date):
        return None
    try:
        ends = component.end
    except (icalendar.InvalidCalendar, *UNREADABLE):
        ends = None
    title = clean_line(_first(component, "SUMMARY"), 300)
    place = clean_line(_first(component, "LOCATION"), 300)
    in_place = _WEB.search(place)
    url = address(_first(component, "URL")) or (address(in_place[0]) if in_place else "")
    original = getattr(component.get("RECURRENCE-ID"), "dt", begins) if is_repeated else ""
    if isinstance(original, datetime) and original.tzinfo:
        original = original.astimezone(ZoneInfo("UTC"))
    named = uid or f"{title}\n{begins}\n{url}"
    one = Occurrence(
        key=hashlib.sha256(f"{named}\n{original}".encode("utf-8", "replace")).hexdigest(),
        starts_at=datetime.combine(begins, time.min, zone),
        title=title,
        place=place,
        url=url,
        is_cancelled=_first(component, "STATUS").strip().upper() == "CANCELLED",
    )
    if not isinstance(begins, datetime):
        last = max(ends - timedelta(days=1), begins) if type(ends) is date else begins
        over_at = datetime.combine(last + timedelta(days=1), time.min, zone)
        return replace(one, ends_at=over_at, first_day=begins, last_day=last)
    begins = begins if begins.tzinfo else begins.replace(tzinfo=zone)
    one = replace(one, starts_at=begins, zone_known=zone_known)
    if isinstance(ends, datetime):
        return replace(one, ends_at=max(ends if ends.tzinfo else ends.replace(tzinfo=zone), begins))
    return one


def _first(component: Any, name: str) -> str:
    """The property's text; the first where a calendar has several."""
    found = component.get(name, "")
    return str(found[0] if isinstance(found, list) and found else found)


# Rules

_COUNTED = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS",
            "BYWEEKNO", "BYYEARDAY", "BYHOUR", "BYMINUTE", "BYSECOND"}  # fmt: skip
_OFTEN = {"BYHOUR", "BYMINUTE", "BYSECOND"}  # one of each: a list would multiply


def _drop_endless(block: Block) -> int:
    """Takes out the rules whose dates cannot be counted, so that the first date is left; says how many."""
    endless = [
        line for line in block.lines if line.upper().startswith("RRULE") and not _is_safe(line, block.day)
    ]
    block.lines = [line for line in block.lines if line not in endless]
    return len(endless)


def _is_safe(line: str, start: date | None) -> bool:
    """Whether the dates of a rule can be worked out: once a day at most, and it comes true at all."""
    if start is None or not date(1, 1, 1) < start <= date(9000, 1, 1):
        return False
    rule = line.partition(":")[2].strip().upper()
    pairs = [part.split("=", 1) for part in rule.split(";") if part]
    parts = {pair[0]: pair[-1] for pair in pairs}
    if not set(parts) <= _COUNTED or len(parts) < len(pairs) or len(rule) > 2_000:
        return False
    if parts.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        return False
    if any("," in parts.get(name, "") for name in _OFTEN):
        return False
    for name, most in (("INTERVAL", 1_000), ("COUNT", 100_000)):
        if name in parts and not (parts[name].isascii() and parts[name].isdigit()):
            return False
        if name in parts and not 1 <= int(parts[name]) <= most:
            return False
    if start < OLDEST_RULE and not _is_once_a_year(parts):
        return False
    return _comes_true(";".join(f"{k}={v}" for k, v in parts.items() if k not in ("UNTIL", "COUNT")), start)


def _is_once_a_year(parts: dict[str, str]) -> bool:
    """Whether a rule has a date a year at most, so that it may be as old as it likes."""
    months_and_days = parts.get("BYMONTH", "") + parts.get("BYMONTHDAY", "")
    others = {"BYDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"} & set(parts)
    return parts["FREQ"] == "YEARLY" and not others and "," not in months_and_days


def _comes_true(rule: str, start: date) -> bool:
    """Whether the rule has a date within some twelve years.

    The library looks for one until the year 9999. So the same rule is asked about from a year shortly before
    that, one that begins with the same day of the week and is as far from a leap year.
    """
    year = next(
        year
        for year in range(9987, 9959, -1)
        if year % 4 == start.year % 4 and date(year, 1, 1).weekday() == date(start.year, 1, 1).weekday()
    )
    try:
        begins = datetime(year, start.month, start.day)
        return next(iter(rrulestr(rule, dtstart=begins)), None) is not None
    except UNREADABLE:
        return False


def _minutes(duration: str) -> int | None:
    found = _MINUTES.match(duration.strip().upper())
    if not found:
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    total = ((weeks * 7 + days) * 24 + hours) * 60 + minutes
    return min(total, LONGEST_REFRESH) or None


def _unescaped(text: str) -> str:
    return re.sub(r"\\([,;\\])", r"\1", text.replace("\\n", " ").replace("\\N", " "))
