"""Whole orders by COPY (成批写入): lives that the rules have decided, written as intake and casework would have.

For a loader that has carried out every command with `core.decide` and holds each order with all its steps: the same
rows in the same tables, words and persons under the order's own key, nothing left for `minsheng check` to find. No
jobs are queued and nothing is proposed. Needs the loader's login: COPY FROM does not run under row-level security."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from minsheng.core import Actor, Event, Order, evolve, timers
from minsheng.core.codes import Grade
from minsheng.core.events import Received
from minsheng.core.rulebook import RuleBook
from minsheng.core.wire import plain, to_json
from minsheng.ground.keys import keys
from minsheng.ground.vault import Person, Seal, new_seal, sealed_person
from minsheng.respond import store
from minsheng.respond.intake import Request
from minsheng.respond.ratings import sealed
from minsheng.respond.redact import redact
from minsheng.respond.telling import told

GROUP = 1000
"""Orders sent to the database at a time."""


@dataclass(slots=True)
class Step:
    """One command that was carried out: its events (one at least), who gave it, its words (`Command.spoken`), and the
    fields that a person decided with it (`decisions.decided`)."""

    events: tuple[Event, ...]
    by: Actor
    spoken: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Rating:
    """A requester's grade, given with event `seq`; `route` is web or phone."""

    seq: int
    grade: Grade
    route: str
    at: datetime


@dataclass(slots=True)
class Life:
    """One order, whole: `order` is what the events of `steps` make, the first step registered it.

    `policy` held at the last step; `swept` is the time until which timers were fired, the last step's or later."""

    number: int
    order: Order
    steps: list[Step]
    person: Person
    title: str
    text: str
    policy: RuleBook
    swept: datetime
    ratings: list[Rating] = field(default_factory=list)
    place: str = ""
    external_id: str | None = None


_TABLES: Mapping[str, tuple[str, ...]] = {
    "respond_order": (
        *("id", "no", "version", "state", "channel", "kind", "urgency", "category", "area", "secret", "complained_of"),
        *("received_at", "promised", "clock", "due", "lead", "owner_role", "owner_unit", "card", "reworks"),
        *("closed_at", "value", "external_digest", "body_digest"),
    ),
    "respond_event": (
        *("order_id", "seq", "name", "at", "by", "role", "unit", "data", "digests"),
        *("leaf", "leaf_day", "told", "commitment"),
    ),
    "respond_assignment": (
        *("order_id", "id", "unit", "level", "part", "parent", "state", "round", "dispatched_at", "due", "accepted"),
        *("live", "complained"),
    ),
    "respond_timer": ("order_id", "name", "due", "fired"),
    "respond_copy": ("order_id", "title", "text", "place"),
    "respond_receipt": ("order_id", "channel", "number", "tag"),
    "respond_decision": ("order_id", "field", "decided", "source", "at"),
    "vault.order_key": ("order_id", "wrapped"),
    "vault.words": ("order_id", "seq", "field", "box"),
    "vault.person": ("order_id", "box", "phone_digest"),
    "vault.rating": ("order_id", "seq", "grade", "route", "at", "box", "commitment"),
    "respond_sealed": ("commitment", "day"),
}
"""What is written, in an order that the foreign keys allow."""

_COPY = {
    table: sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    for table, names in _TABLES.items()
}

_COUNTED = (
    "INSERT INTO respond_counter AS c (channel, last) VALUES (%s, %s) "
    "ON CONFLICT (channel) DO UPDATE SET last = excluded.last"
)

Row = tuple[str, tuple[Any, ...]]
"""A table and the values of one row of it, in the order of its columns."""


def rows_of(life: Life, nth: int) -> Iterator[Row]:
    """Every row that intake, casework and supervision would have left of `life`, under a fresh key; `nth` is its number
    on its channel."""
    seal = new_seal(life.number)
    yield "respond_order", _order(life)
    yield from _steps(life, seal)
    for part in store.assignment_rows(life.order):
        yield "respond_assignment", (life.number, *(part[name] for name in _TABLES["respond_assignment"][1:]))
    for timer in timers(life.order, life.policy):
        yield "respond_timer", (life.number, timer.name, timer.due, timer.due <= life.swept)
    copy = (redact(life.title, life.person), redact(life.text, life.person), life.place)
    yield "respond_copy", (life.number, *copy)
    yield "respond_receipt", (life.number, life.order.channel, nth, seal.tag)
    yield "vault.order_key", (life.number, seal.wrapped())
    if life.person != Person():
        yield "vault.person", (life.number, *sealed_person(seal, life.person))
    for rating in life.ratings:
        day = life.policy.calendar.local_date(rating.at)
        made = sealed(seal, rating.seq, rating.grade, rating.at, day)
        kept = (rating.seq, rating.grade.value, rating.route, rating.at, made.box, made.commitment)
        yield "vault.rating", (life.number, *kept)
        yield "respond_sealed", (made.commitment, day)


def _order(life: Life) -> tuple[Any, ...]:
    external = body = None
    if life.external_id is not None:
        external = keys().digest("external", life.order.channel, life.external_id)
        body = _request(life).fingerprint()
    row = {
        "id": life.number,
        **store.columns(life.order),
        "value": plain(life.order),
        "external_digest": external,
        "body_digest": body,
    }
    return tuple(row[name] for name in _TABLES["respond_order"])


def _request(life: Life) -> Request:
    """What came in at the door, before anybody changed it."""
    received = life.steps[0].events[0]
    assert isinstance(received, Received), "an order's first event is its receipt"
    return Request(
        text=life.text,
        title=life.title,
        person=life.person,
        channel=received.channel,
        external_id=life.external_id,
        kind=received.kind,
        urgency=received.urgency,
        category=received.category,
        area=received.area,
        reply_wanted=received.reply_wanted,
        secret=received.secret,
        complained_of=received.complained_of,
        split_from=received.split_from,
    )


