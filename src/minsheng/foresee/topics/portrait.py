"""The portrait of a matter (画像): what a page and an agenda pack show of categories in areas, all from the lake.

Weekly counts of three years, the same season year by year, where, who handled it and how it went, typical orders in
words that a machine has freed of identity. Every figure has its period and its denominator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _
from ibis.expr.types import Table

from minsheng.ground import present
from minsheng.ground.lake import Lake

WEEKS = 156
SPELL = 365
TYPICAL = 5
PARTNERS = 3


@dataclass(frozen=True, slots=True)
class Handler:
    """A unit that led such orders in the last year: how many, how many it answered on time of those judged, how many
    requesters said resolved of those asked."""

    unit: str
    n: int
    on_time: int
    judged: int
    resolved: int
    asked: int


@dataclass(frozen=True, slots=True)
class Typical:
    """A typical order: number, day, area and what was said, without identity."""

    no: str
    day: date
    area: str
    title: str
    text: str
    reworks: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is known of categories in areas before the day `on`. Counts are of days that the record covers: a month or
    a season before its first day (`since`) is None or left out, never zero."""

    on: date
    since: date
    begins: tuple[date, ...]
    weekly: tuple[int, ...]
    years: tuple[tuple[int, int], ...]
    months: tuple[tuple[int | None, ...], ...]
    townships: tuple[tuple[str, int], ...]
    handlers: tuple[Handler, ...]
    partners: tuple[tuple[str, int], ...]
    typical: tuple[Typical, ...]
    n: int
    total: int

    @property
    def lead(self) -> str | None:
        """The unit that led most of them, as a proposal for the lead (主办建议)."""
        return self.handlers[0].unit if self.handlers else None


def portrait(facts: Lake, categories: Sequence[str], areas: Sequence[str], on: date) -> Portrait:
    """The portrait of `categories` (leaves or groups; none: all) in `areas` (of any level; none: the city)."""
    matter = _matter(facts.orders, categories, areas).filter(_.day < ibis.date(on))
    begin = on - timedelta(days=SPELL)
    year = matter.filter(_.day >= ibis.date(begin))
    known = facts.orders.filter(facts.orders.day < ibis.date(on))
    whole, days = _by_day(facts, known), _by_day(facts, matter)
    since = min(whole, default=on)
    begins, counts = _weeks(days, since, on)
    by_township = _rows(facts, year.filter(_.township != "").group_by("township").aggregate(n=_.count()))
    return Portrait(
        on,
        since,
        begins,
        counts,
        _same_season(days, since, on),
        _months(days, since, on),
        tuple(sorted(((r["township"], r["n"]) for r in by_township), key=lambda r: (-r[1], r[0]))),
        _handlers(facts, year),
        _partners(facts, year),
        _typical(facts, year),
        _between(days, begin, on),
        _between(whole, begin, on),
    )


def _rows(facts: Lake, question: Table) -> list[dict[str, Any]]:
    return facts.ask(question).to_pylist()


def _matter(orders: Table, categories: Sequence[str], areas: Sequence[str]) -> Table:
    """The orders of these categories in these areas."""
    if categories:
        codes = list(categories)
        orders = orders.filter(
            orders.category.isin(codes) | orders.category2.isin(codes) | orders.category1.isin(codes)
        )
    whole = [a for a in areas if (found := present.city().areas.get(a)) is None or found.parent]
    if whole:
        orders = orders.filter(orders.area.isin(whole) | orders.township.isin(whole) | orders.county.isin(whole))
    return orders


def _by_day(facts: Lake, orders: Table) -> dict[date, int]:
    return {r["day"]: r["n"] for r in _rows(facts, orders.group_by("day").aggregate(n=_.count()))}


def _between(days: Mapping[date, int], begin: date, end: date) -> int:
    """Orders from `begin` on, before `end`."""
    return sum(n for day, n in days.items() if begin <= day < end)


def _weeks(days: Mapping[date, int], since: date, on: date) -> tuple[tuple[date, ...], tuple[int, ...]]:
    weeks = min(WEEKS, (on - since).days // 7)
    first = on - timedelta(days=7 * weeks)
    counts = [0] * weeks
    for day, n in days.items():
        if day >= first:
            counts[(day - first).days // 7] += n
    return tuple(first + timedelta(days=7 * w) for w in range(weeks)), tuple(counts)


def _same_season(days: Mapping[date, int], since: date, on: date) -> tuple[tuple[int, int], ...]:
    """(year, orders of the four weeks before this day of that year), oldest first."""
    ends = (on - timedelta(days=364 * back) for back in range(3, -1, -1))
    spells = [(end - timedelta(days=28), end) for end in ends]
    return tuple((end.year, _between(days, begin, end)) for begin, end in spells if begin >= since)


def _months(days: Mapping[date, int], since: date, on: date) -> tuple[tuple[int | None, ...], ...]:
    """The seasonal strip: a row a year (this and two before), a column a month, orders; None outside the record."""
    n = Counter[tuple[int, int]]()
    for day, orders in days.items():
        n[day.year, day.month] += orders
    begun, ends = (since.year, since.month), (on.year, on.month)
    return tuple(
        tuple(n[year, m] if begun <= (year, m) <= ends else None for m in range(1, 13))
        for year in range(on.year - 2, on.year + 1)
    )


def _handlers(facts: Lake, year: Table) -> tuple[Handler, ...]:
    found = (
        year.filter(year.unit != "")
        .group_by("unit")
        .aggregate(
            n=_.count(),
            on_time=_.count(where=_.on_time == "yes"),
            judged=_.count(where=_.on_time != ""),
            resolved=_.count(where=_.resolved == "yes"),
            asked=_.count(where=_.resolved != ""),
        )
    )
    rows = _rows(facts, found.order_by(ibis.desc("n"), "unit").limit(8))
    return tuple(Handler(r["unit"], r["n"], r["on_time"], r["judged"], r["resolved"], r["asked"]) for r in rows)


def _partners(facts: Lake, year: Table) -> tuple[tuple[str, int], ...]:
    """The units that had a part beside the lead, and in how many orders: whom to propose as co-handlers (配合建议)."""
    parts = year.filter(year.co_units > 0).select(lead=year.unit, unit=year.units.unnest())
    beside = parts.filter(parts.unit != parts.lead).group_by("unit").aggregate(n=_.count())
    rows = _rows(facts, beside.order_by(ibis.desc("n"), "unit").limit(PARTNERS))
    return tuple((r["unit"], r["n"]) for r in rows)


def _typical(facts: Lake, year: Table) -> tuple[Typical, ...]:
    """Those handled again first, then the newest: what a meeting can learn from."""
    said = year.inner_join(facts.texts.select("order_id", "title", "text"), "order_id")
    rows = _rows(
        facts,
        said.order_by(ibis.desc("reworks"), ibis.desc("received_at"), "order_id")
        .select("no", "day", "area", "title", "text", "reworks")
        .limit(TYPICAL),
    )
    return tuple(Typical(r["no"], r["day"], r["area"], r["title"], r["text"], r["reworks"]) for r in rows)
