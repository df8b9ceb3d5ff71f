"""How surprising a count is (似然比): the log-likelihood ratio of the scan statistic, its inverse, and its p-value.

Given the total, the count inside a cylinder against that outside it: Kulldorff 1997 (Communications in Statistics
26:1481) for the Poisson model; Kulldorff, Heffernan, Hartman, Assunção and Mostashari 2005 (PLoS Medicine 2:e59) for
the space-time permutation model, which takes the same form. The Gumbel p-value: Abrams, Kulldorff and Kleinman 2010
(International Journal of Health Geographics 9:61)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
HALVINGS = 60
ENOUGH = 10
DUST = 1e-9
SMALLEST = float(np.finfo(np.float64).tiny)


def log_likelihood_ratio(seen: Ints | Floats | float, expected: Floats | float, total: int) -> Floats:
    """ln(likelihood ratio) of `seen` cases inside and `total` − `seen` outside where `expected` and `total` −
    `expected` were due; 0 where no more were seen than expected. Arguments broadcast."""
    seen, expected = np.broadcast_arrays(np.asarray(seen, dtype=np.float64), np.asarray(expected, dtype=np.float64))
    ratio = np.zeros(seen.shape)
    more = (seen > expected) & (expected > 0.0)
    c, due = seen[more], expected[more]
    rest, rest_due = total - c, np.maximum(total - due, 0.0)
    ratio[more] = xlogy(c, c / due) + xlogy(rest, rest / np.where(rest_due > 0.0, rest_due, 1.0))
    return ratio


def largest_expected(level: float, total: int, least_cases: int) -> Floats:
    """For each count 1 … `total` the largest expectation at which its log-likelihood ratio still reaches `level`:
    rising, and −1 for counts under `least_cases`.

    Its place in this list tells, by binary search, the count that a cylinder needs; counts are compared instead of
    logarithms taken."""
    seen = np.arange(1.0, total + 1.0)
    low, high = np.zeros(total), seen.copy()
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        reached = log_likelihood_ratio(seen, middle, total) >= level
        low, high = np.where(reached, middle, low), np.where(reached, high, middle)
    low[: max(least_cases - 1, 0)] = -1.0
    return low


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance alone reaches: the highest log-likelihood ratio of each replicate."""

    maxima: Floats

    def monte_carlo(self, llr: float) -> float:
        """(1 + replicates that reach `llr`) / (1 + replicates): never under-states, cannot fall below its grain."""
        return float(1 + self.reached(llr)) / (1 + len(self.maxima))

    def gumbel(self, llr: float) -> float:
        """P(maximum ≥ `llr`) of the Gumbel distribution with the replicates' mean and standard deviation."""
        spread = float(np.std(self.maxima, ddof=1)) if len(self.maxima) > 1 else 0.0
        if spread == 0.0:
            return self.monte_carlo(llr)
        scale = spread * np.sqrt(6.0) / np.pi
        mode = float(np.mean(self.maxima)) - np.euler_gamma * scale
        return max(float(-np.expm1(-np.exp(-(llr - mode) / scale))), SMALLEST)

    def p(self, llr: float) -> float:
        """Monte Carlo where at least ENOUGH replicates reach `llr`; in the tail beyond, Gumbel."""
        return self.monte_carlo(llr) if self.reached(llr) >= ENOUGH else self.gumbel(llr)

    def reached(self, llr: float) -> int:
        """Replicates whose maximum is `llr` or more, rounding apart."""
        return int(np.count_nonzero(self.maxima >= llr - DUST))