def _steps(life: Life, seal: Seal) -> Iterator[Row]:
    number, seq = life.number, 0
    remembered = set()
    before: Order | None = None
    for step in life.steps:
        first, by = seq + 1, step.by
        digests = {f: seal.digest(f"{first}/{f}", text) for f, text in step.spoken.items()}
        tells = told(seal, before, step.events, by, digests, life.policy)
        for event, says in zip(step.events, tells, strict=True):
            seq += 1
            said = digests if seq == first else {}
            before = evolve(before, event)
            row = (number, seq, event.NAME, event.at, event.by, by.role.value, by.unit, to_json(event), said)
            leaf = (says.kind.value, says.day, says.groups, says.commitment) if says else (None,) * 4
            yield "respond_event", (*row, *leaf)
        for name, text in step.spoken.items():
            yield "vault.words", (number, first, name, seal.shut(f"{first}/{name}", text.encode()))
        at = step.events[0].at
        for name, decided in step.decided.items():
            if (name, at) not in remembered:
                remembered.add((name, at))
                yield "respond_decision", (number, name, decided, "person", at)


def _text(value: str) -> str:
    if value.isidentifier():
        return value
    value = value.replace("\\", "\\\\").replace("\t", "\\t")
    return value.replace("\n", "\\n").replace("\r", "\\r")


def _array(values: list[str]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return _text("{" + ",".join(f'"{value}"' for value in quoted) + "}")


_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_CELLS: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _text,
    datetime: plain,
    date: date.isoformat,
    dict: lambda value: _json(value).replace("\\", "\\\\") if value else "{}",
    tuple: lambda value: _json(value).replace("\\", "\\\\"),
    bytes: lambda value: "\\\\x" + value.hex(),
    list: _array,
}
"""How COPY's text format writes a value of each type (PostgreSQL, COPY, "Text Format"); JSON has no bare line ends."""


def line(values: tuple[Any, ...]) -> str:
    """One row as COPY reads it."""
    return "\t".join([_CELLS[type(value)](value) for value in values]) + "\n"


class Bulk:
    """A writer of whole orders with the loader's login `conninfo`; what was not committed is rolled back at the end.

    Rows go out in groups by a thread of their own, so that PostgreSQL works while the caller goes on; an error of a
    group is raised by the next call that sends or commits. `rows` counts what was committed, by table. From the first
    order of a transaction to its end the channels' counters are held, so that numbers of receipts have no gaps."""

    def __init__(self, conninfo: str) -> None:
        self.rows: Counter[str] = Counter()
        self._fresh: Counter[str] = Counter()
        self._lines: dict[str, list[str]] = {table: [] for table in _TABLES}
        self._connection = psycopg.connect(conninfo)
        self._thread = ThreadPoolExecutor(1, "bulk")
        self._sending: Future[None] | None = None
        self._numbers: Counter[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        self._connection.close()

    def add(self, life: Life) -> None:
        """Write the rows of `life` into the present transaction, now or with the group it belongs to."""
        if self._numbers is None:
            self._wait()
            self._connection.execute("LOCK TABLE respond_counter IN SHARE ROW EXCLUSIVE MODE")
            found = self._connection.execute("SELECT channel, last FROM respond_counter").fetchall()
            self._numbers = Counter(dict(found))
        channel = life.order.channel
        rows = [(table, line(values)) for table, values in rows_of(life, self._numbers[channel] + 1)]
        self._numbers[channel] += 1
        for table, row in rows:
            self._lines[table].append(row)
        if len(self._lines["respond_order"]) >= GROUP:
            self._send()

    def commit(self, also: Callable[[psycopg.Connection], None] | None = None) -> None:
        """All rows so far, and what `also` writes on the same connection, in one transaction."""
        self._send()
        self._wait()
        if self._numbers is not None:
            self._connection.cursor().executemany(_COUNTED.encode(), list(self._numbers.items()))
        if also is not None:
            also(self._connection)
        self._connection.commit()
        self._numbers = None
        self.rows += self._fresh
        self._fresh.clear()

    def rollback(self) -> None:
        """Forget everything since the last commit."""
        self._lines = {table: [] for table in _TABLES}
        self._fresh.clear()
        if self._sending is not None:
            self._sending.exception()
            self._sending = None
        self._connection.rollback()
        self._numbers = None

    def _send(self) -> None:
        self._wait()
        full, self._lines = self._lines, {table: [] for table in _TABLES}
        self._fresh.update({table: len(rows) for table, rows in full.items() if rows})
        self._sending = self._thread.submit(self._copy, full)

    def _wait(self) -> None:
        if self._sending is not None:
            sent, self._sending = self._sending, None
            sent.result()

    def _copy(self, full: Mapping[str, list[str]]) -> None:
        with self._connection.cursor() as cursor:
            for table, rows in full.items():
                if rows:
                    with cursor.copy(_COPY[table]) as copy:
                        copy.write("".join(rows))


_SQL = Path(__file__).parent / "sql"
_FIRST = (_SQL / "bulk_first.sql").read_text("utf-8")
_TAKEN = (_SQL / "bulk_taken.sql").read_text("utf-8")


def first_number(connection: psycopg.Connection) -> int:
    """The next free order id. It stays free only while nobody else registers orders: call `numbers_taken` before."""
    row = connection.execute(_FIRST.encode()).fetchone()
    assert row is not None
    return int(row[0])


def numbers_taken(connection: psycopg.Connection, upto: int) -> None:
    """Let intake go on after `upto`. A sequence knows no rollback: a transaction that fails later leaves a gap."""
    connection.execute(_TAKEN.encode(), {"upto": upto})
