"""What rises now (苗头上升): an alarm of the newest week that stays a discovery over all series looked at together.

Rates and methods are those of `foresee.signals`: at most one false alarm in a hundred weeks of a series, and over all
series at most one discovery in ten that is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from minsheng.foresee.signals import discoveries, signals
from minsheng.foresee.signals.panel import Panel
from minsheng.foresee.topics.facts import named, weeks_known
from minsheng.foresee.topics.findings import Finding, FindingKind
from minsheng.ground.lake import Lake, weekly
from minsheng.ground.lake import questions as ask

ALPHA = 0.01
FALSE_SHARE = 0.1
YEARS = 3
FEWEST = 3
"""A newest week of fewer orders is no finding, however rare it is."""
DRAWN = 104
LEVELS = (("category", "township"), ("category2", "county"))


def rising(facts: Lake, on: date) -> list[Finding]:
    """What rose in the seven days before `on` (苗头): category × township, and group × county."""
    return [f for levels in LEVELS for f in _rising(facts, on, levels)]


def _rising(facts: Lake, on: date, levels: tuple[str, str]) -> Iterator[Finding]:
    weeks = min(52 * YEARS, weeks_known(facts, on))
    if weeks < 12:
        return
    first = on - timedelta(days=7 * weeks)
    counts = weekly(facts, levels, first, weeks)
    kept = np.flatnonzero(counts.counts.sum(axis=1) >= FEWEST)
    if not len(kept):
        return
    names = counts.names
    order = sorted(kept, key=lambda i: names[i])
    matrix = counts.counts[order].astype(np.int64)
    periods = tuple(d.isoformat() for d in counts.begins)
    panel = Panel(tuple(names[i] for i in order), matrix, periods, "week", np.zeros(len(order), dtype=np.int64))
    last = min(52, weeks // 2)
    found = signals(panel, alpha=ALPHA, last=last)
    sure = discoveries(found.mid_p[:, -1], FALSE_SHARE) & found.alarm[:, -1] & (matrix[:, -1] >= FEWEST)
    for row in np.flatnonzero(sure):
        codes = counts.series(int(order[row]))
        since = counts.begins[-1] - timedelta(days=7 * _run(found.p_ge[row]))
        behind = facts.ask(ask.orders_behind(codes, since, on).limit(50))
        drawn = slice(-min(DRAWN, weeks), None)
        yield Finding(
            FindingKind.RISING,
            "|".join(codes.values()),
            named(codes[levels[0]], codes[levels[1]]),
            since,
            on - timedelta(days=1),
            float(matrix[row, -1]),
            float(found.expected[row, -1]),
            float(found.p_ge[row, -1]),
            codes[levels[0]],
            codes[levels[1]],
            None,
            tuple(behind["no"].to_pylist()),
            {
                "begins": list(periods[drawn]),
                "counts": matrix[row][drawn].tolist(),
                "judged": list(found.periods),
                "expected": np.round(found.expected[row], 3).tolist(),
                "limit": found.limit[row].tolist(),
                "alarm": found.alarm[row].tolist(),
                "series": len(order),
                "alpha": ALPHA,
                "false_share": FALSE_SHARE,
            },
        )


def _run(p: np.ndarray) -> int:
    """How many weeks before the newest one were unusual too, without a break."""
    before = p[:-1][::-1] <= 0.05
    return int(len(before) if before.all() else np.argmin(before))
