"""What has just begun: the nightly look keeps its false-alarm rate and finds a burst on its day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from minsheng.foresee.signals.fresh import FEWEST, Orders, fresh, numbered

CATEGORIES, PLACES, REGIONS, DAYS, SINCE = 40, 120, 8, 480, 365
BANDS = ((0.0, 0.005), (0.005, 0.05), (0.05, 0.5), (0.5, 50.0))
"""Mean orders a day."""
Counts = NDArray[np.int64]


def city(seed: int) -> tuple[Counts, NDArray[np.float64]]:
    """Daily counts of a city in which nothing begins, category × place × day, and the mean of each cell.

    Seasons, weekdays, a gamma factor a week and category, and cells that differ from their places by a gamma share."""
    rng = np.random.default_rng(seed)
    t = np.arange(DAYS)
    size = np.geomspace(0.05, 120.0, CATEGORIES)
    season = 1.0 + 0.6 * np.cos(2 * np.pi * (t / 365.25 - rng.random((CATEGORIES, 1))))
    week = np.repeat(rng.gamma(14.0, 1 / 14.0, (CATEGORIES, DAYS // 7 + 1)), 7, axis=1)[:, :DAYS]
    weekday = np.array([1.1, 1.1, 1.05, 1.05, 1.0, 0.85, 0.85])[t % 7]
    share = rng.dirichlet(np.full(PLACES, 1.5)) * rng.gamma(1.5, 1 / 1.5, (CATEGORIES, PLACES))
    mean = size[:, None] * share
    return rng.poisson(mean[:, :, None] * (season * week * weekday)[:, None, :]), mean


def orders_of(counts: Counts) -> Orders:
    """The rows of a cube of counts; places in regions of equal size."""
    category, place, day = np.nonzero(counts)
    return Orders(category, place, day, counts[category, place, day], np.arange(PLACES) * REGIONS // PLACES)


@pytest.fixture(scope="module")
def quiet() -> tuple[Counts, NDArray[np.float64]]:
    return city(3)


@pytest.mark.parametrize("alpha", [0.01, 0.001])
def test_where_nothing_begins_no_rate_band_has_more_false_alarms_than_declared(
    quiet: tuple[Counts, NDArray[np.float64]], alpha: float
) -> None:
    counts, mean = quiet
    found = fresh(orders_of(counts), since=SINCE, until=DAYS - 1, alpha=alpha)
    alarms = np.zeros(mean.shape)
    np.add.at(alarms, (found.category[found.alarm], found.place[found.alarm]), 1)
    for low, high in BANDS:
        inside = (mean >= low) & (mean < high)
        nights = inside.sum() * (DAYS - SINCE)
        assert nights > 20_000
        assert alarms[inside].sum() / nights <= 1.2 * alpha


def test_rich_cells_use_at_least_a_fifth_of_their_false_alarms(quiet: tuple[Counts, NDArray[np.float64]]) -> None:
    counts, mean = quiet
    found = fresh(orders_of(counts), since=SINCE, until=DAYS - 1, alpha=0.01)
    rich = mean[found.category, found.place] >= 0.5
    assert found.alarm[rich].sum() / ((mean >= 0.5).sum() * (DAYS - SINCE)) > 0.002


def test_a_burst_in_a_sparse_cell_is_alarmed_on_its_day(quiet: tuple[Counts, NDArray[np.float64]]) -> None:
    counts, mean = quiet
    category, place = np.argwhere((mean > 0.001) & (mean < 0.005))[7]
    struck = counts.copy()
    struck[category, place, 400] += 4
    found = fresh(orders_of(struck), since=400, until=400)
    row = int(np.flatnonzero((found.category == category) & (found.place == place))[0])
    assert found.alarm[row]
    assert found.window[row] == 1
    assert found.since[row] == 400
    assert found.seen[row] == struck[category, place, 400]
    assert found.expected[row] < 0.1


def test_orders_that_trickle_in_are_found_by_a_longer_window(quiet: tuple[Counts, NDArray[np.float64]]) -> None:
    counts, mean = quiet
    category, place = np.argwhere((mean > 0.001) & (mean < 0.005))[7]
    struck = counts.copy()
    struck[category, place, 380:401] = 0
    struck[category, place, [394, 395, 397, 399, 400]] = 1
    found = fresh(orders_of(struck), since=400, until=400)
    row = int(np.flatnonzero((found.category == category) & (found.place == place))[0])
    assert found.alarm[row]
    assert (found.window[row], found.seen[row]) == (7, 5)


def test_a_rise_in_the_whole_city_is_not_the_rise_of_a_place(quiet: tuple[Counts, NDArray[np.float64]]) -> None:
    counts, _ = quiet
    category = CATEGORIES - 6
    struck = counts.copy()
    sixfold = 6.0 * counts[category].mean(axis=1)[:, None]
    struck[category, :, 395:401] = np.random.default_rng(1).poisson(sixfold, (PLACES, 6))
    found = fresh(orders_of(struck), since=400, until=400)
    mine = found.category == category
    assert mine.sum() > PLACES / 2
    assert found.alarm[mine].mean() < 0.05


def test_two_orders_are_no_rise_however_rare() -> None:
    counts, _ = city(5)
    counts[0, 0] = 0
    counts[0, 0, 400] = FEWEST - 1
    found = fresh(orders_of(counts), since=400, until=400)
    row = int(np.flatnonzero((found.category == 0) & (found.place == 0))[0])
    assert (found.p_ge[row], found.window[row]) == (1.0, 0)


def test_no_result_depends_on_later_days(quiet: tuple[Counts, NDArray[np.float64]]) -> None:
    whole = orders_of(quiet[0])
    early = whole.day <= 420
    past = replace(
        whole, category=whole.category[early], place=whole.place[early], day=whole.day[early], n=whole.n[early]
    )
    now, later = fresh(past, since=SINCE, until=420), fresh(whole, since=SINCE, until=DAYS - 1)
    same = later.day <= 420
    np.testing.assert_array_equal(now.category, later.category[same])
    np.testing.assert_array_equal(now.p_ge, later.p_ge[same])
    np.testing.assert_array_equal(now.expected, later.expected[same])


def test_the_order_of_rows_and_rows_of_the_same_day_do_not_matter(quiet: tuple[Counts, NDArray[np.float64]]) -> None:
    counts, _ = quiet
    whole = orders_of(counts)
    one_by_one = np.random.default_rng(2).permutation(np.repeat(np.arange(len(whole.n)), whole.n))
    columns = {name: getattr(whole, name)[one_by_one] for name in ("category", "place", "day")}
    split = replace(whole, **columns, n=np.ones(len(one_by_one), dtype=np.int64))
    found, again = (fresh(orders, since=460, until=470) for orders in (whole, split))
    np.testing.assert_array_equal(found.day, again.day)
    np.testing.assert_array_equal(found.p_ge, again.p_ge)


def test_codes_are_numbered_and_come_back() -> None:
    named = numbered(["b", "a", "b"], ["v2", "v1", "v1"], ["t9", "t8", "t8"], np.array([5, 6, 7]), np.array([1, 2, 1]))
    assert named.categories == ("a", "b")
    assert named.places == ("v1", "v2")
    assert named.orders.category.tolist() == [1, 0, 1]
    assert named.orders.place.tolist() == [1, 0, 0]
    assert named.orders.region.tolist() == [0, 1]


def test_a_place_in_two_regions_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="v1 lies in two regions"):
        numbered(["a", "a"], ["v1", "v1"], ["t8", "t9"], np.array([1, 2]), np.array([1, 1]))


def test_what_cannot_be_judged_is_refused_with_a_sentence() -> None:
    orders = orders_of(city(5)[0])
    with pytest.raises(ValueError, match="Only 30 days"):
        fresh(orders, since=30, until=31)
    with pytest.raises(ValueError, match="false-alarm rate"):
        fresh(orders, since=400, until=401, alpha=0.0)
    nothing = np.zeros(0, dtype=np.int64)
    with pytest.raises(ValueError, match="no orders"):
        fresh(Orders(nothing, nothing, nothing, nothing, np.zeros(1, dtype=np.int64)), since=100, until=100)
