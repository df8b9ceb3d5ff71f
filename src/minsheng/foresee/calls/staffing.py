"""Agents for a level of service (排班): Erlang A, exactly, and staffing on the forecast's law of the arrival rate.

Calls come as a Poisson stream to n agents, handling and patience are exponential (M/M/n+M, Palm's Erlang A); the
steady state is that of a birth–death chain, summed here without approximation. Endless patience gives Erlang C.
GB/T 33358-2016 asks that calls are answered within 15 s; the level wanted of a 12345 line is 95 % of all calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .forecast import Forecast

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WITHIN_SECONDS = 15.0
"""Time to answer of GB/T 33358-2016, service of government hotlines."""
LEVEL = 0.95
FEWEST = 1e-9
"""Calls an hour below which there are none: a call in some hundred thousand years."""
MOST_AGENTS = 100_000
NEGLIGIBLE = 40.0
"""States less likely than the likeliest by this many natural logarithms are left out (e⁻⁴⁰)."""


@dataclass(frozen=True, slots=True)
class Line:
    """How long people talk and how long they wait: means in minutes, patience may be `math.inf`; the level is the share
    of all calls answered `within_seconds`."""

    handling_minutes: float
    patience_minutes: float = math.inf
    within_seconds: float = WITHIN_SECONDS
    level: float = LEVEL

    def __post_init__(self) -> None:
        if not (0 < self.handling_minutes < math.inf and self.patience_minutes > 0 and self.within_seconds >= 0):
            raise ValueError("Handling and patience are minutes above zero and the time to answer is not negative.")
        if not 0 < self.level < 1:
            raise ValueError(f"The level {self.level} is not between 0 and 1: write 95 % as 0.95.")


@dataclass(frozen=True, slots=True)
class Service:
    """What callers meet in the steady state; shares are of all calls, the wait is the mean over all of them."""

    waits: float
    abandons: float
    mean_wait_seconds: float
    answered_in_time: float
    busy: float


def service(agents: int, calls_per_hour: float, line: Line) -> Service:
    """Erlang A for `agents` and a load; Erlang C where patience is endless (all wait for ever when overloaded).

    Of a caller who finds all n agents busy and j people waiting, e^(-V/patience) of the offered wait V is a beta
    variable with a = n·patience/handling and j+1, being a product of exponentials of rates n/handling + i/patience;
    so the share answered in time is a sum of incomplete beta functions, without numerical integration.
    """
    if agents < 0 or calls_per_hour < 0:
        raise ValueError("Agents and calls are counts from 0.")
    load = calls_per_hour / 60 * line.handling_minutes
    if calls_per_hour < FEWEST:
        return Service(0.0, 0.0, 0.0, 1.0, 0.0) if agents else Service(1.0, 0.0, 0.0, 0.0, 0.0)
    if math.isinf(line.patience_minutes):
        return _erlang_c(agents, load, line)
    chance = _states(agents, load, line.handling_minutes / line.patience_minutes)
    waiting = np.arange(len(chance) - agents)
    queued = chance[agents:]
    mean_queue = float(queued @ waiting)
    per_minute = calls_per_hour / 60
    in_time = float(chance[:agents].sum())
    if agents:
        a = agents * line.patience_minutes / line.handling_minutes
        soon = -math.expm1(-line.within_seconds / 60 / line.patience_minutes)
        in_time += float(queued @ (a / (a + waiting + 1) * special.betainc(waiting + 1.0, a + 1, soon)))
    return Service(
        waits=float(queued.sum()),
        abandons=mean_queue / line.patience_minutes / per_minute,
        mean_wait_seconds=60 * mean_queue / per_minute,
        answered_in_time=min(in_time, 1.0),
        busy=float(np.minimum(np.arange(len(chance)), agents) @ chance) / max(agents, 1),
    )


def _states(agents: int, load: float, leaving: float) -> Floats:
    """Chances of 0, 1, 2 … calls in the line; `leaving` is handling time over patience."""
    width = 64
    while True:
        counts = np.arange(1, agents + width + 1)
        out = np.minimum(counts, agents) + np.maximum(counts - agents, 0) * leaving
        logs = np.concatenate([[0.0], np.cumsum(np.log(load) - np.log(out))])
        logs -= logs.max()
        if logs[-1] < -NEGLIGIBLE and load < out[-1]:
            chance = np.exp(logs)
            return np.asarray(chance / chance.sum())
        width *= 2


def _erlang_c(agents: int, load: float, line: Line) -> Service:
    if load >= agents:
        return Service(1.0, 0.0, math.inf, 0.0, 1.0 if agents else 0.0)
    counts = np.arange(1, agents + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(load) - np.log(counts))])
    logs[-1] += math.log(agents / (agents - load))
    waits = float(np.exp(logs[-1] - special.logsumexp(logs)))
    drain_per_minute = (agents - load) / line.handling_minutes
    late = waits * math.exp(-drain_per_minute * line.within_seconds / 60)
    return Service(waits, 0.0, 60 * waits / drain_per_minute, 1 - late, load / agents)


def agents_needed(calls_per_hour: float, line: Line) -> int:
    """The fewest agents with whom the line's level is met at this load; 0 without calls."""
    if calls_per_hour < FEWEST:
        return 0
    high = max(1, math.ceil(calls_per_hour / 60 * line.handling_minutes))
    low = 0
    while service(high, calls_per_hour, line).answered_in_time < line.level:
        low, high = high, high + max(1, high // 8)
        if high > MOST_AGENTS:
            raise ValueError(f"More than {MOST_AGENTS} agents would be needed: look at the load and the handling time.")
    while high - low > 1:
        middle = (low + high) // 2
        if service(middle, calls_per_hour, line).answered_in_time < line.level:
            low = middle
        else:
            high = middle
    return high


def agents_by_slot(forecast: Forecast, line: Line, *, chance: float = 0.8) -> Ints:
    """Agents for each slot of a forecast so that the level is met with at least this chance.

    More calls never make service better, so the agents that serve the `chance` quantile of the rate serve every lower
    rate too: the level is met with just that chance over what is not known of the rate.
    """
    hours = forecast.minutes / 60
    return np.array([agents_needed(rate / hours, line) for rate in forecast.rate_quantile(chance)], dtype=np.int64)


def agents_for_loads(calls: Sequence[float] | Floats, minutes: int, line: Line) -> Ints:
    """Agents for slots of `minutes` whose calls are known (what hindsight would have staffed)."""
    return np.array([agents_needed(each * 60 / minutes, line) for each in calls], dtype=np.int64)
