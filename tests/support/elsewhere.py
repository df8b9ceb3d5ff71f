"""Asks every question of a lake on another engine and keeps the answers: run with the Python of .tools/engines as
elsewhere.py spark|clickhouse LAKE OUT."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq

from minsheng.ground.lake.cluster import ClickHouse, Spark, chdb_run, local_cluster
from minsheng.ground.lake.engines import Engine
from minsheng.ground.lake.schema import EVENTS, ORDERS, SCHEMAS
from support.lake import QUESTIONS


def keep(engine: Engine, out: Path) -> None:
    """Write each answer."""
    for name, question in QUESTIONS.items():
        pq.write_table(engine.ask(question), out / f"{name}.parquet")


def spark(lake: Path, out: Path) -> None:
    """Spark in two worker processes."""
    with local_cluster() as session:
        keep(Spark(session, lake), out)
        memory = session.sparkContext._jsc.sc().getExecutorMemoryStatus()
        print(f"{memory.size() - 1} worker processes")


def clickhouse(lake: Path, out: Path) -> None:
    """ClickHouse's engine in this process; the tables are held against the lake's own columns."""
    from chdb.session import Session

    run = chdb_run(Session(str(out / "chdb")))
    server = ClickHouse(run)
    server.load(lake)
    for table in (ORDERS, EVENTS):
        described = run(f"DESCRIBE TABLE {table}", {})
        assert described is not None
        assert [str(name) for name in described["name"].to_pylist()] == SCHEMAS[table].names, table
    keys = run("SELECT sorting_key FROM system.tables WHERE name = 'orders'", {})
    assert keys is not None
    keep(server, out)
    print(f"rows lie by {keys['sorting_key'][0].as_py()}")


if __name__ == "__main__":
    name, lake, out = sys.argv[1:]
    {"spark": spark, "clickhouse": clickhouse}[name](Path(lake), Path(out))
