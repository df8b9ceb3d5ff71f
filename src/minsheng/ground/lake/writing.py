"""How the lake grows and is kept (入湖、归并、遗忘): parts come, are folded by day and month, words are forgotten.

Each of the three is one change of the manifest; see manifest.py for what a death in between leaves. All of them need
`written_alone`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import CaseExpression, ColumnExpression, Expression, FunctionExpression
from duckdb import ConstantExpression as Constant

from minsheng.ground.lake.files import ROW_GROUP, TableFile
from minsheng.ground.lake.manifest import SPILL, Listed, Manifest, Part, commit, sweep
from minsheng.ground.lake.schema import ORDERS, SCHEMAS, SORTED, TEXTS
from minsheng.ground.lake.views import all_rows

Rows = Mapping[str, Iterable[pa.Table]]
"""Rows for each table of the lake, in pieces."""

MEMORY = "1GB"
MONTH = len("2026-03")


def add_part(folder: Path, manifest: Manifest, upto: int, rows: Rows, notes: Mapping[str, str]) -> Manifest:
    """Write the facts of the transactions from the manifest's end to `upto`; returns the lake after it.

    The files' names come from the range alone, so that a range that was broken off is written again in its place."""
    files: dict[str, Listed] = {}
    for table, pieces in rows.items():
        name = f"{table}/parts/{manifest.upto:020d}-{upto:020d}.parquet"
        with TableFile(folder / name, table, notes) as out:
            for piece in pieces:
                out.add(piece)
        if out.rows:
            files[table] = Listed(name, out.rows)
    part = Part(manifest.upto, upto, files)
    after = manifest.next(upto=upto, parts=(*manifest.parts, part) if files else manifest.parts)
    commit(folder, after)
    return after


def fold(folder: Path, manifest: Manifest, notes: Mapping[str, str]) -> Manifest:
    """Fold all parts into sorted files, one a day of the newest month and one a month before it; returns the lake after
    it. Without parts nothing changes. Only the files of days and months that a part touches are written again, and
    those of days whose month has ended. What is replaced stays until the next fold, for readers."""
    if not manifest.parts:
        return manifest
    sweep(folder, manifest)
    folded, replaced = {}, [f.file for part in manifest.parts for f in part.files.values()]
    for table in SCHEMAS:
        new, old = _folded(folder, manifest, table, notes)
        replaced += [manifest.folded[table][span].file for span in old]
        folded[table] = {span: f for span, f in manifest.folded[table].items() if span not in old} | new
    after = manifest.next(folded=folded, parts=(), retired=tuple(replaced))
    commit(folder, after)
    sweep(folder, after)
    return after


def _folded(
    folder: Path, manifest: Manifest, table: str, notes: Mapping[str, str]
) -> tuple[dict[str, Listed], list[str]]:
    """The files of `table` that the fold writes, by span, and the spans that they replace. One sort of all their rows,
    spilled to disk when it is large."""
    days, before = _days_of(folder, manifest.fresh(table)), manifest.folded[table]
    newest = max((*(day.isoformat() for day in days), *before), default="")[:MONTH]
    touched = {_span(day.isoformat(), newest) for day in days}
    ended = {span[:MONTH] for span in before if _span(span, newest) != span}
    wanted = touched | ended
    old = [span for span in before if _span(span, newest) in wanted]
    if not wanted:
        return {}, []
    connection = duckdb.connect(config={"temp_directory": str(folder / SPILL), "memory_limit": MEMORY})
    rows = all_rows(connection, folder, manifest, table, [before[span].file for span in sorted(old)])
    columns = [ColumnExpression(name) for name in (*SCHEMAS[table].names, *SORTED[table])]
    month, day = _strftime("%Y-%m"), _strftime("%Y-%m-%d")
    span = CaseExpression(month < Constant(newest), month).otherwise(day)
    spanned = rows.select(*columns[: len(SCHEMAS[table])], span.alias("span"))
    batches = spanned.sort(ColumnExpression("span"), *columns[len(SCHEMAS[table]) :]).to_arrow_reader(ROW_GROUP)
    new = {}
    for name, pieces in _by_span(batches):
        kind = "month" if len(name) == MONTH else "day"
        path = f"{table}/{kind}={name}/{manifest.number + 1:08d}.parquet"
        with TableFile(folder / path, table, notes) as out:
            for piece in pieces:
                out.add(piece)
        new[name] = Listed(path, out.rows)
    connection.close()
    return new, old


