"""Answers on satisfaction (满意度密封票): kept where no unit reads them, committed to at once, changeable for days.

The answer that counts is the last one given until the ballots close. A change makes no event: nobody who follows the
order, its receipt or the ledger sees that there was one (阳光账本 §2.7)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from minsheng.core import Refused
from minsheng.core.codes import Grade, State
from minsheng.core.ledger import Answer
from minsheng.core.ledger.answer import box_place
from minsheng.core.order import Order
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import Seal, seal_of
from minsheng.respond import store

OPEN_FOR = timedelta(days=7)
"""So long after an order was closed its requester's answer may be changed."""
GRADES = frozenset(Grade) - {Grade.UNREACHED, Grade.REFUSED, Grade.UNRATED}
DIGITS = re.compile(r"\d{4}")
_RATE = (Path(__file__).parent / "sql" / "rate.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A commitment to an answer: the city's day, its value, and what opens it, in a box under the order's key."""

    day: date
    commitment: bytes
    box: bytes


def sealed(seal: Seal, seq: int, grade: Grade, at: datetime, day: date) -> Sealed:
    """Commit to the answer `grade` on event `seq`. Only that it is one is ever opened to the public."""
    key = secrets.token_bytes(32)
    made = Answer(seal.tag.hex(), seq, at.isoformat(), grade.value, key.hex()).commitment
    return Sealed(day, made, seal.shut(box_place(made), key))


def rate(seal: Seal, seq: int, grade: Grade, route: str, at: datetime, *, digits: str | None = None) -> None:
    """Keep an answer, in the caller's transaction."""
    made = sealed(seal, seq, grade, at, present.policy(at).calendar.local_date(at))
    row = {"order": seal.order_id, "seq": seq, "grade": grade.value, "route": route, "at": at, "digits": digits}
    store.run(_RATE, row | {"box": made.box, "commitment": made.commitment, "day": made.day})


def changeable_until(order: Order) -> datetime | None:
    """Until when the answer on a closed order may be given or changed; None when it may not."""
    if order.state is not State.CLOSED or order.closed_at is None:
        return None
    until = order.closed_at + OPEN_FOR
    return until if present.now() < until else None


def change(no: str, grade: Grade, digits: str = "") -> None:
    """Give or change the answer on a closed order, for its requester. `digits`: four of their own choice for the
    tracker, or none. Refused when it is too late or the digits are others."""
    if grade not in GRADES:
        raise Refused("grade_missing", "请从五个等次里选一个。")
    if digits and not DIGITS.fullmatch(digits):
        raise Refused("digits_malformed", "自选数字是四位数字，也可以不填。")
    with sight(SYSTEM):
        found = store.load(no, lock=True)
        if found is None or changeable_until(found[1]) is None:
            raise Refused("ballot_closed", "这一件现在不能改评价：结案后七天内可以改。")
        number, order = found
        rate(seal_of(number), order.version, grade, "changed", present.now(), digits=digits or None)
