"""Independent re-calls (独立复访) and the selection of call-backs (选择性回访).

How many to call for the question asked, whom (drawn by public randomness, so that nobody chooses), and what their
answers tell: bounds that hold whatever the unreached would have said (Manski, American Economic Review 1990), and an
exact interval from the random sample, which alone tells the truth apart from a choice of whom to call."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, hypergeom

FALSE_ALARM, POWER = 0.01, 0.95
LARGEST = 20_000
LOT = 20
"""Calls are given out in lots of so many: 320, 140 and 60 tell 92 % from 85, 80 and 70 %."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Call `calls` that answer; fewer than `least_yes` yes among them speak against the claimed rate. The chances of
    doing so wrongly, and of doing so when the rate is the suspected one."""

    calls: int
    least_yes: int
    false_alarm: float
    power: float


def resample(
    claimed: float, suspected: float, false_alarm: float = FALSE_ALARM, power: float = POWER, lot: int = LOT
) -> Sample:
    """The smallest sample, in whole lots, that tells the `claimed` rate from a lower `suspected` one by an exact
    binomial test. ValueError when the rates are not in that order or too near for LARGEST calls."""
    if not 0 <= suspected < claimed <= 1:
        raise ValueError("Give the claimed rate and a lower suspected one, both as shares between 0 and 1.")
    calls = np.arange(lot, LARGEST + 1, lot)
    most_against = binom.ppf(false_alarm, calls, claimed)
    most_against -= binom.cdf(most_against, calls, claimed) > false_alarm
    enough = np.flatnonzero((most_against >= 0) & (binom.cdf(most_against, calls, suspected) >= power))
    if not len(enough):
        raise ValueError(f"No {LARGEST:,} calls tell these rates apart: ask about a larger difference.")
    n, c = int(calls[enough[0]]), int(most_against[enough[0]])
    return Sample(n, c + 1, float(binom.cdf(c, n, claimed)), float(binom.cdf(c, n, suspected)))


def drawn(randomness: bytes, orders: Iterable[str], calls: int) -> tuple[str, ...]:
    """`calls` of `orders`, as anyone can draw them again: those with the least SHA-256 of `randomness` (the hash of a
    checkpoint that was witnessed after the orders were closed) followed by the order's number in UTF-8."""

    def lot(order: str) -> bytes:
        return hashlib.sha256(randomness + order.encode()).digest()

    return tuple(sorted(sorted(set(orders), key=lot)[:calls]))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between these shares the rate lies."""

    low: float
    high: float


def whatever_the_rest_say(yes: int, answered: int, closed: int) -> Bounds:
    """Bounds on the share of all `closed` orders whose requesters would say yes, when `answered` did and `yes` of them
    said it: they hold however those who were called were chosen. ValueError on counts that cannot be."""
    if not 0 <= yes <= answered <= closed or not closed:
        raise ValueError("Of all closed orders some are answered, and of those some say yes.")
    return Bounds(yes / closed, (yes + closed - answered) / closed)


def from_random(yes: int, answered: int, called: int, closed: int, sure: float = 0.95) -> Bounds:
    """Bounds from a random sample: `called` of all `closed` orders, of whom `answered` answered, `yes` yes. Whatever
    the unreached of the sample would say is allowed for; what chance adds is exact (hypergeometric, both tails alike).
    """
    whatever_the_rest_say(yes, answered, called)
    if called > closed:
        raise ValueError("A sample is no larger than the orders that it is drawn from.")
    tail, at_most = (1 - sure) / 2, yes + called - answered
    truth = np.arange(closed + 1)
    lowest = truth[hypergeom.sf(yes - 1, closed, truth, called) > tail]
    highest = truth[hypergeom.cdf(at_most, closed, truth, called) > tail]
    return Bounds(float(lowest[0]) / closed, float(highest[-1]) / closed)
