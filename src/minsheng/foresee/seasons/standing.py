"""What goes on year after year (年年如此): places that keep asking about one category, and the course that those places
share.

A trouble that is never cured shows less in one bad season than in requests of all years, few at a time, in the weeks in
which its kin elsewhere ask as well. Each series is, in cells of four weeks, ordinary (the place's share of the
category's common course, and bursts that come and pass); or in one run it brings requests besides, at a rate of its
own: a returning trouble, that mostly began before the data, hardly ever ends and follows the course of its category's
other returning troubles; or a passing one, that begins and ends at any time, with an even course. Runs are hidden
Markov chains (forward and backward sums, Rabiner 1989); courses, chances of both sorts by category and their hazards of
ending are learnt by EM (Baum–Welch). The silence of the cells in which the kin asked says that a trouble has ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from minsheng.foresee.seasons.ordinary import Kin
from minsheng.foresee.seasons.usual import Usual, usual_of

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
CELL_WEEKS = 4
YEAR_CELLS = 13
LEAST_CELLS = 17
"""Before so many cells are over (a year and a season), nothing is known to go on."""
MOST_IN_CELL = 60
RATES = np.exp(np.linspace(np.log(0.2), np.log(40.0), 14))
"""Requests that a trouble brings in an average cell; each as likely a priori."""
ORDINARY_SHAPE, TROUBLE_SHAPE = 12.0, 4.0
"""Shapes of what ordinary cells, and those of a trouble, vary by."""
LEVELS = np.array([0.4, 0.7, 1.0, 1.5, 2.2, 3.3])
BACKGROUND = 0.5
"""The ordinary share that is left in a run's cells: most of what is usual there is then the trouble's own."""
LEAST_REQUESTS, LEAST_BUSY_CELLS, MOST_TRIED = 5, 4, 4000
BEGINS = {"returning": 0.1, "passing": 0.7}
"""The chance that a trouble began within the data, not before."""
HAZARDS = {"returning": 0.02, "passing": 0.1}
HAZARD_CELLS = {"returning": 150.0, "passing": 50.0}
"""A priori a trouble ends in the next cell with this chance, as sure as so many cells seen."""
PRIOR_SHARE, PRIOR_SERIES = 2e-3, 200.0
COURSE_PRIOR, CELL_PRIOR = 2.0, 1.5
"""Requests expected at which a category's course through the year, and its own cells, are believed by half."""
COURSE_SHAPES = (20.0, 1000.0)
"""Shapes of what the cells of a year vary by, where there is a season and where there is none."""
KIN = 2.0
"""Others of a category that return, at which a season in common is as likely as not before their course is seen."""
LOOKS, ROUNDS = 2, 10


