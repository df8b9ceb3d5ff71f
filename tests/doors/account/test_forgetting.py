"""What was said to the line stands in no public byte, and what was erased comes back from no backup."""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psycopg
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client
from psycopg import sql

from minsheng.account import monthly
from minsheng.account.ledger import folder as log_folder
from minsheng.account.ledger import number, publish
from minsheng.account.ledger.tombstones import raise_tombstones
from minsheng.core import commands as say
from minsheng.doors.account.erasing import erase, erase_again
from minsheng.ground import present
from minsheng.ground.graves import Grave, dig, graves
from minsheng.ground.vault import Erased, Person, seal_of, words_of
from minsheng.respond import casework, facts, intake, reading
from support.life import AGENT, DISPATCHER

pytestmark = pytest.mark.db
NOVEMBER, DECEMBER = datetime(2026, 11, 3, 2, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)
SURNAMES, LETTERS = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "丽强芳伟娜敏静磊洋艳勇杰娟涛明超秀霞平刚桂英华玉兰红云"


@pytest.fixture(autouse=True)
def list_of_graves(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr("minsheng.ground.graves.place", lambda: tmp_path / "secrets" / "graves.txt")
    return tmp_path / "secrets" / "graves.txt"


@pytest.fixture
def clock(house):
    times = [NOVEMBER]
    present.clock.append(lambda: times[-1])
    yield times
    present.clock.pop()


def person(chance: Random) -> Person:
    name = chance.choice(SURNAMES) + "".join(chance.choices(LETTERS, k=3))
    phone = "1" + chance.choice("3578") + f"{chance.randrange(10**9):09}"
    return Person(name, phone, f"{''.join(chance.choices(LETTERS, k=4))}路{chance.randrange(1000, 9999)}号")


def planted(n: int, chance: Random) -> tuple[list[str], list[str]]:
    """`n` orders, each with a name, a number, an address and two sayings of its own; returns orders and strings."""
    county = next(u.code for u in present.city().units.values() if u.kind == "county")
    nos, strings = [], []
    for _ in range(n):
        who = person(chance)
        said, reply = ("".join(chance.choices(LETTERS, k=12)) for _ in range(2))
        no = intake.receive(intake.Request(f"{said}，{who.name}，{who.phone}", person=who, category="010101")).no
        casework.handle(no, say.Submit(category="010101"), AGENT)
        casework.handle(no, say.Dispatch(lead=present.unit_ref(county), visible_text=reply), DISPATCHER)
        nos.append(no)
        strings += [who.name, who.phone, who.address, said, reply]
    return nos, strings


def public_bytes(client: Client, tags: list[str]) -> Iterator[tuple[str, bytes]]:
    """Everything that is handed to anybody who asks: the log, releases, figures, open data, courses by tag."""
    for folder in (log_folder(), monthly.folder()):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                content = file.read_bytes()
                yield str(file), gzip.decompress(content) if file.suffix == ".gz" else content
    pages = ["/log/checkpoint", "/log/key", "/log/policy", "/log/gateway", "/r", "/releases/index.json", "/healthz"]
    pages += ["/releases/metrics", "/figures", "/figures/table.csv", "/figures/dictionary.csv"]
    pages += [f"/log/{what}/{tag}" for tag in tags for what in ("proof", "course")]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code in (200, 404), (path, answer.status_code)
        yield path, b"".join(answer) if answer.streaming else answer.content
    table = client.get("/figures/table.parquet")
    content = b"".join(table) if table.streaming else table.content
    yield "/figures/table.parquet", str(pq.read_table(io.BytesIO(content)).to_pylist()).encode()


def found_in(content: bytes, strings: list[str]) -> list[str]:
    """Which of `strings` stand in `content`, as they are or in base64."""
    text = content.decode("utf-8", "replace")
    halves = [base64.b64encode(s.encode())[:-4].decode() for s in strings]
    return [s for s, half in zip(strings, halves, strict=True) if s in text or half in text]


def everything(conninfo: str) -> str:
    """All tables of a database as text."""
    out = []
    with psycopg.connect(conninfo) as database:
        tables = database.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for table in tables:
            with database.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))) as rows:
                out += [bytes(row).decode() for row in rows]
    return "".join(out)


@pytest.fixture
def lake(house, tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(settings, "DATA", str(tmp_path))
    return tmp_path / "lake"


def kept_apart(house, name: str) -> None:
    """A backup of the whole database."""
    from django.db import connections

    connections.close_all()
    with psycopg.connect(house.conninfo("superuser").replace(house.name, "postgres"), autocommit=True) as admin:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log")
        admin.execute(made.format(sql.Identifier(name), sql.Identifier(house.name)))


def restored(house, name: str) -> None:
    """The house goes on with the backup in place of its database."""
    from django.db import connections

    connections.close_all()
    with psycopg.connect(house.conninfo("superuser").replace(house.name, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(house.name)))
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(house.name))
        )


