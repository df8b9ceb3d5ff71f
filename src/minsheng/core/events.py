"""What happened to an order (事件): append-only facts of codes, times and numbers, never words.

Each event says in `on` what it changes, so that an order can be rebuilt from its events alone (`rebuild`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from minsheng.core.codes import (
    Ask,
    AssignmentState,
    Card,
    Closing,
    Disposition,
    ExclusionReason,
    Kind,
    Part,
    ReopenCause,
    Result,
    ReturnReason,
    State,
    Told,
    Urgency,
)
from minsheng.core.order import Asked, Assignment, Clock, ClockName, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events: when it happened (aware, UTC) and which account did it."""

    NAME: ClassVar[str] = ""
    at: datetime
    by: str

    def on(self, o: Order) -> Order:
        """The order after this event."""
        return o


def _with(o: Order, a: Assignment) -> Order:
    return replace(o, assignments=tuple(a if x.id == a.id else x for x in o.assignments))


def _get(o: Order, assignment: int) -> Assignment:
    found = o.by_id(assignment)
    assert found is not None, f"event names assignment {assignment}, which order {o.no} never had"
    return found


def _all_left(o: Order) -> tuple[Assignment, ...]:
    return tuple(replace(a, state=AssignmentState.LEFT) for a in o.assignments)


def _without(o: Order, kind: Ask, assignment: int | None) -> tuple[Asked, ...]:
    return tuple(q for q in o.asks if not (q.kind is kind and q.assignment == assignment))


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Event):
    """登记."""

    NAME = "received"
    no: str
    channel: str
    taxonomy: str
    kind: Kind
    urgency: Urgency
    category: str | None
    area: str | None
    secret: bool
    reply_wanted: bool
    anonymous: bool
    complained_of: tuple[str, ...]
    split_from: str | None
    due: datetime
    promised: datetime

    def first(self) -> Order:
        """The order that this event begins."""
        return Order(
            no=self.no,
            version=1,
            state=State.RECEIVED,
            channel=self.channel,
            taxonomy=self.taxonomy,
            kind=self.kind,
            urgency=self.urgency,
            category=self.category,
            area=self.area,
            secret=self.secret,
            reply_wanted=self.reply_wanted,
            anonymous=self.anonymous,
            complained_of=self.complained_of,
            received_at=self.at,
            promised=self.promised,
            clock=Clock(ClockName.DISPATCH, self.due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailAsked(Event):
    """要求补充."""

    NAME = "detail_asked"
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.INCOMPLETE, clock=Clock(ClockName.DETAIL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailAdded(Event):
    """补充; `due` restarts the dispatch clock when the order had been waiting for it."""

    NAME = "detail_added"
    due: datetime | None

    def on(self, o: Order) -> Order:
        if self.due is None:
            return o
        return replace(o, state=State.RECEIVED, clock=Clock(ClockName.DISPATCH, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """直办办结, to be told by `due`."""

    NAME = "answered"
    entry: str | None
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.ANSWERED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Event):
    """已转接."""

    NAME = "transferred"
    line: str
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.TRANSFERRED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained(Event):
    """已告知法定途径等."""

    NAME = "explained"
    disposition: Disposition
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.EXPLAINED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Event):
    """已并单. The requester keeps the promise made to them: the clock is their own."""

    NAME = "merged"
    into: str

    def on(self, o: Order) -> Order:
        return replace(o, state=State.MERGED, merged_into=self.into, clock=Clock(ClockName.FOLLOW, o.promised))


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed(Event):
    """The main order of a merge took `no` in."""

    NAME = "absorbed"
    no: str

    def on(self, o: Order) -> Order:
        return replace(o, absorbed=(*o.absorbed, self.no))


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Event):
    """A merged order goes to its own call-back."""

    NAME = "followed"
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.TO_CALL_BACK, clock=Clock(ClockName.CALL_BACK, self.due), call_attempts=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Event):
    """拆单."""

    NAME = "split"
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Event):
    """提交; the dispatch clock goes on from intake."""

    NAME = "submitted"
    category: str | None
    kind: Kind
    urgency: Urgency
    area: str | None
    secret: bool
    complained_of: tuple[str, ...]

    def on(self, o: Order) -> Order:
        return replace(
            o,
            state=State.TO_DISPATCH,
            category=self.category,
            kind=self.kind,
            urgency=self.urgency,
            area=self.area,
            secret=self.secret,
            complained_of=self.complained_of,
        )


@dataclass(frozen=True, slots=True)
class Given:
    """One assignment that a dispatch gives: its number, unit, level, part and parent."""

    id: int
    unit: str
    level: int
    part: Part
    parent: int | None = None
    signed: bool = False


