"""What residents find and say (诉求人的判断): solved or not follows from what was done, satisfaction from that and from
how soon and how. Nobody's answer is drawn from a target rate."""

from __future__ import annotations

import math
import random
from bisect import bisect

from minsheng.core.codes import Grade
from minsheng.sim.causes import CauseKind
from minsheng.sim.life import Life, Truth

SOLVED_AFTER = {"solved": 1.0, "relieved": 0.5, "explained": 0.18, "unfounded": 0.1, "nothing": 0.0}
"""Chance that a resident finds the matter solved, by what was truly done."""
_GRADES = (
    Grade.VERY_DISSATISFIED,
    Grade.DISSATISFIED,
    Grade.BASICALLY,
    Grade.SATISFIED,
    Grade.VERY_SATISFIED,
)
_CUTS = (-2.6, -0.9, 0.2, 2.4)
"""Thresholds between the five grades on the scale of `contentment`."""
REACHED = 0.84
"""Chance that a call-back reaches the resident: it does not depend on what was done."""
UNRATED = 0.06
"""Share of reached residents who give no grade."""


def finds_solved(did: str, chance: random.Random) -> bool:
    """Whether the resident finds the matter solved after `did`."""
    return chance.random() < SOLVED_AFTER[did]


def contentment(solved: bool, share_of_limit: float, contacted: bool, anger: float, chance: random.Random) -> float:
    """How content the resident is, on a logistic scale: solved or not, how soon, spoken to or not, how angry."""
    u = min(max(chance.random(), 1e-9), 1 - 1e-9)
    noise = 0.8 * math.log(u / (1 - u))
    speed = 0.6 - 0.9 * min(share_of_limit, 2.0)
    return (2.3 if solved else -1.15) + speed + (0.35 if contacted else -0.35) - 1.0 * anger + noise


def grade_of(content: float) -> Grade:
    """The grade that a contentment gives."""
    return _GRADES[bisect(_CUTS, content)]


def judge(life: Life, did: str, done_at: int, share_of_limit: float, chance: random.Random) -> None:
    """Settle what is true of the request after a handling ended in `did`."""
    truth: Truth = life.truth
    truth.did, truth.done_at = did, done_at
    truth.solved = not truth.unreasonable and finds_solved(did, chance)
    truth.grade = grade_of(contentment(truth.solved, share_of_limit, contacted=True, anger=life.anger, chance=chance))


def is_unreasonable(kind: CauseKind | None, chance: random.Random) -> bool:
    """Whether no lawful handling can content the request: private quarrels mostly, and one in two hundred others."""
    return chance.random() < (0.8 if kind is CauseKind.PRIVATE else 0.005)
