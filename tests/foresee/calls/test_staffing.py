"""Erlang A and C against the balance equations, a simulation and printed values; agents for a level."""

import heapq
import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from minsheng.foresee.calls.forecast import Forecast
from minsheng.foresee.calls.staffing import Line, agents_by_slot, agents_needed, service

PALM = Line(handling_minutes=3, patience_minutes=2)


def balanced(agents: int, per_minute: float, line: Line, states: int = 200) -> np.ndarray:
    """The steady state from the balance equations of the chain, solved as a linear system."""
    mu, theta = 1 / line.handling_minutes, 1 / line.patience_minutes
    flow = np.zeros((states, states))
    for k in range(states - 1):
        out = min(k + 1, agents) * mu + max(k + 1 - agents, 0) * theta
        flow[k, k + 1], flow[k + 1, k] = per_minute, out
    flow -= np.diag(flow.sum(axis=1))
    system = np.vstack([flow.T, np.ones(states)])
    return np.linalg.lstsq(system, np.append(np.zeros(states), 1.0), rcond=None)[0]


def in_time(agents: int, queue: np.ndarray, line: Line) -> float:
    """Share of callers who wait (by people ahead of them) and are served in time, from the equations of their place."""
    mu, theta = agents / line.handling_minutes, 1 / line.patience_minutes
    places = len(queue)
    leave = mu + theta * np.arange(places)

    def moves(_: float, at: np.ndarray) -> np.ndarray:
        place = at[:places]
        change = -place * (leave + theta)
        change[:-1] += place[1:] * leave[1:]
        return np.append(change, place[0] * leave[0])

    end = solve_ivp(moves, (0, line.within_seconds / 60), np.append(queue, 0.0), method="LSODA", rtol=1e-10, atol=1e-13)
    return float(end.y[-1, -1])


def test_the_textbook_line_of_ten_agents_loses_13_75_percent() -> None:
    found = service(10, 200, PALM)
    assert found.abandons == pytest.approx(0.1375, abs=5e-5)
    assert found.mean_wait_seconds == pytest.approx(found.abandons * 120)


@pytest.mark.parametrize(
    ("agents", "per_hour", "patience"), [(10, 200, 2), (5, 160, 4), (20, 380, 1), (1, 10, 0.5), (12, 150, 3)]
)
def test_erlang_a_is_the_solution_of_the_balance_equations(agents: int, per_hour: float, patience: float) -> None:
    line = Line(handling_minutes=3, patience_minutes=patience, within_seconds=20)
    state = balanced(agents, per_hour / 60, line)
    queue = state[agents:]
    found = service(agents, per_hour, line)
    assert found.waits == pytest.approx(queue.sum(), abs=1e-9)
    assert found.abandons == pytest.approx(queue @ np.arange(len(queue)) / patience / (per_hour / 60), abs=1e-9)
    assert found.busy == pytest.approx(np.minimum(np.arange(len(state)), agents) @ state / agents, abs=1e-9)
    assert found.answered_in_time == pytest.approx(state[:agents].sum() + in_time(agents, queue[:80], line), abs=1e-6)


def test_a_simulated_line_serves_as_erlang_a_says() -> None:
    generator = np.random.default_rng(4)
    calls = 120_000
    arrivals = np.cumsum(generator.exponential(60 / 200, calls))
    patience, handling = generator.exponential(2, calls), generator.exponential(3, calls)
    free = [0.0] * 10
    lost = prompt = 0
    for at, waits, talks in zip(arrivals, patience, handling, strict=True):
        begins = max(at, free[0])
        if begins - at > waits:
            lost += 1
            continue
        prompt += begins - at <= PALM.within_seconds / 60
        heapq.heapreplace(free, begins + talks)
    found = service(10, 200, PALM)
    assert lost / calls == pytest.approx(found.abandons, abs=0.006)
    assert prompt / calls == pytest.approx(found.answered_in_time, abs=0.01)


@pytest.mark.parametrize(
    ("agents", "load", "waits"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (10, 8.0, 0.409180), (3, 2.0, 4 / 9)]
)
def test_endless_patience_gives_erlang_c(agents: int, load: float, waits: float) -> None:
    found = service(agents, load * 60 / 3, Line(handling_minutes=3))
    assert found.waits == pytest.approx(waits, abs=1e-6)
    assert found.mean_wait_seconds == pytest.approx(waits * 180 / (agents - load), rel=1e-5)
    assert found.answered_in_time == pytest.approx(1 - waits * math.exp(-(agents - load) * 15 / 180), abs=1e-6)


def test_growing_patience_comes_to_erlang_c() -> None:
    endless = service(11, 200, Line(handling_minutes=3))
    patient = service(11, 200, Line(handling_minutes=3, patience_minutes=1e7))
    assert patient.answered_in_time == pytest.approx(endless.answered_in_time, abs=1e-5)
    assert patient.mean_wait_seconds == pytest.approx(endless.mean_wait_seconds, rel=1e-4)


def test_endless_patience_before_too_few_agents_waits_for_ever() -> None:
    assert service(5, 200, Line(handling_minutes=3)).mean_wait_seconds == math.inf


def test_without_agents_every_caller_gives_up() -> None:
    found = service(0, 60, PALM)
    assert found.abandons == pytest.approx(1)
    assert found.answered_in_time == 0


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 4000), st.floats(0.5, 12), st.floats(0.2, 60), st.floats(0, 60))
def test_the_agents_needed_meet_the_level_and_one_fewer_does_not(
    per_hour: float, handling: float, patience: float, seconds: float
) -> None:
    line = Line(handling, patience, within_seconds=seconds)
    agents = agents_needed(per_hour, line)
    assert service(agents, per_hour, line).answered_in_time >= line.level
    assert service(agents - 1, per_hour, line).answered_in_time < line.level


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 3000), st.floats(0, 500))
def test_more_calls_never_need_fewer_agents(per_hour: float, more: float) -> None:
    assert agents_needed(per_hour + more, PALM) >= agents_needed(per_hour, PALM)


def made(mean: float, variance: float) -> Forecast:
    each = np.array([mean, 0.0])
    spread = np.array([variance, 0.0])
    times = [datetime.fromisoformat("2030-01-07 09:00") + timedelta(minutes=30 * i) for i in range(2)]
    return Forecast(times, 30, each, spread, np.zeros(2), spread)


def test_an_uncertain_rate_is_staffed_above_its_mean_and_a_closed_slot_by_nobody() -> None:
    sure = agents_by_slot(made(100, 1e-6), PALM, chance=0.8)
    unsure = agents_by_slot(made(100, 400.0), PALM, chance=0.8)
    assert sure[0] == agents_needed(200, PALM)
    assert unsure[0] > sure[0]
    assert unsure[1] == 0


def test_the_level_is_met_with_the_wanted_chance_over_the_rates() -> None:
    agents = int(agents_by_slot(made(100, 400.0), PALM, chance=0.9)[0])
    rates = np.random.default_rng(1).gamma(25, 4, 4000)
    fewer = np.mean([service(agents - 1, 2 * rate, PALM).answered_in_time >= 0.95 for rate in rates])
    enough = np.mean([service(agents, 2 * rate, PALM).answered_in_time >= 0.95 for rate in rates])
    assert enough >= 0.885
    assert fewer < enough
    assert fewer < 0.9


def test_a_level_of_95_instead_of_0_95_is_refused() -> None:
    with pytest.raises(ValueError, match=r"write 95 % as 0\.95"):
        replace(PALM, level=95)
