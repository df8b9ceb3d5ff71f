"""What each may read of an order (可见内容): one place decides it for every page, answer and export.

The centre and the level-2 unit of a state organ read the original words; level 3 and firms a reviewed copy. No unit
ever reads an answer of the call-back: for it a second handling is "ordered by the centre" and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import psycopg
from django.db import connection

from minsheng.core import Actor, Order, allowed
from minsheng.core.codes import UNIT_ROLES, Part, Role
from minsheng.core.events import CalledBack, Closed, Dispatched, Event, Reclassified, Replied, Revealed, ReviewDone
from minsheng.core.wire import to_json
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.ground.vault import words_of
from minsheng.respond import casework
from minsheng.respond.store import Stored

_RESIDENT_WORDS = frozenset(
    {
        "text",
        "title",
        "address",
        "question",
        "detail",
        "answer",
        "public_reply",
        "explanation",
        "promise",
        "final_reply",
    }
)
_RESIDENT_EVENTS = frozenset(
    {
        *("received", "detail_asked", "detail_added", "answered", "transferred", "explained", "merged", "dispatched"),
        *("meeting_opened", "signed", "extension_decided", "parked", "promise_fell", "review_done", "rework_ordered"),
        *("called_back", "closed", "reopened", "withdrawn", "withdrawal_cancelled", "terminated", "revealed"),
        *("passed_down", "followed", "card_given", "fell_back"),
    }
)
_NOT_FOR_UNITS = frozenset({"called_back", "revealed", "reclassified", "failed_again"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline: who did what when, with the words that this reader may read. `lay` is how long the order
    lay before it, in seconds."""

    seq: int
    at: datetime
    name: str
    by: str
    role: str
    unit: str | None
    data: Mapping[str, Any]
    words: Mapping[str, str]
    lay: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """An order as one reader may read it."""

    id: int
    order: Order
    title: str
    text: str
    address: str
    reviewed_copy: bool
    lines: tuple[Line, ...]
    actions: tuple[str, ...]


def sheet(no: str, by: Actor) -> Sheet:
    """Order `no` for reader `by`. NotFound outside their sight."""
    number, order, stored = casework.view(no, by)
    words = {at: said for at, said in words_of(number).items() if said}
    copy_only = reads_copy(by)
    if copy_only:
        title, text = "", _visible(stored, words) or _copy(number, by)
        address = ""
    else:
        title, text, address = (words.get((1, f), "") for f in ("title", "text", "address"))
    if by.role is Role.RESIDENT:
        words |= {(seq, "public_reply"): text for seq, text in passed_replies(order, stored, words).items()}
    lines = tuple(_lines(stored, words, by))
    return Sheet(number, order, title, text, address, copy_only, lines, allowed(order, by))


def passed_replies(order: Order, stored: Iterable[Stored], words: Mapping[tuple[int, str], str]) -> dict[int, str]:
    """Number of the review that let it pass → what the lead wrote for the requester, who reads it only then."""
    found, last = {}, ""
    for s in stored:
        if isinstance(s.event, Replied):
            part = order.by_id(s.event.assignment)
            if part is not None and part.part is Part.LEAD:
                last = words.get((s.seq, "public_reply"), "") or last
        elif isinstance(s.event, ReviewDone) and s.event.accepted and last:
            found[s.seq] = last
    return found


def reads_copy(by: Actor) -> bool:
    """Whether this reader gets the reviewed copy instead of the original words."""
    if by.role not in UNIT_ROLES:
        return False
    unit = present.city().units.get(by.unit or "")
    return unit is None or unit.level == 3 or not unit.state_organ


def _visible(stored: Iterable[Stored], words: Mapping[tuple[int, str], str]) -> str:
    texts = [words.get((s.seq, "visible_text"), "") for s in stored if isinstance(s.event, Dispatched)]
    return next((t for t in reversed(texts) if t), "")


def _copy(number: int, by: Actor) -> str:
    with sight(by), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM respond_copy WHERE order_id = %s", [number])
        row = cursor.fetchone()
    return row[0] if row else ""


