"""Publishing ballots (选票公布): when those of a month are closed, each goes into the log as a leaf that anybody reads,
{agency, period, answer, tracker}, in one shuffled batch.

In two steps, so that whatever is cut off in between is done once: the vault decides which are published and where, then
the ledger is told of those that it does not have."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, connections, transaction

from minsheng.account.appraisal.rates import Ballots
from minsheng.account.ballots.cells import Pending, placed
from minsheng.account.ledger.sequencer import tell_many
from minsheng.core.codes import Grade
from minsheng.core.ledger import LeafKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

OPEN_FOR = timedelta(days=7)
"""So long after an order was closed its requester's answer may be changed."""
GRADES = [g.value for g in Grade if g not in (Grade.UNREACHED, Grade.REFUSED, Grade.UNRATED)]
_SQL = Path(__file__).resolve().parents[1] / "sql"
_DUE = (_SQL / "ballots_due.sql").read_text("utf-8")
_LETTERS = "".join(c for c in string.ascii_uppercase + string.digits if c not in "01OI")
_chance = SystemRandom()


class TooEarly(Exception):
    """Ballots of that month are still open."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many ballots were published, and how many wait for company."""

    published: int
    waiting: int


def publish(month: date) -> Published:
    """Publish the ballots of orders closed in `month` (its first day), and what waited from before. May run again.

    Raises TooEarly before the last of them is closed."""
    since, until = _span(month)
    if present.now() < until + OPEN_FOR:
        raise TooEarly(f"Ballots of {month:%Y-%m} close on {until + OPEN_FOR:%Y-%m-%d}; publish them after that.")
    with transaction.atomic(using="vault"), connections["vault"].cursor() as cursor:
        _gather(cursor, month, since, until)
        waiting = _place(cursor, month)
    told = _tell()
    _forget_erased()
    return Published(told, waiting)


def due() -> list[date]:
    """Months whose ballots are closed and were not gathered yet, oldest first; the past year at most."""
    this = present.now().astimezone(_zone()).date().replace(day=1)
    months = [_back(this, n) for n in range(12, 0, -1)]
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT DISTINCT month FROM account_ballot")
        known = {month for (month,) in cursor.fetchall()}
    return [m for m in months if m not in known and present.now() >= _span(m)[1] + OPEN_FOR]


def cast_of_year(month: date) -> list[Ballots]:
    """The appraisal's totals of ballots by unit, of `month` and the eleven before it."""
    months = [_back(month, n) for n in range(12)]
    return [Ballots(unit, of, good, rated) for of in months for unit, (good, rated) in totals(of).items()]


def totals(month: date) -> dict[str, tuple[int, int]]:
    """Of the ballots published for a month by agency: how many satisfied in the widest sense (not a bad grade), how
    many in all. Agencies with too few for a month of their own are left out."""
    query = """
        SELECT told->0->>'agency', count(*) FILTER (WHERE told->0->>'answer' <> ALL (%s)), count(*)
        FROM account_leaf WHERE kind = %s AND told->0->>'period' = %s GROUP BY 1
    """
    bad = [g.value for g in Grade if g.bad]
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(query, [bad, LeafKind.BALLOT.value, f"{month:%Y-%m}"])
        return {agency: (good, rated) for agency, good, rated in cursor.fetchall()}


def new_tracker(digits: str | None) -> str:
    """A tracker: four digits of the requester's own choice, else of chance, and eight letters of chance."""
    own = digits or f"{secrets.randbelow(10_000):04}"
    rest = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{own}-{rest[:4]}-{rest[4:]}"


def _gather(cursor: Any, month: date, since: datetime, until: datetime) -> None:
    cursor.execute(_DUE, {"since": since, "until": until, "open": OPEN_FOR, "grades": GRADES})
    rows = [
        (order, month, agency, grade, bytes(answer), new_tracker(digits), closed)
        for order, agency, grade, answer, digits, closed in cursor.fetchall()
    ]
    cursor.executemany(
        "INSERT INTO account_ballot (order_id, month, agency, grade, answer, tracker, closed_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (order_id, month) DO NOTHING",
        rows,
    )


def _place(cursor: Any, month: date) -> int:
    """Give those that may be published their agency and period; returns how many still wait."""
    cursor.execute("SELECT order_id, agency, month, grade FROM account_ballot WHERE period IS NULL FOR UPDATE")
    pending = [Pending(order, agency, of, Grade(grade).bad) for order, agency, of, grade in cursor.fetchall()]
    where = placed(pending, month)
    cursor.executemany(
        "UPDATE account_ballot SET shown = %s, period = %s WHERE order_id = %s AND month = %s",
        [(agency, period, p.order_id, p.month) for p, (agency, period) in where.items()],
    )
    return len(pending) - len(where)


def _tell() -> int:
    """Put placed ballots into the log that it does not have; returns how many."""
    with connections["vault"].cursor() as cursor:
        cursor.execute(
            "SELECT tracker, shown, period, grade FROM account_ballot WHERE period IS NOT NULL AND index IS NULL"
        )
        ballots = [
            {"agency": shown, "period": period, "answer": grade, "tracker": tracker}
            for tracker, shown, period, grade in cursor.fetchall()
        ]
    known = _standing([b["tracker"] for b in ballots])
    new = [b for b in ballots if b["tracker"] not in known]
    _chance.shuffle(new)
    first = tell_many(LeafKind.BALLOT, present.now().astimezone(_zone()).date(), new)
    numbered = known | {b["tracker"]: first + n for n, b in enumerate(new)}
    with transaction.atomic(using="vault"), connections["vault"].cursor() as cursor:
        cursor.executemany(
            "UPDATE account_ballot SET index = %s WHERE tracker = %s", [(i, t) for t, i in numbered.items()]
        )
    return len(ballots)


def _standing(trackers: Sequence[str]) -> dict[str, int]:
    """The leaves that these trackers have already."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT told->0->>'tracker', index FROM account_leaf WHERE kind = %s AND told->0->>'tracker' = ANY (%s)",
            [LeafKind.BALLOT.value, list(trackers)],
        )
        return dict(cursor.fetchall())


def _forget_erased() -> None:
    """Of an erased order nothing leads to its ballot or its answers any more, once the ballot is published."""
    with transaction.atomic(using="vault"), connections["vault"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM account_ballot b WHERE index IS NOT NULL "
            "AND NOT EXISTS (SELECT FROM vault.order_key k WHERE k.order_id = b.order_id) RETURNING order_id"
        )
        gone = [order for (order,) in cursor.fetchall()]
        cursor.execute("DELETE FROM vault.rating WHERE order_id = ANY (%s)", [gone])


def _zone() -> ZoneInfo:
    return ZoneInfo(present.city().city.tz)


def _back(month: date, n: int) -> date:
    at = month.year * 12 + month.month - 1 - n
    return date(at // 12, at % 12 + 1, 1)


def _span(month: date) -> tuple[datetime, datetime]:
    """The month's beginning and end in the city's time."""
    first, after = (datetime.combine(d, time(), _zone()) for d in (month, _back(month, -1)))
    return first, after
