"""The figures of a period (期间数据): what came, how it was handled, what changed, for reports and boards.

All from the lake; a rate carries its numerator and denominator, a change the figure that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import ibis
from ibis import _
from ibis.expr.types import Table

from minsheng.core.codes import name_terms
from minsheng.ground.lake import Lake


class Span(StrEnum):
    """How long a report looks back (报告周期)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


name_terms(
    (Span.DAY, "日报", "Daily report"), (Span.WEEK, "周报", "Weekly report"), (Span.MONTH, "月报", "Monthly report")
)


@dataclass(frozen=True, slots=True)
class Change:
    """Orders of one code now, in the period before, and in the same period a year ago (None outside the record)."""

    code: str
    n: int
    before: int
    year_ago: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with both its sides."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A period from `since` to `until` (both included)."""

    span: Span
    since: date
    until: date
    total: Change
    channels: tuple[Change, ...]
    kinds: tuple[Change, ...]
    categories: tuple[Change, ...]
    counties: tuple[Change, ...]
    on_time: Rate
    resolved: Rate
    at_once: Rate
    reworked: Rate
    open: int


def period(span: Span, day: date) -> tuple[date, date]:
    """First day and the day after the last of the whole period that ended before `day`: yesterday, the last whole
    Monday-to-Sunday week, the last whole month."""
    if span is Span.DAY:
        return day - timedelta(days=1), day
    if span is Span.WEEK:
        end = day - timedelta(days=day.weekday())
        return end - timedelta(days=7), end
    end = day.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def _before(span: Span, since: date) -> tuple[date, date]:
    return period(span, since)


def _year_ago(span: Span, since: date, end: date) -> tuple[date, date]:
    """The same month a year ago; for days and weeks 52 weeks ago, so that weekdays agree."""
    if span is Span.MONTH:
        return since.replace(year=since.year - 1), end.replace(year=end.year - 1)
    return since - timedelta(days=364), end - timedelta(days=364)


def digest(facts: Lake, span: Span, day: date) -> Digest:
    """The figures of the whole period that ended before `day`."""
    since, end = period(span, day)
    spans = [(since, end), _before(span, since), _year_ago(span, since, end)]
    first = facts.ask(facts.orders.select("day").order_by("day").limit(1))["day"].to_pylist()
    known = bool(first) and first[0] <= spans[2][0]

    def of(level: str, most: int) -> tuple[Change, ...]:
        return _changes(facts, level, spans, known=known)[:most]

    now = _within(facts.orders, *spans[0])
    figures = facts.ask(
        now.aggregate(
            n=_.count(),
            on_time=_.count(where=_.on_time == "yes"),
            judged=_.count(where=_.on_time != ""),
            resolved=_.count(where=_.resolved == "yes"),
            asked=_.count(where=_.resolved != ""),
            at_once=_.count(where=_.unit == ""),
            reworked=_.count(where=_.reworks > 0),
            open=_.count(where=_.closed_at.isnull()),
        )
    ).to_pylist()[0]
    totals = [facts.ask(_within(facts.orders, *s).aggregate(n=_.count()))["n"].to_pylist()[0] for s in spans]
    return Digest(
        span,
        since,
        end - timedelta(days=1),
        Change("", totals[0], totals[1], totals[2] if known else None),
        of("channel", 20),
        of("kind", 10),
        of("category", 12),
        of("county", 20),
        Rate(figures["on_time"], figures["judged"]),
        Rate(figures["resolved"], figures["asked"]),
        Rate(figures["at_once"], figures["n"]),
        Rate(figures["reworked"], figures["n"]),
        figures["open"],
    )


def _within(orders: Table, since: date, end: date) -> Table:
    return orders.filter(orders.day >= ibis.date(since), orders.day < ibis.date(end))


def _changes(facts: Lake, level: str, spans: list[tuple[date, date]], *, known: bool) -> tuple[Change, ...]:
    counts = []
    for since, end in spans:
        rows = facts.ask(_within(facts.orders, since, end).group_by(level).aggregate(n=_.count())).to_pylist()
        counts.append({r[level]: r["n"] for r in rows})
    now, before, ago = counts
    return tuple(
        Change(code, now[code], before.get(code, 0), ago.get(code, 0) if known else None)
        for code in sorted(now, key=lambda code: (-now[code], code))
        if code
    )
