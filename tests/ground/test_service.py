"""The supervisor says ready once, brings back what ends, and leaves nothing behind when it is stopped or killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minsheng.ground.embedded.layout import Layout
from minsheng.ground.embedded.processes import processes, wait_until
from minsheng.ground.service import ServiceError, answers, claim_port

pytestmark = pytest.mark.db

UP = """
    import sys
    from pathlib import Path
    from minsheng.ground.embedded import PostgreSQL
    from minsheng.ground.service import Service, ServiceError, Supervisor, claim_port
    data, port, children = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    database = PostgreSQL(data, settings={"fsync": "off", "shared_buffers": "32MB"})
    def services():
        return [Service(f"child {n}", [sys.executable, "-c", script, str(port)], {"MARK": str(data)})
                for n, script in enumerate(children)]
    try:
        claim_port(port)
        raise SystemExit(Supervisor(database, services, f"http://127.0.0.1:{port}").run())
    except ServiceError as error:
        raise SystemExit(str(error))
"""
WEB = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Web(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
print("words of the child", flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Web).serve_forever()
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT_OF_WEB = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WEB!r}, sys.argv[1]])"

Up = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "data"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def up(data: Path, port: int) -> Iterator[Up]:
    """Bring a service up in a process group of its own and wait for its ready line."""
    started: list[subprocess.Popen[str]] = []

    def bring(*children: str, ready: bool = True) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(UP), str(data), str(port), *children]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        if ready:
            assert process.stdout
            assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
        return process

    yield bring
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def family(data: Path, port: int) -> list[int]:
    """Every process that a service over this data directory and port has running."""
    mark = Layout(data).mark
    return [pid for pid, line in processes() if mark in line or f" {port} " in f"{line} "]


def web_child(port: int) -> int:
    return next(pid for pid, line in processes() if line.rstrip().endswith(f" {port}") and "serve_forever" in line)


def test_ready_is_said_once_the_probe_answers_and_sigterm_ends_everything(data: Path, port: int, up: Up) -> None:
    service = up(WEB)
    assert answers(f"http://127.0.0.1:{port}")
    service.send_signal(signal.SIGTERM)
    out, err = service.communicate(timeout=10)
    assert service.returncode == 0
    assert out == ""
    assert "words of the child" in err
    assert family(data, port) == []


def test_ctrl_c_ends_everything_too(data: Path, port: int, up: Up) -> None:
    service = up(WEB)
    os.killpg(service.pid, signal.SIGINT)
    assert service.wait(10) == 0
    assert wait_until(lambda: not family(data, port), 2)


def test_a_child_deaf_to_sigterm_does_not_delay_the_stop_past_ten_seconds(data: Path, port: int, up: Up) -> None:
    service = up(WEB, DEAF)
    began = time.monotonic()
    service.send_signal(signal.SIGTERM)
    assert service.wait(12) == 0
    assert time.monotonic() - began < 10
    assert family(data, port) == []


def test_a_child_that_ends_is_started_again(port: int, up: Up) -> None:
    service = up(WEB)
    first = web_child(port)
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not answers(f"http://127.0.0.1:{port}"), 2)
    assert wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 8, step=0.1)
    assert web_child(port) != first
    service.send_signal(signal.SIGTERM)
    assert "ended (SIGKILL); it is started again in 0.5 s" in service.communicate(timeout=10)[1]


def test_a_dead_child_s_own_workers_do_not_keep_its_port(port: int, up: Up) -> None:
    up(PARENT_OF_WEB)
    worker = web_child(port)
    parent = int((Path("/proc") / str(worker) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(parent, signal.SIGKILL)
    assert wait_until(lambda: not Path(f"/proc/{worker}").exists(), 5)
    assert wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 8, step=0.1)


def test_a_killed_database_is_started_again(data: Path, port: int, up: Up) -> None:
    service = up(WEB)
    first = int((data / "pg" / "postmaster.pid").read_text().split()[0])
    os.kill(first, signal.SIGKILL)

    def another_runs() -> bool:
        path = data / "pg" / "postmaster.pid"
        lines = path.read_text().splitlines() if path.exists() else []
        return len(lines) > 7 and lines[0] != str(first) and lines[7].strip() == "ready"

    assert wait_until(another_runs, 10)
    assert service.poll() is None


@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "supervisor alone"])
def test_after_kill_9_the_next_up_works_at_once(data: Path, port: int, up: Up, whole_group: bool) -> None:
    first = up(WEB)
    (os.killpg if whole_group else os.kill)(first.pid, signal.SIGKILL)
    first.wait()
    again = up(WEB)
    again.send_signal(signal.SIGTERM)
    assert again.wait(10) == 0
    assert wait_until(lambda: not family(data, port), 2)


def test_a_child_that_never_comes_up_ends_the_attempt_with_a_sentence(data: Path, port: int, up: Up) -> None:
    service = up("raise SystemExit('no such city')", ready=False)
    _, err = service.communicate(timeout=30)
    assert service.returncode == 1
    assert "no such city" in err
    assert "could not be brought up" in err
    assert family(data, port) == []


def test_a_stop_during_the_first_start_is_heard(data: Path, port: int, up: Up) -> None:
    service = up(WEB, ready=False)
    assert wait_until((data / "pg.lock").exists, 5)
    time.sleep(0.3)
    service.send_signal(signal.SIGTERM)
    assert service.wait(10) == 0
    assert family(data, port) == []


def test_a_port_in_use_is_named(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(ServiceError, match=f"Port {port} is in use.*--port"):
            claim_port(port, seconds=0.1)
