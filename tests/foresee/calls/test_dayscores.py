"""The Gaussian process of day scores: its gradient, its AR(1) limit, and days that are unlike all others."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from minsheng.foresee.calls import dayscores
from minsheng.foresee.calls.dayscores import PRIOR, Days, Pairs, fit_days


def week_days(count: int) -> Days:
    number = np.arange(count, dtype=float)
    return Days(number, np.arange(count) % 5, 1 + number % 30, (number % 17 == 3).astype(float), 5)


def test_the_gradient_of_the_likelihood_is_its_slope() -> None:
    generator = np.random.default_rng(1)
    days = week_days(40)
    arguments = (generator.normal(size=40), Pairs.of(days, days), np.full(40, 0.05))
    off = check_grad(
        lambda at: dayscores._misfit(at, *arguments)[0], lambda at: dayscores._misfit(at, *arguments)[1], PRIOR + 0.3
    )
    assert off < 1e-4


def test_a_level_alone_is_forecast_as_an_autoregression_of_one_day() -> None:
    alone = np.full(10, -30.0)
    alone[dayscores.LEVEL], alone[dayscores.LEVEL_DAYS] = 0.0, np.log(10)
    days = week_days(31)
    history = Days(days.number[:30], days.weekday[:30], days.month_day[:30], days.reopening[:30], 5)
    ahead = Days(days.number[30:], days.weekday[30:], days.month_day[30:], days.reopening[30:], 5)
    scores = np.random.default_rng(2).normal(size=30)
    model = fit_days(scores, history, extra_noise=np.zeros(30), parameters=alone)
    mean, variance = model.ahead(ahead)
    far = np.abs(scores).max() > dayscores.FAR
    assert not far
    assert mean[0] == pytest.approx(np.exp(-0.1) * scores[-1], rel=1e-4)
    assert variance[0] / model.scale**2 == pytest.approx(1 - np.exp(-0.2), rel=1e-4)


def test_unusual_days_widen_the_law_of_unusual_days_only() -> None:
    generator = np.random.default_rng(3)
    days, calm = week_days(100), generator.normal(size=100)
    wild = calm.copy()
    wild[[22, 46, 83]] += 12
    quiet = fit_days(calm, days, extra_noise=np.zeros(100))
    moved = fit_days(wild, days, extra_noise=np.zeros(100))
    assert quiet.unusual < 3
    assert moved.unusual > 5
    assert moved.ahead(days)[1].mean() < 2 * quiet.ahead(days)[1].mean()
