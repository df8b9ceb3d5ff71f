"""Cases and places from plain tables (CSV or Parquet), clusters to one; whatever cannot be read is named by row and
column in a sentence that says what to do."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HEADER_ROWS = 1
DEGREES, PLAIN = ("lon", "lat"), ("x", "y")
LIMITS = {"lon": 180.0, "lat": 90.0}


class Unusable(ValueError):
    """Input that cannot be read or scanned; its text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where requests can come from: `points` is (places, 2), longitude and latitude when `degrees`; `population` is
    (places,), or None when it is not known."""

    names: tuple[str, ...]
    points: Floats
    degrees: bool = True
    population: Floats | None = None

    @property
    def index(self) -> dict[str, int]:
        """Position of each name."""
        return {name: position for position, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True)
class Cases:
    """Requests, several of one place and day in one row or in many: positions among the places, days as
    `date.toordinal`, counts; all of one length."""

    place: NDArray[np.intp]
    day: NDArray[np.int64]
    count: NDArray[np.int64]

    @property
    def total(self) -> int:
        """All requests."""
        return int(self.count.sum())


def read_places(path: Path) -> Places:
    """Places of a table with the columns `place`, `lon` and `lat` (WGS84 degrees) or `x` and `y`, and optionally
    `population`. Raises Unusable."""
    rows = list(_rows(path, ("place",)))
    if not rows:
        raise Unusable(f"{path.name} holds no place: give one row for each place that requests come from.")
    have = rows[0][1].keys()
    axes = DEGREES if set(DEGREES) <= have else PLAIN
    if not set(axes) <= have:
        raise Unusable(f"{path.name} has no coordinates: give it the columns lon and lat (degrees), or x and y.")
    names: dict[str, int] = {}
    points, population = [], []
    for number, row in rows:
        name = _name(path, number, row)
        if name in names:
            raise Unusable(f"{path.name} row {number}, column place: {name!r} stands in row {names[name]} already.")
        names[name] = number
        points.append([_coordinate(path, number, axis, row[axis]) for axis in axes])
        if "population" in have:
            population.append(_number(path, number, "population", row["population"]))
            if population[-1] < 0:
                raise Unusable(f"{path.name} row {number}, column population: people cannot be fewer than 0.")
    return Places(tuple(names), np.array(points), axes == DEGREES, np.array(population) if population else None)


def read_cases(path: Path, places: Places) -> Cases:
    """Requests of a table with the columns `place`, `t` (ISO date or time) and optionally `count`. Raises Unusable."""
    index = places.index
    place, day, count = [], [], []
    for number, row in _rows(path, ("place", "t")):
        name = _name(path, number, row)
        if name not in index:
            raise Unusable(
                f"{path.name} row {number}, column place: {name!r} is not among the places. Add it to them with its "
                "coordinates, or leave the row out."
            )
        place.append(index[name])
        day.append(_day(path, number, row["t"]).toordinal())
        count.append(_count(path, number, row.get("count", 1)))
    return Cases(np.array(place, dtype=np.intp), np.array(day, dtype=np.int64), np.array(count, dtype=np.int64))


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Rows to a CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows with the number that a spreadsheet shows: the header is row 1."""
    if not path.is_file():
        raise Unusable(f"There is no file {path}: check its name.")
    try:
        columns, rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except UnicodeDecodeError as error:
        raise Unusable(f"{path.name} is not UTF-8 text: save it as CSV UTF-8.") from error
    missing = [name for name in needed if name not in columns]
    if missing:
        raise Unusable(f"{path.name} has no column {missing[0]}; it has {', '.join(columns) or 'none'}.")
    return enumerate(rows, start=1 + HEADER_ROWS)


def _csv(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or ()), rows


def _parquet(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    table = pq.read_table(path)
    return table.column_names, table.to_pylist()


def _name(path: Path, number: int, row: Mapping[str, Any]) -> str:
    name = str(row["place"]).strip() if row["place"] is not None else ""
    if not name:
        raise Unusable(f"{path.name} row {number}, column place: is empty; name the place.")
    return name


def _coordinate(path: Path, number: int, axis: str, value: Any) -> float:
    known = _number(path, number, axis, value)
    if abs(known) > LIMITS.get(axis, np.inf):
        raise Unusable(
            f"{path.name} row {number}, column {axis}: {value} is no {axis} in degrees (at most {LIMITS[axis]:.0f}); "
            "plain coordinates go into columns x and y."
        )
    return known


def _number(path: Path, number: int, column: str, value: Any) -> float:
    try:
        known = float(value)
    except (TypeError, ValueError):
        known = float("nan")
    if not isfinite(known):
        shown = "is empty" if value is None or not str(value).strip() else f"{value!r} is no number"
        raise Unusable(f"{path.name} row {number}, column {column}: {shown}; give a number.")
    return known


def _count(path: Path, number: int, value: Any) -> int:
    known = _number(path, number, "count", value)
    if known < 0 or known != int(known):
        raise Unusable(f"{path.name} row {number}, column count: {value} is no count; give a whole number from 0.")
    return int(known)


def _day(path: Path, number: int, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError as error:
        raise Unusable(
            f"{path.name} row {number}, column t: {value!r} is no ISO date; write it like 2024-05-31."
        ) from error
