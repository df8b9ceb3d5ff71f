"""Supervision (督办): timers that fall due become cards and written-rule commands; lists of what needs a push."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from minsheng.core import Refused, on_due
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.respond import casework, store

BATCH = 200


def sweep(at: datetime | None = None) -> int:
    """Fire the timers due by `at`, each in a transaction of its own; returns how many. Safe to run side by side."""
    at = at or present.now()
    fired = 0
    while due := _due(at):
        for number, no, name in due:
            fired += _fire(number, no, name, at)
    return fired


def _due(at: datetime) -> list[tuple[int, str, str]]:
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.order_id, o.no, t.name FROM respond_timer t JOIN respond_order o ON o.id = t.order_id "
            "WHERE NOT t.fired AND t.due <= %s ORDER BY t.due LIMIT %s",
            [at, BATCH],
        )
        return list(cursor.fetchall())


def _fire(number: int, no: str, name: str, at: datetime) -> int:
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM respond_timer WHERE order_id = %s AND name = %s AND NOT fired AND due <= %s "
            "FOR UPDATE SKIP LOCKED",
            [number, name, at],
        )
        if cursor.fetchone() is None:
            return 0
        cursor.execute("UPDATE respond_timer SET fired = true WHERE order_id = %s AND name = %s", [number, name])
        found = store.load(no)
        assert found is not None
        command = on_due(name, found[1])
        if command is not None:
            try:
                casework.within(no, command, SYSTEM, at)
            except Refused as refused:
                if refused.code not in ("wrong_state", "erased"):
                    raise
        return 1
