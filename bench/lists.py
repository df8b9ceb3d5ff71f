"""Claim: a desk's list costs the same in a city of ten thousand orders and in one of a million.

Two databases of one server are filled with the same rows but for their number: most orders closed, the open ones the
newest, about a thousand units. The measured unit, its county and the pool have at least a page of work in both. Each
list runs as the app's login in the actor's own sight; counted are statements, shared buffers touched (EXPLAIN ANALYZE
of the same named SQL, warm) and milliseconds. The two search indexes are left out: no list here reads them."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from minsheng.ground.embedded import PostgreSQL

SIZES = (10_000, 1_000_000)
MOST_STATEMENTS, MOST_RATIO = 4, 1.5
PAGE = 51
RUNS = 15
QUICK = {"fsync": "off", "autovacuum": "off", "max_wal_size": "8GB", "wal_level": "minimal", "max_wal_senders": "0"}
FILL = (Path(__file__).parent / "lists.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one list cost at one size."""

    rows: int
    statements: int
    buffers: int
    milliseconds: float


Sizes = dict[str, list[Cost]]


def main() -> int:
    """Print the table; 1 when a list takes more than four statements or grows with the city."""
    costs: Sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MINSHENG_DATA": folder, "DJANGO_SETTINGS_MODULE": "minsheng.ground.settings"}
        with PostgreSQL(Path(folder), settings=QUICK) as server:
            from django.db import connections

            for size in SIZES:
                for name, cost in measure(server, size).items():
                    costs.setdefault(name, []).append(cost)
            connections.close_all()
    return report(costs)


def report(costs: Sizes) -> int:
    """The table and the verdict."""
    print(f"list                       | orders    | rows | statements | shared buffers | median ms of {RUNS} | ratio")
    missed = []
    for name, found in costs.items():
        ratio = found[-1].buffers / found[0].buffers
        for size, c in zip(SIZES, found, strict=True):
            end = f" | {ratio:5.2f}" if size == SIZES[-1] else " |"
            print(
                f"{name:26s} | {size:9,d} | {c.rows:4d} | {c.statements:10d} | {c.buffers:14,d} | "
                f"{c.milliseconds:15.1f}{end}"
            )
        if ratio > MOST_RATIO or any(c.statements > MOST_STATEMENTS for c in found):
            missed.append(name)
        if min(c.rows for c in found) != max(c.rows for c in found):
            missed.append(f"{name} (pages of different length cannot be compared)")
    print(f"target: at most {MOST_STATEMENTS} statements a list, buffers at most {MOST_RATIO} times")
    print("missed: " + ", ".join(missed) if missed else "reached by every list")
    return 1 if missed else 0


def measure(server: PostgreSQL, size: int) -> dict[str, Cost]:
    """Fill a city of `size` orders and read each list in it."""
    name = f"city_{size}"
    with psycopg.connect(server.conninfo("superuser", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE minsheng OWNER minsheng_owner").format(sql.Identifier(name))
        )
    from minsheng.ground.setup import prepare

    prepare(server.conninfo("owner", name))
    from minsheng.ground.databases import point
    from minsheng.respond import store

    point("default", server.conninfo("app", name))
    point("vault", server.conninfo("vault", name))
    store.numbers.forget()
    town, county = units()
    began = time.perf_counter()
    fill(server.conninfo("superuser", name), size, town, county)
    print(f"{size:,} orders made in {time.perf_counter() - began:.0f} s", flush=True)
    return {title: cost(read) for title, read in lists(town, county).items()}


def units() -> tuple[str, str]:
    """A township and the county above it."""
    from minsheng.ground import present

    town = next(u for u in present.city().units.values() if u.kind == "township")
    return town.code, town.parent


def fill(conninfo: str, size: int, town: str, county: str) -> None:
    """The orders, their assignments and search copies; `value` is that of a real order that has been dispatched."""
    from minsheng.core import commands as say
    from minsheng.core.codes import Role
    from minsheng.core.order import Actor
    from minsheng.ground import present
    from minsheng.respond import casework, intake

    no = intake.receive(intake.Request(text="东大街暖气停了两天，家里有老人")).no
    leaf = present.city().taxonomy.leaves[0].code
    casework.handle(no, say.Submit(category=leaf), Actor("a", Role.AGENT))
    casework.handle(no, say.Dispatch(lead=present.unit_ref(town)), Actor("d", Role.DISPATCHER))
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET session_replication_role = replica")
        values = {"size": size, "no": no, "town": town, "county": county}
        for statement in FILL.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode(), values if "%(" in statement else None)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


Read = tuple[Any, Callable[[], Any]]


def lists(town: str, county: str) -> dict[str, Read]:
    """Each list as an actor and what the door calls."""
    from minsheng.core.codes import Role
    from minsheng.core.order import Actor
    from minsheng.respond import desk_reads, reading

    handler, desk = Actor("h", Role.HANDLER, town), Actor("c", Role.UNIT_DESK, county)
    dispatcher = Actor("d", Role.DISPATCHER)
    return {
        "unit inbox, level 3": (handler, lambda: reading.inbox(town, limit=PAGE)),
        "unit inbox, level 2": (desk, lambda: reading.inbox(county, limit=PAGE)),
        "dispatch pool": (dispatcher, lambda: reading.pool("to_dispatch", limit=PAGE)),
        "red cards": (dispatcher, lambda: reading.carded("red", limit=PAGE)),
        "asks to approve": (dispatcher, lambda: desk_reads.asked(limit=PAGE)),
        "API, centre": (dispatcher, lambda: reading.newest(limit=PAGE)),
        "API, centre, one state": (dispatcher, lambda: reading.newest(state="dispatched", limit=PAGE)),
        "API, level 3": (handler, lambda: reading.newest(units=desk_reads.units_of(handler), limit=PAGE)),
        "API, level 2 and below": (desk, lambda: reading.newest(units=desk_reads.units_of(desk), limit=PAGE)),
    }


def cost(read: Read) -> Cost:
    """Statements, buffers and time of one list."""
    from django.db import connection

    from minsheng.ground.access import sight

    by, function = read

    said: list[tuple[str, Any]] = []

    def listen(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        said.append((statement, parameters))
        return execute(statement, parameters, many, context)

    times = []
    for _ in range(RUNS):
        said.clear()
        began = time.perf_counter()
        with connection.execute_wrapper(listen), sight(by):
            rows = function()
        times.append((time.perf_counter() - began) * 1000)
    buffers = sum(touched(by, *one) for one in said if "set_config" not in one[0])
    return Cost(len(rows), len(said), buffers, statistics.median(times))


def touched(by: Any, statement: str, parameters: Any) -> int:
    """Shared buffers that `statement` touches in the sight of `by`."""
    from django.db import connection

    from minsheng.ground.access import sight

    with sight(by), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])


if __name__ == "__main__":
    sys.exit(main())
