"""The same questions on engines of many machines (分布式引擎): Spark on the lake's files, ClickHouse on tables of ours.

Both are given the text of a question (`engines.text`) and answer in its columns and types. They know folded files
only: fold the lake first (`minsheng lake compact`). Neither is a requirement of the house: requirements-engines.in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from ibis.expr.types import Table

from minsheng.ground.lake import manifest as listing
from minsheng.ground.lake.engines import CLICKHOUSE, SPARK, shaped, text
from minsheng.ground.lake.manifest import Manifest
from minsheng.ground.lake.schema import EVENTS, ORDERS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DDL = (Path(__file__).parent / "clickhouse.sql").read_text("utf-8")
SPARK_SETTINGS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
"""Times are UTC on every engine; the rest fits one machine."""

AT_ONCE = 500
"""Files that ClickHouse is given in one statement."""


class NotFolded(Exception):
    """The lake has parts that are not folded yet."""


class Spark:
    """A folded lake asked through a Spark session, on whose workers `folder` must be readable at the same path."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self._session = session
        found = _folded(folder)
        for table, files in found.folded.items():
            if files:
                paths = [str(folder / file) for file in found.base(table)]
                session.read.parquet(*paths).createOrReplaceTempView(table)

    def ask(self, question: Table) -> pa.Table:
        """The rows that answer `question`, in its own columns and types."""
        return shaped(question, self._session.sql(text(question, SPARK)).toArrow())


@contextmanager
def local_cluster(
    workers: int = 2, cores: int = 1, megabytes: int = 1024, driver_megabytes: int = 1024
) -> Iterator[SparkSession]:
    """A Spark of several worker processes on this machine, for tests and benchmarks. The driver holds the whole answer:
    some millions of rows want more than its default. ImportError without pyspark."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local-cluster[{workers},{cores},{megabytes}]").appName("minsheng")
    for name, value in SPARK_SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.driver.memory", f"{driver_megabytes}m").config("spark.driver.maxResultSize", "0")
    session = builder.config("spark.executor.memory", f"{megabytes}m").getOrCreate()
    try:
        yield session
    finally:
        session.stop()


Run = Callable[[str, Mapping[str, str]], pa.Table | None]
"""Sends a statement with its parameters ({name:Type} in the text); gives its answer, None where it has none."""

_FILL = {
    ORDERS: "INSERT INTO orders SELECT * FROM file({files:String}, Parquet)",
    EVENTS: "INSERT INTO events SELECT * FROM file({files:String}, Parquet)",
}


class ClickHouse:
    """A folded lake copied into ClickHouse and asked there: `run` is clickhouse-connect's `query_arrow`, or
    `chdb_run(session)`. Texts stay where they are, so that they can be erased."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def load(self, folder: Path) -> None:
        """Make the tables anew and fill them from a folded lake, whose files the server must be able to read."""
        found = _folded(folder)
        for statement in _DDL.split(";"):
            self._run(statement.strip(), {})
        for table, fill in _FILL.items():
            files = found.base(table)
            for first in range(0, len(files), AT_ONCE):
                alternatives = ",".join(files[first : first + AT_ONCE])
                self._run(fill, {"files": f"{folder}/{{{alternatives}}}"})

    def ask(self, question: Table) -> pa.Table:
        """The rows that answer `question`, in its own columns and types."""
        answer = self._run(text(question, CLICKHOUSE), {})
        assert answer is not None, "a question has an answer"
        return shaped(question, answer)


def chdb_run(session: Any) -> Run:
    """How a session of chdb, ClickHouse's engine in a process, runs a statement."""

    def run(statement: str, parameters: Mapping[str, str]) -> pa.Table | None:
        raw = session.query(statement, "Arrow", params=dict(parameters)).bytes()
        return pa.ipc.open_file(raw).read_all() if raw else None

    return run


def _folded(folder: Path) -> Manifest:
    found = listing.read(folder)
    if found is None or found.parts:
        raise NotFolded(f"{folder} is no lake, or has parts to be folded: run ./minsheng lake compact first.")
    return found
