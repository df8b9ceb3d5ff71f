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
YES = frozenset({"1", "true", "yes", "y", "是", "已解决", "解决", "基本解决"})
NO = frozenset({"0", "false", "no", "n", "否", "未解决"})


class Unusable(ValueError):
    """Input that cannot be read; its text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests in order of time (of those of one moment in the table's). `row` is each one's place in the table,
    `day` days since 1970-01-01 as the table's clock says; what is not in the table is None."""

    ids: list[str]
    texts: list[str]
    day: NDArray[np.float64]
    row: NDArray[np.intp]
    place: list[str] | None = None
    category: list[str] | None = None
    person: list[str] | None = None
    solved: list[bool | None] | None = None


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
    ids (without it the row's number). Raises Unusable."""
    if not text:
        raise Unusable("No column of text is named: give at least one, as in --text title,content.")
    columns = _columns(path)
    for name in (*text, when, named, place, category, person, solved):
        if name is not None and name not in columns:
            raise Unusable(f"{path.name} has no column {name}; it has {', '.join(columns) or 'none'}.")
    rows = len(columns[when])
    if not rows:
        raise Unusable(f"{path.name} holds no request: give one row for each.")
    days = np.array([_day(path, number, when, value) for number, value in enumerate(columns[when], 1 + HEADER_ROWS)])
    order = np.argsort(days, kind="stable")

    def said(name: str) -> list[str]:
        return [_text(columns[name][row]) for row in order]

    parts = [said(name) for name in text]
    ids = said(named) if named else [str(row + 1 + HEADER_ROWS) for row in order]
    truth = None
    if solved:
        truth = [_whether(path, int(row) + 1 + HEADER_ROWS, solved, columns[solved][row]) for row in order]
    return Requests(
        ids,
        ["\n".join(part for part in told if part) for told in zip(*parts, strict=True)],
        days[order],
        order,
        said(place) if place else None,
        said(category) if category else None,
        said(person) if person else None,
        truth,
    )


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
