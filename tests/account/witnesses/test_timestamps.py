"""Time stamps under heads: one a day, verified before it is kept, and never a reason to hold a head back."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta

import pytest
from django.test import Client

from minsheng.account.ledger import folder, number, publish
from minsheng.account.log import notes
from minsheng.account.witnesses import timestamps
from minsheng.account.witnesses.timestamps import NoStamp
from minsheng.ground import present
from minsheng.respond import intake
from support.tsa import Authority

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="this machine has no openssl program")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("tsa") / "one")
    with made.served() as url:
        made.url = url
        yield made


@pytest.fixture
def configured(house, authority, monkeypatch):
    """A city that has its heads stamped."""
    monkeypatch.setenv("MINSHENG_TSA_URL", authority.url)
    monkeypatch.setenv("MINSHENG_TSA_CA", str(authority.roots))


def head() -> int:
    intake.receive(intake.Request("一件", category="010101"))
    number()
    return publish().size


def test_a_stamp_verifies_under_the_roots_of_its_authority_alone(authority, tmp_path) -> None:
    assert timestamps.ask(authority.url, str(authority.roots), b"text\n")
    stranger = Authority(tmp_path / "stranger")
    with pytest.raises(NoStamp, match="verify"):
        timestamps.ask(authority.url, str(stranger.roots), b"text\n")


def test_a_stamp_over_another_text_is_none(authority, monkeypatch) -> None:
    with_other = authority.answer
    query = []

    def first(asked):
        query.append(asked)
        return with_other(query[0])

    monkeypatch.setattr(authority, "answer", first)
    assert timestamps.ask(authority.url, str(authority.roots), b"one\n")
    with pytest.raises(NoStamp, match="verify"):
        timestamps.ask(authority.url, str(authority.roots), b"two\n")


def test_nobody_there_or_no_roots_is_said(authority) -> None:
    with pytest.raises(NoStamp, match="does not answer"):
        timestamps.ask("http://127.0.0.1:1", str(authority.roots), b"text\n")
    with pytest.raises(NoStamp, match="MINSHENG_TSA_CA"):
        timestamps.ask(authority.url, "", b"text\n")


@pytest.mark.db
def test_the_first_head_of_a_day_is_stamped_and_anybody_verifies_it(
    configured, authority, tmp_path, monkeypatch
) -> None:
    assert head() == 1
    token = Client().get("/log/timestamp/1")
    assert token["Content-Type"] == "application/timestamp-reply"
    (tmp_path / "token").write_bytes(token.content)
    (tmp_path / "text").write_bytes(notes.split((folder() / "checkpoint").read_bytes()).text)
    verifying = ["openssl", "ts", "-verify", "-in", "token", "-data", "text", "-CAfile", str(authority.roots)]
    done = subprocess.run(verifying, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
    assert head() == 2
    assert Client().get("/log/timestamp/2").status_code == 404
    tomorrow = present.now() + timedelta(days=1)
    monkeypatch.setattr(present, "clock", [lambda: tomorrow])
    assert head() == 3
    assert Client().get("/log/timestamp/3").status_code == 200


@pytest.mark.db
def test_an_authority_that_is_down_holds_no_head_back(configured, monkeypatch, caplog) -> None:
    monkeypatch.setenv("MINSHENG_TSA_URL", "http://127.0.0.1:1")
    assert head() == 1
    assert "has no time stamp" in caplog.text
    assert Client().get("/log/timestamp/1").status_code == 404
