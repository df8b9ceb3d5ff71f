"""What each place would have had (反事实预期): its counts after the action as its own past lets expect.

The log rate of a place is level + common course + deviations with a memory; counts vary about it as a negative
binomial. What is expected is conditional on the whole past of the place: a place chosen because last month was bad is
expected to be as bad as such months usually leave it, no more (regression to the mean, 均值回归). Choosing by the past
is thereby ignorable (Rubin 1976, Biometrika 63:581; Hauer 1997, empirical Bayes before-after). Laplace approximation
of the Gaussian process (Rasmussen and Williams 2006, ch. 3) with the next term of the posterior mean; recent periods
one by one, older ones in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.effects.memory import Memory

Floats = NDArray[np.float64]
NEWTON = 25
LEVEL_ROUNDS = 3
STEP = 1e-4
FURTHEST = 3.0


@dataclass(frozen=True, slots=True)
class Expected:
    """For each unit the `mean` and `variance` of its count over the periods after the action, the common course of the
    controls in it; `own` is the part of the variance that lies in deviations and unrest, the rest is counting."""

    mean: Floats
    variance: Floats
    own: Floats


@dataclass(frozen=True, slots=True)
class _Past:
    """Counts (units, blocks), offsets and extra noise (blocks,), covariance among blocks and with the periods after."""

    counts: Floats
    offset: Floats
    unrest: Floats
    among: Floats
    ahead: Floats
    later: Floats


def expected(counts: Floats, factor: Floats, memory: Memory, start: int, end: int) -> Expected:
    """Predict the counts of periods `start` … `end` − 1 from those before `start`; (units, periods) counts, of which
    nothing from `start` on is looked at."""
    past = _past(counts, factor, memory, start, end)
    mean, spread = _first_level(past)
    for _ in range(LEVEL_ROUNDS):
        mean, spread = _level(past, mean, spread)
    log_rate, after = _ahead(past, mean, spread)
    course = factor[start:end]
    rate = course * np.exp(log_rate + np.einsum("npp->np", after) / 2)
    own = np.einsum("np,nq,npq->n", rate, rate, np.expm1(np.minimum(after, FURTHEST)))
    squared = rate**2 * np.exp(np.minimum(np.einsum("npp->np", after), FURTHEST))
    own = own + memory.unrest * squared.sum(axis=1)
    mean = rate.sum(axis=1)
    return Expected(mean, own + mean, own)


def blocks(start: int) -> list[tuple[int, int]]:
    """Periods before the action, as ranges: the last 12 one by one, 8 pairs, then fours."""
    cuts, size = [start], 1
    while cuts[-1] > 0:
        size = 1 if len(cuts) <= 12 else 2 if len(cuts) <= 20 else 4
        cuts.append(max(cuts[-1] - size, 0))
    cuts = cuts[::-1]
    return list(pairwise(cuts))


def _past(counts: Floats, factor: Floats, memory: Memory, start: int, end: int) -> _Past:
    """Averages of the log rate within a block stand for it; what averaging loses is added to the offset."""
    ranges = blocks(start)
    share = np.zeros((len(ranges), start))
    for row, (low, high) in enumerate(ranges):
        share[row, low:high] = factor[low:high] / factor[low:high].sum()
    within = memory.covariance[:start, :start]
    among = share @ within @ share.T
    lost = (share @ within.diagonal() - among.diagonal()) / 2
    cuts = [low for low, _ in ranges]
    length = np.array([high - low for low, high in ranges])
    exposure = np.add.reduceat(factor[:start], cuts)
    return _Past(
        np.add.reduceat(counts[:, :start], cuts, axis=1),
        np.log(exposure) + lost,
        memory.unrest / length,
        among,
        memory.covariance[start:end, :start] @ share.T,
        memory.covariance[start:end, start:end],
    )


def _first_level(past: _Past) -> tuple[float, float]:
    """Mean and variance of the log levels among units, from their totals."""
    total = past.counts.sum(axis=1)
    rate = np.log((total + 0.5) / np.exp(past.offset).sum())
    noise = float(np.mean(1.0 / (total + 0.5)))
    return float(rate.mean()), max(float(rate.var()) - noise, 0.05)


def _mode(past: _Past, mean: float, spread: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Newton's method for all units at once: scores and curvatures at the mode (units, blocks), the third derivative,
    and the covariance used."""
    prior = past.among + spread
    y, phi = past.counts, past.unrest
    start = np.log((y.sum(axis=1) + 0.5) / np.exp(past.offset).sum()) - mean
    x = np.repeat(start[:, None], y.shape[1], axis=1)
    eye = np.eye(y.shape[1])
    for _ in range(NEWTON):
        mu = np.exp(np.minimum(mean + x + past.offset, 25.0))
        score = (y - mu) / (1 + phi * mu)
        curve = mu * (1 + phi * y) / (1 + phi * mu) ** 2
        b = curve * x + score
        root = np.sqrt(curve)
        inner = eye + root[:, :, None] * prior * root[:, None, :]
        solved = np.linalg.solve(inner, (root * (b @ prior))[:, :, None])[:, :, 0]
        fresh = (b - root * solved) @ prior
        step = np.clip(fresh - x, -2.0, 2.0)
        x = x + step
        if np.abs(step).max() < STEP:
            break
    mu = np.exp(np.minimum(mean + x + past.offset, 25.0))
    score = (y - mu) / (1 + phi * mu)
    curve = mu * (1 + phi * y) / (1 + phi * mu) ** 2
    third = -mu * (1 + phi * y) * (1 - phi * mu) / (1 + phi * mu) ** 3
    return score, curve, third, prior


def _gain(curve: Floats, prior: Floats) -> Floats:
    """(prior + 1/curve)⁻¹ for each unit: (units, blocks, blocks)."""
    root = np.sqrt(curve)
    inner = np.eye(prior.shape[0]) + root[:, :, None] * prior * root[:, None, :]
    return np.asarray(root[:, :, None] * np.linalg.inv(inner) * root[:, None, :])


def _level(past: _Past, mean: float, spread: float) -> tuple[float, float]:
    """A step of expectation–maximisation for mean and variance of the log levels."""
    score, curve, _, prior = _mode(past, mean, spread)
    gain = _gain(curve, prior)
    own = spread * score.sum(axis=1)
    left = spread - spread**2 * gain.sum(axis=(1, 2))
    shift = float(own.mean())
    return mean + shift, max(float(np.mean((own - shift) ** 2 + left)), 1e-4)


def _ahead(past: _Past, mean: float, spread: float) -> tuple[Floats, Floats]:
    """Posterior mean (units, periods) and covariance (units, periods, periods) of the log rate after the action."""
    score, curve, third, prior = _mode(past, mean, spread)
    gain = _gain(curve, prior)
    cross = past.ahead + spread
    pull = np.einsum("pb,nbc->npc", cross, gain)
    after = past.later + spread - pull @ cross.T
    within = np.einsum("bb->b", prior) - np.einsum("bc,ncd,db->nb", prior, gain, prior, optimize=True)
    joint = pull / np.maximum(curve, 1e-12)[:, None, :]
    skew = np.einsum("npb,nb->np", joint, third * within) / 2
    return mean + score @ cross.T + skew, after
