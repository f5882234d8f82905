"""Calendars as people and programs write them, and as nobody should: dates come out, and it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from listening.net import SourceError
from listening.sources.calendar_documents import AHEAD, LARGEST, MOST_COMING, MOST_RULES, parse
from listening.types import CalendarDocument, Occurrence

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2031, 3, 1, 9, tzinfo=UTC)


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar of these events, each given by its lines."""
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, head: str = "", now: datetime = NOW) -> CalendarDocument:
    return parse(calendar(*events, head=head), STOCKHOLM, now)


def only(*events: str, head: str = "") -> Occurrence:
    (found,) = read(*events, head=head).events
    return found


# What an event is


def test_an_event_has_a_title_a_place_a_link_and_a_time_in_its_own_zone() -> None:
    found = only(
        "UID:1\nDTSTART;TZID=Europe/Helsinki:20310310T180000\nDURATION:PT2H\nSUMMARY:Kaffe\\, te\\n& mer\n"
        "LOCATION:Rosteriet\nURL:https://fjallvik.example/e/1"
    )
    assert (found.title, found.place, found.url) == (
        "Kaffe, te & mer",
        "Rosteriet",
        "https://fjallvik.example/e/1",
    )
    assert found.starts_at == datetime(2031, 3, 10, 16, tzinfo=UTC)
    assert found.ends_at == datetime(2031, 3, 10, 18, tzinfo=UTC)
    assert found.zone_known and not found.is_cancelled


def test_a_day_is_a_day_in_every_zone_and_its_end_is_not_included() -> None:
    found = only("UID:1\nDTSTART;VALUE=DATE:20310310\nDTEND;VALUE=DATE:20310312\nSUMMARY:Fair")
    assert (found.first_day, found.last_day) == (date(2031, 3, 10), date(2031, 3, 11))
    assert found.starts_at == datetime(2031, 3, 10, tzinfo=STOCKHOLM)
    one = only("UID:1\nDTSTART;VALUE=DATE:20310310\nSUMMARY:Fair")
    assert (one.first_day, one.last_day) == (date(2031, 3, 10), date(2031, 3, 10))


@pytest.mark.parametrize(
    ("zone", "head", "hour", "known"),
    [
        ("W. Europe Standard Time", "", 17, True),
        ("/citadel.example/20210210_1/Europe/Berlin", "", 17, True),
        ('"Europe/London"', "", 18, True),
        ("Nowhere/Special", "", 17, False),
        ("Nowhere/Special", "X-WR-TIMEZONE:America/New_York\n", 23, False),
        ("Mine", "BEGIN:VTIMEZONE\nTZID:Mine\nX-LIC-LOCATION:Europe/London\nEND:VTIMEZONE\n", 18, True),
    ],
)
def test_time_zones_are_known_by_name_or_said_not_to_be(zone: str, head: str, hour: int, known: bool) -> None:
    found = only(f"UID:1\nDTSTART;TZID={zone}:20310305T180000\nSUMMARY:x", head=head)
    assert (found.starts_at.astimezone(UTC).hour, found.zone_known) == (hour, known)


def test_a_time_without_any_zone_is_the_calendars_or_else_the_workspaces() -> None:
    event = "UID:1\nDTSTART:20310305T180000\nSUMMARY:x"
    assert only(event).starts_at == datetime(2031, 3, 5, 18, tzinfo=STOCKHOLM) and not only(event).zone_known
    there = only(event, head="X-WR-TIMEZONE:Asia/Tokyo\n")
    assert there.starts_at == datetime(2031, 3, 5, 9, tzinfo=UTC) and there.zone_known


