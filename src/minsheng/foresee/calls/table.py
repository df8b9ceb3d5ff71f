"""Calls of a line as a table of days by slots (话务量): read from any CSV of counts, or of one row a call.

Slots are half-hours of the day; a grid that does not divide the half-hour is summed to hours. A cell is NaN where the
table says nothing: a row left out, an empty count, a slot with fewer of its readings than it usually has. A table of
single calls says nothing before its first and after its last call; between them silence is a zero."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_MINUTES = 1440
TIME_NAMES = ("t", "time", "datetime", "date_time", "timestamp", "时间", "来电时间")
COUNT_NAMES = ("count", "calls", "y", "n", "来电量", "话务量")
_HORIZON = re.compile(r"([1-9][0-9]{0,2})d?")
_STEPS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Counts of calls: `counts[i, j]` on day `first + i` in the slot that begins `j * minutes` after midnight.

    `minutes` is 30 or 60, `counts` has `1440 // minutes` columns, NaN where nothing is known; `zone` is the offset
    that the table's times carry, None for bare local times.
    """

    first: date
    minutes: int
    counts: Floats
    zone: tzinfo | None = None

    def __post_init__(self) -> None:
        if self.minutes not in {30, 60} or self.counts.shape[1:] != (DAY_MINUTES // self.minutes,):
            raise ValueError("Calls are days × 48 half-hours or days × 24 hours: bring the counts to that shape.")

    @property
    def days(self) -> list[date]:
        """The dates of the rows."""
        return [self.first + timedelta(i) for i in range(len(self.counts))]

    def until(self, day: date) -> Calls:
        """The calls up to and with `day`."""
        return Calls(self.first, self.minutes, self.counts[: (day - self.first).days + 1], self.zone)


def horizon_days(written: str) -> int:
    """Days of a horizon written `14d` or `14`; at most 366."""
    found = _HORIZON.fullmatch(written.strip())
    if found is None or int(found[1]) > 366:
        raise ValueError(f"The horizon {written!r} is not a number of days from 1 to 366: write it as 14d.")
    return int(found[1])


def read_calls(path: Path) -> Calls:
    """The calls of a CSV with a header.

    A column of times (`t`, else the first) and a column of counts (`count`, else the second of two), one row a grid
    step of at most an hour; or a column of times alone, one row a call. Times are ISO 8601 and start at a grid step.

    Raises:
        ValueError: what cannot be read, with row (the header is row 1), column and what to do.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: the table cannot be opened ({error.strerror}); give a CSV of calls.") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    return _calls(str(path), io.StringIO(text, newline=""))


def _calls(path: str, file: TextIO) -> Calls:
    reader = csv.reader(file)
    times: list[datetime] = []
    counts: list[float] = []
    rows: list[int] = []
    try:
        header = next(reader, None)
        if not header:
            raise ValueError(f"{path}: the table is empty; give a header t,count and rows.")
        time_column, count_column = _columns(path, header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            rows.append(reader.line_num)
            times.append(
                _time(f"{path}, row {rows[-1]}, column {header[time_column]}", _cell(cells, time_column), times)
            )
            if count_column is not None:
                counts.append(
                    _count(f"{path}, row {rows[-1]}, column {header[count_column]}", _cell(cells, count_column))
                )
    except csv.Error as error:
        raise ValueError(
            f"{path}, row {reader.line_num}: not a CSV row ({error}); save the table as CSV anew."
        ) from None
    if not times:
        raise ValueError(f"{path}: the table has a header and no rows; give at least a week of calls.")
    zone = times[0].tzinfo
    bare = [each.replace(tzinfo=None) for each in times]
    if count_column is None:
        return _of_single_calls(bare, zone)
    where = [f"{path}, row {row}, column {header[time_column]}" for row in rows]
    return _of_counts(where, bare, np.array(counts), zone)


def _columns(path: str, header: Sequence[str]) -> tuple[int, int | None]:
    names = [name.strip().lower() for name in header]
    if any(name[:1].isdigit() for name in names):
        raise ValueError(f"{path}, row 1: {', '.join(header)} is no header; put the names t,count above the rows.")
    time = next((names.index(name) for name in TIME_NAMES if name in names), 0)
    count = next((names.index(name) for name in COUNT_NAMES if name in names), None)
    if count is None and len(names) == 2:
        count = 1 - time
    if count is None and len(names) > 2:
        raise ValueError(
            f"{path}: of the columns {', '.join(header)} none is called count; name the column of counts so."
        )
    return time, count


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""


def _time(where: str, written: str, before: Sequence[datetime]) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{where}: {written!r} is not a time; write it as 2026-03-02 08:30.") from None
    offset = found.utcoffset()
    if before and offset != before[0].utcoffset():
        raise ValueError(
            f"{where}: {written} has another offset from UTC than the first time; "
            "write all times in one offset, or as local times without any."
        )
    return found if offset is None else found.replace(tzinfo=timezone(offset))


def _count(where: str, written: str) -> float:
    if not written:
        return np.nan
    try:
        found = float(written)
    except ValueError:
        found = -1.0
    if not (found >= 0 and found.is_integer()):
        raise ValueError(
            f"{where}: {written!r} is not a number of calls; "
            "write a whole number from 0, or leave the cell empty when it is unknown."
        )
    return found


def _span(times: Sequence[datetime]) -> tuple[date, int, NDArray[np.int64]]:
    """First day, number of days, and the minute of each time since the first day's midnight."""
    first, last = min(times).date(), max(times).date()
    midnight = datetime.combine(first, datetime.min.time())
    minutes = np.array([(each - midnight) // timedelta(minutes=1) for each in times], dtype=np.int64)
    return first, (last - first).days + 1, minutes


def _of_single_calls(times: Sequence[datetime], zone: tzinfo | None) -> Calls:
    first, days, minutes = _span(times)
    slots = minutes // 30
    counts = np.bincount(slots, minlength=days * 48).astype(np.float64)
    counts[: slots.min()] = np.nan
    counts[slots.max() + 1 :] = np.nan
    return Calls(first, 30, counts.reshape(days, 48), zone)


def _of_counts(where: Sequence[str], times: Sequence[datetime], counts: Floats, zone: tzinfo | None) -> Calls:
    first, days, minutes = _span(times)
    slot = 30 if 30 % _step(where, minutes, times) == 0 else 60
    cells, width = minutes // slot, DAY_MINUTES // slot
    known = ~np.isnan(counts)
    readings = np.bincount(cells[known], minlength=days * width).reshape(days, width)
    total = np.bincount(cells[known], counts[known], minlength=days * width).reshape(days, width)
    usual = np.array([np.median(column[column > 0]) if column.any() else 1.0 for column in readings.T])
    return Calls(first, slot, np.where(readings >= usual, total, np.nan), zone)


def _step(where: Sequence[str], minutes: NDArray[np.int64], times: Sequence[datetime]) -> int:
    """Minutes of the table's grid: the smallest distance of two times, which every time of day is a multiple of."""
    order = np.argsort(minutes, kind="stable")
    apart = np.diff(minutes[order])
    repeated = order[1:][apart == 0]
    if len(repeated):
        row = int(repeated.min())
        raise ValueError(f"{where[row]}: {times[row].isoformat(sep=' ')} stands twice; give each time one row.")
    step = int(apart.min()) if len(apart) else DAY_MINUTES
    if step not in _STEPS:
        raise ValueError(
            f"{where[0]}: the closest two times are {step} minutes apart; give calls by steps of an hour or "
            "less that divide the hour, or one row a call in a single column t."
        )
    for row, each in enumerate(times):
        if (each.hour * 60 + each.minute) % step or each.second:
            raise ValueError(
                f"{where[row]}: {each.isoformat(sep=' ')} is off the grid of {step} minutes that the other "
                "rows make; give a regular grid, or one row a call in a single column t."
            )
    return step
