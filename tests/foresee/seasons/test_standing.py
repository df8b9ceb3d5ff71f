"""What goes on year after year is told from its kin, and by its silence when it has ended."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from minsheng.foresee.seasons.ordinary import Kin
from minsheng.foresee.seasons.standing import RATES, Standing, run_of, standing

PLACES, WEEKS, RETURNING = 400, 140, 8


def troubled() -> tuple[NDArray[np.int64], Kin]:
    """Six categories of 400 places; of the first, eight places ask every year, most in the same twelve weeks, and the
    last of these has not since the fifth season began."""
    rng = np.random.default_rng(3)
    group, place = np.divmod(np.arange(6 * PLACES), PLACES)
    mean = np.full((6 * PLACES, WEEKS), 0.02)
    mean[:RETURNING] += np.where((np.arange(WEEKS) + 52 * 3 - WEEKS) % 52 >= 40, 0.9, 0.15)
    mean[RETURNING - 1, WEEKS - 60 :] = 0.02
    mean[PLACES + 5, 50:70] = 1.5
    return rng.poisson(mean), Kin(group.astype(np.intp), place.astype(np.intp))


@pytest.fixture(scope="module")
def told() -> Standing:
    return standing(*troubled())


def test_what_asks_every_year_with_its_kin_goes_on(told: Standing) -> None:
    assert (told.goes_on[: RETURNING - 1] > 0.7).all()
    assert told.goes_on[RETURNING:].max() < 0.3


def test_a_trouble_that_is_silent_while_its_kin_ask_was_there_and_has_ended(told: Standing) -> None:
    assert told.was[RETURNING - 1] > 0.5
    assert told.goes_on[RETURNING - 1] < 0.1


def test_the_course_of_the_kin_stands_highest_in_their_season(told: Standing) -> None:
    assert set(np.argsort(told.course[0])[-3:].tolist()) == {10, 11, 12}


def test_nothing_is_told_where_names_say_no_place_or_little_more_than_a_year_is_seen() -> None:
    counts, kin = troubled()
    for blind in (standing(counts, Kin(kin.group, None)), standing(counts[:, :60], kin)):
        assert not blind.asked
        assert not blind.goes_on.any()


def test_the_sums_over_all_runs_are_what_counting_every_run_gives() -> None:
    ratio = np.random.default_rng(1).uniform(0.3, 3.0, (1, len(RATES), 4))
    begins, hazard = 0.2, 0.1
    total, lasting = 0.0, 0.0
    for start in range(4):
        born = begins / 4 + (1 - begins if start == 0 else 0)
        for end in range(start, 4):
            ends = 1.0 if end == 3 else hazard
            each = born * (1 - hazard) ** (end - start) * ends * ratio[0, :, start : end + 1].prod(axis=1).mean()
            total, lasting = total + each, lasting + (each if end == 3 else 0.0)
    run = run_of(ratio, begins, hazard)
    assert np.exp(run.likelihood[0]) == pytest.approx(total)
    assert run.goes_on[0] == pytest.approx(lasting / total)
