"""Working days, office hours and deadlines, held against a naive day-by-day count."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.core.calendar import Calendar, Term, TermUnit

CHINA = ZoneInfo("Asia/Shanghai")
SPRING = frozenset(date(2026, 2, 15) + timedelta(days=n) for n in range(9))
MAKEUP = frozenset({date(2026, 2, 14), date(2026, 2, 28)})
HOURS = ((time(8, 30), time(12)), (time(14, 30), time(18)))
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
CITY = Calendar("Asia/Shanghai", SPRING, MAKEUP, HOURS, FIRST, LAST)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


days = st.dates(date(2025, 11, 1), date(2027, 3, 1))
moments = st.builds(datetime.combine, days, st.times(), st.just(CHINA))
windows = st.sampled_from(
    [
        HOURS,
        ((time(9), time(10)),),
        ((time(0), time(23, 59, 59, 999999)),),
        ((time(8, 1), time(8, 2)), (time(9), time(12, 30)), (time(19, 30), time(21))),
    ]
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    inside = st.dates(FIRST, LAST)
    holidays = draw(st.frozensets(inside, max_size=40))
    weekend = inside.filter(lambda day: day.weekday() >= 5)
    workdays = draw(st.frozensets(weekend, max_size=10)) - holidays
    return Calendar("Asia/Shanghai", holidays, workdays, draw(windows), FIRST, LAST)


def naive_working_day(calendar: Calendar, day: date) -> bool:
    if day in calendar.workdays:
        return True
    return day.weekday() < 5 and day not in calendar.holidays


def naive_add_working_days(calendar: Calendar, start: date, count: int) -> date:
    day = start
    while count:
        day += timedelta(days=1)
        count -= naive_working_day(calendar, day)
    return day


@given(calendars(), moments, st.integers(1, 60))
def test_a_working_day_term_agrees_with_counting_day_by_day(calendar, at, count):
    due = calendar.add_working_days(at, count)
    expected = naive_add_working_days(calendar, at.date(), count)
    assert due == datetime.combine(expected, calendar.hours[-1][1], CHINA)
    assert due.tzinfo is UTC
    assert calendar.is_working_day(calendar.local_date(due))


@given(calendars(), moments, moments, st.integers(1, 30), st.integers(0, 5))
def test_a_later_start_or_a_longer_term_never_ends_earlier(calendar, a, b, count, more):
    early, late = min(a, b), max(a, b)
    for unit in TermUnit:
        assert calendar.due(early, Term(count, unit)) <= calendar.due(late, Term(count + more, unit))
        assert calendar.due(early, Term(count, unit)) > early


@given(calendars(), days, days)
def test_working_days_between_counts_the_days_after_the_first_up_to_the_last(calendar, a, b):
    start, end = min(a, b), max(a, b)
    counted = sum(naive_working_day(calendar, start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert calendar.working_days_between(start, end) == counted
    assert calendar.working_days_between(end, start) == -counted


@given(calendars(), moments, st.integers(1, 40))
def test_office_hours_between_start_and_due_are_the_hours_of_the_term(calendar, at, hours):
    due = calendar.add_working_hours(at, hours)
    assert calendar.working_time_between(at, due) == timedelta(hours=hours)
    assert calendar.working_time_between(due, at) == -timedelta(hours=hours)
    just_before = due - timedelta(microseconds=1)
    assert calendar.is_office_time(just_before)


@given(moments, st.integers(1, 12))
def test_working_hours_agree_with_counting_minute_by_minute(at, hours):
    at = at.replace(second=0, microsecond=0)
    moment, left = at, hours * 60
    while left:
        left -= CITY.is_office_time(moment)
        moment += timedelta(minutes=1)
    assert CITY.add_working_hours(at, hours) == moment


@given(calendars(), moments, st.integers(1, 20))
def test_going_back_by_working_hours_undoes_going_forward(calendar, at, hours):
    due = calendar.add_working_hours(at, hours)
    back = calendar.before(due, Term(hours, TermUnit.WORKING_HOURS))
    assert calendar.working_time_between(back, due) == timedelta(hours=hours)


@given(calendars(), moments, st.integers(1, 20))
def test_a_reminder_some_working_days_before_keeps_the_time_of_day(calendar, at, count):
    reminder = calendar.before(at, Term(count, TermUnit.WORKING_DAYS)).astimezone(CHINA)
    assert reminder.time() == at.time()
    assert calendar.is_working_day(reminder.date())
    assert calendar.working_days_between(reminder.date(), at.date()) in (
        (count,) if calendar.is_working_day(at.date()) else (count - 1, count)
    )


@pytest.mark.parametrize(
    ("day", "kind", "works"),
    [
        ("2026-02-13", "work", True),
        ("2026-02-14", "makeup", True),
        ("2026-02-16", "holiday", False),
        ("2026-02-28", "makeup", True),
        ("2026-03-01", "rest", False),
        ("2027-01-01", "work", True),
    ],
)
def test_a_day_is_work_rest_holiday_or_makeup(day, kind, works):
    assert CITY.day_kind(date.fromisoformat(day)) == kind
    assert CITY.is_working_day(date.fromisoformat(day)) is works


def test_days_outside_the_range_follow_the_weekday_and_are_not_known():
    assert CITY.known(FIRST)
    assert CITY.known(LAST)
    assert not CITY.known(date(2025, 12, 31))
    assert not CITY.known(date(2027, 1, 1))
    assert CITY.is_working_day(date(2027, 2, 8))


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        ("2026-02-13T23:59", "1wd", "2026-02-14T18:00"),
        ("2026-02-14T09:00", "1wd", "2026-02-24T18:00"),
        ("2026-02-17T09:00", "5wd", "2026-02-28T18:00"),
        ("2026-12-31T09:00", "1wd", "2027-01-01T18:00"),
        ("2025-12-31T09:00", "2wd", "2026-01-02T18:00"),
        ("2026-03-02T08:00", "4wh", "2026-03-02T15:00"),
        ("2026-03-02T11:00", "1wh", "2026-03-02T12:00"),
        ("2026-03-02T13:00", "1wh", "2026-03-02T15:30"),
        ("2026-03-06T17:00", "2wh", "2026-03-09T09:30"),
        ("2026-03-07T10:00", "7wh", "2026-03-09T18:00"),
        ("2026-03-06T17:00", "48h", "2026-03-08T17:00"),
        ("2026-03-06T17:00", "30min", "2026-03-06T17:30"),
        ("2026-03-06T17:00", "7d", "2026-03-13T17:00"),
    ],
)
def test_each_clock_runs_in_its_own_kind_of_time(start, term, due):
    assert CITY.due(here(start), Term.parse(term)) == here(due)


def test_the_named_adders_agree_with_the_term():
    at = here("2026-03-06T17:00")
    assert CITY.add_real_hours(at, 48) == CITY.due(at, Term.parse("48h"))
    assert CITY.add_working_hours(at, 2) == CITY.due(at, Term.parse("2wh"))
    assert CITY.add_working_days(at, 2) == CITY.due(at, Term.parse("2wd"))


@pytest.mark.parametrize(
    ("due", "term", "reminder"),
    [
        ("2026-02-24T18:00", "1wd", "2026-02-14T18:00"),
        ("2026-03-08T17:00", "1wd", "2026-03-06T17:00"),
        ("2026-03-09T09:30", "2wh", "2026-03-06T17:00"),
        ("2026-03-09T09:30", "2h", "2026-03-09T07:30"),
    ],
)
def test_a_reminder_goes_back_in_the_terms_own_kind_of_time(due, term, reminder):
    assert CITY.before(here(due), Term.parse(term)) == here(reminder)


def test_the_citys_date_decides_not_that_of_the_server():
    late_evening_in_greenwich = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    assert CITY.local_date(late_evening_in_greenwich) == date(2026, 3, 3)
    assert CITY.add_working_days(late_evening_in_greenwich, 1) == here("2026-03-04T18:00")
    assert CITY.zone.key == "Asia/Shanghai"


@pytest.mark.parametrize("term", ["1wd", "1wh", "1h"])
def test_a_time_without_zone_is_refused(term):
    naive = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    for count in (CITY.due, CITY.before):
        with pytest.raises(ValueError, match="time zone"):
            count(naive, Term.parse(term))
    for look in (CITY.local_date, CITY.is_office_time):
        with pytest.raises(ValueError, match="time zone"):
            look(naive)


def test_a_term_of_no_length_is_refused():
    at = here("2026-03-02T09:00")
    for add in (CITY.add_working_days, CITY.add_working_hours, CITY.add_real_hours):
        with pytest.raises(ValueError, match="at least 1"):
            add(at, 0)


@given(st.integers(1, 99999), st.sampled_from(TermUnit))
def test_a_term_is_read_as_it_is_written(amount, unit):
    assert Term.parse(str(Term(amount, unit))) == Term(amount, unit)


@pytest.mark.parametrize("text", ["", "5", "wd", "0wd", "-1wd", "5 wd", "1.5wd", "5weeks", "5WD"])
def test_an_unreadable_term_says_how_to_write_one(text):
    with pytest.raises(ValueError, match="5wd"):
        Term.parse(text)


def test_only_real_terms_have_a_length_of_their_own():
    assert Term.parse("30min").real_length == timedelta(minutes=30)
    assert Term.parse("2d").is_real
    assert not Term.parse("2wd").is_real
    with pytest.raises(ValueError, match="working time"):
        _ = Term.parse("2wd").real_length


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"last": date(2025, 1, 1)}, "before it begins"),
        ({"workdays": MAKEUP | {date(2026, 2, 16)}}, "2026-02-16 is both"),
        ({"holidays": SPRING | {date(2027, 1, 1)}}, "2027-01-01 lies outside"),
        ({"hours": ()}, "office hours"),
        ({"hours": ((time(12), time(8)),)}, "office hours"),
        ({"hours": ((time(8), time(8, 59)),)}, "at least one hour"),
        ({"hours": ((time(8), time(12)), (time(11), time(18)))}, "office hours"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(change, says):
    good = {
        "tz": "Asia/Shanghai",
        "holidays": SPRING,
        "workdays": MAKEUP,
        "hours": HOURS,
        "first": FIRST,
        "last": LAST,
    }
    with pytest.raises(ValueError, match=says):
        Calendar(**(good | change))


def test_any_zone_of_the_caller_gives_the_same_deadline():
    at = here("2026-03-02T09:00")
    elsewhere = at.astimezone(timezone(timedelta(hours=-5)))
    assert CITY.due(at, Term.parse("5wd")) == CITY.due(elsewhere, Term.parse("5wd"))


def test_a_calendar_that_remembers_no_more_ends_still_finds_them(monkeypatch):
    fresh = replace(CITY)
    start = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    remembered = [fresh.add_working_days(start + timedelta(days=d), 5) for d in range(10)]
    monkeypatch.setattr("minsheng.core.calendar.MOST_ENDS", 0)
    forgetful = replace(CITY)
    assert [forgetful.add_working_days(start + timedelta(days=d), 5) for d in range(10)] == remembered
    assert [fresh.add_working_days(start + timedelta(days=d), 5) for d in range(10)] == remembered
