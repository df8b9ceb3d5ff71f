"""What comes back: the same weeks of several years, not one bad summer, and long enough ahead."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from minsheng.foresee.seasons import returns
from minsheng.foresee.seasons.ending import ended
from minsheng.foresee.seasons.ordinary import kin_of
from minsheng.foresee.seasons.recurrence import path_prior, paths_of
from minsheng.foresee.seasons.years import Weeks, candidates, iso_week

from .conftest import ASOF, Villages


def likely(villages: Villages) -> set[int]:
    found = returns(villages.names, villages.counts, villages.begins, ASOF, least=0.5)
    return {villages.names.index(each.series) for each in found}


def test_places_troubled_every_summer_are_named_and_those_of_one_bad_summer_are_not(villages: Villages) -> None:
    assert likely(villages) == set(range(10))


def test_a_season_is_named_by_the_weeks_in_which_it_stood(villages: Villages) -> None:
    found = returns(villages.names, villages.counts, villages.begins, ASOF, least=0.5)
    for each in found:
        assert date(2026, 5, 11) <= each.begins <= date(2026, 6, 22)
        assert date(2026, 8, 3) <= each.last_week <= date(2026, 9, 14)


def test_every_season_begins_at_least_sixty_days_ahead_and_within_the_year_after(villages: Villages) -> None:
    found = returns(villages.names, villages.counts, villages.begins, ASOF, least=0.0)
    assert found
    assert all(60 <= (each.begins - ASOF).days <= 60 + 52 * 7 for each in found)


def test_the_surest_come_first_and_no_probability_leaves_the_unit_interval(villages: Villages) -> None:
    chances = [each.probability for each in returns(villages.names, villages.counts, villages.begins, ASOF, least=0.0)]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


def test_one_year_of_counts_makes_nothing_sure(villages: Villages) -> None:
    assert likely(villages.since(52)) == set()


def test_two_years_name_most_of_what_returns_and_no_bad_summer(villages: Villages) -> None:
    named = likely(villages.since(105))
    assert len(named & set(range(10))) >= 6
    assert not named & set(range(10, 20))


def test_weeks_after_the_day_of_asking_change_nothing(villages: Villages) -> None:
    asof = date(2025, 3, 1)
    known = sum(begin + timedelta(weeks=1) <= asof for begin in villages.begins)
    whole = returns(villages.names, villages.counts, villages.begins, asof)
    cut = returns(villages.names, villages.counts[:, :known], villages.begins[:known], asof)
    assert whole == cut


def test_what_a_whole_category_asks_about_in_winter_is_no_return_of_one_place() -> None:
    rng = np.random.default_rng(8)
    begins = [date(2023, 2, 27) + timedelta(weeks=k) for k in range(157)]
    winter = np.array([day.month in (11, 12, 1, 2) for day in begins])
    names = [f"{leaf}|{place:03d}" for leaf in ("heat", "noise", "roads") for place in range(80)]
    mean = np.full((240, 157), 0.2)
    mean[:80] = np.where(winter, 0.6, 0.02)
    mean[3, winter] *= 8
    found = returns(names, rng.poisson(mean), begins, date(2026, 8, 1), least=0.5)
    assert {each.series for each in found} == {"heat|003"}


def test_silence_where_requests_were_due_says_that_a_return_has_ended() -> None:
    counts = np.tile(np.where(np.arange(52) < 13, 2.0, 0.0), (2, 3))
    counts[1, 104 + 5 :] = 0
    goes_on, gone = ended(counts, np.full(2, 0.02), 0.15)
    assert goes_on < 0.15
    assert gone > 0.9


def test_names_are_read_as_category_and_place_whichever_stands_first() -> None:
    leaves, places = [f"l{i}" for i in range(4)], [f"p{i}" for i in range(6)]
    course = np.zeros((4, 104), dtype=np.int64)
    for leaf in range(4):
        course[leaf, np.arange(104) % 52 // 13 == leaf] = 5
    first = kin_of([f"{leaf}|{place}" for leaf in leaves for place in places], np.repeat(course, 6, axis=0))
    second = kin_of([f"{place}|{leaf}" for leaf in leaves for place in places], np.repeat(course, 6, axis=0))
    assert first.group.tolist() == second.group.tolist() == np.repeat(np.arange(4), 6).tolist()
    assert first.place is not None


def test_the_chances_of_all_runs_of_years_make_one_and_none_begins_before_the_data() -> None:
    prior = path_prior(4, 1, 0.85, 0.05)
    assert prior.sum() == pytest.approx(1)
    assert all(chance == 0 for chance, (start, _) in zip(prior, paths_of(4), strict=True) if start < 1)


def test_past_occurrences_lie_whole_years_before_the_coming_one() -> None:
    weeks = Weeks(date(2023, 1, 2), 156)
    season = candidates(weeks, date(2025, 12, 29))[1]
    begin = weeks.begin(season.start)
    for back, (start, end) in enumerate(reversed(season.spans(weeks).tolist()), start=1):
        if start > 0:
            assert abs((begin - weeks.begin(start)).days - 365.25 * back) <= 4
            assert end - start <= season.length


def test_weeks_with_a_gap_are_refused(villages: Villages) -> None:
    broken = [*villages.begins[:5], *villages.begins[6:]]
    with pytest.raises(ValueError, match="do not follow each other"):
        returns(villages.names, villages.counts[:, 1:], broken, ASOF)


def test_a_day_before_all_counts_is_refused(villages: Villages) -> None:
    with pytest.raises(ValueError, match="No week of the data is over"):
        returns(villages.names, villages.counts, villages.begins, date(2020, 1, 1))


def test_weeks_are_written_by_the_iso_calendar() -> None:
    assert iso_week(date(2027, 1, 1)) == "2026-W53"
