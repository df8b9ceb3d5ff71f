"""`minsheng check` (核对): every order rebuilt from its events must equal what the tables say.

Reads with the loader's login, past row-level security, in one snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from minsheng.core import Order, rebuild, timers
from minsheng.core.wire import plain
from minsheng.ground import present
from minsheng.respond import store


@dataclass(slots=True)
class Found:
    """What a check saw."""

    orders: int = 0
    events: int = 0
    differences: list[str] = field(default_factory=list)


_SQL = Path(__file__).parent / "sql"
_ORDERS = (_SQL / "check_orders.sql").read_text("utf-8")
_ORPHANS = (_SQL / "check_orphans.sql").read_text("utf-8")
_RECEIPTS = (_SQL / "check_receipts.sql").read_text("utf-8")


def check_all(conninfo: str) -> Found:
    """Check every order of the database `conninfo` (the loader's login)."""
    found = Found()
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL timezone TO 'UTC'")
        with connection.cursor(name="orders", row_factory=psycopg.rows.dict_row) as cursor:
            cursor.itersize = 500
            for row in cursor.execute(_ORDERS.encode()):
                _check(row, found)
        for what, number in connection.execute(_ORPHANS.encode()):
            found.differences.append(f"order {number}: {what} in the vault belong to no order")
        found.differences += [text for (text,) in connection.execute(_RECEIPTS.encode())]
    return found


def _check(row: dict[str, Any], found: Found) -> None:
    found.orders += 1
    raw = json.loads(row["events"])
    found.events += len(raw)
    seqs = [r[0] for r in raw]
    if seqs != list(range(1, len(raw) + 1)):
        found.differences.append(f"{row['no']}: event numbers have gaps: {seqs}")
        return
    if not raw:
        found.differences.append(f"{row['no']}: no events")
        return
    order = rebuild(store.stored_json(r).event for r in raw)
    for name, expected in store.columns(order).items():
        if row[name] != expected:
            found.differences.append(f"{row['no']}: {name} is {row[name]!r}, events say {expected!r}")
    if row["value"] != plain(order):
        found.differences.append(f"{row['no']}: the stored value is not what the events make")
    _check_parts(row, order, found)


def _check_parts(row: dict[str, Any], order: Order, found: Found) -> None:
    stored = [{k: v for k, v in part.items() if k != "order_id"} for part in json.loads(row["parts"])]
    for part in stored:
        for name in ("due", "dispatched_at"):
            part[name] = store.utc_text(part[name])
    if stored != store.assignment_rows(order):
        found.differences.append(f"{row['no']}: assignments are not what the events make")
    expected = sorted(t.name for t in timers(order, present.policy(order.received_at)))
    standing = json.loads(row["timers"])
    if [name for name, _ in standing] != expected:
        found.differences.append(f"{row['no']}: timers {row['timers']}, events say {expected}")
    for name, due in standing:
        if order.clock and name == order.clock.name and store.utc_text(due) != plain(order.clock.due):
            found.differences.append(f"{row['no']}: timers: {name} is due {due}, events say {plain(order.clock.due)}")
