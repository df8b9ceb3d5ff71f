"""What has just begun (新苗头): every night, whether a category in a place has more orders than it should, before a
week of it is over; for cells so sparse that their own history says little.

Time is measured in orders of the category in the whole city: a cell's expected count in a window is its share of the
category times what the category brought elsewhere in that window, so that seasons, trends and city-wide shocks cancel
(the idea of the space-time permutation scan: Kulldorff et al. 2005, PLoS Med 2:e59). The share is a Gamma–Poisson
estimate (empirical Bayes; Clayton and Kaldor 1987, Biometrics 43:671): the cell's own history of up to two years,
drawn towards the share of the category in the region around it times the place's part of the region's orders. Counts
to come are then negative binomial. The newest week stays out of the history, so that what begins is not learnt.

The one declared statistic is the smallest P(Y ≥ y) of windows of 1, 3 and 7 days that end on the day and hold at least
three orders, times the number of windows (Bonferroni). What rises more slowly is for the weekly detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.signals.predictive import exceeds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ALPHA = 0.001
WINDOWS = (1, 3, 7)
FEWEST = 3
"""A window of fewer orders is no rise, however rare it is."""
GUARD, MONTH, YEAR, HISTORY = 7, 28, 365, 728
LEAST_HISTORY = 56
REGION_PRIOR = 20.0
"""Orders of a category that the region's share of all orders is worth beside its share of the category."""
PLACE_PRIOR = 5.0
"""Orders that an average place of its region is worth beside the place's own."""
YEAR_PRIOR, MONTH_PRIOR = 5.0, 10.0
"""Orders that the year's level is worth beside the newest month's, and the month's beside the window's."""
LEAST_SHAPE, MOST_SHAPE = 0.1, 20.0
SAMPLE = 400_000
"""Pairs of category and place by which the Gamma shape is learnt."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders by category, place and day: a row each, with `n` > 0 orders; categories and places are numbers from 0,
    days whole numbers. `region[p]` is what lies around place p: of a village its township, of a township its county."""

    category: Ints
    place: Ints
    day: Ints
    n: Ints
    region: Ints


@dataclass(frozen=True, slots=True)
class Named:
    """Orders with the codes behind their numbers."""

    orders: Orders
    categories: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fresh:
    """The judged cells and days, in order of category, place and day: the window whose count surprises most, its count
    and expectation (window 0 where none holds three orders), `p_ge` of the combined statistic, and alarm = p_ge ≤ α."""

    category: Ints
    place: Ints
    day: Ints
    window: Ints
    seen: Ints
    expected: Floats
    p_ge: Floats
    alarm: NDArray[np.bool_]

    @property
    def since(self) -> Ints:
        """The first day of the window."""
        return self.day - self.window + 1


def numbered(
    category: Sequence[str],
    place: Sequence[str],
    region: Sequence[str],
    day: Sequence[int] | Ints,
    n: Sequence[int] | Ints,
) -> Named:
    """Orders from columns of codes, a row each; ValueError where a place lies in two regions."""
    categories, of_category = np.unique(np.asarray(category, dtype=str), return_inverse=True)
    places, newest, of_place = np.unique(np.asarray(place, dtype=str), return_index=True, return_inverse=True)
    of_region = np.unique(np.asarray(region, dtype=str), return_inverse=True)[1]
    around = of_region[newest]
    apart = np.flatnonzero(around[of_place] != of_region)
    if len(apart):
        raise ValueError(f"The place {place[int(apart[0])]} lies in two regions: give it one.")
    columns = (np.asarray(column, dtype=np.int64) for column in (of_category, of_place, day, n, around))
    orders = Orders(*columns)
    return Named(orders, tuple(categories.tolist()), tuple(places.tolist()))


def fresh(orders: Orders, *, since: int, until: int, alpha: float = ALPHA) -> Fresh:
    """Judge every cell on each day from `since` to `until` on which it has an order, given the days before and on it.

    For a nightly look both are the day that ended. An alarm is raised on at most a share α of the nights of a cell in
    which nothing begins. Days before `since` teach how much cells differ, so that a run over many nights and a run for
    the last of them differ a little in that. Raises ValueError for an empty table, an α outside (0, 0.2], or fewer than
    8 weeks of days before `since`."""
    if not 0.0 < alpha <= 0.2:
        raise ValueError(f"The false-alarm rate {alpha} is not between 0 and 0.2: choose one such as {ALPHA}.")
    if not len(orders.day):
        raise ValueError("There are no orders to judge: give a table with at least one row.")
    before = since - int(orders.day.min())
    if before < LEAST_HISTORY:
        raise ValueError(f"Only {max(before, 0)} days lie before the first judged day; {LEAST_HISTORY} are needed.")
    city = _City(orders)
    shape = _shape(city, orders, since)
    kept = (orders.day >= since) & (orders.day <= until)
    nights = until + 1 - since
    cell = orders.category[kept] * city.places + orders.place[kept]
    cell, night = np.divmod(np.unique(cell * nights + orders.day[kept] - since), nights)
    return _judge(city, cell, night + since, shape, alpha)


