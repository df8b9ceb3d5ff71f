"""One statistic from windows of one to four periods (窗口合并), without losing the first period.

The p-value of the newest period is divided by the evidence of the three periods before it. That evidence is a mixture
over when an outbreak may have begun: now (no evidence yet), or one, two or three periods ago, each the product of the
betting scores (e-values) of those periods. Under the null the evidence has mean 1 and does not depend on the newest
count, so that P(p / evidence ≤ q) = E min(1, q × evidence) is known: p-values weighted (Genovese, Roeder and Wasserman
2006) by e-values (Vovk and Wang 2021). Discrete counts keep the mean of 1: the score of a period is the mean of the
betting function between P(Y > y) and P(Y ≥ y)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
BEGAN = (0.15, 0.03, 0.01)
BEFORE = len(BEGAN)
SHIFT = 2.0
HIGHEST_BET = 30.0
MOST = 50.0
TINY = 1e-300
KNEE = np.log(HIGHEST_BET) / SHIFT + SHIFT / 2
FLAT = HIGHEST_BET * ndtr(-KNEE)
REST = ndtr(KNEE - SHIFT)


def _bet_up_to(u: Floats) -> Floats:
    """The integral over (0, u) of the betting function: the likelihood ratio of a normal score that is shifted by SHIFT
    standard deviations, never above HIGHEST_BET; 1 at u = 1."""
    z = -ndtri(np.maximum(u, TINY))
    return np.where(z >= KNEE, HIGHEST_BET * u, FLAT + REST - ndtr(z - SHIFT)) / (FLAT + REST)


def bet(above: Floats, at_least: Floats) -> Floats:
    """The score of a period (mean 1 under the null) from its P(Y > y) and P(Y ≥ y)."""
    return (_bet_up_to(at_least) - _bet_up_to(above)) / np.maximum(at_least - above, TINY)


def evidence(scores: Floats) -> Floats:
    """The evidence before a period from the scores of the three periods before it, newest first: (3, …) → (…).

    At most MOST, so that a count which is not even above its expectation raises no alarm at α ≤ 0.01."""
    total = np.full(scores.shape[1:], 1.0 - sum(BEGAN))
    product = np.ones(scores.shape[1:])
    for share, score in zip(BEGAN, scores, strict=True):
        product = product * score
        total += share * product
    return np.minimum(total, MOST)


@cache
def _null() -> tuple[Floats, Floats]:
    """log P(p / evidence ≤ q) under the null on a grid of log q: a product rule over three uniform periods."""
    edges = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 48)])
    width = np.diff(edges)
    scores = np.diff(_bet_up_to(edges)) / width
    grid = np.array(np.meshgrid(scores, scores, scores, indexing="ij")).reshape(BEFORE, -1)
    chance = (width[:, None, None] * width[:, None] * width).ravel()
    weight = evidence(grid)
    log_q = np.linspace(np.log(1.0 / MOST), -np.log(1.0 - sum(BEGAN)), 80)
    values = [float(chance @ np.minimum(1.0, np.exp(q) * weight)) for q in log_q]
    return log_q, np.log(values)


def combined(p: Floats, weight: Floats) -> Floats:
    """The p-value of the combined statistic, from that of the newest period and the evidence before it."""
    log_q, log_p = _null()
    q = np.log(np.maximum(p, TINY)) - np.log(weight)
    return np.exp(np.where(q < log_q[0], q - log_q[0] + log_p[0], np.interp(q, log_q, log_p)))


def needed(alpha: float, weight: Floats) -> Floats:
    """The p-value that the newest period must not exceed for an alarm at `alpha`, given the evidence before it."""
    log_q, log_p = _null()
    level = np.log(alpha)
    q = level - log_p[0] + log_q[0] if level < log_p[0] else np.interp(level, log_p, log_q)
    return weight * np.exp(q)
