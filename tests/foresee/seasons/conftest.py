"""Invented places of which some are troubled every summer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

ASOF = date(2026, 3, 1)


@dataclass(frozen=True)
class Villages:
    """Counts of 300 places by week; the first ten are troubled every summer, the next ten in the last summer alone."""

    names: list[str]
    counts: NDArray[np.int64]
    begins: list[date]

    def since(self, weeks: int) -> Villages:
        """The last so many weeks alone."""
        return Villages(self.names, self.counts[:, -weeks:], self.begins[-weeks:])


@pytest.fixture(scope="session")
def villages() -> Villages:
    rng = np.random.default_rng(5)
    begins = [date(2022, 2, 28) + timedelta(weeks=k) for k in range(4 * 52 + 1)]
    summer = np.array([day.month in (6, 7, 8) for day in begins])
    last = summer & np.array([day.year == 2025 for day in begins])
    mean = np.exp(rng.normal(0.2, 0.3, 300))[:, None] * np.ones(len(begins))
    mean[:10, summer] *= 5
    mean[10:20, last] *= 5
    return Villages([f"village {i:03d}" for i in range(300)], rng.poisson(mean), begins)
