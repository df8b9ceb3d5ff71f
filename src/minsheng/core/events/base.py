"""What all events share (事件): when, by whom, and the few ways in which an order's parts change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from minsheng.core.codes import (
    Ask,
    AssignmentState,
    Part,
)
from minsheng.core.order import Asked, Assignment, Order
from minsheng.core.values import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events: when it happened (aware, UTC) and which account did it."""

    NAME: ClassVar[str] = ""
    at: datetime
    by: str

    def on(self, o: Order) -> Order:
        """The order after this event, which its version counts."""
        return after(o)


def after(o: Order, **changes: Any) -> Order:
    """`o` one event later, with `changes` made: each event's `on` says all that it changes at once."""
    return changed(o, version=o.version + 1, **changes)


def with_part(assignments: tuple[Assignment, ...], a: Assignment) -> tuple[Assignment, ...]:
    """`assignments` with `a` in place of the one that has its number."""
    return tuple(a if x.id == a.id else x for x in assignments)


def assignment_of(o: Order, assignment: int) -> Assignment:
    found = o.by_id(assignment)
    assert found is not None, f"event names assignment {assignment}, which order {o.no} never had"
    return found


def all_left(o: Order) -> tuple[Assignment, ...]:
    return tuple(changed(a, state=AssignmentState.LEFT) for a in o.assignments)


def asks_without(o: Order, kind: Ask, assignment: int | None) -> tuple[Asked, ...]:
    return tuple(q for q in o.asks if not (q.kind is kind and q.assignment == assignment))


@dataclass(frozen=True, slots=True)
class Given:
    """One assignment that a dispatch gives: its number, unit, level, part and parent."""

    id: int
    unit: str
    level: int
    part: Part
    parent: int | None = None
    signed: bool = False


def assignment_from(g: Given, at: datetime, due: datetime, round_: int) -> Assignment:
    state = AssignmentState.HANDLING if g.signed else AssignmentState.TO_SIGN
    return Assignment(g.id, g.unit, g.level, g.part, g.parent, at, due, state, round_)
