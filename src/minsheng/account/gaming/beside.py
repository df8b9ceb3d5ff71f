"""Facts that are not in the lake (湖外记录): view logs, carriers' records, draws, ballots, replies, re-calls.

Each is a plain list that the caller brings; a sign whose list is not brought is not computed, and the report says so.
Numbers come as digests; nobody's number is needed to see that one answers for many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from minsheng.account.gaming.ballots import UnitBallots
from minsheng.account.gaming.cases import Cases
from minsheng.account.gaming.copies import Reply
from minsheng.account.gaming.signs import Facts

SHORT_SECONDS, MANY_PEOPLE = 20, 3


@dataclass(frozen=True, slots=True)
class View:
    """Somebody saw the full text of an order: the unit that handles it, and whether the viewer has a part in it."""

    unit: str
    order: str
    has_part: bool


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call-back that was answered, as the carrier recorded it: seconds talked, digest of the number that answered and
    of the one that the request came from."""

    unit: str
    order: str
    seconds: int
    number: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class CallReceived:
    """A call that an agent answered, as the carrier recorded it, and whether a receipt was given in its time. `unit` is
    the one that the catalogue names for the matter: of calls without a receipt the auditor asks the caller. `call` is
    the carrier's mark of it."""

    unit: str
    call: str
    has_receipt: bool


@dataclass(frozen=True, slots=True)
class Recall:
    """An independent re-call: whether the house's record says resolved, and what the requester says now."""

    unit: str
    order: str
    recorded: bool
    said: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What the caller brings. `listed` are the orders whose call-back was drawn by public randomness."""

    views: Sequence[View] = ()
    calls_made: Sequence[CallMade] = ()
    calls_received: Sequence[CallReceived] = ()
    recalls: Sequence[Recall] = ()
    replies: Sequence[Reply] = ()
    ballots: Sequence[UnitBallots] = ()
    listed: Collection[str] = ()


def _cases(rows: Iterable[tuple[str, bool, str]]) -> Cases:
    unit, hit, order = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), ())
    return Cases(np.array(unit, np.str_), np.array(hit, bool), np.full(len(unit), ""), np.array(order, np.str_))


def _answers_for_many(calls: Sequence[CallMade]) -> Cases:
    people: Counter[tuple[str, str]] = Counter()
    for unit, number, _ in sorted({(c.unit, c.number, c.asked_by) for c in calls}):
        people[unit, number] += 1
    return _cases((c.unit, people[c.unit, c.number] >= MANY_PEOPLE, c.order) for c in calls)


def coverage(facts: Facts, listed: Collection[str]) -> Cases:
    """Of the orders that were drawn, those whose requester was never reached."""
    drawn = np.isin(facts.order, np.array(sorted(listed), np.str_))
    missed = ~facts.flag("reached")[drawn]
    return Cases(facts.unit[drawn], missed, np.full(drawn.sum(), ""), facts.order[drawn])


TABLES: Mapping[str, tuple[str, str, Callable[[Beside], Cases]]] = {
    "viewed_by_others": (
        "非经办人查看", "views by people who have no part in the order",
        lambda b: _cases((v.unit, not v.has_part, v.order) for v in b.views),
    ),
    "short_call": (
        "极短回访", f"call-backs that were answered and lasted less than {SHORT_SECONDS} s",
        lambda b: _cases((c.unit, c.seconds < SHORT_SECONDS, c.order) for c in b.calls_made),
    ),
    "one_number_for_many": (
        "一号多单", f"call-backs answered by a number that answered for {MANY_PEOPLE} or more people of the unit's",
        lambda b: _answers_for_many(b.calls_made),
    ),
    "never_entered": (
        "应登未登", "calls that an agent answered and that have no receipt",
        lambda b: _cases((c.unit, not c.has_receipt, c.call) for c in b.calls_received),
    ),
    "recall_contradicts": (
        "复访不符", "orders recorded as resolved whose requester says otherwise when called again",
        lambda b: _cases((r.unit, not r.said, r.order) for r in b.recalls if r.recorded),
    ),
}  # fmt: skip
"""Signs of plain lists: words, meaning, cases."""
