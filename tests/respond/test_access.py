"""Sight holds under every query: no claim, no forged claim and no SQL of one's own shows an order of another tree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client

from minsheng.core import commands as say
from minsheng.core.codes import Kind, ReturnReason, Role
from minsheng.core.order import Actor
from minsheng.ground import access, present
from minsheng.ground.access import SYSTEM, claim, sight
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake, reading

pytestmark = pytest.mark.db

AGENT, DISPATCHER = Actor("agent1", Role.AGENT), Actor("disp1", Role.DISPATCHER)
TABLES = ("respond_order", "respond_assignment", "respond_event", "respond_timer", "respond_copy", "respond_decision")


@dataclass(frozen=True)
class Units:
    """A county, two townships below it, and another county."""

    county: str
    town: str
    sibling: str
    other: str


@pytest.fixture
def units(house) -> Units:
    pack = present.city().units
    town = next(u for u in pack.values() if u.level == 3 and u.kind == "township")
    sibling = next(u for u in pack.values() if u.parent == town.parent and u.code != town.code)
    other = next(u for u in pack.values() if u.kind == "county" and u.code != town.parent)
    return Units(town.parent, town.code, sibling.code, other.code)


def received(**more: Any) -> str:
    person = Person("王小明", "13812345678", "东大街")
    return intake.receive(intake.Request(text="3号楼停暖两天了", person=person, kind=Kind.COMPLAINT, **more)).no


def dispatched(unit: str, **more: Any) -> str:
    no = received(**more)
    casework.handle(no, say.Submit(category=present.city().taxonomy.leaves[0].code), AGENT)
    casework.handle(no, say.Dispatch(lead=present.unit_ref(unit)), DISPATCHER)
    return no


def number(no: str) -> int:
    return casework.view(no, SYSTEM)[0]


def handler(unit: str) -> Actor:
    return Actor(f"h@{unit}", Role.HANDLER, unit)


@contextmanager
def claiming(said: str | None) -> Iterator[Any]:
    """A transaction of the app's login with a claim put in by SQL, as an injection would."""
    with transaction.atomic(), connection.cursor() as cursor:
        if said is not None:
            cursor.execute("SELECT set_config('minsheng.access', %s, true)", [said])
        yield cursor


def seen(said: str | None) -> dict[str, int]:
    """Rows of each table under a claim."""
    counts = {}
    with claiming(said) as cursor:
        for table in TABLES:
            cursor.execute(psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table)))
            counts[table] = cursor.fetchone()[0]
    return counts


NOTHING = dict.fromkeys(TABLES, 0)


def test_without_a_claim_every_table_is_empty(units) -> None:
    dispatched(units.town)
    assert all(seen(claim(SYSTEM)).values())
    assert seen(None) == NOTHING
    assert seen("") == NOTHING


def altered(said: str, part: int, value: str) -> str:
    parts = said.split("|")
    parts[part] = value
    return "|".join(parts)


@pytest.mark.parametrize(
    "forge",
    [
        lambda said, units: altered(said, 1, "all"),
        lambda said, units: altered(said, 2, units.town),
        lambda said, units: altered(said, 4, "99999999999"),
        lambda said, units: altered(said, 5, "0" * 64),
        lambda said, units: said.rpartition("|")[0],
        lambda said, units: said + "|",
        lambda said, units: f"v1|all|||{int(time.time()) + 60}|" + "0" * 64,
        lambda said, units: "all",
        lambda said, units: "v1|||||",
    ],
    ids=["all", "unit", "expiry", "signature", "unsigned", "longer", "made up", "word", "empty parts"],
)
def test_a_claim_altered_by_sql_shows_nothing(units, forge: Callable[[str, Units], str]) -> None:
    dispatched(units.town)
    assert seen(claim(handler(units.sibling))) == NOTHING
    assert seen(forge(claim(handler(units.sibling)), units)) == NOTHING


def test_a_claim_shows_nothing_once_it_has_run_out(units, monkeypatch) -> None:
    dispatched(units.town)
    monkeypatch.setattr(access, "LIFE_SECONDS", -1)
    assert seen(claim(SYSTEM)) == NOTHING


