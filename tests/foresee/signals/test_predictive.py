"""The predictive distribution, its limits, and the combination of windows."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom, nbinom

from minsheng.foresee.signals.predictive import Outlook, exceeds, limits, tails
from minsheng.foresee.signals.windows import BEFORE, bet, combined, evidence, needed


def outlook(n: int, seed: int = 4) -> Outlook:
    rng = np.random.default_rng(seed)
    dispersion = 1.05 + rng.gamma(1.0, 1.0, n)
    return Outlook(np.exp(rng.uniform(-5, 6, n)), rng.uniform(0, 0.3, n), dispersion, rng.uniform(0, 0.5, n))


def test_few_and_many_requests_have_the_tail_of_the_negative_binomial() -> None:
    y = np.arange(-1.0, 40.0)
    mean, dispersion = np.full(41, 6.5), np.full(41, 2.5)
    assert np.allclose(exceeds(y, mean, dispersion), nbinom(6.5 / 1.5, 1 / 2.5).sf(y), rtol=1e-9)


def test_for_poisson_counts_the_probabilities_are_those_of_the_count_given_the_total() -> None:
    past, periods = 12, 60
    y = np.arange(0.0, 4.0)
    known = Outlook(*(np.full(4, value) for value in (past / periods, 1 / past, 1.0001, 0.0)))
    found = tails(y, known)
    assert np.allclose(found[0], [binom(past + k, 1 / (periods + 1)).sf(k) for k in y], rtol=0.13)
    assert np.allclose(found[1], [binom(past + k, 1 / (periods + 1)).sf(k - 1) for k in y], rtol=0.13)


def test_the_limit_is_the_largest_count_without_an_alarm() -> None:
    known = outlook(4000)
    level = np.exp(np.random.default_rng(5).uniform(np.log(1e-4), np.log(0.5), 4000))
    limit = limits(level, known)
    assert np.all(tails(limit, known)[1] > level)
    assert np.all(tails(limit + 1, known)[1] <= level * (1 + 1e-9))
    assert limits(np.ones(1), known.at(np.array([0])))[0] == -1


def test_the_score_of_a_period_has_mean_one_for_any_discrete_count() -> None:
    for mean in (0.05, 0.5, 7.0):
        law = nbinom(mean / 0.8, 1 / 1.8)
        y = np.arange(0, 400)
        scores = bet(law.sf(y), law.sf(y - 1))
        assert np.isclose(law.pmf(y) @ scores, 1.0, atol=1e-6)


def test_the_combined_p_of_uniform_periods_is_uniform() -> None:
    rng = np.random.default_rng(6)
    u = rng.random((BEFORE + 1, 400_000))
    weight = evidence(bet(np.maximum(u[:BEFORE] - 1e-9, 0), u[:BEFORE] + 1e-9))
    p = combined(u[BEFORE], weight)
    for level in (0.005, 0.01, 0.05, 0.5):
        assert abs(np.mean(p <= level) / level - 1) < 5 / np.sqrt(400_000 * level)


def test_the_needed_p_is_where_the_combined_p_reaches_alpha() -> None:
    weight = np.array([0.8, 1.0, 6.0, 40.0])
    for alpha in (0.001, 0.01, 0.1):
        level = needed(alpha, weight)
        inside = level < 1
        assert np.allclose(combined(level, weight)[inside], alpha, rtol=1e-6)


def test_three_quiet_periods_take_little_from_the_first_week_of_an_outbreak() -> None:
    quiet = evidence(np.zeros((BEFORE, 1)))
    assert combined(np.array([0.005]), quiet)[0] < 0.0065
