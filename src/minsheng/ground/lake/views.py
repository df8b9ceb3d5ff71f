"""The rows of a lake as DuckDB sees them: folded files, less what newer parts replace, and the parts (读时合并)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from minsheng.ground.lake.manifest import Manifest
from minsheng.ground.lake.schema import KEYED, SCHEMAS


def all_rows(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    manifest: Manifest,
    table: str,
    base: Sequence[str] | None = None,
) -> duckdb.DuckDBPyRelation:
    """Every row of `table` that counts; of folded files only those of `base`, when given.

    Of a keyed table the row in the latest part counts, then the folded one: a part is never older than one before."""
    base = manifest.base(table) if base is None else base
    parts = manifest.fresh(table)
    columns = ", ".join(f'"{name}"' for name in SCHEMAS[table].names)
    if not parts and not base:
        connection.from_arrow(SCHEMAS[table].empty_table()).create(f"no_{table}")
        return connection.table(f"no_{table}")
    folded = _files(connection, folder, base).project(columns) if base else None
    if not parts:
        assert folded is not None
        return folded
    fresh = _files(connection, folder, parts)
    if table in KEYED and len(parts) > 1:
        ranked = "row_number() OVER (PARTITION BY order_id ORDER BY filename DESC) AS rank"
        fresh.project(f"{columns}, {ranked}").filter("rank = 1").project(columns).create(f"fresh_{table}")
        fresh = connection.table(f"fresh_{table}")
    fresh = fresh.project(columns)
    if table in KEYED and folded is not None:
        folded = folded.join(fresh.set_alias("newer"), "order_id", how="anti").project(columns)
    return fresh if folded is None else folded.union(fresh)


def _files(connection: duckdb.DuckDBPyConnection, folder: Path, files: Sequence[str]) -> duckdb.DuckDBPyRelation:
    return connection.read_parquet([str(folder / f) for f in files], filename=True, hive_partitioning=False)
