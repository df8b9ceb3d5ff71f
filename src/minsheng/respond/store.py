"""Reads and writes of orders in named SQL (工单存储). One statement writes an order's step: events, words, state rows,
assignments and timers see one snapshot, so row-level security judges all of it by what stood before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, cast

from django.db import connection
from psycopg.types.json import Jsonb

from minsheng.core import Actor, Event, Order, owner, timers
from minsheng.core.codes import State
from minsheng.core.rulebook import RuleBook
from minsheng.core.wire import from_json, plain, shaped, to_json
from minsheng.ground.vault import Seal
from minsheng.respond.telling import Told, told

_WORK = (State.DISPATCHED, State.REWORKING, State.PARKED)


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it stands in the database."""

    seq: int
    event: Event
    role: str
    unit: str | None
    digests: Mapping[str, str]


class _Numbers:
    """Order ids in blocks of the sequence's step, so that intake asks the database once in fifty."""

    def __init__(self) -> None:
        self._lock, self._next, self._end = Lock(), 0, 0

    def take(self) -> int:
        with self._lock:
            if self._next == self._end:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nextval('respond_number')")
                    self._next = cursor.fetchone()[0]
                self._end = self._next + 50
            self._next += 1
            return self._next - 1

    def forget(self) -> None:
        """Begin a new block (another database)."""
        with self._lock:
            self._next = self._end = 0


numbers = _Numbers()


def columns(order: Order) -> dict[str, Any]:
    """The columns of respond_order that follow from `order` alone."""
    who = owner(order)
    lead = order.lead
    return {
        "no": order.no,
        "version": order.version,
        "state": order.state.value,
        "channel": order.channel,
        "kind": order.kind.value,
        "urgency": order.urgency.value,
        "category": order.category,
        "area": order.area,
        "secret": order.secret,
        "complained_of": list(order.complained_of),
        "received_at": order.received_at,
        "promised": order.promised,
        "clock": order.clock.name.value if order.clock else None,
        "due": order.clock.due if order.clock else None,
        "lead": lead.unit if lead else None,
        "owner_role": who.role.value if who else None,
        "owner_unit": who.unit if who else None,
        "card": order.card.value if order.card else None,
        "reworks": order.reworks,
        "closed_at": order.closed_at,
    }


def assignment_rows(order: Order) -> list[dict[str, Any]]:
    """The rows of respond_assignment that follow from `order` alone."""
    working = order.state in _WORK
    return [
        {
            "id": a.id,
            "unit": a.unit,
            "level": a.level,
            "part": a.part.value,
            "parent": a.parent,
            "state": a.state.value,
            "round": a.round,
            "dispatched_at": plain(a.dispatched_at),
            "due": plain(a.due),
            "accepted": a.accepted,
            "live": working and a.active,
            "complained": bool(order.complained_of),
        }
        for a in order.assignments
    ]


_SQL = Path(__file__).parent / "sql"
_EVENTS = (_SQL / "events.sql").read_text("utf-8")
RECEIVE = _EVENTS + (_SQL / "receive.sql").read_text("utf-8")
STEP = _EVENTS + (_SQL / "step.sql").read_text("utf-8")


def step(  # noqa: PLR0917
    seal: Seal,
    earlier: Order | None,
    order: Order,
    events: Sequence[Event],
    by: Actor,
    spoken: Mapping[str, str],
    policy: RuleBook,
) -> dict[str, Any]:
    """The parameters that RECEIVE and STEP share: `events` made `order` of `earlier`, None at intake.

    The words spoken belong to the first event."""
    number = seal.order_id
    first = earlier.version + 1 if earlier else 1
    due = timers(order, policy)
    digests = {f: seal.digest(f"{first}/{f}", t) for f, t in spoken.items()}
    rows = [
        {
            "seq": first + i,
            "name": e.NAME,
            "at": plain(e.at),
            "by": e.by,
            "data": to_json(e),
            "digests": digests if i == 0 else {},
            **_commitment(says),
        }
        for i, (e, says) in enumerate(zip(events, told(seal, earlier, events, by, digests, policy), strict=True))
    ]
    return {
        **columns(order),
        "id": number,
        "value": Jsonb(plain(order)),
        "events": Jsonb(rows),
        "role": by.role.value,
        "unit": by.unit,
        "word_seqs": [first] * len(spoken),
        "word_fields": list(spoken),
        "word_boxes": [seal.shut(f"{first}/{f}", t.encode()) for f, t in spoken.items()],
        "timer_names": [t.name for t in due],
        "timer_dues": [t.due for t in due],
        "assignments": Jsonb(assignment_rows(order)),
    }


def _commitment(says: Told | None) -> dict[str, Any]:
    if says is None:
        return {}
    day, written = says.day.isoformat(), says.commitment.hex()
    return {"leaf": says.kind.value, "leaf_day": day, "told": says.groups, "commitment": written}


def run(sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> None:
    """Execute one of the named statements."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def load(no: str, *, lock: bool = False) -> tuple[int, Order] | None:
    """The order `no` and its id, if the present sight shows it; with `lock`, held until the transaction ends."""
    with connection.cursor() as cursor:
        if lock:
            cursor.execute("SELECT id, value FROM respond_order WHERE no = %s FOR UPDATE", [no])
        else:
            cursor.execute("SELECT id, value FROM respond_order WHERE no = %s", [no])
        row = cursor.fetchone()
    return None if row is None else (row[0], order_of(row[1]))


def order_of(value: Any) -> Order:
    """The order that a `value` column holds (parsed JSON or its text)."""
    if isinstance(value, str):
        value = json.loads(value)
    return cast(Order, shaped(Order, value))


def events_of(order_id: int) -> list[Stored]:
    """All events of an order in the present sight, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, name, at, by, role, unit, data::text, digests::text FROM respond_event "
            "WHERE order_id = %s ORDER BY seq",
            [order_id],
        )
        rows = cursor.fetchall()
    return [stored(row) for row in rows]


def stored(row: Sequence[Any]) -> Stored:
    """A row (seq, name, at, by, role, unit, data, digests; JSON as text) as an event."""
    seq, name, at, by, role, unit, data, digests = row
    event = from_json(name, at.astimezone(UTC), by, json.loads(data))
    return Stored(seq, event, role, unit, json.loads(digests))


def stored_json(row: Sequence[Any]) -> Stored:
    """The same from a row that came as JSON altogether."""
    seq, name, at, by, role, unit, data, digests = row
    moment = datetime.fromisoformat(at).astimezone(UTC)
    return Stored(seq, from_json(name, moment, by, data), role, unit, digests)


def utc_text(at: str) -> str:
    """A time as PostgreSQL's JSON writes it, in the house's own wire form."""
    return str(plain(datetime.fromisoformat(at)))
