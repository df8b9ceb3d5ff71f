"""The detector (苗头预警): for each series and period, how surprising the count is given all that came before.

A history is fitted with past outbreaks weighed down; from there every period is first judged, then learnt. What series
share (season, trend, dispersion by rate) is learnt once from an even sample of the panel and may be handed on, so that
blocks of series can run anywhere and say the same: a series' result depends on others through `Shared` alone.

Blocks are small matrices: a core works on one with a thread of its own, which costs half of what matrix products on
all cores cost.

A series whose first row comes only in the judged periods is new: it is judged against the zeros before it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from minsheng.foresee.signals.alarms import Signals
from minsheng.foresee.signals.dispersion import Scatter, Usual, credible, learn_usual, scatter
from minsheng.foresee.signals.panel import Panel
from minsheng.foresee.signals.predictive import Outlook, limits, tails
from minsheng.foresee.signals.regression import YEAR, Fit, History, Prior, design, first_prior, fit, learn_prior
from minsheng.foresee.signals.windows import BEFORE, bet, combined, evidence, needed

Floats = NDArray[np.float64]
LAST = 49
ALPHA = 0.01
YEARS = 6
SAMPLE = 3000
BLOCK = 2000
RARE = 0.0005
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Shared:
    """What the series of a panel have in common: season and trend, and the dispersion by rate."""

    prior: Prior
    usual: Usual


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which periods are history, and from which on they are judged: indices into the panel."""

    x: Floats
    begin: int
    start: int
    judged: int

    @property
    def history(self) -> slice:
        return slice(self.begin, self.start)


def signals(panel: Panel, *, alpha: float = ALPHA, last: int = LAST, shared: Shared | None = None) -> Signals:
    """Judge the last `last` periods of every series (fewer where the data are short) at false-alarm rate `alpha`.

    `shared` (of `learn_shared`) replaces what would be learnt from this panel. Raises ValueError for a panel of fewer
    than 8 periods, an α outside (0, 0.2], or `last` below 1."""
    if not 0.0 < alpha <= 0.2:
        raise ValueError(f"The false-alarm rate {alpha} is not between 0 and 0.2: choose one such as 0.01.")
    if last < 1:
        raise ValueError(f"{last} periods cannot be judged: give 1 or more.")
    plan = _plan(panel, last)
    known = shared or learn_shared(panel, last=last)
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as crew:
        blocks = list(crew.map(partial(_judge, panel, plan, known, alpha), _blocks(len(panel.names))))
    expected, limit, p_gt, p_ge = (np.concatenate(part) for part in zip(*blocks, strict=True))
    score = -np.log10(np.maximum((p_gt + p_ge) / 2.0, 1e-300))
    count = panel.counts[:, plan.judged :]
    return Signals(panel.names, panel.periods[plan.judged :], count, score, expected, limit, p_gt, p_ge, p_ge <= alpha)


def learn_shared(panel: Panel, *, last: int = LAST) -> Shared:
    """What the series have in common, from the history before the judged periods of an even sample of them by name."""
    plan = _plan(panel, last)
    chosen = np.unique(np.linspace(0, len(panel.names) - 1, SAMPLE).astype(int))
    past, seen = _history(panel, plan, chosen)
    rates = (past.y.sum(axis=1) + 0.5) / (seen.sum(axis=1) + 0.5)
    log_rate = float(np.median(np.log(rates)))
    known = first_prior(plan.x.shape[1], log_rate)
    plain = fit(past, known, np.full(len(past.y), 1.5))
    usual = learn_usual(scatter(past.y, plain.mean(past.x), seen, seen))
    shared = Shared(known, usual)
    for _ in range(2):
        _, found, cleaned = _fitted(past, seen, shared)
        dispersion, _ = credible(found, *shared.usual.at(found.rate))
        shared = Shared(learn_prior(cleaned, known, dispersion), learn_usual(found))
    return shared


def _plan(panel: Panel, last: int) -> _Plan:
    total = panel.counts.shape[1]
    if total < 2 * SHORTEST:
        raise ValueError(f"The data cover {total} periods; at least {2 * SHORTEST} are needed: give a longer history.")
    judged = max(total - last, SHORTEST + BEFORE)
    start = judged - BEFORE
    begin = max(0, int(start - YEARS * YEAR[panel.period]))
    return _Plan(design(np.arange(total) - total, panel.period), begin, start, judged)


