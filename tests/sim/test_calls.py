"""The telephone queue: every call is answered or given up, and waiting follows from who is there to answer."""

from __future__ import annotations

import pytest

from minsheng.sim.calls import Switchboard
from minsheng.sim.chance import Chance
from minsheng.sim.hours import DAY

NINE = 9 * 3600


@pytest.fixture
def board() -> Switchboard:
    return Switchboard(400, Chance(1))


def test_every_call_is_answered_or_given_up_and_counted_once(board: Switchboard) -> None:
    asked = [NINE + 40 * i for i in range(400)]
    said, counts = board.day(0, 1.0, asked)
    assert sum(h.offered for h in counts) == sum(h.answered + h.abandoned for h in counts)
    assert sum(h.offered for h in counts) >= len(asked)
    assert all(t is None or t > a for a, t in zip(asked, said, strict=True))
    assert sum(t is not None for t in said) > 300


def test_four_times_the_calls_wait_longer_and_more_give_up(board: Switchboard) -> None:
    quiet = [NINE + 100 * i for i in range(300)]
    storm = [NINE + 20 * i for i in range(1500)]
    _, usual = board.day(0, 1.0, quiet)
    said, peak = board.day(DAY, 1.0, [DAY + t for t in storm])
    waited = [sum(h.waited for h in day) / sum(h.answered for h in day) for day in (usual, peak)]
    lost = [sum(h.abandoned for h in day) / sum(h.offered for h in day) for day in (usual, peak)]
    assert waited[1] > 3 * waited[0]
    assert lost[0] < 0.1 < lost[1]
    assert None in said


def test_staff_follow_the_load_of_the_half_hour_and_never_fewer_than_two(board: Switchboard) -> None:
    assert board.agents(6, 1.0) == 2
    assert board.agents(19, 1.0) > board.agents(40, 1.0) >= 2
    assert board.agents(19, 0.5) < board.agents(19, 1.0)
