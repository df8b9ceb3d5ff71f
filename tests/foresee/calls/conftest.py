"""An invented line whose true rates are known."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from minsheng.foresee.calls.table import Calls

Floats = NDArray[np.float64]
FIRST = date(2030, 1, 7)
WEEK = np.array([1.3, 1.05, 1.0, 0.95, 1.0, 0.55, 0.4])


@pytest.fixture(scope="session")
def line() -> Callable[..., tuple[Calls, Floats]]:
    """Makes calls of a line open 08:00–20:00 with two humps, a weekday pattern and busy and quiet days; also the rate
    expected of every cell before the day's own luck."""

    def make(
        days: int, *, seed: int, mean: float = 120.0, luck: float = 0.06, closed: tuple[int, ...] = ()
    ) -> tuple[Calls, Floats]:
        generator = np.random.default_rng(seed)
        hours = np.arange(48) / 2
        shape = np.exp(-0.5 * ((hours - 10) / 1.8) ** 2) + 0.8 * np.exp(-0.5 * ((hours - 15.5) / 2.2) ** 2)
        shape = np.where((hours >= 8) & (hours < 20), shape, 0.0)
        shape = shape / shape[shape > 0].mean()
        weekday = (FIRST.weekday() + np.arange(days)) % 7
        rates = mean * WEEK[weekday][:, None] * shape * ~np.isin(weekday, closed)[:, None]
        busy = generator.gamma(1 / luck**2, luck**2, size=(days, 1))
        return Calls(FIRST, 30, generator.poisson(rates * busy).astype(float)), rates

    return make
