"""Has it ended meanwhile (是否已经治好): the chance that a return was removed within the last year, from its silence.

A place that brought requests at the same weeks of earlier years and has brought none since some week was probably
repaired in that week. The course of earlier years, smoothed, says how many requests the weeks since then should have
brought; the silence is weighed by a negative binomial against the few that an ordinary place would have brought."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from minsheng.foresee.seasons.years import MOST_YEARS, WEEKS_A_YEAR

Floats = NDArray[np.float64]
SMOOTH_WEEKS = 7
SHAPE = 4.0
"""Shape of what a year's strength varies by."""


def course_of_earlier_years(counts: Floats) -> Floats:
    """Mean requests of earlier years in each of the last 52 weeks: series × 52; 0 where no earlier year was seen."""
    until = counts.shape[1]
    total, years = np.zeros((len(counts), 52)), np.zeros(52)
    smooth = np.pad(counts.astype(np.float64), ((0, 0), (SMOOTH_WEEKS // 2, SMOOTH_WEEKS // 2)), mode="edge")
    smooth = np.lib.stride_tricks.sliding_window_view(smooth, SMOOTH_WEEKS, axis=1).mean(axis=2)
    for back in range(1, MOST_YEARS):
        at = np.arange(until - 52, until) - round(WEEKS_A_YEAR * back)
        seen = at >= 0
        total[:, seen] += smooth[:, at[seen]]
        years[seen] += 1
    return np.asarray(total / np.maximum(years, 1))


def quiet_rate(counts: Floats) -> Floats:
    """Requests a week in the middling four weeks of a series' own year: what is left when its season is taken away."""
    bins = np.arange(counts.shape[1]) % 52 // 4
    return np.median([counts[:, bins == month].mean(axis=1) for month in range(13)], axis=0)


def ended(counts: Floats, ordinary: Floats, hazard: float) -> Floats:
    """The chance of each series that its return ended in some week of the last 52, which a priori is `hazard`; counts
    are series × weeks, `ordinary` what the series would bring in a week without it."""
    if counts.shape[1] <= 52:
        return np.full(len(counts), hazard)
    course = course_of_earlier_years(counts)
    after = np.cumsum(course[:, ::-1], axis=1)[:, ::-1]
    seen = np.cumsum(counts[:, :-53:-1], axis=1)[:, ::-1]
    usual = np.maximum(np.cumsum(np.minimum(ordinary[:, None], course)[:, ::-1], axis=1)[:, ::-1], 1e-3)
    mean = np.maximum(after, 1e-3)
    gone = seen * np.log(usual) - usual
    goes_on = gammaln(seen + SHAPE) - gammaln(SHAPE) + seen * np.log(mean / SHAPE)
    goes_on -= (seen + SHAPE) * np.log1p(mean / SHAPE)
    weight = course / np.maximum(course.sum(axis=1, keepdims=True), 1e-9)
    odds = (weight * np.exp(np.clip(gone - goes_on, -50, 50))).sum(axis=1)
    odds = np.where(course.sum(axis=1) > 0, odds, 1.0)
    return np.asarray(hazard * odds / (1 - hazard + hazard * odds))
