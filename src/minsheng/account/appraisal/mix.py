"""Fair comparison (公平比较): what each unit would reach with everybody's mix of cases, drawn in where it had few.

An order of unit u in cell c of the case mix ends well with the chance expit(difficulty_c + effect_u). Cells and units
are learnt together by marginal maximum likelihood (Bock & Aitkin, Psychometrika 1981), so that a cell is not called
hard because poor units handle it. Cells are drawn to what their covariates say (ridge, its strength estimated). The
distribution of effects among units is estimated too: free in form (Laird, JASA 1978), held near a normal one by `HELD`
units' worth of it; units are drawn in by it as empirical Bayes asks (Efron & Morris, JASA 1975). A free form learnt
from the same units takes a lone outlier for certain: intervals rest on the form spread by `SMOOTH`. Clustering within
unit and cell is measured and its orders counted for less accordingly (Williams, Applied Statistics 1982). Effects lie
on a grid of the log odds, so that small units have whole posterior distributions, not normal ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import expit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRID = np.linspace(-4.0, 4.0, 81)
HELD = 10.0
SMOOTH = 0.3
ROUNDS, ENOUGH = 200, 1e-4
LEAST_VARIANCE = 1e-4
SMOOTHER = np.exp(-((GRID[:, None] - GRID) ** 2) / (2 * SMOOTH**2))
SMOOTHER /= SMOOTHER.sum(axis=0)
"""Spreads a distribution on the grid by SMOOTH on the log odds."""
CLUSTERS_LEARNT_FROM = 4
"""Round from which on clustering is measured: before it cells are not learnt well enough."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Orders `n` and good ends `y` of `unit` in `cell`, one row each pair; `covariates` is (cells, columns), its first
    column ones."""

    unit: Ints
    cell: Ints
    n: Floats
    y: Floats
    covariates: Floats
    units: int

    def __post_init__(self) -> None:
        if np.any(self.y > self.n) or np.any(self.n <= 0) or np.any(self.y < 0):
            raise ValueError("Every row has orders, and no more good ends than orders: leave out rows without orders.")
        if not 0 < self.y.sum() < self.n.sum():
            raise ValueError("All ended well, or none: there is nothing to compare units by in this span.")


@dataclass(frozen=True, slots=True)
class Fair:
    """What was learnt.

    `posterior`, (units, grid), is over `effect`, log odds beside the average unit, for means and expected ranks;
    `cautious` the same under the spread form, for intervals; `difficulty` is by cell; `shares` the common mix of cells;
    `spread` the standard deviation of effects between units; `clustering` the correlation within unit and cell. By
    unit: `n` orders, `y` good ends, and `expected`, those of the average unit with its cases."""

    posterior: Floats
    cautious: Floats
    effect: Floats
    difficulty: Floats
    shares: Floats
    spread: float
    clustering: float
    n: Floats
    y: Floats
    expected: Floats

    @property
    def at_common_mix(self) -> Floats:
        """The share of good ends, by effect on the grid, at the common mix of cells."""
        return np.asarray(self.shares @ expit(self.difficulty[:, None] + self.effect))

    @property
    def rate(self) -> Floats:
        """Posterior mean of each unit's rate at the common mix."""
        return np.asarray(self.posterior @ self.at_common_mix)

    def interval(self, share: float = 0.95) -> tuple[Floats, Floats]:
        """Central interval that holds `share` of each unit's posterior, as rates at the common mix."""
        below = np.cumsum(self.cautious, axis=1) - self.cautious / 2
        rates, tail = self.at_common_mix, (1 - share) / 2
        low = np.array([np.interp(tail, row, rates) for row in below])
        high = np.array([np.interp(1 - tail, row, rates) for row in below])
        return low, high


def fair(outcomes: Outcomes) -> Fair:
    """Learn difficulties, the distribution of effects and every unit's posterior. ValueError when nothing differs."""
    state = _Learning(outcomes)
    for number in range(ROUNDS):
        if state.round(number) < ENOUGH and number > CLUSTERS_LEARNT_FROM:
            break
    o, cells = outcomes, len(outcomes.covariates)
    shares = _sum(o.cell, o.n, cells) / o.n.sum()
    return Fair(
        posterior=state.posterior_under(state.prior),
        cautious=state.posterior_under(SMOOTHER @ state.prior),
        effect=state.effect,
        difficulty=state.difficulty,
        shares=shares,
        spread=float(np.sqrt(state.prior @ state.effect**2)),
        clustering=state.clustering,
        n=_sum(o.unit, o.n, o.units),
        y=_sum(o.unit, o.y, o.units),
        expected=_sum(o.unit, o.n * expit(state.difficulty[o.cell]), o.units),
    )


