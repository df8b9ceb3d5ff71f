"""The intake gate: shared commits, numbers without gaps, and only what is wrong fails."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Barrier, Event, Thread

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from minsheng.ground.vault import seal_of
from minsheng.respond import gate, intake
from minsheng.respond.checking import check_all

pytestmark = pytest.mark.db


def together(requests: Sequence[intake.Request], monkeypatch) -> tuple[list[object], list[int]]:
    """What each of `requests` got, all but the first of which wait while the first commits; sizes of the commits."""
    sizes: list[int] = []
    begun, go_on = Event(), Event()

    def write(entries: Sequence[gate.Entry]) -> None:
        sizes.append(len(entries))
        if len(sizes) == 1:
            begun.set()
            assert go_on.wait(20)
        gate.write(entries)

    one = gate.Gate(write)
    monkeypatch.setattr(gate, "_gate", one)
    got: list[object] = [None] * len(requests)

    def ask(i: int) -> None:
        try:
            got[i] = intake.receive(requests[i])
        except Exception as error:
            got[i] = error
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(i,)) for i in range(len(requests))]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(one._waiting) < len(requests) - 1:
        Event().wait(0.01)
    go_on.set()
    for thread in threads:
        thread.join(30)
    return got, sizes


def receipts(house) -> list[tuple]:
    with psycopg.connect(house.conninfo("loader")) as database:
        query = "SELECT channel, number, order_id, tag FROM respond_receipt ORDER BY channel, number"
        return database.execute(query).fetchall()


def test_requests_that_wait_together_share_one_commit(house, monkeypatch) -> None:
    got, sizes = together([intake.Request(f"第 {i} 件") for i in range(9)], monkeypatch)
    assert sizes == [1, 8]
    assert len({receipt.no for receipt in got}) == 9
    assert [number for _, number, _, _ in receipts(house)] == list(range(1, 10))


def test_numbers_run_without_gaps_on_each_channel(house, monkeypatch) -> None:
    channels = ["web", "phone", "web", "app", "phone", "web"]
    together([intake.Request("漏水", channel=c) for c in channels], monkeypatch)
    assert [(c, n) for c, n, _, _ in receipts(house)] == [
        *(("app", n) for n in (1,)),
        *(("phone", n) for n in (1, 2)),
        *(("web", n) for n in (1, 2, 3)),
    ]
    assert check_all(house.conninfo("loader")).differences == []


def test_a_request_that_fails_takes_no_number_and_no_other_with_it(house, monkeypatch) -> None:
    intake.receive(intake.Request("先来的", external_id="x1"))
    requests = [intake.Request("一"), intake.Request("二"), intake.Request("另一番话", external_id="x1")]
    got, _ = together([*requests, intake.Request("先来的", external_id="x1")], monkeypatch)
    assert isinstance(got[2], intake.Conflict)
    assert got[3].new is False
    assert [number for _, number, _, _ in receipts(house)] == [1, 2, 3]


def test_whoever_shares_a_commit_that_is_broken_off_is_told_and_not_left_waiting(house, monkeypatch) -> None:
    def write(entries: Sequence[gate.Entry]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gate, "_gate", gate.Gate(write))
    with pytest.raises(KeyboardInterrupt):
        intake.receive(intake.Request("一"))
    assert receipts(house) == []


def test_a_shared_commit_whose_word_was_lost_is_answered_as_made(house, monkeypatch) -> None:
    write, said = gate.write, []

    def lost(entries: Sequence[gate.Entry]) -> None:
        write(entries)
        said.append(len(entries))
        if len(said) == 2:
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(gate, "write", lost)
    got, sizes = together([intake.Request(f"第 {i} 件") for i in range(4)], monkeypatch)
    assert sizes == [1, 3, 1, 1, 1]
    assert len({receipt.no for receipt in got}) == 4
    assert sorted(receipt.facts.number for receipt in got) == [1, 2, 3, 4]
    assert [number for _, number, _, _ in receipts(house)] == [1, 2, 3, 4]


def test_a_number_belongs_to_the_transaction_that_asked_for_it(house) -> None:
    with transaction.atomic():
        intake.receive(intake.Request("一"))
        transaction.set_rollback(True)
    intake.receive(intake.Request("二"))
    assert [number for _, number, _, _ in receipts(house)] == [1]


def test_the_tag_of_a_receipt_follows_from_the_orders_key(house) -> None:
    intake.receive(intake.Request("一"))
    ((_, _, order, tag),) = receipts(house)
    assert bytes(tag) == seal_of(order).tag


def test_two_transactions_on_one_channel_wait_for_one_another_and_leave_no_gap(house) -> None:
    start = Barrier(4)

    def ask(entries: Sequence[gate.Entry]) -> None:
        start.wait()
        for entry in entries:
            gate.write([entry])
        connection.close()

    threads = [Thread(target=ask, args=([_entry() for _ in range(10)],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [number for _, number, _, _ in receipts(house)] == list(range(1, 41))


def _entry() -> gate.Entry:
    """An entry of a new request, as intake makes it."""
    made: list[gate.Entry] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "enter", made.append)
        intake.receive(intake.Request("同时来的"))
    return made[0]


def test_a_missing_receipt_is_found_by_the_check(house) -> None:
    intake.receive(intake.Request("一"))
    intake.receive(intake.Request("二"))
    with psycopg.connect(house.conninfo("superuser")) as database:
        database.execute("SET session_replication_role = replica")
        database.execute("DELETE FROM respond_receipt WHERE number = 1")
    found = check_all(house.conninfo("loader")).differences
    assert len(found) == 2
    assert any("no receipt" in each for each in found)
