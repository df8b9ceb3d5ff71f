"""Re-calls: how many, whom, and what they prove."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from scipy.stats import binom

from minsheng.account.gaming import drawn, from_random, resample, whatever_the_rest_say


@pytest.mark.parametrize(("suspected", "calls"), [(0.85, 320), (0.80, 140), (0.70, 60)])
def test_so_many_calls_tell_92_percent_from_less(suspected: float, calls: int) -> None:
    sample = resample(0.92, suspected)
    assert sample.calls == calls
    assert binom.cdf(sample.least_yes - 1, calls, 0.92) <= 0.01
    assert binom.cdf(sample.least_yes - 1, calls, suspected) >= 0.95


def test_no_smaller_sample_would_do() -> None:
    for calls in range(1, resample(0.92, 0.85, lot=1).calls):
        against = max((c for c in range(calls) if binom.cdf(c, calls, 0.92) <= 0.01), default=-1)
        assert against < 0 or binom.cdf(against, calls, 0.85) < 0.95


def test_a_rate_that_is_not_lower_is_no_question() -> None:
    with pytest.raises(ValueError, match="lower suspected"):
        resample(0.8, 0.9)
    with pytest.raises(ValueError, match="larger difference"):
        resample(0.9, 0.8999)


def test_bounds_hold_however_the_called_were_chosen() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        likes = rng.random(200) < rng.random()
        called = rng.random(200) < np.where(likes, *rng.random(2))
        bounds = whatever_the_rest_say(int((likes & called).sum()), int(called.sum()), 200)
        assert bounds.low <= likes.mean() <= bounds.high


def test_a_random_sample_finds_the_truth_that_chosen_calls_hide() -> None:
    rng, covered = np.random.default_rng(2), 0
    likes = np.arange(1000) < 700
    chosen = rng.random(1000) < np.where(likes, 0.8, 0.2)
    assert likes[chosen].mean() > 0.85
    for _ in range(200):
        some = rng.choice(1000, 150, replace=False)
        bounds = from_random(int(likes[some].sum()), 150, 150, 1000)
        covered += bounds.low <= 0.7 <= bounds.high
    assert covered >= 185


def test_those_who_do_not_answer_widen_what_a_sample_tells() -> None:
    all_answer, some_do = from_random(80, 100, 100, 1000), from_random(80, 100, 120, 1000)
    assert some_do.high > all_answer.high
    assert some_do.low < all_answer.low


def test_a_census_leaves_nothing_open() -> None:
    bounds = from_random(70, 100, 100, 100)
    assert (bounds.low, bounds.high) == (0.7, 0.7)


def test_anyone_draws_the_same_orders_from_the_same_checkpoint() -> None:
    orders = [f"AY{n:06d}" for n in range(1000)]
    first = drawn(b"checkpoint", orders, 50)
    assert first == drawn(b"checkpoint", reversed(orders), 50)
    assert len(set(first)) == 50
    assert len(set(first) & set(drawn(b"another", orders, 50))) < 15


def test_the_draw_is_that_of_the_least_hashes() -> None:
    lots = sorted(("a", "b", "c"), key=lambda order: sha256(b"head" + order.encode()).digest())
    assert drawn(b"head", "abc", 1) == (lots[0],)


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="some are answered"):
        whatever_the_rest_say(5, 4, 10)
    with pytest.raises(ValueError, match="no larger"):
        from_random(1, 2, 30, 20)
