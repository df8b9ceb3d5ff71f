"""Chances of one sign (机会): how surprising each unit's hits would be if it were honest.

Counts leave gaps, so a chance has two ends: that of more hits, and that of as many or more. Told is the middle of both
(mid-p: Lancaster, JASA 1961)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FALSE_LEADS = 0.05
"""Of the leads of one sign, so many may be false on average."""
LEAST_P = 1e-12


@dataclass(frozen=True, slots=True)
class Chances:
    """By unit the chance of `more` hits than it has, and that of `exactly` so many, at an honest unit like it."""

    units: NDArray[np.str_]
    more: Floats
    exactly: Floats

    @property
    def mid(self) -> Floats:
        """The chance that is told."""
        return np.asarray(np.clip(self.more + self.exactly / 2, LEAST_P, 1.0))


def false_shares(p: Floats) -> Floats:
    """For each chance the least share of false leads (q) at which it would be called (Benjamini and Hochberg, JRSS B
    1995)."""
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
