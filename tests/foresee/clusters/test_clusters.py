"""Clusters of planted and of chance cities, and of the two usual examples."""

import csv
import importlib.util
from datetime import date, timedelta
from math import log
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from minsheng.foresee.clusters import (
    Cases,
    Places,
    Settings,
    Unusable,
    clusters_of_tables,
    dated,
    prospective_clusters,
    retrospective_clusters,
)
from minsheng.foresee.clusters.clusters import COLUMNS

LAST = date(2024, 6, 30)
DAYS = 60


def _grid(side=6):
    names = tuple(f"{column}{row}" for column in "abcdefgh"[:side] for row in range(side))
    points = np.array([[column, row] for column in range(side) for row in range(side)], dtype=float)
    return Places(names, points, degrees=False)


def _background(generator, places, number):
    days = LAST.toordinal() - generator.integers(0, DAYS, number)
    return Cases(generator.integers(0, len(places.names), number), days, np.ones(number, dtype=np.int64))


def _with(cases, places, names, days_ago, count):
    """Cases with `count` more at each of the places on each of the days."""
    more = [(places.index[name], LAST.toordinal() - ago, count) for name in names for ago in days_ago]
    place, day, counts = (np.array(column) for column in zip(*more, strict=True))
    return Cases(
        np.concatenate([cases.place, place]),
        np.concatenate([cases.day, day]),
        np.concatenate([cases.count, counts]),
    )


@pytest.fixture
def quiet():
    return _background(np.random.default_rng(11), _grid(), 600)


def test_expected_and_ratio_follow_from_the_margins_by_hand():
    places = Places(("east", "west"), np.array([[1.0, 0.0], [0.0, 0.0]]), degrees=False)
    day = LAST.toordinal()
    cases = Cases(np.array([0, 0, 1, 1]), np.array([day, day - 1, day, day - 1]), np.array([4, 1, 1, 4]))
    best = prospective_clusters(cases, places, LAST, Settings(longest=1, replicates=99))[0]
    assert (best.centre, best.cases, best.expected) == ("east", 4, 2.5)
    assert best.llr == pytest.approx(4 * log(4 / 2.5) + 6 * log(6 / 7.5))


def test_a_planted_cluster_is_found_at_its_places_and_days(quiet):
    places = _grid()
    hot = ("c3", "b3", "d3", "c2", "c4")
    best = prospective_clusters(_with(quiet, places, hot, range(5), 1), places, LAST)[0]
    first, last = dated(best, LAST - timedelta(days=DAYS - 1))
    assert set(best.members) == set(hot)
    assert (first, last) == (LAST - timedelta(days=4), LAST)
    assert best.cases > 2 * best.expected
    assert best.p < 1e-4
    assert best.recurrence_days == 1 / best.p > 10_000


def test_a_second_cluster_far_away_is_named_too_and_shares_no_place(quiet):
    places = _grid()
    cases = _with(_with(quiet, places, ("a0", "a1", "b0"), range(4), 3), places, ("f5",), range(6), 3)
    found = prospective_clusters(cases, places, LAST)
    assert [set(cluster.members) for cluster in found[:2]] == [{"a0", "a1", "b0"}, {"f5"}]
    assert all(cluster.p < 0.01 for cluster in found[:2])
    named = [name for cluster in found for name in cluster.members]
    assert len(named) == len(set(named))
    assert [cluster.llr for cluster in found] == sorted((cluster.llr for cluster in found), reverse=True)


def test_a_cluster_that_has_ended_is_none_today(quiet):
    places = _grid()
    cases = _with(quiet, places, ("c3",), range(20, 26), 3)
    assert prospective_clusters(cases, places, LAST)[0].p > 0.05
    assert prospective_clusters(cases, places, LAST - timedelta(days=20))[0].members == ("c3",)


def test_a_busy_place_and_a_busy_day_are_no_cluster(quiet):
    places = _grid()
    busy = _with(quiet, places, ("c3",), range(DAYS), 4)
    assert prospective_clusters(_with(busy, places, places.names, [0], 5), places, LAST)[0].p > 0.05


def test_the_longest_window_and_the_largest_circle_are_kept(quiet):
    places = _grid()
    cases = _with(quiet, places, places.names[:12], range(20), 1)
    settings = Settings(longest=7, largest_share=0.1, replicates=99)
    for cluster in prospective_clusters(cases, places, LAST, settings):
        assert cluster.last - cluster.first < 7
        share = np.isin(cases.place, [places.index[name] for name in cluster.members]) * cases.count
        assert share.sum() <= 0.1 * cases.total or len(cluster.members) == 1


def test_the_same_seed_gives_the_same_clusters_whatever_the_order_of_rows(quiet):
    places = _grid()
    found = prospective_clusters(quiet, places, LAST)
    assert found == prospective_clusters(quiet, places, LAST)
    shuffled = np.random.default_rng(2).permutation(len(quiet.day))
    moved = Cases(quiet.place[shuffled], quiet.day[shuffled], quiet.count[shuffled])
    assert found == prospective_clusters(moved, places, LAST)
    assert found[0].p != prospective_clusters(quiet, places, LAST, Settings(seed=2))[0].p


def test_cases_after_the_day_are_not_known_yet(quiet):
    places = _grid()
    earlier = LAST - timedelta(days=10)
    known = quiet.day <= earlier.toordinal()
    before = Cases(quiet.place[known], quiet.day[known], quiet.count[known])
    assert prospective_clusters(quiet, places, earlier) == prospective_clusters(before, places, earlier)


