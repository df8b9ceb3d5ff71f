"""What was told of months that are over, kept in a file (往月留存), so that no page reckons it twice."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from minsheng.account.gaming.chances import Chances
from minsheng.ground import disk

PARTS = ("units", "more", "exactly")
WRITTEN, FORM = "written", "form"
RECKONED_BY = 1
"""Raised when the model tells other chances of the same facts: what was kept before is then made anew."""
LOG = logging.getLogger(__name__)


def told_once(
    place: Path, now: datetime, since: datetime, make: Callable[[], Mapping[str, Chances]]
) -> Mapping[str, Chances]:
    """By sign the chances kept at `place`, if they were written at `since` or later by this model; else what `make`
    tells, kept. A file that cannot be read is told to the log and written anew."""
    if place.exists():
        try:
            written, told = _read(place)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            LOG.warning("%s cannot be read and is written anew: %r", place, error)
        else:
            if written >= since.timestamp():
                return told
    told = make()
    arrays = {f"{sign} {part}": getattr(some, part) for sign, some in told.items() for part in PARTS}
    with disk.whole(place) as fresh, fresh.open("wb") as file:
        np.savez(
            file, allow_pickle=False, **{WRITTEN: np.array(now.timestamp()), FORM: np.array(RECKONED_BY)}, **arrays
        )
    return told


def _read(place: Path) -> tuple[float, Mapping[str, Chances]]:
    with np.load(place, allow_pickle=False) as found:
        signs = {name.rpartition(" ")[0]: None for name in found.files if name not in (WRITTEN, FORM)}
        told = {sign: Chances(*(found[f"{sign} {part}"] for part in PARTS)) for sign in signs}
        return float(found[WRITTEN]) if found[FORM] == RECKONED_BY else -math.inf, told
