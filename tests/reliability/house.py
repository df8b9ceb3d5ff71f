"""A house that is killed and brought up again (断电): all of it at once, or one of its processes and nothing else."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from minsheng.ground.embedded import PostgreSQL
from minsheng.ground.embedded.processes import processes, send, wait_until

MINSHENG = [sys.executable, "-m", "minsheng.doors.cli"]
PUBLISHER = Path(__file__).with_name("publisher.py")
PATIENCE = 300.0
PUBLISHERS = 4
VICTIMS = ("web", "parent", "worker", "publisher", "postmaster", "backend")
"""A process of the web server, `minsheng up`, the worker, whoever numbers and publishes, PostgreSQL's first process,
one of its backends."""


class House:
    """A house over one data directory that is killed and brought up again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._errors = data.parent / "errors.txt"
        self._env = {**os.environ, "PYTHONPYCACHEPREFIX": str(data.parents[1] / "bytecode")}
        self._env.pop("PYTHONDONTWRITEBYTECODE", None)
        self._running: list[subprocess.Popen[str]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def up(self) -> subprocess.Popen[str]:
        """Serve; returns when the ready line is out."""
        up = self.run("up", "--port", str(self.port))
        assert up.stdout
        said = up.stdout.readline()
        assert said == f"ready http://127.0.0.1:{self.port}\n", self.errors()
        return up

    def run(self, verb: str, *rest: str) -> subprocess.Popen[str]:
        """One verb in a process group of its own."""
        return self.start([*MINSHENG, verb, *rest, "--data", str(self.data)])

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        """A program in a process group of its own; what it says on stderr is kept."""
        with self._errors.open("a") as errors:
            started = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True, env=self._env
            )
        self._running.append(started)
        return started

    def ended(self, verb: str, *rest: str) -> tuple[int, str]:
        """Exit code and words of a verb that runs to its end."""
        process = self.run(verb, *rest)
        out, _ = process.communicate(timeout=PATIENCE)
        self._running.remove(process)
        return process.returncode, out

    def kill(self) -> None:
        """SIGKILL to every process group at once; the kernel ends PostgreSQL with the process that started it."""
        alive = [process for process in self._running if process.poll() is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self._running:
            process.communicate()
        self._running.clear()

    def errors(self) -> str:
        """The end of what the house's programs complained of."""
        return self._errors.read_text("utf-8", "replace")[-3000:]

    def connect(self, role: str = "loader") -> psycopg.Connection:
        """A login past row-level security."""
        return psycopg.connect(PostgreSQL(self.data).conninfo(role), autocommit=True)

    def orders(self) -> int:
        """How many orders there are."""
        with self.connect() as connection:
            return int((connection.execute("SELECT count(*) FROM respond_order").fetchone() or (0,))[0])

    def check(self) -> str:
        """The last line of `minsheng check`; a difference fails."""
        code, out = self.ended("check")
        assert code == 0, out
        return out.strip().splitlines()[-1]

    def commit_without_waiting(self) -> None:
        """The planted fault: a commit is answered before it is durable (synchronous_commit=off), for as long as
        PostgreSQL can be made to put off the writing of its log."""
        with self.connect("superuser") as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("SELECT pg_reload_conf()")
            assert wait_until(lambda: connection.execute("SHOW synchronous_commit").fetchone() == ("off",), 60)


class Household(House):
    """A house with somebody who numbers and publishes all the time, of which single processes are killed."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self._parent: subprocess.Popen[str] | None = None
        self._publisher: Publisher | None = None

    def kill_one(self, kind: str, dice: random.Random) -> None:
        """SIGKILL to one process of the kind, to a publisher in the midst of a round. Returns when whoever started it
        has learnt of its death: from then on nothing answers that is about to end with it."""
        if kind == "publisher" and self._publisher:
            self._publisher.wait_within_a_round(dice)
        found: list[int] = []

        def one_runs() -> bool:
            found[:] = self._victims(kind)
            return bool(found)

        assert wait_until(one_runs, PATIENCE, step=0.1), f"no {kind} runs: {self.errors()}"
        victim = dice.choice(found)
        send([victim], signal.SIGKILL)
        assert wait_until(lambda: self._is_gone(victim), PATIENCE, step=0.001), f"{kind} {victim} outlived SIGKILL"

    def recover(self) -> None:
        """What an operator does: start again what does not come back by itself, until people and logins are served."""
        assert wait_until(self._serves, PATIENCE, step=0.1), f"the house did not come back: {self.errors()}"

    def published_now(self) -> str:
        """Returns when a round of numbering and publishing that began after this call has ended; why, if none did,
        though the publisher was started again and again."""
        for _ in range(PUBLISHERS):
            if self._publisher is None or not self._publisher.alive:
                self._publisher = Publisher(self.start([sys.executable, str(PUBLISHER), str(self.data)]))
            if self._publisher.round_from_now(PATIENCE):
                return ""
        return f"nothing is published any more: {self.errors()}"

    def rest(self) -> None:
        """No publishing any more."""
        if self._publisher:
            self._publisher.end()
            self._publisher = None

    def _victims(self, kind: str) -> list[int]:
        """Process numbers of the kind."""
        assert self._parent
        mark = PostgreSQL(self.data).layout.mark
        below = descendants(self._parent.pid)
        lines = [(pid, line) for pid, line in sorted(processes()) if pid in below]
        return {
            "parent": [self._parent.pid],
            "publisher": [self._publisher.pid] if self._publisher and self._publisher.alive else [],
            "web": [pid for pid, line in lines if " granian " in line],
            "worker": [pid for pid, line in lines if line.rstrip().endswith("minsheng.doors.cli worker")],
            "postmaster": [pid for pid, line in lines if mark in line and " -D " in line],
            "backend": [pid for pid, line in lines if re.search(rf"{mark}: minsheng_(app|vault) ", line)],
        }[kind]

    def _is_gone(self, pid: int) -> bool:
        for process in self._running:
            process.poll()
        return not Path(f"/proc/{pid}").exists()

    def _serves(self) -> bool:
        if self._parent is None or self._parent.poll() is not None:
            self._try_up()
            return False
        return self._answers() and self._takes_logins()

    def _try_up(self) -> None:
        """One attempt: what a killed parent left behind may hold the port for a while."""
        with contextlib.suppress(AssertionError):
            self._parent = self.up()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _takes_logins(self) -> bool:
        try:
            return self.orders() >= 0
        except psycopg.OperationalError:
            return False


class Publisher:
    """The program publisher.py and how far it is."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        self.begun = self.done = 0
        self._round_seconds = 0.0
        self._began = threading.Event()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def wait_within_a_round(self, dice: random.Random) -> None:
        """Returns at a random moment of the next round."""
        self._began.clear()
        self._began.wait(PATIENCE)
        time.sleep(dice.uniform(0, self._round_seconds))

    def round_from_now(self, seconds: float) -> bool:
        """Returns when a round that began after this call has ended; False when none did, or it ended itself."""
        wanted = self.begun + 1
        return wait_until(lambda: self.done >= wanted or not self.alive, seconds) and self.done >= wanted

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._listening.join()

    def _listen(self) -> None:
        assert self._process.stdout
        began = 0.0
        for line in self._process.stdout:
            if line.startswith("begins"):
                self.begun += 1
                began = time.monotonic()
                self._began.set()
            elif line.startswith("stands"):
                self.done = self.begun
                self._round_seconds = time.monotonic() - began
        self._began.set()


def descendants(pid: int) -> set[int]:
    """All processes below one."""
    found: set[int] = set()
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, children.read_text("ascii").split()):
                found |= {child} | descendants(child)
    return found
