"""Counts by series and period (分类分区计数), from and to plain files.

A table has the columns `series`, `t` and `count`; `t` is a period number or an ISO date. Periods that are missing
between a series' first row and the end of the data are zero. Before its first row a series did not exist; when that
row is a positive count later than the beginning of the data, it is there because it is positive, so that the series
counts as observed from the period after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

COLUMNS = ("series", "t", "count")
PERIODS = ("week", "day")
LARGEST = 2**31 - 1
MOST_CELLS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Panel:
    """Series in order of name (names), counts (series × periods), the written form of each period, `week` or `day`,
    and the first observed period of each series (an index into periods)."""

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    periods: tuple[str, ...]
    period: str
    since: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Form:
    """week or day, and how the number of one is written."""

    period: str
    label: Callable[[int], str]


def panel_of(names: list[str], counts: NDArray[Any], *, period: str = "week", first: int = 0) -> Panel:
    """A panel of a rectangle of counts (series × periods), all observed from the beginning, periods numbered on from
    `first`."""
    order = np.argsort(np.array(names, dtype=object), kind="stable")
    periods = tuple(str(first + t) for t in range(counts.shape[1]))
    sorted_names = tuple(names[i] for i in order)
    return Panel(sorted_names, counts[order].astype(np.int64), periods, period, np.zeros(len(names), dtype=np.int64))


def read_counts(path: Path, period: str = "week") -> Panel:
    """Read a table of counts. Dates within one period are added up; weeks begin on the weekday that all dates share,
    else on Monday. Raises ValueError with a sentence that names file, row and column."""
    if period not in PERIODS:
        raise ValueError(f"The period {period!r} is not known: give week or day.")
    table = _table(path)
    names = table["series"].combine_chunks().dictionary_encode()
    written = table["t"].combine_chunks().dictionary_encode()
    count = _counts(path, table["count"])
    _no_gaps(path, table)
    _no_repeats(path, names, written)
    index, form = _periods(path, written, period)
    return _filled(path, names, index[written.indices.to_numpy()], count, form)


def _table(path: Path) -> pa.Table:
    types = csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.string()), include_columns=list(COLUMNS))
    try:
        table = csv.read_csv(path, convert_options=types)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file; give a CSV with the columns series,t,count.") from None
    except (KeyError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise ValueError(f"{path}: not a table with the columns series,t,count ({error}).") from None
    if table.num_rows == 0:
        raise ValueError(f"{path}: the table has no rows; give at least one count.")
    return table


def _row(indices: Any, code: int) -> int:
    """The first line of the file (the heading is line 1) that holds dictionary entry `code`."""
    return int(np.argmax(indices.to_numpy() == code)) + 2


def _counts(path: Path, column: pa.ChunkedArray) -> NDArray[np.int64]:
    good = pc.match_substring_regex(column, r"^\d{1,10}$")
    bad = np.flatnonzero(~pc.fill_null(good, False).to_numpy(zero_copy_only=False))
    if not len(bad):
        values: NDArray[np.int64] = pc.cast(column, pa.int64()).to_numpy()
        bad = np.flatnonzero(values > LARGEST)
        if not len(bad):
            return values
    where = int(bad[0])
    raise ValueError(
        f"{path}, row {where + 2}, column count: {column[where].as_py()!r} is not a count; write a whole number from 0."
    )


def _no_gaps(path: Path, table: pa.Table) -> None:
    for name in ("series", "t"):
        empty = np.flatnonzero(pc.equal(pc.fill_null(table[name], ""), "").to_numpy(zero_copy_only=False))
        if len(empty):
            raise ValueError(f"{path}, row {int(empty[0]) + 2}, column {name}: it is empty; fill it in.")


def _no_repeats(path: Path, names: Any, written: Any) -> None:
    key = names.indices.to_numpy().astype(np.int64) * len(written.dictionary) + written.indices.to_numpy()
    order = np.argsort(key, kind="stable")
    again = order[1:][key[order][1:] == key[order][:-1]]
    if len(again):
        row = int(again.min())
        raise ValueError(
            f"{path}, row {row + 2}, column t: {names[row].as_py()!r} already has a count for {written[row].as_py()}; "
            "keep one row for each series and period."
        )


def _periods(path: Path, written: Any, period: str) -> tuple[NDArray[np.int64], _Form]:
    """The period number of each entry of the dictionary of t, and how a period number is written."""
    known = written.dictionary.to_pylist()
    if all(_is_number(t) for t in known):
        return np.array([int(t) for t in known], dtype=np.int64), _Form(period, str)
    days = np.empty(len(known), dtype=np.int64)
    for code, t in enumerate(known):
        try:
            days[code] = date.fromisoformat(t).toordinal() - 1
        except ValueError:
            row = _row(written.indices, code)
            raise ValueError(
                f"{path}, row {row}, column t: {t!r} is not a date; write all as dates such as 2026-03-30, or all as "
                "period numbers."
            ) from None
    if period == "day":
        return days, _Form(period, lambda day: date.fromordinal(day + 1).isoformat())
    weekdays = Counter((days % 7).tolist())
    begins = next(iter(weekdays)) if len(weekdays) == 1 else 0
    return (days - begins) // 7, _Form(period, lambda week: date.fromordinal(week * 7 + begins + 1).isoformat())


def _is_number(t: str) -> bool:
    return t.removeprefix("-").isascii() and t.removeprefix("-").isdigit() and len(t) < 10


def _filled(path: Path, names: Any, when: NDArray[np.int64], count: NDArray[np.int64], form: _Form) -> Panel:
    """The rectangle of counts, series in order of name."""
    known = names.dictionary.to_pylist()
    order = sorted(range(len(known)), key=known.__getitem__)
    place = np.empty(len(known), dtype=np.int64)
    place[order] = np.arange(len(known))
    first, end = int(when.min()), int(when.max()) + 1
    if (end - first) * len(known) > MOST_CELLS:
        raise ValueError(
            f"{path}: {len(known)} series over {end - first} periods are too many for one run; split it by series."
        )
    series, t = place[names.indices.to_numpy()], when - first
    counts = np.zeros((len(known), end - first), dtype=np.int64)
    np.add.at(counts, (series, t), count)
    since = np.full(len(known), end - first, dtype=np.int64)
    np.minimum.at(since, series, t)
    late = (since > 0) & (counts[np.arange(len(known)), since] > 0)
    periods = tuple(form.label(first + k) for k in range(end - first))
    return Panel(tuple(known[i] for i in order), counts, periods, form.period, since + late)
