"""Companion estimates (对照方法): what other methods of the field read in the same panel.

Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021, American Economic Review
111:4088) with placebo inference, and an interrupted time series of the treated alone (Wagner et al. 2002, J Clin Pharm
Ther 27:299). They stand beside the estimate, not in it: with places chosen because last month was bad both are known to
be off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
ROUNDS = 10_000
FIRST_ROUNDS = 100
QUICK_ROUNDS = 500
DECREASE = 1e-5
PLACEBOS = 60
BLOCK_WEEKS = 4.0


@dataclass(frozen=True, slots=True)
class Companion:
    """A method's ratio of what happened to what it expects, with its 95 % interval."""

    method: str
    ratio: float
    low: float
    high: float


def sdid_effect(outcome: Floats, treated: Bools, start: int) -> float:
    """The synthetic difference-in-differences estimate on an array (units, periods) of outcomes."""
    return _sdid(outcome, treated, start)[0]


def sdid_weights(outcome: Floats, treated: Bools, start: int) -> tuple[Floats, Floats]:
    """Unit weights of the controls and weights of the periods before, each summing to 1."""
    return _sdid(outcome, treated, start)[1:]


def _sdid(outcome: Floats, treated: Bools, start: int, rounds: int = ROUNDS) -> tuple[float, Floats, Floats]:
    controls, acted = outcome[~treated], outcome[treated]
    length = outcome.shape[1] - start
    noise = float(np.std(np.diff(controls[:, :start], axis=1), ddof=1))
    before, after = controls[:, :start], controls[:, start:].mean(axis=1)
    least = DECREASE * noise
    over_time = _sparse_weights(before, after, 1e-6 * noise, least, rounds)
    ridge = (len(acted) * length) ** 0.25 * noise
    over_units = _sparse_weights(before.T, acted[:, :start].mean(axis=0), ridge, least, rounds)
    change = outcome[:, start:].mean(axis=1) - outcome[:, :start] @ over_time
    return float(change[treated].mean() - over_units @ change[~treated]), over_units, over_time


def _sparse_weights(columns: Floats, target: Floats, ridge: float, least: float, rounds: int) -> Floats:
    """Weights ≥ 0 that sum to 1, make `columns` (rows, weights) follow `target` up to a constant, small ones set aside
    after a first round (Frank–Wolfe with exact line search)."""
    n = columns.shape[1]
    a, b = columns - columns.mean(axis=0), target - target.mean()
    weights = _frank_wolfe(a, b, ridge, np.full(n, 1 / n), least=least, rounds=FIRST_ROUNDS)
    kept = np.where(weights <= weights.max() / 4, 0.0, weights)
    return _frank_wolfe(a, b, ridge, kept / kept.sum(), least=least, rounds=rounds)


def _frank_wolfe(a: Floats, b: Floats, ridge: float, weights: Floats, *, least: float, rounds: int) -> Floats:
    penalty = ridge**2 * len(a)
    last = np.inf
    miss = a @ weights - b
    for _ in range(rounds):
        slope = a.T @ miss + penalty * weights
        towards = int(np.argmin(slope))
        step = -weights
        step[towards] += 1.0
        moved = a @ step
        size = float(moved @ moved + penalty * (step @ step))
        if size > 0:
            share = float(np.clip(-(slope @ step) / size, 0.0, 1.0))
            weights, miss = weights + share * step, miss + share * moved
        value = float(ridge**2 * (weights @ weights) + miss @ miss / len(a))
        if last - value <= least**2:
            break
        last = value
    return weights


def synthetic(
    counts: Floats, treated: Bools, start: int, weeks: float, *, rng: np.random.Generator, placebos: int = PLACEBOS
) -> Companion:
    """SDID on logs of counts in blocks of four weeks; the error is the spread of `placebos` sets of controls."""
    length = max(round(BLOCK_WEEKS / weeks), 1)
    before, after = start // length, (counts.shape[1] - start) // length
    first = start - before * length
    early = counts[:, first:start].reshape(len(counts), before, length).sum(axis=2)
    if after:
        late = counts[:, start : start + after * length].reshape(len(counts), after, length).sum(axis=2)
    else:
        late = counts[:, start:].sum(axis=1, keepdims=True) * length / (counts.shape[1] - start)
    outcome = np.log(np.concatenate([early, late], axis=1) + 0.5)
    effect = _sdid(outcome, treated, before, QUICK_ROUNDS)[0]
    controls = np.flatnonzero(~treated)
    size = min(int(treated.sum()), len(controls) // 2)
    drawn = []
    for _ in range(placebos):
        chosen = np.isin(controls, rng.choice(controls, size, replace=False))
        drawn.append(_sdid(outcome[controls], chosen, before, QUICK_ROUNDS)[0])
    error = float(np.sqrt(np.mean(np.square(drawn)))) if drawn else float("nan")
    low, high = np.exp(effect - 1.96 * error), np.exp(effect + 1.96 * error)
    return Companion("synthetic difference-in-differences", float(np.exp(effect)), float(low), float(high))


def interrupted(counts: Floats, treated: Bools, start: int, a_year: int) -> Companion:
    """Interrupted time series of the treated's total: log of counts on a line, yearly waves (with 1.5 years or more)
    and a step at the action; errors of Newey and West with eight lags."""
    total = np.log(counts[treated].sum(axis=0) + 0.5)
    when = np.arange(len(total), dtype=np.float64)
    columns = [np.ones(len(total)), (when - start) / a_year, (when >= start).astype(np.float64)]
    if start >= 1.5 * a_year:
        columns += [np.cos(2 * np.pi * when / a_year), np.sin(2 * np.pi * when / a_year)]
    x = np.column_stack(columns)
    bread = np.linalg.pinv(x.T @ x)
    step = bread @ x.T @ total
    score = x * (total - x @ step)[:, None]
    meat = score.T @ score
    lags = min(8, len(total) // 4)
    for lag in range(1, lags + 1):
        crossed = score[lag:].T @ score[:-lag]
        meat += (1 - lag / (lags + 1)) * (crossed + crossed.T)
    freedom = max(len(total) - x.shape[1], 1)
    error = float(np.sqrt((bread @ meat @ bread)[2, 2] * len(total) / freedom))
    reach = float(t.ppf(0.975, freedom)) * error
    return Companion("interrupted time series", *(float(np.exp(step[2] + side)) for side in (0.0, -reach, reach)))
