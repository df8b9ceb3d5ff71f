"""Whole orders by COPY are what intake, casework and supervision would have written, row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from minsheng.core import Actor, Order, evolve
from minsheng.core.codes import Role, State
from minsheng.ground.access import sight
from minsheng.ground.vault import Person, person_of, seal_of, words_of
from minsheng.respond import bulk, casework, intake, reading, store
from minsheng.respond.bulk import Bulk, Life, first_number, numbers_taken
from minsheng.respond.checking import check_all
from support.script import ACCEPT, END, REPLY, REVIEWER, SAID, START, Desks, Paper, counties, drive, script

pytestmark = pytest.mark.db


@pytest.fixture
def paper(house) -> Paper:
    """The script, driven in memory."""
    with psycopg.connect(house.conninfo("loader")) as connection:
        world = Paper(first_number(connection))
    drive(world)
    return world


def write(conninfo: str, paper: Paper) -> Bulk:
    """All lives in one transaction, the sequence of numbers after them."""
    with Bulk(conninfo) as bulk:
        for life in paper.lives.values():
            bulk.add(life)
        bulk.commit(lambda connection: numbers_taken(connection, paper.number - 1))
    return bulk


def names_and_words(connection: psycopg.Connection) -> dict[int, object]:
    """The opened vault of every order; each digest of an event proves the words that were opened."""
    found = {}
    for (number,) in connection.execute("SELECT id FROM respond_order ORDER BY id").fetchall():
        words, seal = words_of(number), seal_of(number)
        said = connection.execute("SELECT seq, digests FROM respond_event WHERE order_id = %s", [number]).fetchall()
        digests = {(seq, f): d for seq, by_field in said for f, d in by_field.items()}
        assert digests == {(seq, f): seal.digest(f"{seq}/{f}", text) for (seq, f), text in words.items()}
        found[number] = (words, person_of(number))
    return found


_SECRET = {
    "box",
    "wrapped",
    "digests",
    "phone_digest",
    "external_digest",
    "body_digest",
    "told",
    "commitment",
    "tag",
    "key",
}
"""Columns that are under a key: compared opened, or below by what they find."""


def rows(connection: psycopg.Connection, table: str) -> list[dict[str, object]]:
    """All rows of a table, in one order, without what is under an order's own key."""
    names = [name for name in bulk._TABLES[table] if name not in _SECRET]
    if table == "respond_copy":
        names += ["proposals", "likeness"]
    if table == "respond_decision":
        names.append("proposed")
    identifiers = sql.SQL(", ").join(map(sql.Identifier, names))
    query = sql.SQL("SELECT {} FROM {}").format(identifiers, sql.Identifier(*table.split(".")))
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        found = cursor.execute(query).fetchall()
    return sorted(found, key=lambda row: json.dumps(row, default=str, sort_keys=True))


KEYED = (
    "SELECT id, external_digest, body_digest FROM respond_order ORDER BY id",
    "SELECT order_id, phone_digest FROM vault.person ORDER BY order_id",
    "SELECT order_id FROM vault.order_key ORDER BY order_id",
    "SELECT order_id, seq, told - 5 FROM respond_event ORDER BY order_id, seq",
)


@pytest.fixture
def beside(postgres, template: str) -> Iterator[Callable[[str], str]]:
    """Connection strings to a second empty house, by role."""
    name = sql.Identifier("beside")
    admin = postgres.conninfo("superuser", "postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER minsheng_owner STRATEGY wal_log")
        connection.execute(made.format(name, sql.Identifier(template)))
    yield lambda role: postgres.conninfo(role, "beside")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_every_row_is_what_the_desks_would_have_written(house, beside, paper, monkeypatch) -> None:
    from minsheng.ground.databases import point

    desks = Desks()
    drive(desks)
    monkeypatch.setattr(bulk, "GROUP", 4)
    written = write(beside("loader"), paper)
    assert check_all(beside("loader")).differences == []
    with psycopg.connect(house.conninfo("loader")) as one, psycopg.connect(beside("loader")) as other:
        for table in bulk._TABLES:
            expected = rows(one, table)
            assert expected, f"the script leaves nothing in {table}"
            assert rows(other, table) == expected, table
            assert written.rows[table] == len(expected)
        for query in KEYED:
            assert other.execute(query).fetchall() == one.execute(query).fetchall(), query
        at_the_desks = names_and_words(one)
        point("vault", beside("vault"))
        assert names_and_words(other) == at_the_desks


def test_the_script_reaches_every_state_in_which_an_order_can_rest(paper) -> None:
    reached = {state for life in paper.lives.values() for state in _states(life)}
    assert reached == set(State)
    fired = {(n, fired) for timers_ in paper.waiting.values() for n, (_, fired) in timers_.items()}
    assert {("yellow", True), ("handling", False), ("handling", True)} <= fired


def _states(life: Life) -> Iterator[State]:
    order: Order | None = None
    for step in life.steps:
        for event in step.events:
            order = evolve(order, event)
        assert order is not None
        yield order.state


