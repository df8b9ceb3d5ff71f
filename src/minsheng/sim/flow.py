"""What an order waits for (下一步): from its state and its units' states follows who acts next, and after how long.

The same rule everywhere: look at the order, put what is owed on the world's list, once. Delays are ours."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from minsheng.core.codes import Ask, AssignmentState, Kind, Part, State
from minsheng.core.order import ClockName
from minsheng.sim.hours import DAY, HOUR, moment
from minsheng.sim.life import Life

if TYPE_CHECKING:
    from minsheng.sim.world import World

WORK = frozenset({State.DISPATCHED, State.REWORKING, State.PARKED})
TO_TELL = frozenset({State.ANSWERED, State.TRANSFERRED, State.EXPLAINED, State.TERMINATED})
DECIDE = {Ask.RETURN: "decide_return", Ask.EXTENSION: "decide_extension", Ask.EXCLUSION: "decide_exclusion"}
ADDS_DETAIL, NUDGES, WITHDRAWS = 0.8, 0.035, 0.012


def about(seconds: float, spread: float, chance: random.Random) -> int:
    """A delay about so many seconds (median), log-normally spread."""
    return max(30, round(seconds * math.exp(chance.gauss(0, spread))))


def owed(world: World, life: Life, t: int) -> None:
    """Put on the list whatever `life` waits for after `t`."""
    o, chance = life.o, world.pace
    for asked in o.asks:
        world.at(world.hours.after(t, about(2 * HOUR, 0.6, chance)), DECIDE[asked.kind], life, asked.assignment or 0)
    if o.state in WORK:
        _units(world, life, t)
    elif o.state in TO_TELL:
        world.at(t + about(HOUR, 0.8, chance), "tell", life)
    elif o.state is State.CLOSED:
        world.leave(life)
    elif (step := _DESKS.get(o.state)) is not None:
        step(world, life, t, chance)


def _intake(world: World, life: Life, t: int, chance: random.Random) -> None:
    by_phone = life.o.channel == "phone"
    world.at(t + about(240 if by_phone else 1500, 0.7, chance), "intake", life)


def _incomplete(world: World, life: Life, t: int, chance: random.Random) -> None:
    if ("detail", 0) not in life.waiting and ("wake", 0) not in life.waiting and chance.random() < ADDS_DETAIL:
        world.at(t + about(9 * HOUR, 1.0, chance), "detail", life)
    _wake(world, life, t, chance)


def _wake(world: World, life: Life, t: int, _: random.Random) -> None:
    assert life.o.clock is not None
    world.at(max(moment(life.o.clock.due), t) + 1, "wake", life)


def _pool(world: World, life: Life, t: int, chance: random.Random) -> None:
    world.at(t + about(1500, 0.8, chance), "pool", life)
    if chance.random() < WITHDRAWS:
        world.at(t + about(DAY, 0.8, chance), "withdraw", life)


def _meeting(world: World, life: Life, t: int, chance: random.Random) -> None:
    world.at(world.hours.after(t, about(6 * HOUR, 0.5, chance)), "meeting", life)


def _review(world: World, life: Life, t: int, chance: random.Random) -> None:
    world.at(world.hours.after(t, about(1.5 * HOUR, 0.7, chance)), "review", life)


def _call(world: World, life: Life, t: int, chance: random.Random) -> None:
    if life.o.clock is not None and life.o.clock.name is ClockName.RATING:
        _wake(world, life, t, chance)
    else:
        world.at(world.hours.after(t, about(3 * HOUR, 0.6, chance)), "call", life)


_DESKS = {
    State.RECEIVED: _intake,
    State.INCOMPLETE: _incomplete,
    State.TO_DISPATCH: _pool,
    State.ARBITRATING: _meeting,
    State.TO_REVIEW: _review,
    State.TO_CALL_BACK: _call,
    State.WITHDRAWN: _wake,
}


def _units(world: World, life: Life, t: int) -> None:
    """Each unit that owes something: to sign, to work, to review the unit below, to reply for all."""
    o, chance = life.o, world.pace
    co_open = any(a.part is Part.CO and a.parent is None and a.active for a in o.assignments)
    for a in o.assignments:
        children = o.children(a.id)
        waiting = [c for c in children if c.state is AssignmentState.REPLIED and not c.accepted]
        if a.state is AssignmentState.TO_SIGN:
            world.at(t + about(world.agencies[a.unit].manner.sign_hours * HOUR / 2, 0.7, chance), "sign", life, a.id)
        elif waiting:
            world.at(world.hours.after(t, about(HOUR, 0.7, chance)), "review_child", life, waiting[0].id)
        elif a.state is not AssignmentState.HANDLING:
            continue
        elif not children:
            if not {("finish", a.id)} & life.waiting:
                world.units.start(life, t, a)
        elif all(c.accepted for c in children) and a.part is Part.LEAD and not co_open:
            world.at(world.hours.after(t, about(HOUR, 0.5, chance)), "desk_reply", life, a.id)
    if o.state is State.PARKED:
        _wake(world, life, t, chance)
    if o.state is State.DISPATCHED and o.kind is not Kind.INQUIRY and not life.nudged:
        life.nudged = True
        if chance.random() < NUDGES * (1 + 2 * life.anger):
            world.at(t + about(2.5 * DAY, 0.5, chance), "nudge", life)
