"""Comparison of units: what is learnt, how it is drawn in, ranks with intervals, funnels that hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import betabinom

from minsheng.account.appraisal import (
    Funnel,
    Outcomes,
    Place,
    fair,
    funnel,
    funnels_of_others,
    james_stein,
    plain,
    ranks,
)

EARLY = np.array((400, 378, 356, 333, 311, 311, 289, 267, 244, 244, 222, 222, 222, 222, 222, 200, 178, 156)) / 1000
SEASON = np.array((346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200)) / 1000


def drawn(rng: np.random.Generator, units: int = 150, spread: float = 0.5) -> tuple[Outcomes, np.ndarray]:
    """Units that meet two kinds of cases, easy and hard, in shares of their own; and their true effects."""
    effect = spread * rng.standard_normal(units)
    hard = rng.beta(0.6, 0.6, units)
    size = np.clip(np.exp(rng.normal(4, 1, units)), 5, 1000).astype(int)
    n = np.stack([size - (size * hard).astype(int), (size * hard).astype(int)], axis=1)
    y = rng.binomial(n, expit(np.array([2.0, 0.0]) + effect[:, None]))
    unit, cell = np.nonzero(n)
    ones = np.ones((2, 1))
    found = Outcomes(unit, cell, n[unit, cell].astype(float), y[unit, cell].astype(float), ones, units)
    return found, effect


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))[0, 1])


def test_adjustment_comes_nearer_to_the_truth_than_raw_shares() -> None:
    outcomes, effect = drawn(np.random.default_rng(1))
    found = fair(outcomes)
    assert correlation(found.rate, effect) > 0.7
    assert correlation(found.rate, effect) > correlation(found.y / found.n, effect) + 0.15


def test_the_spread_between_units_and_the_difficulty_of_cells_are_found() -> None:
    found = fair(drawn(np.random.default_rng(2), units=400)[0])
    assert found.spread == pytest.approx(0.5, abs=0.08)
    assert found.difficulty[0] - found.difficulty[1] == pytest.approx(2.0, abs=0.15)


def test_ninety_five_per_cent_intervals_hold_the_true_rate_of_about_ninety_five_per_cent() -> None:
    held, whole = 0, 0
    for seed in range(6):
        outcomes, effect = drawn(np.random.default_rng(seed), units=200)
        found = fair(outcomes)
        low, high = found.interval()
        true = (found.shares @ expit(np.array([2.0, 0.0])[:, None] + effect)).ravel()
        held, whole = held + int(((low <= true) & (true <= high)).sum()), whole + 200
    assert 0.92 <= held / whole <= 0.98


def test_a_unit_with_one_order_is_drawn_to_the_average_and_a_large_one_is_not() -> None:
    unit = np.arange(30)
    n, y = np.full(30, 400.0), np.full(30, 320.0)
    y[1], n[0], y[0] = 200.0, 1.0, 0.0
    y[2:] += np.tile((-20.0, 20.0), 14)
    found = fair(Outcomes(unit, np.zeros(30, int), n, y, np.ones((1, 1)), 30))
    assert found.rate[0] > 0.7
    assert found.rate[1] == pytest.approx(0.5, abs=0.05)


def test_an_outlier_alone_is_not_taken_for_more_certain_than_its_orders_allow() -> None:
    n, y = np.full(12, 100.0), np.array([30.0, *(78.0, 80.0, 82.0, 79.0, 81.0, 80.0, 77.0, 83.0, 80.0, 79.0, 81.0)])
    low, high = fair(Outcomes(np.arange(12), np.zeros(12, int), n, y, np.ones((1, 1)), 12)).interval()
    assert low[0] < 0.3 < high[0]
    assert high[0] - low[0] > 0.75 * 2 * 1.96 * np.sqrt(0.3 * 0.7 / 100)


def test_clustered_orders_count_for_less() -> None:
    rng = np.random.default_rng(3)
    unit, cell = (x.ravel() for x in np.meshgrid(np.arange(80), np.arange(12), indexing="ij"))
    chance = rng.beta(0.8 * 3, 0.2 * 3, len(unit))
    y = rng.binomial(8, chance).astype(float)
    found = fair(Outcomes(unit, cell, np.full(len(unit), 8.0), y, np.ones((12, 1)), 80))
    assert found.clustering == pytest.approx(0.25, abs=0.06)


def test_nothing_is_compared_when_all_ended_well() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        Outcomes(np.arange(3), np.zeros(3, int), np.full(3, 5.0), np.full(3, 5.0), np.ones((1, 1)), 3)


def test_baseball_is_drawn_in_as_efron_and_morris_published() -> None:
    mean = EARLY.mean()
    found = james_stein(EARLY, float(mean * (1 - mean) / 45))
    assert ((EARLY - SEASON) ** 2).sum() / ((found - SEASON) ** 2).sum() == pytest.approx(3.54, abs=0.005)


def test_our_own_shrinkage_does_as_well_on_baseball() -> None:
    hits = np.round(EARLY * 45)
    found = fair(Outcomes(np.arange(18), np.zeros(18, int), np.full(18, 45.0), hits, np.ones((1, 1)), 18))
    assert ((EARLY - SEASON) ** 2).sum() / ((found.rate - SEASON) ** 2).sum() > 2.8


def test_ranks_add_up_and_units_that_cannot_be_told_apart_share_the_middle() -> None:
    row = np.full(11, 1 / 11)
    found = ranks(np.tile(row, (9, 1)), np.random.default_rng(1))
    assert found.expected == pytest.approx(np.full(9, 5.0))
    assert set(found.low) == {1}
    assert set(found.high) == {9}


def test_a_unit_that_is_surely_best_is_first_and_its_interval_says_so() -> None:
    posterior = np.full((4, 5), 0.0)
    posterior[:3, :2], posterior[3, 4] = 0.5, 1.0
    found = ranks(posterior, np.random.default_rng(1))
    assert (found.expected[3], found.low[3], found.high[3]) == (1.0, 1, 1)
    assert found.expected.sum() == pytest.approx(10.0)


def test_chances_of_the_funnel_are_those_of_the_beta_binomial() -> None:
    whole = 1 / (0.3**2 * 0.7 * 0.3)
    known = betabinom(40, 0.7 * whole, 0.3 * whole)
    found = Funnel(0.0, np.array([0.3]), np.ones(1))
    for y in (0, 12, 28, 39, 40):
        expected = known.cdf(y - 1) + known.pmf(y) / 2
        assert found.below(np.array([float(y)]), np.array([40.0]), np.array([0.7]))[0] == pytest.approx(expected)


def test_a_unit_at_its_limit_is_within_and_one_beyond_is_out() -> None:
    found = Funnel(0.1, np.array([0.2]), np.ones(1))
    low, high = found.limits(200, 0.8)
    counts = np.array([low * 200 - 1, low * 200, high * 200, high * 200 + 1]).round()
    places = found.place(counts, np.full(4, 200.0), np.full(4, 0.8))
    assert [place.out for place in places] == [True, False, False, True]
    assert (places[0], places[3]) == (Place.VERY_LOW, Place.VERY_HIGH)


def test_limits_narrow_with_size_but_never_to_less_than_honest_units_differ() -> None:
    found = Funnel(0.0, np.array([0.2]), np.ones(1))
    widths = [np.subtract(*found.limits(n, 0.8)[::-1]) for n in (20, 100, 500, 5000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] > 0.15
    assert np.subtract(*plain().limits(5000, 0.8)[::-1]) < 0.04


@pytest.mark.parametrize(("share", "spread"), [(0.8, 0.2), (0.9, 0.3)])
def test_honest_units_rarely_lie_outside_limits_learnt_from_their_peers(share: float, spread: float) -> None:
    rng = np.random.default_rng(5)
    ours = binomial = 0
    for _ in range(50):
        n = np.clip(np.exp(rng.normal(5, 1.3, 60)), 10, 5000).round()
        y = rng.binomial(n.astype(int), expit(logit(share) + spread * rng.standard_normal(60))).astype(float)
        expected = np.full(60, share)
        peers = funnels_of_others(y, n, expected)
        ours += sum(f.place(y[[i]], n[[i]], expected[[i]])[0].out for i, f in enumerate(peers))
        binomial += sum(place.out for place in plain().place(y, n, expected))
    assert ours / 3000 <= 0.004
    assert binomial / 3000 >= 0.02


def test_a_unit_far_from_its_peers_is_a_sign_though_it_would_widen_the_spread_itself() -> None:
    n = np.full(12, 300.0)
    y = np.array([240, 243, 236, 239, 244, 238, 241, 235, 242, 240, 237, 150.0])
    expected = np.full(12, 0.8)
    each = funnels_of_others(y, n, expected)
    assert each[11].place(y[[11]], n[[11]], expected[[11]])[0] is Place.VERY_LOW
    assert funnel(y, n, expected).spread > 2 * each[11].spread


def test_units_with_harder_cases_are_held_to_what_these_lead_one_to_expect() -> None:
    rng = np.random.default_rng(6)
    expected = np.where(np.arange(40) < 20, 0.9, 0.6)
    n = np.full(40, 400.0)
    y = rng.binomial(400, expected).astype(float)
    each = funnels_of_others(y, n, expected)
    assert not any(f.place(y[[i]], n[[i]], expected[[i]])[0].out for i, f in enumerate(each))


def test_a_group_too_small_has_no_funnel() -> None:
    with pytest.raises(ValueError, match="wider peer group"):
        funnel(np.ones(3), np.full(3, 2.0), np.full(3, 0.5))
