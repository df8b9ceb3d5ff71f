"""Events of the work and its review (办理、审核)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minsheng.core.codes import (
    Ask,
    AssignmentState,
    ExclusionReason,
    Part,
    Result,
    State,
)
from minsheng.core.events.base import Event, after, asks_without, assignment_of, with_part
from minsheng.core.order import Asked, Clock, ClockName, Order
from minsheng.core.values import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAsked(Event):
    """申请延期; `by_centre` when the centre must decide it."""

    NAME = "extension_asked"
    assignment: int
    by_centre: bool
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, asks=(*o.asks, Asked(Ask.EXTENSION, self.assignment, self.by, self.due)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDecided(Event):
    """延期审批; granted to the lead it moves the order's handling clock, and the requester is told."""

    NAME = "extension_decided"
    assignment: int
    granted: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        asks = asks_without(o, Ask.EXTENSION, self.assignment)
        if self.due is None:
            return after(o, asks=asks)
        a = assignment_of(o, self.assignment)
        family = {a.id} | {c.id for c in o.children(a.id)}
        if a.parent is not None:
            family.add(a.parent)
        changes: dict[str, Any] = {
            "asks": asks,
            "extensions": o.extensions + 1,
            "assignments": tuple(
                changed(x, due=self.due, extensions=x.extensions + (x.id == a.id)) if x.id in family else x
                for x in o.assignments
            ),
        }
        if a.part is Part.CO:
            return after(o, **changes)
        assert o.clock is not None
        return after(o, **changes, handling_due=self.due, clock=changed(o.clock, due=self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked(Event):
    """挂账, until a promised date; the lead goes on handling."""

    NAME = "parked"
    until: datetime

    def on(self, o: Order) -> Order:
        lead = o.lead
        assert lead is not None
        lead = changed(lead, state=AssignmentState.HANDLING, accepted=False)
        clock = Clock(ClockName.PARKED, self.until)
        return after(o, state=State.PARKED, clock=clock, assignments=with_part(o.assignments, lead))


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFell(Event):
    """The promise of a parked order is due: the centre looks at it again."""

    NAME = "promise_fell"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, **to_review(self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed(Event):
    """进展."""

    NAME = "progressed"
    assignment: int
    contacted: bool

    def on(self, o: Order) -> Order:
        a = assignment_of(o, self.assignment)
        a = changed(a, contacted=a.contacted or self.contacted)
        return after(o, assignments=with_part(o.assignments, a), handlers=o.handlers | {self.by})


def to_review(due: datetime | None) -> dict[str, Any]:
    """What changes when the centre's review starts, to end by `due`; nothing without one."""
    return {} if due is None else {"state": State.TO_REVIEW, "clock": Clock(ClockName.REVIEW, due)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Event):
    """回复; `due` starts the centre's review when the lead at the top has replied."""

    NAME = "replied"
    assignment: int
    result: Result
    contacted: bool
    evidence: tuple[str, ...]
    due: datetime | None

    def on(self, o: Order) -> Order:
        a = assignment_of(o, self.assignment)
        a = changed(
            a,
            state=AssignmentState.REPLIED,
            contacted=a.contacted or self.contacted,
            replied_by=self.by,
            accepted=False,
        )
        return after(o, assignments=with_part(o.assignments, a), handlers=o.handlers | {self.by}, **to_review(self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReviewed(Event):
    """Level 2 reviewed level 3's reply. `forwards`: it stands for the parent's own, and `due` starts the review."""

    NAME = "reply_reviewed"
    assignment: int
    accepted: bool
    forwards: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        a = assignment_of(o, self.assignment)
        if not self.accepted:
            return after(o, assignments=with_part(o.assignments, changed(a, state=AssignmentState.HANDLING)))
        handlers = o.handlers | {self.by}
        accepted = with_part(o.assignments, changed(a, accepted=True))
        if not self.forwards:
            return after(o, assignments=accepted, handlers=handlers)
        assert a.parent is not None
        parent = assignment_of(o, a.parent)
        parent = changed(parent, state=AssignmentState.REPLIED, contacted=parent.contacted or a.contacted)
        return after(o, assignments=with_part(accepted, parent), handlers=handlers, **to_review(self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDone(Event):
    """The centre reviewed the lead's reply. `due` starts the call-back; refused, the old clock goes on."""

    NAME = "review_done"
    accepted: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        lead = o.lead
        assert lead is not None
        if not self.accepted:
            due = o.handling_due
            assert due is not None
            again = o.reworks > 0
            name = ClockName.REWORK if again else ClockName.HANDLING
            state = State.REWORKING if again else State.DISPATCHED
            lead = changed(lead, state=AssignmentState.HANDLING)
            return after(o, state=state, clock=Clock(name, due), assignments=with_part(o.assignments, lead))
        assignments = with_part(o.assignments, changed(lead, accepted=True))
        if self.due is None:
            return after(o, assignments=assignments)
        return after(
            o,
            assignments=assignments,
            state=State.TO_CALL_BACK,
            clock=Clock(ClockName.CALL_BACK, self.due),
            call_attempts=0,
            called_by=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionAsked(Event):
    """申请剔除."""

    NAME = "exclusion_asked"
    assignment: int | None
    reason: ExclusionReason
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, asks=(*o.asks, Asked(Ask.EXCLUSION, self.assignment, self.by, self.due)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionDecided(Event):
    """剔除审批."""

    NAME = "exclusion_decided"
    assignment: int | None
    granted: bool

    def on(self, o: Order) -> Order:
        asks = asks_without(o, Ask.EXCLUSION, self.assignment)
        return after(o, asks=asks, excluded=o.excluded or self.granted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated(Event):
    """终止: final reply approved, to be told by `due`."""

    NAME = "terminated"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, state=State.TERMINATED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed(Event):
    """Somebody saw the requester's name and number."""

    NAME = "revealed"
