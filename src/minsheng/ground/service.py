"""What ``minsheng up`` keeps running (服务守护): the database, the web, the jobs, until someone says stop.

One process, one loop, no threads. A child that ends is started again after a growing pause; a child and all it
started die with this process, even by SIGKILL (launch.py; on Linux also prctl(2), PR_SET_CHILD_SUBREAPER, so
that no worker of a dead child keeps its port). SIGTERM or SIGINT: children first, then the database, in 10 s.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Protocol
from urllib.parse import urlsplit

from minsheng.ground.embedded.layout import launching
from minsheng.ground.embedded.processes import send, signal_name, wait_until

CHILD_SECONDS = 5.0
DATABASE_SECONDS = 3.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
ATTEMPTS_BEFORE_READY = 4
TICK = 0.1
PR_SET_CHILD_SUBREAPER = 36


class ServiceError(RuntimeError):
    """The service cannot come up; the message says why and what to do."""


class Database(Protocol):
    """What the supervisor asks of a database; `embedded.PostgreSQL` is one."""

    @property
    def alive(self) -> bool: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> str: ...
    def stop(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """A program to keep running; ``env`` is added to this process's environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


def claim_port(port: int, host: str = "127.0.0.1", seconds: float = 5.0) -> None:
    """Wait until ``port`` is free (a killed service lets go of it within moments), else ServiceError."""

    def is_free() -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
        return True

    if not wait_until(is_free, seconds, step=0.05):
        raise ServiceError(
            f"Port {port} is in use by another program. Stop that program, or choose another port with --port."
        )


def answers(url: str, path: str = "/healthz", seconds: float = 1.0) -> bool:
    """True when ``GET url/path`` is 200; asks the address itself, past any proxy."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


class Supervisor:
    """Keeps a database and services running; ``run`` returns when they have stopped.

    ``services`` is called once the database accepts connections, so that it may prepare tables and take
    connection strings. ``healthy`` is asked until it first says yes; then ``ready URL`` is printed, once.
    """

    def __init__(
        self,
        database: Database,
        services: Callable[[], Sequence[Service]],
        url: str,
        healthy: Callable[[], bool] | None = None,
    ) -> None:
        self._database = database
        self._services = services
        self._url = url
        self._healthy = healthy or (lambda: answers(url))
        self._children: list[_Child] = []
        self._stopping = False
        self._ready = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT (returns 0) or until a service cannot be brought up (ServiceError)."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        earlier = {number: signal.signal(number, self._hear) for number in (signal.SIGTERM, signal.SIGINT)}
        earlier[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        old_descriptor = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        _adopt_orphans()
        try:
            self._database.start()
            if not self._stopping:
                self._children = [_Child(service) for service in self._services()]
            while not self._stopping:
                self._look_after()
                if select.select([reader], [], [], TICK)[0]:
                    os.read(reader, 4096)
        finally:
            self._stop_all()
            signal.set_wakeup_fd(old_descriptor)
            for number, handler in earlier.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)
        return 0

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _look_after(self) -> None:
        if not self._database.alive:
            _say("the database ended; starting it again")
            self._database.stop(DATABASE_SECONDS)
            self._database.start()
        for child in self._children:
            if self._stopping:
                return
            if child.ended():
                _end_orphans(self._known())
                if not self._ready and child.attempts >= ATTEMPTS_BEFORE_READY:
                    raise ServiceError(
                        f"{child.service.name} ended {child.attempts} times in a row and could not be brought up. "
                        "Its last lines above say why; mend that, then start again."
                    )
            child.start_when_due()
        if not self._ready and all(child.runs for child in self._children) and self._healthy():
            self._ready = True
            print(f"ready {self._url}", flush=True)

    def _known(self) -> set[int]:
        pids = {child.process.pid for child in self._children if child.process}
        return pids | ({self._database.pid} if self._database.pid else set())

    def _stop_all(self) -> None:
        """Children within CHILD_SECONDS, whatever they left behind at once, then the database."""
        running = [child.process for child in self._children if child.process]
        for process in running:
            process.terminate()
        wait_until(lambda: all(process.poll() is not None for process in running), CHILD_SECONDS)
        for process in running:
            send(_descendants(process.pid), signal.SIGKILL)
            process.kill()
            process.wait()
        _end_orphans(self._known())
        self._database.stop(DATABASE_SECONDS)


class _Child:
    """One service's process, and when it is to be started again."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.attempts = 0
        self._pause = FIRST_PAUSE
        self._due = 0.0
        self._began = 0.0

    @property
    def runs(self) -> bool:
        return self.process is not None

    def start_when_due(self) -> None:
        if self.process or time.monotonic() < self._due:
            return
        self._began = time.monotonic()
        self.attempts += 1
        self.process = subprocess.Popen(
            launching("self", signal.SIGTERM, self.service.argv),
            env={**os.environ, **self.service.env},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
        )

    def ended(self) -> bool:
        """True once after each end; sets the pause before the next start."""
        if self.process is None or self.process.poll() is None:
            return False
        if time.monotonic() - self._began >= STEADY_SECONDS:
            self._pause, self.attempts = FIRST_PAUSE, 0
        how = signal_name(self.process.returncode)
        _say(f"{self.service.name} ended ({how}); it is started again in {self._pause:g} s")
        self._due = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self.process = None
        return True


def _adopt_orphans() -> None:
    """Become the parent of whatever a dead child leaves behind, so that it can be ended (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children_of(pid: int) -> list[int]:
    """Children of a process as /proc/PID/task/*/children lists them; empty where there is no /proc."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(number) for number in path.read_text("ascii").split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _descendants(pid: int) -> list[int]:
    children = _children_of(pid)
    return children + [below for child in children for below in _descendants(child)]


def _end_orphans(known: Iterable[int]) -> None:
    """Kill adopted processes with all below them, and take their exit status."""
    kept = set(known)
    for orphan in set(_children_of(os.getpid())) - kept:
        send([*_descendants(orphan), orphan], signal.SIGKILL)
        try:
            os.waitpid(orphan, 0)
        except ChildProcessError:
            continue


def _say(sentence: str) -> None:
    print(f"minsheng: {sentence}", file=sys.stderr, flush=True)
