"""Random lives of orders against invariants written from DOMAIN.md: whatever is said, valid or not, these hold."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from minsheng.core import Event, Order, allowed, decide, evolve, owner, rebuild
from minsheng.core import commands as say
from minsheng.core import events as done
from minsheng.core.codes import UNIT_ROLES, AssignmentState, Closing, Grade, Role, State, Told
from minsheng.core.ledger import Standing, facts_of, standing
from minsheng.core.order import Actor, Refused
from minsheng.core.wire import from_json, plain, public_view, shaped, to_json
from minsheng.core.workflow import WORKFLOW
from support.life import MONDAY, POLICY, county, town

UNITS = [county("c1"), county("c2"), town("t1", "c1"), town("t2", "c1"), town("t3", "c2")]
ACTORS = [Actor(f"{r}{n}", r) for r in Role if r not in UNIT_ROLES for n in (1, 2)] + [
    Actor(f"{r}{n}@{u.code}", r, u.code) for r in sorted(UNIT_ROLES) for u in UNITS for n in (1, 2)
]
text, flag, unit = st.sampled_from(["", "有话"]), st.booleans(), st.sampled_from(UNITS)
number = st.sampled_from([None, 1, 2, 3])
COMMANDS = st.one_of(
    st.builds(say.AskDetail, question=text),
    st.builds(say.AddDetail, detail=text),
    st.builds(say.Answer, answer=text, told=st.sampled_from([None, Told.PHONE])),
    st.builds(say.Explain, explanation=text),
    st.builds(
        say.Merge, into=st.sampled_from(["A1", "B1"]), into_state=st.sampled_from([State.CLOSED, State.DISPATCHED])
    ),
    st.builds(say.Absorb, no=st.just("C1")),
    st.builds(say.Submit),
    st.builds(say.Dispatch, lead=unit, co=st.lists(unit, max_size=1).map(tuple)),
    st.builds(say.RequestReturn, legal_basis=text),
    st.builds(say.DecideReturn, granted=flag, assignment=number, grounds=text),
    st.builds(say.Arbitrate, lead=st.one_of(st.none(), unit), minutes=text),
    st.just(say.Sign()),
    st.builds(say.PassDown, to=unit),
    st.builds(say.Join, unit=unit, excuse=flag),
    st.builds(say.RequestExtension, grounds=text),
    st.builds(say.DecideExtension, granted=flag, assignment=number, grounds=text),
    st.builds(say.Park, promise=text, until=st.just(MONDAY + timedelta(days=200))),
    st.builds(say.Progress, note=text, contacted=flag),
    st.builds(say.Reply, reply=text, public_reply=text, contacted=flag),
    st.builds(say.ReviewReply, accepted=flag, grounds=text, assignment=number),
    st.builds(
        say.CallBack,
        reached=flag,
        resolved=st.sampled_from([None, True, False]),
        grade=st.sampled_from(Grade),
        drawn=flag,
        declined=text,
        rating_by=st.sampled_from([None, Told.SMS]),
    ),
    st.builds(say.Close, told=st.sampled_from([None, Told.SMS])),
    st.builds(say.Rework, grounds=text),
    st.builds(say.Reopen, grounds=text),
    st.builds(say.RequestExclusion, grounds=text),
    st.builds(say.DecideExclusion, granted=flag, grounds=text),
    st.builds(say.Withdraw, cancel=flag),
    st.sampled_from([say.ConfirmWithdrawal(), say.PromiseDue(), say.Archive(), say.Follow(), say.GiveCard()]),
)


class Lives(RuleBasedStateMachine):
    """One order under random commands of random people."""

    def __init__(self) -> None:
        super().__init__()
        self.at, self.events, self.commands = MONDAY, [], []
        self.order: Order | None = None

    @initialize(complained=st.sampled_from([(), ("c1",), ("t1",)]), wanted=flag, anonymous=flag)
    def receive(self, complained: tuple[str, ...], wanted: bool, anonymous: bool) -> None:
        command = say.Receive(
            no="A1",
            text="停暖",
            category="010101",
            complained_of=complained,
            reply_wanted=wanted,
            anonymous=anonymous,
        )
        self._apply(command, Actor("resident1", Role.RESIDENT))

    def _apply(self, command: say.Command, by: Actor) -> None:
        before = self.order
        try:
            events = decide(self.order, command, POLICY, self.at, by)
        except Refused as refused:
            assert refused.code and refused.message and self.order is before  # noqa: PT017, PT018
            return
        for event in events:
            self.order = evolve(self.order, event)
            self.events.append(event)
            self.commands.append((command, by))
        if events:
            self._step(before, events, command, by)

    def _step(self, before: Order | None, events: tuple[Event, ...], command: say.Command, by: Actor) -> None:
        after = self.order
        assert after is not None
        if before is not None and after.clock is not None and before.clock is not None and after.clock != before.clock:
            carriers = [e for e in events if any(n.endswith("due") or n == "until" for n in e.__dataclass_fields__)]
            restored = isinstance(command, say.Withdraw | say.ReviewReply | say.Merge)
            assert carriers or restored, f"{command} moved a due date without an event that says so"
        if isinstance(command, say.CallBack):
            assert before is not None
            assert by.id not in before.handlers
            failed = command.reached and (command.resolved is False or command.grade.bad) and not command.declined
            if failed and before.merged_into is None:
                assert after.state in (State.REWORKING, State.ARBITRATING)
        if isinstance(command, say.DecideExclusion | say.DecideExtension):
            asked = {q.by for q in before.asks} - {q.by for q in after.asks} if before else set()
            assert by.id not in asked

    @rule(command=COMMANDS, by=st.sampled_from(ACTORS), minutes=st.integers(0, 600))
    def anybody_says_anything(self, command: say.Command, by: Actor, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        self._apply(command, by)

    @precondition(lambda self: self.order is not None)
    @rule(data=st.data(), minutes=st.integers(0, 600))
    def somebody_says_what_fits(self, data: st.DataObject, minutes: int) -> None:
        assert self.order is not None
        self.at += timedelta(minutes=minutes)
        fitting = [a for a in ACTORS if allowed(self.order, a)]
        if not fitting:
            return
        by = data.draw(st.sampled_from(fitting))
        names = set(allowed(self.order, by))
        command = data.draw(COMMANDS.filter(lambda c: c.NAME in names) if names & FILLED else COMMANDS)
        self._apply(command, by)

    @precondition(lambda self: self.order is not None and self.order.clock is not None)
    @rule()
    def the_clock_runs_out(self) -> None:
        assert self.order is not None
        assert self.order.clock is not None
        self.at = max(self.at, self.order.clock.due)

    @invariant()
    def an_open_order_has_an_owner_and_a_clock(self) -> None:
        if self.order is not None and self.order.state.open:
            assert owner(self.order) is not None
            assert self.order.clock is not None

    @invariant()
    def closed_only_for_one_of_the_reasons_that_the_field_knows(self) -> None:
        if self.order is None or self.order.state is not State.CLOSED:
            return
        closing = next(e for e in reversed(self.events) if isinstance(e, done.Closed))
        names = {e.NAME for e in self.events}
        needs = {
            Closing.ANSWERED: {"answered"},
            Closing.TOLD: {"explained", "transferred"},
            Closing.CALLED_BACK: {"called_back"},
            Closing.UNREACHED: {"called_back"},
            Closing.WITHDRAWN: {"withdrawn"},
            Closing.FINAL_REPLY: {"terminated", "review_done"},
        }[closing.closing]
        assert needs & names
        if closing.closing in (Closing.ANSWERED, Closing.TOLD):
            assert closing.told is not None

    @invariant()
    def a_unit_complained_of_never_holds_it(self) -> None:
        if self.order is None:
            return
        lineage = {u.code: u.lineage for u in UNITS}
        for a in self.order.assignments:
            assert not lineage[a.unit] & set(self.order.complained_of)

    def teardown(self) -> None:
        """What the ledger was told of an order ends where the order stands, whatever happened to it."""
        before, counts = None, Counter[Standing]()
        for event in self.events:
            after = evolve(before, event)
            if facts_of(before, event, after, local=POLICY.calendar.local_date) is not None:
                counts[standing(after)] += 1
                if before is not None:
                    counts[standing(before)] -= 1
            before = after
        if before is not None:
            assert +counts == Counter({standing(before): 1})
            assert all(n >= 0 for n in counts.values())

    @invariant()
    def a_meetings_unit_never_gives_it_back(self) -> None:
        seen = False
        for e in self.events:
            seen = seen or (isinstance(e, done.Dispatched) and e.final)
            assert not (seen and isinstance(e, done.ReturnAsked))

    @invariant()
    def a_second_handling_is_replied_to_by_somebody_else(self) -> None:
        if self.order is None:
            return
        for a in self.order.assignments:
            if (
                a.round > 1
                and a.state is AssignmentState.REPLIED
                and a.replied_by
                and a.round == self.order.reworks + 1
            ):
                assert a.replied_by not in self.order.barred

    @invariant()
    def the_order_is_what_its_events_say_and_survives_the_wire(self) -> None:
        if self.order is None:
            return
        back = [from_json(e.NAME, e.at, e.by, to_json(e)) for e in self.events]
        assert back == self.events
        assert rebuild(back) == self.order
        assert shaped(Order, plain(self.order)) == self.order

    @invariant()
    def no_event_holds_a_grade_or_a_word(self) -> None:
        for seq, e in enumerate(self.events, 1):
            kept = repr((to_json(e), public_view("A1", seq, e)))
            assert "有话" not in kept
            assert "satisfied" not in kept
            assert e.by not in public_view("A1", seq, e).values() or e.by == "A1"


FILLED = {
    c.NAME
    for c in say.Command.__subclasses__()
    if c.NAME in WORKFLOW and c not in (say.Receive, say.Transfer, say.Split, say.Reclassify, say.Reveal)
}

TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
