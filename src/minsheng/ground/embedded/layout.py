"""Where a data directory keeps the database (数据目录): cluster, socket, secrets, lock, and whose it is.

Everything stands inside the data directory, save the socket when its path would be too long for the
kernel (unix(7): 108 bytes). No right is changed outside of it and no user is added.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from minsheng.ground.embedded.binaries import EmbeddedError

LONGEST_SOCKET = 100
PORT = 5432
LAUNCHER = Path(__file__).with_name("launch.py")


class Layout:
    """The places of one data directory; ``data`` is made when absent (mode 0700)."""

    def __init__(self, data: Path) -> None:
        self.data = Path(os.path.realpath(data))
        self.cluster = self.data / "pg"
        self.log = self.cluster / "log"
        self.secrets = self.data / "secrets"
        self.lock = self.data / "pg.lock"
        self.guests = self.data / "pg.guests"
        self.mark = "ms-" + hashlib.sha256(str(self.data).encode()).hexdigest()[:12]

    @property
    def sockets(self) -> Path:
        """Folder of the unix socket: ``DATA/run``, or a short one under the temporary folder."""
        inside = self.data / "run"
        fits = len(os.fsencode(inside / f".s.PGSQL.{PORT}")) < LONGEST_SOCKET
        if fits and not set(str(inside)) & set(",\"'\\"):
            return inside
        return Path(tempfile.gettempdir()) / f"{self.mark}-{os.geteuid()}"

    def make(self) -> None:
        """Make the data directory, readable by its owner alone."""
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"The data directory {self.data} cannot be made ({error.strerror}). Choose another with --data."
            ) from error
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise EmbeddedError(
                f"The data directory {self.data} belongs to another user. Run as that user, "
                "or choose another with --data."
            )

    def account(self) -> str:
        """Who PostgreSQL runs as (see launch.py): the caller, or for root whoever owns the cluster."""
        owner = self.cluster.stat().st_uid if self.cluster.exists() else None
        if os.geteuid() != 0:
            if owner not in {None, os.geteuid()}:
                raise EmbeddedError(
                    f"{self.cluster} belongs to user number {owner}, and PostgreSQL runs only as the owner "
                    "of its files. Run as that user, or choose another directory with --data."
                )
            return "self"
        if owner is not None:
            return "namespace" if owner == 0 else str(owner)
        return "namespace" if _namespaces_work() else str(pwd.getpwnam("nobody").pw_uid)

    def give(self, folder: Path, account: str) -> None:
        """Make a folder that the account alone may read; refuse one that someone else laid there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        wanted = int(account) if account.isdigit() else os.geteuid()
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {wanted, os.geteuid()}:
            raise EmbeddedError(f"{folder} was made by somebody else. Remove it, then start again.")
        folder.chmod(0o700)
        if found.st_uid != wanted:
            os.chown(folder, wanted, pwd.getpwuid(wanted).pw_gid)

    def open_way(self, account: str, *targets: Path) -> None:
        """Let another account through the data directory; EmbeddedError when a folder above bars its way."""
        if not account.isdigit():
            return
        self.data.chmod(self.data.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
        for folder in {parent for target in targets for parent in target.parents}:
            found = folder.stat()
            if not found.st_mode & stat.S_IXOTH and found.st_uid != int(account):
                raise EmbeddedError(
                    f"PostgreSQL does not run as root, and the user {pwd.getpwuid(int(account)).pw_name} may "
                    f"not pass through {folder}. Run as an ordinary user, or put project and data where every "
                    "user may pass, for example under /srv."
                )


def launching(account: str, at_death: int, program: Sequence[str | Path]) -> list[str]:
    """The command line that runs a program as the account and signals it at the caller's death."""
    head = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), account, str(int(at_death))]
    return head + [str(part) for part in program]


def _namespaces_work() -> bool:
    true = shutil.which("true")
    return bool(
        sys.platform == "linux"
        and true
        and subprocess.run(launching("namespace", 15, [true]), capture_output=True, check=False).returncode == 0
    )
