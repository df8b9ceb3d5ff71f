"""What stands of an event for the ledger: committed with the event, openable while the order's key lives."""

from __future__ import annotations

import psycopg
import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Role
from minsheng.core.ledger import Group, LeafKind, commit, leaf_key
from minsheng.core.order import Actor
from minsheng.ground.vault import Erased, Person, seal_of
from minsheng.respond import casework, intake

pytestmark = pytest.mark.db
AGENT = Actor("agent", Role.AGENT)


@pytest.fixture
def order(house) -> str:
    """An order that was registered, submitted and given a progress that moves nothing."""
    made = intake.receive(intake.Request("楼下烧烤扰民", person=Person("王五", "13900001111"), category="010101"))
    casework.handle(made.no, say.Submit(category="010101"), AGENT)
    return made.no


def events(house) -> list[tuple]:
    with psycopg.connect(house.conninfo("loader")) as connection:
        query = "SELECT order_id, seq, name, leaf, told, commitment FROM respond_event ORDER BY order_id, seq"
        return connection.execute(query).fetchall()


def test_an_event_that_tells_something_is_committed_with_it_and_opens_with_the_orders_key(house, order) -> None:
    rows = events(house)
    assert [(name, leaf) for _, _, name, leaf, _, _ in rows] == [("received", LeafKind.INTAKE), ("submitted", None)]
    number, seq, _, _, told, commitment = rows[0]
    assert commit(leaf_key(seal_of(number).key, seq), told).value == bytes(commitment)
    assert told[Group.MOVE]["to"] == "open"
    assert told[Group.NEVER]["digest"]


def test_nothing_that_a_person_said_or_is_stands_in_what_may_be_opened(house, order) -> None:
    told = [str(row[4]) for row in events(house)]
    assert not any(word in text for text in told for word in ("烧烤", "王五", "1390000", order))


def test_with_the_orders_key_goes_what_could_open_a_commitment(house, order) -> None:
    number = events(house)[0][0]
    with psycopg.connect(house.conninfo("vault")) as connection:
        connection.execute("DELETE FROM vault.order_key WHERE order_id = %s", [number])
    with pytest.raises(Erased):
        seal_of(number)


def test_what_an_event_tells_can_no_more_be_changed_than_the_event(house, order) -> None:
    with (
        psycopg.connect(house.conninfo("loader")) as connection,
        pytest.raises(psycopg.errors.DatabaseError, match=r"append-only|permission denied"),
    ):
        connection.execute("UPDATE respond_event SET told = '[]' WHERE seq = 1")
