"""Satisfaction too good for the resolved share (满意率与解决率不符).

Ballots are sealed: only a unit's totals are known. Over units, satisfaction rises with the share that says resolved by
a line that peers tell: so many of the resolved are satisfied, so many of the others. A unit far above that line has
ballots that its work does not explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minsheng.account.gaming.cases import Counted, Lead, judged
from minsheng.account.gaming.chances import Floats
from minsheng.account.gaming.usual import Usual

NAME = "satisfied_beyond_resolved"
_ROUNDS, _OPEN = 20, 0.02


@dataclass(frozen=True, slots=True)
class UnitBallots:
    """A unit's opened totals of a period: ballots with a grade (`rated`), satisfied ones, and of those who answered
    whether it is resolved, how many said yes."""

    unit: str
    rated: int
    satisfied: int
    answered: int
    resolved: int


def expected_satisfied(ballots: Sequence[UnitBallots]) -> Floats:
    """By unit the share of satisfied ballots that peers' line gives at its resolved share. The line is fitted by
    weighted least squares in which units far above it lose their weight (Huber, Annals of Statistics 1964)."""
    if not ballots:
        return np.zeros(0)
    rated = np.array([b.rated for b in ballots], np.float64)
    x = np.array([b.resolved / max(b.answered, 1) for b in ballots])
    y = np.array([b.satisfied / max(b.rated, 1) for b in ballots])
    design, weight = np.stack([1 - x, x], axis=1), np.ones(len(x))
    line = np.zeros(2)
    for _ in range(_ROUNDS):
        root = np.sqrt(weight * rated)
        line = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
        line = np.clip(line, _OPEN, 1 - _OPEN)
        off = (y - design @ line) * np.sqrt(rated)
        scale = 1.483 * np.median(np.abs(off)) + 1e-9
        weight = np.minimum(1.0, scale / np.maximum(np.abs(off), 1e-9))
    return np.asarray(design @ line)


def counted(ballots: Sequence[UnitBallots]) -> Counted:
    """Satisfied ballots by unit that has any, beside those that peers' line gives."""
    known = [b for b in ballots if b.rated and b.answered]
    hits, base = (np.array(x, np.float64) for x in ([b.satisfied for b in known], [b.rated for b in known]))
    return Counted(np.array([b.unit for b in known], np.str_), hits, base, expected_satisfied(known))


def leads(ballots: Sequence[UnitBallots], usual: Usual | None = None) -> list[Lead]:
    """One lead a unit with ballots; none with few units. Ballots are nobody's, so there are no orders."""
    return judged(NAME, counted(ballots), {}, usual)
