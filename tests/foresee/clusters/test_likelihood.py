"""The likelihood ratio by hand, its inverse, and the p-values of a maximum."""

from math import log

import numpy as np
import pytest

from minsheng.foresee.clusters.likelihood import ENOUGH, Chance, largest_expected, log_likelihood_ratio


def test_the_ratio_is_that_worked_out_by_hand():
    by_hand = 6 * log(6 / 2) + 4 * log(4 / 8)
    assert log_likelihood_ratio(6, 2.0, 10) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(3.8191, abs=1e-4)


def test_the_ratio_of_all_cases_inside_takes_nothing_from_the_empty_outside():
    assert log_likelihood_ratio(10, 4.0, 10) == pytest.approx(10 * log(2.5))


def test_fewer_cases_than_expected_are_no_cluster():
    assert log_likelihood_ratio(np.array([2, 1, 0]), np.array([2.0, 2.0, 0.0]), 10).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("level", [0.5, 4.0, 9.0])
def test_a_count_reaches_the_level_exactly_up_to_its_largest_expectation(level):
    bounds = largest_expected(level, 40, 1)
    seen = np.arange(1, 41)
    assert (log_likelihood_ratio(seen, bounds * (1 - 1e-9), 40) >= level - 1e-6).all()
    assert (log_likelihood_ratio(seen, np.minimum(bounds * (1 + 1e-6), 40), 40) < level).all()
    assert (np.diff(bounds) > 0).all()


def test_counts_under_the_least_reach_no_level():
    assert (largest_expected(1.0, 10, 3)[:2] < 0).all()
    assert largest_expected(1.0, 10, 3)[2] > 0


def test_the_monte_carlo_p_counts_the_observed_among_the_replicates():
    chance = Chance(np.array([1.0, 2.0, 3.0, 4.0]))
    assert chance.monte_carlo(3.0) == 3 / 5
    assert chance.monte_carlo(9.0) == 1 / 5


def test_gumbel_p_is_close_to_the_truth_where_few_replicates_reach():
    generator = np.random.default_rng(5)
    chance = Chance(generator.gumbel(6.0, 1.1, 9999))
    for truth in (0.3, 0.05, 0.001, 0.00001):
        llr = 6.0 - 1.1 * log(-log(1.0 - truth))
        assert chance.gumbel(llr) == pytest.approx(truth, rel=0.3)


def test_p_is_monte_carlo_where_many_replicates_reach_and_gumbel_in_the_tail():
    chance = Chance(np.random.default_rng(5).gumbel(6.0, 1.1, 99))
    ranked = np.sort(chance.maxima)[::-1]
    assert chance.p(ranked[ENOUGH - 1]) == chance.monte_carlo(ranked[ENOUGH - 1]) == (1 + ENOUGH) / 100
    assert chance.p(ranked[ENOUGH - 2]) == chance.gumbel(ranked[ENOUGH - 2])
    assert 0.0 < chance.p(10_000.0) < 1e-100


def test_p_holds_when_every_replicate_is_alike():
    assert Chance(np.zeros(9)).p(5.0) == 1 / 10
