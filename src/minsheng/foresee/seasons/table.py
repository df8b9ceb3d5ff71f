"""Seasons from and to plain files (时令清单): counts in, the calendar of the year ahead out.

Counts have the columns `series`, `t`, `count` (signals/panel.py); every series counts as observed, with zeros, from the
first period of the table. Of periods that are numbers the last is taken to end on the day of asking, unless the first
day of period 0 is given. Dates that all are the first of a month are counts of whole months and are spread evenly over
the month's weeks. Names `category|place` let places of one category and categories of one place be compared. The
written rows are `series`, `from_week`, `to_week` (the ISO weeks, such as 2026-W23, in which the coming season begins
and ends) and `probability`, the surest first."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from minsheng.foresee.seasons.seasons import LEAST, Return, returns
from minsheng.foresee.seasons.years import LEAD_DAYS, iso_week
from minsheng.foresee.signals.panel import Panel, read_counts

COLUMNS = ("series", "from_week", "to_week", "probability")


def seasons_of_table(
    counts: Path,
    asof: date,
    out: Path,
    *,
    period: str = "week",
    first: date | None = None,
    lead_days: int = LEAD_DAYS,
    least: float = LEAST,
) -> list[Return]:
    """Read counts, write the seasons that begin `lead_days` or more after `asof` and return with a probability of at
    least `least`, and give them back. `first` is the first day of period 0 when periods are numbers.

    ValueError, with a sentence, when the table cannot be read or has no period that is over on `asof`."""
    monthly = _is_monthly(counts)
    panel = read_counts(counts, "day" if monthly else period)
    days = _days(panel, asof, first)
    weekly, begins = _months_spread(panel, days) if monthly else _by_week(panel, days)
    found = returns(panel.names, weekly, begins, asof, lead_days=lead_days, least=least)
    write_returns(found, out)
    return found


def write_returns(found: Sequence[Return], out: Path) -> None:
    """Write series,from_week,to_week,probability as CSV in the order given."""
    with out.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for each in found:
            rows.writerow((each.series, iso_week(each.begins), iso_week(each.last_week), f"{each.probability:.4f}"))


def _is_monthly(path: Path) -> bool:
    """Whether every t is the first of a month, and there are several. What cannot be read is told by read_counts."""
    try:
        types = arrow_csv.ConvertOptions(column_types={"t": pa.string()}, include_columns=["t"])
        written = pc.unique(arrow_csv.read_csv(path, convert_options=types)["t"])
    except (OSError, KeyError, pa.ArrowInvalid):
        return False
    return len(written) > 2 and bool(pc.all(pc.match_substring_regex(written, r"^\d{4}-\d\d-01$")).as_py())


def _days(panel: Panel, asof: date, first: date | None) -> list[date]:
    """The first day of every period."""
    if "-" in panel.periods[0][1:]:
        return [date.fromisoformat(written) for written in panel.periods]
    step = 7 if panel.period == "week" else 1
    if first is None:
        first = asof - timedelta(days=step * (int(panel.periods[-1]) + 1))
    return [first + timedelta(days=step * int(written)) for written in panel.periods]


def _by_week(panel: Panel, days: list[date]) -> tuple[NDArray[np.int64], list[date]]:
    if panel.period == "week":
        return panel.counts, days
    begin = days[0] - timedelta(days=days[0].weekday())
    week = np.array([(day - begin).days // 7 for day in days])
    weekly = np.add.reduceat(panel.counts, np.flatnonzero(np.diff(week, prepend=-1)), axis=1)
    return weekly, [begin + timedelta(weeks=k) for k in range(weekly.shape[1])]


def _months_spread(panel: Panel, days: list[date]) -> tuple[NDArray[np.int64], list[date]]:
    """Counts of months as counts of weeks: each month's requests at even distances through its days."""
    months = [i for i, day in enumerate(days) if day.day == 1]
    end = (days[months[-1]] + timedelta(days=32)).replace(day=1)
    begin = days[0] - timedelta(days=days[0].weekday())
    weekly = np.zeros((len(panel.names), (end - begin).days // 7 + 1), dtype=np.int64)
    for i in months:
        first, following = days[i], (days[i] + timedelta(days=32)).replace(day=1)
        edges = np.array([(first - begin).days // 7 + k for k in range((following - first).days // 7 + 2)])
        ends = np.clip((edges + 1) * 7 - (first - begin).days, 0, (following - first).days)
        upto = np.floor(panel.counts[:, i, None] * ends / (following - first).days + 0.5).astype(np.int64)
        keep = edges < weekly.shape[1]
        weekly[:, edges[keep]] += np.diff(upto, axis=1, prepend=0)[:, keep]
    return weekly, [begin + timedelta(weeks=k) for k in range(weekly.shape[1])]
