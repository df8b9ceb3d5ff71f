"""How busy each day is and why (日话务水平): one number a day, followed through time by a Gaussian process.

A score is the sum of a level that wanders, a mood of a few days, a weekday effect that may change over weeks, an
effect of the day of the month, an effect of reopening after an unusual closure, and noise. The exponential kernels
are AR(1) processes, so that the forecast is the exponentially weighted mean of Shen & Huang (2008) with weights
learnt from the data; days that are missing need no filling. Strengths and memories are fitted by maximum marginal
likelihood with a weak log-normal prior. Days far from what the others say about them are given more noise, so that they
teach little, and are counted: one day in ten is held to be unusual, with the variance that history's surprises ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL, LEVEL_DAYS, WEEKDAY, WEEKDAY_WEEKS, MOOD, MOOD_DAYS, MONTH, MONTH_DAYS, REOPENING, NOISE = range(10)
PRIOR = np.log([0.3, 20.0, 0.4, 30.0, 0.2, 2.0, 0.1, 2.0, 0.3, 0.2])
"""Centres of the log parameters: variances in units of the score's own variance, memories in open days or weeks."""
PRIOR_SD = 1.5
MONTH_LENGTH = 30.44
FAR = 3.0
"""A day further than this many predictive deviations from the others' opinion is given noise until it is not."""
ROUNDS = 4
UNUSUAL = 0.1
"""Share of days that are unusual: their variance is larger, by as much as the surprises of history need."""
MOST_UNUSUAL = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """What is known of days before anybody calls: arrays of one length.

    `number` counts the days on which the line is normally open, `weekday` is 0–6 from Monday, `month_day` 1–31,
    `reopening` is 1 on the first open day after a day on which the line was closed but normally is open;
    `week_length` is the number of normally open weekdays.
    """

    number: Floats
    weekday: Ints
    month_day: Floats
    reopening: Floats
    week_length: int


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Days against days: open days apart, whether of one weekday, squared distance around the month, both reopening."""

    apart: Floats
    same: Floats
    turn: Floats
    reopening: Floats
    week_length: int

    @classmethod
    def of(cls, a: Days, b: Days) -> Pairs:
        """Every day of `a` with every day of `b`; around the month by the chord of a circle, which keeps the sum of
        covariances positive."""
        radius = MONTH_LENGTH / (2 * np.pi)
        chord = 2 * radius * np.sin((a.month_day[:, None] - b.month_day) / (2 * radius))
        return cls(
            np.abs(a.number[:, None] - b.number),
            (a.weekday[:, None] == b.weekday).astype(np.float64),
            chord**2,
            np.outer(a.reopening, b.reopening),
            a.week_length,
        )

    def covariances(self, parameters: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Of level, weekday, mood, day of the month and reopening."""
        size = np.exp(parameters)
        return (
            size[LEVEL] * np.exp(-self.apart / size[LEVEL_DAYS]),
            size[WEEKDAY] * self.same * np.exp(-self.apart / (self.week_length * size[WEEKDAY_WEEKS])),
            size[MOOD] * np.exp(-self.apart / size[MOOD_DAYS]),
            size[MONTH] * np.exp(-0.5 * self.turn / size[MONTH_DAYS] ** 2),
            size[REOPENING] * self.reopening,
        )

    def covariance(self, parameters: Floats) -> Floats:
        """The sum of the five."""
        level, weekday, mood, month, reopening = self.covariances(parameters)
        return level + weekday + mood + month + reopening


@dataclass(frozen=True, slots=True, eq=False)
class DayModel:
    """A fitted score: `parameters` are the ten logarithms named above, `scale` is the unit of the score, `unusual` says
    how many times larger the variance of an unusual day is."""

    parameters: Floats
    scale: float
    days: Days
    solved: Floats
    inverse: Floats
    unusual: float

    def ahead(self, days: Days) -> tuple[Floats, Floats]:
        """Mean and variance of the score on `days`, noise included, in the score's own units."""
        across = Pairs.of(days, self.days).covariance(self.parameters)
        prior = np.exp(self.parameters[[LEVEL, WEEKDAY, MOOD, MONTH, NOISE]]).sum()
        prior = prior + np.exp(self.parameters[REOPENING]) * days.reopening**2
        variance = prior - np.einsum("ij,jk,ik->i", across, self.inverse, across, optimize=True)
        return across @ self.solved * self.scale, np.maximum(variance, 1e-9) * self.scale**2


