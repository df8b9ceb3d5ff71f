"""The closed loop through the one write path: from receive to second handling to closed."""

from __future__ import annotations

import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role, State
from minsheng.core.order import Actor, Forbidden, Refused
from minsheng.ground import present
from minsheng.ground.vault import Person, words_of
from minsheng.respond import casework, intake

pytestmark = pytest.mark.db

AGENT, REVIEWER = Actor("agent1", Role.AGENT), Actor("rev1", Role.REVIEWER)
DISPATCHER, CALLER = Actor("disp1", Role.DISPATCHER), Actor("call1", Role.CALLER_BACK)


def received(text: str = "3号楼停暖两天了，家里有老人，电话13812345678") -> str:
    request = intake.Request(text=text, person=Person("王小明", "13812345678", "东大街"), kind=Kind.COMPLAINT)
    return intake.receive(request).no


def test_a_request_is_handled_called_back_handled_again_and_closed(county_and_town) -> None:
    county, town = county_and_town
    desk, head = Actor("c1", Role.UNIT_DESK, county.code), Actor("c2", Role.UNIT_HEAD, county.code)
    first, second = Actor("t1", Role.HANDLER, town.code), Actor("t2", Role.HANDLER, town.code)
    no = received()
    leaf = present.city().taxonomy.leaves[0].code
    for by, command in [
        (AGENT, say.Submit(category=leaf, kind=Kind.COMPLAINT)),
        (DISPATCHER, say.Dispatch(lead=present.unit_ref(county.code), visible_text="停暖两天")),
        (desk, say.Sign()),
        (desk, say.PassDown(to=present.unit_ref(town.code))),
        (first, say.Sign()),
        (first, say.Reply(contacted=True, reply="已修", public_reply="管道已修好")),
        (desk, say.ReviewReply(accepted=True)),
        (REVIEWER, say.ReviewReply(accepted=True)),
        (CALLER, say.CallBack(contacted=True, resolved=False)),
    ]:
        order, _ = casework.handle(no, command, by)
    assert order.state is State.REWORKING
    for by, command in [
        (desk, say.Sign()),
        (desk, say.PassDown(to=present.unit_ref(town.code))),
        (first, say.Sign()),
    ]:
        casework.handle(no, command, by)
    reply = say.Reply(contacted=True, reply="换了阀门", public_reply="阀门已换")
    with pytest.raises(Refused, match="其他经办人"):
        casework.handle(no, reply, first)
    casework.handle(no, reply, second)
    with pytest.raises(Forbidden):
        casework.handle(no, say.ReviewReply(accepted=True), desk)
    for by, command in [
        (head, say.ReviewReply(accepted=True)),
        (REVIEWER, say.ReviewReply(accepted=True)),
        (CALLER, say.CallBack(contacted=True, resolved=True, grade=Grade.SATISFIED, drawn=False)),
    ]:
        order, _ = casework.handle(no, command, by)
    assert (order.state, order.resolved, order.reworks) == (State.CLOSED, True, 1)
    number, _, events = casework.view(no, CALLER)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert words_of(number)[1, "text"].startswith("3号楼")


def test_a_sibling_unit_cannot_see_the_order(county_and_town) -> None:
    county, town = county_and_town
    sibling = next(u for u in present.city().units.values() if u.parent == county.code and u.code != town.code)
    no = received()
    leaf = present.city().taxonomy.leaves[0].code
    casework.handle(no, say.Submit(category=leaf), AGENT)
    casework.handle(no, say.Dispatch(lead=present.unit_ref(town.code)), DISPATCHER)
    casework.view(no, Actor("t1", Role.HANDLER, town.code))
    with pytest.raises(casework.NotFound):
        casework.view(no, Actor("x", Role.HANDLER, sibling.code))
