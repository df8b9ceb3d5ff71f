"""`audit key|box|ballots`: the auditor's keys, the sealed box, and its comparison with what anybody can fetch."""

from __future__ import annotations

import stat
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from minsheng.account import ballots, monthly
from minsheng.account.ledger import folder, number, publish, signer
from minsheng.account.log.keys import write_vkey
from minsheng.doors.cli import audit, main
from minsheng.ground import present
from support.audit import CLOSED, closed

pytestmark = pytest.mark.db


@pytest.fixture
def verb(house, monkeypatch, capsys):
    """Runs `audit …` in this house; gives the exit code and what it printed."""
    monkeypatch.setattr(audit, "house", lambda _data: nullcontext())

    def run(*words: str | Path) -> tuple[int, str]:
        code = main(["audit", *(str(word) for word in words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def voted(house, monkeypatch, tmp_path) -> Path:
    """Twelve ballots of October that were published and released; gives the policy by which the log is trusted."""
    times = [CLOSED]
    monkeypatch.setattr(present, "clock", [lambda: times[-1]])
    monkeypatch.setattr("minsheng.ground.graves.place", lambda: tmp_path / "graves.txt", raising=False)
    monthly.define()
    for n in range(12):
        closed(resolved=n > 1)
    times.append(datetime(2026, 11, 2, tzinfo=UTC))
    monthly.release("2026-10")
    times.append(datetime(2026, 11, 9, tzinfo=UTC))
    ballots.publish(date(2026, 10, 1))
    times.append(datetime(2026, 12, 2, tzinfo=UTC))
    monthly.release("2026-11")
    number()
    publish()
    policy = tmp_path / "policy"
    policy.write_text(f"log {write_vkey(signer().verifier)}\nquorum none\n")
    return policy


def keys(verb, tmp_path: Path) -> tuple[Path, str]:
    file = tmp_path / "private"
    code, public = verb("key", "--out", file)
    assert code == 0
    return file, public.strip()


def test_a_private_key_is_for_its_owner_alone_and_is_never_overwritten(verb, tmp_path) -> None:
    file, public = keys(verb, tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert public not in file.read_text()
    code, said = verb("key", "--out", file)
    assert code == 2
    assert "never overwritten" in said


def test_the_auditor_compares_the_box_with_the_log_and_its_releases(verb, voted, tmp_path) -> None:
    private, public = keys(verb, tmp_path)
    box = tmp_path / "box"
    code, said = verb("box", "--to", public, "--out", box)
    assert (code, "12 answers, 12 ballots" in said) == (0, True)
    code, said = verb("ballots", "--box", box, "--key", private, "--log", folder(), "--policy", voted)
    assert code == 0, said
    assert "12 ballots, each the last answer of its order" in said
    assert "of 0 the ballot waits" in said


def test_a_changed_answer_is_named_and_ends_with_one(verb, voted, tmp_path, house) -> None:
    private, public = keys(verb, tmp_path)
    with psycopg.connect(house.conninfo("superuser")) as database:
        database.execute("UPDATE vault.rating SET grade = 'satisfied' WHERE grade = 'dissatisfied'")
    box = tmp_path / "box"
    verb("box", "--to", public, "--out", box)
    code, said = verb("ballots", "--box", box, "--key", private, "--log", folder(), "--policy", voted)
    assert code == 1
    assert "in no box" in said


def test_ballots_without_their_release_are_asked_for(verb, voted, tmp_path) -> None:
    private, public = keys(verb, tmp_path)
    box, october = tmp_path / "box", monthly.folder() / "2026-10.jsonl.gz"
    verb("box", "--to", public, "--out", box)
    common = ("ballots", "--box", box, "--key", private, "--log", folder(), "--policy", voted)
    code, said = verb(*common, "--release", october)
    assert code == 2
    assert "12 ballots of the log are in none of the releases" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("key",), "needs --out"),
        (("box", "--out", "x"), "needs --to"),
        (("box", "--to", "nonsense", "--out", "x"), "no public key"),
        (("ballots", "--box", "x", "--key", "y"), "needs --log"),
        (("ballots", "--box", "x", "--key", "y", "--log", "nowhere"), "give --policy"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(verb, words, sentence) -> None:
    code, said = verb(*words)
    assert code == 2
    assert sentence in said
