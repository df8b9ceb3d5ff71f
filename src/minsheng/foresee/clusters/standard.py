"""What a place would have if everyone everywhere fared alike (间接标准化): indirect standardisation by strata such as
age and sex, and people between census years by straight lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.clusters.tables import Unusable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def standardised_expectation(cases_by_stratum: Ints, population: Floats) -> Floats:
    """Expected cases, (places, periods), that sum to all cases: people of each stratum there and then × the rate of
    that stratum over all places and periods.

    `cases_by_stratum` is (strata,), `population` (places, periods, strata). Raises Unusable when a stratum has cases
    and no people."""
    people = population.sum(axis=(0, 1))
    empty = np.flatnonzero((people <= 0) & (cases_by_stratum > 0))
    if len(empty):
        raise Unusable(f"Stratum {int(empty[0])} has cases and no people: give its population, or leave it out.")
    rates = np.divide(cases_by_stratum, people, out=np.zeros(len(people)), where=people > 0)
    return np.asarray(population @ rates)


def between_censuses(census_times: Floats, population: Floats, times: Floats) -> Floats:
    """Population at `times` on straight lines between censuses, level before the first and after the last:
    `population` has the censuses on its second axis, (places, censuses, …), the result the times."""
    place = np.clip(np.searchsorted(census_times, times, side="right") - 1, 0, max(len(census_times) - 2, 0))
    after = np.minimum(place + 1, len(census_times) - 1)
    span = np.where(after > place, census_times[after] - census_times[place], 1.0)
    share = np.clip((times - census_times[place]) / span, 0.0, 1.0).reshape(-1, *([1] * (population.ndim - 2)))
    return np.asarray(population[:, place] * (1.0 - share) + population[:, after] * share)
