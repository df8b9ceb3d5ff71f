"""The city as a load: what is counted agrees with what the house holds, and no house of a real city is filled."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from minsheng.ground.embedded import PostgreSQL
from minsheng.sim import through
from minsheng.sim.plan import BadPlan
from minsheng.sim.tally import Report
from minsheng.sim.through import load
from support.city import CITY


class Desk:
    """A house by hand: it keeps what it acknowledges in memory, and can be told to misbehave."""

    def __init__(self, city: str = "qinghe", *, simulated: bool = True) -> None:
        self.city, self.simulated = city, simulated
        self.kept: dict[str, dict[str, Any]] = {}
        self.heard: list[str] = []
        self.hangs_up_on_every = 0
        self.forgets = False
        self.refuses = ""

    def answers(self, path: str, body: dict[str, Any]) -> tuple[int, Any] | None:
        """Status and body of the answer; None hangs up without one."""
        if path == "/healthz":
            return 200, {"status": "ok", "city": self.city}
        self.heard.append(path)
        if path != "/api/v1/requests":
            found = path.split("/")[4] in self.kept and not self.forgets
            return (200, {}) if found else (404, {"code": "not_found", "message": "没有"})
        if body["channel"] == self.refuses:
            return 422, [{"field": "channel", "problem": "没有", "remedy": "改"}]
        no = body["external_id"]
        new = self.kept.setdefault(no, body) is body
        if new and self.hangs_up_on_every and len(self.kept) % self.hangs_up_on_every == 0:
            return None
        return (201 if new else 200), {"order_no": no, "code": "C", "due": "2026-01-01T00:00:00Z"}


@contextmanager
def open_at(desk: Desk) -> Iterator[str]:
    """The desk behind a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: dict[str, Any]) -> None:
            with lock:
                answer = desk.answers(self.path, body)
            if answer is None:
                self.close_connection = True
                return
            said = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            if desk.simulated:
                self.send_header("X-Minsheng-Data", "simulated")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    lock = threading.Lock()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def short(url: str, city: Path = CITY, **more: Any) -> Report:
    """A load of some sixty requests."""
    return load(city, url, rate=60, seconds=1, per_day=60, connections=4, **more)


@pytest.mark.slow
def test_a_request_whose_answer_was_lost_is_sent_again_and_is_there_once() -> None:
    desk = Desk()
    desk.hangs_up_on_every = 7
    with open_at(desk) as url:
        report = short(url)
    dropped = len(desk.kept) // 7
    assert dropped > 3
    assert (report.filed.repeated, report.filed.sent_again, report.filed.unanswered) == (dropped, dropped, 0)
    assert report.filed.acknowledged + report.filed.repeated == report.filed.planned == len(desk.kept)
    assert desk.heard.count("/api/v1/requests") == report.filed.planned + dropped
    assert report.sound


@pytest.mark.slow
def test_a_house_that_forgets_what_it_acknowledged_is_found_out() -> None:
    desk = Desk()
    desk.forgets = True
    with open_at(desk) as url:
        report = short(url)
    assert report.lost == report.look.looked == len(desk.kept) > 30
    assert not report.sound
    assert report.after["track"].refused == {"404 not_found": report.after["track"].planned}


@pytest.mark.slow
def test_refusals_are_counted_by_what_was_refused() -> None:
    desk = Desk()
    desk.refuses = "phone"
    with open_at(desk) as url:
        report = short(url)
    assert report.filed.refused == {"422 channel": report.filed.planned - len(desk.kept)}
    assert report.filed.acknowledged == len(desk.kept) == report.look.looked
    assert report.sound


@pytest.mark.slow
def test_a_house_elsewhere_whose_data_are_real_is_filled_only_when_this_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(through, "on_this_machine", lambda _url: False)
    desk = Desk(simulated=False)
    with open_at(desk) as url:
        with pytest.raises(BadPlan, match=r"are real .* --real"):
            short(url)
        assert desk.heard == []
        assert short(url, real=True).sound


