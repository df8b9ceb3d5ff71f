"""The order's rules, edge by edge (DOMAIN §6.2): each transition, each guard, each refusal with its code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minsheng.core import allowed, decide, may, on_due, owner, rebuild, timers
from minsheng.core import commands as say
from minsheng.core.codes import (
    AssignmentState,
    Card,
    Closing,
    Grade,
    Kind,
    Part,
    ReopenCause,
    ReturnReason,
    Role,
    State,
    Told,
    term,
)
from minsheng.core.order import ClockName, Forbidden, Refused, UnitRef
from support.life import (
    ACCEPT,
    AGENT,
    CALLER,
    DESK,
    DISPATCHER,
    FIRST,
    HEAD,
    MONDAY,
    NO,
    POLICY,
    QUALITY,
    REPLY,
    RESIDENT,
    REVIEWER,
    SECOND,
    SUPERVISOR,
    SYSTEM,
    YES,
    Life,
    centre,
    county,
    town,
    unit,
    with_rules,
)

DAY = timedelta(days=1)
RETURN = say.RequestReturn(reason=ReturnReason.WRONG_DUTY, legal_basis="三定规定")


def refused(life: Life, command: say.Command, by, code: str) -> None:
    before = life.order
    with pytest.raises(Refused) as caught:
        life.say(command, by)
    assert caught.value.code == code
    assert life.order is before


class TestIntake:
    def test_a_request_starts_the_dispatch_clock_and_is_promised_both_limits(self) -> None:
        life = Life()
        assert (life.o.state, life.o.clock.name) == (State.RECEIVED, ClockName.DISPATCH)
        assert life.o.promised == POLICY.promise(life.at, "010101", life.o.urgency, "web")
        assert owner(life.o).role is Role.AGENT

    def test_nothing_said_is_no_request(self) -> None:
        with pytest.raises(Refused, match="写明"):
            Life(text="  ")

    def test_an_order_is_received_once_and_a_command_needs_an_order(self) -> None:
        refused(Life(), say.Receive(no="A2", text="x"), AGENT, "received_already")
        with pytest.raises(Refused) as caught:
            decide(None, say.Sign(), POLICY, MONDAY, DESK)
        assert caught.value.code == "no_such_order"

    def test_missing_facts_are_asked_for_and_the_clock_starts_again(self) -> None:
        life = Life()
        refused(life, say.AskDetail(), AGENT, "question_missing")
        life.say(say.AskDetail(question="哪一栋？"), AGENT)
        assert (life.o.state, owner(life.o).role) == (State.INCOMPLETE, Role.RESIDENT)
        assert life.say(say.AddDetail(), SYSTEM) == ()
        refused(life, say.AddDetail(), RESIDENT, "detail_missing")
        life.say(say.AddDetail(detail="3号楼"), RESIDENT)
        assert (life.o.state, life.o.clock.name) == (State.RECEIVED, ClockName.DISPATCH)
        assert life.say(say.AddDetail(), SYSTEM) == ()

    def test_waiting_for_facts_ends_by_itself(self) -> None:
        life = Life().then((say.AskDetail(question="哪一栋？"), AGENT)).until_due()
        life.say(say.AddDetail(), SYSTEM, after=timedelta(0))
        assert life.o.state is State.RECEIVED

    def test_more_facts_on_a_dispatched_order_change_no_state(self) -> None:
        life = Life().dispatched()
        due = life.o.clock
        life.say(say.AddDetail(detail="还漏水"), RESIDENT)
        assert (life.o.state, life.o.clock) == (State.DISPATCHED, due)

    def test_an_answer_told_at_once_closes(self) -> None:
        life = Life()
        refused(life, say.Answer(), AGENT, "answer_missing")
        life.say(say.Answer(answer="可以网上办", entry="7@2", told=Told.PHONE), AGENT)
        assert (life.o.state, life.o.closing) == (State.CLOSED, Closing.ANSWERED)

    @pytest.mark.parametrize(
        ("command", "missing", "state", "closing"),
        [
            (say.Answer(answer="可以"), say.Answer(), State.ANSWERED, Closing.ANSWERED),
            (say.Transfer(line="110"), say.Transfer(), State.TRANSFERRED, Closing.TOLD),
            (say.Explain(explanation="请走诉讼"), say.Explain(), State.EXPLAINED, Closing.TOLD),
        ],
    )
    def test_a_disposition_is_closed_only_when_the_requester_was_told(self, command, missing, state, closing) -> None:
        life = Life()
        with pytest.raises(Refused):
            life.say(missing, AGENT)
        life.say(command, AGENT)
        assert (life.o.state, life.o.clock.name) == (state, ClockName.TELL)
        refused(life, say.Close(), AGENT, "told_missing")
        life.say(say.Close(told=Told.SMS), AGENT)
        assert (life.o.state, life.o.closing, owner(life.o)) == (State.CLOSED, closing, None)

    def test_submitting_needs_a_category_and_keeps_what_is_not_said(self) -> None:
        life = Life(category=None)
        refused(life, say.Submit(), AGENT, "category_missing")
        life.say(say.Submit(category="010102", kind=Kind.HELP, secret=True, complained_of=("c9",), area="a"), AGENT)
        assert (life.o.category, life.o.kind, life.o.secret, life.o.area) == ("010102", Kind.HELP, True, "a")

    def test_a_split_needs_parts(self) -> None:
        life = Life()
        refused(life, say.Split(), AGENT, "parts_missing")
        life.say(say.Split(parts=("A2",)), AGENT)
        assert life.o.state is State.RECEIVED

    def test_reclassifying_needs_grounds_and_a_change(self) -> None:
        life = Life()
        refused(life, say.Reclassify(kind=Kind.INQUIRY), AGENT, "grounds_missing")
        refused(life, say.Reclassify(grounds="x"), AGENT, "nothing_changes")
        life.say(say.Reclassify(kind=Kind.INQUIRY, grounds="录音为咨询"), QUALITY)
        assert (life.o.kind, life.events[-1].kind_before) == (Kind.INQUIRY, Kind.COMPLAINT)


class TestMerge:
    def test_a_merged_requester_keeps_number_promise_and_call_back(self) -> None:
        main, child = Life().dispatched(), Life(no="B1")
        promised = child.o.promised
        child.say(say.Merge(into="A1", into_state=main.o.state), AGENT)
        main.say(say.Absorb(no="B1"), SYSTEM)
        assert (child.o.state, child.o.clock.due, main.o.absorbed) == (State.MERGED, promised, ("B1",))
        child.say(say.Follow(), SYSTEM)
        assert child.o.state is State.TO_CALL_BACK
        child.say(NO, CALLER)
        assert (child.o.state, child.o.clock.name) == (State.MERGED, ClockName.FOLLOW)
        child.then((say.Follow(), SYSTEM), (YES, CALLER))
        assert (child.o.state, child.o.resolved) == (State.CLOSED, True)

    def test_merging_goes_to_another_open_order_only(self) -> None:
        refused(Life(), say.Merge(into="A1"), AGENT, "merge_into_itself")
        for state in (State.CLOSED, State.MERGED, State.WITHDRAWN, State.INCOMPLETE):
            refused(Life(), say.Merge(into="B", into_state=state), AGENT, "merge_target_not_open")
        main = Life().then((say.Absorb(no="B"), AGENT))
        refused(main, say.Merge(into="C"), AGENT, "has_merged_orders")

    def test_a_merged_order_reopened_goes_to_the_pool_alone(self) -> None:
        child = Life(no="B1").then((say.Merge(into="A1"), AGENT), (say.Follow(), SYSTEM), (YES, CALLER))
        child.say(say.Reopen(grounds="又坏了"), RESIDENT)
        assert (child.o.state, child.o.merged_into) == (State.TO_DISPATCH, None)


class TestDispatch:
    def test_the_handling_clock_starts_at_dispatch_not_at_signing(self) -> None:
        life = Life().dispatched()
        due = life.o.clock.due
        assert due == POLICY.handling_due(life.at, "010101", life.o.urgency)
        life.say(say.Sign(), DESK, after=DAY)
        assert (life.o.clock.due, life.o.lead.state) == (due, AssignmentState.HANDLING)
        assert owner(life.o).unit == "c1"
        refused(life, say.Sign(), DESK, "signed_already")

    def test_a_level_three_unit_receives_through_its_level_two_unit(self) -> None:
        life = Life().dispatched(town())
        assert [(a.unit, a.state, a.parent) for a in life.o.assignments] == [
            ("c1", AssignmentState.HANDLING, None),
            ("t1", AssignmentState.TO_SIGN, 1),
        ]

    def test_dispatch_needs_a_lead_a_category_and_distinct_handling_units(self) -> None:
        life = Life().submitted()
        refused(life, say.Dispatch(), DISPATCHER, "lead_missing")
        refused(life, say.Dispatch(lead=UnitRef("centre", 1)), DISPATCHER, "not_a_handling_unit")
        refused(life, say.Dispatch(lead=county(), co=(county(),)), DISPATCHER, "unit_twice")
        bare = Life(category=None)
        bare.order = bare.o.__class__(**{**_fields(bare.o), "state": State.TO_DISPATCH})
        refused(bare, say.Dispatch(lead=county()), DISPATCHER, "category_missing")

    def test_a_unit_complained_of_and_all_below_it_never_handle_the_complaint(self) -> None:
        life = Life(complained_of=("c1",)).submitted()
        refused(life, say.Dispatch(lead=county()), DISPATCHER, "unit_complained_of")
        refused(life, say.Dispatch(lead=town()), DISPATCHER, "unit_complained_of")
        refused(life, say.Dispatch(lead=county("c2"), co=(town(),)), DISPATCHER, "unit_complained_of")
        life.say(say.Dispatch(lead=county("c2")), DISPATCHER)
        refused(life, say.Join(unit=town()), DISPATCHER, "unit_complained_of")
        below = Life(complained_of=("t1",)).dispatched()
        refused(below, say.PassDown(to=town()), DESK, "unit_complained_of")

    def test_roles_that_may_never_are_forbidden(self) -> None:
        life = Life().submitted()
        with pytest.raises(Forbidden):
            life.say(say.Dispatch(lead=county()), AGENT)
        refused(life, say.Sign(), DESK, "wrong_state")
        dispatched = Life().dispatched()
        with pytest.raises(Forbidden) as caught:
            dispatched.say(say.Sign(), unit("c2"))
        assert caught.value.code == "not_yours"


class TestReturn:
    def test_a_granted_return_brings_the_order_back_to_the_pool(self) -> None:
        life = Life().dispatched()
        refused(life, say.RequestReturn(), DESK, "legal_basis_missing")
        life.say(RETURN, DESK)
        refused(life, RETURN, DESK, "asked_already")
        with pytest.raises(Forbidden):
            life.say(say.DecideReturn(granted=True), HEAD)
        refused(life, say.DecideReturn(granted=False), DISPATCHER, "grounds_missing")
        life.say(say.DecideReturn(granted=True), DISPATCHER)
        assert (life.o.state, life.o.returns, life.o.lead) == (State.TO_DISPATCH, 1, None)

    def test_a_refused_return_leaves_the_order_where_it_was(self) -> None:
        life = Life().dispatched().then((RETURN, DESK), (say.DecideReturn(grounds="属于你"), DISPATCHER))
        assert (life.o.state, life.o.asks) == (State.DISPATCHED, ())
        refused(life, say.DecideReturn(granted=True), DISPATCHER, "nothing_asked")

    def test_the_second_return_goes_to_a_meeting_whose_unit_cannot_return_it(self) -> None:
        life = Life().dispatched().then((RETURN, DESK), (say.DecideReturn(granted=True), DISPATCHER))
        life.then((say.Dispatch(lead=county("c2")), DISPATCHER), (RETURN, unit("c2")))
        assert (life.o.state, life.o.clock.name) == (State.ARBITRATING, ClockName.MEETING)
        assert owner(life.o).role is Role.DISPATCHER
        refused(life, say.Arbitrate(), DISPATCHER, "lead_missing")
        refused(life, say.Arbitrate(lead=county()), DISPATCHER, "minutes_missing")
        life.say(say.Arbitrate(lead=county(), minutes="由其办理"), DISPATCHER)
        assert (life.o.state, life.o.designated) == (State.DISPATCHED, True)
        refused(life, RETURN, DESK, "designated")

    def test_a_meeting_is_opened_before_it_designates(self) -> None:
        life = Life().submitted()
        refused(life, say.Arbitrate(lead=county()), DISPATCHER, "meeting_not_opened")
        life.say(say.Arbitrate(), DISPATCHER)
        assert life.o.state is State.ARBITRATING

    def test_no_return_after_contact_reply_or_a_day(self) -> None:
        late = Life().dispatched()
        late.at += DAY
        refused(late, RETURN, DESK, "return_window_over")
        spoken = Life().dispatched().then((say.Sign(), DESK), (say.Progress(note="已联系", contacted=True), DESK))
        refused(spoken, RETURN, DESK, "contacted_already")
        co = Life().dispatched(None, county("c2"))
        co.then((say.Sign(), unit("c2")), (REPLY, unit("c2")))
        refused(co, RETURN, unit("c2"), "replied_already")

    def test_a_level_three_return_is_decided_by_its_upper_unit(self) -> None:
        life = Life().dispatched(town()).then((RETURN, FIRST))
        with pytest.raises(Forbidden) as caught:
            life.say(say.DecideReturn(granted=True), DISPATCHER)
        assert caught.value.code == "upper_unit_decides"
        life.say(say.DecideReturn(granted=True), DESK)
        assert (life.o.state, life.o.of_unit("t1"), life.o.lead.unit) == (State.DISPATCHED, None, "c1")

    def test_a_co_handler_returns_alone(self) -> None:
        life = Life().dispatched(None, county("c2")).then((RETURN, unit("c2")))
        life.say(say.DecideReturn(granted=True, assignment=2), DISPATCHER)
        assert (life.o.state, life.o.of_unit("c2"), life.o.returns) == (State.DISPATCHED, None, 0)


class TestWorkingTogether:
    def test_work_is_passed_down_to_ones_own_units_only(self) -> None:
        life = Life().dispatched()
        refused(life, say.PassDown(), DESK, "unit_missing")
        refused(life, say.PassDown(to=town("t9", "c9")), DESK, "not_below")
        life.say(say.PassDown(to=town()), DESK)
        refused(life, say.PassDown(to=town()), DESK, "has_it_already")
        assert life.o.of_unit("t1").due == life.o.lead.due
        done = Life().dispatched(None, county("c2")).then((say.Sign(), unit("c2")), (REPLY, unit("c2")))
        refused(done, say.PassDown(to=town("t2", "c2")), unit("c2"), "replied_already")

    def test_co_handlers_join_and_are_excused_by_the_centre(self) -> None:
        life = Life().dispatched().then((say.Sign(), DESK))
        refused(life, say.Join(), DISPATCHER, "unit_missing")
        refused(life, say.Join(unit=county()), DISPATCHER, "has_it_already")
        refused(life, say.Join(unit=UnitRef("x", 1)), DISPATCHER, "not_a_handling_unit")
        life.say(say.Join(unit=county("c2")), DESK)
        assert life.o.of_unit("c2").part is Part.CO
        with pytest.raises(Forbidden):
            life.say(say.Join(unit=county("c3")), unit("c2"))
        refused(life, REPLY, DESK, "co_open")
        with pytest.raises(Forbidden):
            life.say(say.Join(unit=county("c2"), excuse=True), DESK)
        refused(life, say.Join(unit=county("c3"), excuse=True), DISPATCHER, "no_open_co")
        life.then((say.Join(unit=county("c2"), excuse=True), DISPATCHER), (REPLY, DESK))
        assert life.o.state is State.TO_REVIEW

    def test_level_two_reviews_level_three_before_the_reply_leaves_the_unit(self) -> None:
        life = Life().dispatched(town())
        refused(life, REPLY, FIRST, "sign_first")
        life.then((say.Sign(), FIRST), (REPLY, FIRST))
        assert life.o.state is State.DISPATCHED
        refused(life, REPLY, DESK, "children_open")
        refused(life, ACCEPT, REVIEWER, "unit_reviews_first")
        refused(life, say.ReviewReply(), DESK, "grounds_missing")
        life.say(say.ReviewReply(grounds="不实"), DESK)
        assert life.o.of_unit("t1").state is AssignmentState.HANDLING
        refused(life, ACCEPT, DESK, "nothing_to_review")
        life.then((REPLY, FIRST), (ACCEPT, DESK))
        assert (life.o.state, life.o.lead.state) == (State.TO_REVIEW, AssignmentState.REPLIED)

    def test_nobody_reviews_a_reply_of_their_own(self) -> None:
        both = unit("t1", Role.HANDLER, "same")
        life = Life().dispatched(town()).then((say.Sign(), both), (REPLY, both))
        refused(life, ACCEPT, unit("c1", Role.UNIT_DESK, "same"), "reviewer_is_handler")

    def test_an_accepted_reply_waits_for_the_other_replies(self) -> None:
        life = Life().dispatched(town(), county("c2"))
        life.then((say.PassDown(to=town("t2")), DESK), (say.Sign(), FIRST), (REPLY, FIRST), (ACCEPT, DESK))
        assert life.o.state is State.DISPATCHED
        second = unit("t2", Role.HANDLER)
        life.then((say.Sign(), second), (REPLY, second), (ACCEPT, DESK))
        assert life.o.state is State.DISPATCHED
        life.then((say.Sign(), unit("c2")), (REPLY, unit("c2")), (REPLY, DESK))
        assert life.o.state is State.TO_REVIEW

    def test_a_co_handlers_own_level_three_reply_is_forwarded_inside_it(self) -> None:
        life = Life().dispatched(county("c2"), town())
        life.then((say.Sign(), FIRST), (REPLY, FIRST), (ACCEPT, DESK))
        assert (life.o.state, life.o.of_unit("c1").state) == (State.DISPATCHED, AssignmentState.REPLIED)

    def test_progress_needs_words_and_a_signature(self) -> None:
        life = Life().dispatched()
        refused(life, say.Progress(), DESK, "note_missing")
        refused(life, say.Progress(note="在修"), DESK, "sign_first")
        life.then((say.Sign(), DESK), (say.Progress(note="在修", contacted=True), DESK))
        assert life.o.lead.contacted
        life.say(say.Reply(reply="好了", public_reply="好了"), DESK)

    def test_a_reply_needs_its_words_and_contact_unless_there_is_nobody_to_reach(self) -> None:
        life = Life().dispatched().then((say.Sign(), DESK))
        refused(life, say.Reply(public_reply="x"), DESK, "reply_missing")
        refused(life, say.Reply(reply="x"), DESK, "public_reply_missing")
        refused(life, say.Reply(reply="x", public_reply="x"), DESK, "contact_missing")
        anonymous = Life(anonymous=True).dispatched().then((say.Sign(), DESK))
        anonymous.say(say.Reply(reply="x", public_reply="x"), DESK)
        assert anonymous.o.state is State.TO_REVIEW


class TestExtensionAndParking:
    ASK = say.RequestExtension(grounds="管材未到")

    def test_the_head_grants_one_extension_and_every_clock_of_the_family_moves(self) -> None:
        life = Life().dispatched(town())
        refused(life, say.RequestExtension(), FIRST, "grounds_missing")
        life.say(self.ASK, FIRST)
        refused(life, self.ASK, FIRST, "asked_already")
        before = life.o.clock.due
        with pytest.raises(Forbidden):
            life.say(say.DecideExtension(granted=True), DISPATCHER)
        refused(life, say.DecideExtension(), HEAD, "grounds_missing")
        life.say(say.DecideExtension(granted=True), HEAD)
        expected = POLICY.due(before, POLICY.extension)
        assert {life.o.clock.due, *(a.due for a in life.o.assignments)} == {expected}
        refused(life, self.ASK, FIRST, "no_more_extensions")

    def test_who_asks_does_not_decide(self) -> None:
        life = Life().dispatched().then((self.ASK, HEAD))
        with pytest.raises(Forbidden) as caught:
            life.say(say.DecideExtension(granted=True), HEAD)
        assert caught.value.code == "asker_decides"
        life.say(say.DecideExtension(grounds="可按时"), unit("c1", Role.UNIT_HEAD, "other"))
        assert life.o.extensions == 0

    def test_a_second_extension_is_the_centres_where_the_rules_allow_one(self) -> None:
        life = Life(with_rules(extensions_max=2)).dispatched()
        life.then((self.ASK, DESK), (say.DecideExtension(granted=True), HEAD), (self.ASK, DESK))
        with pytest.raises(Forbidden) as caught:
            life.say(say.DecideExtension(granted=True), HEAD)
        assert caught.value.code == "centre_decides"
        life.say(say.DecideExtension(granted=True), SUPERVISOR)
        assert life.o.extensions == 2

    def test_a_co_handlers_extension_leaves_the_orders_clock_alone(self) -> None:
        life = Life().dispatched(None, county("c2"))
        before, head = life.o.clock, unit("c2", Role.UNIT_HEAD)
        life.then((self.ASK, unit("c2")), (say.DecideExtension(granted=True), head))
        assert life.o.clock == before
        assert life.o.of_unit("c2").due > before.due

    def test_no_extension_after_the_due_time_or_the_reply(self) -> None:
        late = Life().dispatched().until_due()
        refused(late, self.ASK, DESK, "overdue_already")
        done = Life().dispatched(None, county("c2")).then((say.Sign(), DESK))
        done.then((say.Sign(), unit("c2")), (REPLY, unit("c2")))
        refused(done, self.ASK, unit("c2"), "replied_already")

    def test_parking_needs_a_dated_promise_and_falls_due(self) -> None:
        life = Life().replied()
        refused(life, say.Park(until=life.at + DAY), REVIEWER, "promise_missing")
        refused(life, say.Park(promise="明春"), REVIEWER, "date_missing")
        refused(life, say.Park(promise="x", until=life.at), REVIEWER, "date_missing")
        refused(life, say.Park(promise="x", until=life.at + 500 * DAY), REVIEWER, "parked_too_long")
        life.say(say.Park(promise="明春改造", until=life.at + 90 * DAY), REVIEWER)
        assert (life.o.state, owner(life.o).unit) == (State.PARKED, "c1")
        assert life.say(say.PromiseDue(), SYSTEM) == ()
        life.until_due().say(say.PromiseDue(), SYSTEM, after=timedelta(0))
        assert (life.o.state, life.o.clock.name) == (State.TO_REVIEW, ClockName.REVIEW)

    def test_a_parked_order_is_reported_done_by_a_reply(self) -> None:
        life = Life().replied()
        life.then((say.Park(promise="明春", until=life.at + 90 * DAY), REVIEWER), (REPLY, DESK))
        assert life.o.state is State.TO_REVIEW


class TestReviewAndClosing:
    def test_the_centre_sends_back_a_reply_and_the_old_clock_goes_on(self) -> None:
        life = Life().dispatched()
        due = life.o.clock.due
        life.then((say.Sign(), DESK), (REPLY, DESK))
        with pytest.raises(Forbidden):
            life.say(ACCEPT, DESK)
        life.say(say.ReviewReply(grounds="未写结果"), REVIEWER)
        assert (life.o.state, life.o.clock.due) == (State.DISPATCHED, due)

    def test_who_wants_no_reply_is_closed_by_the_approved_final_reply(self) -> None:
        life = Life(reply_wanted=False).replied().then((ACCEPT, REVIEWER))
        assert (life.o.state, life.o.closing) == (State.CLOSED, Closing.FINAL_REPLY)

    def test_a_termination_is_a_final_reply_told(self) -> None:
        life = Life().replied()
        refused(life, say.Terminate(), REVIEWER, "final_reply_missing")
        life.say(say.Terminate(final_reply="政策不允许"), REVIEWER)
        assert owner(life.o).role is Role.REVIEWER
        life.say(say.Close(told=Told.LETTER), REVIEWER)
        assert life.o.closing is Closing.FINAL_REPLY

    def test_solved_closes_and_solved_is_kept_beside_closed(self) -> None:
        life = Life().closed()
        assert (life.o.state, life.o.closing, life.o.resolved) == (State.CLOSED, Closing.CALLED_BACK, True)

    def test_the_caller_never_handled_the_order(self) -> None:
        same = centre(Role.CALLER_BACK, DESK.id)
        refused(Life().to_call_back(), YES, same, "handler_cannot_call_back")

    def test_unreached_three_times_closes_unrated(self) -> None:
        life, missed = Life().to_call_back(), say.CallBack(reached=False)
        life.then((missed, CALLER), (missed, CALLER))
        assert life.o.state is State.TO_CALL_BACK
        life.say(missed, CALLER)
        assert (life.o.state, life.o.closing, life.o.resolved) == (State.CLOSED, Closing.UNREACHED, None)

    def test_an_answer_is_needed_unless_it_is_refused(self) -> None:
        life = Life().to_call_back()
        refused(life, say.CallBack(), CALLER, "answer_missing")
        life.say(say.CallBack(grade=Grade.REFUSED), CALLER)
        assert (life.o.state, life.o.resolved) == (State.CLOSED, None)

    def test_call_back_closes_not_the_clerk(self) -> None:
        with pytest.raises(Forbidden):
            Life().to_call_back().say(say.Close(told=Told.PHONE), AGENT)
        assert Life().to_call_back().say(say.Close(), SYSTEM) == ()

    def test_the_requester_rates_alone_and_no_clerk_for_them(self) -> None:
        life = Life().to_call_back().then((say.CallBack(resolved=True, rating_by=Told.SMS), CALLER))
        assert (life.o.state, life.o.clock.name) == (State.TO_CALL_BACK, ClockName.RATING)
        refused(life, YES, CALLER, "waiting_for_rating")
        life.say(say.CallBack(grade=Grade.BASICALLY), RESIDENT)
        assert (life.o.state, life.o.resolved) == (State.CLOSED, True)

    def test_the_wait_for_a_rating_ends_by_itself(self) -> None:
        life = Life().to_call_back().then((say.CallBack(resolved=True, rating_by=Told.SMS), CALLER))
        assert life.say(say.Close(), SYSTEM) == ()
        life.until_due().say(say.Close(), SYSTEM, after=timedelta(0))
        assert (life.o.state, life.o.resolved) == (State.CLOSED, True)

    def test_archiving_waits_for_its_time(self) -> None:
        life = Life().closed()
        assert life.say(say.Archive(), SYSTEM) == ()
        life.until_due().say(say.Archive(), SYSTEM, after=timedelta(0))
        assert (life.o.state, life.o.clock, timers(life.o, POLICY)) == (State.ARCHIVED, None, ())


class TestSecondHandling:
    @pytest.mark.parametrize(
        "answer", [NO, say.CallBack(resolved=True, grade=Grade.DISSATISFIED), say.CallBack(resolved=True, drawn=True)]
    )
    def test_not_solved_dissatisfied_and_a_drawn_look_back_give_the_same_order_of_the_centre(self, answer) -> None:
        life = Life().to_call_back()
        events = life.say(answer, CALLER)
        assert [e.NAME for e in events] == ["called_back", "rework_ordered"]
        assert (life.o.state, life.o.lead.state, life.o.lead.round) == (State.REWORKING, AssignmentState.TO_SIGN, 2)
        assert life.o.clock.name is ClockName.REWORK
        assert "grade" not in repr(life.events)

    def test_the_requester_may_decline_it_in_recorded_words(self) -> None:
        life = Life().to_call_back().then((say.CallBack(resolved=False, declined="算了"), CALLER))
        assert (life.o.state, life.o.resolved) == (State.CLOSED, False)

    def test_another_handler_replies_and_one_level_up_signs_it_off(self) -> None:
        life = Life().dispatched(town()).then((say.Sign(), FIRST), (REPLY, FIRST), (ACCEPT, DESK), (ACCEPT, REVIEWER))
        life.then((NO, CALLER), (say.Sign(), DESK), (say.PassDown(to=town()), DESK), (say.Sign(), FIRST))
        refused(life, REPLY, FIRST, "same_handler")
        life.say(REPLY, SECOND)
        with pytest.raises(Forbidden) as caught:
            life.say(ACCEPT, DESK)
        assert caught.value.code == "head_must_sign"
        life.say(ACCEPT, HEAD)
        life.say(say.ReviewReply(grounds="再核"), REVIEWER)
        assert (life.o.state, life.o.clock.name) == (State.REWORKING, ClockName.REWORK)

    def test_the_second_failure_goes_to_a_meeting_with_a_sheet_and_the_third_is_raised(self) -> None:
        life = Life().to_call_back().then((NO, CALLER))
        for n, card in ((2, Card.SHEET), (3, Card.RAISED)):
            desk = unit("c1", Role.UNIT_DESK, f"d{n}")
            life.then((say.Sign(), desk), (REPLY, desk), (ACCEPT, REVIEWER), (NO, CALLER))
            assert (life.o.state, life.o.reworks, life.o.card) == (State.ARBITRATING, n, card)
            life.say(say.Arbitrate(lead=county(), minutes="限期"), SUPERVISOR)
            assert (life.o.state, life.o.lead.round) == (State.REWORKING, n + 1)

    def test_co_handlers_have_done_their_part_and_stay(self) -> None:
        life = Life().dispatched(None, county("c2")).then((say.Sign(), unit("c2")), (REPLY, unit("c2")))
        life.then((say.Sign(), DESK), (REPLY, DESK), (ACCEPT, REVIEWER), (NO, CALLER))
        assert life.o.of_unit("c2").state is AssignmentState.REPLIED
        assert life.o.lead.state is AssignmentState.TO_SIGN

    def test_the_centre_orders_it_with_grounds(self) -> None:
        life = Life().to_call_back()
        refused(life, say.Rework(), SUPERVISOR, "grounds_missing")
        life.say(say.Rework(grounds="现场未办"), SUPERVISOR)
        assert life.o.state is State.REWORKING

    def test_a_closed_order_is_reopened_by_appeal_or_look_back_within_its_time(self) -> None:
        life = Life().closed()
        refused(life, say.Reopen(), RESIDENT, "grounds_missing")
        refused(life, say.Reopen(cause=ReopenCause.LOOK_BACK, grounds="x"), RESIDENT, "wrong_cause")
        refused(life, say.Reopen(grounds="x"), QUALITY, "wrong_cause")
        life.say(say.Reopen(grounds="又停了"), RESIDENT)
        assert (life.o.state, life.o.closing, life.o.closed_at) == (State.REWORKING, None, None)
        late = Life().closed()
        late.at += 40 * DAY
        refused(late, say.Reopen(grounds="x"), RESIDENT, "reopen_window_over")

    def test_an_answered_order_reopened_goes_to_the_pool(self) -> None:
        life = Life().then((say.Answer(answer="x", told=Told.PHONE), AGENT))
        life.say(say.Reopen(cause=ReopenCause.LOOK_BACK, grounds="答错"), QUALITY)
        assert life.o.state is State.TO_DISPATCH


class TestWithdrawal:
    def test_thinking_again_restores_everything_due_dates_too(self) -> None:
        life = Life().dispatched()
        before = life.o.clock
        refused(life, say.Withdraw(cancel=True), RESIDENT, "not_withdrawn")
        life.say(say.Withdraw(), RESIDENT)
        assert owner(life.o).role is Role.RESIDENT
        refused(life, say.Withdraw(), RESIDENT, "withdrawn_already")
        assert life.say(say.ConfirmWithdrawal(), SYSTEM) == ()
        life.say(say.Withdraw(cancel=True), RESIDENT)
        assert (life.o.state, life.o.clock) == (State.DISPATCHED, before)

    def test_only_the_requester_withdraws_and_48_hours_confirm_it(self) -> None:
        life = Life().dispatched()
        with pytest.raises(Forbidden):
            life.say(say.Withdraw(), DESK)
        life.say(say.Withdraw(), RESIDENT)
        assert life.o.clock.due - life.at == timedelta(hours=48)
        life.until_due().say(say.ConfirmWithdrawal(), SYSTEM, after=timedelta(0))
        assert life.o.closing is Closing.WITHDRAWN
        refused(life, say.Reopen(grounds="x"), RESIDENT, "withdrawn")


class TestExclusion:
    ASK = say.RequestExclusion(grounds="同一事项反复")

    def test_exclusion_takes_two_persons_and_is_no_switch_of_the_unit(self) -> None:
        life = Life().dispatched()
        refused(life, say.RequestExclusion(), DESK, "grounds_missing")
        life.say(self.ASK, DESK)
        refused(life, self.ASK, DESK, "asked_already")
        with pytest.raises(Forbidden):
            life.say(say.DecideExclusion(granted=True, grounds="x"), HEAD)
        refused(life, say.DecideExclusion(granted=True), SUPERVISOR, "grounds_missing")
        life.say(say.DecideExclusion(granted=True, grounds="属实"), SUPERVISOR)
        assert life.o.excluded
        refused(life, self.ASK, DESK, "excluded_already")
        refused(life, say.DecideExclusion(granted=True, grounds="x"), SUPERVISOR, "nothing_asked")

    def test_who_asks_at_the_centre_does_not_decide(self) -> None:
        life = Life().dispatched().then((self.ASK, QUALITY))
        with pytest.raises(Forbidden):
            life.say(say.DecideExclusion(granted=True, grounds="x"), QUALITY)
        life.say(say.DecideExclusion(grounds="不成立"), SUPERVISOR)
        assert not life.o.excluded


class TestSupervisionAndSight:
    def test_nudges_are_for_all_cards_for_supervisors(self) -> None:
        life = Life().dispatched().then((say.GiveCard(), RESIDENT))
        assert life.o.card is Card.NUDGE
        with pytest.raises(Forbidden):
            life.say(say.GiveCard(card=Card.RED), AGENT)
        life.say(say.GiveCard(card=Card.SHEET), SUPERVISOR)
        life.say(say.GiveCard(), RESIDENT)
        assert life.o.card is Card.SHEET

    def test_a_red_card_comes_only_when_its_clock_has_run_out(self) -> None:
        life = Life().dispatched()
        red = say.GiveCard(card=Card.RED, clock=ClockName.HANDLING)
        assert life.say(red, SYSTEM) == ()
        assert life.say(say.GiveCard(card=Card.RED, clock=ClockName.REVIEW), SYSTEM) == ()
        life.say(say.GiveCard(card=Card.YELLOW, clock=ClockName.HANDLING), SYSTEM)
        life.until_due().say(red, SYSTEM, after=timedelta(0))
        assert life.o.card is Card.RED

    def test_a_name_is_shown_to_the_unit_that_handles_it_with_grounds_and_never_a_secret_one(self) -> None:
        life = Life().dispatched()
        refused(life, say.Reveal(), DESK, "grounds_missing")
        with pytest.raises(Forbidden):
            life.say(say.Reveal(grounds="上门"), DESK)
        life.then((say.Sign(), DESK), (say.Reveal(grounds="上门"), DESK), (say.Reveal(grounds="核对"), CALLER))
        secret = Life(secret=True).dispatched().then((say.Sign(), DESK))
        with pytest.raises(Forbidden) as caught:
            secret.say(say.Reveal(grounds="上门"), DESK)
        assert caught.value.code == "secret"

    def test_pages_are_offered_what_fits_the_role_the_state_and_the_units_own_part(self) -> None:
        life = Life().dispatched(town(), county("c2"))
        assert {"sign", "request_return"} <= set(allowed(life.o, FIRST))
        assert "reply" not in allowed(life.o, FIRST)
        assert allowed(life.o, unit("c9")) == ()
        assert "review_reply" not in allowed(life.o, REVIEWER)
        life.then((say.Sign(), FIRST), (RETURN, FIRST))
        assert "decide_return" in allowed(life.o, DESK)
        assert "pass_down" in allowed(life.o, DESK)
        life.then((say.DecideReturn(grounds="x"), DESK), (REPLY, FIRST))
        assert "review_reply" in allowed(life.o, DESK)
        assert "request_exclusion" in allowed(life.o, DESK)
        reviewing = Life().replied()
        assert {"review_reply", "park", "terminate"} <= set(allowed(reviewing.o, REVIEWER))
        assert may(Role.RESIDENT, "withdraw")
        assert not may(Role.AGENT, "withdraw")

    def test_timers_follow_from_the_state_and_say_what_to_do(self) -> None:
        life = Life()
        assert [t.name for t in timers(life.o, POLICY)] == ["dispatch"]
        assert on_due("dispatch", life.o) == say.GiveCard(card=Card.RED, clock=ClockName.DISPATCH)
        assert on_due("handling", life.o) is None
        assert on_due("yellow", life.o) is None
        life.dispatched()
        yellow, handling = timers(life.o, POLICY)
        assert yellow.due < handling.due
        assert on_due("yellow", life.o).card is Card.YELLOW
        waiting = Life().then((say.AskDetail(question="x"), AGENT))
        assert on_due("detail", waiting.o) == say.AddDetail()
        archived = Life().closed().until_due()
        archived.say(say.Archive(), SYSTEM)
        assert on_due("archive", archived.o) is None

    def test_an_order_is_rebuilt_from_its_events_alone(self) -> None:
        life = Life().closed()
        assert rebuild(life.events) == life.o
        with pytest.raises(ValueError, match="at least the event"):
            rebuild([])

    def test_the_words_of_a_command_are_told_from_its_facts(self) -> None:
        assert REPLY.spoken() == {"reply": "办了", "public_reply": "已办"}

    def test_every_code_has_a_word_in_both_languages(self) -> None:
        assert (term(State.PARKED), term(State.PARKED, "en")) == ("挂账", "Parked with a promise")


def _fields(order) -> dict[str, object]:
    return {name: getattr(order, name) for name in order.__dataclass_fields__}
