"""Events of the second half of the loop (回访、二次办理、结案) and of supervision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minsheng.core.codes import (
    Ask,
    AssignmentState,
    Card,
    Closing,
    ReopenCause,
    State,
    Told,
)
from minsheng.core.events.base import Event, after
from minsheng.core.order import Clock, ClockName, Order
from minsheng.core.values import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack(Event):
    """回访. Answers of fact only; the grade is nobody's but the requester's. `rating_due` waits for it."""

    NAME = "called_back"
    reached: bool
    contacted: bool | None
    resolved: bool | None
    pressed: bool | None
    declined: bool
    due: datetime | None
    rating_due: datetime | None

    def on(self, o: Order) -> Order:
        clock = o.clock
        if self.rating_due is not None:
            clock = Clock(ClockName.RATING, self.rating_due)
        elif self.due is not None:
            clock = Clock(ClockName.CALL_BACK, self.due)
        return after(
            o,
            call_attempts=o.call_attempts + 1,
            called_by=self.by,
            resolved=self.resolved if self.resolved is not None else o.resolved,
            clock=clock,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReworkOrdered(Event):
    """二次办理 ordered by the centre: the same event whatever the reason, a random look-back's included."""

    NAME = "rework_ordered"
    due: datetime

    def on(self, o: Order) -> Order:
        lead = o.lead
        assert lead is not None
        barred = o.barred | {a.replied_by for a in o.assignments if a.replied_by is not None}
        assignments = []
        for a in o.assignments:
            if a.id == lead.id:
                a = changed(
                    a,
                    state=AssignmentState.TO_SIGN,
                    round=o.reworks + 2,
                    due=self.due,
                    dispatched_at=self.at,
                    accepted=False,
                    contacted=False,
                    replied_by=None,
                )
            elif a.parent is not None:
                a = changed(a, state=AssignmentState.LEFT)
            assignments.append(a)
        return after(
            o,
            state=State.REWORKING,
            reworks=o.reworks + 1,
            assignments=tuple(assignments),
            asks=tuple(q for q in o.asks if q.kind is Ask.EXCLUSION),
            barred=barred,
            handling_due=self.due,
            resolved=None,
            call_attempts=0,
            called_by=None,
            clock=Clock(ClockName.REWORK, self.due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAgain(Event):
    """A second handling failed: counted, and the order goes to a meeting (`MeetingOpened` follows)."""

    NAME = "failed_again"

    def on(self, o: Order) -> Order:
        barred = o.barred | {a.replied_by for a in o.assignments if a.replied_by is not None}
        return after(o, reworks=o.reworks + 1, barred=barred, resolved=None, call_attempts=0, called_by=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack(Event):
    """A merged order's own call-back failed: its main order is handled again, and it follows once more."""

    NAME = "fell_back"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(
            o,
            state=State.MERGED,
            clock=Clock(ClockName.FOLLOW, self.due),
            resolved=None,
            call_attempts=0,
            called_by=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """结案. Closed is not solved: both are stored."""

    NAME = "closed"
    closing: Closing
    resolved: bool | None
    told: Told | None
    archive_due: datetime

    def on(self, o: Order) -> Order:
        return after(
            o,
            state=State.CLOSED,
            closing=self.closing,
            resolved=self.resolved,
            closed_at=self.at,
            clock=Clock(ClockName.ARCHIVE, self.archive_due),
            asks=tuple(q for q in o.asks if q.kind is Ask.EXCLUSION),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """A closed order is opened again; without a lead it goes to the pool (`due`), else `ReworkOrdered` follows."""

    NAME = "reopened"
    cause: ReopenCause
    due: datetime | None

    def on(self, o: Order) -> Order:
        if self.due is None:
            return after(o, closing=None, closed_at=None)
        return after(
            o,
            closing=None,
            closed_at=None,
            state=State.TO_DISPATCH,
            clock=Clock(ClockName.DISPATCH, self.due),
            resolved=None,
            call_attempts=0,
            called_by=None,
            merged_into=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """撤回, with time to think until `due`; what was running is kept for the case that it is taken back."""

    NAME = "withdrawn"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(
            o,
            state=State.WITHDRAWN,
            before=o.state,
            clock_before=o.clock,
            clock=Clock(ClockName.THINK, self.due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalCancelled(Event):
    """The requester thought again: everything goes on as it was, due dates too."""

    NAME = "withdrawal_cancelled"

    def on(self, o: Order) -> Order:
        assert o.before is not None
        return after(o, state=o.before, clock=o.clock_before, before=None, clock_before=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived(Event):
    """归档."""

    NAME = "archived"

    def on(self, o: Order) -> Order:
        return after(o, state=State.ARCHIVED, clock=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGiven(Event):
    """催办、黄牌、红牌、督办. The order shows the highest."""

    NAME = "card_given"
    card: Card
    clock: ClockName | None

    def on(self, o: Order) -> Order:
        order = list(Card)
        if o.card is not None and order.index(o.card) >= order.index(self.card):
            return after(o)
        return after(o, card=self.card)
