"""Orders that went their whole way through the house, and a ledger head over them, for tests of audit."""

from __future__ import annotations

from datetime import UTC, datetime

from minsheng.account.ledger import number, publish
from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake

OCTOBER = "2026-10"
CLOSED = datetime(2026, 10, 20, 2, tzinfo=UTC)
AFTER = datetime(2026, 11, 9, tzinfo=UTC)
AUDITOR = Actor("auditor", Role.AUDITOR)
INSPECTOR = Actor("inspector", Role.INSPECTOR)
SUPERVISOR = Actor("supervisor", Role.SUPERVISOR)
QUALITY = Actor("quality", Role.QUALITY)
LEADER = Actor("leader", Role.LEADER)


def county() -> str:
    """The unit that handles the orders."""
    return next(u.code for u in present.city().units.values() if u.kind == "county")


def another_county() -> str:
    """A unit that has nothing to do with them."""
    return [u.code for u in present.city().units.values() if u.kind == "county"][1]


def head_of(unit: str) -> Actor:
    """The head of a unit."""
    return Actor(f"head@{unit}", Role.UNIT_HEAD, unit)


def received(phone: str = "", text: str = "路灯不亮", channel: str = "phone") -> str:
    """An order as it was taken in."""
    return intake.receive(intake.Request(text, kind=Kind.COMPLAINT, channel=channel, person=Person("王芳", phone))).no


def dispatched(unit: str) -> str:
    """An order that a unit has to handle."""
    no = received()
    casework.handle(no, say.Submit(category=present.city().taxonomy.leaves[0].code), Actor("a", Role.AGENT))
    casework.handle(no, say.Dispatch(lead=present.unit_ref(unit)), Actor("d", Role.DISPATCHER))
    return no


def closed(phone: str = "", *, resolved: bool = True, text: str = "路灯不亮", unit: str | None = None) -> str:
    """An order that was handled, called back and closed."""
    code = unit or county()
    no = received(phone, text)
    for command, by in (
        (say.Submit(category=present.city().taxonomy.leaves[0].code), Actor("a", Role.AGENT)),
        (say.Dispatch(lead=present.unit_ref(code)), Actor("d", Role.DISPATCHER)),
        (say.Sign(), Actor("c", Role.UNIT_DESK, code)),
        (say.Reply(contacted=True, reply="已修好", public_reply="已修好"), Actor("c", Role.UNIT_DESK, code)),
        (say.ReviewReply(accepted=True), Actor("r", Role.REVIEWER)),
        (
            say.CallBack(
                contacted=True, resolved=resolved, grade=Grade.SATISFIED if resolved else Grade.DISSATISFIED,
                declined="" if resolved else "不用再办",
            ),
            Actor("b", Role.CALLER_BACK),
        ),
    ):  # fmt: skip
        order, _ = casework.handle(no, command, by)
    assert order.closed_at is not None, order.state
    return no


def sign_a_head() -> None:
    """Number what was committed and sign a head over it."""
    number()
    publish()


def lake_of_the_house():
    """The facts of the house's own orders."""
    from django.conf import settings

    from minsheng.ground.lake import Lake
    from minsheng.respond.facts import lake_now

    lake_now(fold_all=True)
    return Lake(settings.DATA / "lake")
