"""What comes back each year (季节反复): series that the record of two years or more says will return, at least sixty
days before they do, so that the cause can be removed first (冬病夏治)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from minsheng.foresee.seasons import Return, returns
from minsheng.foresee.topics.facts import named, weeks_known
from minsheng.foresee.topics.findings import Finding, FindingKind
from minsheng.ground.lake import Counts, Lake, weekly
from minsheng.ground.lake import questions as ask

LEVELS = ("category", "township")
YEARS = 5
LEAST_WEEKS = 78
LEAST = 0.5
FEWEST = 6
MOST = 60
YEAR = timedelta(days=364)


def returning(facts: Lake, on: date) -> list[Finding]:
    """The series that will come back with a chance of `LEAST` or more, surest first; none from a record of less than a
    year and a half."""
    weeks = min(52 * YEARS, weeks_known(facts, on))
    if weeks < LEAST_WEEKS:
        return []
    counts = weekly(facts, LEVELS, on - timedelta(days=7 * weeks), weeks)
    kept = np.flatnonzero(counts.counts.sum(axis=1) >= FEWEST)
    names = counts.names
    row_of = {names[i]: int(i) for i in kept}
    found = returns([names[i] for i in kept], counts.counts[kept], list(counts.begins), on)
    sure = sorted((r for r in found if r.probability >= LEAST), key=lambda r: (-r.probability, r.series))[:MOST]
    return [_finding(facts, counts, row_of[r.series], r) for r in sure]


def _finding(facts: Lake, counts: Counts, row: int, found: Return) -> Finding:
    """The coming season, with what the same weeks held a year before."""
    codes = counts.series(row)
    until = found.last_week + timedelta(days=6)
    behind = facts.ask(ask.orders_behind(codes, found.begins - YEAR, until - YEAR + timedelta(days=1)))
    return Finding(
        FindingKind.SEASON,
        f"{found.series}|{found.begins.isoformat()}",
        named(codes["category"], codes["township"]),
        found.begins,
        until,
        float(behind.num_rows),
        None,
        None,
        codes["category"] or None,
        codes["township"] or None,
        None,
        tuple(behind["no"].to_pylist()),
        {
            "probability": round(found.probability, 3),
            "begins": [d.isoformat() for d in counts.begins[-156:]],
            "counts": counts.counts[row][-156:].tolist(),
        },
    )
