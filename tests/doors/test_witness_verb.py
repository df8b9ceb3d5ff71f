"""`ledger witness-test` and `ledger status`, and the policy and keys that anybody can fetch."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, nullcontext
from dataclasses import replace

import pytest
from django.test import Client

from minsheng.account.ledger import number, publish, signer
from minsheng.account.log import sm2
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.policy import Policy
from minsheng.account.log.sm2 import read_sm2_vkey
from minsheng.doors.cli import account, main
from minsheng.ground import present
from minsheng.ground.city import WitnessRow
from minsheng.respond import intake
from support.witness import Watcher

pytestmark = pytest.mark.db


@pytest.fixture
def verb(house, monkeypatch, capsys):
    """Runs `ledger WHAT` in this house; gives the exit code and what it printed."""
    monkeypatch.setattr(account, "house", lambda _data: nullcontext())

    def run(what: str) -> tuple[int, str]:
        code = main(["ledger", what])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def watchers(house, monkeypatch):
    """Three witnesses that the city pack names, of which two must cosign."""
    made = [Watcher(f"w{n}.example", {signer().verifier.name: [signer().verifier]}) for n in range(3)]
    with ExitStack() as serving:
        rows = [
            WitnessRow(f"w{n}", "body", "", write_vkey(each.verifier), serving.enter_context(each.served()), "test")
            for n, each in enumerate(made)
        ]
        pack = present.city()
        named = replace(pack, witnesses=tuple(rows), city=replace(pack.city, quorum=2))
        monkeypatch.setattr(present, "city", lambda: named)
        yield made


def head() -> None:
    intake.receive(intake.Request("一件", category="010101"))
    number()
    publish()


def test_each_witness_is_asked_and_a_quorum_that_is_met_is_success(verb, watchers) -> None:
    head()
    watchers[2]._logs.clear()
    code, said = verb("witness-test")
    assert code == 0
    assert "w0: cosigned, its cosignature verifies" in said
    assert "w2: unknown_log" in said
    assert "the quorum is met: the head of 1 leaves" in said


def test_a_quorum_that_is_not_met_is_a_failure_and_status_says_who_said_what(verb, watchers) -> None:
    for each in watchers[1:]:
        each._logs.clear()
    head()
    code, said = verb("witness-test")
    assert code == 1
    assert "the quorum is NOT met" in said
    code, said = verb("status")
    assert code == 0
    assert "witness w0: cosigned 1 leaves" in said
    assert "witness w1: cosigned nothing yet; last said unknown_log" in said
    assert "quorum 2 of 3 under the newest head: not met (w0)" in said


def test_without_witnesses_ours_is_started_and_shown_to_refuse(verb) -> None:
    head()
    code, said = verb("witness-test")
    assert code == 0
    assert said.count("ok   cosigns") == 3
    assert said.count("ok   refuses") == 3
    assert "nobody outside attests" in verb("status")[1]


def test_without_a_head_there_is_nothing_to_ask_about(verb) -> None:
    code, said = verb("witness-test")
    assert code == 2
    assert "ledger sign" in said


def test_the_policy_names_the_log_the_witnesses_and_how_many_must_cosign(watchers) -> None:
    read = Policy.parse(Client().get("/log/policy").content)
    assert [each.verifier.public for each in read.logs] == [signer().verifier.public]
    assert [each.verifier.public for each in read.witnesses.values()] == [w.verifier.public for w in watchers]
    assert (read.groups["quorum"].threshold, read.quorum) == (2, "quorum")


def test_the_key_page_adds_the_national_key_when_there_is_one(house, tmp_path, monkeypatch) -> None:
    if not sm2.available():
        pytest.skip("this machine has no openssl program")
    assert Client().get("/log/key").content.decode() == f"{write_vkey(signer().verifier)}\n"
    key = tmp_path / "sm2.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", key], check=True, capture_output=True)
    monkeypatch.setenv("MINSHENG_SM2_KEY", str(key))
    first, second = Client().get("/log/key").content.decode().splitlines()
    assert first == write_vkey(signer().verifier)
    assert read_sm2_vkey(second).name == signer().verifier.name