def test_the_past_is_scanned_for_windows_anywhere():
    places = _grid()
    generator = np.random.default_rng(4)
    expected = generator.uniform(1.0, 3.0, (36, 20))
    counts = generator.poisson(expected)
    corner = {"a0", "a1", "b0"}
    counts[[places.index[name] for name in sorted(corner)], 6:9] += 8
    best = retrospective_clusters(counts, expected, places, Settings(longest=10))[0]
    assert (set(best.members), best.first, best.last) == (corner, 6, 8)
    assert best.p < 0.001


@pytest.mark.slow
def test_without_clusters_p_values_are_uniform():
    places = _grid()
    generator = np.random.default_rng(8)
    settings = Settings(longest=14, replicates=99)
    found = [prospective_clusters(_background(generator, places, 400), places, LAST, settings) for _ in range(300)]
    p = np.array([clusters[0].p for clusters in found])
    assert kstest(p, "uniform").pvalue > 0.01
    assert 0.02 < np.mean(p <= 0.05) < 0.09


@pytest.mark.slow
def test_gumbel_p_of_few_replicates_is_close_to_monte_carlo_p_of_many(quiet):
    places = _grid()
    cases = _with(quiet, places, ("c3", "c4"), range(3), 1)
    many = prospective_clusters(cases, places, LAST, Settings(replicates=9999))[0]
    few = [prospective_clusters(cases, places, LAST, Settings(replicates=99, seed=seed))[0] for seed in range(10)]
    assert many.p_monte_carlo < 0.1
    assert many.p_gumbel == pytest.approx(many.p_monte_carlo, rel=0.5)
    assert np.median([one.p_gumbel for one in few]) == pytest.approx(many.p_monte_carlo, rel=0.5)


@pytest.mark.parametrize(
    ("places", "days", "says"),
    [(1, [0, 1], "one place only"), (2, [0, 0], "one day only"), (2, [], "no case")],
)
def test_where_nothing_can_be_compared_a_sentence_says_so(places, days, says):
    among = Places(tuple("ab")[:places], np.arange(2.0 * places).reshape(places, 2), degrees=False)
    ordinals = np.array([LAST.toordinal() - ago for ago in days], dtype=np.int64)
    cases = Cases(np.zeros(len(days), dtype=np.intp), ordinals, np.ones(len(days), dtype=np.int64))
    with pytest.raises(Unusable, match=says):
        prospective_clusters(cases, among, LAST)


def test_a_city_of_one_case_a_place_and_day_has_no_cluster():
    places = Places(("a", "b"), np.array([[0.0, 0.0], [1.0, 0.0]]), degrees=False)
    day = LAST.toordinal()
    cases = Cases(np.array([0, 0, 1, 1]), np.array([day, day - 1, day, day - 1]), np.ones(4, dtype=np.int64))
    assert prospective_clusters(cases, places, LAST) == []


@pytest.mark.parametrize("settings", [{"longest": 0}, {"largest_share": 0.0}, {"largest_share": 50}, {"replicates": 1}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(Unusable, match="give"):
        Settings(**settings)


def test_tables_go_in_and_a_table_comes_out(tmp_path):
    places = "place,lon,lat,population\nnorth,114.30,36.12,900\nsouth,114.30,36.02,800\nfar,115.00,36.00,10\n"
    (tmp_path / "p.csv").write_text(places, encoding="utf-8")
    calm = [f"{name},2024-06-{day:02d},1" for day in range(1, 21) for name in ("north", "south", "far")]
    hot = [f"north,2024-06-{day}T10:00:00,4" for day in (19, 20)]
    (tmp_path / "c.csv").write_text("\n".join(["place,t,count", *calm, *hot]), encoding="utf-8")
    clusters_of_tables(tmp_path / "c.csv", tmp_path / "p.csv", date(2024, 6, 20), tmp_path / "k.csv")
    rows = list(csv.DictReader((tmp_path / "k.csv").open(encoding="utf-8")))
    assert tuple(rows[0]) == COLUMNS
    best = rows[0]
    assert (best["rank"], best["centre"], best["places"], best["cases"]) == ("1", "north", "north", "10")
    assert (best["from"], best["to"], best["radius_km"]) == ("2024-06-19", "2024-06-20", "0.000")
    assert float(best["expected"]) == pytest.approx(28 * 14 / 68, abs=1e-4)
    assert float(best["recurrence_days"]) == pytest.approx(1 / float(best["p"]), rel=1e-3)


@pytest.fixture
def examples(shared):
    """The bench of the two usual examples and the folder of their data."""
    folder = shared / "data" / "scan"
    if not folder.is_dir():
        pytest.skip(f"no examples at {folder}: set MINSHENG_SHARED to the folder of shared data")
    path = Path(__file__).resolve().parents[3] / "bench" / "scan.py"
    spec = importlib.util.spec_from_file_location("bench_scan", path)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    return bench, folder


@pytest.mark.slow
def test_brain_cancer_in_new_mexico_clusters_around_albuquerque_in_1985_to_1989(examples):
    bench, folder = examples
    best = bench.new_mexico(folder, 999, 1)
    assert (best.centre, len(best.members), best.cases) == ("Bernalillo", 8, 232)
    assert (1973 + best.first, 1973 + best.last) == (1985, 1989)
    assert best.expected == pytest.approx(175.1, abs=0.05)
    assert best.llr == pytest.approx(10.02, abs=0.005)
    assert best.p == pytest.approx(0.022, abs=0.014)


@pytest.mark.slow
def test_fever_in_new_york_shows_no_cluster_beyond_chance(examples):
    bench, folder = examples
    best, _begin = bench.new_york(folder, 999, 1)
    assert best.llr == pytest.approx(3.85, abs=0.005)
    assert best.p == pytest.approx(0.346, abs=0.06)
