"""Which sorts of trouble belong together (类别亲缘): what one cause is called by two callers.

「物业不作为」 and 「电梯坏了」 under one roof within a week are one cause far more often than chance would have them
there together. How much more often is counted over messages that share a rare place within days, and freed of the pairs
that only happen to meet: most sorts have nothing to do with one another, so what the middle pair of sorts shows is
chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.events.places import Longs

USUAL_PAIRS, LEAST, MOST = 3.0, 0.03, 300.0
"""Pairs that a rule of all sorts is worth beside those counted; least and most that a lift may be."""


def lifts(sort: NDArray[np.intp], pairs: Longs, sorts: int) -> tuple[NDArray[np.float64], float]:
    """(sorts, sorts): how many times likelier a message is of one sort when it has the cause of one of the other, than
    any message is (ones when there are no pairs); and the share of pairs that only happen to meet. `pairs` is
    (pairs, 2): texts of the same place within days."""
    if not len(pairs):
        return np.ones((sorts, sorts)), 1.0
    left, right = sort[pairs[:, 0]], sort[pairs[:, 1]]
    seen = np.zeros((sorts, sorts))
    np.add.at(seen, (left, right), 1.0)
    seen += seen.T
    margin = seen.sum(0) + 0.5
    expected = np.outer(margin, margin) / margin.sum()
    ratio = (seen / expected).ravel()
    order = np.argsort(ratio, kind="stable")
    weight = expected.ravel()[order].cumsum()
    chance = min(float(ratio[order][np.searchsorted(weight, weight[-1] / 2)]), 0.98)
    usual = np.full((sorts, sorts), chance)
    np.fill_diagonal(usual, np.trace(seen) / np.trace(expected))
    smooth = (seen + USUAL_PAIRS * usual) / (expected + USUAL_PAIRS)
    found = np.clip((smooth - chance) / (1.0 - chance), LEAST, MOST)
    found[-1, :] = found[:, -1] = 1.0
    return found, chance
