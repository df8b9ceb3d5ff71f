"""Requests from a plain table (CSV or Parquet), one a row; whatever cannot be read is named by row and column in a
sentence that says what to do."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

HEADER_ROWS = 1
DAY_SECONDS = 86400.0
ENCODINGS = ("utf-8-sig", "gb18030")
KNOWN_AS: Mapping[str, tuple[str, ...]] = {
    "place": (
        *("address", "地址", "详细地址", "事发地址", "诉求地址", "location", "place", "地点", "事发地点", "位置"),
        *("spot", "点位", "area", "区域", "所属区域", "village", "社区", "township", "街道", "乡镇", "county", "区县"),
    ),
    "category": (
        *("leaf", "category", "类别", "分类", "诉求类别", "问题类别", "问题分类", "三级标签", "三级分类"),
        *("category2", "二级标签", "二级分类", "一级标签", "category1", "一级分类"),
    ),
    "person": ("person", "requester", "留言用户", "用户", "诉求人编号"),
    "solved": ("solved", "resolved", "是否解决"),
    "lon": ("lon", "lng", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
}
"""Columns that are known by their names: all of `place`, of the others the first that the table has."""
CELL = 0.001
"""Degrees of a cell of the map in which two positions are one place."""
YES = frozenset({"1", "true", "yes", "y", "是", "已解决", "解决", "基本解决"})
NO = frozenset({"0", "false", "no", "n", "否", "未解决"})


class Unusable(ValueError):
    """Input that cannot be read; its text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests in order of time (of those of one moment in the table's). `row` is each one's place in the table,
    `day` days since 1970-01-01 as the table's clock says; `place` is what is put down as place, a line a column;
    `marks` are columns of codes and positions, of which the same value is the same place; what is not in the table is
    None. `used` are the columns that were known by their names alone."""

    ids: list[str]
    texts: list[str]
    day: NDArray[np.float64]
    row: NDArray[np.intp]
    place: list[str] | None = None
    category: list[str] | None = None
    person: list[str] | None = None
    solved: list[bool | None] | None = None
    marks: dict[str, list[str]] | None = None
    used: tuple[str, ...] = ()


def read_requests(
    path: Path,
    text: Sequence[str],
    when: str,
    named: str | None = None,
    *,
    place: str | None = None,
    category: str | None = None,
    person: str | None = None,
    solved: str | None = None,
) -> Requests:
    """Requests of a table: columns `text` are put together, `when` holds ISO dates or times, `named` the requests' own
    ids (without it the row's number). Where `place`, `category`, `person` or `solved` is not given, columns that go by
    a name of KNOWN_AS are used, and positions (`lon` and `lat`) always; an address among `text` is read as a place.
    Raises Unusable."""
    if not text:
        raise Unusable("No column of text is named: give at least one, as in --text title,content.")
    columns = _checked(path, [name for name in (*text, when, named, place, category, person, solved) if name])
    days = np.array([_day(path, number, when, value) for number, value in enumerate(columns[when], 1 + HEADER_ROWS)])
    order = np.argsort(days, kind="stable")

    def said(name: str) -> list[str]:
        return [_text(columns[name][row]) for row in order]

    given = {"place": place, "category": category, "person": person, "solved": solved}
    found = _by_name(columns, [name for name in (*text, when, named, *given.values()) if name], given)
    addresses = [name for name in text if len(text) > 1 and name.lower() in KNOWN_AS["place"]]
    parts = [said(name) for name in text if name not in addresses or len(addresses) == len(text)]
    wheres = dict.fromkeys([*addresses, *([place] if place else found["place"])])
    lines, marks = _places({name: said(name) for name in wheres})
    if found["lon"] and found["lat"]:
        marks["lon, lat"] = [_cell(*pair) for pair in zip(said(found["lon"][0]), said(found["lat"][0]), strict=True)]
    category, person, solved = (
        given[name] or next(iter(found[name]), None) for name in ("category", "person", "solved")
    )
    ids = said(named) if named else [str(row + 1 + HEADER_ROWS) for row in order]
    return Requests(
        ids,
        ["\n".join(part for part in told if part) for told in zip(*parts, strict=True)],
        days[order],
        order,
        lines,
        said(category) if category else None,
        said(person) if person else None,
        [_whether(path, int(row) + 1 + HEADER_ROWS, solved, columns[solved][row]) for row in order] if solved else None,
        marks or None,
        tuple(dict.fromkeys(name for names in found.values() for name in names)),
    )


def _checked(path: Path, names: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    """The columns of a table that has all of `names` and a row."""
    columns = _columns(path)
    for name in names:
        if name not in columns:
            raise Unusable(f"{path.name} has no column {name}; it has {', '.join(columns) or 'none'}.")
    if not len(columns[names[0]]):
        raise Unusable(f"{path.name} holds no request: give one row for each.")
    return columns


def _by_name(
    columns: Mapping[str, Sequence[Any]], taken: Sequence[str], given: Mapping[str, str | None]
) -> dict[str, list[str]]:
    """The columns that are known by their names, by what they are for; a `solved` that says more than yes and no is
    left out, since nobody asked for it."""
    free = {name.strip().lower(): name for name in columns if name not in taken}
    found: dict[str, list[str]] = {}
    for use, names in KNOWN_AS.items():
        has = [free[name] for name in names if name in free]
        found[use] = [] if given.get(use) else has if use == "place" else has[:1]
    known = YES | NO | {""}
    found["solved"] = [name for name in found["solved"] if all(_text(v).lower() in known for v in columns[name])]
    if not (found["lon"] and found["lat"]):
        found["lon"], found["lat"] = [], []
    return found


def _places(wheres: Mapping[str, list[str]]) -> tuple[list[str] | None, dict[str, list[str]]]:
    """Columns of places in words, a line each, and those of codes."""
    worded = [name for name, values in wheres.items() if sum(map(_in_words, values)) * 2 > sum(map(bool, values))]
    codes = {name: values for name, values in wheres.items() if name not in worded and any(values)}
    lines = ["\n".join(filter(None, row)) for row in zip(*(wheres[name] for name in worded), strict=True)]
    return lines or None, codes


def _in_words(value: str) -> bool:
    return any("\u4e00" <= mark <= "\u9fff" for mark in value)


def _cell(lon: str, lat: str) -> str:
    """The cell of a position; "" without one."""
    try:
        return f"{round(float(lon) / CELL)},{round(float(lat) / CELL)}"
    except ValueError:
        return ""


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows to a CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _columns(path: Path) -> Mapping[str, Sequence[Any]]:
    if not path.is_file():
        raise Unusable(f"There is no file {path}: check its name.")
    if path.suffix == ".parquet":
        try:
            return dict(pq.read_table(path).to_pydict())
        except pa.ArrowInvalid as error:
            raise Unusable(f"{path.name} is no Parquet file: save it again, or give a CSV.") from error
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            rows = list(csv.reader(io.StringIO(raw.decode(encoding), newline="")))
        except UnicodeDecodeError:
            continue
        return _by_column(path, rows)
    raise Unusable(f"{path.name} is neither UTF-8 nor GB 18030 text: save it as CSV UTF-8.")


def _by_column(path: Path, rows: list[list[str]]) -> Mapping[str, Sequence[str]]:
    if not rows:
        raise Unusable(f"{path.name} is empty: give it a header and one row for each request.")
    header, body = rows[0], [row for row in rows[1:] if row]
    for number, row in enumerate(body, 1 + HEADER_ROWS):
        if len(row) > len(header):
            raise Unusable(f"{path.name} row {number} has more fields than the header: put text in quotation marks.")
        row += [""] * (len(header) - len(row))
    return {name: [row[at] for row in body] for at, name in enumerate(header)}


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _day(path: Path, number: int, column: str, value: Any) -> float:
    if not isinstance(value, datetime):
        if isinstance(value, date):
            value = datetime.combine(value, time())
        else:
            try:
                value = datetime.fromisoformat(_text(value).replace("/", "-"))
            except ValueError as error:
                raise Unusable(
                    f"{path.name} row {number}, column {column}: {_text(value)!r} is no ISO time; "
                    "write it like 2024-05-31 14:20:00."
                ) from error
    return (value.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / DAY_SECONDS


def _whether(path: Path, number: int, column: str, value: Any) -> bool | None:
    said = _text(value).lower()
    if not said:
        return None
    if said in YES or said in NO:
        return said in YES
    raise Unusable(f"{path.name} row {number}, column {column}: {said!r} is neither yes nor no; write 1, 0 or nothing.")
