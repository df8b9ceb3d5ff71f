"""Releases over HTTP and from the command line: what anybody needs to check a month without asking anybody."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.test import Client

from minsheng.account import monthly
from minsheng.account.releases import Metric
from minsheng.doors.cli.main import main
from minsheng.ground import present
from minsheng.respond import intake

pytestmark = pytest.mark.db


@pytest.fixture
def made(house):
    """A released month."""
    times = [datetime(2026, 10, 12, tzinfo=UTC)]
    present.clock.append(lambda: times[-1])
    monthly.define()
    for i in range(14):
        intake.receive(intake.Request(f"第 {i} 件"))
    times.append(datetime(2026, 11, 2, tzinfo=UTC))
    yield monthly.release("2026-10")
    present.clock.pop()


@pytest.fixture
def address(made, live_server_of_the_house) -> str:
    """Where the house answers over real HTTP."""
    return live_server_of_the_house


@pytest.fixture
def live_server_of_the_house(house):
    """The house's own application behind a plain HTTP server."""
    import threading
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from minsheng.doors.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def body(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_file_is_the_one_that_the_index_names_and_the_log_committed_to(made) -> None:
    (entry,) = json.loads(body("/releases/index.json"))["releases"]
    content = body("/releases/2026-10.jsonl.gz")
    assert entry["sha256"] == hashlib.sha256(content).hexdigest() == made.sha256
    assert (entry["bytes"], entry["leaf"]) == (len(content), made.leaf)
    assert json.loads(gzip.decompress(content).splitlines()[0])["month"] == "2026-10"


def test_definitions_are_open_with_what_their_leaves_committed_to(made) -> None:
    found = json.loads(body("/releases/metrics"))["metrics"]
    assert {each["metric"] for each in found} >= {"on_time", "resolved_net", "resolved_gross", "satisfied"}
    for each in found:
        assert hashlib.sha256(each["text"].encode()).hexdigest() == each["sha256"]
        assert Metric.parse(each["text"]).name == each["metric"]


@pytest.mark.parametrize(("language", "heading"), [("zh-CN", "核验公开包"), ("en", "Recount a release")])
def test_the_page_that_recounts_offers_every_released_month(made, language: str, heading: str) -> None:
    shown = Client(headers={"accept-language": language}).get("/releases/verify").content.decode()
    assert f"<h1>{heading}</h1>" in shown
    assert "<option>2026-10</option>" in shown


@pytest.mark.parametrize("path", ["2026-09.jsonl.gz", "2026-13.jsonl.gz", "..%2fledger.jsonl.gz", ".writing"])
def test_no_other_file_is_given_out(made, path: str) -> None:
    assert Client().get(f"/releases/{path}").status_code == 404


def test_before_the_first_release_there_is_none(house) -> None:
    assert Client().get("/releases/index.json").status_code == 404


def test_the_verifier_taken_from_the_house_finds_the_release_right_over_http(made, address, tmp_path) -> None:
    (tmp_path / "verify.py").write_bytes(body("/releases/verify.py"))
    (tmp_path / "release").write_bytes(body("/releases/2026-10.jsonl.gz"))
    command = [sys.executable, "-I", "verify.py", "--log", f"{address}/log", "--release", "release"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == 0, said.stderr
    assert "2026-10 * resolved_gross: 0/0, left out 14" in said.stdout


def test_the_verb_recomputes_the_rates_over_http(made, address, tmp_path, capsys) -> None:
    (tmp_path / "release").write_bytes(body("/releases/2026-10.jsonl.gz"))
    assert main(["verify", "--log", f"{address}/log", "--release", str(tmp_path / "release")]) == 0
    printed = capsys.readouterr()
    assert "2026-10 * resolved_gross: 0/0, left out 14" in printed.out
    assert "proves only that the log agrees with itself" in printed.err


def test_the_verb_names_the_first_fault_in_a_sentence(made, address, tmp_path, capsys) -> None:
    texts = gzip.decompress(body("/releases/2026-10.jsonl.gz")).splitlines()
    (tmp_path / "release").write_bytes(gzip.compress(b"\n".join([*texts[:5], *texts[6:], b""])))
    assert main(["verify", "--log", f"{address}/log", "--release", str(tmp_path / "release")]) == 1
    assert "Leaf 4 is not in the release where it should be." in capsys.readouterr().err


def test_a_receipt_is_found_kept_or_its_promise_broken(made, address, tmp_path, capsys) -> None:
    from minsheng.doors.account.receipts import receipt_of

    (tmp_path / "release").write_bytes(body("/releases/2026-10.jsonl.gz"))
    command = ["verify", "--log", f"{address}/log", "--release", str(tmp_path / "release"), "--receipt"]
    with_leaf = intake.receive(intake.Request("还没有进账本")).no
    waiting = receipt_of(with_leaf)
    assert waiting is not None
    assert main([*command, f"https://city.example/r#{waiting.fragment}"]) == 1
    assert "no leaf of the receipt" in capsys.readouterr().err
    from minsheng.account.ledger import number, publish

    number()
    publish()
    (tmp_path / "receipt").write_text(f"https://city.example/r#{waiting.fragment}\n")
    assert main([*command, str(tmp_path / "receipt")]) == 0
    assert "the receipt is kept" in capsys.readouterr().out
    letter = "A" if waiting.fragment[-3] != "A" else "B"
    assert main([*command, f"https://city.example/r#{waiting.fragment[:-3]}{letter}{waiting.fragment[-2:]}"]) == 2
    assert "not signed by the gateway" in capsys.readouterr().err


def test_a_log_that_is_not_there_is_told_in_a_sentence(tmp_path, capsys) -> None:
    (tmp_path / "release").touch()
    (tmp_path / "policy").write_text("quorum none\n")
    words = ["--release", str(tmp_path / "release"), "--policy", str(tmp_path / "policy")]
    assert main(["verify", "--log", str(tmp_path / "nowhere"), *words]) == 2
    assert main(["verify", "--log", "http://127.0.0.1:1/log", *words]) == 2
    assert (
        main(["verify", "--log", str(tmp_path), "--release", str(tmp_path / "release"), "--policy", "/dev/null"]) == 2
    )
    said = capsys.readouterr().err.splitlines()
    assert ["there is no checkpoint" in said[0], "cannot be reached" in said[1], "policy" in said[2]] == [True] * 3
