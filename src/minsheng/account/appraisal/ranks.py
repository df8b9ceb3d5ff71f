"""Places with their uncertainty (位次及区间): expected ranks and the interval in which a unit's rank lies.

The rank that errs least in square is the posterior expectation of the rank, not the rank of the posterior mean (Laird &
Louis, JEBS 1989; Lin, Louis, Paddock & Ridgeway, Bayesian Analysis 2006). Ranks without intervals mislead (Goldstein &
Spiegelhalter, JRSS A 1996): there is no function here that gives the one without the other. Also here: James and
Stein's estimator as Efron & Morris (JASA 1975) used it, the yardstick of shrinkage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rank 1 is best. `expected` is the mean rank, `low` to `high` hold at least `share` of it."""

    expected: Floats
    low: Ints
    high: Ints
    share: float


def ranks(
    posterior: Floats,
    rng: np.random.Generator,
    *,
    cautious: Floats | None = None,
    share: float = 0.95,
    draws: int = DRAWS,
) -> Ranks:
    """Ranks among units whose effects have the posteriors `posterior`, (units, grid), the grid rising.

    The expectation is exact on the grid, where two units at one point are half before each other; the interval comes
    from `draws` joint draws of `cautious` (else of `posterior`)."""
    units = len(posterior)
    at_most = np.cumsum(posterior, axis=1) - posterior / 2
    above = units - at_most.sum(axis=0)
    itself = 1 - at_most
    expected = 1 + (posterior * (above - itself)).sum(axis=1)
    sums = np.cumsum(posterior if cautious is None else cautious, axis=1)
    sums /= sums[:, -1:]
    drawn = np.empty((draws, units))
    for unit, row in enumerate(sums):
        drawn[:, unit] = np.searchsorted(row, rng.random(draws)) + rng.random(draws)
    places = np.argsort(np.argsort(-drawn, axis=1), axis=1) + 1
    tail = (1 - share) / 2
    low = np.quantile(places, tail, axis=0, method="lower").astype(np.int64)
    high = np.quantile(places, 1 - tail, axis=0, method="higher").astype(np.int64)
    return Ranks(expected, low, high, share)


def james_stein(values: Floats, variance: float) -> Floats:
    """`values` (four or more, each with sampling variance `variance`) drawn to their mean: mean + (1 − (k − 3) ×
    variance ÷ Σ(value − mean)²) × (value − mean). ValueError below four values."""
    if len(values) < 4:
        raise ValueError("Drawing values to their own mean takes at least four of them.")
    mean = values.mean()
    kept = 1 - (len(values) - 3) * variance / ((values - mean) ** 2).sum()
    return np.asarray(mean + max(kept, 0.0) * (values - mean))
