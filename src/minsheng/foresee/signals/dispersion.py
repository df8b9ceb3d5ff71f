"""How much more than chance each series scatters (离散度): its own history weighed against series of like size.

The dispersion is Pearson's: the mean of (count − mean)² / mean. On sparse series it says little, so that it is drawn
towards the mean of series of like rate by its credibility (Bühlmann 1967): the share of the scatter between estimates
that is true difference between series. That share is learnt from series with at least RICH events; sparser ones take
the value of the sparsest of these, because their own estimates are low whenever few events came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RICH = 30.0
ENOUGH = 100
PER_CLASS = 150
CLASSES = 4
USUAL_EXCESS, USUAL_VARIANCE, USUAL_WEIGHT = 0.5, 0.25, 3.0
LEAST = 1.02
COST = 2.0


@dataclass(frozen=True, slots=True)
class Scatter:
    """What histories say: Pearson's sum of squares, periods counted, and mean rate; each (series,)."""

    squares: Floats
    periods: Floats
    rate: Floats

    @property
    def found(self) -> Floats:
        """The dispersion of each series from its own history alone."""
        return self.squares / self.periods


@dataclass(frozen=True, slots=True)
class Usual:
    """Mean and variance of the dispersion between series, by classes of log rate; each (classes,)."""

    log_rate: Floats
    mean: Floats
    variance: Floats

    def at(self, rate: Floats) -> tuple[Floats, Floats]:
        """Mean and variance at the given rates, interpolated."""
        at = np.log(rate)
        return np.interp(at, self.log_rate, self.mean), np.interp(at, self.log_rate, self.variance)


def scatter(y: Floats, mean: Floats, weight: Floats, seen: Floats) -> Scatter:
    """The scatter of y around `mean` (both series × periods), by `weight`; `seen` is 1 where a period counts at all."""
    squares = (weight * (y - mean) ** 2 / np.maximum(mean, 1e-9)).sum(axis=1)
    counted = weight.sum(axis=1)
    periods = np.maximum(counted - COST, 0.5)
    rate = ((mean * seen).sum(axis=1) + 1e-6) / (seen.sum(axis=1) + 1e-3)
    return Scatter(squares, periods, rate)


def learn_usual(seen: Scatter) -> Usual:
    """Mean and variance of the dispersion between series, by classes of rate."""
    total = seen.rate * seen.periods
    rich = np.flatnonzero(total >= min(RICH, np.sort(total)[-min(len(total), ENOUGH)]))
    order = rich[np.argsort(seen.rate[rich], kind="stable")]
    classes = np.array_split(order, int(np.clip(len(order) // PER_CLASS, 1, CLASSES)))
    rows = [_of_class(seen.found[of], seen.periods[of], seen.rate[of]) for of in classes]
    return Usual(*np.array(rows).T)


def _of_class(found: Floats, periods: Floats, rate: Floats) -> tuple[float, float, float]:
    """Log rate, mean and variance of one class by moments; the usual values count as a few more series."""
    n, extra = len(found), USUAL_WEIGHT
    mean = max(LEAST, (found.sum() + extra * (1.0 + USUAL_EXCESS)) / (n + extra))
    raw = float(((found - mean) ** 2).mean())
    variance = USUAL_VARIANCE
    for _ in range(3):
        variance = max(raw - float((_noise(mean, variance, rate) / periods).mean()), (0.03 * mean) ** 2)
    return float(np.log(rate).mean()), mean, (variance * n + USUAL_VARIANCE * extra) / (n + extra)


def _noise(mean: Floats | float, variance: Floats | float, rate: Floats) -> Floats:
    """The variance of one Pearson term of a negative binomial count."""
    return (mean**2 + variance) * (2.0 + (6.0 * (mean - 1.0) + 1.0 / mean) / rate)


def credible(seen: Scatter, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The dispersion of each series and the variance left in it, given the usual mean and variance at its rate."""
    own = variance / (variance + _noise(mean, variance, seen.rate) / seen.periods)
    return np.maximum(own * seen.found + (1.0 - own) * mean, LEAST), (1.0 - own) * variance
