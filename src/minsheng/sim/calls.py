"""The telephone (话务): calls arrive, wait and are answered or given up; some who gave up call again.

A queue of agents in order of arrival with limited patience (Erlang A): staffed for the load that is expected of each
half-hour, so that a storm or the first cold days bring waiting, as in life. GB/T 33358-2016: answered within 15 s."""

from __future__ import annotations

import heapq
import math
from dataclasses import asdict, dataclass

from minsheng.sim.chance import Chance
from minsheng.sim.demand import second_of_day

HALF_HOUR = 1800
TALK, WRAP = 150.0, 45.0
"""Mean seconds of a talk (Changzhou 2021: 150 s) and of the writing after it."""
PATIENCE = 120.0
CALLS_AGAIN = 0.6
WITHOUT_ORDER = 0.75
"""Calls that make no order (wrong numbers, questions on an order, silence), for each that would."""
PROMISED = 15


@dataclass(slots=True)
class HalfHour:
    """What the switchboard counted in one half-hour. Sums of waiting and talking in seconds, of answered calls."""

    at: int
    agents: int
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    in_time: int = 0
    waited: int = 0
    talked: int = 0

    def row(self) -> dict[str, int]:
        """As a row of the truth's table of calls."""
        return asdict(self)


class Switchboard:
    """The line's queue, a day at a time."""

    def __init__(self, orders_by_phone: float, chance: Chance) -> None:
        self._random = chance.stream("calls")
        self._calls_a_day = orders_by_phone * (1 + WITHOUT_ORDER)
        profile = [second_of_day("office", self._random) // HALF_HOUR for _ in range(20_000)]
        self._profile = [profile.count(h) / len(profile) for h in range(48)]
        self._busy: list[int] = []

    def agents(self, half: int, office: float) -> int:
        """Agents planned for a half-hour: load and a margin of 0.65 roots, never fewer than two."""
        load = self._calls_a_day * self._profile[half] * office * (TALK + WRAP) / HALF_HOUR
        return max(2, math.ceil(load + 0.65 * math.sqrt(load)))

    def day(self, midnight: int, office: float, asked: list[int]) -> tuple[list[int | None], list[HalfHour]]:
        """When each caller of `asked` (seconds, any order) has said their matter, None for those who gave up; and the
        day's half-hours."""
        chance = self._random
        others = self._calls_a_day * WITHOUT_ORDER / (1 + WITHOUT_ORDER) * office
        counts = [HalfHour(midnight + h * HALF_HOUR, self.agents(h, office)) for h in range(48)]
        calls = [(t, i) for i, t in enumerate(asked)]
        calls += [
            (midnight + second_of_day("office", chance), -1) for _ in range(round(chance.gauss(others, others**0.5)))
        ]
        heapq.heapify(calls)
        said: list[int | None] = [None] * len(asked)
        while calls:
            t, caller = heapq.heappop(calls)
            half = counts[min((t - midnight) // HALF_HOUR, 47)]
            begin = self._begin(t, half.agents)
            half.offered += 1
            if begin - t > chance.expovariate(1 / PATIENCE):
                half.abandoned += 1
                if caller >= 0 and chance.random() < CALLS_AGAIN:
                    heapq.heappush(calls, (t + chance.randrange(300, 2400), caller))
                continue
            talk = max(15, round(TALK * chance.lognormvariate(-0.18, 0.6)))
            heapq.heappush(self._busy, begin + talk + round(chance.expovariate(1 / WRAP)))
            half.answered += 1
            half.in_time += begin - t <= PROMISED
            half.waited += begin - t
            half.talked += talk
            if caller >= 0:
                said[caller] = begin + talk
        return said, counts

    def _begin(self, t: int, agents: int) -> int:
        """When somebody is free for a call that comes at `t`."""
        busy = self._busy
        while busy and busy[0] <= t:
            heapq.heappop(busy)
        if len(busy) < agents:
            return t
        return heapq.nsmallest(len(busy) - agents + 1, busy)[-1]
