"""Funnel plots (漏斗图) in place of league tables: which units lie outside what chance and honest difference explain.

Limits follow Spiegelhalter (Statistics in Medicine 2005): 95 % warns, 99.8 % is a sign. Counts of honest units vary
more than binomially, for units differ in ways that nobody measures; plain limits would call many of the large ones
out. Here a unit's good ends are beta-binomial about what its cases lead one to expect; the spread between units of a
peer group is estimated by likelihood over a grid and stays uncertain where there are few peers, so that limits are
averaged over what it may be. Tails are mid-p: half of the point itself, which counts need (Lancaster, JASA 1961)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, gammaln, logit

Floats = NDArray[np.float64]

SPREADS = np.concatenate([[0.0], np.geomspace(0.03, 1.5, 24)])
"""Standard deviations between units on the log odds that are considered."""
SHIFTS = np.linspace(-0.8, 0.8, 65)
WARNING, SIGN = 0.95, 0.998
NEGLIGIBLE = 1e-3
LEAST_PEERS = 4
_ALMOST_SURE = 1e-6


class Place(StrEnum):
    """Where a unit lies (位置): within, or below or above the 95 % (warning) or 99.8 % limit (a sign)."""

    WITHIN = "within"
    LOW = "low"
    HIGH = "high"
    VERY_LOW = "very_low"
    VERY_HIGH = "very_high"

    @property
    def out(self) -> bool:
        """Outside the 99.8 % limit."""
        return self in (Place.VERY_LOW, Place.VERY_HIGH)


@dataclass(frozen=True, slots=True)
class Funnel:
    """What is known of a peer group: by how much its log odds lie beside what its cases lead one to expect (`shift`),
    and spreads between its units with their `weights`. A plain funnel has the one spread 0."""

    shift: float
    spreads: Floats
    weights: Floats

    @property
    def spread(self) -> float:
        """Mean spread between units, on the log odds."""
        return float(self.weights @ self.spreads)

    def target(self, expected: Floats) -> Floats:
        """The share that peers reach with cases whose expected share is `expected`."""
        return np.asarray(expit(logit(_open(expected)) + self.shift))

    def below(self, y: Floats, n: Floats, expected: Floats) -> Floats:
        """Chance that an honest unit has fewer than `y` good ends of `n`, and half that of exactly `y` (mid-p)."""
        y, n, centre = np.atleast_1d(y), np.atleast_1d(n), self.target(np.atleast_1d(expected))
        return np.array([self._below(*each) for each in zip(y, n, centre, strict=True)])

    def place(self, y: Floats, n: Floats, expected: Floats) -> list[Place]:
        """Where units with `y` good ends of `n` lie, at cases of the share `expected` each."""
        return [_placed(chance) for chance in self.below(y, n, expected)]

    def limits(self, n: int, expected: float, share: float = SIGN) -> tuple[float, float]:
        """The lowest and the highest share of good ends that lies within the limits at `share`, of `n` orders."""
        chances = self._chances(n, float(self.target(np.array([expected]))[0]))
        tail = (1 - share) / 2
        within = np.flatnonzero((chances >= tail) & (chances <= 1 - tail))
        return float(within[0]) / n, float(within[-1]) / n

    def _below(self, y: float, n: float, centre: float) -> float:
        mirrored = y > n / 2
        if mirrored:
            y, centre = n - y, 1 - centre
        points = _points(np.arange(y + 1.0), n, centre, self.spreads, self.weights)
        chance = float(points[:-1].sum() + points[-1] / 2)
        return 1 - chance if mirrored else chance

    def _chances(self, n: int, centre: float) -> Floats:
        points = _points(np.arange(n + 1.0), float(n), centre, self.spreads, self.weights)
        return np.asarray(np.cumsum(points) - points / 2)


def plain() -> Funnel:
    """The funnel that knows no difference between honest units: binomial limits. For comparison only."""
    return Funnel(0.0, np.zeros(1), np.ones(1))


def funnel(y: Floats, n: Floats, expected: Floats) -> Funnel:
    """Learn a peer group's funnel from all its units: `y` good ends of `n`, `expected` the share that their cases lead
    one to expect. The posterior of the spread is that under a flat prior (Gelman, Bayesian Analysis 2006); what is
    uncertain in the shift is added to it. ValueError with fewer than LEAST_PEERS units."""
    likely, shifts = _likelihoods(y, n, expected)
    return _learnt(likely.sum(axis=0), shifts)


def funnels_of_others(y: Floats, n: Floats, expected: Floats) -> list[Funnel]:
    """For each unit the funnel learnt from its peers without it: a unit neither hides behind the spread that it makes
    itself nor narrows it. Arguments and errors as of `funnel`."""
    likely, shifts = _likelihoods(y, n, expected)
    whole = likely.sum(axis=0)
    return [_learnt(whole - own, shifts) for own in likely]


def _likelihoods(y: Floats, n: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Log likelihood by unit, spread and shift, and the shifts."""
    if len(y) < LEAST_PEERS:
        raise ValueError(f"A funnel takes at least {LEAST_PEERS} peers: put the unit into a wider peer group.")
    centre = logit(_open((y.sum() + 0.5) / (n.sum() + 1))) - logit(_open((n * expected).sum() / n.sum()))
    shifts = centre + SHIFTS
    centres = expit(logit(_open(expected))[:, None] + shifts)
    likely = [_log_likelihood(y, n, centres, spread) for spread in SPREADS]
    return np.stack(likely, axis=1), shifts


