"""The monthly session: topics chosen on evidence, measured as registered, ticked off by others, ended or carried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from minsheng.core import Forbidden, Refused
from minsheng.core.calendar import Term
from minsheng.core.codes import Card, Role, term
from minsheng.core.session import EVENTS, MAY, Attendee, Effect, Evidence, Obstacle, Topic, decide, rebuild
from minsheng.core.session import commands as say
from minsheng.core.session.codes import (
    ItemState,
    ListKind,
    MechanismKind,
    Presence,
    Source,
    Support,
    TopicState,
)
from minsheng.core.wire import made, to_json
from support.life import MONDAY, POLICY, SUPERVISOR, SYSTEM, centre, county, unit
from support.month import ANALYST, CHOOSE, EVIDENCE, GIVE, LEADER, PLAN, PROPOSE, TOWN, Month

EFFECT = Effect(-18.0, -27.0, -8.0, -31.0, "conditional", 0.02, 410, 500.0, "季节回落", 3, 120, "验收单三份")
ADOPT = say.Adopt(
    "M26-01", MechanismKind.POLICY, "老旧小区供热管网更新办法", "谁供热谁更新", "市政府文件", "全市", "2027-01-01"
)


def refused(code: str, month: Month, command: object, by=SUPERVISOR) -> None:
    before = month.thing
    with pytest.raises(Refused) as error:
        month.say(command, by=by)
    assert error.value.code == code
    assert month.thing == before


def test_a_month_from_the_candidate_to_the_effect() -> None:
    month = Month().ticked()
    month.say(say.End("十二栋楼立管全部更换"), by=LEADER)
    month.say(say.RecordEffect(EFFECT), by=ANALYST)
    topic = month.topic
    assert (topic.state, topic.month, topic.lead, topic.with_units) == (TopicState.ENDED, "2026-11", "c1", ("c2",))
    assert topic.registration == PLAN
    assert [(i.state, i.ticked_by) for i in topic.items] == [(ItemState.TICKED, "unit_desk@c2")]
    assert topic.effects == (EFFECT,)
    assert topic.version == len(month.events)


def test_every_event_of_a_month_comes_back_from_the_store_as_it_went_in() -> None:
    month = Month().dispatched()
    month.say(say.CardItem(1, Card.SHEET, "请抓紧"), say.ExtendItem(1, Term.parse("5wd"), "材料未到"))
    month.say(say.SignItem(1), say.ReportItem(1, "九栋"), say.ReportItem(1, "十二栋", done=True), by=unit("c1"))
    month.say(say.VerifyItem(1, False, "三号楼没有换"), by=unit("c2"))
    month.say(say.Dissect(Obstacle("20261101", "等了九天", "产权不清", "无人出资")), by=ANALYST)
    month.say(say.CarryOver("2026-12", "材料未到"))
    month.say(say.ReportItem(1, "三号楼已换", done=True), by=unit("c1")).say(say.VerifyItem(1, True, "看过"))
    month.say(say.RecordEffect(EFFECT), say.End("办成"))
    declined = Month().candidate().say(say.Decline("已在专项里"))
    session = Month().say(say.OpenSession("2026-11", "市委书记", "2026-11-26"), by=ANALYST)
    session.say(say.Attend((Attendee("c1", Presence.VIDEO),)), say.Minute("定了三件事"), say.CloseSession())
    mechanism = Month().say(ADOPT, say.Reuse("T2612-01"), say.Retire("新办法代替"))
    seen = set()
    for told in (month, declined, session, mechanism):
        back = [made(EVENTS[e.NAME], e.at, e.by, to_json(e)) for e in told.events]
        assert back == told.events
        assert rebuild(back) == told.thing
        seen |= {e.NAME for e in back}
    assert seen == set(EVENTS)


def test_nothing_comes_of_no_events() -> None:
    with pytest.raises(ValueError, match="at least the event"):
        rebuild([])


@pytest.mark.parametrize(
    ("lacking", "code"),
    [(Support.DATA, "no_data"), (Support.VOICE, "no_voice"), (Support.ROUTE, "no_route")],
)
def test_a_topic_is_chosen_only_with_data_voice_and_route(lacking: Support, code: str) -> None:
    month = Month().candidate()
    month.say(*(say.AddEvidence(e) for e in EVIDENCE if e.kind is not lacking), by=ANALYST)
    refused(code, month, CHOOSE, LEADER)


def test_evidence_has_a_name_and_says_something() -> None:
    month = Month().candidate()
    refused("title_missing", month, say.AddEvidence(Evidence(Support.EXPERT, " ", "意见")))
    refused("evidence_empty", month, say.AddEvidence(Evidence(Support.EXPERT, "意见")))
    month.say(say.AddEvidence(Evidence(Support.EXPERT, "专家意见", orders=("2026",))))
    assert [e.title for e in month.topic.supports(Support.EXPERT)] == ["专家意见"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"month": "2026-13"}, "month_wrong"), ({"reasons": " "}, "reasons_missing"), ({"lead": ""}, "lead_missing")],
)
def test_a_choice_names_a_month_reasons_and_a_lead(change: dict, code: str) -> None:
    month = Month().candidate().say(*(say.AddEvidence(e) for e in EVIDENCE))
    refused(code, month, replace(CHOOSE, **change), LEADER)


def test_a_topic_that_was_not_chosen_may_be_chosen_another_month() -> None:
    month = Month().candidate().say(*(say.AddEvidence(e) for e in EVIDENCE))
    refused("reasons_missing", month, say.Decline(""))
    month.say(say.Decline("缺少资金"))
    refused("wrong_state", month, say.Decline("再说一次"))
    assert month.say(replace(CHOOSE, month="2027-03")).topic.state is TopicState.CHOSEN


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": "2026-11-22"}, "start_past"),
        ({"start": "下月"}, "day_wrong"),
        ({"areas": ()}, "scope_missing"),
        ({"categories": ()}, "scope_missing"),
        ({"controls": ("t1",)}, "controls_treated"),
        ({"siblings": ("SHI-GR",)}, "siblings_treated"),
        ({"before": 8}, "windows_short"),
        ({"after": 3}, "windows_short"),
    ],
)
def test_a_registration_that_could_mislead_is_refused(change: dict, code: str) -> None:
    refused(code, Month().chosen(), say.Register(replace(PLAN, **change)))


def test_how_an_effect_is_measured_is_fixed_once_and_before_anything_is_done() -> None:
    month = Month().chosen()
    refused("not_registered", month, GIVE)
    month.say(say.Register(PLAN))
    refused("registered_already", month, say.Register(replace(PLAN, after=52)))
    month.say(GIVE)
    late = Month()
    late.thing = replace(month.topic, registration=None)
    refused("acted_already", late, say.Register(PLAN))
    refused("not_registered", late, say.RecordEffect(EFFECT))


def test_an_effect_lies_in_its_interval_and_its_counts_have_proof() -> None:
    month = Month().dispatched()
    refused("interval_wrong", month, say.RecordEffect(replace(EFFECT, low=-10.0)))
    refused("proof_missing", month, say.RecordEffect(replace(EFFECT, proof="")))


def test_nobody_verifies_his_own_unit_or_one_above_or_below_it() -> None:
    month = Month().chosen().say(say.Register(PLAN))
    refused("verifier_inside", month, replace(GIVE, verifier=county("c1")))
    refused("verifier_inside", month, replace(GIVE, verifier=TOWN))
    refused("verifier_inside", month, replace(GIVE, unit=TOWN, verifier=county("c1")))
    refused("title_missing", month, replace(GIVE, title=" "))
    refused("no_such_item", month, replace(GIVE, parent=7))
    month.say(GIVE, replace(GIVE, list=ListKind.POLICY, parent=1))
    assert [i.parent for i in month.topic.items] == [None, 1]


def test_an_item_is_worked_on_by_its_unit_and_ticked_off_by_another() -> None:
    month = Month().dispatched()
    with pytest.raises(Forbidden):
        month.say(say.SignItem(1), by=unit("c2"))
    refused("no_such_item", month, say.SignItem(9), unit("c1"))
    month.say(say.SignItem(1), by=unit("c1"))
    refused("wrong_state", month, say.SignItem(1), unit("c1"))
    refused("report_empty", month, say.ReportItem(1, " "), unit("c1"))
    refused("wrong_state", month, say.VerifyItem(1, True, "看过"), unit("c2"))
    month.say(say.ReportItem(1, "办完", done=True), by=unit("c1"))
    with pytest.raises(Forbidden):
        month.say(say.VerifyItem(1, True, "看过"), by=unit("c1"))
    refused("finding_empty", month, say.VerifyItem(1, True, ""), unit("c2"))
    month.say(say.VerifyItem(1, False, "没有换完"), by=unit("c2"))
    assert (month.item.state, month.item.refusals) == (ItemState.DOING, 1)
    refused("items_open", month, say.End("办成"))
    month.say(say.ReportItem(1, "换完", done=True), by=unit("c1"))
    assert month.say(say.VerifyItem(1, True, "看过")).item.state is ItemState.TICKED
    refused("reasons_missing", month, say.End(""))
    refused("ticked_already", month, say.CardItem(1, Card.SHEET))


def test_an_items_clock_counts_working_days_and_can_be_extended_with_reasons() -> None:
    month = Month().dispatched()
    due = month.item.due
    assert due == POLICY.due(month.at, Term.parse("10wd"))
    refused("reasons_missing", month, say.ExtendItem(1, Term.parse("5wd"), ""))
    month.say(say.ExtendItem(1, Term.parse("5wd"), "材料未到"))
    assert month.item.due == POLICY.due(due, Term.parse("5wd"))


def test_timers_give_a_yellow_and_a_red_card_once_each() -> None:
    month = Month().dispatched()
    yellow, red = say.CardItem(1, Card.YELLOW), say.CardItem(1, Card.RED)
    month.say(yellow, red, by=SYSTEM)
    assert month.item.card is None
    month.at = month.item.due - timedelta(hours=2)
    assert month.say(yellow, by=SYSTEM).item.card is Card.YELLOW
    assert not month.item.late(month.at)
    month.at = month.item.due
    before = month.topic.version
    month.say(red, red, yellow, by=SYSTEM)
    assert (month.item.card, month.topic.version, month.item.late(month.at)) == (Card.RED, before + 1, True)


def test_what_was_reported_in_time_is_in_time_however_long_the_verifier_takes() -> None:
    month = Month().reported()
    month.at = month.item.due + timedelta(days=9)
    assert not month.item.late(month.at)
    before = month.topic.version
    assert month.say(say.CardItem(1, Card.RED), by=SYSTEM).topic.version == before


def test_a_topic_is_carried_over_to_a_later_month_with_reasons() -> None:
    month = Month().dispatched()
    refused("month_not_later", month, say.CarryOver("2026-11", "未完"))
    refused("reasons_missing", month, say.CarryOver("2026-12", ""))
    month.say(say.CarryOver("2026-12", "未完"))
    assert (month.topic.month, month.topic.carried_from) == ("2026-12", ("2026-11",))


def test_a_dissected_order_names_what_stopped_it() -> None:
    month = Month().candidate()
    refused("order_missing", month, say.Dissect(Obstacle("", "", "", "无人出资")), ANALYST)
    refused("obstacle_missing", month, say.Dissect(Obstacle("20261101", "", "", " ")), ANALYST)


def test_a_session_closes_when_every_topic_ended_or_was_carried_over() -> None:
    month = Month()
    refused("day_wrong", month, say.OpenSession("2026-11", "市委书记", "周四"))
    refused("chair_missing", month, say.OpenSession("2026-11", " ", "2026-11-26"))
    month.say(say.OpenSession("2026-11", "市委书记", "2026-11-26"))
    refused("exists_already", month, say.OpenSession("2026-11", "市委书记", "2026-11-26"))
    refused("nobody_named", month, say.Attend(()))
    refused("minutes_empty", month, say.Minute(" "))
    month.say(say.Attend((Attendee("c1", Presence.VIDEO), Attendee("c2", Presence.ROOM))))
    month.say(say.Attend((Attendee("c1", Presence.ABSENT),)))
    assert month.thing.attendance == (Attendee("c2", Presence.ROOM), Attendee("c1", Presence.ABSENT))
    refused("topics_open", month, say.CloseSession(("T2611-01",)))
    month.say(say.CloseSession())
    refused("session_closed", month, say.Minute("再议"))


def test_a_mechanism_stands_on_a_document_and_is_retired_with_a_reason() -> None:
    month = Month()
    for change, code in (
        ({"title": ""}, "title_missing"),
        ({"text": ""}, "text_missing"),
        ({"basis": ""}, "basis_missing"),
        ({"valid_from": "明年"}, "day_wrong"),
        ({"valid_to": "2027-01-01"}, "validity_wrong"),
    ):
        refused(code, month, replace(ADOPT, **change))
    month.say(replace(ADOPT, topic="T2611-01", valid_to="2030-01-01"))
    month.say(say.Reuse("T2611-01"), say.Reuse("T2612-01"), say.Reuse("T2612-01"))
    assert month.thing.reused_in == ("T2612-01",)
    refused("reasons_missing", month, say.Retire(""))
    month.say(say.Retire("新办法代替"))
    refused("retired", month, say.Reuse("T2701-01"))


def test_only_those_who_may_say_a_thing_can_say_it() -> None:
    for command in MAY:
        for role in set(Role) - MAY[command]:
            with pytest.raises(Forbidden, match=term(role)):
                decide(None, object.__new__(command), POLICY, MONDAY, centre(role))
    refused("not_found", Month(), say.End("办成"))
    refused("title_missing", Month(), replace(PROPOSE, title=""))


def test_every_code_of_the_session_has_its_words_in_both_languages() -> None:
    for codes in (Source, TopicState, Support, ListKind, ItemState, Presence, MechanismKind):
        for code in codes:
            assert term(code, "zh") != term(code, "en")


def test_a_topic_says_which_items_are_open() -> None:
    topic = Month().ticked().topic
    assert isinstance(topic, Topic)
    assert topic.open_items == ()
    assert PLAN.first_day.isoformat() == PLAN.start
