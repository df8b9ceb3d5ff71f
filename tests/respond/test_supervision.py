"""Clocks, cards and what follows elsewhere: timers fire once, merged requesters follow their main order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Card, Closing, Role, State, Told
from minsheng.core.order import Actor, Refused
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake, jobs, reading
from minsheng.respond.checking import check_all
from minsheng.respond.dispatch import ENOUGH_TO_LEARN, propose_for, retrain
from minsheng.respond.supervision import sweep

pytestmark = pytest.mark.db

AGENT, DISPATCHER = Actor("agent1", Role.AGENT), Actor("disp1", Role.DISPATCHER)
REVIEWER, CALLER = Actor("rev1", Role.REVIEWER), Actor("call1", Role.CALLER_BACK)


def state(no: str) -> State:
    return casework.view(no, SYSTEM)[1].state


def received(text: str = "路灯不亮") -> str:
    return intake.receive(intake.Request(text=text, person=Person("王明", "13800000000"))).no


def county():
    return next(u for u in present.city().units.values() if u.level == 2)


def to_call_back(no: str) -> None:
    unit = county()
    desk = Actor("desk1", Role.UNIT_DESK, unit.code)
    for by, command in [
        (AGENT, say.Submit(category=present.city().taxonomy.leaves[0].code)),
        (DISPATCHER, say.Dispatch(lead=present.unit_ref(unit.code))),
        (desk, say.Sign()),
        (desk, say.Reply(contacted=True, reply="已修", public_reply="路灯已修好")),
        (REVIEWER, say.ReviewReply(accepted=True)),
    ]:
        casework.handle(no, command, by)


def test_a_clock_that_runs_out_gives_one_red_card_however_often_it_is_swept(house) -> None:
    no = received()
    due = casework.view(no, SYSTEM)[1].clock.due
    assert sweep(due - timedelta(seconds=1)) == 0
    assert sweep(due) == 1
    assert sweep(due + timedelta(hours=1)) == 0
    order, events = casework.view(no, SYSTEM)[1:]
    assert order.card is Card.RED
    assert [e.event.NAME for e in events] == ["received", "card_given"]
    assert [r.no for r in _carded("red")] == [no]


def _carded(card: str) -> list[reading.Row]:
    from minsheng.ground.access import sight

    with sight(SYSTEM):
        return reading.carded(card)


def test_the_time_to_think_ends_in_a_confirmed_withdrawal(house) -> None:
    no = received()
    casework.handle(no, say.Withdraw(), intake.RESIDENT)
    sweep(present.now() + timedelta(hours=49))
    order = casework.view(no, SYSTEM)[1]
    assert (order.state, order.closing) == (State.CLOSED, Closing.WITHDRAWN)


def test_a_merged_requester_follows_to_the_call_back_and_sends_the_main_order_back(house) -> None:
    main, child = received(), received("同一条街的路灯不亮")
    casework.handle(child, say.Merge(into=main), AGENT)
    assert casework.view(main, SYSTEM)[1].absorbed == (child,)
    to_call_back(main)
    jobs.follow(child)
    assert state(child) is State.TO_CALL_BACK
    casework.handle(main, say.CallBack(resolved=True, drawn=False), CALLER)
    before = state(main)
    casework.handle(child, say.CallBack(resolved=False), CALLER)
    assert state(child) is State.MERGED
    jobs.main_failed(main, child)
    assert before in (State.CLOSED, State.REWORKING)
    assert state(main) is State.REWORKING
    jobs.follow(child)
    jobs.main_failed(main, child)
    assert state(main) is State.REWORKING
    assert check_all(house.conninfo("loader")).differences == []


def test_the_requester_reads_the_units_reply_once_it_has_passed(house) -> None:
    no = received()
    to_call_back(no)
    lines = reading.sheet(no, intake.RESIDENT).lines
    assert [x.words["public_reply"] for x in lines if x.name == "review_done"] == ["路灯已修好"]
    assert not [x for x in lines if "reply" in x.words]


def test_a_request_is_proposed_for_with_reasons_and_the_decision_is_remembered(house) -> None:
    no = received("东大街的井盖丢了，晚上很危险")
    other = received("东大街的井盖丢了，走路很危险")
    propose_for(other)
    propose_for(no)
    row = _newest(no)
    assert row.proposals["category"]["value"] == "010302"
    assert "井盖" in row.proposals["category"]["reason"]
    assert [s["no"] for s in row.proposals["similar"]] == [other]
    assert row.proposals["place"]["value"].startswith("4105")
    casework.handle(no, say.Submit(category="010302"), AGENT)
    assert retrain() == 0, f"fewer than {ENOUGH_TO_LEARN} decisions teach nothing yet"
    casework.handle(other, say.Answer(answer="已转办", told=Told.PHONE), AGENT)


def _newest(no: str) -> reading.Row:
    from minsheng.ground.access import sight

    with sight(SYSTEM):
        return next(r for r in reading.newest() if r.no == no)


def test_an_erased_order_holds_up_no_other_timer(house) -> None:
    from minsheng.respond.erasure import erase

    gone, other = received(), received()
    erase(gone)
    due = max(casework.view(no, SYSTEM)[1].clock.due for no in (gone, other))
    sweep(due)
    assert casework.view(other, SYSTEM)[1].card is Card.RED
    with pytest.raises(Refused, match="已按规定删除"):
        casework.handle(gone, say.AddDetail(detail="还有"), AGENT)


def test_a_look_back_falls_on_the_share_of_call_backs_that_the_rules_set() -> None:
    assert not any(casework.drawn(0) for _ in range(200))
    assert all(casework.drawn(1000) for _ in range(200))
    assert {casework.drawn(500) for _ in range(200)} == {True, False}
