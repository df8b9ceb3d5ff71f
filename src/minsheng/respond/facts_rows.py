"""The rows that leave for the lake (出库行): read by COPY in the shape of Arrow, past Python, and completed from the
city pack: the categories and areas above, the level of a unit and the unit above it, and the digest of the spot."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection
from psycopg import Copy
from pyarrow import csv

from minsheng.core.rulebook import category_and_parents
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.city.rows import AreaLevel
from minsheng.ground.keys import keys
from minsheng.ground.lake.schema import EVENTS, ORDERS, SCHEMAS, TEXT, TEXTS
from minsheng.respond.spots import spot

DIGEST_LETTERS = 16
_BLOCK = 8 << 20
_SQL = Path(__file__).parent / "sql"
_READ = {table: (_SQL / f"facts_{table}.sql").read_text("utf-8") for table in SCHEMAS}
_COMPLETED = ("category2", "category1", "township", "county", "place", "level", "unit2", "units")


def rows_between(since: int, upto: int) -> dict[str, Iterator[pa.Table]]:
    """For each table of the lake, in pieces, the facts of the transactions from `since` to `upto` (not included)."""
    span = {"since": since, "upto": upto, "tz": present.city().city.tz}
    orders = pa.schema([*(f for f in SCHEMAS[ORDERS] if f.name not in _COMPLETED), ("units", TEXT), ("words", TEXT)])
    return {
        EVENTS: _pieces(_READ[EVENTS], span, SCHEMAS[EVENTS]),
        ORDERS: map(completed, _pieces(_READ[ORDERS], span, orders)),
        TEXTS: _pieces(_READ[TEXTS], span, SCHEMAS[TEXTS]),
    }


class _Stream(io.RawIOBase):
    """What COPY sends, as a file."""

    def __init__(self, copy: Copy) -> None:
        super().__init__()
        self._blocks = iter(copy)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _pieces(query: str, span: Mapping[str, Any], schema: pa.Schema) -> Iterator[pa.Table]:
    """The answer of `query` as Arrow tables of `schema`, in the sight of the system."""
    convert = csv.ConvertOptions(
        column_types={f.name: f.type for f in schema},
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=False,
    )
    read = csv.ReadOptions(column_names=schema.names, block_size=_BLOCK)
    parse = csv.ParseOptions(newlines_in_values=True)
    with sight(SYSTEM):
        connection.ensure_connection()
        with (
            connection.wrap_database_errors,
            connection.connection.cursor() as cursor,
            cursor.copy(_as_csv(query), span) as copy,
            io.BufferedReader(_Stream(copy), _BLOCK) as stream,
        ):
            if not stream.peek(1):
                return
            for batch in csv.open_csv(stream, read, parse, convert):
                yield pa.Table.from_batches([batch])


def _as_csv(query: str) -> str:
    return f"COPY (\n{query}\n) TO STDOUT (FORMAT csv)"


def completed(rows: pa.Table) -> pa.Table:
    """Orders as read, with what the city pack says of their codes."""
    pack = present.city()

    def around(level: AreaLevel) -> Callable[[str], str]:
        return lambda code: next((a.code for a in pack.area_path(code) if a.level is level), "")

    def second(code: str) -> str:
        return next((u.code for u in pack.unit_path(code) if u.level == 2), "")

    def level(code: str) -> int:
        return pack.units[code].level if code in pack.units else 0

    category, area, unit = rows["category"], rows["area"], rows["unit"]
    county = _mapped(area, around(AreaLevel.COUNTY), TEXT)
    made = {
        "category2": _mapped(category, lambda code: _above(code, 1), TEXT),
        "category1": _mapped(category, lambda code: _above(code, 2), TEXT),
        "township": _mapped(area, around(AreaLevel.TOWNSHIP), TEXT),
        "county": county,
        "place": _places(county, rows["words"]),
        "level": _mapped(unit, level, pa.int16()),
        "unit2": _mapped(unit, second, TEXT),
        "units": _lists(rows["units"]),
    }
    known = {name: rows[name] for name in rows.column_names if name not in ("units", "words")}
    return pa.table({name: (known | made)[name] for name in SCHEMAS[ORDERS].names})


def _above(code: str, steps: int) -> str:
    chain = category_and_parents(code)
    return chain[steps] if steps < len(chain) else chain[-1]


def _mapped(column: pa.ChunkedArray, meaning: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """`meaning` of each code, asked once a code."""
    codes = column.combine_chunks().dictionary_encode()
    return pa.array([meaning(c) for c in codes.dictionary.to_pylist()], kind).take(codes.indices)


def _places(county: pa.Array, words: pa.ChunkedArray) -> pa.Array:
    names = present.gazetteer()
    key = keys()

    def place(where: str, text: str) -> str:
        found = spot(text, names) if text else ""
        return key.digest("place", where, found).hex()[:DIGEST_LETTERS] if found else ""

    return pa.array([place(c, w) for c, w in zip(county.to_pylist(), words.to_pylist(), strict=True)], TEXT)


def _lists(written: pa.ChunkedArray) -> pa.ChunkedArray:
    """Codes with blanks between them as lists; none is an empty list."""
    kind = SCHEMAS[ORDERS].field("units").type
    lists = [codes.split() for codes in written.to_pylist()]
    return pa.chunked_array([pa.array(lists, kind)])
