"""From a table of counts to a table of alarms: what `minsheng foresee signals` runs."""

from __future__ import annotations

from pathlib import Path

from minsheng.foresee.signals.alarms import Signals, write
from minsheng.foresee.signals.detector import ALPHA, LAST, signals
from minsheng.foresee.signals.panel import read_counts


def screen(counts: Path, out: Path, *, alpha: float = ALPHA, period: str = "week", last: int = LAST) -> Signals:
    """Read `counts` (series,t,count), judge the last `last` periods, write `out`, and return what was found.

    Raises ValueError with a sentence for the user: a table that cannot be read, too short a history, a strange α."""
    found = signals(read_counts(counts, period), alpha=alpha, last=last)
    write(out, found)
    return found