def test_a_unit_sees_the_orders_written_for_it_and_no_others(house, paper) -> None:
    write(house.conninfo("loader"), paper)
    county, town, other = counties()
    desk, handler = Actor("x", Role.UNIT_DESK, county), Actor("y", Role.HANDLER, town)
    order, _ = casework.view(paper.no["late"], desk)[1:]
    assert order == paper.lives["late"].order
    casework.view(paper.no["below"], handler)
    for name, by in (("late", handler), ("secret", desk), ("answered", desk), ("kept", desk)):
        with pytest.raises(casework.NotFound):
            casework.view(paper.no[name], by)
    with sight(desk):
        inbox = {task.row.no for task in reading.inbox(county)}
    assert inbox == {paper.no[n] for n in ("stale", "late", "below", "returned")}
    with sight(Actor("z", Role.UNIT_DESK, other)):
        assert {task.row.no for task in reading.inbox(other)} == {paper.no["kept"], paper.no["secret"]}


def test_work_goes_on_where_the_writer_stopped(house, paper) -> None:
    write(house.conninfo("loader"), paper)
    no = paper.no["late"]
    county = counties()[0]
    casework.handle(no, REPLY, Actor(f"desk-{county}", Role.UNIT_DESK, county), END)
    casework.handle(no, ACCEPT, REVIEWER, END)
    request = intake.Request(SAID, "x", person=Person("李四", "13800000000"))
    receipt = intake.receive(request, at=END)
    assert receipt.no == intake.order_no(paper.number, END)
    assert check_all(house.conninfo("loader")).differences == []


@pytest.mark.parametrize("name", ["answered", "secret"])
def test_the_same_message_is_known_again_after_bulk(house, paper, name: str) -> None:
    write(house.conninfo("loader"), paper)
    sent = next(what for _, n, what, _ in script() if n == name and isinstance(what, intake.Request))
    again = intake.receive(sent, at=END)
    assert (again.no, again.new) == (paper.no[name], False)
    with pytest.raises(intake.Conflict):
        intake.receive(replace(sent, text="别的话"), at=END)


def test_what_is_not_committed_is_not_there(house, paper, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "GROUP", 2)
    lives = list(paper.lives.values())
    with Bulk(house.conninfo("loader")) as writer:
        for life in lives[:3]:
            writer.add(life)
        writer.rollback()
        assert writer.rows == {}
        for life in lives[3:6]:
            writer.add(life)
        writer.commit()
        assert writer.rows["respond_order"] == 3
        for life in lives[6:]:
            writer.add(life)
    with psycopg.connect(house.conninfo("loader")) as connection:
        found = connection.execute("SELECT id FROM respond_order ORDER BY id").fetchall()
    assert [number for (number,) in found] == sorted(life.number for life in lives[3:6])


def test_what_also_is_written_stands_or_falls_with_the_orders(house, paper) -> None:
    def fails(connection: psycopg.Connection) -> None:
        connection.execute("INSERT INTO respond_order (id) VALUES (1)")

    with Bulk(house.conninfo("loader")) as writer:
        writer.add(paper.lives["late"])
        with pytest.raises(psycopg.IntegrityError):
            writer.commit(fails)
        writer.rollback()
        writer.add(paper.lives["new"])
        writer.commit()
    assert check_all(house.conninfo("loader")).orders == 1


def test_an_order_number_written_twice_is_refused_by_the_next_call(house, paper, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "GROUP", 1)
    with Bulk(house.conninfo("loader")) as writer:
        writer.add(paper.lives["new"])
        writer.add(paper.lives["new"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            writer.add(paper.lives["late"])
        writer.rollback()
        writer.add(paper.lives["new"])
        writer.commit()
    assert check_all(house.conninfo("loader")).orders == 1


def test_numbers_go_on_after_those_taken_and_never_back(house) -> None:
    with psycopg.connect(house.conninfo("loader")) as connection:
        assert first_number(connection) == first_number(connection) == 1
        numbers_taken(connection, 1234)
        assert first_number(connection) == 1235
        numbers_taken(connection, 7)
        assert first_number(connection) == 1235
    assert store.numbers.take() == 1235
    with psycopg.connect(house.conninfo("loader")) as connection:
        assert first_number(connection) == 1285


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ((1, None, True, False), "1\t\\N\tt\tf\n"),
        (("a\tb\\\r\n",), "a\\tb\\\\\\r\\n\n"),
        (({"a": 'x"\n'},), '{"a":"x\\\\"\\\\n"}\n'),
        ((["c1", 'q"\\'],), '{"c1","q\\\\"\\\\\\\\"}\n'),
        ((b"\x00\xff",), "\\\\x00ff\n"),
        ((START,), "2026-03-02T01:00:00.000000Z\n"),
    ],
)
def test_values_are_written_as_copy_reads_them(values: tuple[object, ...], says: str) -> None:
    assert bulk.line(values) == says
