"""The improved Farrington method for many series at once: the yardstick that the field knows.

Written from Noufaily, Enki, Farrington, Garthwaite, Andrews and Charlett (2013), An improved algorithm for outbreak
detection in multiple surveillance systems, Statistics in Medicine 32:1206–1222: quasi-Poisson regression with a linear
trend and a seasonal factor of ten levels (one of seven weeks around the current week, nine of five weeks), past
outbreaks down-weighted by their Anscombe residuals, the last 26 weeks left out, and the negative-binomial quantile
as limit. Weeks are numbered; a year has 52."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, poisson

Floats = NDArray[np.float64]
YEAR = 52
BLOCK = 500
RIDGE = 1e-9
STEPS = 30


@dataclass(frozen=True, slots=True)
class Rule:
    """The constants of the method."""

    years: int = 5
    half_window: int = 3
    levels: int = 10
    left_out: int = 26
    threshold: float = 2.58


@dataclass(frozen=True, slots=True)
class Limits:
    """Expected count, dispersion, limit (the 1 − α quantile) and P(Y ≥ y), each series × evaluated weeks."""

    expected: Floats
    dispersion: Floats
    limit: Floats
    p_ge: Floats


@dataclass(frozen=True, slots=True)
class _Fit:
    beta: Floats
    covariance: Floats
    mean: Floats
    dispersion: Floats


def farrington(counts: NDArray[np.int64], weeks: range, alpha: float = 0.005, rule: Rule = Rule()) -> Limits:
    """The limits of `counts` (series × weeks) for each week index in `weeks`; an alarm is a count above its limit."""
    short = weeks.start - rule.years * YEAR - rule.half_window
    if short < 0:
        raise ValueError(f"The first evaluated week needs {-short} more weeks before it: give a later week.")
    shape = (len(counts), len(weeks))
    expected, dispersion = np.empty(shape), np.empty(shape)
    for begin in range(0, len(counts), BLOCK):
        block = counts[begin : begin + BLOCK].astype(np.float64)
        for column, week in enumerate(weeks):
            found = _ahead(block, week, rule)
            expected[begin : begin + BLOCK, column], dispersion[begin : begin + BLOCK, column] = found
    now = counts[:, weeks.start : weeks.stop]
    return Limits(expected, dispersion, *_tail(now, expected, dispersion, alpha))


def _tail(now: NDArray[np.int64], mean: Floats, dispersion: Floats, alpha: float) -> tuple[Floats, Floats]:
    """The 1 − α quantile and P(Y ≥ now): negative binomial, Poisson where the dispersion is 1."""
    plain = dispersion <= 1.0
    safe = np.where(plain, 2.0, dispersion)
    wide = nbinom(mean / (safe - 1.0), 1.0 / safe)
    limit = np.where(plain, poisson.ppf(1 - alpha, mean), wide.ppf(1 - alpha))
    return limit, np.where(plain, poisson.sf(now - 1, mean), wide.sf(now - 1))


def _ahead(block: Floats, week: int, rule: Rule) -> tuple[Floats, Floats]:
    """Expected count and dispersion of every series in one week. A trend that leads beyond all counts is dropped."""
    x, new = reference(week, rule)
    past = block[:, week - len(x) - rule.left_out : week - rule.left_out]
    full = _robust(past, x, rule)
    mean = np.exp(np.minimum(full.beta @ new, 30.0))
    drop = mean > past.max(axis=1)
    dispersion = full.dispersion
    if drop.any():
        flat = _robust(past[drop], x[:, 1:], rule)
        mean[drop], dispersion[drop] = np.exp(np.minimum(flat.beta @ new[1:], 30.0)), flat.dispersion
    return mean, dispersion


def reference(week: int, rule: Rule = Rule()) -> tuple[Floats, Floats]:
    """The design of the reference weeks (oldest first; trend, then one column a seasonal level) and of `week`."""
    first = week - rule.years * YEAR - rule.half_window
    past = np.arange(first, week - rule.left_out)
    place = (past - first) % YEAR
    window = 2 * rule.half_window + 1
    others = rule.levels - 1
    level = np.where(place < window, 0, 1 + (place - window) * others // (YEAR - window))
    trend = (past - week) / YEAR
    seasons = (level[:, None] == np.arange(rule.levels)).astype(np.float64)
    new = np.zeros(1 + rule.levels)
    new[1] = 1.0
    return np.column_stack([trend, seasons]), new


def _robust(y: Floats, x: Floats, rule: Rule) -> _Fit:
    """Fit, weigh past outbreaks down, fit again."""
    first = _fit(y, x, np.ones_like(y), None)
    leverage = np.einsum("tp,spq,tq->st", x, first.covariance, x, optimize=True) * first.mean
    scale = np.sqrt(first.dispersion[:, None] * np.maximum(1.0 - leverage, 1e-9))
    mean = np.maximum(first.mean, 1e-12)
    residual = 1.5 * (y ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean)) / scale
    weight = np.where(residual > rule.threshold, np.maximum(residual, rule.threshold) ** -2.0, 1.0)
    weight *= y.shape[1] / weight.sum(axis=1, keepdims=True)
    return _fit(y, x, weight, first.beta)


def _fit(y: Floats, x: Floats, weight: Floats, start: Floats | None) -> _Fit:
    """Quasi-Poisson regression with log link by Newton steps."""
    p = x.shape[1]
    upper = np.triu_indices(p)
    products = x[:, upper[0]] * x[:, upper[1]]
    beta = start if start is not None else np.log(y + 0.5) @ np.linalg.pinv(x).T
    hessian = np.empty((len(y), p, p))
    for step in range(STEPS + 1):
        mean = np.exp(np.clip(beta @ x.T, -30.0, 30.0))
        information = (mean * weight) @ products
        hessian[:, upper[0], upper[1]] = information
        hessian[:, upper[1], upper[0]] = information
        hessian[:, range(p), range(p)] += RIDGE
        if step == STEPS:
            break
        move = np.linalg.solve(hessian, (((y - mean) * weight) @ x)[:, :, None])[:, :, 0]
        move = np.clip(move, -2.0, 2.0)
        beta = np.maximum(beta + move, -25.0)
        if np.abs(move * (np.abs(beta) < 20)).max() < 1e-7:
            break
    mean = np.exp(np.clip(beta @ x.T, -30.0, 30.0))
    pearson = (weight * (y - mean) ** 2 / np.maximum(mean, 1e-12)).sum(axis=1) / (len(x) - p)
    covariance = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    return _Fit(beta, covariance, mean, np.maximum(pearson, 1.0))
