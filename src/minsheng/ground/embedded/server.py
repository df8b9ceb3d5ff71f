"""One PostgreSQL over one data directory (内嵌数据库): started, joined, stopped, taken up after a kill.

The process that starts it owns it: it holds a lock (flock(2), which the kernel lets go of at any death) and
the kernel stops PostgreSQL when the owner dies. What an earlier owner left behind is ended before a start,
never joined. PostgreSQL 18 manual, chapters 19 and 20; postmaster.pid: src/include/utils/pidfile.h.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from minsheng.ground.embedded.binaries import EmbeddedError, find_binaries
from minsheng.ground.embedded.layout import PORT, Layout, launching
from minsheng.ground.embedded.processes import processes, send, signal_name, wait_until
from minsheng.ground.embedded.roles import (
    DATABASE,
    SUPERUSER,
    ensure_roles,
    new_password,
    read_secrets,
    write_secrets,
)
from minsheng.ground.embedded.tuning import tuning

START_SECONDS = 120.0
STOP_SECONDS = 7.0
STATUS_LINE = 7


class PostgreSQL:
    """The database of a data directory.

    ``join=True`` is for commands beside a running service: they use its server, or start one of their own
    that ends after the last command using it. ``settings`` go on the command line and win over
    postgresql.conf.
    """

    def __init__(self, data: Path, *, join: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.layout = Layout(data)
        self.external = os.environ.get("DATABASE_URL", "")
        self._join = join
        self._settings = dict(settings or {})
        self._lock: IO[str] | None = None
        self._guest: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Start or join the server, make sure of roles and database, return the owner's conninfo.

        EmbeddedError when another process owns the data directory (it is named), when no programs are found
        or when PostgreSQL gives up (its last words are quoted). Call from the main thread: the kernel counts
        the end of the thread that starts PostgreSQL as its parent's death (prctl(2)).
        """
        self.layout.make()
        if self.external:
            ensure_roles(self.external, self.layout.secrets, self._dbname())
        elif not self._become_guest():
            try:
                self._start_own()
            except BaseException:
                self.stop()
                raise
        return self.conninfo("owner")

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop what this object started: cleanly, after ``seconds`` at once. May be called twice."""
        if self._process is not None:
            if self._join:
                with self._open(self.layout.guests) as guests:
                    fcntl.flock(guests, fcntl.LOCK_EX)
                    self._shut_down(self._process, seconds)
            else:
                self._shut_down(self._process, seconds)
            self._process = None
        for held in (self._guest, self._lock):
            if held is not None:
                held.close()
        self._guest = self._lock = None

    @property
    def alive(self) -> bool:
        """False once a server that this object started has ended."""
        return self._process is None or self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Process number of the server that this object started."""
        return self._process.pid if self._process else None

    def conninfo(self, role: str = "app", dbname: str | None = None) -> str:
        """libpq connection string of a role: owner, app, vault, loader or superuser."""
        database = dbname or self._dbname()
        if self.external and role == "superuser":
            return make_conninfo(self.external, dbname=database)
        name = SUPERUSER if role == "superuser" else f"minsheng_{role}"
        passwords = read_secrets(self.layout.secrets)
        if name not in passwords:
            known = ", ".join(key.removeprefix("minsheng_") for key in passwords) or "none yet"
            raise EmbeddedError(
                f"No password for the database role {role!r} is in {self.layout.secrets / 'roles.json'} "
                f"(there: {known}). Start the database once, or restore that file from the backup."
            )
        login = {"user": name, "password": passwords[name], "dbname": database}
        if self.external:
            return make_conninfo(self.external, **login)
        return make_conninfo(host=str(self.layout.sockets), port=PORT, **login)

    def _dbname(self) -> str:
        return str((conninfo_to_dict(self.external) if self.external else {}).get("dbname") or DATABASE)

    def _become_guest(self) -> bool:
        """True once another process's server is in use, False with the lock taken."""
        outcome: list[bool] = []

        def settled() -> bool:
            if self._take_lock():
                outcome.append(False)
            elif not self._join:
                owner = self.layout.lock.read_text("utf-8").strip() or "unknown"
                raise EmbeddedError(
                    f"The data directory {self.layout.data} is in use by process {owner}. "
                    f"Stop that one first (kill {owner}), or choose another directory with --data."
                )
            elif self._hold_open():
                outcome.append(True)
            return bool(outcome)

        if not wait_until(settled, START_SECONDS, step=0.05):
            raise EmbeddedError(
                f"The process that owns {self.layout.data} has not brought its database up within "
                f"{START_SECONDS:.0f} s. Look at its output, stop it, and start again."
            )
        return outcome[0]

    def _take_lock(self) -> bool:
        held = self._open(self.layout.lock)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            return False
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        self._lock = held
        return True

    def _open(self, path: Path) -> IO[str]:
        """Open a lock file; one that root makes belongs to the owner of the data directory all the same."""
        file = path.open("a+", encoding="utf-8")
        if os.geteuid() == 0:
            owner = self.layout.data.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        return file

    def _hold_open(self) -> bool:
        """Keep an owner in join mode from stopping while this process uses its server."""
        held = self._open(self.layout.guests)
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            return False
        if self._status() != "ready" or not self._inhabitants():
            held.close()
            return False
        self._guest = held
        return True

    def _start_own(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start() belongs in the main thread: PostgreSQL ends with its thread.")
        binaries, major = find_binaries()
        self._evict()
        account = self.layout.account()
        self.layout.open_way(account, self.layout.cluster, binaries / "postgres")
        self.layout.give(self.layout.sockets, account)
        if not self.layout.cluster.exists():
            self._initialise(binaries, account)
        self._check_version(major)
        self.layout.give(self.layout.log, account)
        fixed = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.layout.sockets),
            "port": str(PORT),
            "cluster_name": self.layout.mark,
        }
        command: list[str | Path] = [binaries / "postgres", "-D", self.layout.cluster]
        for key, value in (fixed | self._settings).items():
            command += ["-c", f"{key}={value}"]
        with (self.layout.log / "start.log").open("wb") as log:
            self._process = subprocess.Popen(
                launching(account, signal.SIGQUIT, command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._wait_until_ready(self._process)
        ensure_roles(self.conninfo("superuser", dbname="postgres"), self.layout.secrets)

    def _initialise(self, binaries: Path, account: str) -> None:
        """initdb in a folder beside, renamed when whole: a kill half-way leaves no half cluster."""
        fresh = self.layout.data / "pg.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.layout.give(fresh, account)
        passwords = {SUPERUSER: new_password()}
        password_file = self.layout.sockets / "initdb.password"
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(passwords[SUPERUSER])
            os.fchown(descriptor, fresh.stat().st_uid, -1)
        program: list[str | Path] = [binaries / "initdb", "-D", fresh, "-U", SUPERUSER]
        program += [f"--pwfile={password_file}", "--auth-local=scram-sha-256", "--auth-host=reject"]
        program += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        program += [f"--set={key}={value}" for key, value in tuning().items()]
        program += ["--no-sync"] if self._settings.get("fsync") == "off" else []
        ran = subprocess.run(
            launching(account, signal.SIGKILL, [*program, "--no-instructions"]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            check=False,
        )
        password_file.unlink()
        if ran.returncode != 0:
            raise EmbeddedError(
                f"A new database could not be laid out in {self.layout.cluster} "
                f"({signal_name(ran.returncode)}): {ran.stderr.strip()[-800:]} Mend that, then start again."
            )
        write_secrets(self.layout.secrets, passwords)
        fresh.rename(self.layout.cluster)

    def _check_version(self, major: int) -> None:
        written = (self.layout.cluster / "PG_VERSION").read_text("ascii").strip()
        if written != str(major):
            raise EmbeddedError(
                f"{self.layout.cluster} was written by PostgreSQL {written}, the installed one is {major}. "
                "Run pg_upgrade with both versions at hand, or go back to the release that brought "
                f"PostgreSQL {written}."
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        def settled() -> bool:
            return process.poll() is not None or self._status() == "ready"

        if not wait_until(settled, START_SECONDS, step=0.005):
            raise EmbeddedError(
                f"PostgreSQL was not ready after {START_SECONDS:.0f} s. Its log is in {self.layout.log}; "
                "after a crash with much unsaved work a second start goes on where this one stopped."
            )
        if process.poll() is not None:
            raise EmbeddedError(
                f"PostgreSQL did not start ({signal_name(process.returncode)}). Its last words: "
                f"{self._last_words()} Mend what they name, then start again; the log is in "
                f"{self.layout.log}."
            )

    def _status(self) -> str:
        """The state that postmaster.pid gives, ``absent`` without one."""
        try:
            lines = (self.layout.cluster / "postmaster.pid").read_text("utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            return "absent"
        if len(lines) <= STATUS_LINE or (self._process and lines[0] != str(self._process.pid)):
            return "starting"
        return lines[STATUS_LINE].strip()

    def _last_words(self) -> str:
        written = sorted(self.layout.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines = [line for path in written[-2:] for line in path.read_text("utf-8", "replace").splitlines()]
        return " ".join(lines[-6:]) or "(none)."

    def _inhabitants(self) -> list[int]:
        """Every PostgreSQL process over this directory, known by the cluster name in its command line."""
        return [
            pid
            for pid, line in processes()
            if self.layout.mark in line and line.partition(" ")[0].rstrip(":").endswith("postgres")
        ]

    def _evict(self) -> None:
        """End what a dead owner left: immediate shutdown, which loses nothing committed, then SIGKILL."""
        if left := self._inhabitants():
            send(left, signal.SIGQUIT)
            if not wait_until(lambda: not self._inhabitants(), STOP_SECONDS):
                send(self._inhabitants(), signal.SIGKILL)
                wait_until(lambda: not self._inhabitants(), STOP_SECONDS)
        if self._status() != "absent":
            (self.layout.cluster / "postmaster.pid").unlink(missing_ok=True)
        if not self._inhabitants():
            for socket_file in self.layout.sockets.glob(".s.PGSQL.*"):
                socket_file.unlink(missing_ok=True)

    def _shut_down(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        steps = ((signal.SIGINT, seconds), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0))
        for signal_number, patience in steps:
            if process.poll() is None:
                process.send_signal(signal_number)
            if wait_until(lambda: process.poll() is not None, patience):
                break
        send(self._inhabitants(), signal.SIGKILL)