def test_what_was_cancelled_says_so_and_one_date_of_a_series_may_be() -> None:
    assert only("UID:1\nDTSTART:20310305T180000Z\nSTATUS:CANCELLED\nSUMMARY:x").is_cancelled
    found = read(
        "UID:1\nDTSTART;TZID=Europe/Stockholm:20310303T180000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Fika",
        "UID:1\nRECURRENCE-ID;TZID=Europe/Stockholm:20310310T180000\n"
        "DTSTART;TZID=Europe/Stockholm:20310311T190000\nSTATUS:CANCELLED\nSUMMARY:Fika",
    ).events
    assert [(one.starts_at.day, one.is_cancelled) for one in found] == [(3, False), (11, True), (17, False)]


def test_a_date_keeps_its_key_when_it_is_moved() -> None:
    series = "UID:1\nDTSTART:20310303T180000Z\nRRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY:Fika"
    moved = "UID:1\nRECURRENCE-ID:20310310T180000Z\nDTSTART:20310312T180000Z\nSUMMARY:Fika"
    before, after = read(series).events, read(series, moved).events
    assert [one.key for one in before] == [one.key for one in after]
    assert before[1].starts_at != after[1].starts_at
    single = "UID:2\nDTSTART:{}T180000Z\nSUMMARY:x"
    assert only(single.format("20310303")).key == only(single.format("20310404")).key


def test_the_clock_of_the_wall_counts_across_the_change_to_summer_time() -> None:
    found = read("UID:1\nDTSTART;TZID=Europe/Stockholm:20310323T180000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:x")
    assert [one.starts_at.astimezone(UTC).hour for one in found.events] == [17, 16, 16]
    assert {one.starts_at.astimezone(STOCKHOLM).hour for one in found.events} == {18}


def test_what_is_over_is_left_out_and_what_has_begun_is_not() -> None:
    found = read(
        "UID:1\nDTSTART:20310228T180000Z\nSUMMARY:over",
        "UID:2\nDTSTART:20310301T080000Z\nDTEND:20310301T120000Z\nSUMMARY:now",
        "UID:3\nDTSTART;VALUE=DATE:20310301\nSUMMARY:today",
        "UID:4\nDTSTART:20330101T000000Z\nSUMMARY:far",
        "UID:5\nDTSTART:19990101T000000Z\nRRULE:FREQ=DAILY;UNTIL=20010101T000000Z\nSUMMARY:long over",
    )
    assert [one.title for one in found.events] == ["today", "now"]
    assert found.unread == 0


def test_the_calendar_says_what_it_is_called_and_how_often_it_wants_to_be_read() -> None:
    found = read(head="X-WR-CALNAME:Kaffe\\, Granvik\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\n")
    assert (found.title, found.refresh_minutes, found.events) == ("Kaffe, Granvik", 360, ())


def test_lines_that_were_folded_are_whole_again() -> None:
    body = calendar("UID:1\nDTSTART:20310305T180000Z\nSUMMARY:A long\r\n  title in tw\r\n\to parts")
    assert parse(body, STOCKHOLM, NOW).events[0].title == "A long title in two parts"


def test_foreign_text_is_cleaned_and_only_web_addresses_are_links() -> None:
    found = only(
        "UID:1\nDTSTART:20310305T180000Z\nSUMMARY:Ka\u202effe\x00\nLOCATION:https://meet.example/a b\n"
        "URL:javascript:alert(1)"
    )
    assert (found.title, found.url) == ("Kaffe", "https://meet.example/a")


# What cannot be read


NO_CALENDARS = [b"", b"<!doctype html><title>Log in</title>", b"\xff\xfe\x00", b"BEGIN:VCARD"]


@pytest.mark.parametrize("body", NO_CALENDARS)
def test_what_is_no_calendar_is_told_in_words(body: bytes) -> None:
    with pytest.raises(SourceError, match="no calendar at this address"):
        parse(body, STOCKHOLM, NOW)