class _Tally:
    """How many orders of a key came between two days."""

    def __init__(self, key: Ints, orders: Orders) -> None:
        self._first = int(orders.day.min())
        self._span = int(orders.day.max()) - self._first + 2
        at = key * self._span + orders.day - self._first + 1
        order = np.argsort(at, kind="stable")
        self._at = at[order]
        self._sum = np.concatenate([[0.0], np.cumsum(orders.n[order], dtype=np.float64)])

    def between(self, key: Ints, after: Ints, until: Ints) -> Floats:
        """Orders of `key` on days after `after` and not after `until`."""
        return self._up_to(key, until) - self._up_to(key, after)

    def _up_to(self, key: Ints, day: Ints) -> Floats:
        inside = np.clip(day - self._first + 1, 0, self._span - 1)
        found: Floats = self._sum[np.searchsorted(self._at, key * self._span + inside, side="right")]
        return found


class _City:
    """The tallies of all orders: by cell, category, category × region, place and region."""

    def __init__(self, orders: Orders) -> None:
        self.first = int(orders.day.min())
        self.region = orders.region
        self.places, self.regions = len(orders.region), int(orders.region.max()) + 1
        self.members = np.bincount(orders.region, minlength=self.regions).astype(np.float64)
        region = orders.region[orders.place]
        self.cells = _Tally(orders.category * self.places + orders.place, orders)
        self.categories = _Tally(orders.category, orders)
        self.in_regions = _Tally(orders.category * self.regions + region, orders)
        self.of_places, self.of_regions = _Tally(orders.place, orders), _Tally(region, orders)
        self.all = _Tally(np.zeros_like(orders.day), orders)

    def history(self, cell: Ints, until: Ints) -> tuple[Floats, Floats, Floats]:
        """Of the HISTORY days up to `until`: the cell's orders, the category's, and the share of these that the cell
        would have if its place were like the region around it."""
        category, place = np.divmod(cell, self.places)
        region, after = self.region[place], until - HISTORY
        own = self.cells.between(cell, after, until)
        whole = self.categories.between(category, after, until)
        of_region = self.of_regions.between(region, after, until)
        everything = self.all.between(np.zeros_like(region), after, until)
        usual = (of_region + 1.0) / (everything + self.regions)
        there = self.in_regions.between(category * self.regions + region, after, until)
        there = (there + REGION_PRIOR * usual) / (whole + REGION_PRIOR)
        members = self.members[region]
        part = (self.of_places.between(place, after, until) + PLACE_PRIOR) / (of_region + PLACE_PRIOR * members)
        return own, whole, there * part

    def month(self, cell: Ints, day: Ints) -> tuple[Floats, Floats]:
        """Orders of the cell's category elsewhere in the 28 days up to `day`, and their expectation: the count drawn
        towards that of the year before."""
        category = cell // self.places
        until = day - GUARD
        year = self.categories.between(category, until - YEAR, until) - self.cells.between(cell, until - YEAR, until)
        usual = year * MONTH / np.minimum(until - self.first + 1, YEAR)
        seen = self.categories.between(category, day - MONTH, day) - self.cells.between(cell, day - MONTH, day)
        return seen, usual * (seen + YEAR_PRIOR) / (usual + YEAR_PRIOR)


def _shape(city: _City, orders: Orders, since: int) -> float:
    """The Gamma shape of how cells differ from what their region says: by moments, over an even sample of all pairs of
    category and place, from the days before `since`."""
    kinds = int(orders.category[orders.day < since].max()) + 1
    pairs = kinds * city.places
    cell = np.unique(np.linspace(0, pairs - 1, min(pairs, SAMPLE)).astype(np.int64))
    own, whole, share = city.history(cell, np.full(len(cell), since - 1))
    mean = whole * share
    more = float(((own - mean) ** 2 - mean).sum())
    return float(np.clip((mean**2).sum() / more, LEAST_SHAPE, MOST_SHAPE)) if more > 0.0 else MOST_SHAPE


def _judge(city: _City, cell: Ints, day: Ints, shape: float, alpha: float) -> Fresh:
    """The combined statistic of cells on days."""
    category, place = np.divmod(cell, city.places)
    own, whole, share = city.history(cell, day - GUARD)
    size = shape + own
    rate = size / (shape / share + whole)
    month, level = city.month(cell, day)
    unsure = 1.0 / size + 1.0 / (month + YEAR_PRIOR)
    smallest = np.ones(len(day))
    window, seen = np.zeros(len(day), dtype=np.int64), np.zeros(len(day), dtype=np.int64)
    expected = np.zeros(len(day))
    for w in WINDOWS:
        y = city.cells.between(cell, day - w, day)
        elsewhere = city.categories.between(category, day - w, day) - y
        usual = level * w / MONTH
        mean = rate * usual * (elsewhere + MONTH_PRIOR) / (usual + MONTH_PRIOR)
        p = np.where(y >= FEWEST, exceeds(y - 1.0, mean, 1.0 + mean * unsure), 1.0)
        better = p < smallest
        smallest[better], window[better] = p[better], w
        seen[better], expected[better] = y[better].astype(np.int64), mean[better]
    p_ge = np.minimum(smallest * len(WINDOWS), 1.0)
    return Fresh(category, place, day, window, seen, expected, p_ge, p_ge <= alpha)
