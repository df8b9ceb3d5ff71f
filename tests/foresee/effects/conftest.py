"""Invented places whose true effect is known."""

from collections.abc import Callable

import numpy as np
import pytest

from minsheng.foresee.effects import Panel, panel_of

START, WEEKS = 78, 104


@pytest.fixture(scope="session")
def places() -> Callable[..., Panel]:
    """Makes a panel of places with a common season and deviations that fade (AR 0.7); the treated are the worst of the
    last month, or drawn at random; `true` is the effect as a share."""

    def make(
        seed: int, *, worst: bool = True, true: float = 0.0, units: int = 40, treated: int = 8, mean: float = 20.0
    ) -> Panel:
        rng = np.random.default_rng(seed)
        deviation = np.zeros((units, WEEKS))
        now = 0.3 * rng.standard_normal(units)
        for week in range(WEEKS):
            now = 0.7 * now + 0.3 * np.sqrt(0.51) * rng.standard_normal(units)
            deviation[:, week] = now
        season = 0.3 * np.cos(2 * np.pi * (np.arange(WEEKS) / 52 + 0.2))
        rate = mean * np.exp(season + deviation) * rng.uniform(0.5, 1.5, (units, 1))
        counts = rng.poisson(rate)
        height = counts[:, START - 4 : START].mean(axis=1) / counts[:, : START - 4].mean(axis=1)
        acted = np.argsort(-height)[:treated] if worst else rng.choice(units, treated, replace=False)
        counts[acted, START:] = rng.poisson(rate[acted, START:] * (1 + true))
        names = tuple(f"p{i:03}" for i in range(units))
        return panel_of(names, counts.astype(float), tuple(names[i] for i in acted), START)

    return make
