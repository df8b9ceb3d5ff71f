"""A plan says everything about a run, and is refused in words where it cannot be run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from minsheng.sim.plan import BadPlan, Plan, Strength, Switch, gaming
from support.city import small


def test_ways_of_cheating_are_read_with_strength_and_share_of_units() -> None:
    assert gaming("press=0.5,early_close=0.8@0.2") == {
        Switch.PRESS: Strength(0.5, 0.3),
        Switch.EARLY_CLOSE: Strength(0.8, 0.2),
    }
    assert set(gaming("all=0.4@0.1")) == set(Switch)
    assert gaming("early-close=0.8@0.2") == {Switch.EARLY_CLOSE: Strength(0.8, 0.2)}
    assert gaming("none") == gaming("off") == gaming("") == gaming("press=0") == {}


@pytest.mark.parametrize("spec", ["bribe", "press=much", "press=1.5", "press=0.5@2", "press=-1"])
def test_what_cannot_be_read_is_said_with_the_switches_that_there_are(spec: str) -> None:
    with pytest.raises(BadPlan, match=r"--gaming .*(early_close|between 0 and 1)"):
        gaming(spec)


def test_a_run_ends_the_day_before_the_same_day_months_later() -> None:
    assert Plan(Path(), 12, 700, 1, first=date(2025, 1, 1)).last == date(2025, 12, 31)
    assert Plan(Path(), 12, 700, 1, first=date(2025, 1, 1)).days == 365
    assert Plan(Path(), 1, 700, 1, first=date(2025, 1, 31)).last == date(2025, 2, 27)
    assert Plan(Path(), 14, 40, 1, first=date(2025, 11, 15)).last == date(2027, 1, 14)


@pytest.mark.parametrize(("months", "per_day", "actions"), [(0, 10, 0), (1, 0, 0), (1, 1e9, 0), (1, 10, -1)])
def test_a_plan_that_cannot_be_run_is_refused(months: int, per_day: float, actions: int) -> None:
    with pytest.raises(BadPlan, match="--"):
        Plan(Path(), months, per_day, 1, interventions=actions)


def test_every_part_of_a_plan_is_in_its_fingerprint() -> None:
    plans = [small(), small(2), small(spec="press"), small(spec="press=0.6"), small(months=3), small(per_day=31)]
    plans.append(small(interventions=1))
    marks = [plan.fingerprint("pack") for plan in plans] + [small().fingerprint("other pack")]
    assert len(set(marks)) == len(marks)
    assert small().fingerprint("pack") == marks[0]
