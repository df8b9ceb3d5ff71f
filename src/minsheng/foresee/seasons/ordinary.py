"""What a place would bring in a season if nothing came back there (常年底数): the counts expected in each past
occurrence of a season, from the series' own other weeks, the other places of its category in the same weeks, and how
much its place brings in all.

Two ordinary courses are weighed and the higher is taken: the category's course through the year at the place's level,
so that heating that is asked about everywhere in winter is no return of one place; and the series' own level outside
the season, flat, so that a trouble which goes on all year is no season. The level is the posterior mean under a Gamma
prior whose shape is estimated from the panel (empirical Bayes)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.seasons.years import Season, Weeks

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
SEPARATORS = ("|", "×", "/", "@", ";", "·", ":", "\t", ",", "_", "-", " ")
SERIES_A_GROUP, SERIES_A_PLACE = 3, 2
COURSE_REQUESTS, COURSE_SERIES = 50.0, 5.0
"""Requests and series at which a course through the year is believed by half."""
YEAR_REQUESTS = 8.0
"""Requests outside a season at which a year's own level is believed by half."""
YEAR_WEEKS = 26.0
SCATTER = 12.0
"""Shape of what a season's strength varies from year to year."""
CUT = 0.9
"""Totals above this quantile, relative to the usual, do not widen the levels' prior further."""
SHAPES = {False: (0.3, 20.0), True: (2.0, 20.0)}
"""Bounds of the shape of the levels' prior, where places cannot and can be compared."""
HAS_NO_SEASON, HAS_A_SEASON = 1.2, 1.5
"""A category's requests in some weeks relative to an even course, at which it has no season there, or surely one."""


@dataclass(frozen=True, slots=True)
class Kin:
    """The category of each series and, where names say places too, the place of each (else None), as numbers."""

    group: Ints
    place: Ints | None


def kin_of(names: Sequence[str], counts: NDArray[np.int64]) -> Kin:
    """Read category and place off names such as `category|place`: two parts by the first separator that every name
    has. Of the two, the category is the part whose courses through the year differ more. Names that do not group are
    all of one category."""
    alone = Kin(np.zeros(len(names), dtype=np.intp), None)
    separator = next((s for s in SEPARATORS if all(s in name for name in names)), None)
    if separator is None:
        return alone
    parts = [name.split(separator, 1) for name in names]
    left, right = (np.unique([p[side] for p in parts], return_inverse=True)[1].astype(np.intp) for side in (0, 1))
    options = [(group, place) for group, place in ((left, right), (right, left)) if _groups(group)]
    if not options:
        return alone
    group, place = max(options, key=lambda pair: _difference(pair[0], counts))
    return Kin(group, place if len(place) >= SERIES_A_PLACE * (place.max() + 1) else None)


def _groups(group: Ints) -> bool:
    return len(group) >= SERIES_A_GROUP * (int(group.max()) + 1)


