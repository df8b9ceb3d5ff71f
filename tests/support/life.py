"""An order's life in tests: say commands to it, see its state. No database; the rule book has defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from minsheng.core import commands as say
from minsheng.core import decide, evolve
from minsheng.core.calendar import Calendar
from minsheng.core.codes import Kind, Role
from minsheng.core.events import Event
from minsheng.core.order import Actor, Order, UnitRef
from minsheng.core.rulebook import RuleBook

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CALENDAR = Calendar(
    "Asia/Shanghai",
    frozenset(),
    frozenset(),
    ((time(8, 30), time(12)), (time(14, 30), time(18))),
    date(2026, 1, 1),
    date(2027, 12, 31),
)
POLICY = RuleBook(version="test", valid_from=date(2020, 1, 1), calendar=CALENDAR)
CENTRE = "centre"


def county(code: str = "c1") -> UnitRef:
    """A level-2 unit."""
    return UnitRef(code, 2, (CENTRE,))


def town(code: str = "t1", above: str = "c1") -> UnitRef:
    """A level-3 unit below a level-2 unit."""
    return UnitRef(code, 3, (CENTRE, above))


def centre(role: Role, name: str = "") -> Actor:
    """Somebody at the centre."""
    return Actor(name or role.value, role)


def unit(code: str, role: Role = Role.UNIT_DESK, name: str = "") -> Actor:
    """Somebody of a unit."""
    return Actor(name or f"{role.value}@{code}", role, code)


AGENT, REVIEWER, DISPATCHER = centre(Role.AGENT), centre(Role.REVIEWER), centre(Role.DISPATCHER)
CALLER, SUPERVISOR, QUALITY = centre(Role.CALLER_BACK), centre(Role.SUPERVISOR), centre(Role.QUALITY)
SYSTEM, RESIDENT = centre(Role.SYSTEM), centre(Role.RESIDENT)
DESK, HEAD = unit("c1"), unit("c1", Role.UNIT_HEAD)
FIRST, SECOND = unit("t1", Role.HANDLER, "first"), unit("t1", Role.HANDLER, "second")
REPLY = say.Reply(contacted=True, reply="办了", public_reply="已办")
ACCEPT = say.ReviewReply(accepted=True)
YES = say.CallBack(resolved=True, contacted=True)
NO = say.CallBack(resolved=False, contacted=True)


class Life:
    """One order, from its first command on."""

    def __init__(self, policy: RuleBook = POLICY, at: datetime = MONDAY, **received: object) -> None:
        self.policy, self.at, self.events = policy, at, []
        self.order: Order | None = None
        given = {"no": "A1", "text": "停暖", "category": "010101", "kind": Kind.COMPLAINT, **received}
        self.say(say.Receive(**given), RESIDENT)  # type: ignore[arg-type]

    def say(self, command: say.Command, by: Actor, *, after: timedelta = timedelta(minutes=5)) -> tuple[Event, ...]:
        """`by` gives `command`, some time after the last; refusals are raised."""
        self.at += after
        events = decide(self.order, command, self.policy, self.at, by)
        for event in events:
            self.order = evolve(self.order, event)
        self.events += events
        return events

    @property
    def o(self) -> Order:
        """The order now."""
        assert self.order is not None
        return self.order

    def then(self, *steps: tuple[say.Command, Actor]) -> Life:
        """Several commands, one after another."""
        for command, by in steps:
            self.say(command, by)
        return self

    def until_due(self) -> Life:
        """Wait until the running clock has run out."""
        assert self.o.clock is not None
        self.at = self.o.clock.due
        return self

    def submitted(self) -> Life:
        """In the pool."""
        return self.then((say.Submit(), AGENT))

    def dispatched(self, lead: UnitRef | None = None, *co: UnitRef) -> Life:
        """At its units."""
        return self.submitted().then((say.Dispatch(lead=lead or county(), co=co), DISPATCHER))

    def replied(self) -> Life:
        """The lead county has replied; the centre reviews."""
        return self.dispatched().then((say.Sign(), DESK), (REPLY, DESK))

    def to_call_back(self) -> Life:
        """Waiting for the call-back."""
        return self.replied().then((ACCEPT, REVIEWER))

    def closed(self) -> Life:
        """Called back, solved."""
        return self.to_call_back().then((YES, CALLER))


def with_rules(**changes: object) -> RuleBook:
    """The test rule book with other values."""
    return replace(POLICY, **changes)  # type: ignore[arg-type]
