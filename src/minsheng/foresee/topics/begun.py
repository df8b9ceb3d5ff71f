"""What has just begun (新苗头): a category in a village or township that had more orders in the last one, three or
seven days than it should, judged every night before a week of it is over.

The rule and its false-alarm rate are those of `foresee.signals.fresh`. What a village tells is not told again of the
township around it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow.compute as pc

from minsheng.foresee.signals.fresh import ALPHA, HISTORY, LEAST_HISTORY, Fresh, Named, fresh, numbered
from minsheng.foresee.topics.facts import named, weeks_known
from minsheng.foresee.topics.findings import Finding, FindingKind
from minsheng.ground.lake import Lake
from minsheng.ground.lake import questions as ask

PLACES = (("area", "township"), ("township", "county"))
"""A level of places, and what lies around them."""
DRAWN = 56
EPOCH = date(1970, 1, 1)


def begun(facts: Lake, on: date) -> list[Finding]:
    """What began in the days before `on`, villages first; none from a record of less than eight weeks."""
    if 7 * weeks_known(facts, on) <= LEAST_HISTORY:
        return []
    told: set[tuple[str, str]] = set()
    found: list[Finding] = []
    for place, around in PLACES:
        for series, region, each in _at(facts, on, place, around):
            if series not in told:
                found.append(each)
            told.add((series[0], region))
    return found


def _at(facts: Lake, on: date, place: str, around: str) -> list[tuple[tuple[str, str], str, Finding]]:
    """Category and place, what lies around, and the finding."""
    levels = ("category", place, around)
    rows = facts.ask(ask.daily_counts(levels, on - timedelta(days=HISTORY + 8), on))
    for level in levels:
        rows = rows.filter(pc.not_equal(rows[level], ""))
    if not rows.num_rows:
        return []
    category, where, region = (rows[level].to_pylist() for level in levels)
    days = np.asarray([(day - EPOCH).days for day in rows["day"].to_pylist()], dtype=np.int64)
    known = numbered(category, where, region, days, rows["n"].to_numpy())
    newest = (on - EPOCH).days - 1
    judged = fresh(known.orders, since=newest, until=newest)
    around_of = dict(zip(where, region, strict=True))
    found = []
    for row in np.flatnonzero(judged.alarm).tolist():
        series = known.categories[judged.category[row]], known.places[judged.place[row]]
        found.append((series, around_of[series[1]], _finding(facts, known, judged, row, place)))
    return found


def _finding(facts: Lake, known: Named, judged: Fresh, row: int, place: str) -> Finding:
    """An alarm with its orders and the eight weeks before it."""
    category, where = known.categories[judged.category[row]], known.places[judged.place[row]]
    since, until = (EPOCH + timedelta(days=int(day)) for day in (judged.since[row], judged.day[row]))
    orders = ask.orders_behind({"category": category, place: where}, since, until + timedelta(days=1))
    first = int(judged.day[row]) - DRAWN + 1
    own = (known.orders.category == judged.category[row]) & (known.orders.place == judged.place[row])
    own &= known.orders.day >= first
    counts = np.bincount(known.orders.day[own] - first, known.orders.n[own], minlength=DRAWN)
    return Finding(
        FindingKind.FRESH,
        f"{category}|{where}",
        named(category, where),
        since,
        until,
        float(judged.seen[row]),
        float(judged.expected[row]),
        float(judged.p_ge[row]),
        category,
        where,
        None,
        tuple(facts.ask(orders.limit(50))["no"].to_pylist()),
        {
            "begins": [(EPOCH + timedelta(days=first + i)).isoformat() for i in range(DRAWN)],
            "counts": counts.astype(int).tolist(),
            "alarm": [first + i >= int(judged.since[row]) for i in range(DRAWN)],
            "window": int(judged.window[row]),
            "alpha": ALPHA,
        },
    )