@dataclass(frozen=True, slots=True)
class Course:
    """What was found: the planted strings in public bytes, by place; what a restored backup held of the erased orders,
    and what was left after they were erased again; the release before and after."""

    public: list[tuple[str, list[str]]]
    brought_back: list[str]
    erased_again: tuple[int, int]
    left: list[str]
    openable: list[str]
    released: tuple[bytes, bytes]


def run(house, clock, orders: int, erasures: int) -> Course:
    """Plant, publish, back up, erase, restore the backup, erase again."""
    chance = Random(7)
    monthly.define()
    nos, strings = planted(orders, chance)
    number()
    clock.append(DECEMBER)
    monthly.release("2026-11")
    publish()
    facts.lake_now()
    ids = {no: reading.sheet(no, intake.RESIDENT).id for no in nos}
    tags = [seal_of(ids[no]).tag.hex() for no in nos[:50]]
    public = [(place, found_in(content, strings)) for place, content in public_bytes(Client(), tags)]
    released = (monthly.folder() / "2026-11.jsonl.gz").read_bytes()

    gone = chance.sample(nos, erasures)
    traces = wrapped_keys(house, [ids[no] for no in gone]) + copies(house, [ids[no] for no in gone])
    kept_apart(house, f"{house.name}_backup")
    for no in gone:
        erase(no)
    restored(house, f"{house.name}_backup")
    brought_back = [trace for trace in traces if trace in everything(house.conninfo("superuser"))]
    erased_again = erase_again(), erase_again()
    dump = everything(house.conninfo("superuser"))
    at = {no: i for i, no in enumerate(nos)}
    theirs = traces + [s for no in gone for s in strings[5 * at[no] : 5 * at[no] + 5]]
    number()
    publish()
    return Course(
        public=[(place, found) for place, found in public if found],
        brought_back=brought_back,
        erased_again=erased_again,
        left=[trace for trace in theirs if trace in dump],
        openable=[no for no in gone if words_of(ids[no]) or key_stands(ids[no])],
        released=(released, (monthly.folder() / "2026-11.jsonl.gz").read_bytes()),
    )


def wrapped_keys(house, orders: list[int]) -> list[str]:
    """The wrapped keys of orders, as a dump of the database writes them."""
    with psycopg.connect(house.conninfo("superuser")) as database:
        query = "SELECT encode(wrapped, 'hex') FROM vault.order_key WHERE order_id = ANY (%s)"
        return [key for (key,) in database.execute(query, [orders])]


def copies(house, orders: list[int]) -> list[str]:
    """The redacted words of orders, by which requests are searched."""
    with psycopg.connect(house.conninfo("superuser")) as database:
        return [
            text for (text,) in database.execute("SELECT text FROM respond_copy WHERE order_id = ANY (%s)", [orders])
        ]


def key_stands(order: int) -> bool:
    try:
        seal_of(order)
    except Erased:
        return False
    return True


def test_a_few_are_forgotten_for_good(house, clock, lake) -> None:
    course = run(house, clock, 24, 6)
    assert course.public == []
    assert len(course.brought_back) == 2 * 6, "a backup holds keys and copies of what was erased since"
    assert course.erased_again == (6, 0)
    assert course.left == []
    assert course.openable == []
    assert course.released[0] == course.released[1]
    assert raise_tombstones() == 0


@pytest.mark.slow
def test_ten_thousand_strings_are_nowhere_public_and_a_thousand_orders_are_forgotten(house, clock, lake) -> None:
    course = run(house, clock, 2_000, 1_000)
    assert course.public == []
    assert len(course.brought_back) == 2 * 1_000
    assert course.erased_again == (1_000, 0)
    assert course.left == []
    assert course.openable == []
    assert course.released[0] == course.released[1]


def test_a_planted_string_in_a_public_file_would_be_found(house, clock, lake) -> None:
    _nos, strings = planted(1, Random(3))
    number()
    publish()
    facts.lake_now()
    (log_folder() / "leak").write_text(f"……{strings[0]}……", "utf-8")
    monthly.folder().mkdir(parents=True, exist_ok=True)
    (monthly.folder() / "leak.gz").write_bytes(gzip.compress(strings[1].encode()))
    found = {each for _place, content in public_bytes(Client(), []) for each in found_in(content, strings)}
    assert found == {strings[0], strings[1]}


def test_another_order_under_the_same_id_is_left_alone(house, clock) -> None:
    nos, _ = planted(1, Random(1))
    order = reading.sheet(nos[0], intake.RESIDENT).id
    dig(Grave(order, "0" * 32, NOVEMBER.date()))
    assert erase_again() == 0
    assert words_of(order)


def test_a_line_that_was_cut_off_is_no_grave_and_none_is_dug_twice(list_of_graves) -> None:
    grave = Grave(5, "ab" * 16, NOVEMBER.date())
    dig(grave)
    dig(grave)
    with list_of_graves.open("a") as file:
        file.write("6 cd")
    after = Grave(7, "cd" * 16, NOVEMBER.date())
    dig(after)
    assert graves() == [grave, after]
    assert list_of_graves.stat().st_mode & 0o077 == 0
