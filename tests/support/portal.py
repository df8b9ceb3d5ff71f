"""What a resident does at the portal with a plain browser, and how an order comes to its call-back."""

from __future__ import annotations

import re

from minsheng.core import commands as say
from minsheng.core.codes import Kind, Role, State
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.respond import casework

AGENT, REVIEWER = Actor("agent-zhang", Role.AGENT), Actor("rev-li", Role.REVIEWER)
DISPATCHER, CALLER = Actor("disp-zhao", Role.DISPATCHER), Actor("call-sun", Role.CALLER_BACK)
TEXT = "3号楼停暖两天了，家里有老人"


def filled_in(client, text: str = TEXT, address: str = "东大街幸福小区3号楼") -> str:
    """Walk the questions to the page that shows all; returns the draft's id."""
    client.post("/new/what", {"text": text})
    client.post("/new/where", {"address": address})
    shown = client.post(
        "/new/reach", {"name": "王小明", "phone": "138 1234 5678", "reply": "yes"}, follow=True
    ).content.decode()
    return re.search(r'name="id" value="([^"]+)"', shown)[1]


def filed(client, text: str = TEXT) -> tuple[str, str]:
    """A request filed by the pages: its number and code as the receipt shows them."""
    shown = client.post("/new/check", {"id": filled_in(client, text)}, follow=True).content.decode()
    return tuple(re.findall(r'<dd class="num">([^<]+)</dd>', shown))


def replied(no: str, result: str = "管道已修好") -> tuple[str, Actor]:
    """Carry the order to its call-back; returns the handling unit's code and its desk."""
    unit = next(u for u in present.city().units.values() if u.level == 2)
    desk = Actor("desk-chen", Role.UNIT_DESK, unit.code)
    for by, command in [
        (AGENT, say.Submit(category=present.city().taxonomy.leaves[0].code, kind=Kind.COMPLAINT)),
        (DISPATCHER, say.Dispatch(lead=present.unit_ref(unit.code))),
        (desk, say.Sign()),
        (desk, say.Reveal(grounds="上门前打电话")),
        (desk, say.Reply(contacted=True, reply="内部情况", public_reply=result)),
    ]:
        casework.handle(no, command, by)
    return unit.code, desk


def state_of(no: str) -> State:
    return casework.view(no, CALLER)[1].state
