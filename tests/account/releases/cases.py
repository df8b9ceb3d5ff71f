"""The files of one verification, and the means to spoil them."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from account.releases.world import World, policy

encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
Lines = list[dict[str, Any]]
PLACES = {"at the beginning": 0.0, "in the middle": 0.5, "at the end": 1.0}


@dataclass
class Case:
    """The files of one verification, to be spoiled."""

    folder: Path
    release: Path
    seen: Path | None = None

    @property
    def log(self) -> Path:
        """The log's files."""
        return self.folder / "log"

    @property
    def policy(self) -> Path:
        """The policy file."""
        return self.folder / "policy"


Change = Callable[[Case], None]


def case_of(world: World, folder: Path, number: int) -> Case:
    """A copy of a world's files around one of its releases."""
    shutil.copytree(world.log, folder / "log")
    shutil.copy(world.releases[number], folder / "release")
    (folder / "policy").write_bytes(policy().text())
    (folder / "seen").write_bytes(world.checkpoints[0])
    return Case(folder, folder / "release", folder / "seen")


def lines_of(case: Case) -> Lines:
    """The release's lines."""
    return [json.loads(line) for line in gzip.decompress(case.release.read_bytes()).decode().splitlines()]


def write(case: Case, lines: Lines | list[str]) -> None:
    """Write lines, or texts of lines, as the release."""
    texts = [line if isinstance(line, str) else encode(line) for line in lines]
    case.release.write_bytes(gzip.compress("".join(f"{text}\n" for text in texts).encode(), 1, mtime=0))


def on_lines(act: Callable[[Lines], Any]) -> Change:
    """A change of the decoded lines."""

    def change(case: Case) -> None:
        lines = lines_of(case)
        act(lines)
        write(case, lines)

    return change


def flipped(written: str) -> str:
    """Hex with its first digit replaced."""
    return ("0" if written[0] != "0" else "1") + written[1:]


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return {"2026-11": "2026-12", "open": "resolved", None: True}.get(value, f"{value}x" if value else "open")
