"""Events of dispatch (派遣): who has the order, and how it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minsheng.core.codes import (
    Ask,
    AssignmentState,
    ReturnReason,
    State,
)
from minsheng.core.events.base import (
    Event,
    Given,
    after,
    all_left,
    asks_without,
    assignment_from,
    assignment_of,
    with_part,
)
from minsheng.core.order import Asked, Clock, ClockName, Order
from minsheng.core.values import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched(Event):
    """派单; `final` when a meeting designated the unit (会商指定)."""

    NAME = "dispatched"
    given: tuple[Given, ...]
    due: datetime
    final: bool

    def on(self, o: Order) -> Order:
        again = o.reworks > 0
        state = State.REWORKING if again else State.DISPATCHED
        name = ClockName.REWORK if again else ClockName.HANDLING
        new = tuple(assignment_from(g, self.at, self.due, o.reworks + 1) for g in self.given)
        return after(
            o,
            state=state,
            clock=Clock(name, self.due),
            handling_due=self.due,
            dispatched_at=self.at,
            assignments=all_left(o) + new,
            designated=o.designated or self.final,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAsked(Event):
    """申请退单."""

    NAME = "return_asked"
    assignment: int
    reason: ReturnReason
    suggested: str | None
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, asks=(*o.asks, Asked(Ask.RETURN, self.assignment, self.by, self.due)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDecided(Event):
    """退单审批. Granted to the lead it brings the order back to the pool, with a dispatch clock of its own."""

    NAME = "return_decided"
    assignment: int
    granted: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        asks = asks_without(o, Ask.RETURN, self.assignment)
        if not self.granted:
            return after(o, asks=asks)
        if self.due is None:
            left = changed(assignment_of(o, self.assignment), state=AssignmentState.LEFT)
            return after(o, asks=asks, assignments=with_part(o.assignments, left))
        return after(
            o,
            state=State.TO_DISPATCH,
            returns=o.returns + 1,
            assignments=all_left(o),
            asks=(),
            handling_due=None,
            clock=Clock(ClockName.DISPATCH, self.due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOpened(Event):
    """会商: the duty is unclear, or a return was asked a second time."""

    NAME = "meeting_opened"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(
            o,
            state=State.ARBITRATING,
            assignments=all_left(o),
            asks=tuple(q for q in o.asks if q.kind is Ask.EXCLUSION),
            handling_due=None,
            clock=Clock(ClockName.MEETING, self.due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Event):
    """签收."""

    NAME = "signed"
    assignment: int

    def on(self, o: Order) -> Order:
        signed = changed(assignment_of(o, self.assignment), state=AssignmentState.HANDLING)
        return after(o, assignments=with_part(o.assignments, signed))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedDown(Event):
    """转交下级; the clock is the parent's."""

    NAME = "passed_down"
    given: Given

    def on(self, o: Order) -> Order:
        assert self.given.parent is not None
        parent = assignment_of(o, self.given.parent)
        child = assignment_from(self.given, self.at, parent.due, parent.round)
        parent = changed(parent, state=AssignmentState.HANDLING)
        return after(o, assignments=(*with_part(o.assignments, parent), child))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """协办."""

    NAME = "joined"
    given: Given
    due: datetime

    def on(self, o: Order) -> Order:
        new = assignment_from(self.given, self.at, self.due, o.reworks + 1)
        return after(o, assignments=(*o.assignments, new))


@dataclass(frozen=True, slots=True, kw_only=True)
class Excused(Event):
    """A co-handler is excused."""

    NAME = "excused"
    assignment: int

    def on(self, o: Order) -> Order:
        left = changed(assignment_of(o, self.assignment), state=AssignmentState.LEFT)
        return after(o, assignments=with_part(o.assignments, left))
