"""What was told of months that are over, kept in a file (往月留存), so that no page reckons it twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from minsheng.account.gaming.chances import Chances
from minsheng.ground import disk

PARTS = ("units", "more", "exactly")
WRITTEN = "written"


def told_once(
    place: Path, now: datetime, since: datetime, make: Callable[[], Mapping[str, Chances]]
) -> Mapping[str, Chances]:
    """By sign the chances kept at `place`, if they were written at `since` or later; else what `make` tells, kept. A
    file that cannot be read is written anew."""
    try:
        written, told = _read(place)
        if written >= since.timestamp():
            return told
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        pass
    told = make()
    arrays = {f"{sign} {part}": getattr(some, part) for sign, some in told.items() for part in PARTS}
    with disk.whole(place) as fresh, fresh.open("wb") as file:
        np.savez(file, allow_pickle=False, **{WRITTEN: np.array(now.timestamp())}, **arrays)
    return told


def _read(place: Path) -> tuple[float, Mapping[str, Chances]]:
    with np.load(place, allow_pickle=False) as found:
        signs = {name.rpartition(" ")[0]: None for name in found.files if name != WRITTEN}
        told = {sign: Chances(*(found[f"{sign} {part}"] for part in PARTS)) for sign in signs}
        return float(found[WRITTEN]), told