def test_an_event_that_cannot_be_read_costs_itself_only() -> None:
    found = read(
        "SUMMARY:no start",
        "UID:2\nDTSTART:tomorrow\nSUMMARY:garbage",
        "UID:3\nDTSTART:20319999T180000Z\nSUMMARY:no such day",
        "DTSTART:20310305T180000Z\nSUMMARY:without an id",
        "UID:5\nDTSTART:20310306T180000Z\nDTEND:20300101T000000Z\nSUMMARY:ends before it begins",
    )
    assert [one.title for one in found.events] == ["without an id", "ends before it begins"]
    assert found.unread == 3
    assert found.events[1].ends_at == found.events[1].starts_at


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3;BYSECOND=1,2,3",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=7",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=WEEKLY;BYEASTER=1",
        "FREQ=ALWAYS",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=WEEKLY",
        "",
    ],
)
def test_a_rule_that_would_never_end_leaves_the_first_date_and_is_counted(rule: str) -> None:
    found = read(f"UID:1\nDTSTART:20310305T180000Z\nRRULE:{rule}\nSUMMARY:x")
    assert [one.starts_at.day for one in found.events] == [5]
    assert found.unread == 1


def test_definitions_of_time_zones_are_never_carried_out() -> None:
    """They are rules, too, and what one calendar defines must not hold for another."""
    endless = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=SECONDLY\n"
        "TZOFFSETFROM:+0000\nTZOFFSETTO:+1100\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    for head in (endless, ""):
        found = only("UID:1\nDTSTART;TZID=Mine:20310305T180000\nSUMMARY:x", head=head)
        assert found.starts_at == datetime(2031, 3, 5, 18, tzinfo=STOCKHOLM) and not found.zone_known


def test_a_calendar_that_never_ends_is_cut_and_says_so() -> None:
    many = [f"UID:{n}\nDTSTART:2031{4 + n % 3:02}05T180000Z\nSUMMARY:x" for n in range(MOST_COMING + 100)]
    found = read(*many)
    assert (len(found.events), found.is_cut) == (MOST_COMING, True)
    assert found.events[-1].starts_at <= datetime(2031, 6, 6, tzinfo=UTC)
    yearly = "UID:{}\nDTSTART:20310305T180000Z\nRRULE:FREQ=YEARLY\nSUMMARY:x"
    rules = [yearly.format(n) for n in range(MOST_RULES + 50)]
    found = read(*rules, "UID:last\nDTSTART:20310306T180000Z\nSUMMARY:a single one behind them")
    assert (len(found.events), found.is_cut) == (MOST_RULES + 1, True)


def test_only_so_much_of_a_document_is_read() -> None:
    event = b"UID:1\r\nDTSTART:20310305T180000Z\r\nSUMMARY:x\r\n"
    padding = b"DESCRIPTION:" + b"a" * LARGEST + b"\r\n"
    body = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + event + padding + b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    assert [one.title for one in parse(body, STOCKHOLM, NOW).events] == ["x"]


def test_blocks_that_are_never_closed_or_nest_without_end_are_survived() -> None:
    deep = "BEGIN:VALARM\n" * 5_000
    found = read(f"UID:1\nDTSTART:20310305T180000Z\nSUMMARY:x\n{deep}SUMMARY:not this one")
    assert [one.title for one in found.events] == ["x"]


def test_neither_breaks_without_end_nor_parts_that_were_never_begun_take_long() -> None:
    event = b"BEGIN:VEVENT\nUID:1\nDTSTART:20310305T180000Z\nSUMMARY:x\nEND:VEVENT\n"
    for hostile in (b"\r" * 1_000_000 + b"x\n", b"BEGIN:A\n" * 80_000 + b"END:B\n" * 80_000):
        began = monotonic()
        parse(b"BEGIN:VCALENDAR\n" + event + hostile, STOCKHOLM, NOW)
        assert monotonic() - began < 20
    assert [one.title for one in parse(b"BEGIN:VCALENDAR\r\r\n" + event, STOCKHOLM, NOW).events] == ["x"]


