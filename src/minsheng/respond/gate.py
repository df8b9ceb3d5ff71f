"""The intake gate (受理网关): requests that wait at the same moment share one commit, and each is answered after it.

Whoever comes while another commits waits for the turn; who gets it writes for all that wait. The numbers of receipts
are reserved last, once for all that share, so that a channel's counter is held for the commit alone. When one of them
cannot be written, each is written by itself and only that one fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import psycopg
from django.db import Error, connection, transaction

from minsheng.core import Actor
from minsheng.ground.access import CLAIM, claim
from minsheng.respond import store

_RESERVE = "SELECT order_id, number FROM respond_reserve(%(orders)s, %(channels)s, %(tags)s)"
MOST = 64
"""Orders that share one commit at most."""


@dataclass(slots=True)
class Entry:
    """An order to be written: whose sight writes it, the parameters of RECEIVE, its receipt's tag. After `enter`
    returned, `number` is its number on its channel."""

    order_id: int
    channel: str
    by: Actor
    row: dict[str, Any]
    tag: bytes
    number: int = 0
    done: bool = field(default=False, init=False)
    error: Exception | None = field(default=None, init=False)


class Gate:
    """One gate a process."""

    def __init__(self, write: Callable[[Sequence[Entry]], None]) -> None:
        self._write = write
        self._turn, self._list = Lock(), Lock()
        self._waiting: list[Entry] = []

    def enter(self, entry: Entry) -> None:
        """Write `entry`; returns after the commit. Raises what the database says against it."""
        with self._list:
            self._waiting.append(entry)
        while not entry.done:
            with self._turn:
                if not entry.done:
                    self._commit(self._next())
        if entry.error is not None:
            raise entry.error

    def _next(self) -> list[Entry]:
        with self._list:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return taken

    def _commit(self, entries: Sequence[Entry]) -> None:
        try:
            self._write(entries)
        except Error as error:
            if len(entries) == 1:
                entries[0].error = error
            else:
                for entry in entries:
                    self._commit([entry])
        except BaseException as error:
            for entry in entries:
                entry.error = RuntimeError("The commit that this request shared was broken off.")
                entry.error.__cause__ = error
            raise
        finally:
            for entry in entries:
                entry.done = True


def write(entries: Sequence[Entry]) -> None:
    """All of `entries` in one transaction, sent in one go."""
    columns = {
        "orders": [entry.order_id for entry in entries],
        "channels": [entry.channel for entry in entries],
        "tags": [entry.tag for entry in entries],
    }
    with transaction.atomic(), connection.wrap_database_errors:
        raw = connection.connection
        with raw.pipeline(), psycopg.Cursor(raw) as cursor:
            for entry in entries:
                cursor.execute(CLAIM.encode(), [claim(entry.by, entry.order_id)], prepare=True)
                cursor.execute(store.RECEIVE.encode(), entry.row, prepare=True)
            cursor.execute(_RESERVE.encode(), columns, prepare=True)
            given = dict(cursor.fetchall())
    for entry in entries:
        entry.number = given[entry.order_id]


_gate = Gate(write)


def enter(entry: Entry) -> None:
    """Write `entry`, together with whatever else waits; inside a transaction of the caller's, by itself and in it."""
    if connection.in_atomic_block:
        write([entry])
    else:
        _gate.enter(entry)
