"""The rules of the monthly session (月调度): choose, dispatch, supervise, close (选题—调度—督办—闭环).

    decide(thing, command, policy, at, by) -> tuple[SessionEvent, ...]    raises Refused | Forbidden

`thing` is a topic, a session or a mechanism, or None for the command that begins one. Pure, as with orders: the time,
the rule book and who asks come in as arguments. Source of the chain and of its lists: DOMAIN §3."""

from __future__ import annotations

from datetime import datetime

from minsheng.core.order import Actor
from minsheng.core.rulebook import RuleBook
from minsheng.core.session import commands as say
from minsheng.core.session import items as items
from minsheng.core.session import meetings as meetings
from minsheng.core.session import topics as topics
from minsheng.core.session.case import MAY, RULES, Case, guard_role, refuse
from minsheng.core.session.events import EVENTS, SessionEvent, Thing, rebuild
from minsheng.core.session.records import (
    Attendee,
    Effect,
    Evidence,
    Item,
    Mechanism,
    Obstacle,
    Registration,
    Session,
    Topic,
)

__all__ = [
    "EVENTS",
    "MAY",
    "Attendee",
    "Effect",
    "Evidence",
    "Item",
    "Mechanism",
    "Obstacle",
    "Registration",
    "Session",
    "SessionEvent",
    "Thing",
    "Topic",
    "decide",
    "rebuild",
]

_FIRST = (say.Propose, say.OpenSession, say.Adopt)


def decide(
    thing: Thing | None, command: say.AnyCommand, policy: RuleBook, at: datetime, by: Actor
) -> tuple[SessionEvent, ...]:
    """The events that `command`, given by `by` at `at` (aware), makes of `thing` under `policy`.

    Raises Forbidden when the role or unit may not, Refused when the rules say no. An empty tuple means that nothing
    was left to do."""
    guard_role(by.role, type(command))
    if isinstance(command, _FIRST) and thing is not None:
        refuse("exists_already", "已经有同编号的记录。")
    if not isinstance(command, _FIRST) and thing is None:
        refuse("not_found", "没有这条记录，请刷新页面。")
    return RULES[type(command)](Case(thing, policy, at, by), command)
