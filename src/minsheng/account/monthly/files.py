"""The published files of releases (公开文件): `YYYY-MM.jsonl.gz` and `index.json` in data/releases, each put in place
whole. A release stands first apart under the name of its content; it is moved once the database holds its row, and by
the next call if the power went in between."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.conf import settings

from minsheng.ground.disk import settle as settle_names
from minsheng.ground.disk import whole

INDEX = "index.json"
APART = ".writing"


class Lost(Exception):
    """A release's file is gone; the message says what to do."""


def folder() -> Path:
    """Where the published files stand."""
    return Path(settings.DATA) / "releases"


def name_of(month: str) -> str:
    """A release's file name."""
    return f"{month}.jsonl.gz"


@contextmanager
def apart() -> Iterator[IO[bytes]]:
    """A file to write a release into, gone afterwards unless `settle` gave it its name."""
    (folder() / APART).mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder() / APART, suffix=".part") as file:
        yield file


def settle(file: IO[bytes], digest: str) -> None:
    """Bring a written release to the disk under the name of its content."""
    file.flush()
    os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    place = folder() / APART / digest
    place.unlink(missing_ok=True)
    os.link(file.name, place)
    settle_names(folder() / APART)


def put_in_place(releases: Sequence[tuple[str, str]]) -> None:
    """Give every release of (month, SHA-256) its name, where it has not got it yet. Lost when a file is nowhere."""
    for month, digest in releases:
        place, waiting = folder() / name_of(month), folder() / APART / digest
        if waiting.exists():
            os.replace(waiting, place)
        elif not place.exists():
            raise Lost(f"{place} is gone: bring it back from wherever it was copied to (SHA-256 {digest})")
    settle_names(folder())


def write_index(content: dict[str, Any]) -> None:
    """Put index.json in place, whole."""
    with whole(folder() / INDEX) as fresh:
        fresh.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
