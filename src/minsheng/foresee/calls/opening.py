"""When the line is open (接线时间), read from its history: weekdays, slots of a weekday, closures and holidays."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from .dayscores import Days
from .table import Calls

RECENT = 8
"""A weekday is open when calls came on half or more of its last eight occurrences."""
MISSED = 5.0
"""A slot of a weekday without a call is closed when other weekdays make this many calls or more expected of it."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """`open_slots` says for weekday × slot whether calls are taken; `came` for each day of history whether any came."""

    calls: Calls
    open_slots: Bools
    came: Bools
    holidays: Set[date]

    @classmethod
    def of(cls, calls: Calls, holidays: Set[date]) -> Opening:
        """The opening times that the history shows."""
        counts = calls.counts
        came: Bools = np.asarray((np.nan_to_num(counts) > 0).any(axis=1))
        weekday = (calls.first.weekday() + np.arange(len(counts))) % 7
        ordinary = np.array([day not in holidays for day in calls.days])
        open_slots = np.zeros((7, counts.shape[1]), dtype=bool)
        usable = counts[came & ordinary]
        known = (~np.isnan(usable)).sum(axis=0)
        mean = np.nansum(usable, axis=0) / np.maximum(known, 1)
        for each in range(7):
            days = np.flatnonzero((weekday == each) & ordinary)
            if len(days) and came[days[-RECENT:]].mean() < 0.5:
                continue
            mine = counts[days[came[days]]]
            seen = (~np.isnan(mine)).sum(axis=0)
            never = (np.nansum(mine, axis=0) == 0) & (((seen == 0) & (len(mine) > 0)) | (mean * seen > MISSED))
            open_slots[each] = (mean > 0) & ~never
        return cls(calls, open_slots, came, holidays)

    def is_open(self, day: date) -> bool:
        """Whether the line is normally open on this weekday."""
        return bool(self.open_slots[day.weekday()].any())

    def days(self, wanted: list[date]) -> Days:
        """What is known of `wanted` days before anybody calls."""
        week = int(self.open_slots.any(axis=1).sum())
        first = self.calls.first
        spanned = [first + timedelta(i) for i in range((max(wanted) - first).days + 1)]
        number: list[float] = []
        reopening: list[float] = []
        shut = False
        for i, day in enumerate(spanned):
            open_day = self.is_open(day)
            number.append((number[-1] if number else 0.0) + open_day)
            closed = open_day and (day in self.holidays or (i < len(self.came) and not self.came[i]))
            reopening.append(float(open_day and shut and not closed))
            shut = closed or (shut and not open_day)
        at = np.array([(day - first).days for day in wanted])
        return Days(
            np.array(number)[at],
            np.array([day.weekday() for day in wanted]),
            np.array([float(day.day) for day in wanted]),
            np.array(reopening)[at],
            max(week, 1),
        )
