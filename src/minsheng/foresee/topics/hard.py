"""Hard cases (疑难案件): what was sent back, handled again, parked or spread over many units, by group and county."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _
from ibis.expr.types import Table

from minsheng.foresee.topics.facts import named
from minsheng.foresee.topics.findings import Finding, FindingKind
from minsheng.ground.lake import Lake

SPELL = 90
AT_LEAST = 3


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
    return found.filter(found.hard >= AT_LEAST).order_by(ibis.desc("hard"), "category2", "county").limit(40)


def _hard(facts: Lake, since: date, on: date, row: dict[str, Any]) -> Finding:
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
