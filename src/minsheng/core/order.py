"""The order (工单) as a value: one city state, and per unit an assignment with a state of its own.

Nothing here decides; `decide` says which events a command gives, `events` says what each event changes. An order is
rebuilt from its events alone, so every field below must come from one. DOMAIN §5.1 (parallel states), §6.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minsheng.core.codes import Ask, AssignmentState, Card, Closing, Kind, Part, Role, State, Urgency


class Refused(Exception):
    """A command that the rules do not allow. `code` is stable and for programs; `message` tells a person what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Forbidden(Refused):
    """The actor's role or unit may never give this command on this order (HTTP 403)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account id, the role it acts in and, for unit roles, its unit.
    Sight of the tree below it is a matter of row-level security."""

    id: str
    role: Role
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A unit as the rules need it: its code, its level (1–3) and the codes above it, from the top down."""

    code: str
    level: int
    above: tuple[str, ...] = ()

    @property
    def lineage(self) -> frozenset[str]:
        """The unit and all above it."""
        return frozenset((*self.above, self.code))


class ClockName(StrEnum):
    """Which promise is running (时限种类). The rule book says in what each is counted."""

    DISPATCH = "dispatch"
    DETAIL = "detail"
    TELL = "tell"
    MEETING = "meeting"
    HANDLING = "handling"
    REVIEW = "review"
    PARKED = "parked"
    CALL_BACK = "call_back"
    RATING = "rating"
    REWORK = "rework"
    THINK = "think"
    FOLLOW = "follow"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Clock:
    """A running promise of the city: its name and when it is due (aware, UTC)."""

    name: ClockName
    due: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit's part in an order (承办). `round` counts handlings: 1 is the first, 2 the second handling."""

    id: int
    unit: str
    level: int
    part: Part
    parent: int | None
    dispatched_at: datetime
    due: datetime
    state: AssignmentState = AssignmentState.TO_SIGN
    round: int = 1
    contacted: bool = False
    accepted: bool = False
    replied_by: str | None = None
    extensions: int = 0

    @property
    def active(self) -> bool:
        """Still owes work: neither replied nor left."""
        return self.state in (AssignmentState.TO_SIGN, AssignmentState.HANDLING)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request of a unit beside its work (申请中): a return, an extension or an exclusion."""

    kind: Ask
    assignment: int | None
    by: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Owner:
    """Who must act next: a role of the centre, a unit, or the requester (`role=resident`)."""

    role: Role
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The record of one request through its whole life (工单). `version` counts the events that made it."""

    no: str
    version: int
    state: State
    channel: str
    kind: Kind
    urgency: Urgency
    received_at: datetime
    promised: datetime
    clock: Clock | None
    taxonomy: str = ""
    category: str | None = None
    area: str | None = None
    secret: bool = False
    reply_wanted: bool = True
    anonymous: bool = False
    complained_of: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    asks: tuple[Asked, ...] = ()
    handling_due: datetime | None = None
    dispatched_at: datetime | None = None
    returns: int = 0
    designated: bool = False
    extensions: int = 0
    reworks: int = 0
    call_attempts: int = 0
    called_by: str | None = None
    resolved: bool | None = None
    handlers: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    before: State | None = None
    clock_before: Clock | None = None
    excluded: bool = False
    card: Card | None = None
    closing: Closing | None = None
    closed_at: datetime | None = None

    @property
    def lead(self) -> Assignment | None:
        """The lead unit's assignment at the top (the one dispatched to), if any still stands."""
        for a in reversed(self.assignments):
            if a.part is Part.LEAD and a.parent is None and a.state is not AssignmentState.LEFT:
                return a
        return None

    def of_unit(self, unit: str | None) -> Assignment | None:
        """The standing assignment of `unit`."""
        for a in reversed(self.assignments):
            if a.unit == unit and a.state is not AssignmentState.LEFT:
                return a
        return None

    def by_id(self, assignment: int) -> Assignment | None:
        """The assignment numbered `assignment`."""
        return next((a for a in self.assignments if a.id == assignment), None)

    def children(self, parent: int) -> tuple[Assignment, ...]:
        """Standing assignments that `parent` passed down (level 3)."""
        return tuple(a for a in self.assignments if a.parent == parent and a.state is not AssignmentState.LEFT)

    def ask(self, kind: Ask, assignment: int | None) -> Asked | None:
        """The open request of this kind for this assignment."""
        return next((q for q in self.asks if q.kind is kind and q.assignment == assignment), None)


_OWNERS = {
    State.RECEIVED: Role.AGENT,
    State.INCOMPLETE: Role.RESIDENT,
    State.ANSWERED: Role.AGENT,
    State.TRANSFERRED: Role.AGENT,
    State.EXPLAINED: Role.AGENT,
    State.MERGED: Role.DISPATCHER,
    State.TO_DISPATCH: Role.DISPATCHER,
    State.ARBITRATING: Role.DISPATCHER,
    State.TO_REVIEW: Role.REVIEWER,
    State.TO_CALL_BACK: Role.CALLER_BACK,
    State.TERMINATED: Role.REVIEWER,
    State.WITHDRAWN: Role.RESIDENT,
}


def owner(order: Order) -> Owner | None:
    """Who must act next on `order`; None once it is closed. No open order is without one."""
    if not order.state.open:
        return None
    if order.state in _OWNERS:
        return Owner(_OWNERS[order.state])
    lead = order.lead
    assert lead is not None, "dispatched, parked and reworking orders have a lead"
    return Owner(Role.UNIT_DESK, lead.unit)
