"""The one write path (办件): every command of a person, a timer or a job passes `handle`.

One transaction: lock the order, decide, evolve, write events, words, state rows, timers and the jobs that follow.
It commits whole or not at all; what happens outside (notices, proposals) happens by jobs after the commit."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from minsheng.core import Actor, Event, Forbidden, Order, Refused, decide, evolve
from minsheng.core import commands as say
from minsheng.core.codes import Grade, Role
from minsheng.core.workflow import guard_role
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import Erased, Seal, seal_of
from minsheng.respond import ratings, store
from minsheng.respond.decisions import DECIDES, remember
from minsheng.respond.effects import follow_up

_chance = random.SystemRandom()


def drawn(per_mille: int) -> bool:
    """Whether a random look-back (随机回头看) falls on this call-back."""
    return _chance.randrange(1000) < per_mille


class NotFound(Exception):
    """No such order in the actor's sight."""


def handle(no: str, command: say.Command, by: Actor, at: datetime | None = None) -> tuple[Order, tuple[Event, ...]]:
    """Carry out `command` on order `no` as `by`; returns the order after it and the events that it made.

    Raises NotFound outside the actor's sight, Forbidden (role, unit) and Refused (rules) with nothing changed."""
    guard_role(by.role, command.NAME)
    with sight(by, order_id=_own(no, by)):
        return within(no, command, by, at or present.now())


def within(no: str, command: say.Command, by: Actor, at: datetime) -> tuple[Order, tuple[Event, ...]]:
    """`handle` inside a transaction and sight that the caller has opened."""
    found = store.load(no, lock=True)
    if found is None:
        raise NotFound(no)
    number, order = found
    command = _completed(command, order)
    policy = present.policy(at)
    events = decide(order, command, policy, at, by)
    if not events:
        return order, ()
    after = order
    for event in events:
        after = evolve(after, event)
    try:
        seal = seal_of(number)
    except Erased as error:
        raise Refused("erased", "本单内容已按规定删除，不能再办理。") from error
    store.run(store.STEP, store.step(seal, order, after, events, by, command.spoken(), policy))
    if isinstance(command, say.CallBack):
        _rate(seal, order.version + 1, command, by, at)
    if decided := DECIDES.get(type(command)):
        remember(number, after, at, decided)
    if isinstance(command, say.Merge):
        within(command.into, say.Absorb(no=no), by, at)
    follow_up(after, events)
    return after, events


def as_system(no: str, command: say.Command, at: datetime | None = None) -> tuple[Order, tuple[Event, ...]]:
    """A timer's or a job's command."""
    return handle(no, command, SYSTEM, at)


def _own(no: str, by: Actor) -> int | None:
    """The id of the order a resident came with; their sight is this order alone."""
    if by.role is not Role.RESIDENT:
        return None
    with sight(SYSTEM):
        found = store.load(no)
    if found is None:
        raise NotFound(no)
    return found[0]


def _completed(command: say.Command, order: Order) -> say.Command:
    """What only the store and chance know: the state of a merge's other side, the draw of a look-back."""
    if isinstance(command, say.Merge):
        if command.into == order.no:
            return command
        main = store.load(command.into, lock=True)
        if main is None:
            raise Refused("no_such_order", "没有要并入的这张工单，请核对单号。")
        return replace(command, into_state=main[1].state)
    if isinstance(command, say.CallBack) and not command.drawn:
        return replace(command, drawn=drawn(present.policy(present.now()).lookback_per_mille))
    return command


def _rate(seal: Seal, seq: int, command: say.CallBack, by: Actor, at: datetime) -> None:
    """The grade, in a table of its own: never in an event, nor on any desk of a unit."""
    route = "web" if by.role is Role.RESIDENT else "phone"
    grade = command.grade if command.reached else Grade.UNREACHED
    ratings.rate(seal, seq, grade, route, at)


def view(no: str, by: Actor) -> tuple[int, Order, list[store.Stored]]:
    """An order with its events in the actor's sight; NotFound outside it."""
    with sight(by, order_id=_own(no, by)):
        found = store.load(no)
        if found is None:
            raise NotFound(no)
        return (*found, store.events_of(found[0]))


__all__ = ["Forbidden", "NotFound", "Refused", "as_system", "handle", "view", "within"]
