"""What foresight and accounts ask of the lake (常用问题), as expressions that every engine answers alike.

Each takes the tables it needs from `engines.table` and gives an expression; `Lake.ask` answers it. Days are the city's
local days; a span is from `since` (included) to `until` (not included). What is grouped by is a code, never null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import ibis
from ibis import _
from ibis.expr.types import IntegerValue, Table, TimestampValue

from minsheng.ground.lake.engines import table
from minsheng.ground.lake.schema import ORDERS

CATEGORIES = ("category", "category2", "category1")
AREAS = ("area", "township", "county")
UNITS = ("unit", "unit2")
LEVELS = (*CATEGORIES, *AREAS, *UNITS, "place", "channel", "kind", "urgency")
"""Columns of orders that series may be made by."""


def _moment(at: datetime) -> TimestampValue:
    """A time written out with its offset, which every engine reads without tables of time zones."""
    return ibis.literal(at.astimezone(UTC).isoformat(" ", "seconds")).cast("timestamp('UTC')")


def _within(since: date, until: date) -> Table:
    orders = table(ORDERS)
    return orders.filter(orders.day >= ibis.date(since), orders.day < ibis.date(until))


def cube(since: date, until: date, asof: datetime) -> Table:
    """month (YYYYMM) × category × unit: n orders, of which `excluded` from scoring; how many had a due date that has
    come by `asof` (due_n) and overstepped it (overdue); were asked whether it is resolved (asked) and said yes
    (resolved); had a second handling (reworked); are open."""
    orders = _within(since, until)
    now = _moment(asof)
    done = ibis.coalesce(orders.first_replied_at, orders.closed_at, now)
    late = done > orders.due
    settled = orders.first_replied_at.notnull() | orders.closed_at.notnull()
    judged = orders.due.notnull() & (settled | (orders.due < now))
    rows = orders.select(
        "category",
        "unit",
        "excluded",
        "resolved",
        "reworks",
        month=orders.day.year() * 100 + orders.day.month(),
        judged=judged,
        late=late,
        open=orders.closed_at.isnull(),
    )
    return rows.group_by("month", "category", "unit").aggregate(
        n=_.count(),
        excluded=_.count(where=_.excluded),
        due_n=_.count(where=_.judged),
        overdue=_.count(where=_.late),
        asked=_.count(where=_.resolved != ""),
        resolved=_.count(where=_.resolved == "yes"),
        reworked=_.count(where=_.reworks > 0),
        open=_.count(where=_.open),
    )


def week_of(orders: Table, first: date) -> IntegerValue:
    """The number of the week of an order's day, counted from 0 in the week that begins on `first`."""
    return (orders.day.delta(ibis.date(first), unit="day") // 7).cast("int64")


def weekly_counts(levels: Sequence[str], first: date, until: date, where: Mapping[str, str] | None = None) -> Table:
    """Orders by `levels` (of LEVELS) and week, counted from 0 in the week that begins on `first`; weeks without orders
    have no row. `where` narrows to codes, such as {"county": "410581"}. ValueError on a level that is not known."""
    orders = _narrowed(_within(first, until), where or {})
    rows = orders.select(*_known(levels), week=week_of(orders, first))
    return rows.group_by(*levels, "week").aggregate(n=_.count())


def daily_counts(levels: Sequence[str], since: date, until: date, where: Mapping[str, str] | None = None) -> Table:
    """Orders by `levels` and day; days without orders have no row. With levels ("channel",) the daily totals."""
    orders = _narrowed(_within(since, until), where or {})
    return orders.group_by(*_known(levels), "day").aggregate(n=_.count())


def orders_behind(series: Mapping[str, str], since: date, until: date) -> Table:
    """The orders that a series counted, newest first: number, day, where, what, who, and how it stands."""
    orders = _narrowed(_within(since, until), series)
    shown = ("order_id", "no", "day", "received_at", "category", "area", "place", "unit", "state", "due", "closed_at")
    return orders.select(*shown, "on_time", "resolved", "reworks").order_by(
        orders.received_at.desc(), orders.order_id.desc()
    )


def places(since: date, until: date, at_least: int = 2, where: Mapping[str, str] | None = None) -> Table:
    """How requests concentrate (少数地点多数诉求): places with `at_least` orders, most first: n, days on which they
    came, how many said not resolved, the first and the newest order."""
    orders = _narrowed(_within(since, until), where or {})
    found = (
        orders.filter(orders.place != "")
        .group_by("county", "place")
        .aggregate(
            n=_.count(),
            days=_.day.nunique(),
            unresolved=_.count(where=_.resolved == "no"),
            first_order=_.order_id.min(),
            newest_order=_.order_id.max(),
        )
    )
    return found.filter(found.n >= at_least).order_by(ibis.desc("n"), "county", "place")


def _known(levels: Sequence[str]) -> Sequence[str]:
    for level in levels:
        if level not in LEVELS:
            raise ValueError(f"{level!r} is no level of orders: give some of {', '.join(LEVELS)}.")
    return levels


def _narrowed(orders: Table, where: Mapping[str, str]) -> Table:
    _known(list(where))
    for level, code in where.items():
        orders = orders.filter(orders[level] == code)
    return orders
