"""Graves (销毁名册): which orders' keys were destroyed, in a file beside the secrets, so that a database restored from
an older backup is made to forget again what it must not know (阳光账本 §2.9).

A line is the order's id, a digest of its key and the day; it tells nothing of the order, and without the key nothing
can be compared with it. The file is written before the key goes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from minsheng.ground.disk import settle
from minsheng.ground.keys import keys

_LINE = re.compile(r"(\d+) ([0-9a-f]{32}) (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Grave:
    """An order whose key was destroyed: its id, the digest of the key (hex), the day."""

    order_id: int
    digest: str
    day: date


def place() -> Path:
    """Where the list stands."""
    return keys().folder / "graves.txt"


def dig(grave: Grave) -> None:
    """Write `grave` down for good, if it is not there yet."""
    if grave.digest in {known.digest for known in graves()}:
        return
    place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = os.open(place(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(fresh).st_size
        cut_off = size and os.pread(fresh, 1, size - 1) != b"\n"
        line = f"{grave.order_id} {grave.digest} {grave.day.isoformat()}\n"
        os.write(fresh, ("\n" * bool(cut_off) + line).encode())
        os.fsync(fresh)
    finally:
        os.close(fresh)
    settle(place().parent)


def graves() -> list[Grave]:
    """All graves, oldest first; a line that was cut off by a crash is none."""
    try:
        written = place().read_text("ascii")
    except FileNotFoundError:
        return []
    found = map(_LINE.fullmatch, written.splitlines())
    return [Grave(int(line[1]), line[2], date.fromisoformat(line[3])) for line in found if line]
