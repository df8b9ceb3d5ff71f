"""The expected level of every series at once (期望值): penalised quasi-Poisson regression with trend and season.

One design serves all series, so that a Newton step for a block of series is two matrix products. Trend and season are
shrunk towards what the panel shows (empirical Bayes, 经验贝叶斯): a normal prior for each coefficient whose mean and
variance are learnt by expectation-maximisation, so that a series with few events takes the season of the panel. After
the fit the estimate moves on period by period (extended Kalman step): each period is judged by all that came before
it and by nothing after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
YEAR = {"week": 365.25 / 7, "day": 365.25}
HARMONICS = 2
LEAP = 1.5
LEVEL_SPREAD = 3.0
EXTRA = 3.0
HIGHEST = 30.0


@dataclass(frozen=True, slots=True)
class Prior:
    """Mean and variance of each coefficient over the series of a panel, shape (p,); the mean of the level is that of
    the log rate."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, slots=True)
class History:
    """Counts y and their weights (series × periods; 0 = not observed) with their design x (periods × p)."""

    y: Floats
    x: Floats
    weight: Floats

    def centers(self, prior: Prior) -> Floats:
        """The prior mean of every series (series × p): its own level, with half an event at the panel's rate."""
        center = np.tile(prior.mean, (len(self.y), 1))
        events, periods = (self.y * self.weight).sum(axis=1), self.weight.sum(axis=1)
        center[:, 0] = np.log((events + 0.5) / (periods + 0.5 * np.exp(-prior.mean[0])))
        return center


@dataclass(slots=True)
class Fit:
    """Where a block of series stands: coefficients (series × p) and their covariance (series × p × p)."""

    beta: Floats
    covariance: Floats

    def mean(self, x: Floats) -> Floats:
        """The means at design rows x (periods × p): series × periods."""
        return np.exp(np.minimum(self.beta @ x.T, HIGHEST))

    def ahead(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """At one design row x (p,): the mean, the variance of its logarithm (both (series,)), and covariance × x."""
        gain = self.covariance @ x
        return np.exp(np.minimum(self.beta @ x, HIGHEST)), gain @ x, gain

    def learn(self, surprise: Floats, information: Floats, spread: Floats, gain: Floats) -> None:
        """Take one period in: surprise = weight (y − mean) / dispersion, information = weight mean / dispersion."""
        scale = 1.0 / (1.0 + information * spread)
        step = surprise * scale
        leap = np.maximum(np.abs(step) * spread / LEAP, 1.0)
        self.beta += gain * (step / leap)[:, None]
        self.covariance -= gain[:, :, None] * (gain * (information * scale)[:, None])[:, None, :]


def design(periods: NDArray[np.int64], period: str) -> Floats:
    """The design matrix, one row a period: level, trend in years, two yearly harmonics, and for days the day of the
    week (sum to zero)."""
    columns = [np.ones(len(periods)), periods / YEAR[period]]
    for wave in range(1, HARMONICS + 1):
        angle = 2 * np.pi * wave * periods / YEAR[period]
        columns += [np.cos(angle), np.sin(angle)]
    if period == "day":
        weekday = periods % 7
        columns += [(weekday == day) - (weekday == 6).astype(np.float64) for day in range(6)]
    return np.column_stack(columns)


def first_prior(p: int, log_rate: float) -> Prior:
    """What is believed of p coefficients before a panel is seen: little trend and season."""
    spread = np.full(p, 0.2)
    spread[0], spread[2:4] = LEVEL_SPREAD, 0.3
    mean = np.zeros(p)
    mean[0] = log_rate
    return Prior(mean, spread**2)


def fit(past: History, prior: Prior, dispersion: Floats, start: Floats | None = None, steps: int = 6) -> Fit:
    """Penalised maximum likelihood by Newton steps of at most LEAP; `dispersion` (series,)."""
    x, p = past.x, past.x.shape[1]
    upper = np.triu_indices(p)
    products = x[:, upper[0]] * x[:, upper[1]]
    precision = 1.0 / prior.variance
    scaled = past.weight / dispersion[:, None]
    target = (scaled * past.y) @ x
    center = past.centers(prior)
    beta = center if start is None else start
    hessian = np.empty((len(beta), p, p))
    for step in range(steps + 1):
        mean = beta @ x.T
        np.exp(np.minimum(mean, HIGHEST, out=mean), out=mean)
        mean *= scaled
        information = mean @ products
        hessian[:, upper[0], upper[1]] = information
        hessian[:, upper[1], upper[0]] = information
        hessian[:, range(p), range(p)] += precision
        if step < steps:
            slope = target - mean @ x - precision * (beta - center)
            move = np.linalg.solve(hessian, slope[:, :, None])[:, :, 0]
            beta = beta + move / np.maximum(1.0, np.abs(move).max(axis=1, keepdims=True) / LEAP)
    return Fit(beta, np.asarray(np.linalg.inv(hessian), dtype=np.float64))


def learn_prior(past: History, known: Prior, dispersion: Floats, rounds: int = 12) -> Prior:
    """The panel's prior by expectation-maximisation; `known` counts as EXTRA more series. The level keeps its own."""
    prior = known
    now = fit(past, prior, dispersion)
    n = len(now.beta)
    for _ in range(rounds):
        mean = now.beta.sum(axis=0) / (n + EXTRA)
        variances = np.diagonal(now.covariance, axis1=1, axis2=2)
        variance = (((now.beta - mean) ** 2 + variances).sum(axis=0) + EXTRA * known.variance) / (n + EXTRA)
        mean[0], variance[0] = known.mean[0], known.variance[0]
        prior = Prior(mean, variance)
        now = fit(past, prior, dispersion, now.beta, 1)
    return prior
