"""The sequencer (编号): commitments of ended transactions get the next numbers, in an order that chance chooses, so
that the order of leaves does not tell the order of calls (design §2.3).

A transaction of its own, alone by the lock of one row. Which transactions have surely ended PostgreSQL says
(pg_snapshot_xmin); a range of them never grows any more, so that no commitment is missed and none taken twice."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import SystemRandom
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from minsheng.core.ledger import LeafKind, commit
from minsheng.ground.access import SYSTEM, sight

_SQL = Path(__file__).resolve().parents[1] / "sql"
_NEW = (_SQL / "number.sql").read_text("utf-8")
_MANY = (_SQL / "leaves.sql").read_text("utf-8")
_ONE = (_SQL / "leaf.sql").read_text("utf-8")
_chance = SystemRandom()


def number() -> int:
    """Number all commitments that are sure to stay; returns how many got a number."""
    with sight(SYSTEM), connection.cursor() as cursor:
        size, since = _locked(cursor)
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (upto,) = cursor.fetchone()
        cursor.execute(_NEW, {"since": since, "upto": upto})
        found = [(kind, day, c, order, seq) for order, seq, kind, day, c in cursor.fetchall()]
        cursor.execute("DELETE FROM respond_sealed RETURNING day, commitment")
        found += [(LeafKind.SEALED.value, day, c, None, None) for day, c in cursor.fetchall()]
        _chance.shuffle(found)
        _insert(cursor, found, size)
        cursor.execute("UPDATE account_ledger SET size = %s, upto = %s", [size + len(found), upto])
    return len(found)


def tell(kind: LeafKind, day: date, fields: dict[str, Any]) -> int:
    """Give a fact of the house itself (a release, a definition, a tombstone, a counter) the next number at once. Its
    fields are public from the first day; its key stays here so that anybody can be shown."""
    return tell_many(kind, day, [fields])


def tell_many(kind: LeafKind, day: date, facts: Sequence[dict[str, Any]]) -> int:
    """The same for many facts, in the order given; returns the number of the first."""
    rows = []
    for fields in facts:
        key = secrets.token_bytes(32)
        rows.append({"commitment": commit(key, (fields,)).value, "key": key, "told": Jsonb([fields])})
    with sight(SYSTEM), connection.cursor() as cursor:
        size, _ = _locked(cursor)
        same = {"kind": kind.value, "day": day, "batch": size}
        cursor.executemany(_ONE, [row | same | {"index": size + n} for n, row in enumerate(rows)])
        cursor.execute("UPDATE account_ledger SET size = %s", [size + len(rows)])
    return size


def _locked(cursor: Any) -> tuple[int, int]:
    """The size, and up to which transaction all is numbered; held until the transaction ends. Transaction ids of
    another server mean nothing here: then every event begins anew and is looked at again, and what has a number keeps
    it."""
    cursor.execute("SELECT respond_facts_on_this_server()")
    cursor.execute("SELECT size, upto, server, account_server() FROM account_ledger FOR UPDATE")
    size, upto, server, here = cursor.fetchone()
    if server != here:
        cursor.execute("UPDATE account_ledger SET server = %s, upto = 0", [here])
        upto = 0
    return size, upto


def _insert(cursor: Any, rows: Sequence[tuple[Any, ...]], size: int) -> None:
    if not rows:
        return
    kinds, days, commitments, orders, seqs = zip(*rows, strict=True)
    columns = {"kinds": kinds, "days": days, "orders": orders, "seqs": seqs}
    given = {name: list(values) for name, values in columns.items()}
    cursor.execute(_MANY, given | {"size": size, "commitments": [bytes(c) for c in commitments]})
