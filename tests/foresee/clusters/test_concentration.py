"""Concentration beside chance."""

import csv
from datetime import date

import numpy as np
import pytest

from minsheng.foresee.clusters import Cases, Places, Unusable, concentration, write_concentration

DAY = date(2024, 6, 1)


def _city(counts, population=None):
    number = len(counts)
    places = Places(
        tuple(f"p{i}" for i in range(number)),
        np.zeros((number, 2)),
        population=None if population is None else np.array(population, dtype=float),
    )
    return Cases(np.arange(number), np.full(number, DAY.toordinal()), np.array(counts, dtype=np.int64)), places


def test_gini_and_half_are_those_worked_out_by_hand():
    found = concentration(*_city([1, 1, 2, 6]))
    assert found.half.seen == 1 / 4
    assert found.gini.seen == pytest.approx((2 * (1 + 2 + 6 + 24) / 10 - 5) / 4 * 4 / 3)
    assert found.lorenz == pytest.approx(np.array([[0, 0], [0.25, 0.1], [0.5, 0.2], [0.75, 0.4], [1, 1]]))


@pytest.mark.parametrize(("counts", "gini"), [([5, 5, 5], 0.0), ([9, 0, 0], 1.0)])
def test_gini_runs_from_all_alike_to_all_in_one_place(counts, gini):
    assert concentration(*_city(counts)).gini.seen == pytest.approx(gini)


def test_a_city_of_chance_is_as_concentrated_as_chance():
    counts = np.random.default_rng(6).poisson(3.0, 300)
    found = concentration(*_city(counts))
    assert found.gini.low < found.gini.seen < found.gini.high
    assert found.gini.p > 0.05
    assert found.gini.middle > 0.2
    assert not any(place.beyond_chance for place in found.heaviest)


def test_few_heavy_places_are_named_most_first_and_stand_out_from_chance():
    counts = np.random.default_rng(6).poisson(1.0, 300)
    counts[[17, 40, 99]] = [200, 150, 120]
    found = concentration(*_city(counts))
    assert [place.name for place in found.heaviest[:3]] == ["p17", "p40", "p99"]
    assert found.half.seen == 0.01 < found.half.low / 20
    assert found.gini.p == found.half.p == 1 / 1000
    assert all(place.beyond_chance for place in found.heaviest[:3])
    assert found.heaviest[-1].cumulative_share >= 0.5 > found.heaviest[-1].cumulative_share - found.heaviest[-1].share
    assert found.sentence.startswith("3 of 300 places (1.0%) make half of the 782 requests; chance would need 84 (")


def test_a_large_place_with_many_requests_is_no_more_than_chance():
    found = concentration(*_city([50, 5, 5, 5], [10_000, 1_000, 1_000, 1_000]))
    heavy = found.heaviest[0]
    assert (heavy.per_10000, heavy.expected) == (50.0, 50.0)
    assert not heavy.beyond_chance
    assert found.gini.p > 0.1
    assert concentration(*_city([50, 5, 5, 5])).heaviest[0].beyond_chance


def test_where_nobody_lives_there_is_no_rate_and_no_comparison(tmp_path):
    found = concentration(*_city([50, 5, 5], [0, 1_000, 1_000]))
    heavy = found.heaviest[0]
    assert (heavy.per_10000, heavy.expected, heavy.p, heavy.beyond_chance) == (None, None, None, False)
    write_concentration(tmp_path / "k.csv", found)
    row = next(csv.DictReader((tmp_path / "k.csv").open(encoding="utf-8")))
    assert (row["place"], row["cases"], row["expected"], row["ratio"], row["beyond_chance"]) == (
        "p0",
        "50",
        "",
        "",
        "0",
    )


def test_only_requests_of_the_time_are_counted():
    cases, places = _city([1, 1, 2, 6])
    assert concentration(cases, places, since=DAY, asof=DAY).cases == 10
    with pytest.raises(Unusable, match="no request in this time"):
        concentration(cases, places, asof=date(2024, 5, 31))


def test_one_place_or_nobody_anywhere_is_refused():
    with pytest.raises(Unusable, match="one place only"):
        concentration(*_city([5]))
    with pytest.raises(Unusable, match="nobody lives anywhere"):
        concentration(*_city([5, 5], [0, 0]))


def test_the_same_seed_gives_the_same_figures():
    city = _city([1, 1, 2, 6])
    assert concentration(*city).gini == concentration(*city).gini
