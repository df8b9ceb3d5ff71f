"""What waits for its number (待编号): a commitment that is older than half the promised hour is a fault to be told.

The sequencer numbers what surely has ended (pg_snapshot_xmin); one transaction left open anywhere on the database
server, be it of another database, a forgotten session or a prepared one, holds everything back that came after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

LATE = timedelta(minutes=30)
_WAITING = (Path(__file__).resolve().parents[1] / "sql" / "waiting.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Commitments without a number: how many, since when the oldest waits, and whether an open transaction holds any of
    them back."""

    count: int
    since: datetime
    held: bool

    def late(self, now: datetime) -> bool:
        """Whether the oldest waits longer than half the promised hour."""
        return now - self.since > LATE

    def words(self) -> str:
        """Why, and what to do."""
        if self.held:
            return (
                "a transaction that has not ended holds the numbering back. Find it as the server's administrator with "
                "SELECT pid, datname, usename, xact_start, query FROM pg_stat_activity WHERE backend_xid IS NOT NULL "
                "ORDER BY xact_start (or among pg_prepared_xacts), and end it"
            )
        return "nobody numbers them: see whether the worker runs; ./minsheng ledger sign numbers them now"


def waiting() -> Waiting | None:
    """What waits for its number now; None when nothing does. Reads only."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_WAITING)
        count, since, held = cursor.fetchone()
    return Waiting(count, since, held) if count else None


def late() -> Waiting | None:
    """What waits too long for its number, if anything does."""
    found = waiting()
    return found if found and found.late(present.now()) else None