def _blocks(n: int) -> list[NDArray[np.intp]]:
    """The series in blocks that fit the processor's cache."""
    return [np.arange(begin, min(begin + BLOCK, n)) for begin in range(0, n, BLOCK)]


def _history(panel: Panel, plan: _Plan, chosen: NDArray[np.intp]) -> tuple[History, Floats]:
    """The chosen series before the first judged periods, and where they were observed."""
    y = panel.counts[chosen, plan.history].astype(np.float64)
    since = np.where(panel.since[chosen] > plan.start, 0, panel.since[chosen])
    seen = (np.arange(plan.begin, plan.start) >= since[:, None]).astype(np.float64)
    return History(y * seen, plan.x[plan.history], seen), seen


def _fitted(past: History, seen: Floats, shared: Shared) -> tuple[Fit, Scatter, History]:
    """The fit of histories, their scatter, and the histories with rare high counts weighed down."""
    rate = (past.y.sum(axis=1) + 0.5) / (seen.sum(axis=1) + 0.5)
    dispersion = shared.usual.at(rate)[0]
    doubt = np.zeros_like(dispersion)
    now = fit(past, shared.prior, dispersion, steps=4)
    for steps in (1, 2):
        mean = now.mean(past.x)
        past = History(past.y, past.x, seen * _weights(past.y, mean, dispersion, doubt))
        found = scatter(past.y, mean, past.weight, seen)
        dispersion, doubt = credible(found, *shared.usual.at(found.rate))
        now = fit(past, shared.prior, dispersion, now.beta, steps)
    mean = now.mean(past.x)
    return now, scatter(past.y, mean, past.weight, seen), past


def _weights(y: Floats, mean: Floats, dispersion: Floats, doubt: Floats) -> Floats:
    """The weight of past counts: 1, less where a count is rarer than RARE."""
    weight = np.ones_like(y)
    bound = mean + 1.8 * np.sqrt(mean * dispersion[:, None]) + 0.5
    rows, columns = np.nonzero(y > bound)
    at = Outlook(mean[rows, columns], np.zeros(len(rows)), dispersion[rows], doubt[rows])
    weight[rows, columns] = _trust(tails(y[rows, columns], at)[1])
    return weight


def _trust(at_least: Floats) -> Floats:
    """How far a count with this P(Y ≥ y) is believed to belong to the ordinary."""
    return np.minimum(1.0, at_least / RARE)


def _judge(
    panel: Panel, plan: _Plan, shared: Shared, alpha: float, chosen: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Expected, limit, p_gt and p_ge of a block of series: each series × judged periods."""
    past, seen = _history(panel, plan, chosen)
    now, found, _ = _fitted(past, seen, shared)
    usual = shared.usual.at(found.rate)
    squares, periods = found.squares.copy(), found.periods.copy()
    total = panel.counts.shape[1]
    columns = total - plan.judged
    kept = np.empty((7, columns, len(chosen)))
    scores = np.ones((BEFORE, len(chosen)))
    for t in range(plan.start, total):
        y = panel.counts[chosen, t].astype(np.float64)
        mean, spread, gain = now.ahead(plan.x[t])
        dispersion, doubt = credible(Scatter(squares, periods, found.rate), *usual)
        above, at_least = tails(y, Outlook(mean, spread, dispersion, doubt))
        if t >= plan.judged:
            kept[:, t - plan.judged] = mean, spread, dispersion, doubt, evidence(scores), above, at_least
        scores = np.concatenate([bet(above, at_least)[None], scores[:-1]])
        weight = _trust(at_least)
        now.learn(weight * (y - mean) / dispersion, weight * mean / dispersion, spread, gain)
        squares += weight * (y - mean) ** 2 / (mean * (1.0 + mean * spread / dispersion))
        periods += weight
    return _combine(kept, alpha)


def _combine(kept: Floats, alpha: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Expected, limit, p_gt and p_ge (series × periods) from what was kept (7 × periods × series)."""
    mean, spread, dispersion, doubt, weight, above, at_least = (part.ravel() for part in kept)
    limit = limits(needed(alpha, weight), Outlook(mean, spread, dispersion, doubt))
    parts = (mean, limit, combined(above, weight), np.minimum(combined(at_least, weight), 1.0))
    expected, limit, p_gt, p_ge = (part.reshape(kept.shape[1:]).T for part in parts)
    return expected, limit, p_gt, p_ge
