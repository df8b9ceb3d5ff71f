"""What is usual of a category at a place (常态): the level, the common course and the bursts, where names say category
and place.

The level of a series is its category's mean times the size of its place to the power that fits the category best (0,
½ or 1): inquiries grow with the people, a yard's noise does not. Size is what the place's other categories bring.
Bursts are single cells far above the level; their chance by category and their sizes are learnt from the panel by
EM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from minsheng.foresee.seasons.ordinary import Kin

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
POWERS = (0.0, 0.5, 1.0)
SMALL_PLACE = 0.2
"""Of the mean place, added to each: an empty place is not without people."""
SHAPES = (4.0, 20.0)
CUT = 3.0
"""Totals above so many times the usual do not widen the levels' prior."""
COURSE_REQUESTS = 50.0
SAMPLE, ROUNDS = 20_000, 15
BURST_CHANCES, FIRST_CHANCE, PRIOR_EXPOSED = (1e-4, 0.5), 0.01, 300.0
SHAPE = 12.0


@dataclass(frozen=True, slots=True)
class Usual:
    """By series its category and usual total; by category the number of series, the shape of the levels' Gamma prior,
    the course over the cells (shares) and the chance of a burst; the shares of burst sizes; sizes of places relative
    to the mean, by series."""

    group: Ints
    total: Floats
    alike: Floats
    shape: Floats
    course: Floats
    burst: Floats
    burst_sizes: Floats
    size: Floats

    def expected(self, rows: Ints) -> Floats:
        """Usual requests of some series in each cell."""
        return np.asarray(self.total[rows][:, None] * self.course[self.group[rows]])

    def burst_chance(self, rows: Ints) -> Floats:
        """The chance of a burst in a cell of some series."""
        return np.clip(self.burst[self.group[rows]] * self.size[rows], *BURST_CHANCES)


def usual_of(cells: NDArray[np.int64], kin: Kin, teaches: Floats) -> Usual:
    """What is usual in a panel of cells (series × cells), each series taken by the weight at which it teaches that."""
    group, groups = kin.group, int(kin.group.max()) + 1
    total = cells.sum(axis=1).astype(np.float64)
    level, size, shape = _levels(total, kin, teaches)
    by_cell = np.stack([np.bincount(group, column * teaches, minlength=groups) for column in cells.T], axis=1)
    of_group = by_cell.sum(axis=1, keepdims=True)
    believed = of_group / (of_group + COURSE_REQUESTS)
    own = by_cell / np.maximum(of_group, 1)
    course = believed * own + (1 - believed) * by_cell.sum(axis=0) / max(float(of_group.sum()), 1.0)
    alike = np.bincount(group, minlength=groups).astype(np.float64)
    none = np.zeros(groups)
    usual = Usual(group, level, alike, shape, course, none + FIRST_CHANCE, np.ones(int(cells.max()) + 1), size)
    return _with_bursts(usual, cells, teaches)


def _levels(total: Floats, kin: Kin, teaches: Floats) -> tuple[Floats, Floats, Floats]:
    """Usual totals, relative sizes, and the shape of the levels' prior by category (moments of cut totals)."""
    assert kin.place is not None
    group, groups = kin.group, int(kin.group.max()) + 1

    def sum_of(values: Floats) -> Floats:
        return np.bincount(group, values * teaches, minlength=groups).astype(np.float64)

    number = sum_of(np.ones(len(total)))
    rest = np.bincount(kin.place, total * teaches)[kin.place] - total * teaches
    people = rest + SMALL_PLACE * rest.mean() + 0.5
    mean = (sum_of(total)[group] - total * teaches + 0.5) / np.maximum(number[group] - teaches, 1)
    usual, best = mean, np.full(groups, -np.inf)
    for power in POWERS:
        size = people**power
        tried = mean * size / (sum_of(size) / np.maximum(number, 1e-9))[group]
        fit = sum_of(total * np.log(tried) - (total + 1) * np.log1p(tried))
        usual = np.where((fit > best)[group], tried, usual)
        best = np.maximum(fit, best)
    cut = np.minimum(total, np.maximum(CUT * usual, CUT))
    beyond = sum_of((cut - usual) ** 2 - cut)
    shape = np.clip((sum_of(usual**2) + 1) / np.maximum(beyond + 0.5, 1e-9), *SHAPES)
    return usual, usual / (sum_of(usual) / np.maximum(number, 1e-9))[group], shape


def _with_bursts(usual: Usual, cells: NDArray[np.int64], teaches: Floats) -> Usual:
    """The same, the chance and sizes of bursts learnt from an even sample of the series that teach."""
    teach = np.flatnonzero(teaches > 0.5)
    rows = teach[np.unique(np.linspace(0, len(teach) - 1, SAMPLE).astype(np.intp))]
    seen, mean, group = cells[rows], np.maximum(usual.expected(rows), 1e-6), usual.group[rows]
    log = gammaln(seen + SHAPE) - gammaln(SHAPE) - gammaln(seen + 1)
    ordinary = np.exp(log + seen * np.log(mean / (mean + SHAPE)) - SHAPE * np.log1p(mean / SHAPE))
    some = (np.arange(len(usual.burst_sizes)) > 0).astype(np.float64)
    sizes = some * 0.7 ** np.arange(len(some))
    sizes /= max(float(sizes.sum()), 1e-9)
    chances, exposed = usual.burst, np.bincount(group, usual.size[rows] * cells.shape[1], minlength=len(usual.burst))
    for _ in range(ROUNDS):
        chance = np.clip(chances[group] * usual.size[rows], *BURST_CHANCES)[:, None]
        bursting = chance * sizes[seen]
        bursting /= bursting + (1 - chance) * ordinary
        sizes = np.bincount(seen.ravel(), bursting.ravel(), minlength=len(some)) + 0.1 * some
        sizes /= max(float(sizes.sum()), 1e-9)
        had = np.bincount(group, bursting.sum(axis=1), minlength=len(chances))
        chances = (had + had.sum() / max(float(exposed.sum()), 1e-9) * PRIOR_EXPOSED) / (exposed + PRIOR_EXPOSED)
    return Usual(
        usual.group, usual.total, usual.alike, usual.shape, usual.course, chances, np.maximum(sizes, 1e-12), usual.size
    )