def fit_days(scores: Floats, days: Days, *, extra_noise: Floats, parameters: Floats | None = None) -> DayModel:
    """The model of one score.

    Args:
        scores: one a day, about zero.
        days: the same days.
        extra_noise: variance a day beyond the common noise, in the score's units squared, for days seen in part.
        parameters: those of an earlier fit, to be kept; None to fit them.
    """
    scale = float(np.median(np.abs(scores)) * 1.4826) or float(scores.std()) or 1.0
    target, noise = scores / scale, extra_noise / scale**2
    pairs, given, found = Pairs.of(days, days), noise, PRIOR
    for _ in range(ROUNDS):
        found = _fitted(found, target, pairs, noise) if parameters is None else parameters
        inverse = _inverse(pairs.covariance(found), np.exp(found[NOISE]) + noise)[0]
        solved, precision = inverse @ target, np.diag(inverse)
        surprise = np.abs(solved) / np.sqrt(precision)
        far = surprise > FAR * 1.001
        if not far.any():
            break
        noise = noise + np.where(far, ((surprise / FAR) ** 2 - 1) / precision, 0.0)
    inverse = _inverse(pairs.covariance(found), np.exp(found[NOISE]) + noise)[0]
    solved, precision = inverse @ target, np.diag(inverse)
    squares = (solved / precision) ** 2 / (1 / precision - (noise - given))
    unusual = float(np.clip(1 + (squares.mean() - 1) / UNUSUAL, 1.0, MOST_UNUSUAL))
    return DayModel(found, scale, days, solved, inverse, unusual)


def _inverse(covariance: Floats, noise: Floats) -> tuple[Floats, float]:
    """Inverse of the covariance with noise on its diagonal, and half the logarithm of its determinant."""
    factor = cho_factor(covariance + np.diag(noise), lower=True)
    return cho_solve(factor, np.eye(len(noise))), float(np.log(np.diag(factor[0])).sum())


def _fitted(start: Floats, target: Floats, pairs: Pairs, noise: Floats) -> Floats:
    bounds = [(centre - 4 * PRIOR_SD, centre + 4 * PRIOR_SD) for centre in PRIOR]
    options = {"maxiter": 40, "ftol": 1e-6}
    arguments = (target, pairs, noise)
    found = minimize(_misfit, start, args=arguments, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(found.x)


def _misfit(parameters: Floats, target: Floats, pairs: Pairs, noise: Floats) -> tuple[float, Floats]:
    """Negative log posterior of the parameters and its gradient."""
    level, weekday, mood, month, reopening = pairs.covariances(parameters)
    size = np.exp(parameters)
    inverse, half_log = _inverse(level + weekday + mood + month + reopening, size[NOISE] + noise)
    solved = inverse @ target
    weight = 0.5 * (inverse - np.outer(solved, solved))
    off = (parameters - PRIOR) / PRIOR_SD
    gradient = off / PRIOR_SD
    gradient[LEVEL] += np.vdot(weight, level)
    gradient[LEVEL_DAYS] += np.vdot(weight, level * pairs.apart) / size[LEVEL_DAYS]
    gradient[WEEKDAY] += np.vdot(weight, weekday)
    gradient[WEEKDAY_WEEKS] += np.vdot(weight, weekday * pairs.apart) / (pairs.week_length * size[WEEKDAY_WEEKS])
    gradient[MOOD] += np.vdot(weight, mood)
    gradient[MOOD_DAYS] += np.vdot(weight, mood * pairs.apart) / size[MOOD_DAYS]
    gradient[MONTH] += np.vdot(weight, month)
    gradient[MONTH_DAYS] += np.vdot(weight, month * pairs.turn) / size[MONTH_DAYS] ** 2
    gradient[REOPENING] += np.vdot(weight, reopening)
    gradient[NOISE] += np.trace(weight) * size[NOISE]
    return float(0.5 * target @ solved + half_log + 0.5 * off @ off), gradient
