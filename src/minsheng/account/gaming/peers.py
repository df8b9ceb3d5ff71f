"""A unit against its peers (同类比较): how surprising it is that so many of its orders show a sign.

Hits of honest units are beta-binomial about what their mix of orders leads one to expect: units differ in ways that
nobody measures. How much they differ is learnt from all units at once; as some of them may game, each is taken to be
honest or, with a share that is learnt too, to have any rate above the honest one (an empirical null: Efron, JASA 2004).
So a third of the city gaming neither hides itself in the spread nor lifts the mean. What stays uncertain is averaged
over. Chances are mid-p, which counts need (Lancaster, JASA 1961); only too many hits count, never too few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, gammaln, logit, logsumexp

from minsheng.account.gaming.chances import Floats

SPREADS = np.concatenate([[0.0], np.geomspace(0.06, 2.0, 12)])
"""Standard deviations between honest units on the log odds that are considered."""
SHARES = np.array([0.0, 0.05, 0.15, 0.25, 0.35, 0.5])
"""Shares of units that game which are considered."""
_LOG_SHARES = np.log(np.where(SHARES == 0, len(SHARES) - 1, 1.0))
USUAL_SPREAD = 0.5
"""Larger differences between honest units are believed only as far as the data say so (half-normal prior)."""
USUAL_BY_MANNER, LEAST_BY_MANNER = 1.0, 2.5
"""As USUAL_SPREAD, and the least lift, where honest units differ by how they work."""
LIFTS = np.arange(0.75, 10.5, 0.5)
LEAST_LIFTS, DECAYS = (0.75, 1.5), (0.4, 1.5, 5.0)
"""Gaming lifts the log odds by an amount from one of the least on, larger ones the rarer, by one of the decays,"""
LIKE_LIFTS, NEAR = (2.0, 3.0, 4.5, 6.0, 8.0), 0.6
"""or all gaming units lift them alike: by one of these amounts, give or take so much."""
ALIKE = 0.2
"""Weight, beside 2 for all spreads considered, of honest units that do not differ at all."""
LEAST_PEERS = 8
BULK = 0.6
"""The search for the honest rate begins at that of the units with the fewest hits for their size, of which so many."""
STEPS, MARGIN = 31, 0.7
OUTSIDE = 0.025
"""An expected range leaves so many honest units outside on each side."""
_ALMOST_SURE, _NEGLIGIBLE = 1e-7, 1e-3
_LEAST_SPREAD = 0.01
"""Stands for none: with less, the beta functions of rare hits would be differences of numbers too large to tell."""


class TooFewPeers(ValueError):
    """There are too few units to compare with."""


@dataclass(frozen=True, slots=True)
class Honest:
    """What is known of honest units: their log odds beside what is expected (`shifts`), and the spread between them,
    each with its weight."""

    shifts: Floats
    spreads: Floats
    weights: Floats

    def tails(self, hits: int, base: int, expected: float) -> tuple[float, float]:
        """The chances that an honest unit has more than `hits` hits of `base`, and exactly so many."""
        few = 2 * hits <= base
        counts = np.arange(hits + 1.0) if few else np.arange(hits, base + 1.0)
        points = self._points(counts, base, expected)
        return (1 - float(points.sum()), float(points[-1])) if few else (float(points[1:].sum()), float(points[0]))

    def interval(self, base: int, expected: float, above: float = OUTSIDE) -> tuple[float, float]:
        """The shares of hits below which OUTSIDE of honest units of this size lie, and over which `above` do."""
        upto = np.cumsum(self._points(np.arange(base + 1.0), base, expected))
        low, high = np.searchsorted(upto, (OUTSIDE, 1 - above))
        return float(low) / base, float(min(high, base)) / base

    def _points(self, counts: Floats, base: int, expected: float) -> Floats:
        a, b = _ends(expit(logit(_open(np.array(expected))) + self.shifts), self.spreads)
        ways = gammaln(base + 1) - gammaln(counts + 1) - gammaln(base - counts + 1)
        logs = ways[:, None] + betaln(counts[:, None] + a, base - counts[:, None] + b) - betaln(a, b)
        return np.asarray(np.exp(logs) @ self.weights)


def honest(hits: Floats, base: Floats, expected: Floats, manner: bool = False) -> Honest:
    """Learn what honest units do from all units: `hits` of `base` where their mix leads one to expect `expected` of
    each order. Units without a base tell nothing. Where honest units differ by `manner`, larger differences are usual,
    and only larger lifts are gaming. TooFewPeers below LEAST_PEERS units with one."""
    told = base > 0
    if told.sum() < LEAST_PEERS:
        raise TooFewPeers(f"Signs need at least {LEAST_PEERS} units to compare: take a longer period.")
    y, n, e = hits[told], base[told], _open(expected[told])
    low, high = _begin(y, n, e)
    shifts = np.linspace(low - MARGIN, high + MARGIN, STEPS)
    joint = _posterior(y, n, e, shifts, manner)
    likely = np.flatnonzero(joint.sum(axis=1) > 1e-4)
    shifts = np.linspace(shifts[max(likely[0] - 1, 0)], shifts[min(likely[-1] + 1, STEPS - 1)], STEPS)
    return _learnt(_posterior(y, n, e, shifts, manner), shifts)


def _begin(y: Floats, n: Floats, e: Floats) -> tuple[float, float]:
    """Log odds beside the expected: of the bulk with the fewest hits, and of all."""
    order = np.argsort((y - n * e) / np.sqrt(n * e * (1 - e) + 1), kind="stable")
    bulk = order[: max(int(BULK * len(order)), LEAST_PEERS // 2)]

    def beside(some: NDArray[np.intp]) -> float:
        share = (y[some].sum() + 0.5) / (n[some].sum() + 1)
        return float(logit(share) - logit((n[some] * e[some]).sum() / n[some].sum()))

    return beside(bulk), beside(order)


def _posterior(y: Floats, n: Floats, e: Floats, shifts: Floats, manner: bool) -> Floats:
    """Weights by shift and spread; those of the share that games and of its kind are added up."""
    centre = expit(logit(e)[:, None] + shifts)
    games = _gaming(y[:, None], n[:, None], centre, LEAST_BY_MANNER if manner else 0.0)
    found = np.empty((len(shifts), len(SPREADS)))
    for s, spread in enumerate(SPREADS):
        a, b = _ends(centre, np.array(spread))
        fair = betaln(y[:, None] + a, (n - y)[:, None] + b) - betaln(a, b)
        odds = np.exp(np.clip(games - fair, -500, 500))
        mixed = np.stack([np.log1p(share * (odds - 1)).sum(axis=1) for share in SHARES])
        found[:, s] = fair.sum(axis=0) + logsumexp(mixed + _LOG_SHARES[:, None, None], axis=(0, 1))
    prior = np.gradient(SPREADS) * np.exp(-((SPREADS / (USUAL_BY_MANNER if manner else USUAL_SPREAD)) ** 2) / 2)
    prior[0] += ALIKE
    joint = np.exp(found - found.max()) * prior
    return np.asarray(joint / joint.sum())


def _gaming(y: Floats, n: Floats, centre: Floats, least_of_all: float) -> Floats:
    """Log likelihood, by kind of gaming (least lift and decay), of a rate that lies above the honest one."""
    each = []
    for lift in LIFTS:
        a, b = _ends(expit(np.minimum(logit(centre) + lift, logit(1 - _ALMOST_SURE))), np.array(0.25))
        each.append(betaln(y + a, n - y + b) - betaln(a, b))
    stacked = np.stack(each)
    kinds = [np.where(least <= LIFTS, np.exp(-LIFTS / decay), 0) for least in LEAST_LIFTS for decay in DECAYS]
    kinds += [np.exp(-(((LIFTS - like) / NEAR) ** 2) / 2) for like in LIKE_LIFTS]
    kinds = [np.where(least_of_all <= LIFTS, kind, 0) for kind in kinds]
    return np.stack([logsumexp(stacked, axis=0, b=(kind / kind.sum())[:, None, None]) for kind in kinds])


def _learnt(joint: Floats, shifts: Floats) -> Honest:
    """The shifts and spreads that are at all likely, with their weights."""
    kept = joint > _NEGLIGIBLE * joint.max()
    at, of = np.nonzero(kept)
    return Honest(shifts[at], SPREADS[of], joint[kept] / joint[kept].sum())


def _open(share: Floats) -> Floats:
    return np.asarray(np.clip(share, _ALMOST_SURE, 1 - _ALMOST_SURE))


def _ends(centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Both parameters of the beta distribution about `centre` whose log odds have about the deviation `spread`."""
    whole = 1 / (np.maximum(spread, _LEAST_SPREAD) ** 2 * centre * (1 - centre))
    return centre * whole, (1 - centre) * whole
