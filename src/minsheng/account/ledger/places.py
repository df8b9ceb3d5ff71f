"""Where an order's leaves stand in the log (存证位置)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from minsheng.ground.access import SYSTEM, sight


@dataclass(frozen=True, slots=True)
class Place:
    """A numbered leaf of an order: the event that made it, its number in the log, its kind."""

    seq: int
    index: int
    kind: int


def places(order_id: int) -> list[Place]:
    """The numbered leaves of an order, oldest event first; others wait for the next batch."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT seq, index, kind FROM account_leaf WHERE order_id = %s ORDER BY seq", [order_id])
        return [Place(*row) for row in cursor.fetchall()]
