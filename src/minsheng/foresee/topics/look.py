"""The nightly look over the lake (夜间研判): what rises now, which spots make most of the requests, which cases are
hard.

Each look asks the lake, never the order tables, and gives findings; `look_now` keeps them. Rates and methods are those
of `foresee.signals`: an alarm of the newest week that stays a discovery over all series (at most one false in ten)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

import ibis
import numpy as np
from django.conf import settings
from ibis import _
from ibis.expr.types import Table

from minsheng.core import Actor
from minsheng.foresee.signals import discoveries, signals
from minsheng.foresee.signals.panel import Panel
from minsheng.foresee.topics.findings import Finding, FindingKind, keep
from minsheng.ground import present
from minsheng.ground.lake import Lake, NoLake, weekly
from minsheng.ground.lake import questions as ask

ALPHA = 0.01
FALSE_SHARE = 0.1
YEARS = 3
FEWEST = 3
"""A newest week of fewer orders is no finding, however rare it is."""
DRAWN = 104
SPELL = 90
HARD_AT_LEAST = 3
LEVELS = (("category", "township"), ("category2", "county"))


def lake() -> Lake:
    """The city's lake, opened once a process. NoLake before its first facts."""
    return _opened(Path(settings.DATA) / "lake")


@cache
def _opened(folder: Path) -> Lake:
    return Lake(folder)


def lake_or_none() -> Lake | None:
    """The city's lake, or None before its first facts."""
    try:
        return lake()
    except NoLake:
        return None


def rising(facts: Lake, on: date) -> list[Finding]:
    """What rose in the seven days before `on` (苗头): category × township, and group × county."""
    return [f for levels in LEVELS for f in _rising(facts, on, levels)]


def _rising(facts: Lake, on: date, levels: tuple[str, str]) -> Iterator[Finding]:
    weeks = min(52 * YEARS, _weeks_known(facts, on))
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


def _weeks_known(facts: Lake, on: date) -> int:
    first = facts.ask(facts.orders.select("day").order_by("day").limit(1))["day"].to_pylist()
    return (on - first[0]).days // 7 if first else 0


def spots(facts: Lake, on: date, most: int = 20) -> list[Finding]:
    """The spots from which most requests came in ninety days (高发点位)."""
    since = on - timedelta(days=SPELL)
    found = facts.ask(ask.places(since, on, at_least=4).limit(3 * most)).to_pylist()
    known = (spot for row in found if (spot := _spot(facts, since, on, row)).category)
    return list(islice(known, most))


def _spot(facts: Lake, since: date, on: date, row: dict) -> Finding:
    behind = facts.ask(ask.orders_behind({"county": row["county"], "place": row["place"]}, since, on).limit(50))
    area = _commonest(behind["area"].to_pylist())
    category = _commonest(behind["category"].to_pylist())
    return Finding(
        FindingKind.PLACE,
        row["place"],
        named(category, area or row["county"]),
        since,
        on - timedelta(days=1),
        float(row["n"]),
        None,
        None,
        category or None,
        area or row["county"] or None,
        None,
        tuple(behind["no"].to_pylist()),
        {"days": row["days"], "unresolved": row["unresolved"]},
    )


def hard(facts: Lake, on: date) -> list[Finding]:
    """Groups of hard cases of ninety days (疑难案件): sent back twice or more, handled again twice or more, parked, or
    of three units or more."""
    since = on - timedelta(days=SPELL)
    rows = facts.ask(hard_cases(facts.orders, since, on)).to_pylist()
    return [_hard(facts, since, on, row) for row in rows]


def hard_cases(orders: Table, since: date, until: date) -> Table:
    """By group and county: orders (n), hard ones, and of those by what makes them hard."""
    spell = orders.filter(orders.day >= ibis.date(since), orders.day < ibis.date(until))
    rows = spell.select(
        "category2",
        "county",
        "parked",
        returned=spell.returns >= 2,
        redone=spell.reworks >= 2,
        many=spell.co_units >= 2,
    )
    found = rows.group_by("category2", "county").aggregate(
        n=_.count(),
        hard=_.count(where=_.parked | _.returned | _.redone | _.many),
        parked=_.count(where=_.parked),
        returned=_.count(where=_.returned),
        redone=_.count(where=_.redone),
        many=_.count(where=_.many),
    )
    return found.filter(found.hard >= HARD_AT_LEAST).order_by(ibis.desc("hard"), "category2", "county").limit(40)


def _hard(facts: Lake, since: date, on: date, row: dict) -> Finding:
    orders = facts.orders
    theirs = orders.filter(
        orders.day >= ibis.date(since),
        orders.day < ibis.date(on),
        orders.category2 == row["category2"],
        orders.county == row["county"],
        orders.parked | (orders.returns >= 2) | (orders.reworks >= 2) | (orders.co_units >= 2),
    )
    behind = facts.ask(theirs.order_by(ibis.desc("received_at"), ibis.desc("order_id")).select("no").limit(50))
    return Finding(
        FindingKind.HARD,
        f"{row['category2']}|{row['county']}",
        named(row["category2"], row["county"]),
        since,
        on - timedelta(days=1),
        float(row["hard"]),
        None,
        None,
        row["category2"] or None,
        row["county"] or None,
        None,
        tuple(behind["no"].to_pylist()),
        {k: row[k] for k in ("n", "parked", "returned", "redone", "many")},
    )


def named(category: str, area: str) -> str:
    """A category and an area in the city's words: 暖气不热 · 东大街街道."""
    pack = present.city()
    what = pack.taxonomy.categories.get(category)
    where = pack.areas.get(area)
    return " · ".join(row.name if row else code for row, code in ((what, category), (where, area)) if row or code)


def _commonest(codes: list[str]) -> str:
    return max(sorted(set(codes)), key=codes.count) if codes else ""


LOOKS: dict[FindingKind, Callable[[Lake, date], list[Finding]]] = {
    FindingKind.RISING: rising,
    FindingKind.PLACE: spots,
    FindingKind.HARD: hard,
}


def look(facts: Lake, on: date) -> dict[FindingKind, list[Finding]]:
    """All looks, as of the morning of `on`."""
    return {kind: find(facts, on) for kind, find in LOOKS.items()}


def look_now(by: Actor, on: date | None = None) -> dict[FindingKind, int]:
    """Look at the city's lake and keep what was found; how many findings of each kind."""
    now = present.now()
    day = on or present.policy(now).calendar.local_date(now)
    return {kind: keep(day, kind, found, by) for kind, found in look(lake(), day).items()}
