"""Sealed ballots that were published (已公布的密封评价): the totals of the whole city by month, out of the releases'
last lines. Ballots that were given a quarter or a year, because a month had too few, are counted in no month."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from minsheng.account.releases.ballots import GRADES


def published(folder: Path) -> dict[str, dict[str, int]]:
    """Answers by month and grade, of all releases in `folder`; none before the first release."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(GRADES, 0))
    for file in sorted(folder.glob("*.jsonl.gz")):
        stat = file.stat()
        for month, counts in _of_file(file, stat.st_ino, stat.st_mtime_ns):
            for grade, count in zip(GRADES, counts, strict=True):
                found[month][grade] += count
    return dict(found)


@lru_cache(240)
def _of_file(file: Path, inode: int, changed: int) -> tuple[tuple[str, tuple[int, ...]], ...]:  # noqa: ARG001
    """The ballots of one release that belong to a month; read again only when the file is another."""
    last = b""
    with gzip.open(file, "rb") as lines:
        for last in lines:  # noqa: B007
            pass
    rows = json.loads(last)["ballots"]
    return tuple(
        (period, tuple(counts)) for period, _, *counts in rows if len(period) == len("YYYY-MM") and "Q" not in period
    )
