"""The one place that knows Ibis (表达式层): tables as questions see them, the SQL text of an expression for an engine,
and results in one shape whatever the engine answered.

A question is written once, as an expression over `table("orders")`; DuckDB, ClickHouse and Spark are given its text.
The texts are held by tests, so that a new Ibis or SQLGlot that writes them otherwise is seen before it is used."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Protocol

import ibis
import pyarrow as pa
from ibis.expr.operations import Node
from ibis.expr.types import Table

from minsheng.ground.lake.schema import SCHEMAS

DUCKDB, CLICKHOUSE, SPARK = "duckdb", "clickhouse", "pyspark"
ENGINES = (DUCKDB, CLICKHOUSE, SPARK)


@cache
def table(name: str) -> Table:
    """The lake's table `name` (events, orders, texts) for questions to be asked of; it holds no rows."""
    return ibis.table(ibis.Schema.from_pyarrow(SCHEMAS[name]), name=name)


def text(question: Table, engine: str = DUCKDB) -> str:
    """The SQL of a question for one of ENGINES. It takes some 15 ms to write, and a page asks again what it asked."""
    return _written(question.op(), engine)


@lru_cache(1024)
def _written(question: Node, engine: str) -> str:
    return str(ibis.to_sql(question.to_expr(), dialect=engine))


def shaped(question: Table, answer: pa.Table) -> pa.Table:
    """An engine's answer in the columns and types that the question promises: engines add up to types of their own."""
    return answer.select(list(question.columns)).cast(question.schema().to_pyarrow())


class Engine(Protocol):
    """Whatever answers questions of a lake."""

    def ask(self, question: Table) -> pa.Table:
        """The rows that answer `question`, in its own columns and types."""
