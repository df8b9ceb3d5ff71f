"""Office time (办公时间) in whole seconds, fast: where a moment lies in the office time of the run, and back.

Moments are seconds since 1970-01-01 UTC. The windows are those of `core.calendar`; this only tabulates them."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from minsheng.core.calendar import Calendar

HOUR = 3600
DAY = 24 * HOUR


def moment(at: datetime) -> int:
    """An aware datetime as seconds."""
    return int(at.timestamp())


def when(t: int) -> datetime:
    """Seconds as an aware datetime (UTC)."""
    return datetime.fromtimestamp(t, UTC)


class Hours:
    """The office time from `first` to `last` (local days, both included)."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self._opens: list[int] = []
        self._before: list[int] = []
        passed, day = 0, first
        while day <= last:
            if calendar.is_working_day(day):
                for opens, shuts in calendar.hours:
                    begin, end = (moment(datetime.combine(day, t, calendar.zone)) for t in (opens, shuts))
                    self._opens.append(begin)
                    self._before.append(passed)
                    passed += end - begin
            day += timedelta(days=1)
        self._opens.append(moment(datetime.combine(last + timedelta(days=1), calendar.hours[0][0], calendar.zone)))
        self._before.append(passed)
        self.day = sum(
            int((datetime.combine(first, b) - datetime.combine(first, a)).total_seconds()) for a, b in calendar.hours
        )

    def position(self, t: int) -> int:
        """Office seconds from the beginning until the moment `t`."""
        i = bisect_right(self._opens, t) - 1
        if i < 0:
            return 0
        if i + 1 == len(self._before):
            return self._before[i] + (t - self._opens[i])
        return min(self._before[i] + t - self._opens[i], self._before[i + 1])

    def moment(self, position: int) -> int:
        """The first moment at which so many office seconds have passed."""
        i = max(bisect_right(self._before, position - 1) - 1, 0) if position > 0 else 0
        return self._opens[i] + position - self._before[i]

    def after(self, t: int, seconds: int) -> int:
        """The moment when `seconds` of office time have passed since `t`, never before `t` itself."""
        return max(self.moment(self.position(t) + seconds), t + 1)