def _learnt(likely: Floats, shifts: Floats) -> Funnel:
    """The funnel that follows from a log likelihood by spread and shift."""
    joint = np.exp(likely - likely.max()) * np.gradient(SPREADS)[:, None]
    joint /= joint.sum()
    weights = joint.sum(axis=1)
    kept = weights > NEGLIGIBLE
    means = (joint @ shifts)[kept] / weights[kept]
    unsure = (joint[kept] * (shifts - means[:, None]) ** 2).sum(axis=1) / weights[kept]
    spreads = np.sqrt(SPREADS[kept] ** 2 + unsure)
    return Funnel(float(joint.sum(axis=0) @ shifts), spreads, weights[kept] / weights[kept].sum())


def _placed(chance: float) -> Place:
    for share, low, high in ((SIGN, Place.VERY_LOW, Place.VERY_HIGH), (WARNING, Place.LOW, Place.HIGH)):
        tail = (1 - share) / 2
        if chance < tail:
            return low
        if chance > 1 - tail:
            return high
    return Place.WITHIN


def _open(share: Floats) -> Floats:
    return np.asarray(np.clip(share, _ALMOST_SURE, 1 - _ALMOST_SURE))


def _ends(centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Both parameters of the beta distribution with mean `centre` whose log odds have about the deviation `spread`."""
    variance = np.maximum(spread, 1e-4) ** 2 * centre * (1 - centre)
    whole = 1 / variance
    return centre * whole, (1 - centre) * whole


def _points(y: Floats, n: float, centre: float, spreads: Floats, weights: Floats) -> Floats:
    """Chances of exactly `y` of `n`, averaged over the spreads."""
    a, b = _ends(np.full(len(spreads), centre), spreads)
    ways = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
    logs = ways[:, None] + betaln(y[:, None] + a, n - y[:, None] + b) - betaln(a, b)
    return np.asarray(np.exp(logs) @ weights)


def _log_likelihood(y: Floats, n: Floats, centres: Floats, spread: float) -> Floats:
    """By unit and shift: the log likelihood, but for what does not depend on shift or spread."""
    a, b = _ends(centres, np.full(1, spread))
    return np.asarray(betaln(y[:, None] + a, (n - y)[:, None] + b) - betaln(a, b))
