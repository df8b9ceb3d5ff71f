"""Seasons on the week axis (时令窗口): the coming occurrence of each candidate season, and the past ones.

A candidate season is a run of whole weeks. Its coming occurrence is the first that begins at least the lead time after
the day of asking, so that each candidate comes once within the 52 weeks that follow; its earlier occurrences lie 1, 2,
… years before, to the nearest week. Weeks before the data or after the day of asking are not observed: an occurrence
counts with the weeks that are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LEAD_DAYS = 60
WEEKS_A_YEAR = 365.25 / 7
STEP = 2
LENGTHS = (5, 9, 14, 20)
MOST_YEARS = 6


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks of a panel that are over on the day of asking: the first day of the first, and how many."""

    first: date
    number: int

    @classmethod
    def until(cls, begins: list[date], asof: date) -> Weeks:
        """The weeks that ended before `asof`. ValueError when none has, or when `begins` are not consecutive."""
        if any(b - a != timedelta(weeks=1) for a, b in pairwise(begins)):
            raise ValueError("The weeks do not follow each other: give every week of the span, empty ones as zeros.")
        over = sum(begin + timedelta(weeks=1) <= asof for begin in begins)
        if not over:
            raise ValueError(f"No week of the data is over on {asof}; give a later day, or counts from before it.")
        return cls(begins[0], over)

    @property
    def years(self) -> int:
        """Occurrences of a season that the data can show at most."""
        return min(MOST_YEARS, int(np.ceil(self.number / WEEKS_A_YEAR)) + 1)

    def begin(self, index: int) -> date:
        """The first day of a week, before, in or after the data."""
        return self.first + timedelta(weeks=index)


@dataclass(frozen=True, slots=True)
class Season:
    """A candidate: the index of its coming first week and its length in weeks."""

    start: int
    length: int

    def spans(self, weeks: Weeks) -> NDArray[np.int64]:
        """First and end index (not included) of the observed weeks of each past occurrence, oldest first: years × 2."""
        starts = self.start - np.rint(WEEKS_A_YEAR * np.arange(weeks.years, 0, -1)).astype(np.int64)
        return np.clip(np.stack([starts, starts + self.length], axis=1), 0, weeks.number)

    def around(self, weeks: Weeks) -> NDArray[np.int64]:
        """First and end index of the observed weeks within half a year of each occurrence's middle: years × 2."""
        middle = self.start + self.length // 2 - np.rint(WEEKS_A_YEAR * np.arange(weeks.years, 0, -1)).astype(np.int64)
        return np.clip(np.stack([middle - 26, middle + 26], axis=1), 0, weeks.number)


def candidates(weeks: Weeks, asof: date, lead_days: int = LEAD_DAYS) -> list[Season]:
    """Every season that begins within the year that starts `lead_days` after `asof`, in order of start and length."""
    earliest = -(-(asof + timedelta(days=lead_days) - weeks.first).days // 7)
    return [Season(earliest + ahead, length) for ahead in range(0, 52, STEP) for length in LENGTHS]


def iso_week(day: date) -> str:
    """The ISO 8601 week of a day, such as 2026-W23."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
