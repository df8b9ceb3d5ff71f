"""`minsheng check` finds whatever no longer follows from the events."""

from __future__ import annotations

import psycopg
import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Kind, Role
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake
from minsheng.respond.checking import Found, check_all

pytestmark = pytest.mark.db


@pytest.fixture
def no(house) -> str:
    """An order at its unit, and another beside it."""
    county = next(u.code for u in present.city().units.values() if u.kind == "county")
    for _ in range(2):
        request = intake.Request(text="路灯不亮", person=Person("王小明", "13812345678"), kind=Kind.COMPLAINT)
        no = intake.receive(request).no
    casework.handle(no, say.Submit(category=present.city().taxonomy.leaves[0].code), Actor("a", Role.AGENT))
    casework.handle(no, say.Dispatch(lead=present.unit_ref(county)), Actor("d", Role.DISPATCHER))
    casework.handle(no, say.Sign(), Actor("c", Role.UNIT_DESK, county))
    return no


def planted(house, fault: str, no: str) -> Found:
    """What the check finds after the superuser did `fault`, past triggers and foreign keys."""
    number = casework.view(no, SYSTEM)[0]
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("SET session_replication_role = replica")
        change = connection.execute(fault.encode(), {"no": no, "id": number})
        assert change.rowcount > 0, "nothing was planted"
    return check_all(house.conninfo("loader"))


def test_a_sound_house_has_no_differences(house, no) -> None:
    found = check_all(house.conninfo("loader"))
    assert (found.orders, found.differences) == (2, [])
    assert found.events == 5


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("UPDATE respond_order SET state = 'closed' WHERE no = %(no)s", "state is 'closed'"),
        ("UPDATE respond_order SET due = due + interval '1 day' WHERE no = %(no)s", "due is"),
        ("UPDATE respond_order SET promised = promised - interval '1 s' WHERE no = %(no)s", "promised is"),
        ("UPDATE respond_order SET secret = true WHERE no = %(no)s", "secret is True"),
        ("UPDATE respond_order SET complained_of = '{x}' WHERE no = %(no)s", "complained_of is"),
        ("UPDATE respond_order SET owner_unit = 'x' WHERE no = %(no)s", "owner_unit is 'x'"),
        ("UPDATE respond_order SET version = 9 WHERE no = %(no)s", "version is 9"),
        ("UPDATE respond_order SET value = jsonb_set(value, '{reworks}', '7') WHERE no = %(no)s", "stored value"),
        ("UPDATE respond_assignment SET state = 'replied' WHERE order_id = %(id)s", "assignments"),
        ("UPDATE respond_assignment SET live = false WHERE order_id = %(id)s", "assignments"),
        ("UPDATE respond_assignment SET complained = true WHERE order_id = %(id)s", "assignments"),
        ("UPDATE respond_assignment SET due = due + interval '1 day' WHERE order_id = %(id)s", "assignments"),
        ("DELETE FROM respond_assignment WHERE order_id = %(id)s", "assignments"),
        ("DELETE FROM respond_timer WHERE order_id = %(id)s AND name = 'yellow'", "timers"),
        (
            "UPDATE respond_timer SET due = due + interval '9 days' WHERE order_id = %(id)s AND name = 'handling'",
            "timers",
        ),
        ("DELETE FROM respond_event WHERE order_id = %(id)s AND seq = 2", "gaps"),
        ("DELETE FROM respond_event WHERE order_id = %(id)s AND seq = 4", "version is 4"),
        ("DELETE FROM respond_event WHERE order_id = %(id)s", "no events"),
        ("UPDATE respond_event SET at = at + interval '1 hour' WHERE order_id = %(id)s AND seq = 1", "received_at is"),
        ("INSERT INTO vault.words (order_id, seq, field, box) VALUES (77, 1, 'text', '')", "words"),
        ("INSERT INTO vault.person (order_id, box) VALUES (77, '')", "person"),
        ("INSERT INTO vault.order_key (order_id, wrapped) VALUES (77, '')", "key"),
    ],
)
def test_a_planted_difference_is_found_in_its_order_alone(house, no, fault: str, says: str) -> None:
    found = planted(house, fault, no)
    assert found.differences, fault
    assert any(says in line for line in found.differences), found.differences
    assert all(line.startswith((no, "order 77")) for line in found.differences)
