"""`minsheng check` for the monthly session (核对): every topic, session and mechanism rebuilt from its events must
equal what stands, and every event's digest must follow from the one before."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

from minsheng.core.session import Mechanism, Session, Topic, rebuild
from minsheng.core.wire import plain
from minsheng.foresee.sessions import store

_EVENTS = "SELECT stream, seq, name, at, by, role, unit, data::text, hash FROM foresee_event ORDER BY stream, seq"
_VALUES = """
SELECT no, value::text FROM foresee_topic
UNION ALL SELECT month, value::text FROM foresee_session
UNION ALL SELECT no, value::text FROM foresee_mechanism
"""
_ITEMS = "SELECT topic, id, list, title, unit, verifier, state, due, card FROM foresee_item ORDER BY topic, id"


@dataclass(slots=True)
class Found:
    """What a check saw."""

    streams: int = 0
    events: int = 0
    differences: list[str] = field(default_factory=list)


def check_all(conninfo: str) -> Found:
    """Check every stream of the database `conninfo` (the loader's login), in one snapshot."""
    found = Found()
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        values: dict[str, str] = dict(connection.execute(_VALUES).fetchall())
        items: dict[str, list[dict[str, Any]]] = {}
        with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            for row in cursor.execute(_ITEMS):
                items.setdefault(row["topic"], []).append({**row, "due": plain(row["due"])})
        for stream, events in groupby(connection.execute(_EVENTS).fetchall(), itemgetter(0)):
            _check(
                stream, [store.stored(e[1:]) for e in events], values.pop(stream, None), items.pop(stream, []), found
            )
    found.differences += [f"{stream}: no events" for stream in values]
    found.differences += [f"{stream}: items of no topic" for stream in items]
    return found


def _check(
    stream: str, events: list[store.Stored], value: str | None, items: list[dict[str, Any]], found: Found
) -> None:
    found.streams += 1
    found.events += len(events)
    if [e.seq for e in events] != list(range(1, len(events) + 1)):
        found.differences.append(f"{stream}: event numbers have gaps")
        return
    before = store.ROOT
    for e in events:
        before = store.digest(before, stream, e.seq, e.event)
        if before != e.hash:
            found.differences.append(f"{stream}: event {e.seq} is not what its digest says")
            return
    thing = rebuild(e.event for e in events)
    assert isinstance(thing, Topic | Session | Mechanism)
    if value is None or json.loads(value) != plain(thing):
        found.differences.append(f"{stream}: the stored value is not what the events make")
    expected = [{**r, "due": plain(r["due"])} for r in store.item_rows(thing)] if isinstance(thing, Topic) else []
    if items != expected:
        found.differences.append(f"{stream}: the items are not what the events make")
