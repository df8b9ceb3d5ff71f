"""The predictive distribution of a count (预测分布): negative binomial, with what is not known counted in.

Given its mean a count is negative binomial with variance dispersion × mean. The mean is an estimate: a Gamma
distribution around it adds mean² × variance of the log mean. The dispersion is an estimate too: two values with the
mean, the variance and the skewness of what is known about it stand for its distribution.

P(Y > y) and P(Y ≥ y) are those of the count given the total with the history, the similar test that is exact for
Poisson counts: as predictive tails, the first takes the history as it is, the second with one event more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
LEAST = 1.01
FEW = 6.0
SCAN = 48
PAUSE = 4
SLICE = 8192
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of counts to come: mean, variance of the log mean (`spread`), dispersion and its variance
    (`doubt`); all of one shape."""

    mean: Floats
    spread: Floats
    dispersion: Floats
    doubt: Floats

    def at(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Outlook:
        """The chosen elements."""
        return Outlook(self.mean[chosen], self.spread[chosen], self.dispersion[chosen], self.doubt[chosen])


def tails(y: Floats, outlook: Outlook) -> tuple[Floats, Floats]:
    """P(Y > y) and P(Y ≥ y)."""
    above, at_least = np.zeros(y.shape), np.zeros(y.shape)
    one_more = outlook.mean * (1.0 + outlook.spread)
    for share, dispersion in _nodes(outlook):
        above += share * exceeds(y, outlook.mean, dispersion)
        at_least += share * exceeds(y - 1.0, one_more, dispersion)
    return above, np.where(y > 0, np.minimum(at_least, 1.0), 1.0)


def exceeds(y: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(Y > y) of a negative binomial count with variance = dispersion × mean, for y ≥ −1."""
    chance = np.ones(y.shape)
    size, odds = mean / (dispersion - 1.0), 1.0 - 1.0 / dispersion
    many = np.flatnonzero(y > FEW)
    chance[many] = betainc(y[many] + 1.0, size[many], odds[many])
    few = np.flatnonzero((y <= FEW) & (y >= 0))
    if len(few):
        y, size, odds = y[few], size[few], odds[few]
        term = np.exp(size * np.log1p(-odds))
        left = 1.0 - term
        for k in range(int(y.max())):
            term *= (size + k) * odds / (k + 1.0)
            left -= term * (y > k)
        chance[few] = np.maximum(left, TINY)
    return chance


def _nodes(outlook: Outlook) -> list[tuple[Floats, Floats]]:
    """Two weighted dispersions: mean and variance as known, skewness of a Gamma distribution above 1; each with the
    variance that the estimated mean adds."""
    sigma = np.sqrt(outlook.doubt)
    bend = sigma / (outlook.dispersion - 1.0)
    reach = np.sqrt(1.0 + bend**2)
    high = outlook.dispersion + sigma * (bend + reach)
    low = np.maximum(outlook.dispersion + sigma * (bend - reach), LEAST)
    share = 0.5 * (1.0 - bend / reach)
    added = outlook.mean * outlook.spread
    return [(share, high + added), (1.0 - share, low + added)]


def limits(needed: Floats, outlook: Outlook) -> Floats:
    """The largest count whose P(Y ≥ y) is above `needed`: −1 where even 0 is not needed for an alarm."""
    limit = _scan(needed, outlook)
    far = np.flatnonzero(np.isnan(limit))
    if len(far):
        limit[far] = _search(needed[far], outlook.at(far))
    return limit


def _scan(needed: Floats, outlook: Outlook) -> Floats:
    """`limits` by adding up probabilities from 0; NaN where SCAN terms do not suffice."""
    limit = np.full(needed.shape, np.nan)
    limit[needed >= 1.0] = -1.0
    active = np.flatnonzero((needed < 1.0) & (outlook.mean * (1.0 + outlook.spread) < SCAN / 2))
    for begin in range(0, len(active), SLICE):
        part = active[begin : begin + SLICE]
        limit[part] = _scanned(needed[part], outlook.at(part))
    return limit


def _scanned(needed: Floats, outlook: Outlook) -> Floats:
    """One slice of `_scan`; what is decided leaves the slice every PAUSE terms."""
    mean = outlook.mean * (1.0 + outlook.spread)
    share, dispersion = (np.array(part) for part in zip(*_nodes(outlook), strict=True))
    size, odds = mean / (dispersion - 1.0), 1.0 - 1.0 / dispersion
    term = share * np.exp(-size * np.log(dispersion))
    left = 1.0 - needed - term.sum(axis=0)
    limit = np.full(needed.shape, np.nan)
    active, found = np.arange(len(needed)), np.zeros(len(needed))
    for y in range(SCAN):
        found += left > 0.0
        if y % PAUSE == PAUSE - 1:
            done = left <= 0.0
            limit[active[done]] = found[done]
            keep = ~done
            active, found, left = active[keep], found[keep], left[keep]
            term, size, odds = term[:, keep], size[:, keep], odds[:, keep]
            if not len(active):
                break
        term *= (size + y) * odds
        term /= y + 1.0
        left -= term[0]
        left -= term[1]
    return limit


def _search(needed: Floats, outlook: Outlook) -> Floats:
    """`limits` by bisection, for counts too large to add up."""
    low = np.full(needed.shape, -1.0)
    spread = np.sqrt(outlook.mean * (outlook.dispersion + np.sqrt(outlook.doubt) + outlook.mean * outlook.spread))
    high = np.ceil(outlook.mean + 4.0 * spread)
    open_ = np.flatnonzero(tails(high, outlook)[1] > needed)
    while len(open_):
        low[open_], high[open_] = high[open_], 2.0 * high[open_]
        open_ = open_[tails(high[open_], outlook.at(open_))[1] > needed[open_]]
    while np.any(high - low > 1.0):
        middle = np.floor((low + high) / 2.0)
        under = tails(middle, outlook)[1] > needed
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return low