def test_what_is_deeper_than_any_calendar_is_passed_over() -> None:
    deep = "BEGIN:VALARM\n" * 50 + "SUMMARY:not this one\n" + "END:VALARM\n" * 50
    found = read(f"UID:1\n{deep}DTSTART:20310305T180000Z\nSUMMARY:x")
    assert [one.title for one in found.events] == ["x"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=YEARLY;BYDAY=MO,TU", "FREQ=YEARLY;BYMONTHDAY=1,2,3"],
)
def test_a_rule_of_many_centuries_leaves_the_first_date(rule: str) -> None:
    """Its dates are counted from the beginning: a hundred such rules stopped the worker."""
    found = read(f"UID:1\nDTSTART:00020104\nRRULE:{rule}\nSUMMARY:x")
    assert (found.events, found.unread) == ((), 1)
    old = read(f"UID:1\nDTSTART:19000101\nRRULE:{rule}\nSUMMARY:x")
    assert old.events and not old.unread
    birthday = read("UID:1\nDTSTART:14520415\nRRULE:FREQ=YEARLY\nSUMMARY:Leonardo")
    assert len(birthday.events) == 1


def test_only_so_many_listed_dates_are_looked_at() -> None:
    listed = "RDATE:" + ",".join(["20310306T180000Z"] * 500) + "\n"
    event = "UID:{}\nDTSTART:20310305T180000Z\nSUMMARY:x\n" + listed
    found = read(
        event.format(0), *(event.format(1) + listed * 50, "UID:2\nDTSTART:20310307T180000Z\nSUMMARY:y")
    )
    assert found.is_cut and {one.title for one in found.events} == {"x"}


# Any dates

DAYS = st.dates(date(2029, 1, 1), date(2031, 10, 1))
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@given(DAYS, st.integers(1, 5), st.sets(st.sampled_from(NAMES), min_size=1))
@example(date(2030, 12, 30), 2, {"SU", "MO"})
def test_every_other_week_on_these_days_is_what_a_person_would_count(
    start: date, interval: int, names: set[str]
) -> None:
    """Held against counting days one by one. A series begins on a day of its rule."""
    names = names | {NAMES[start.weekday()]}
    rule = f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(sorted(names))}"
    found = read(f"UID:1\nDTSTART;VALUE=DATE:{start:%Y%m%d}\nRRULE:{rule}\nSUMMARY:x").events
    monday = start - timedelta(days=start.weekday())
    first, last = max(start, NOW.astimezone(STOCKHOLM).date()), (NOW + AHEAD).date()
    counted = [
        day
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
        if NAMES[day.weekday()] in names and (day - monday).days // 7 % interval == 0
        if datetime.combine(day, time.min, STOCKHOLM) <= NOW + AHEAD
    ]
    assert [one.first_day for one in found] == counted


@given(DAYS, st.integers(1, 31), st.integers(1, 4))
def test_a_day_of_the_month_comes_in_months_that_have_it(start: date, day: int, interval: int) -> None:
    start = start.replace(day=min(day, 28))
    found = read(
        f"UID:1\nDTSTART;VALUE=DATE:{start:%Y%m%d}\nRRULE:FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={day}\n"
        "SUMMARY:x"
    ).events
    for one in found:
        assert one.first_day is not None
        if one.first_day != start:
            months = (one.first_day.year - start.year) * 12 + one.first_day.month - start.month
            assert one.first_day.day == day and months % interval == 0
    days = [one.first_day for one in found]
    assert days == sorted(set(days))


@given(st.lists(st.text(max_size=60), max_size=30), st.binary(max_size=200))
def test_whatever_stands_in_a_calendar_it_is_read_or_refused_in_words(lines: list[str], tail: bytes) -> None:
    body = calendar("UID:1\nDTSTART:20310305T180000Z\n" + "\n".join(lines)) + tail
    found = parse(body, STOCKHOLM, NOW)
    assert len(found.events) <= 1 + len(lines)
    for one in found.events:
        assert one.starts_at.tzinfo and len(one.title) <= 300 and "\n" not in one.title
