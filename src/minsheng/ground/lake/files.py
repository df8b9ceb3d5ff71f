"""Files of the lake's tables (湖中文件): Parquet, each whole or not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from minsheng.ground.disk import whole
from minsheng.ground.lake.schema import SCHEMAS

ROW_GROUP = 122_880
"""Rows of a row group, the unit in which DuckDB shares work."""


class TableFile:
    """A Parquet file of one table of the lake, written batch by batch in row groups of one size, so that the same rows
    give the same bytes however they come. `rows` counts them. Without a row no file is made."""

    def __init__(self, path: Path, table: str, notes: Mapping[str, str]) -> None:
        self.path, self.rows = path, 0
        schema = SCHEMAS[table]
        self.schema = schema.with_metadata({**(schema.metadata or {}), **notes})
        self._held: list[pa.Table] = []
        self._holding = 0
        self._whole: Any = None
        self._out: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, rows: pa.Table) -> None:
        """Append rows that have the columns of the table."""
        if not rows.num_rows:
            return
        self._held.append(rows.select(self.schema.names).cast(self.schema))
        self._holding += rows.num_rows
        self.rows += rows.num_rows
        if self._holding >= ROW_GROUP:
            self._put(self._holding // ROW_GROUP * ROW_GROUP)

    def _put(self, count: int) -> None:
        held = pa.concat_tables(self._held)
        if self._out is None:
            self._whole = whole(self.path)
            self._out = pq.ParquetWriter(self._whole.__enter__(), self.schema, compression="zstd")
        self._out.write_table(held.slice(0, count).combine_chunks(), row_group_size=ROW_GROUP)
        rest = held.slice(count)
        self._held, self._holding = [rest] if rest.num_rows else [], rest.num_rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._holding:
            self._put(self._holding)
        if self._out is not None:
            self._out.close()
            self._whole.__exit__(kind, error, trace)
