"""Working days and deadlines (工作日、调休、期限): when a clock that starts now runs out.

Three kinds of clock stand side by side in the rules of a 12345 line, and every `Term` says which it is:
working days (工作日), working hours (the office hours of working days) and real time (自然时, round the
clock). The rules of counting are those of the Civil Code (民法典): art. 201, the day on which a period begins
does not count and hours count from the moment itself; art. 203, a period cannot end on a day off and ends
when business hours end. Which days are holidays or make-up days (调休) comes in as data from the city pack;
the State Council's yearly notice is its source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

DayKind = Literal["work", "rest", "holiday", "makeup"]

_ZERO = timedelta(0)
MOST_ENDS = 20_000
"""How many ends of terms a calendar remembers, by day of start and number of working days."""
_TERM = re.compile(r"([1-9][0-9]{0,4})(wd|wh|h|min|d)")


class TermUnit(StrEnum):
    """What a term is counted in; the suffixes of its written form are wd, wh, h, min and d."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    REAL_HOURS = "real_hours"
    REAL_MINUTES = "real_minutes"
    REAL_DAYS = "real_days"


_SUFFIX = {
    TermUnit.WORKING_DAYS: "wd",
    TermUnit.WORKING_HOURS: "wh",
    TermUnit.REAL_HOURS: "h",
    TermUnit.REAL_MINUTES: "min",
    TermUnit.REAL_DAYS: "d",
}
_UNIT = {suffix: unit for unit, suffix in _SUFFIX.items()}
_REAL = {
    TermUnit.REAL_HOURS: timedelta(hours=1),
    TermUnit.REAL_MINUTES: timedelta(minutes=1),
    TermUnit.REAL_DAYS: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time with its unit (期限), e.g. `Term(5, TermUnit.WORKING_DAYS)`, written `5wd`."""

    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a term is at least 1 {self.unit}, not {self.amount}")

    @classmethod
    def parse(cls, text: str) -> Term:
        """Reads `5wd`, `4wh`, `48h`, `30min` or `7d`; ValueError says how to write it otherwise."""
        found = _TERM.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                f"{text!r} is not a term; write a whole number and a unit: 5wd (working days), "
                "4wh (working hours), 48h (hours), 30min (minutes) or 7d (days)"
            )
        return cls(int(found[1]), _UNIT[found[2]])

    def __str__(self) -> str:
        return f"{self.amount}{_SUFFIX[self.unit]}"

    @property
    def is_real(self) -> bool:
        """True when the clock runs day and night, holidays included."""
        return self.unit in _REAL

    @property
    def real_length(self) -> timedelta:
        """Length of a real-time term; ValueError for working time, whose length depends on its start."""
        if self.unit not in _REAL:
            raise ValueError(f"{self} is working time: its length depends on the day on which it begins")
        return self.amount * _REAL[self.unit]


def _weekdays_until(ordinal: int) -> int:
    """Number of Mondays to Fridays among the ordinals 1..ordinal (day 1 of the calendar is a Monday)."""
    weeks, days = divmod(ordinal, 7)
    return 5 * weeks + min(days, 5)


def _nth_weekday(n: int) -> int:
    """Ordinal of the n-th Monday-to-Friday, n ≥ 1: the inverse of `_weekdays_until` on weekdays."""
    weeks, days = divmod(n - 1, 5)
    return 7 * weeks + days + 1


def _need_aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone; deadlines are counted from aware datetimes only")


@dataclass(frozen=True, slots=True)
class Calendar:
    """One city's working days and office hours.

    All methods take O(log days); datetimes go in aware (ValueError otherwise) and come out in UTC. `holidays`
    are days off beside Saturdays and Sundays (weekend days inside a holiday may be listed), `workdays` are
    make-up days on which people work although it is a weekend. The two are known from `first` to `last`;
    outside, the plain Monday-to-Friday rule stands in and `known` says so.
    """

    tz: str
    holidays: frozenset[date]
    workdays: frozenset[date]
    hours: tuple[tuple[time, time], ...]
    first: date
    last: date
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _days: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _before: int = field(init=False, repr=False, compare=False)
    _windows: tuple[tuple[timedelta, timedelta], ...] = field(init=False, repr=False, compare=False)
    _day_length: timedelta = field(init=False, repr=False, compare=False)
    _ends: dict[tuple[int, int], datetime] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        start, end = self.first.toordinal(), self.last.toordinal()
        days = tuple(n for n in range(start, end + 1) if self.is_working_day(date.fromordinal(n)))
        windows = tuple((_since_midnight(opens), _since_midnight(shuts)) for opens, shuts in self.hours)
        put = object.__setattr__
        put(self, "_zone", ZoneInfo(self.tz))
        put(self, "_days", days)
        put(self, "_before", _weekdays_until(start - 1))
        put(self, "_windows", windows)
        put(self, "_ends", {})
        put(self, "_day_length", sum((shuts - opens for opens, shuts in windows), _ZERO))
        if self._day_length < timedelta(hours=1):
            raise ValueError("office hours are at least one hour a day")

    def _check(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the calendar ends ({self.last}) before it begins ({self.first})")
        if both := self.holidays & self.workdays:
            raise ValueError(f"{min(both)} is both a holiday and a make-up day; leave it in one of the two")
        if out := [d for d in self.holidays | self.workdays if not self.known(d)]:
            raise ValueError(f"{min(out)} lies outside the calendar's range {self.first} to {self.last}")
        edges = [edge for window in self.hours for edge in window]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("office hours are windows in order of time, e.g. 08:30-12:00, 14:30-18:00")

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return self._zone

    def known(self, day: date) -> bool:
        """Whether the holidays of that day are known, not only its weekday."""
        return self.first <= day <= self.last

    def day_kind(self, day: date) -> DayKind:
        """`holiday` 节假日, `makeup` 调休上班, otherwise `work` 工作日 or `rest` 周末 by the weekday."""
        if day in self.holidays:
            return "holiday"
        if day in self.workdays:
            return "makeup"
        return "work" if day.weekday() < 5 else "rest"

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day."""
        return self.day_kind(day) in ("work", "makeup")

    def local_date(self, at: datetime) -> date:
        """The city's date at a moment."""
        _need_aware(at)
        return at.astimezone(self._zone).date()

    def is_office_time(self, at: datetime) -> bool:
        """Whether offices are open at a moment (opening counts, closing does not)."""
        _need_aware(at)
        local = at.astimezone(self._zone)
        clock = local.time()
        return self.is_working_day(local.date()) and any(a <= clock < b for a, b in self.hours)

    def due(self, at: datetime, term: Term) -> datetime:
        """When a term that starts at `at` runs out, by the term's own kind of clock."""
        if term.unit is TermUnit.WORKING_DAYS:
            return self.add_working_days(at, term.amount)
        if term.unit is TermUnit.WORKING_HOURS:
            return self.add_working_hours(at, term.amount)
        _need_aware(at)
        return at.astimezone(UTC) + term.real_length

    def before(self, at: datetime, term: Term) -> datetime:
        """The moment that lies a term before `at` (a reminder before a deadline).

        Working days keep the time of day and go back to the n-th working day before.
        """
        if term.unit is TermUnit.WORKING_DAYS:
            _need_aware(at)
            local = at.astimezone(self._zone)
            day = self._nth(self._rank(local.date().toordinal() - 1) - term.amount + 1)
            return datetime.combine(day, local.time(), self._zone).astimezone(UTC)
        if term.unit is TermUnit.WORKING_HOURS:
            return self._moment(self._position(at) - timedelta(hours=term.amount))
        _need_aware(at)
        return at.astimezone(UTC) - term.real_length

    def add_working_days(self, at: datetime, days: int) -> datetime:
        """The end of office hours on the n-th working day after the day of `at`.

        The day of start does not count, whatever the hour and whether or not it is a working day
        (期限从次日起算, Civil Code art. 201); the period ends when business hours end (art. 203).
        ValueError when days < 1.
        """
        if days < 1:
            raise ValueError(f"a term is at least 1 working day, not {days}")
        _need_aware(at)
        start = at.astimezone(self._zone).toordinal()
        found = self._ends.get((start, days))
        if found is None:
            day = self._nth(self._rank(start) + days)
            found = datetime.combine(day, self.hours[-1][1], self._zone).astimezone(UTC)
            if len(self._ends) < MOST_ENDS:
                self._ends[start, days] = found
        return found

    def add_working_hours(self, at: datetime, hours: int) -> datetime:
        """The moment when so many office hours have passed; outside office hours the clock stands still.

        A term used up exactly at closing ends at closing, not at the next opening. ValueError when hours < 1.
        """
        if hours < 1:
            raise ValueError(f"a term is at least 1 working hour, not {hours}")
        return self._moment(self._position(at) + timedelta(hours=hours))

    def add_real_hours(self, at: datetime, hours: int) -> datetime:
        """Hours by the clock on the wall, nights and holidays included. ValueError when hours < 1."""
        return self.due(at, Term(hours, TermUnit.REAL_HOURS))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
        return self._rank(end.toordinal()) - self._rank(start.toordinal())

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Office time that passes from `start` to `end`; negative when `end` lies before `start`."""
        return self._position(end) - self._position(start)

    def _rank(self, ordinal: int) -> int:
        """Number of working days from the beginning of the calendar era up to and including that day."""
        if ordinal < self.first.toordinal():
            return _weekdays_until(ordinal)
        inside = self._before + bisect_right(self._days, ordinal)
        after = _weekdays_until(ordinal) - _weekdays_until(self.last.toordinal())
        return inside + max(after, 0)

    def _nth(self, rank: int) -> date:
        """The working day of that rank: the inverse of `_rank` on working days."""
        if rank <= self._before:
            return date.fromordinal(_nth_weekday(rank))
        index = rank - self._before - 1
        if index < len(self._days):
            return date.fromordinal(self._days[index])
        beyond = index - len(self._days) + 1
        return date.fromordinal(_nth_weekday(_weekdays_until(self.last.toordinal()) + beyond))

    def _position(self, at: datetime) -> timedelta:
        """Office time from the beginning of the calendar era up to `at`."""
        _need_aware(at)
        local = at.astimezone(self._zone)
        whole_days = self._rank(local.toordinal())
        if not self.is_working_day(local.date()):
            return whole_days * self._day_length
        clock = _since_midnight(local.time())
        today = sum((max(min(clock, shuts) - opens, _ZERO) for opens, shuts in self._windows), _ZERO)
        return (whole_days - 1) * self._day_length + today

    def _moment(self, position: timedelta) -> datetime:
        """The first moment at which so much office time has passed: an inverse of `_position`."""
        rank = -(-position // self._day_length)
        left = position - (rank - 1) * self._day_length
        day = datetime.combine(self._nth(rank), time(), self._zone)
        for opens, shuts in self._windows[:-1]:
            if left <= shuts - opens:
                return (day + opens + left).astimezone(UTC)
            left -= shuts - opens
        return (day + self._windows[-1][0] + left).astimezone(UTC)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
