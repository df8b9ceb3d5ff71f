"""Hot issues (热点问题): events ranked by the people they touch, how long they last, how they grow and what is left
unsolved. The people of an event are counted, not its messages: one caller who asks a hundred times is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEK = 7.0
RECENT = 14.0
PERSISTENCE, GROWTH, UNSOLVED = 0.05, 0.1, 0.1
"""How much a long life, growth and open requests add, each against the people affected. They are small, so that they
decide between events of about as many people. Chosen on the ranking of the bench's city."""
PERIOD_DAYS = 90.0


@dataclass(frozen=True, slots=True)
class Heat:
    """One event up to a day. `people` are those who asked (where persons are not known: texts that differ), `weeks`
    those with a message, `growth` of the last fortnight against the pace before (1: the same), `unsolved` the share
    of the requests known to be open (None: not known); `score` ranks."""

    event: int
    people: float
    weeks: int
    growth: float
    unsolved: float | None
    score: float


def heat(
    event: int,
    days: NDArray[np.float64],
    until: float,
    *,
    texts: Sequence[str],
    persons: Sequence[str] | None = None,
    solved: Sequence[bool | None] | None = None,
) -> Heat:
    """The heat of an event from its messages up to `until` (days as in `Requests`); messages of the last 90 days count.
    Arrays are over the event's messages, in order of time, and not empty."""
    kept = [at for at, day in enumerate(days.tolist()) if until - PERIOD_DAYS < day <= until]
    if not kept:
        return Heat(event, 0.0, 0, 0.0, None, 0.0)
    asking = {persons[at] or f"\n{at}" for at in kept} if persons else {texts[at] for at in kept}
    people = float(len(asking))
    recent = days[kept]
    weeks = len(np.unique(np.floor((until - recent) / WEEK)))
    late = float((recent > until - RECENT).sum())
    before = float((recent <= until - RECENT).sum())
    span = max(until - RECENT - float(recent[0]), 0.0)
    growth = (late + 1.0) / (before * RECENT / max(span, RECENT) + 1.0)
    known = [solved[at] for at in kept if solved[at] is not None] if solved else []
    unsolved = 1.0 - sum(bool(done) for done in known) / len(known) if known else None
    score = (
        math.log1p(people)
        + PERSISTENCE * math.log(weeks)
        + GROWTH * math.tanh(math.log(growth))
        + UNSOLVED * (0.5 if unsolved is None else unsolved)
    )
    return Heat(event, people, weeks, growth, unsolved, score if people > 1 else score - 1.0)
