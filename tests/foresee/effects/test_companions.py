"""Companion methods: identities that can be checked by hand, and a published figure where its data are at hand."""

import numpy as np
import pytest

from minsheng.foresee.effects import interrupted, sdid_effect, sdid_weights, synthetic


def test_synthetic_difference_in_differences_of_parallel_courses_is_the_step() -> None:
    course = np.array([3.0, 5.0, 4.0, 6.0, 5.0, 7.0])
    outcome = np.array([0.0, 2.0, 4.0, 9.0])[:, None] + course
    treated = np.array([False, False, True, True])
    outcome[treated, 4:] -= 1.5
    assert sdid_effect(outcome, treated, 4) == pytest.approx(-1.5)


def test_the_control_that_moves_as_the_treated_do_carries_the_weight() -> None:
    rng = np.random.default_rng(1)
    alike, unlike = np.cumsum(rng.normal(size=30)), np.cumsum(rng.normal(size=30))
    outcome = np.array([alike, unlike, -unlike, alike + 10.0])
    units, times = sdid_weights(outcome, np.array([False, False, False, True]), 24)
    assert units.argmax() == 0
    assert units[0] > 2 * abs(units[1] - units[2])
    assert (units.sum(), times.sum()) == pytest.approx((1.0, 1.0))
    assert min(units.min(), times.min()) >= 0


def test_a_step_on_a_line_with_a_season_is_found_by_the_interrupted_series() -> None:
    when = np.arange(120)
    total = np.exp(8 + 0.1 * (when - 90) / 52 + 0.3 * np.cos(2 * np.pi * when / 52) - 0.25 * (when >= 90))
    found = interrupted(total[None, :], np.array([True]), 90, 52)
    assert found.ratio == pytest.approx(np.exp(-0.25), rel=0.001)
    assert found.low <= found.ratio <= found.high


def test_placebo_errors_of_the_synthetic_estimate_hold_an_effect_that_is_there() -> None:
    rng = np.random.default_rng(4)
    counts = rng.poisson(40, size=(30, 80)).astype(float)
    treated = np.arange(30) < 6
    counts[treated, 60:] = rng.poisson(28, size=(6, 20))
    found = synthetic(counts, treated, 60, 1.0, rng=rng, placebos=20)
    assert found.low < 0.7 < found.high < 1
