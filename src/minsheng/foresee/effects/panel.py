"""Counts by place and period around an action (治理前后分区计数), from plain tables.

A panel has the columns `unit`, `t` and `count`; `t` is an ISO date of any regular step, or a period number, which
stands for a week. Days are added up to weeks that begin on the weekday of the action's first day; whole periods only.
Rows that are missing are counts of 0."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WEEK, MONTH = 1.0, 30.4375 / 7
LEAST_BEFORE_WEEKS = 26
LEAST_BEFORE_MONTHS = 12
MOST_CELLS = 50_000_000
LARGEST = 2**31


class Unusable(ValueError):
    """A table, or a question to it, that gives no answer; its text is a sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Panel:
    """`counts` (units, periods) of the units in order of name; `treated` which of them were acted on; the action begins
    with period `start`; a period lasts `weeks`; `periods` its written beginnings; `left_out` what was not used."""

    units: tuple[str, ...]
    counts: Floats
    treated: NDArray[np.bool_]
    start: int
    weeks: float
    periods: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def after(self) -> int:
        """Periods from the action on."""
        return self.counts.shape[1] - self.start

    @property
    def a_year(self) -> int:
        """Periods of a year."""
        return 12 if self.weeks > 4 else 52


def read_units(path: Path) -> tuple[str, ...]:
    """One unit a line, in the order of the file; a first line `unit` is a header. Raises Unusable."""
    if not path.is_file():
        raise Unusable(f"There is no file {path}: check its name.")
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise Unusable(f"{path.name} is not UTF-8 text: save it as UTF-8.") from error
    names = [line for line in lines if line]
    if names and names[0].lower() == "unit":
        names = names[1:]
    names = [next(csv.reader([name]))[0].strip() for name in names]
    if not names:
        raise Unusable(f"{path.name} names no unit: write the units that were acted on, one a line.")
    for name in names:
        if names.count(name) > 1:
            raise Unusable(f"{path.name}: {name!r} stands more than once; name each treated unit once.")
    return tuple(names)


def read_panel(path: Path, treated: tuple[str, ...], start: date | str) -> Panel:
    """Read a panel (CSV or Parquet) around the action that began on `start` (ISO date, or period number where the
    panel has those). Raises Unusable."""
    cells: dict[tuple[str, int], int] = {}
    numbered = None
    for row, line in _rows(path):
        unit = str(line["unit"] if line["unit"] is not None else "").strip()
        if not unit:
            raise Unusable(f"{path.name} row {row}, column unit: it is empty; name the unit.")
        day, number = _time(path, row, line["t"])
        if numbered is not None and number != numbered:
            raise Unusable(f"{path.name} row {row}, column t: dates and period numbers are mixed; use one of them.")
        numbered = number
        if (unit, day) in cells:
            raise Unusable(
                f"{path.name} row {row}: {unit!r} already has a count for {line['t']}; keep one row a unit and t."
            )
        cells[unit, day] = _count(path, row, line["count"])
    if numbered is None:
        raise Unusable(f"{path.name} has no rows: give one count for each unit and period.")
    return _around(path.name, cells, treated, _start(start, numbered), numbered)


def panel_of(
    units: tuple[str, ...], counts: Floats, treated: tuple[str, ...], start: int, weeks: float = WEEK
) -> Panel:
    """A panel of an array (units, periods) of periods numbered from 0, with its checks. Raises Unusable."""
    made = Panel(
        units, np.asarray(counts, dtype=np.float64), _marked(units, treated), start, weeks,
        tuple(str(t) for t in range(counts.shape[1])),
    )  # fmt: skip
    return usable(made)


def usable(panel: Panel) -> Panel:
    """The panel without units that never counted before the action. Raises Unusable when it answers no question."""
    counts, start = panel.counts, panel.start
    if np.any(counts < 0) or not np.isfinite(counts).all():
        raise Unusable("The panel holds counts below 0 or unknown: give whole numbers from 0.")
    least = LEAST_BEFORE_MONTHS if panel.weeks > 4 else LEAST_BEFORE_WEEKS
    if start < least:
        raise Unusable(
            f"Only {start} periods lie before the action and {least} are needed: without them nobody can tell a bad "
            "month from a usual one; give a longer panel."
        )
    if panel.after < (1 if panel.weeks > 4 else 2):
        raise Unusable(f"Only {panel.after} whole periods lie after the beginning: wait until there are 2 or more.")
    silent = counts[:, :start].sum(axis=1) == 0
    if (silent & panel.treated).all() or not panel.treated.any() or counts[panel.treated, :start].sum() < 10:
        raise Unusable(
            f"The treated units count {int(counts[panel.treated, :start].sum())} requests before the action, too few "
            "to expect anything (10 needed): join categories or places, or give a longer panel."
        )
    keep = ~silent | panel.treated
    controls = keep & ~panel.treated
    if controls.sum() < 5:
        raise Unusable(
            f"There are {int(controls.sum())} usable controls (units that were not acted on and counted before) and 5 "
            "are needed: without them season and chance cannot be told from the effect; add units like the treated."
        )
    for when, part in (("before", counts[controls, :start]), ("after", counts[controls, start:])):
        if part.sum() < 10:
            raise Unusable(
                f"The controls count {int(part.sum())} requests {when} the action, too few to compare with (10 needed):"
                " add units or join categories."
            )
    left = tuple(f"{name}: no request before the action" for name, k in zip(panel.units, keep, strict=True) if not k)
    return Panel(
        tuple(name for name, k in zip(panel.units, keep, strict=True) if k), counts[keep], panel.treated[keep],
        start, panel.weeks, panel.periods, panel.left_out + left,
    )  # fmt: skip


