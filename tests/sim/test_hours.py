"""The fast table of office time agrees with the calendar that the rules use."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from minsheng.sim.hours import Hours, moment, when
from support.life import CALENDAR

FIRST, LAST = date(2026, 3, 2), date(2026, 12, 20)
HOURS = Hours(CALENDAR, FIRST, LAST)
MOMENTS = some.integers(moment(datetime(2026, 3, 3, tzinfo=UTC)), moment(datetime(2026, 12, 1, tzinfo=UTC)))


@given(MOMENTS, MOMENTS)
def test_office_time_between_two_moments_is_the_calendars(a: int, b: int) -> None:
    passed = CALENDAR.working_time_between(when(a), when(b))
    assert timedelta(seconds=HOURS.position(b) - HOURS.position(a)) == passed


@given(MOMENTS, some.integers(1, 40))
def test_office_hours_from_a_moment_end_when_the_calendar_says(t: int, hours: int) -> None:
    due = CALENDAR.add_working_hours(when(t), hours)
    assert HOURS.after(t, hours * 3600) == moment(due)


@given(MOMENTS)
def test_nothing_happens_before_it_was_asked_for(t: int) -> None:
    assert HOURS.after(t, 1) > t
    assert HOURS.position(HOURS.moment(HOURS.position(t))) == HOURS.position(t)
