"""The script of a load (负载脚本): what the people of the simulated city will send to a house over HTTP, and when.

Requests are those of a World's first days in order of time, word for word what `--into` would store for the same plan,
causes and handling as they go there; only the pace is another: arrivals at random moments of a given mean rate. All of
it is made before anything is sent, so that no draw takes time from the sending."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from minsheng.core.codes import Grade, Kind, Result, Role
from minsheng.core.events import Received
from minsheng.ground.city import CityPack
from minsheng.sim.flow import NUDGES, WITHDRAWS
from minsheng.sim.life import Life
from minsheng.sim.plan import BadPlan, Plan
from minsheng.sim.world import World

LOOKS, LOOKS_AGAIN = 0.4, 0.3
"""Share of residents who look up their request, and of those the share that looks once more."""
WORKED = 0.3
"""Share of requests that the staff of a load work on, as far as they have tokens."""
MARK = "【模拟】"
TRACK = "track"
"""The step that looks a request up; all other steps are commands."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something done with a request once it has its number: by its resident, or by the staff whose token `who` names
    (`role`, or `role@unit`). `wait` is in seconds after the answer before it."""

    wait: float
    command: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """One request to be filed `due` seconds after the beginning, as the API takes it, and what may follow: in each
    course a step comes after the one before it was done."""

    due: float
    body: bytes
    courses: tuple[tuple[Step, ...], ...] = ()


def arrivals(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """Moments of a Poisson process of `rate` a second, from 0 until `seconds`."""
    moments, t = [], chance.expovariate(rate)
    while t < seconds:
        moments.append(t)
        t += chance.expovariate(rate)
    return moments


def script(
    plan: Plan,
    pack: CityPack,
    *,
    rate: float,
    seconds: float,
    run: str,
    tokens: Collection[str] = (),
    mark: bool = False,
) -> list[Filing]:
    """All that a load will send; `run` makes its external ids its own, `tokens` names the staff that work. With `mark`
    every title says that the request is simulated, for a house that does not say so itself.

    BadPlan when the plan's months hold fewer requests than the load needs."""
    world = World(plan, pack, _number)
    moments = arrivals(rate, seconds, world.chance.stream("arrivals"))
    lives = list(islice(registered(world), len(moments)))
    if len(lives) < len(moments):
        raise BadPlan(
            f"{plan.months} months of this city hold {len(lives)} requests, the load needs {len(moments)}: "
            "give more --orders-per-day"
        )
    writer = _Writer(world, run, frozenset(tokens), wait=min(seconds / 4, 20.0), mark=MARK if mark else "")
    return [writer.filing(due, life) for due, life in zip(moments, lives, strict=True)]


def registered(world: World) -> Iterator[Life]:
    """The world's orders as residents filed them, in order of time; those that the desk split off are none of these."""
    while world.day < world.plan.days:
        first = world.next_number
        world.run_day()
        born = [life for life in (*world.lives.values(), *world.finished) if life.number >= first and not life.part]
        world.finished.clear()
        world.truths.clear()
        world.calls.clear()
        yield from sorted(born, key=lambda life: life.number)


def _number(number: int, _at: datetime) -> str:
    """A name within the world; the house gives the numbers of record."""
    return str(number)


class _Writer:
    """Puts requests and what follows them into words."""

    def __init__(self, world: World, run: str, tokens: frozenset[str], *, wait: float, mark: str) -> None:
        self._world, self._run, self._tokens, self._wait, self._mark = world, run, tokens, wait, mark
        self._chance = world.chance.stream("through")

    def filing(self, due: float, life: Life) -> Filing:
        """A request with its courses."""
        received = life.steps[0].events[0]
        assert isinstance(received, Received)
        person = life.person
        body = {
            "text": life.text,
            "title": self._mark + life.title,
            "name": person.name,
            "phone": person.phone,
            "address": person.address,
            "lon": person.lon,
            "lat": person.lat,
            "channel": received.channel,
            "kind": received.kind,
            "secret": received.secret,
            "reply_wanted": received.reply_wanted,
            "external_id": f"{self._run}-{life.number}",
        }
        courses = [self._resident(life)]
        if self._tokens and self._chance.random() < WORKED:
            courses.append(self._staff(life))
        return Filing(due, json.dumps(body, ensure_ascii=False).encode(), tuple(c for c in courses if c))

    def _pause(self) -> float:
        return self._chance.expovariate(1 / self._wait)

    def _resident(self, life: Life) -> tuple[Step, ...]:
        """查询, 催办, 撤回: a few nudge or withdraw, with or without a look before."""
        chance, words = self._chance, self._world.words
        steps = [Step(self._pause(), TRACK)] if chance.random() < LOOKS else []
        if steps and chance.random() < LOOKS_AGAIN:
            steps.append(Step(self._pause(), TRACK))
        if chance.random() < NUDGES * (1 + 2 * life.anger):
            steps.append(Step(self._pause(), "give_card"))
        elif chance.random() < WITHDRAWS:
            steps.append(Step(self._pause(), "withdraw", {"grounds": words.grounds("withdraw", chance)}))
        return tuple(steps)

    def _staff(self, life: Life) -> tuple[Step, ...]:
        """From the agent to the call-back, ended at the first desk without a token."""
        steps: list[Step] = []
        for who, command, fields in self._desks(life):
            if who not in self._tokens:
                break
            steps.append(Step(self._pause() / 4, command, fields, who))
        return tuple(steps)

    def _desks(self, life: Life) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        words, chance, place = self._world.words, self._chance, self._world.place
        matter = life.matter
        if matter.kind is Kind.INQUIRY:
            yield Role.AGENT, "answer", {"told": "phone", "answer": words.answer(matter.leaf, chance)}
            return
        yield Role.AGENT, "submit", {"category": matter.leaf, "kind": matter.kind, "area": matter.area}
        path = place.path(matter.leaf, self._world.pack.areas[matter.area].parent)
        if path is None:
            return
        yield Role.DISPATCHER, "dispatch", {"lead": path.lead.code, "visible_text": words.visible(matter)}
        unit = f"{Role.UNIT_DESK}@{path.lead.code}"
        yield unit, "sign", {}
        reply, public = words.reply(matter.leaf, "solved", chance)
        yield unit, "reply", {"result": Result.SOLVED, "contacted": True, "reply": reply, "public_reply": public}
        yield Role.REVIEWER, "review_reply", {"accepted": True}
        yield Role.CALLER_BACK, "call_back", {"contacted": True, "resolved": True, "grade": Grade.SATISFIED}
