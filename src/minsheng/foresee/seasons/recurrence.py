"""Does it come back (周而复始还是一时之事): the odds of a return against chance and against single bad years.

In each past occurrence a series was ordinary, or had a burst of its own (with a chance that is estimated, of a size
that is drawn anew each time), or took part in a return: a run of consecutive years in which it stood above the
ordinary by one and the same factor. One bad summer is thus a burst; what stood out two or three times by the same
factor is a return. Counts are negative binomial; the factor and what is not known of the ordinary level are summed
over grids of the logarithm; the sizes and the chance of bursts and the prior odds of a return are learnt from the panel
by EM. Returns are half of sizes such as bursts have, half rather small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from minsheng.foresee.seasons.ordinary import Seen

Floats = NDArray[np.float64]
STEP = 0.25
LEVELS = np.exp(STEP * np.arange(-10, 11))
FACTORS = np.exp(STEP * np.arange(2, 21))
SMALLER_RATHER = FACTORS**-0.5 / (FACTORS**-0.5).sum()
POINTS = np.exp(STEP * np.arange(-10, 31))
PRONE_SHARES = np.array([0.5, 0.3, 0.15, 0.05])
KEEPS, KEEPS_YEARS = 0.85, 20.0
"""A priori a return comes again in the next year with this chance, as sure as so many years seen."""
BEGINS, BEGINS_RETURNS = 0.02, 10.0
"""A priori a return begins in a given later year with this chance, as sure as so many returns seen."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a panel teaches: by series the chance of a burst in a season of the second of LENGTHS, the shares of FACTORS
    among bursts and among returns, and how prone to bursts series are beside their mean, by PRONE_SHARES of them."""

    burst: Floats
    bursts: Floats
    returns: Floats
    prone: Floats


def prone_of(shape: float) -> Floats:
    """How prone the series of each of PRONE_SHARES are, when that is Gamma of mean 1 and this shape."""
    points = gamma.ppf(np.cumsum(PRONE_SHARES) - PRONE_SHARES / 2, shape, scale=1 / shape)
    return np.asarray(points / (points @ PRONE_SHARES))


def spread(shares: Floats) -> Floats:
    """The matrix that takes shares over LEVELS to shares over POINTS when a factor is applied: levels × points."""
    matrix = np.zeros((len(LEVELS), len(POINTS)))
    for j, share in enumerate(shares):
        matrix[np.arange(len(LEVELS)), np.arange(len(LEVELS)) + 2 + j] = share
    return matrix


def levels_of(shape: Floats) -> Floats:
    """Shares over LEVELS of a Gamma of mean 1 and the given shapes: series × levels."""
    alpha = np.minimum(shape, 30.0)[:, None]
    log = alpha * (np.log(LEVELS) - LEVELS)
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def likelihoods(seen: Seen) -> Floats:
    """The negative binomial likelihood of each count at each of POINTS times the expected, up to a factor that does
    not depend on the point: series × years × points."""
    mean = np.maximum(seen.expected, 1e-6)[:, :, None] * POINTS
    shape = seen.shape[:, :, None]
    log = seen.counts[:, :, None] * np.log(mean) - (seen.counts[:, :, None] + shape) * np.log1p(mean / shape)
    return np.asarray(np.exp(log - log.max(axis=2, keepdims=True)))


def paths_of(years: int) -> list[tuple[int, int]]:
    """First and last year of every run of years."""
    return [(s, e) for s in range(years) for e in range(s, years)]


def path_prior(years: int, since: int, keeps: float, begins: float) -> Floats:
    """The chance of each run of years given that there is a return; none begins before year `since`, the first that
    was observed, and each later year has the chance `begins` to be the first."""
    later = years - 1 - since
    chances = []
    for start, end in paths_of(years):
        start_chance = 0.0 if start < since else begins if start > since else max(1 - later * begins, 0.1)
        chances.append(start_chance * keeps ** (end - start) * (1.0 if end == years - 1 else 1 - keeps))
    return np.array(chances) / sum(chances)


def odds(seen: Seen, learnt: Learnt, burst_chance: Floats) -> Floats:
    """The likelihood of every run of years relative to no return: series × paths."""
    like, levels = likelihoods(seen), levels_of(seen.level_shape)
    years = like.shape[1]
    ordinary, burst = like[:, :, : len(LEVELS)], like @ spread(learnt.bursts).T
    none, each = np.zeros(len(like)), np.zeros(like.shape[:2])
    for share, times in zip(PRONE_SHARES, learnt.prone, strict=True):
        chance = np.minimum(burst_chance * times, 0.7)[:, None, None]
        mixed = (1 - chance) * ordinary + chance * burst
        none += share * (levels * mixed.prod(axis=1)).sum(axis=1)
        each += share * np.einsum("sl,syl->sy", levels, mixed)
    stands = levels @ spread(learnt.returns)
    found = np.empty((len(like), len(paths_of(years))))
    for number, (s, e) in enumerate(paths_of(years)):
        rest = each[:, :s].prod(axis=1) * each[:, e + 1 :].prod(axis=1)
        found[:, number] = (stands * like[:, s : e + 1].prod(axis=1)).sum(axis=1) * rest / none
    return found
