"""One order's life (一单始末): the order as the house's own rules make it, and beside it what is true.

Every step passes `core.decide`; timers fire when they fall due, before whatever is done later. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from minsheng.core import Actor, Event, Order, decide, evolve, on_due, timers
from minsheng.core.codes import Grade, Kind, Result, Role
from minsheng.core.commands import Command
from minsheng.core.order import Clock
from minsheng.core.rulebook import RuleBook, RuleBooks
from minsheng.ground.vault import Person
from minsheng.respond.bulk import Rating, Step
from minsheng.respond.decisions import DECIDES, decided
from minsheng.sim.hours import moment, when
from minsheng.sim.words import Matter

SYSTEM = Actor("system", Role.SYSTEM)
RESIDENT = Actor("resident", Role.RESIDENT)
NEVER = 1 << 60


@dataclass(slots=True)
class Truth:
    """What is true of one request, whatever the house was told. Times in seconds; `did` is what the unit truly did."""

    request: int
    at: int
    person: int
    leaf: str
    kind: Kind
    area: str
    spot: str
    lon: float | None
    lat: float | None
    cause: int | None = None
    again: bool = False
    second_of: str | None = None
    fate: str = "registered"
    no: str | None = None
    duplicate_of: str | None = None
    unit: str | None = None
    did: str | None = None
    done_at: int | None = None
    solved: bool | None = None
    grade: Grade | None = None
    first_did: str | None = None
    first_done_at: int | None = None
    first_due: int | None = None
    first_solved: bool | None = None
    first_grade: Grade | None = None
    told_solved: bool | None = None
    told_grade: Grade | None = None
    unreasonable: bool = False
    cheats: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Life:
    """An order on its way. `waiting` holds the actions already on the world's list."""

    number: int
    truth: Truth
    matter: Matter
    person: Person
    title: str
    text: str
    books: RuleBooks
    order: Order | None = None
    policy: RuleBook | None = None
    steps: list[Step] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)
    standing: tuple[tuple[int, str], ...] = ()
    seen: tuple[Clock | None, datetime | None] = (None, None)
    next_timer: int = NEVER
    swept: int = 0
    last: int = 0
    waiting: set[tuple[str, int]] = field(default_factory=set)
    anger: float = 0.2
    part: bool = False
    nudged: bool = False
    parked: bool = False
    rejected: int = 0
    failed: int = 0
    result: Result | None = None
    said: str = "solved"
    called: bool = False
    wish: Grade | None = None

    @property
    def o(self) -> Order:
        """The order now."""
        assert self.order is not None
        return self.order

    def say(self, command: Command, by: Actor, t: int) -> tuple[Event, ...]:
        """`by` gives `command` at `t`, or at the order's last event if that is later, after the timers due until then;
        returns the events of all. Refused and Forbidden as the rules say."""
        t = max(t, self.last)
        before = self.tick(t) if self.order is not None else ()
        return before + self._carry_out(command, by, t)

    def tick(self, t: int) -> tuple[Event, ...]:
        """Fire the timers that are due by `t`, each at its time; the events they made."""
        events: tuple[Event, ...] = ()
        while self.next_timer <= t:
            at, name = min(x for x in self.standing if self.fired.get(x[1]) != x[0])
            self.fired[name] = at
            command = on_due(name, self.o)
            events += () if command is None else self._carry_out(command, SYSTEM, max(at, self.last))
            self._look()
        return events

    def _look(self) -> None:
        """Note the next timer of the order as it stands; they follow from its clock and its dispatch."""
        o = self.o
        seen = (o.clock, o.dispatched_at)
        if seen != self.seen:
            assert self.policy is not None
            self.seen, self.standing = seen, tuple((moment(x.due), x.name) for x in timers(o, self.policy))
            self.fired = {name: due for due, name in self.standing if self.fired.get(name) == due}
        self.next_timer = min((x for x in self.standing if self.fired.get(x[1]) != x[0]), default=(NEVER, ""))[0]

    def _carry_out(self, command: Command, by: Actor, t: int) -> tuple[Event, ...]:
        at = when(t)
        policy = self.books.at(at)
        events = decide(self.order, command, policy, at, by)
        if not events:
            return ()
        order = self.order
        for event in events:
            order = evolve(order, event)
        self.order, self.policy, self.last = order, policy, t
        decisions = decided(order, DECIDES.get(type(command), ())) if order else {}
        self.steps.append(Step(events, by, command.spoken(), decisions))
        self._look()
        return events

    def settle(self, unit: str, t: int, due: int, *, early: bool) -> None:
        """Keep who handled it and when the work was truly done. What was true of the first reply, and when the
        resident was first called, stands apart."""
        truth = self.truth
        truth.unit = unit
        if truth.first_did is None:
            truth.first_did, truth.first_done_at, truth.first_due = truth.did, None if early else t, due
        if not self.called:
            truth.first_solved, truth.first_grade = truth.solved, truth.grade

    def answered(self, solved: bool | None, grade: Grade | None) -> None:
        """Keep beside the truth what the resident told the house; the first answer stands apart from later ones."""
        if solved is not None:
            self.truth.told_solved = solved
        if grade is not None:
            self.truth.told_grade = grade

    def rate(self, grade: Grade, route: str, seq: int, t: int) -> None:
        """Keep a grade where grades are kept: apart from the events."""
        self.ratings.append(Rating(seq, grade, route, when(t)))