def _around(
    name: str, cells: dict[tuple[str, int], int], treated: tuple[str, ...], start: int, numbered: bool
) -> Panel:
    days = sorted({day for _, day in cells})
    if not days[0] < start <= days[-1]:
        first, last = (str(d) if numbered else date.fromordinal(d).isoformat() for d in (days[0], days[-1]))
        raise Unusable(
            f"The action begins outside the panel, which runs from {first} to {last}: give the day on which it began, "
            "with counts before and after."
        )
    units = tuple(sorted({unit for unit, _ in cells}))
    marked = _marked(units, treated)
    index, written, begin, weeks = _periods(name, np.array(days), start, numbered)
    width = len(written)
    if len(units) * width > MOST_CELLS:
        raise Unusable(f"{name} has {len(units)} units × {width} periods, too many for one question: take fewer units.")
    counts = np.zeros((len(units), width))
    place = {unit: row for row, unit in enumerate(units)}
    for (unit, day), count in cells.items():
        period = index.get(day, -1)
        if period >= 0:
            counts[place[unit], period] += count
    return usable(Panel(units, counts, marked, begin, weeks, written))


def _marked(units: tuple[str, ...], treated: tuple[str, ...]) -> NDArray[np.bool_]:
    missing = [unit for unit in treated if unit not in set(units)]
    if missing:
        raise Unusable(
            f"{len(missing)} of {len(treated)} treated units are not in the panel, the first {missing[0]!r}: write "
            "them as the panel does, or add their counts."
        )
    return np.isin(np.array(units, dtype=object), np.array(treated, dtype=object))


def _periods(
    name: str, days: NDArray[np.int64], start: int, numbered: bool
) -> tuple[dict[int, int], tuple[str, ...], int, float]:
    """Period of each t (−1 where the period is not whole), written beginnings, the period of the action, its weeks."""
    if numbered:
        span = range(int(days[0]), int(days[-1]) + 1)
        return {t: t - span[0] for t in span}, tuple(map(str, span)), start - span[0], WEEK
    step = int(np.diff(days).min()) if len(days) > 1 else 1
    dates = [date.fromordinal(int(day)) for day in days]
    if step >= 28 and len({d.day for d in dates}) == 1:
        months = {int(day): d.year * 12 + d.month - 1 for day, d in zip(days, dates, strict=True)}
        first, last = min(months.values()), max(months.values())
        begun = date.fromordinal(start)
        month = begun.year * 12 + begun.month - 1 + (begun.day > dates[0].day)
        written = tuple(f"{m // 12}-{m % 12 + 1:02}-{dates[0].day:02}" for m in range(first, last + 1))
        return {day: m - first for day, m in months.items()}, written, month - first, MONTH
    if step not in (1, 7) or (step == 7 and len(set((days % 7).tolist())) > 1):
        raise Unusable(
            f"{name}, column t: the dates follow no step of a day, a week or a month (closest: {step} days); give "
            "counts by day, week or month."
        )
    anchor = start if step == 1 else int(days[0]) + -(-(start - int(days[0])) // 7) * 7
    before = (anchor - int(days[0])) // 7
    after = (int(days[-1]) + step - anchor) // 7
    index = {int(day): int(day - anchor) // 7 + before for day in days}
    index = {day: week if 0 <= week < before + after else -1 for day, week in index.items()}
    written = tuple(date.fromordinal(anchor + 7 * (w - before)).isoformat() for w in range(before + after))
    return index, written, before, WEEK


def _start(start: date | str, numbered: bool) -> int:
    if isinstance(start, date):
        if numbered:
            raise Unusable("The panel has period numbers: give the first period of the action as a number too.")
        return start.toordinal()
    text = start.strip()
    if numbered:
        if not text.removeprefix("-").isdigit():
            raise Unusable(f"The panel has period numbers and the action begins on {start!r}: give a period number.")
        return int(text)
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise Unusable(f"The action begins on {start!r}, which is no ISO date; write it like 2026-03-02.") from None


def _time(path: Path, row: int, value: Any) -> tuple[int, bool]:
    if isinstance(value, datetime):
        return value.date().toordinal(), False
    if isinstance(value, date):
        return value.toordinal(), False
    text = str(value if value is not None else "").strip()
    if text.removeprefix("-").isdigit() and len(text) < 8:
        return int(text), True
    try:
        return datetime.fromisoformat(text).date().toordinal(), False
    except ValueError:
        raise Unusable(
            f"{path.name} row {row}, column t: {text!r} is neither an ISO date such as 2026-03-02 nor a period number."
        ) from None


def _count(path: Path, row: int, value: Any) -> int:
    try:
        known = float(value)
    except (TypeError, ValueError):
        known = -1.0
    if not (0 <= known < LARGEST and known.is_integer()):
        raise Unusable(
            f"{path.name} row {row}, column count: {value!r} is no count; write a whole number from 0, or leave the "
            "row out where nothing was counted."
        )
    return int(known)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows with the number that a spreadsheet shows: the header is row 1."""
    if not path.is_file():
        raise Unusable(f"There is no file {path}: check its name.")
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        columns, rows = table.column_names, table.to_pylist()
    else:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                rows, columns = list(reader), list(reader.fieldnames or ())
        except UnicodeDecodeError as error:
            raise Unusable(f"{path.name} is not UTF-8 text: save it as CSV UTF-8.") from error
    missing = [name for name in ("unit", "t", "count") if name not in columns]
    if missing:
        raise Unusable(f"{path.name} has no column {missing[0]}; it has {', '.join(columns) or 'none'}.")
    return iter(enumerate(rows, start=2))