def _given(g: Given, at: datetime, due: datetime, round_: int) -> Assignment:
    state = AssignmentState.HANDLING if g.signed else AssignmentState.TO_SIGN
    return Assignment(g.id, g.unit, g.level, g.part, g.parent, at, due, state, round_)


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
        new = tuple(_given(g, self.at, self.due, o.reworks + 1) for g in self.given)
        return replace(
            o,
            state=state,
            clock=Clock(name, self.due),
            handling_due=self.due,
            dispatched_at=self.at,
            assignments=_all_left(o) + new,
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
        return replace(o, asks=(*o.asks, Asked(Ask.RETURN, self.assignment, self.by, self.due)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDecided(Event):
    """退单审批. Granted to the lead it brings the order back to the pool, with a dispatch clock of its own."""

    NAME = "return_decided"
    assignment: int
    granted: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        o = replace(o, asks=_without(o, Ask.RETURN, self.assignment))
        if not self.granted:
            return o
        a = _get(o, self.assignment)
        if self.due is None:
            return _with(o, replace(a, state=AssignmentState.LEFT))
        return replace(
            o,
            state=State.TO_DISPATCH,
            returns=o.returns + 1,
            assignments=_all_left(o),
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
        return replace(
            o,
            state=State.ARBITRATING,
            assignments=_all_left(o),
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
        return _with(o, replace(_get(o, self.assignment), state=AssignmentState.HANDLING))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedDown(Event):
    """转交下级; the clock is the parent's."""

    NAME = "passed_down"
    given: Given

    def on(self, o: Order) -> Order:
        assert self.given.parent is not None
        parent = _get(o, self.given.parent)
        child = _given(self.given, self.at, parent.due, parent.round)
        parent = replace(parent, state=AssignmentState.HANDLING)
        o = _with(o, parent)
        return replace(o, assignments=(*o.assignments, child))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """协办."""

    NAME = "joined"
    given: Given
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, assignments=(*o.assignments, _given(self.given, self.at, self.due, o.reworks + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Excused(Event):
    """A co-handler is excused."""

    NAME = "excused"
    assignment: int

    def on(self, o: Order) -> Order:
        return _with(o, replace(_get(o, self.assignment), state=AssignmentState.LEFT))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAsked(Event):
    """申请延期; `by_centre` when the centre must decide it."""

    NAME = "extension_asked"
    assignment: int
    by_centre: bool
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, asks=(*o.asks, Asked(Ask.EXTENSION, self.assignment, self.by, self.due)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDecided(Event):
    """延期审批; granted to the lead it moves the order's handling clock, and the requester is told."""

    NAME = "extension_decided"
    assignment: int
    granted: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        o = replace(o, asks=_without(o, Ask.EXTENSION, self.assignment))
        if self.due is None:
            return o
        a = _get(o, self.assignment)
        family = {a.id} | {c.id for c in o.children(a.id)}
        if a.parent is not None:
            family.add(a.parent)
        o = replace(
            o,
            extensions=o.extensions + 1,
            assignments=tuple(
                replace(x, due=self.due, extensions=x.extensions + (x.id == a.id)) if x.id in family else x
                for x in o.assignments
            ),
        )
        if a.part is Part.CO:
            return o
        assert o.clock is not None
        return replace(o, handling_due=self.due, clock=replace(o.clock, due=self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked(Event):
    """挂账, until a promised date; the lead goes on handling."""

    NAME = "parked"
    until: datetime

    def on(self, o: Order) -> Order:
        lead = o.lead
        assert lead is not None
        o = _with(o, replace(lead, state=AssignmentState.HANDLING, accepted=False))
        return replace(o, state=State.PARKED, clock=Clock(ClockName.PARKED, self.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFell(Event):
    """The promise of a parked order is due: the centre looks at it again."""

    NAME = "promise_fell"
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.TO_REVIEW, clock=Clock(ClockName.REVIEW, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed(Event):
    """进展."""

    NAME = "progressed"
    assignment: int
    contacted: bool

    def on(self, o: Order) -> Order:
        a = _get(o, self.assignment)
        o = replace(o, handlers=o.handlers | {self.by})
        return _with(o, replace(a, contacted=a.contacted or self.contacted))


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
        a = _get(o, self.assignment)
        a = replace(
            a,
            state=AssignmentState.REPLIED,
            contacted=a.contacted or self.contacted,
            replied_by=self.by,
            accepted=False,
        )
        o = replace(_with(o, a), handlers=o.handlers | {self.by})
        if self.due is None:
            return o
        return replace(o, state=State.TO_REVIEW, clock=Clock(ClockName.REVIEW, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReviewed(Event):
    """Level 2 reviewed level 3's reply. `forwards`: it stands for the parent's own, and `due` starts the review."""

    NAME = "reply_reviewed"
    assignment: int
    accepted: bool
    forwards: bool
    due: datetime | None

    def on(self, o: Order) -> Order:
        a = _get(o, self.assignment)
        if not self.accepted:
            return _with(o, replace(a, state=AssignmentState.HANDLING))
        o = replace(_with(o, replace(a, accepted=True)), handlers=o.handlers | {self.by})
        if not self.forwards:
            return o
        assert a.parent is not None
        parent = _get(o, a.parent)
        o = _with(o, replace(parent, state=AssignmentState.REPLIED, contacted=parent.contacted or a.contacted))
        if self.due is None:
            return o
        return replace(o, state=State.TO_REVIEW, clock=Clock(ClockName.REVIEW, self.due))


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
            o = _with(o, replace(lead, state=AssignmentState.HANDLING))
            return replace(o, state=state, clock=Clock(name, due))
        o = _with(o, replace(lead, accepted=True))
        if self.due is None:
            return o
        return replace(
            o,
            state=State.TO_CALL_BACK,
            clock=Clock(ClockName.CALL_BACK, self.due),
            call_attempts=0,
            called_by=None,
        )


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
        return replace(
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
        changed = []
        for a in o.assignments:
            if a.id == lead.id:
                a = replace(
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
                a = replace(a, state=AssignmentState.LEFT)
            changed.append(a)
        return replace(
            o,
            state=State.REWORKING,
            reworks=o.reworks + 1,
            assignments=tuple(changed),
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
        return replace(o, reworks=o.reworks + 1, barred=barred, resolved=None, call_attempts=0, called_by=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack(Event):
    """A merged order's own call-back failed: its main order is handled again, and it follows once more."""

    NAME = "fell_back"
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(
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
        return replace(
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
        o = replace(o, closing=None, closed_at=None)
        if self.due is None:
            return o
        return replace(
            o,
            state=State.TO_DISPATCH,
            clock=Clock(ClockName.DISPATCH, self.due),
            resolved=None,
            call_attempts=0,
            called_by=None,
            merged_into=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassified(Event):
    """改类, with what stood before."""

    NAME = "reclassified"
    category_before: str | None
    category: str | None
    kind_before: Kind
    kind: Kind

    def on(self, o: Order) -> Order:
        return replace(o, category=self.category, kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionAsked(Event):
    """申请剔除."""

    NAME = "exclusion_asked"
    assignment: int | None
    reason: ExclusionReason
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, asks=(*o.asks, Asked(Ask.EXCLUSION, self.assignment, self.by, self.due)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionDecided(Event):
    """剔除审批."""

    NAME = "exclusion_decided"
    assignment: int | None
    granted: bool

    def on(self, o: Order) -> Order:
        o = replace(o, asks=_without(o, Ask.EXCLUSION, self.assignment))
        return replace(o, excluded=o.excluded or self.granted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """撤回, with time to think until `due`; what was running is kept for the case that it is taken back."""

    NAME = "withdrawn"
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(
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
        return replace(o, state=o.before, clock=o.clock_before, before=None, clock_before=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated(Event):
    """终止: final reply approved, to be told by `due`."""

    NAME = "terminated"
    due: datetime

    def on(self, o: Order) -> Order:
        return replace(o, state=State.TERMINATED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived(Event):
    """归档."""

    NAME = "archived"

    def on(self, o: Order) -> Order:
        return replace(o, state=State.ARCHIVED, clock=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGiven(Event):
    """催办、黄牌、红牌、督办. The order shows the highest."""

    NAME = "card_given"
    card: Card
    clock: ClockName | None

    def on(self, o: Order) -> Order:
        order = list(Card)
        if o.card is not None and order.index(o.card) >= order.index(self.card):
            return o
        return replace(o, card=self.card)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed(Event):
    """Somebody saw the requester's name and number."""

    NAME = "revealed"


EVENTS: dict[str, type[Event]] = {c.NAME: c for c in Event.__subclasses__()}
"""Event code → its class."""


def evolve(order: Order | None, event: Event) -> Order:
    """The order after `event`; a `Received` begins one."""
    if isinstance(event, Received):
        assert order is None, "an order is received once"
        return event.first()
    assert order is not None, "the first event of an order is received"
    return replace(event.on(order), version=order.version + 1)


def rebuild(events: Iterable[Event]) -> Order:
    """The order that these events, in order, made. Raises ValueError when there are none."""
    order: Order | None = None
    for event in events:
        order = evolve(order, event)
    if order is None:
        raise ValueError("an order has at least the event that received it")
    return order