def test_a_claim_ends_with_its_transaction(units) -> None:
    dispatched(units.town)
    with sight(SYSTEM):
        pass
    assert seen(None) == NOTHING


def test_a_tree_is_the_unit_and_all_below_it(units) -> None:
    no = dispatched(units.town)
    for unit, sees in [(units.town, 1), (units.county, 1), (units.sibling, 0), (units.other, 0)]:
        assert seen(claim(handler(unit)))["respond_order"] == sees
    with pytest.raises(casework.NotFound):
        casework.handle(no, say.Sign(), handler(units.other))
    order, _ = casework.handle(no, say.Sign(), handler(units.town))
    assert order.no == no


def test_a_sibling_writes_nothing_on_an_order_it_does_not_see(units) -> None:
    order = number(dispatched(units.town))
    outside = claim(handler(units.sibling))
    changes = (
        "UPDATE respond_order SET state = 'closed' WHERE id = %s",
        "UPDATE respond_assignment SET live = false WHERE order_id = %s",
        "UPDATE respond_timer SET fired = true WHERE order_id = %s",
        "UPDATE respond_copy SET text = '' WHERE order_id = %s",
        "DELETE FROM respond_copy WHERE order_id = %s",
        "DELETE FROM respond_timer WHERE order_id = %s",
    )
    for change in changes:
        with claiming(outside) as cursor:
            cursor.execute(change, [order])
            assert cursor.rowcount == 0, change
    additions = (
        "INSERT INTO respond_event (order_id, seq, name, at, by, role, data)"
        " VALUES (%s, 99, 'closed', now(), 'x', 'handler', '{}')",
        "INSERT INTO respond_timer (order_id, name, due) VALUES (%s, 'x', now())",
        "INSERT INTO respond_decision (order_id, field, source, at) VALUES (%s, 'kind', 'x', now())",
    )
    for addition in additions:
        with pytest.raises(ProgrammingError, match="row-level security"), claiming(outside) as cursor:
            cursor.execute(addition, [order])


def test_a_unit_cannot_put_itself_on_an_order_to_see_it(units) -> None:
    order = number(dispatched(units.town))
    with pytest.raises(ProgrammingError, match="row-level security"), claiming(claim(handler(units.sibling))) as cursor:
        cursor.execute(
            "INSERT INTO respond_assignment VALUES"
            " (%s, 9, %s, 3, 'co', NULL, 'handling', 1, now(), now(), false, true, false)",
            [order, units.sibling],
        )
    assert seen(claim(handler(units.sibling))) == NOTHING


@pytest.mark.parametrize(
    "query",
    [
        "SELECT inner_pad FROM access.secret",
        "SELECT wrapped FROM vault.order_key",
        "SELECT box FROM vault.words",
        "SELECT box FROM vault.person",
        "SELECT * FROM vault.person",
        "SELECT grade FROM vault.rating",
        "SELECT box FROM vault.file",
        "DELETE FROM vault.order_key",
        "UPDATE vault.rating SET grade = 'satisfied'",
        "DELETE FROM respond_order",
        "ALTER TABLE respond_order DISABLE ROW LEVEL SECURITY",
        "SET ROLE minsheng_loader",
        "SET SESSION AUTHORIZATION minsheng_owner",
    ],
)
def test_the_app_may_not_take_out_what_it_put_in(units, query: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), claiming(claim(SYSTEM)) as cursor:
        cursor.execute(query)


def test_the_app_is_bound_by_row_level_security(house) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relrowsecurity AND NOT "
            "pg_has_role(current_user, relowner, 'member')",
            [list(TABLES)],
        )
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)