def _lines(stored: Iterable[Stored], words: Mapping[tuple[int, str], str], by: Actor) -> Iterable[Line]:
    last: datetime | None = None
    for s in stored:
        lay = (s.event.at - last).total_seconds() if last else 0.0
        last = s.event.at
        if not _shown(s.event, by):
            continue
        said = {field: text for (seq, field), text in words.items() if seq == s.seq and _heard(field, s, by)}
        yield Line(s.seq, s.event.at, s.event.NAME, s.event.by, s.role, s.unit, _told(s.event, by), said, lay)


def _shown(event: Event, by: Actor) -> bool:
    if by.role is Role.RESIDENT:
        return event.NAME in _RESIDENT_EVENTS
    return by.role not in UNIT_ROLES or event.NAME not in _NOT_FOR_UNITS


def _told(event: Event, by: Actor) -> dict[str, Any]:
    data = to_json(event)
    if by.role in UNIT_ROLES and isinstance(event, Closed | CalledBack | Reclassified):
        data.pop("resolved", None)
    return data


def _heard(field: str, s: Stored, by: Actor) -> bool:
    if by.role is Role.RESIDENT:
        return field in _RESIDENT_WORDS or (isinstance(s.event, Revealed) and field == "grounds")
    if by.role in UNIT_ROLES:
        if s.seq == 1 and reads_copy(by):
            return False
        return s.event.NAME not in ("rework_ordered", "reopened", "fell_back", "called_back")
    return True


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    id: int
    no: str
    state: str
    kind: str
    urgency: str
    category: str | None
    area: str | None
    due: datetime | None
    clock: str | None
    card: str | None
    lead: str | None
    received_at: datetime
    reworks: int
    title: str
    text: str
    proposals: Mapping[str, Any]


_SQL = Path(__file__).parent / "sql"
_COLUMNS = (_SQL / "columns.sql").read_text("utf-8")


def _list(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text("utf-8").replace("COLUMNS", _COLUMNS)


_NEW, _NEW_STATE, _POOL = _list("list_new"), _list("list_new_state"), _list("list_pool")
_CARDED, _INBOX, _OF_UNITS = _list("list_carded"), _list("list_inbox"), _list("list_of_units")
_EARLIEST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_LAST_ID = 2**62


def newest(
    *, state: str | None = None, units: list[str] | None = None, before: int | None = None, limit: int = 50
) -> list[Row]:
    """Orders in the present sight, newest first; `units` narrows to orders that these units have had."""
    parameters = {"before": before or _LAST_ID, "state": state, "n": limit, "units": units}
    return _rows(_OF_UNITS if units is not None else _NEW_STATE if state else _NEW, parameters)


def pool(state: str, *, after: tuple[datetime, int] | None = None, limit: int = 50) -> list[Row]:
    """Open orders in `state`, first due first."""
    due, number = after or (_EARLIEST, 0)
    return _rows(_POOL, {"state": state, "due": due, "id": number, "n": limit})


def carded(card: str, *, after: tuple[datetime, int] | None = None, limit: int = 50) -> list[Row]:
    """Open orders that show `card`, first due first."""
    due, number = after or (_EARLIEST, 0)
    return _rows(_CARDED, {"card": card, "due": due, "id": number, "n": limit})


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a unit's inbox: the order and the unit's own assignment."""

    row: Row
    state: str
    assignment: int
    due: datetime


def inbox(unit: str, *, after: tuple[datetime, int] | None = None, limit: int = 50) -> list[Task]:
    """What `unit` still has to do, first due first."""
    due, number = after or (_EARLIEST, 0)
    with connection.cursor() as cursor:
        cursor.execute(_INBOX, {"unit": unit, "due": due, "id": number, "n": limit})
        return [Task(_row(r[:16]), *r[16:]) for r in cursor.fetchall()]


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_row(r) for r in cursor.fetchall()]


def _row(r: tuple[Any, ...]) -> Row:
    return Row(*cast(Any, (*r[:15], json.loads(r[15]))))


def all_rows(conninfo: str) -> Iterator[tuple[Any, ...]]:
    """Every order for an export, oldest first, in the columns of `loading.EXPORTED`; texts are the redacted copies.

    `conninfo` is the loader's login: an export of everything is a matter of the command line, never of a page."""
    with psycopg.connect(conninfo) as connection, connection.cursor(name="export") as cursor:
        cursor.itersize = 2000
        yield from cursor.execute((_SQL / "export.sql").read_bytes())
