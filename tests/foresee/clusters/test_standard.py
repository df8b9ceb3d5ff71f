"""Indirect standardisation and people between censuses."""

import numpy as np
import pytest

from minsheng.foresee.clusters import Unusable, between_censuses, standardised_expectation


def test_expectation_gives_each_stratum_the_rate_of_all():
    people = np.array([[[100.0, 10.0]], [[100.0, 90.0]]])
    expected = standardised_expectation(np.array([20, 50]), people)
    assert expected.ravel() == pytest.approx([100 * 0.1 + 10 * 0.5, 100 * 0.1 + 90 * 0.5])
    assert expected.sum() == pytest.approx(70)


def test_a_stratum_with_cases_and_without_people_is_refused():
    with pytest.raises(Unusable, match="Stratum 1 has cases and no people"):
        standardised_expectation(np.array([1, 1]), np.array([[[5.0, 0.0]]]))


def test_an_empty_stratum_expects_nothing():
    assert standardised_expectation(np.array([1, 0]), np.array([[[5.0, 0.0]]])).tolist() == [[1.0]]


def test_people_between_censuses_lie_on_a_straight_line_and_stay_level_outside():
    people = np.array([[100.0, 200.0, 100.0]])
    years = np.array([1970.0, 1973.0, 1978.0, 1982.0, 1991.0, 1995.0])
    known = between_censuses(np.array([1973.0, 1983.0, 1991.0]), people, years)
    assert known.ravel() == pytest.approx([100.0, 100.0, 150.0, 190.0, 100.0, 100.0])


def test_one_census_holds_for_all_times():
    assert between_censuses(np.array([2020.0]), np.array([[7.0]]), np.array([2010.0, 2030.0])).tolist() == [[7.0, 7.0]]
