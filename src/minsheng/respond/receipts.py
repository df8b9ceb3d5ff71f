"""What a receipt is made of (回执的事实), and an order's events by the tag of its receipt. The account room signs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from minsheng.core.codes import Role
from minsheng.core.order import Actor
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import Erased, seal_of

_FACTS = (Path(__file__).parent / "sql" / "receipt_facts.sql").read_text("utf-8")
_RESIDENT = Actor("resident", Role.RESIDENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """Of an order that was taken in: the commitment of its first event, when, its channel and number there, and the
    key that opens its course."""

    commitment: bytes
    at: datetime
    channel: str
    number: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """An event that made a leaf: its order, number, the leaf's kind and day, and the groups of fields."""

    order_id: int
    seq: int
    kind: int
    day: date
    groups: tuple[dict[str, Any], ...]


def facts_of(no: str) -> Facts | None:
    """The facts of the receipt of order `no`, for whoever has proven to be its requester. None when it has none: it
    came before there were receipts, or its key was destroyed."""
    return _facts(no=no)


def by_number(channel: str, number: int) -> Facts | None:
    """The same by the number on a channel."""
    return _facts(channel=channel, number=number)


def _facts(no: str | None = None, channel: str | None = None, number: int | None = None) -> Facts | None:
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_FACTS, {"no": no, "channel": channel, "number": number})
        row = cursor.fetchone()
    if row is None:
        return None
    order, commitment, at, on, nth = row
    try:
        return Facts(bytes(commitment), at, on, nth, seal_of(order).receipt_key)
    except Erased:
        return None


def order_of(tag: bytes) -> int | None:
    """The id of the order whose receipt has this tag."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT order_id FROM respond_receipt WHERE tag = %s", [tag])
        row = cursor.fetchone()
    return row[0] if row else None


def told(order: int) -> tuple[bytes, list[Told]]:
    """The order's key, and its events that made leaves, oldest first. Erased when the key was destroyed."""
    key = seal_of(order).key
    with sight(_RESIDENT, order_id=order), connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, leaf, leaf_day, told::text FROM respond_event "
            "WHERE order_id = %s AND leaf IS NOT NULL ORDER BY seq",
            [order],
        )
        return key, [
            Told(order, seq, kind, day, tuple(json.loads(groups))) for seq, kind, day, groups in cursor.fetchall()
        ]
