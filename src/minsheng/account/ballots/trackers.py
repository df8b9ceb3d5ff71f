"""Trackers (追踪号): after publication a requester sees which ballot is the own one, and as well a ballot with any
answer that somebody may want to be shown. Both look alike: nobody who looks on learns anything (Selene, FC 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections

from minsheng.core.codes import Grade
from minsheng.core.ledger import LeafKind
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.keys import keys


@dataclass(frozen=True, slots=True)
class Shown:
    """A published ballot: its tracker, answer, agency, period and number in the log."""

    tracker: str
    answer: Grade
    agency: str
    period: str
    index: int


def tracker_of(order_id: int) -> Shown | None:
    """The order's own ballot, the newest; None before it is published."""
    query = (
        "SELECT tracker, grade, shown, period, index FROM account_ballot WHERE order_id = %s AND index IS NOT NULL "
        "ORDER BY month DESC LIMIT 1"
    )
    with connections["vault"].cursor() as cursor:
        cursor.execute(query, [order_id])
        row = cursor.fetchone()
    return _shown(row) if row else None


def decoy(own: Shown, answer: Grade, order_id: int) -> Shown | None:
    """A ballot of the same agency and period with `answer`, the same whenever it is asked for; the own one when that is
    its answer. None when nobody gave that answer."""
    if answer is own.answer:
        return own
    others = [each for each in _published(own.agency, own.period) if each.answer is answer]
    if not others:
        return None
    drawn = keys().digest("decoy", str(order_id), own.tracker, answer.value)
    return others[int.from_bytes(drawn[:8]) % len(others)]


def _published(agency: str, period: str) -> Sequence[Shown]:
    query = """
        SELECT told->0->>'tracker', told->0->>'answer', told->0->>'agency', told->0->>'period', index FROM account_leaf
        WHERE kind = %s AND told->0->>'agency' = %s AND told->0->>'period' = %s ORDER BY index
    """
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(query, [LeafKind.BALLOT.value, agency, period])
        return [_shown(row) for row in cursor.fetchall()]


def _shown(row: Sequence[Any]) -> Shown:
    tracker, grade, agency, period, index = row
    return Shown(tracker, Grade(grade), agency, period, index)