def test_the_unit_complained_of_and_all_below_it_see_nothing_though_assigned(house, units) -> None:
    no = dispatched(units.other)
    about = number(no)
    with psycopg.connect(house.conninfo("owner")) as owner:
        owner.execute("UPDATE respond_order SET complained_of = %s WHERE id = %s", [[units.county], about])
        owner.execute("UPDATE respond_assignment SET complained = true WHERE order_id = %s", [about])
        for line, unit in enumerate((units.county, units.town), start=5):
            owner.execute(
                "INSERT INTO respond_assignment VALUES"
                " (%s, %s, %s, 3, 'co', NULL, 'handling', 1, now(), now(), false, true, true)",
                [about, line, unit],
            )
    for unit in (units.county, units.town, units.sibling):
        with claiming(claim(handler(unit))) as cursor:
            for table in TABLES[1:]:
                query = psycopg.sql.SQL("SELECT count(*) FROM {} WHERE order_id = %s")
                cursor.execute(query.format(psycopg.sql.Identifier(table)), [about])
                assert cursor.fetchone() == (0,), (unit, table)
        with pytest.raises(casework.NotFound):
            casework.view(no, handler(unit))
        with sight(handler(unit)):
            assert no not in {t.row.no for t in reading.inbox(unit)}
            assert no not in {r.no for r in reading.newest(units=[unit])}
    assert casework.view(no, handler(units.other))[1].no == no


def test_a_unit_that_has_left_sees_the_order_no_more(units) -> None:
    no = dispatched(units.county)
    desk, centre = Actor("c1", Role.UNIT_DESK, units.county), DISPATCHER
    casework.view(no, desk)
    wrong = say.RequestReturn(reason=ReturnReason.WRONG_AREA, legal_basis="三定规定", suggested=units.other)
    casework.handle(no, wrong, desk)
    casework.handle(no, say.DecideReturn(granted=True), centre)
    with pytest.raises(casework.NotFound):
        casework.view(no, desk)
    assert seen(claim(desk)) == NOTHING


def test_a_resident_sees_their_own_order_alone(units) -> None:
    mine, another = received(), received()
    only = seen(claim(intake.RESIDENT, number(mine)))
    assert (only["respond_order"], only["respond_event"], only["respond_copy"]) == (1, 1, 1)
    with sight(intake.RESIDENT, order_id=number(mine)):
        assert [r.no for r in reading.newest()] == [mine]
    assert seen(claim(intake.RESIDENT)) == NOTHING
    assert casework.view(another, intake.RESIDENT)[1].no == another


@pytest.mark.parametrize("role", ["app", "loader", "owner", "superuser"])
@pytest.mark.parametrize(
    "change", ["UPDATE respond_event SET name = 'x'", "DELETE FROM respond_event", "TRUNCATE respond_event CASCADE"]
)
def test_events_refuse_to_be_changed_whoever_asks(house, role: str, change: str) -> None:
    received()
    with psycopg.connect(house.conninfo(role)) as connection:
        connection.execute("SELECT set_config('minsheng.access', %s, false)", [claim(SYSTEM)])
        with pytest.raises(psycopg.Error, match=r"append-only|permission denied"):
            connection.execute(change.encode())


@contextmanager
def counted() -> Iterator[list[str]]:
    """All statements of both logins beside BEGIN and COMMIT, counted where psycopg sends them: the hottest ones go
    past Django, and a count in Django would not see them."""
    said: list[str] = []
    send = psycopg.Cursor.execute

    def execute(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        said.append(query.decode() if isinstance(query, bytes) else str(query))
        return send(self, query, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        yield said


def test_intake_takes_at_most_eight_statements(house) -> None:
    received()
    for n in range(60):
        with counted() as said:
            answer = Client().post(
                "/api/v1/requests",
                {"text": "路灯不亮", "phone": "13800001111", "external_id": str(n)},
                content_type="application/json",
            )
        assert answer.status_code == 201
        assert [x for x in said if "INSERT INTO respond_order" in x], "the count does not see the intake itself"
        assert len(said) <= 8, said


def test_lists_take_at_most_four_statements(units) -> None:
    for _ in range(3):
        dispatched(units.town)
        received()
    town = handler(units.town)
    for by, read, rows in [
        (town, lambda: reading.inbox(units.town), 3),
        (town, lambda: reading.newest(units=[units.town]), 3),
        (DISPATCHER, lambda: reading.pool("received"), 3),
        (DISPATCHER, reading.newest, 6),
    ]:
        with counted() as said, sight(by):
            assert len(read()) == rows
        assert len(said) <= 4, said
