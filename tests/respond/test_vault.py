"""The vault: what is erased is gone while every count stays; a box opens only where it was put; a rating stays where
no event, no order and no unit can read it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client

from minsheng.core import commands as say
from minsheng.core.codes import TERMS, Grade, Kind, Role
from minsheng.core.order import Actor
from minsheng.core.wire import public_view
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import Erased, Person, new_seal, person_of, phone_digest, seal_of, words_of
from minsheng.respond import casework, intake, reading
from minsheng.respond.checking import check_all
from minsheng.respond.erasure import erase

pytestmark = pytest.mark.db

AGENT, REVIEWER = Actor("agent1", Role.AGENT), Actor("rev1", Role.REVIEWER)
DISPATCHER, CALLER = Actor("disp1", Role.DISPATCHER), Actor("call1", Role.CALLER_BACK)
TEXT = "东大街路灯不亮，请打电话13812345678找王小明"


def received() -> str:
    person = Person("王小明", "13812345678", "东大街3号")
    return intake.receive(intake.Request(text=TEXT, title="路灯", person=person, kind=Kind.COMPLAINT)).no


@pytest.fixture
def county(house) -> str:
    return next(u.code for u in present.city().units.values() if u.kind == "county")


def rated(county: str, grade: Grade) -> str:
    """An order that was handled, called back with `grade`, and what follows from it."""
    no = received()
    desk = Actor("c1", Role.UNIT_DESK, county)
    solved = not grade.bad
    for by, command in [
        (AGENT, say.Submit(category=present.city().taxonomy.leaves[0].code)),
        (DISPATCHER, say.Dispatch(lead=present.unit_ref(county), visible_text="路灯不亮")),
        (desk, say.Sign()),
        (desk, say.Reply(contacted=True, reply="已换灯泡", public_reply="路灯已亮")),
        (REVIEWER, say.ReviewReply(accepted=True)),
        (CALLER, say.CallBack(contacted=True, resolved=solved, grade=grade, drawn=False)),
    ]:
        casework.handle(no, command, by)
    return no


def counts(house) -> dict[str, int]:
    with psycopg.connect(house.conninfo("loader")) as connection:
        return {
            table: (connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() or (0,))[0]  # noqa: S608
            for table in ("respond_order", "respond_event", "respond_assignment", "respond_timer", "vault.rating")
        }


def test_erasure_takes_words_person_and_copy_and_leaves_every_count(house, county) -> None:
    erased, kept = rated(county, Grade.SATISFIED), rated(county, Grade.DISSATISFIED)
    number, before, _ = casework.view(erased, SYSTEM)
    counted = counts(house)
    assert erase(erased) > 3
    assert words_of(number) == {}
    assert person_of(number) is None
    with pytest.raises(Erased):
        seal_of(number)
    with sight(SYSTEM):
        row = next(r for r in reading.newest() if r.no == erased)
    assert (row.title, row.text) == ("", "")
    assert casework.view(erased, SYSTEM)[1] == before
    assert counts(house) == counted
    found = check_all(house.conninfo("loader"))
    assert (found.orders, found.differences) == (2, [])
    assert reading.sheet(kept, AGENT).text == TEXT
    assert reading.sheet(erased, AGENT).text == ""


def test_no_table_holds_a_word_or_a_number_of_an_erased_order(house, county) -> None:
    erase(rated(county, Grade.SATISFIED))
    secrets = (*("王小明", "13812345678", "路灯", "已换灯泡", "东大街"), phone_digest("13812345678").hex())
    with psycopg.connect(house.conninfo("superuser")) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('public', 'vault', 'access') AND tablename NOT IN ('ground_row', 'ground_unit')"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT t::text FROM {table} t".encode()).fetchall()  # noqa: S608
            held = [s for (row,) in rows for s in secrets if s in row]
            assert held == [], table


def test_an_order_that_does_not_exist_cannot_be_erased(house) -> None:
    with pytest.raises(casework.NotFound):
        erase("AY20260101999999")


def test_a_box_opens_only_where_it_was_put(house) -> None:
    seal, other = new_seal(1), new_seal(2)
    box = seal.shut("1/text", "路灯".encode())
    assert seal.open("1/text", box).decode() == "路灯"
    moved = type(seal)(2, seal.key)
    changed = box[:-1] + bytes([box[-1] ^ 1])
    for opener, place, content in [
        (seal, "2/text", box),
        (seal, "1/title", box),
        (other, "1/text", box),
        (moved, "1/text", box),
        (seal, "1/text", changed),
    ]:
        with pytest.raises(InvalidTag):
            opener.open(place, content)


def test_words_moved_in_the_database_are_not_read_as_anothers(house) -> None:
    one, two = (casework.view(received(), SYSTEM)[0] for _ in range(2))
    with psycopg.connect(house.conninfo("owner")) as connection:
        connection.execute(
            "UPDATE vault.words SET box = (SELECT box FROM vault.words WHERE order_id = %s AND field = 'text')"
            " WHERE order_id = %s AND field = 'text'",
            [one, two],
        )
        connection.execute(
            "UPDATE vault.order_key SET wrapped = (SELECT wrapped FROM vault.order_key WHERE order_id = %s)"
            " WHERE order_id = %s",
            [one, two],
        )
    with pytest.raises(InvalidTag):
        words_of(two)


def test_a_digest_says_nothing_once_the_key_is_gone(house) -> None:
    assert new_seal(1).digest("1/text", TEXT) != new_seal(1).digest("1/text", TEXT)


def holds_grade(content: str) -> list[str]:
    """The grade codes and terms that stand in `content` as words of their own."""
    grades = [g for g in Grade if g not in (Grade.REFUSED, Grade.UNREACHED)]
    words = [g.value for g in grades] + [w for g in grades for w in TERMS["Grade", g.value]]
    return [w for w in words if f'"{w}"' in content or (not w.isascii() and w in content)]


def token(role: Role, unit: str | None = None) -> dict[str, str]:
    from minsheng.doors.api.root import token_digest
    from minsheng.ground.models import Account, Token

    account = Account.objects.make(f"{role.value}-{unit}", role, unit)
    Token.objects.create(digest=token_digest(account.username), account=account)
    return {"authorization": f"Bearer {account.username}"}


def answers(no: str, headers: dict[str, str]) -> list[Any]:
    """Every answer that the API gives about an order."""
    client = Client(headers=headers)
    wrong = json.dumps({"command": "call_back", "resolved": True})
    return [
        client.get("/api/v1/orders"),
        client.get(f"/api/v1/orders/{no}"),
        client.get("/api/v1/orders?state=reworking"),
        client.post(f"/api/v1/orders/{no}/commands", wrong, content_type="application/json"),
        client.post(f"/api/v1/orders/{no}/commands", '{"command": "sign"}', content_type="application/json"),
    ]


GRADES = [Grade.VERY_SATISFIED, Grade.SATISFIED, Grade.BASICALLY, Grade.DISSATISFIED, Grade.VERY_DISSATISFIED]


@pytest.mark.parametrize("grade", GRADES)
def test_a_rating_stands_in_its_own_table_and_nowhere_else(house, county, grade: Grade) -> None:
    no = rated(county, grade)
    number, order, stored = casework.view(no, SYSTEM)
    with psycopg.connect(house.conninfo("loader")) as connection:
        assert connection.execute("SELECT grade FROM vault.rating WHERE order_id = %s", [number]).fetchone() == (
            grade.value,
        )
        kept = connection.execute(
            "SELECT o::text || (SELECT string_agg(e::text, '') FROM respond_event e WHERE e.order_id = o.id)"
            " FROM respond_order o WHERE id = %s",
            [number],
        ).fetchone()
    assert kept
    assert holds_grade(kept[0].replace('""', '"')) == []
    assert holds_grade(json.dumps([public_view(no, s.seq, s.event) for s in stored], ensure_ascii=False)) == []
    receipt = intake.code_of(no)
    track = Client().post(f"/api/v1/requests/{no}/track", {"code": receipt}, content_type="application/json")
    assert track.status_code == 200
    told = [track]
    for role in (Role.UNIT_DESK, Role.UNIT_HEAD, Role.HANDLER):
        told += answers(no, token(role, county))
    told += answers(no, token(Role.DISPATCHER))
    assert {a.status_code for a in told} >= {200, 403, 409}
    for answer in told:
        assert holds_grade(answer.content.decode()) == []
    assert order.reworks == int(grade.bad)


def test_no_answer_of_the_call_back_reaches_the_unit_that_handled_it(house, county) -> None:
    headers = token(Role.UNIT_DESK, county)
    told = {}
    for grade in (Grade.SATISFIED, Grade.DISSATISFIED):
        no = rated(county, grade)
        told[grade] = Client(headers=headers).get(f"/api/v1/orders/{no}").json()
    for body in told.values():
        assert "called_back" not in {line["event"] for line in body["timeline"]}
        assert "resolved" not in json.dumps(body)
    ordered = next(x for x in told[Grade.DISSATISFIED]["timeline"] if x["event"] == "rework_ordered")
    assert ordered["words"] == {}


def test_the_search_for_grades_finds_one_where_there_is_one() -> None:
    assert holds_grade('{"grade": "satisfied"}') == ["satisfied"]
    assert "不满意" in holds_grade("诉求人不满意")