class _Learning:
    """The state between two rounds of expectation and maximisation."""

    def __init__(self, outcomes: Outcomes) -> None:
        self.o = outcomes
        cells = len(outcomes.covariates)
        start = np.log(outcomes.y.sum() / (outcomes.n.sum() - outcomes.y.sum()))
        self.difficulty = np.full(cells, start)
        self.centre, self.between_cells = self.difficulty.copy(), 0.25
        self.effect, self.clustering = GRID.copy(), 0.0
        self.prior = _normal(self.effect, 0.0, 0.5)
        self.likely = np.zeros((outcomes.units, len(GRID)))
        self.posterior = np.tile(self.prior, (outcomes.units, 1))

    def round(self, number: int) -> float:
        """One round; how far the difficulties moved."""
        o, before = self.o, self.difficulty.copy()
        counted = 1 / (1 + (o.n - 1) * self.clustering)
        shape = (o.units, len(o.covariates))
        n = csr_matrix((o.n * counted, (o.unit, o.cell)), shape=shape)
        y = csr_matrix((o.y * counted, (o.unit, o.cell)), shape=shape)
        self._odds(n, y)
        self.posterior = self.posterior_under(self.prior)
        self._cells(np.asarray(n.T @ self.posterior), np.asarray(y.T @ self.posterior))
        self._units()
        if number >= CLUSTERS_LEARNT_FROM:
            self.clustering = self._clustering()
        return float(np.abs(self.difficulty - before).max())

    def posterior_under(self, prior: Floats) -> Floats:
        """Every unit's posterior on the grid, were effects distributed as `prior`."""
        likely = self.likely + np.log(np.maximum(prior, 1e-300))
        weights = np.exp(likely - likely.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def _odds(self, n: csr_matrix, y: csr_matrix) -> None:
        """Log likelihood of every unit's orders by effect."""
        odds = self.difficulty[:, None] + self.effect
        self.likely = np.asarray(y @ odds - n @ np.logaddexp(0, odds))

    def _cells(self, n: Floats, y: Floats) -> None:
        """Two steps of Newton for the difficulties, then the regression that they are drawn to."""
        held = 1 / self.between_cells
        for _ in range(2):
            chance = expit(self.difficulty[:, None] + self.effect)
            information = (n * chance * (1 - chance)).sum(axis=1)
            slope = (y - n * chance).sum(axis=1) - (self.difficulty - self.centre) * held
            self.difficulty = self.difficulty + np.clip(slope / (information + held), -1, 1)
        x = self.o.covariates
        known = information / (information + held)
        normal = (x.T * known) @ x + 1e-9 * np.eye(x.shape[1])
        self.centre = x @ np.linalg.solve(normal, (x.T * known) @ self.difficulty)
        rest = np.mean((self.difficulty - self.centre) ** 2 + 1 / (information + held))
        self.between_cells = max(float(rest), LEAST_VARIANCE)

    def _units(self) -> None:
        """The distribution of effects: the mean posterior, held near the normal one of its mean and spread."""
        found = self.posterior.mean(axis=0)
        mean = float(found @ self.effect)
        spread = float(np.sqrt(max(found @ (self.effect - mean) ** 2, LEAST_VARIANCE)))
        units = self.o.units
        self.prior = (units * found + HELD * _normal(self.effect, mean, spread)) / (units + HELD)
        shift = float(self.prior @ self.effect)
        self.effect, self.difficulty = self.effect - shift, self.difficulty + shift
        self.centre = self.centre + shift

    def _clustering(self) -> float:
        """Correlation of outcomes within unit and cell, by moments over the pairs with more than one order."""
        o = self.o
        many = o.n > 1
        if not many.any():
            return 0.0
        n, y = o.n[many], o.y[many]
        chance = expit(self.difficulty[o.cell[many], None] + self.effect)
        weights = self.posterior[o.unit[many]]
        alone = n * (weights * chance * (1 - chance)).sum(axis=1)
        squared = (weights * (y[:, None] - n[:, None] * chance) ** 2).sum(axis=1)
        more = n - 1
        found = ((squared / np.maximum(alone, 1e-9) - 1) * more).sum() / (more**2).sum()
        return float(np.clip(found, 0.0, 0.95))


def _sum(by: Ints, values: Floats, length: int) -> Floats:
    return np.bincount(by, values, length).astype(np.float64)


def _normal(at: Floats, mean: float, spread: float) -> Floats:
    weights = np.exp(-(((at - mean) / spread) ** 2) / 2)
    return np.asarray(weights / weights.sum())
