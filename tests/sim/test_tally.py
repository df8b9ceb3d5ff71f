"""What a load counts and how it counts waiting: from the moment a message was due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.sim.tally import Look, Outcome, Report, Tally, Waits, percentile


def filed(due: float, sent: float | None, done: float, status: int | None = 201, **more: object) -> Outcome:
    """One request."""
    return Outcome("file", due, sent, done, status, **more)


def report(outcomes: list[Outcome], look: Look) -> Report:
    """As a load makes it."""
    return Report.of(outcomes, look, url="http://house", city="Qinghe", rate=2, seconds=4, connections=1)


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    hundred = [float(n) for n in range(1, 101)]
    assert [percentile(hundred, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 50, 95, 99, 100]
    assert percentile([7.0], 0.5) == percentile([7.0], 0.99) == 7
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_at_least_that_share_of_all_lies_at_or_below_a_percentile(values: list[float], share: float) -> None:
    found = percentile(sorted(values), share)
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values) - 1e-9
    assert sum(v < found for v in values) < share * len(values)


def test_a_house_that_stands_still_once_is_felt_by_all_who_were_due_meanwhile() -> None:
    """One connection, a message every 10 ms, each answered in 1 ms, but the first in 1 s."""
    outcomes, free = [], 0.0
    for n in range(100):
        due = n / 100
        sent = max(due, free)
        free = sent + (1.0 if n == 0 else 0.001)
        outcomes.append(filed(due, sent, free))
    tally = Tally.of(outcomes)
    assert tally.since_sent.p95 == pytest.approx(1.0)
    assert tally.since_sent.longest == tally.since_due.longest == pytest.approx(1000)
    assert tally.since_due.p50 == pytest.approx(1000 - 49 * 9, abs=10)
    assert tally.since_due.p95 > 900
    assert tally.late == 99


def test_every_message_has_one_fate() -> None:
    outcomes = [
        filed(0.0, 0.0, 0.1),
        filed(0.1, 0.1, 0.9, 200, times=2),
        filed(0.2, 0.2, 0.3, 422, code="422 channel"),
        filed(0.3, 0.3, 0.4, 422, code="422 channel"),
        filed(0.4, 0.4, 0.5, 409, code="409 external_id_taken"),
        filed(0.5, 0.5, 0.6, 503),
        filed(0.6, 0.9, 1.6, None, times=2),
        filed(0.7, None, 2.7),
    ]
    t = Tally.of(outcomes)
    assert (t.acknowledged, t.repeated, t.failed, t.unanswered, t.never_sent) == (1, 1, 1, 1, 1)
    assert t.refused == {"409 external_id_taken": 1, "422 channel": 2}
    assert (t.planned, t.sent, t.sent_again, t.late) == (8, 7, 2, 1)
    assert t.acknowledged + t.repeated + sum(t.refused.values()) + t.failed + t.unanswered + t.never_sent == t.planned


def test_who_was_never_served_has_waited_until_the_load_gave_up() -> None:
    assert Tally.of([filed(1.0, None, 31.0, None)]).since_due == Waits(30_000, 30_000, 30_000, 30_000)


def test_a_command_is_done_with_200_where_a_filing_would_be_a_repetition() -> None:
    done = Tally.of([Outcome("track", 0, 0, 0.1, 200), Outcome("track", 0, 0, 0.1, 404, "404 not_found")])
    assert (done.acknowledged, done.repeated, done.refused) == (1, 0, {"404 not_found": 1})


def test_the_rate_reached_counts_the_time_until_the_last_answer() -> None:
    outcomes = [filed(0.5 * n, 0.5 * n, n + 1) for n in range(8)]
    assert report(outcomes, Look(8, 0, 0)).rate_reached == 8 / 8
    assert report(outcomes[:2], Look(2, 0, 0)).rate_reached == 2 / 4


def test_a_report_says_both_sides_of_every_share() -> None:
    outcomes = [filed(0.0, 0.0, 0.1), filed(0.1, 0.2, 0.3), filed(0.2, 0.2, 0.3, 422, code="422 phone")]
    said = report([*outcomes, Outcome("track", 1, 1, 2, 200)], Look(2, 1, 0)).words()
    for words in (
        "模拟数据",
        "3 of 3 sent; 2 acknowledged (201), 0 repeated (200); 1 refused (422 phone)",
        "2 acknowledged in 4.0 s = 0.5 a second; asked for 2 a second for 4 s, 3 came up",
        "late: 1 of 3 sent",
        "track: 1 of 1 done",
        "lost: 1 of 2 looked up at the end (of 2 acknowledged)",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("look", "sound"), [((2, 0, 0), True), ((2, 1, 0), False), ((2, 0, 1), False), ((0, 0, 0), False)]
)
def test_a_load_is_sound_when_all_that_was_looked_up_was_found(look: tuple[int, int, int], sound: bool) -> None:
    assert report([filed(0, 0, 1)], Look(*look)).sound is sound


def test_a_load_without_any_message_has_a_report() -> None:
    empty = report([], Look(0, 0, 0))
    assert empty.filed.since_due == Waits()
    assert "0 of 0 sent" in empty.words()