def _strftime(form: str) -> Expression:
    return FunctionExpression("strftime", ColumnExpression("day"), Constant(form))


def _span(day_or_month: str, newest: str) -> str:
    """The span that rows of this day (or month) belong to, while `newest` is the newest month of their table."""
    return day_or_month[:MONTH] if day_or_month[:MONTH] < newest else day_or_month


def _days_of(folder: Path, files: list[str]) -> list[date]:
    found: set[date] = set()
    for file in files:
        found.update(pc.unique(pq.read_table(folder / file, columns=["day"], partitioning=None)["day"]).to_pylist())
    return sorted(found)


def _by_span(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, Iterator[pa.Table]]]:
    """Sorted rows cut into spans."""
    cut = _cut(batches)
    held = next(cut, None)
    while held is not None:
        span = held[0]

        def pieces(of: str = span) -> Iterator[pa.Table]:
            nonlocal held
            while held is not None and held[0] == of:
                yield held[1]
                held = next(cut, None)

        yield span, pieces()


def _cut(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.Table]]:
    for batch in batches:
        start = 0
        for run in pc.value_counts(batch.column("span")):
            length = run["counts"].as_py()
            yield run["values"].as_py(), pa.Table.from_batches([batch.slice(start, length)])
            start += length


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken out: rows of texts, and places of orders."""

    texts: int
    places: int


def forget(
    folder: Path, manifest: Manifest, orders: Iterable[int], notes: Mapping[str, str]
) -> tuple[Manifest, Forgotten]:
    """Take the words and the places of `orders` out of every file, and those files off the disk at once; returns the
    lake after it. Events and counts stay."""
    wanted = pa.array(sorted(set(orders)), pa.int64())
    kept = {table: _Rewriter(folder, manifest.number + 1, table, wanted, notes) for table in (TEXTS, ORDERS)}
    folded = {
        table: {span: listed for span, f in files.items() if (listed := kept[table](f)) is not None}
        if table in kept
        else files
        for table, files in manifest.folded.items()
    }
    parts = tuple(
        Part(
            p.since,
            p.upto,
            {t: listed for t, f in p.files.items() if (listed := kept[t](f) if t in kept else f) is not None},
        )
        for p in manifest.parts
    )
    after = manifest.next(folded=folded, parts=parts, retired=())
    commit(folder, after)
    sweep(folder, after)
    return after, Forgotten(kept[TEXTS].changed, kept[ORDERS].changed)


class _Rewriter:
    """Writes a file again without the words of some orders, where it has any; None when no row is left."""

    def __init__(self, folder: Path, number: int, table: str, orders: pa.Array, notes: Mapping[str, str]) -> None:
        self.folder, self.number, self.table, self.orders, self.notes = folder, number, table, orders, notes
        self.changed = 0

    def __call__(self, old: Listed) -> Listed | None:
        rows = self._meant(old)
        if rows is None:
            return old
        name = f"{old.file.removesuffix('.parquet').partition('~')[0]}~{self.number:08d}.parquet"
        with TableFile(self.folder / name, self.table, self.notes) as out:
            out.add(rows)
        return Listed(name, out.rows) if out.rows else None

    def _meant(self, old: Listed) -> pa.Table | None:
        """The rows as they shall be; None when they are so already."""
        path = self.folder / old.file
        looked_at = ["order_id"] if self.table == TEXTS else ["order_id", "place"]
        found = pq.read_table(path, columns=looked_at, partitioning=None)
        meant = pc.is_in(found["order_id"], self.orders)
        if self.table == ORDERS:
            meant = pc.and_(meant, pc.not_equal(found["place"], ""))
        count = pc.sum(meant).as_py() or 0
        if not count:
            return None
        self.changed += count
        rows = pq.read_table(path, partitioning=None)
        if self.table == TEXTS:
            return rows.filter(pc.invert(meant))
        index = rows.schema.get_field_index("place")
        return rows.set_column(index, rows.schema.field(index), pc.if_else(meant, "", found["place"]))