@pytest.mark.slow
def test_a_house_on_this_machine_that_does_not_say_so_gets_requests_that_do() -> None:
    for simulated in (True, False):
        desk = Desk("elsewhere", simulated=simulated)
        with open_at(desk) as url:
            assert short(url).sound
        titles = [body["title"] for body in desk.kept.values()]
        assert len(titles) > 30
        assert all(title.startswith("【模拟】") is not simulated for title in titles)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8012", True),
        ("http://localhost:80", True),
        ("http://[::1]:8012", True),
        ("https://12345.example.org", False),
        ("http://10.0.0.5:8012", False),
    ],
)
def test_a_loopback_address_is_this_machine(url: str, here: bool) -> None:
    assert through.on_this_machine(url) is here


@pytest.mark.slow
def test_requests_of_one_city_do_not_go_to_the_house_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(through, "on_this_machine", lambda _url: False)
    desk = Desk("elsewhere")
    with open_at(desk) as url, pytest.raises(BadPlan, match="serves elsewhere, the requests are of qinghe"):
        short(url)
    assert desk.heard == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1", "nobody answers at http://127.0.0.1:1/healthz"),
        ("ftp://127.0.0.1", "write http://HOST:PORT"),
        ("127.0.0.1:8012", "write http://HOST:PORT"),
        ("http://127.0.0.1:99999", "--through"),
    ],
)
@pytest.mark.slow
def test_an_address_without_a_house_is_refused_in_words(url: str, why: str) -> None:
    with pytest.raises(BadPlan, match=why):
        short(url)


@pytest.mark.parametrize(
    ("rate", "seconds", "connections"),
    [(0, 1, 1), (-1, 1, 1), (1, 0, 1), (float("nan"), 1, 1), (float("inf"), 1, 1), (1, 1, 0)],
)
def test_numbers_that_make_no_load_are_refused(rate: float, seconds: float, connections: int) -> None:
    with pytest.raises(BadPlan, match=r"--(rate|connections)"):
        load(CITY, "http://127.0.0.1:1", rate=rate, seconds=seconds, connections=connections)


MINSHENG = [sys.executable, "-m", "minsheng.doors.cli"]


@contextmanager
def up(data: Path, city: Path) -> Iterator[str]:
    """`minsheng up` with a city; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    command = [*MINSHENG, "up", "--city", str(city), "--data", str(data), "--port", port]
    house = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert house.stdout is not None
        assert house.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        house.send_signal(signal.SIGTERM)
        house.communicate(timeout=60)


def told(*arguments: str) -> tuple[int, str, str]:
    """A verb run to its end: exit code, output, complaints."""
    done = subprocess.run([*MINSHENG, *arguments], capture_output=True, text=True, check=False, timeout=240)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.db
@pytest.mark.slow
def test_what_a_load_counts_is_what_the_house_holds(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data, CITY) as url:
        roles = ("agent", "dispatcher")
        tokens = {role: told("user", "token", "--role", role, "--data", str(data))[1].strip() for role in roles}
        report = load(CITY, url, rate=25, seconds=4, tokens=tokens)
        with psycopg.connect(PostgreSQL(data).conninfo("loader")) as connection:
            orders = connection.execute("SELECT count(*) FROM respond_order").fetchone()
            channels = dict(connection.execute("SELECT channel, count(*) FROM respond_order GROUP BY 1").fetchall())
            names = dict(connection.execute("SELECT name, count(*) FROM respond_event GROUP BY 1").fetchall())
        code, said, _ = told("sim", "--through", url, "--rate", "10", "--seconds", "1")
        checked = told("check", "--data", str(data))
    assert report.filed.acknowledged == report.filed.planned > 50
    assert orders == (report.filed.acknowledged,)
    assert report.look.looked == report.filed.acknowledged
    assert report.sound
    assert channels["phone"] > orders[0] / 2
    happened = {"submit": "submitted", "dispatch": "dispatched", "answer": "answered"}
    assert set(happened) <= set(report.after)
    assert {c: names[event] for c, event in happened.items()} == {c: report.after[c].acknowledged for c in happened}
    assert (code, "lost: 0 of" in said) == (0, True)
    assert "0 differences" in checked[1]
