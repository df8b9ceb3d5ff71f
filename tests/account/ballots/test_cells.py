"""Where ballots are published: ten at least, both answers, each once."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from minsheng.account.ballots import FEWEST, Pending, placed

OCTOBER, DECEMBER = date(2026, 10, 1), date(2026, 12, 1)


def ballots(agency: str, month: date, good: int, bad: int, first: int = 0) -> list[Pending]:
    return [Pending(first + n, agency, month, n >= good) for n in range(good + bad)]


def test_an_agency_with_ten_and_both_answers_has_a_month_of_its_own() -> None:
    where = placed(ballots("a", OCTOBER, 9, 1), OCTOBER)
    assert Counter(where.values()) == {("a", "2026-10"): 10}


def test_nine_or_all_alike_wait() -> None:
    assert not placed(ballots("a", OCTOBER, 8, 1), OCTOBER)
    assert not placed(ballots("a", OCTOBER, 40, 0), OCTOBER)
    assert not placed(ballots("a", OCTOBER, 0, 40), OCTOBER)


def test_small_months_make_a_quarter_together() -> None:
    pending = [*ballots("a", OCTOBER, 5, 0), *ballots("a", date(2026, 11, 1), 4, 1, 100)]
    assert not placed(pending, date(2026, 11, 1))
    assert Counter(placed(pending, DECEMBER).values()) == {("a", "2026-Q4"): 10}


def test_what_is_left_at_the_years_end_goes_into_the_citys_pool() -> None:
    pending = [p for n in range(6) for p in ballots(f"u{n}", OCTOBER, 2, 1, n * 100)]
    where = placed(pending, DECEMBER)
    assert Counter(where.values()) == {("city", "2026"): 18}


def test_a_pool_that_is_too_small_waits_for_the_next_year() -> None:
    pending = ballots("a", OCTOBER, 3, 1)
    assert not placed(pending, DECEMBER)
    more = [*pending, *ballots("b", date(2027, 3, 1), 5, 2, 100)]
    assert Counter(placed(more, date(2027, 12, 1)).values()) == {("city", "2027"): 11}


def test_ballots_of_later_months_are_not_touched() -> None:
    assert not placed(ballots("a", date(2026, 11, 1), 20, 20), OCTOBER)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(1, 12), st.booleans()),
        max_size=120,
    )
)
def test_in_any_year_every_cell_has_ten_and_both_answers_and_nobody_is_counted_twice(drawn: list) -> None:
    pending = {Pending(i, agency, date(2026, month, 1), bad) for i, (agency, month, bad) in enumerate(drawn)}
    cells: Counter = Counter()
    bads: Counter = Counter()
    seen: set[int] = set()
    for month in range(1, 13):
        where = placed(pending, date(2026, month, 1))
        fresh = Counter(where.values())
        assert not set(fresh) & set(cells) or all(place[0] == "city" for place in set(fresh) & set(cells))
        cells += fresh
        bads += Counter(where[p] for p in where if p.bad)
        assert not seen & {p.order_id for p in where}
        seen |= {p.order_id for p in where}
        pending -= set(where)
    for place, n in cells.items():
        assert n >= FEWEST
        assert 0 < bads[place] < n