@dataclass(frozen=True, slots=True)
class Standing:
    """By series the chance that there was a returning trouble, and that it goes on; by category and cell of the year
    (the first begins where the last 52 weeks of the data do) how much more than on average the returning ask; and the
    chance that a returning trouble lasts a year; `asked` is False where nothing could be told."""

    was: Floats
    goes_on: Floats
    course: Floats
    lasts_a_year: float = 1.0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What runs of one sort say, by series: the likelihood relative to none, the chance that it goes on if there is
    one, and the chances of every rate and cell in which it was on."""

    likelihood: Floats
    goes_on: Floats
    on: Floats


def standing(counts: NDArray[np.int64], kin: Kin) -> Standing:
    """Which series have a trouble that returns, from counts (series × weeks that are over). Where names do not say
    place and category, or little more than one year is seen, none has."""
    groups = int(kin.group.max()) + 1
    cells = _cells(counts)
    was, goes_on, course = np.zeros(len(cells)), np.zeros(len(cells)), np.ones((groups, YEAR_CELLS))
    if kin.place is None or cells.shape[1] < LEAST_CELLS:
        return Standing(was, goes_on, course)
    trouble, lasts = np.zeros(len(cells)), 1.0
    for _ in range(LOOKS):
        usual = usual_of(cells, kin, 1 - trouble)
        tried = _tried(cells, usual)
        if not len(tried):
            break
        learner = _Learner(cells[tried], kin.group[tried], usual, tried)
        for _ in range(ROUNDS):
            learner.learn()
        was[:], goes_on[:], trouble[:] = 0, 0, 0
        was[tried], trouble[tried] = learner.chance["returning"], sum(learner.chance.values())
        was[tried] *= learner.is_seasonal()
        goes_on[tried], course = was[tried] * learner.returning.goes_on, learner.of_year
        lasts = learner.lasts_a_year()
    return Standing(was, goes_on, course, lasts, True)


def _cells(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    number = counts.shape[1] // CELL_WEEKS
    last = counts[:, counts.shape[1] - number * CELL_WEEKS :]
    return np.minimum(last.reshape(len(counts), number, CELL_WEEKS).sum(axis=2), MOST_IN_CELL)


def _tried(cells: NDArray[np.int64], usual: Usual) -> Ints:
    """The series that can have a trouble: above the usual, and not in a few cells alone."""
    total = cells.sum(axis=1)
    above = (total - usual.total) / np.sqrt(usual.total + usual.total**2 / usual.shape[usual.group])
    fit = np.flatnonzero((total >= LEAST_REQUESTS) & ((cells > 0).sum(axis=1) >= LEAST_BUSY_CELLS) & (above > 1))
    return np.sort(fit[np.argsort(-above[fit], kind="stable")[:MOST_TRIED]])


def negative_binomial(counts: Floats | NDArray[np.int64], mean: Floats, shape: float) -> Floats:
    """Its logarithm, for a mean and the shape of what the mean varies by."""
    mean = np.maximum(mean, 1e-6)
    constant = gammaln(counts + shape) - gammaln(shape) - gammaln(counts + 1)
    return np.asarray(constant + counts * np.log(mean / (mean + shape)) - shape * np.log1p(mean / shape))


def run_of(ratio: Floats, begins: float, hazard: float) -> Run:
    """Sums over all runs, from the likelihood ratios of being on (series × rates × cells) to being ordinary. A run
    begins within the data with chance `begins`, in any cell alike, and ends after a cell with chance `hazard`."""
    series, rates, number = ratio.shape
    born = np.full(number, begins / number)
    born[0] += 1 - begins
    on, over = np.zeros((series, rates)), np.zeros((series, rates))
    forward, scale, logs = np.zeros_like(ratio), np.ones(series), np.zeros(series)
    for cell in range(number):
        over += on * hazard
        on = (on * (1 - hazard) + (born[cell] * scale)[:, None]) * ratio[:, :, cell]
        forward[:, :, cell] = on
        most = np.maximum(np.maximum(on.max(axis=1), over.max(axis=1)), scale)
        on, over, scale, logs = on / most[:, None], over / most[:, None], scale / most, logs + np.log(most)
        forward[:, :, : cell + 1] /= most[:, None, None]
    total = (on + over).sum(axis=1)
    backward = np.ones((series, rates))
    for cell in range(number - 1, -1, -1):
        forward[:, :, cell] *= backward
        backward = hazard + (1 - hazard) * ratio[:, :, cell] * backward
    likelihood = np.log(total / rates) + logs
    return Run(likelihood, on.sum(axis=1) / total, forward / total[:, None, None])


class _Learner:
    """The EM: one round takes the chances of runs to courses, shares and hazards, and back."""

    def __init__(self, cells: NDArray[np.int64], group: Ints, usual: Usual, tried: Ints) -> None:
        self._cells, self._group, self._alike = cells, group, usual.alike
        self._groups = len(usual.alike)
        self._expected = usual.expected(tried)
        self._ordinary = _ordinary(cells, self._expected, usual, tried)
        self._excess = np.maximum(cells - self._expected, 0)
        number = cells.shape[1]
        self._of_year_index = (np.arange(number) - number) % YEAR_CELLS
        self.of_year = np.ones((self._groups, YEAR_CELLS))
        self._season = np.ones(self._groups)
        self._course = np.ones((self._groups, number))
        self._hazard = dict(HAZARDS)
        self._share = {sort: np.full(len(cells), PRIOR_SHARE) for sort in HAZARDS}
        self._passing = self._run("passing", np.ones_like(self._expected))
        self.chance: dict[str, Floats] = {}

    def _run(self, sort: str, course: Floats) -> Run:
        mean = RATES[:, None] * course[:, None, :] + BACKGROUND * self._expected[:, None, :]
        ratio = negative_binomial(self._cells[:, None, :], mean, TROUBLE_SHAPE) - self._ordinary[:, None, :]
        return run_of(np.exp(np.clip(ratio, -30, 30)), BEGINS[sort], self._hazard[sort])

    def learn(self) -> None:
        """One round."""
        self.returning = self._run("returning", self._course[self._group])
        self._passing = self._run("passing", np.ones_like(self._expected))
        runs = {"returning": self.returning, "passing": self._passing}
        odds = {sort: np.log(self._share[sort]) + runs[sort].likelihood for sort in runs}
        every = np.logaddexp(np.logaddexp(odds["returning"], odds["passing"]), 0.0)
        self.chance = {sort: np.exp(odds[sort] - every) for sort in runs}
        self._learn_course()
        for sort, run in runs.items():
            chance = self.chance[sort]
            cells_on = float((chance * run.on.sum(axis=(1, 2))).sum())
            ends, sure = float((chance * (1 - run.goes_on)).sum()), HAZARD_CELLS[sort]
            self._hazard[sort] = (ends + HAZARDS[sort] * sure) / (cells_on + sure)
            having = np.bincount(self._group, chance, minlength=self._groups)
            everywhere = (having.sum() + PRIOR_SHARE * PRIOR_SERIES) / (self._alike.sum() + PRIOR_SERIES)
            others = having[self._group] - chance
            self._share[sort] = (others + everywhere * PRIOR_SERIES) / (self._alike[self._group] + PRIOR_SERIES)

    def lasts_a_year(self) -> float:
        """The chance that a returning trouble does not end within a year."""
        return float((1 - self._hazard["returning"]) ** YEAR_CELLS)

    def is_seasonal(self) -> Floats:
        """The chance of each series that what it shares with its kin is a season: from their course, and a priori the
        likelier the more others of its category return. A lone one has to show its season by itself."""
        chance = self.chance["returning"]
        others = np.bincount(self._group, chance, minlength=self._groups)[self._group] - chance
        odds = self._season[self._group] * np.maximum(others, 0) / KIN
        return np.asarray(odds / (1 + odds))

    def _learn_course(self) -> None:
        chance, on = self.chance["returning"], self.returning.on
        shape = (self._groups, self._cells.shape[1])
        asked, expected = np.zeros(shape), np.zeros(shape)
        np.add.at(asked, self._group, chance[:, None] * on.sum(axis=1) * self._excess)
        np.add.at(expected, self._group, chance[:, None] * np.einsum("slt,l->st", on, RATES))
        year = np.zeros((2, self._groups, YEAR_CELLS))
        for cell, of_year in enumerate(self._of_year_index):
            year[0, :, of_year] += asked[:, cell]
            year[1, :, of_year] += expected[:, cell]
        self._season = _season(*year)
        self.of_year = (year[0] + COURSE_PRIOR) / (year[1] + COURSE_PRIOR)
        self.of_year /= self.of_year.mean(axis=1, keepdims=True)
        course = (asked + CELL_PRIOR * self.of_year[:, self._of_year_index]) / (expected + CELL_PRIOR)
        self._course = np.maximum(course / course.mean(axis=1, keepdims=True), 0.02)


def _season(asked: Floats, expected: Floats) -> Floats:
    """The odds that a category's returning troubles have a course through the year against an even one, from their
    requests and those that an even course would bring (categories × cells of the year)."""
    even = expected * (asked.sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-9))[:, None]
    course, level = (negative_binomial(asked, even, shape).sum(axis=1) for shape in COURSE_SHAPES)
    return np.exp(np.clip(course - level, -50, 50))


def _ordinary(cells: NDArray[np.int64], expected: Floats, usual: Usual, tried: Ints) -> Floats:
    """The logarithm of what every cell is likely to bring if there is no trouble, the place's level summed over."""
    shape = usual.shape[usual.group[tried]][:, None]
    prior = shape * (np.log(LEVELS) - LEVELS)
    chance = usual.burst_chance(tried)[:, None]
    burst = np.log(chance) + np.log(usual.burst_sizes[cells])
    at = [
        np.logaddexp(np.log1p(-chance) + negative_binomial(cells, expected * level, ORDINARY_SHAPE), burst)
        for level in LEVELS
    ]
    levels = prior + np.stack([each.sum(axis=1) for each in at], axis=1)
    weight = np.exp(levels - logsumexp(levels, axis=1, keepdims=True))
    return np.asarray(np.einsum("sl,lst->st", weight, np.stack(at)))
