"""Streams of the monthly session in named SQL (月调度存储): events chained by their digests, and the rows that follow.

The digest of an event is SHA-256 of the digest before it and of the event's canonical JSON: what was registered on a
day cannot be another thing later without every digest after it changing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from itertools import zip_longest
from typing import Any, cast

from django.db import connection
from psycopg.types.json import Jsonb

from minsheng.core import Actor
from minsheng.core.session import EVENTS, Mechanism, Session, SessionEvent, Thing, Topic
from minsheng.core.wire import made, plain, shaped, to_json

ROOT = bytes(32)
"""The digest before a stream's first event."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it stands in the database, with its digest."""

    seq: int
    event: SessionEvent
    role: str
    unit: str | None
    hash: bytes


def digest(before: bytes, stream: str, seq: int, event: SessionEvent) -> bytes:
    """The digest of `event`, number `seq` of `stream`, after the digest `before`."""
    body = {"stream": stream, "seq": seq, "event": event.NAME, "at": plain(event.at), "by": event.by, **to_json(event)}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(before + text.encode()).digest()


def stream_of(thing: Thing) -> str:
    """The name of the stream that made `thing`."""
    return thing.month if isinstance(thing, Session) else thing.no


def rows(sql: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What one of the named statements finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def run(sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> None:
    """Carry out one of the named statements."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


_TABLES: dict[type, tuple[str, str]] = {
    Topic: ("SELECT value::text FROM foresee_topic WHERE no = %s", " FOR UPDATE"),
    Session: ("SELECT value::text FROM foresee_session WHERE month = %s", " FOR UPDATE"),
    Mechanism: ("SELECT value::text FROM foresee_mechanism WHERE no = %s", " FOR UPDATE"),
}


def load(kind: type[Thing], stream: str, *, lock: bool = False) -> Thing | None:
    """The topic, session or mechanism of this stream in the present sight; with `lock`, held until the end."""
    sql, locked = _TABLES[kind]
    found = rows(sql + locked if lock else sql, [stream])
    return thing_of(kind, found[0][0]) if found else None


def thing_of(kind: type[Thing], value: str | Mapping[str, Any]) -> Thing:
    """The thing that a `value` column holds (parsed or as text)."""
    parsed = json.loads(value) if isinstance(value, str) else value
    return cast(Thing, shaped(kind, parsed))


def events_of(stream: str) -> list[Stored]:
    """All events of a stream in the present sight, oldest first."""
    found = rows(
        "SELECT seq, name, at, by, role, unit, data::text, hash FROM foresee_event WHERE stream = %s ORDER BY seq",
        [stream],
    )
    return [stored(row) for row in found]


def stored(row: Sequence[Any]) -> Stored:
    """A row (seq, name, at, by, role, unit, data as text, hash) as an event."""
    seq, name, at, by, role, unit, data, digest_ = row
    return Stored(seq, made(EVENTS[name], at.astimezone(UTC), by, json.loads(data)), role, unit, bytes(digest_))


def append(stood: Thing | None, thing: Thing, events: Sequence[SessionEvent], by: Actor) -> None:
    """Write the events that made `thing` of what `stood`, and `thing` as it now stands."""
    stream, seq = stream_of(thing), thing.version - len(events)
    last = rows("SELECT hash FROM foresee_event WHERE stream = %s AND seq = %s", [stream, seq])
    before = bytes(last[0][0]) if last else ROOT
    _write(stood, thing)
    for event in events:
        seq += 1
        before = digest(before, stream, seq, event)
        run(
            "INSERT INTO foresee_event (stream, seq, name, at, by, role, unit, data, hash) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [stream, seq, event.NAME, event.at, event.by, by.role.value, by.unit, Jsonb(to_json(event)), before],
        )


def topic_columns(topic: Topic) -> dict[str, Any]:
    """The columns of foresee_topic that follow from the topic alone."""
    on_it = {topic.lead, *topic.with_units, *(u for i in topic.items for u in (i.unit, i.verifier, *i.with_units))}
    return {
        "no": topic.no,
        "version": topic.version,
        "state": topic.state.value,
        "source": topic.source.value,
        "month": topic.month,
        "title": topic.title,
        "units": sorted(u for u in on_it if u),
    }


def item_rows(topic: Topic) -> list[dict[str, Any]]:
    """The rows of foresee_item that follow from the topic alone."""
    return [
        {
            "topic": topic.no,
            "id": i.id,
            "list": i.list.value,
            "title": i.title,
            "unit": i.unit,
            "verifier": i.verifier,
            "state": i.state.value,
            "due": i.due,
            "card": i.card.value if i.card else None,
        }
        for i in topic.items
    ]


def _write(stood: Thing | None, thing: Thing) -> None:
    value = Jsonb(plain(thing))
    if isinstance(thing, Topic):
        _write_topic(cast(Topic | None, stood), thing, value)
    elif isinstance(thing, Session):
        run(
            "INSERT INTO foresee_session (month, version, closed, value) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (month) DO UPDATE SET version = excluded.version, closed = excluded.closed, "
            "value = excluded.value",
            [thing.month, thing.version, thing.closed, value],
        )
    else:
        run(
            "INSERT INTO foresee_mechanism (no, version, kind, title, words, categories, retired, value) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (no) DO UPDATE SET version = excluded.version, "
            "retired = excluded.retired, value = excluded.value",
            [
                thing.no,
                thing.version,
                thing.kind.value,
                thing.title,
                " ".join((thing.title, thing.text, thing.basis, thing.scope)),
                list(thing.categories),
                bool(thing.retired),
                value,
            ],
        )


_TOPIC = """
INSERT INTO foresee_topic (no, version, state, source, month, title, units, value)
VALUES (%(no)s, %(version)s, %(state)s, %(source)s, %(month)s, %(title)s, %(units)s, %(value)s)
ON CONFLICT (no) DO UPDATE SET version = excluded.version, state = excluded.state, month = excluded.month,
    units = excluded.units, value = excluded.value
"""
_ITEM_NEW = """
INSERT INTO foresee_item (topic, id, list, title, unit, verifier, state, due, card)
VALUES (%(topic)s, %(id)s, %(list)s, %(title)s, %(unit)s, %(verifier)s, %(state)s, %(due)s, %(card)s)
"""
_ITEM_CHANGED = """
UPDATE foresee_item SET state = %(state)s, due = %(due)s, card = %(card)s WHERE topic = %(topic)s AND id = %(id)s
"""


def _write_topic(before: Topic | None, topic: Topic, value: Jsonb) -> None:
    run(_TOPIC, {**topic_columns(topic), "value": value})
    stood = item_rows(before) if before else []
    for now, then in zip_longest(item_rows(topic), stood):
        if then is None:
            run(_ITEM_NEW, now)
        elif now != then:
            run(_ITEM_CHANGED, now)
