"""The requester's ballot at the door: changed in silence, found after publication, looked at by nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from minsheng.account import ballots
from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.respond import casework, intake

pytestmark = pytest.mark.db

CLOSED = datetime(2026, 10, 20, 2, tzinfo=UTC)
AFTER = datetime(2026, 11, 9, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    def at(moment: datetime) -> None:
        monkeypatch.setattr(present, "clock", [lambda: moment])

    at(CLOSED)
    return at


def closed(grade: Grade) -> str:
    county = next(u.code for u in present.city().units.values() if u.kind == "county")
    no = intake.receive(intake.Request("路灯不亮", kind=Kind.COMPLAINT)).no
    desk = Actor("c", Role.UNIT_DESK, county)
    for command, by in (
        (say.Submit(category=present.city().taxonomy.leaves[0].code), Actor("a", Role.AGENT)),
        (say.Dispatch(lead=present.unit_ref(county)), Actor("d", Role.DISPATCHER)),
        (say.Sign(), desk),
        (say.Reply(contacted=True, reply="已修好", public_reply="已修好"), desk),
        (say.ReviewReply(accepted=True), Actor("r", Role.REVIEWER)),
        (say.CallBack(contacted=True, resolved=True, grade=grade, declined="不用"), Actor("b", Role.CALLER_BACK)),
    ):
        casework.handle(no, command, by)
    return no


@pytest.fixture
def order(house, clock, monkeypatch) -> str:
    monkeypatch.setattr(casework, "drawn", lambda _: False)
    for n in range(11):
        closed(Grade.DISSATISFIED if n < 2 else Grade.SATISFIED)
    return closed(Grade.SATISFIED)


@pytest.fixture
def resident(order) -> Client:
    client = Client()
    client.post("/track", {"no": order, "code": intake.code_of(order)})
    return client


def test_a_stranger_neither_votes_nor_sees_a_ballot(order) -> None:
    for path in ("grade", "ballot"):
        assert Client().get(f"/my/{order}/{path}").status_code == 302


def test_the_page_never_shows_what_was_answered_before(resident, order) -> None:
    page = resident.get(f"/my/{order}/grade").content.decode()
    assert "checked" not in page
    resident.post(f"/my/{order}/grade", {"grade": "very_dissatisfied", "digits": "7391"})
    assert resident.get(f"/my/{order}/grade").content.decode().count("checked") == 0
    assert "非常不满意" not in resident.get(f"/my/{order}").content.decode()


def test_wrong_digits_and_no_choice_are_told_and_keep_what_was_typed(resident, order) -> None:
    answer = resident.post(f"/my/{order}/grade", {"grade": "satisfied", "digits": "73"})
    assert answer.status_code == 422
    assert "自选数字是四位数字" in answer.content.decode()
    assert "请从下面选一项" in resident.post(f"/my/{order}/grade", {"digits": "7391"}).content.decode()


def test_after_publication_ones_own_and_any_other_look_the_same(resident, order, clock) -> None:
    resident.post(f"/my/{order}/grade", {"grade": "very_dissatisfied", "digits": "7391"})
    clock(AFTER)
    assert "还没有公布的选票" in resident.get(f"/my/{order}/ballot").content.decode()
    ballots.publish(date(2026, 10, 1))
    own, other = (
        resident.post(f"/my/{order}/ballot", {"whose": whose}).content.decode() for whose in ("own", "satisfied")
    )
    assert "7391-" in own
    assert "非常不满意" in own
    frame = [page.split("<dl")[0].count("<") + page.split("</dl>")[1].count("<") for page in (own, other)]
    assert frame[0] == frame[1]
    assert "没有人这样评价" in resident.post(f"/my/{order}/ballot", {"whose": "basically"}).content.decode()


def test_the_offer_is_to_vote_for_seven_days_and_then_to_look(resident, order, clock) -> None:
    assert f"/my/{order}/grade" in resident.get(f"/my/{order}").content.decode()
    clock(CLOSED + timedelta(days=7, minutes=1))
    page = resident.get(f"/my/{order}").content.decode()
    assert f"/my/{order}/grade" not in page
    assert f"/my/{order}/ballot" in page
