"""Hot issues (热点事件): the same matter at the same spot, again and again, still alive.

An event is what is said of one spot about one group of categories without a silence of more than `GAP` days: place,
category and time gate it, words do not (words alone chain the whole city together). Ranked by days on which somebody
asked, not by requests, so that one angry caller does not lead the list, weighed with the growth of those days and the
share not solved. Events of plain tables without codes: `foresee.events`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from math import sqrt
from typing import Any

import ibis
from ibis import _

from minsheng.foresee.topics.facts import named
from minsheng.foresee.topics.findings import Finding, FindingKind
from minsheng.ground.lake import Lake

LOOK_BACK = 365
GAP = 45
ALIVE = 21
FEWEST_DAYS = 4
MOST = 20


def hot(facts: Lake, on: date) -> list[Finding]:
    """The hot issues that are alive on the day before `on`, hottest first, at most `MOST`."""
    orders = facts.orders.filter(
        _.day >= ibis.date(on - timedelta(days=LOOK_BACK)), _.day < ibis.date(on), _.place != "", _.category2 != ""
    )
    columns = ("place", "category2", "day", "order_id", "no", "category", "area", "county", "resolved")
    rows = facts.ask(orders.select(*columns).order_by("place", "category2", "day", "order_id")).to_pylist()
    found = [f for _key, group in groupby(rows, _matter) for f in _alive(list(group), on)]
    return sorted(found, key=lambda f: (-f.data["days"] * f.data["heat"], f.key))[:MOST]


def _matter(row: dict[str, Any]) -> tuple[str, str]:
    return row["place"], row["category2"]


def _alive(rows: list[dict[str, Any]], on: date) -> Iterator[Finding]:
    """The last event of one spot and group, if it is alive and came on enough days."""
    start = len(rows) - 1
    if (on - rows[start]["day"]).days > ALIVE:
        return
    while start > 0 and (rows[start]["day"] - rows[start - 1]["day"]).days <= GAP:
        start -= 1
    event = rows[start:]
    days = len({r["day"] for r in event})
    if days >= FEWEST_DAYS:
        yield _finding(event, days, on)


def _finding(event: list[dict[str, Any]], days: int, on: date) -> Finding:
    last = event[-1]
    ago = {(on - r["day"]).days for r in event}
    recent, before = sum(d <= 14 for d in ago), sum(14 < d <= 28 for d in ago)
    asked = [r for r in event if r["resolved"]]
    unsolved = sum(r["resolved"] == "no" for r in asked)
    share = unsolved / len(asked) if asked else 0.0
    area = _commonest([r["area"] for r in event]) or last["county"]
    return Finding(
        FindingKind.HOT,
        f"{last['place']}|{last['category2']}",
        named(_commonest([r["category"] for r in event]), area),
        event[0]["day"],
        on - timedelta(days=1),
        float(len(event)),
        None,
        None,
        _commonest([r["category"] for r in event]) or None,
        area or None,
        None,
        tuple(r["no"] for r in event[:-51:-1]),
        {
            "days": days,
            "recent": recent,
            "fortnight_before": before,
            "unresolved": unsolved,
            "asked": len(asked),
            "heat": round(sqrt((1 + recent) / (1 + before)) * (1 + share), 3),
        },
    )


def _commonest(codes: list[str]) -> str:
    return max(sorted(set(codes)), key=codes.count) if codes else ""
