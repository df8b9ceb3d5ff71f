"""How residents judge units (群众反向评价): by month and unit the published totals of sealed ballots, second handlings
and repeat requests. What residents do and say, beside what the unit's own record says; no points and no ranks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import ibis
from ibis import _
from ibis.expr.types import Table

from minsheng.account.appraisal.appraise import after, back
from minsheng.account.appraisal.questions import counts
from minsheng.account.appraisal.rates import Ratio, total
from minsheng.account.ballots import FEWEST, totals
from minsheng.ground.lake import Engine, table

MONTHS = 6


@dataclass(frozen=True, slots=True)
class Judged:
    """A unit's month: ballots that are not bad ones of all published (None: too few for a month of its own), orders
    that came back within 30 days, orders with a second handling, and what requesters said of resolution."""

    unit: str
    month: date
    ballots: Ratio | None
    repeated: Ratio
    reworked: Ratio
    resolved: Ratio


def second_handlings(since: date, until: date) -> Table:
    """unit, n, reworked: orders received from `since` to before `until` by lead unit, and those of them for which a
    second handling was ordered."""
    orders = table("orders")
    rows = orders.filter(orders.day >= ibis.date(since), orders.day < ibis.date(until), orders.unit != "")
    return rows.group_by("unit").aggregate(n=_.count(), reworked=(_.reworks > 0).cast("int64").sum())


def judged(lake: Engine, month: date, asof: datetime, months: int = MONTHS) -> list[Judged]:
    """Every lead unit that had orders, by month from the newest on, as things stood at `asof`."""
    found: list[Judged] = []
    for number in range(months):
        first = back(month, number + 1)
        found += _of_month(lake, first, asof, totals(first))
    return sorted(found, key=lambda j: (j.unit, -j.month.toordinal()))


def _of_month(lake: Engine, first: date, asof: datetime, votes: Mapping[str, tuple[int, int]]) -> list[Judged]:
    rows = lake.ask(counts(first, after(first), asof)).to_pylist()
    reworked = {r["unit"]: (r["reworked"], r["n"]) for r in lake.ask(second_handlings(first, after(first))).to_pylist()}
    by_unit: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
    for row in rows:
        by_unit[row["unit"]].append(row)
    return [
        Judged(
            unit, first,
            Ratio(*votes[unit]) if votes.get(unit, (0, 0))[1] >= FEWEST else None,
            Ratio(total(own, "repeated"), total(own, "repeat_n")),
            Ratio(*reworked.get(unit, (0, 0))),
            Ratio(total(own, "resolved"), total(own, "asked")),
        )
        for unit, own in by_unit.items()
    ]  # fmt: skip


def by_unit(found: Sequence[Judged]) -> list[tuple[str, list[Judged]]]:
    """The months of each unit."""
    units: defaultdict[str, list[Judged]] = defaultdict(list)
    for each in found:
        units[each.unit].append(each)
    return list(units.items())
