"""Heads that witnesses cosign: published with what came in time, kept, asked for again; stopped when the quorum holds
another history; with the national line where there is a key, and a time stamp where there is an authority."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import psycopg
import pytest

from minsheng.account.ledger import Behind, folder, number, policy, publish, signer, signing, status, verifiers
from minsheng.account.log import notes, sm2
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.sm2 import OpenSSLFailed
from minsheng.account.witnesses import Said
from minsheng.ground import present
from minsheng.ground.city import WitnessRow
from minsheng.respond import intake
from support.witness import Watcher

pytestmark = pytest.mark.db


@pytest.fixture
def watchers(house, monkeypatch):
    """Three witnesses outside, on this machine, that the city pack names; they may be shut one by one."""
    made = [Watcher(f"w{n}.example", {}) for n in range(3)]
    serving = [each.served() for each in made]
    rows = [
        WitnessRow(f"w{n}", f"body {n}", "", write_vkey(each.verifier), served.__enter__(), "test")
        for n, (each, served) in enumerate(zip(made, serving, strict=True))
    ]
    pack = present.city()
    named = replace(pack, witnesses=tuple(rows), city=replace(pack.city, quorum=2))
    monkeypatch.setattr(present, "city", lambda: named)
    for each in made:
        each._logs[signer().verifier.name] = [signer().verifier]
    yield made
    for served in serving:
        served.__exit__(None, None, None)


def grown(count: int) -> None:
    for i in range(count):
        intake.receive(intake.Request(f"第 {i} 件", category="010101"))
    number()


def published() -> bytes:
    return (folder() / "checkpoint").read_bytes()


def forget(watcher: Watcher) -> None:
    """The witness knows the log no more."""
    watcher._logs.clear()


def test_a_head_is_published_with_the_cosignatures_of_all(watchers) -> None:
    grown(2)
    assert publish().size == 2
    opened = policy().open(published())
    assert set(opened.witnessed_at) == {"w0", "w1", "w2"}
    found = status()
    assert found.cosigned_by == ("w0", "w1", "w2")
    assert found.quorum_met
    assert [(each.cosigned, each.said) for each in found.witnesses] == [(2, Said.COSIGNED)] * 3


def test_a_refusal_blocks_nothing_is_kept_and_is_asked_again(watchers) -> None:
    name = signer().verifier.name
    forget(watchers[1])
    grown(2)
    publish()
    assert set(policy().open(published()).witnessed_at) == {"w0", "w2"}
    assert status().witnesses[1].said is Said.UNKNOWN_LOG
    publish()
    watchers[1]._logs[name] = [signer().verifier]
    publish()
    assert set(policy().open(published()).witnessed_at) == {"w0", "w1", "w2"}
    assert status().witnesses[1].said is Said.COSIGNED
    assert len(watchers[0].asked) == 3


def test_who_has_cosigned_a_head_by_all_is_not_asked_again(watchers) -> None:
    grown(2)
    publish()
    before = (folder() / "checkpoint").stat().st_mtime_ns
    publish()
    assert [len(each.asked) for each in watchers] == [1, 1, 1]
    assert (folder() / "checkpoint").stat().st_mtime_ns == before


def test_a_head_without_its_quorum_is_published_all_the_same_and_says_so(watchers) -> None:
    forget(watchers[1])
    forget(watchers[2])
    grown(1)
    assert publish().size == 1
    with pytest.raises(NoteRefused, match="not met"):
        policy().open(published())
    assert not status().quorum_met


def test_a_growing_log_is_proved_from_what_each_witness_cosigned_last(watchers) -> None:
    for size in (3, 4, 9):
        grown(size - status().numbered)
        publish()
    assert [len(each.asked) for each in watchers] == [3, 3, 3]
    assert watchers[0].asked[2].startswith(b"old 4\n")


def restored(house, size: int) -> None:
    """The database and the files as a backup of `size` leaves had them."""
    with psycopg.connect(house.conninfo("superuser"), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("account_witness_answer", "account_head"):
            connection.execute(psycopg.sql.SQL("DELETE FROM {}").format(psycopg.sql.Identifier(table)))
        connection.execute("DELETE FROM account_leaf WHERE index >= %s", [size])
        connection.execute("UPDATE account_ledger SET size = %s", [size])
    (folder() / "checkpoint").unlink()


def test_a_backup_of_database_and_files_from_before_is_found_by_the_witnesses(house, watchers) -> None:
    grown(5)
    publish()
    restored(house, 3)
    with pytest.raises(Behind, match=r"another history.*5 leaves"):
        publish()
    assert not (folder() / "checkpoint").exists()
    assert [each.said for each in status().witnesses] == [Said.FORK] * 3


def test_one_witness_that_holds_another_history_is_recorded_and_stops_nothing(house, watchers) -> None:
    grown(5)
    publish()
    for each in watchers[:2]:
        each.latest.clear()
    restored(house, 3)
    assert publish().size == 3
    assert set(policy().open(published()).witnessed_at) == {"w0", "w1"}
    assert status().witnesses[2].said is Said.FORK


def test_what_witnesses_said_is_never_changed(house, watchers) -> None:
    grown(1)
    publish()
    with (
        psycopg.connect(house.conninfo("owner")) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute("UPDATE account_witness_answer SET said = 'cosigned'")


@pytest.fixture
def national(tmp_path, monkeypatch):
    """An SM2 key as the settings name it."""
    if not sm2.available():
        pytest.skip("this machine has no openssl program")
    key = tmp_path / "sm2.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", key], check=True, capture_output=True)
    monkeypatch.setenv("MINSHENG_SM2_KEY", str(key))
    return key


def test_an_sm2_line_stands_beside_and_witnesses_cosign_all_the_same(watchers, national) -> None:
    grown(2)
    publish()
    note = notes.open_note(published(), verifiers())
    assert len(note.verified) == 2
    assert len(note.unverified) == 3
    assert not status().lacks_national_line


def test_a_national_key_that_cannot_be_reached_costs_its_line_and_not_the_head(house, national, monkeypatch) -> None:
    national.unlink()
    grown(1)
    assert publish().size == 1
    assert len(notes.open_note(published(), [signer().verifier]).signatures) == 1
    assert status().lacks_national_line
    assert [each.name for each in verifiers()] == [signer().verifier.name]
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OpenSSLFailed, match="a moment ago"):
        signing.national_signer()