def _difference(group: Ints, counts: NDArray[np.int64]) -> float:
    """How far the groups' courses by four weeks differ: chi-square above its degrees of freedom."""
    bins = np.arange(counts.shape[1]) % 52 // 4
    courses = np.zeros((int(group.max()) + 1, 13))
    for month in range(13):
        np.add.at(courses[:, month], group, counts[:, bins == month].sum(axis=1))
    expected = np.outer(courses.sum(axis=1), courses.sum(axis=0)) / max(courses.sum(), 1)
    terms = np.divide((courses - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    return float(terms.sum() - (len(courses) - 1) * 12)


@dataclass(frozen=True, slots=True)
class Seen:
    """A season in every series: counts, ordinary counts and the scatter's shape by past occurrence (series × years,
    oldest first), the shape of what is not known of the level (series), and how much more than on an even course the
    category brings in the season (series)."""

    counts: Floats
    expected: Floats
    shape: Floats
    level_shape: Floats
    times: Floats

    def of(self, rows: Ints) -> Seen:
        """The same of some series."""
        return Seen(*(part[rows] for part in (self.counts, self.expected, self.shape, self.level_shape, self.times)))


class Ordinary:
    """What is ordinary in a panel of counts (series × weeks)."""

    def __init__(self, counts: NDArray[np.int64], weeks: Weeks, kin: Kin, apart: Bools | None = None) -> None:
        self.weeks, self.kin = weeks, kin
        self.teaches = np.ones(len(counts)) if apart is None else 1.0 - apart
        self._until = np.zeros((len(counts), weeks.number + 1))
        np.cumsum(counts[:, : weeks.number], axis=1, out=self._until[:, 1:])
        self.total = self._until[:, -1].copy()
        self._groups = int(kin.group.max()) + 1
        self._of_group, self._alike = self._sum(self.total), self._sum(np.ones(len(counts)))
        self.usual = self._usual_totals()
        self.size = self.usual / (self._sum(self.usual) / np.maximum(self._alike, 1))[kin.group]
        self._shape = self._shape_of_levels()
        many = self._of_group / (self._of_group + COURSE_REQUESTS)
        self._own_course = many * self._effective(kin.group, self._groups)
        self._common_course = float(self._effective(np.zeros_like(kin.group), 1)[0])

    def _sum(self, values: Floats) -> Floats:
        """By category, over the series that teach what is ordinary."""
        return np.bincount(self.kin.group, values * self.teaches, minlength=self._groups).astype(np.float64)

    def _effective(self, group: Ints, groups: int) -> Floats:
        """How far each group's course is believed: by the number of series that make it."""
        one, two = (np.bincount(group, self.teaches * self.total**p, minlength=groups) for p in (1, 2))
        series = np.divide(one**2, two, out=np.zeros(groups), where=two > 0) - 1
        return np.asarray(np.clip(series, 0, None) / (np.clip(series, 0, None) + COURSE_SERIES))

    def _usual_totals(self) -> Floats:
        """The total that each series would have if its place were as its other categories say, its category as its
        other places."""
        group, place = self.kin.group, self.kin.place
        others = np.maximum(self._alike[group] - self.teaches, 1)
        mean = (self._of_group[group] - self.total * self.teaches + 0.5) / others
        if place is None:
            return np.asarray(mean)
        of_place = np.bincount(place, self.total * self.teaches)[place]
        rest = of_place - self.total * self.teaches
        size = np.sqrt(rest + rest.mean() * 0.2 + 0.5)
        return np.asarray(mean * size / (self._sum(size) / np.maximum(self._alike, 1))[group])

    def _shape_of_levels(self) -> float:
        """The shape of the levels' Gamma prior, by moments of totals cut at their upper quantile."""
        ratio = self.total / self.usual
        cut = np.minimum(ratio, max(float(np.quantile(ratio, CUT)), 1.0)) * self.usual
        beyond = float(((cut - self.usual) ** 2 - cut).sum())
        return float(np.clip((self.usual**2).sum() / max(beyond, 1e-9), *SHAPES[self.kin.place is not None]))

    def _in(self, spans: NDArray[np.int64]) -> Floats:
        return self._until[:, spans[:, 1]] - self._until[:, spans[:, 0]]

    def _share(self, inside: Floats, spans: NDArray[np.int64]) -> Floats:
        """The share of its total that an ordinary series has in each span, from the others in the same weeks."""
        group = self.kin.group
        own, total = inside * self.teaches[:, None], self.total * self.teaches
        alike = np.stack([self._sum(column) for column in inside.T], axis=1)[group] - own
        alike /= np.maximum(self._of_group[group] - total, 1)[:, None]
        everyone = (own.sum(axis=0) - own) / np.maximum(total.sum() - total, 1)[:, None]
        flat = (spans[:, 1] - spans[:, 0]) / self.weeks.number
        common = self._common_course * everyone + (1 - self._common_course) * flat
        believed = self._own_course[group][:, None]
        return np.asarray(believed * alike + (1 - believed) * common)

    def seen(self, season: Season) -> Seen:
        """What was seen in the past occurrences of a season, and what was to be expected."""
        spans, around = season.spans(self.weeks), season.around(self.weeks)
        inside, year = self._in(spans), self._in(around)
        share, year_share = self._share(inside, spans), self._share(year, around)
        beside = np.maximum(year - inside, 0)
        outside = self.total - inside.sum(axis=1)
        course, course_shape = self.usual[:, None] * share, np.full(len(share), self._shape)
        if self.kin.place is None:
            rest = np.clip(1 - share.sum(axis=1), 0.05, None)
            level = ((self._shape + outside) / (self._shape / self.usual + rest))[:, None]
            drift = (YEAR_REQUESTS + beside) / (YEAR_REQUESTS + level * np.maximum(year_share - share, 0))
            course, course_shape = level * share * drift, self._shape + outside
        even = max(float((spans[:, 1] - spans[:, 0]).sum()) / self.weeks.number, 1e-9)
        times = share.sum(axis=1) / even
        flat = self._flat(spans, around, beside, outside) * self._evenness(times)[:, None]
        shape = 1 / (1 / (YEAR_REQUESTS + beside) + 1 / SCATTER)
        higher = course.sum(axis=1) >= flat.sum(axis=1)
        level_shape = np.where(higher, course_shape, 1.0 + outside)
        return Seen(inside, np.maximum(course, flat), shape, level_shape, times)

    def _evenness(self, times: Floats) -> Floats:
        """1 where the category has no season in these weeks, 0 where it surely has: there a place that is above the
        ordinary in every year has its season with the others."""
        if self.kin.place is None:
            return np.ones(len(times))
        return np.clip((HAS_A_SEASON - times) / (HAS_A_SEASON - HAS_NO_SEASON), 0, 1)

    def _flat(self, spans: NDArray[np.int64], around: NDArray[np.int64], beside: Floats, outside: Floats) -> Floats:
        long = spans[:, 1] - spans[:, 0]
        rest = np.maximum(around[:, 1] - around[:, 0] - long, 0)
        rate = outside / max(self.weeks.number - long.sum(), 1)
        return np.asarray(long * (YEAR_WEEKS * rate[:, None] + beside) / (YEAR_WEEKS + rest))
