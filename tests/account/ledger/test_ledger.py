"""The ledger at work: all that is committed is numbered once, shuffled; heads are signed after, never from behind."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from minsheng.account.ledger import Behind, folder, number, publish, signer, status, tell
from minsheng.account.log import tiles
from minsheng.account.log.checkpoint import open_checkpoint
from minsheng.account.log.writer import Log
from minsheng.core import commands as say
from minsheng.core.codes import Role
from minsheng.core.ledger import Leaf, LeafKind, commit, leaf_key
from minsheng.core.order import Actor
from minsheng.ground.vault import seal_of
from minsheng.respond import casework, intake

pytestmark = pytest.mark.db
AGENT = Actor("agent", Role.AGENT)


def received(n: int) -> list[str]:
    return [intake.receive(intake.Request(f"第 {i} 件", category="010101")).no for i in range(n)]


def published() -> tuple[int, list[Leaf]]:
    """The signed head's size and its leaves, from the static files alone."""
    checkpoint, _ = open_checkpoint((folder() / "checkpoint").read_bytes(), [signer().verifier], signer().verifier.name)
    read = tiles.Tiles(tiles.in_folder(folder()), checkpoint.size)
    return checkpoint.size, [Leaf.parse(entry) for entry in read.audit(checkpoint.root)]


def numbers(house) -> list[tuple]:
    with psycopg.connect(house.conninfo("loader")) as connection:
        query = "SELECT index, order_id, seq FROM account_leaf ORDER BY index"
        return connection.execute(query).fetchall()


def test_what_was_committed_is_published_and_opens_with_the_orders_key(house) -> None:
    (no,) = received(1)
    assert number() == 1
    assert publish().size == 1
    size, leaves = published()
    with psycopg.connect(house.conninfo("loader")) as connection:
        query = "SELECT order_id, seq, told FROM respond_event WHERE leaf IS NOT NULL"
        ((order, seq, told),) = connection.execute(query).fetchall()
    assert size == 1
    assert leaves[0].kind is LeafKind.INTAKE
    assert leaves[0].commitment == commit(leaf_key(seal_of(order).key, seq), told).value
    assert no


def test_every_commitment_is_numbered_once_without_gaps(house) -> None:
    for no in received(3):
        casework.handle(no, say.Submit(category="010101"), AGENT)
    assert number() == 3
    assert number() == 0
    received(2)
    assert number() == 2
    found = numbers(house)
    assert [index for index, _, _ in found] == list(range(5))
    assert len({(order, seq) for _, order, seq in found}) == 5
    assert (status().numbered, status().published) == (5, 0)


def test_the_order_of_leaves_is_not_the_order_of_calls(house) -> None:
    received(40)
    number()
    orders = [order for _, order, _ in numbers(house)]
    assert sorted(orders) != orders


def test_a_transaction_that_has_not_ended_is_taken_by_the_next_batch(house) -> None:
    received(1)
    with psycopg.connect(house.conninfo("loader")) as late:
        late.execute("SELECT pg_current_xact_id()")
        received(2)
        assert number() == 1
    assert number() == 2


def test_a_fact_of_the_house_itself_is_a_leaf_at_once(house) -> None:
    received(1)
    number()
    assert tell(LeafKind.METRIC, date(2026, 11, 1), {"metric": "resolved", "version": 1}) == 1
    assert publish().size == 2
    assert [leaf.kind for leaf in published()[1]] == [LeafKind.INTAKE, LeafKind.METRIC]


def test_heads_only_grow_and_nothing_new_signs_nothing(house) -> None:
    received(2)
    number()
    first = publish()
    stamp = (folder() / "checkpoint").stat().st_mtime_ns
    assert publish() == first
    assert (folder() / "checkpoint").stat().st_mtime_ns == stamp
    received(1)
    number()
    assert publish().size == 3


def test_a_crash_between_the_signature_and_its_publication_publishes_the_same_head(house, monkeypatch) -> None:
    received(2)
    number()

    def cut_off(self: Log, signed: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Log, "publish", cut_off)
        with pytest.raises(KeyboardInterrupt):
            publish()
    with psycopg.connect(house.conninfo("loader")) as connection:
        ((kept,),) = connection.execute("SELECT checkpoint FROM account_head").fetchall()
    assert not (folder() / "checkpoint").exists()
    assert publish().size == 2
    assert (folder() / "checkpoint").read_bytes() == bytes(kept)


def test_a_database_older_than_a_published_head_signs_nothing(house) -> None:
    received(3)
    number()
    publish()
    before = (folder() / "checkpoint").read_bytes()
    with psycopg.connect(house.conninfo("superuser"), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM account_head")
        connection.execute("DELETE FROM account_leaf WHERE index >= 1")
        connection.execute("UPDATE account_ledger SET size = 1, upto = 0")
    with pytest.raises(Behind, match="restored from before"):
        publish()
    received(5)
    number()
    with pytest.raises(Behind, match="restored from before"):
        publish()
    assert (folder() / "checkpoint").read_bytes() == before


def test_numbered_leaves_cannot_be_changed_by_anybody_of_the_house(house) -> None:
    received(1)
    number()
    with (
        psycopg.connect(house.conninfo("owner")) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute("DELETE FROM account_leaf")


def test_a_unit_does_not_see_which_leaf_is_whose(house) -> None:
    from django.db import connection

    from minsheng.ground.access import sight

    received(1)
    number()
    with sight(Actor("desk", Role.UNIT_DESK, "nobody")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account_leaf")
        assert cursor.fetchone() == (0,)


def test_a_database_restored_on_another_server_numbers_what_it_has_whoever_asks_first(house) -> None:
    received(1)
    number()
    received(2)
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("UPDATE ground_lake SET server = server - 1")
        connection.execute("UPDATE account_ledger SET server = server - 1")
        connection.execute("ALTER TABLE respond_event DISABLE TRIGGER ALL")
        connection.execute("UPDATE respond_event SET tx = (tx::text::bigint + 1000000)::text::xid8")
        connection.execute("ALTER TABLE respond_event ENABLE TRIGGER ALL")
    assert number() == 2
    received(1)
    assert number() == 1
    assert len({(order, seq) for _, order, seq in numbers(house)}) == 4
