"""Calibration (校准): a simulated run beside what real lines report, each figure with its source and how far off.

The page is docs/sim.md, written by `./minsheng bench calibration --docs`. Nothing in a run is fitted to these figures
while it runs; where the city differs, the page says by how much."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq

from minsheng.core.codes import Closing, Kind
from minsheng.ground.city import CityPack
from minsheng.sim.demand import table
from minsheng.sim.plan import Switch
from minsheng.sim.rates import MISLED_BY, Pair, Ratio, pairs

_SQL = (Path(__file__).parent / "sql" / "figures.sql").read_text("utf-8")
TOP = 10
DAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: its value, and in words with both sides of a ratio."""

    code: str
    what: str
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run says: figures, rates, and orders by weekday and month."""

    figures: tuple[Figure, ...]
    rates: tuple[Pair, ...]
    by_weekday: tuple[float, ...]
    by_month: Mapping[str, float]
    top: tuple[tuple[str, Ratio], ...]


def measure(conninfo: str, truth: Path, pack: CityPack) -> Measured:
    """The figures of the run in the database of `conninfo` (loader's login), whose truth lies in `truth`."""
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute(_SQL.encode()).fetchall()
    calls = pq.read_table(truth / "calls.parquet").to_pydict()
    zone = pack.calendar.zone
    days: Counter[Any] = Counter(row[0].astimezone(zone).date() for row in rows)
    first, last = min(days), max(days)
    span = (last - first).days + 1
    weekdays: defaultdict[int, list[int]] = defaultdict(list)
    months: defaultdict[str, list[int]] = defaultdict(list)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = first.fromordinal(ordinal)
        weekdays[day.weekday()].append(days[day])
        months[f"{day:%Y-%m}"].append(days[day])
    mean = len(rows) / span
    rates = tuple(pairs(conninfo, truth))
    figures = (*_orders(rows, pack), *_calls(calls, span), *_ratios(rates), _peak(days, mean))
    named = Counter(pack.taxonomy.path(r[3])[1].name for r in rows if r[4] is not None and r[3])
    worked = sum(named.values())
    return Measured(
        figures=figures,
        rates=rates,
        by_weekday=tuple(sum(weekdays[d]) / len(weekdays[d]) / mean for d in range(7)),
        by_month={month: sum(counts) / len(counts) for month, counts in months.items()},
        top=tuple((name, Ratio(n, worked)) for name, n in named.most_common(TOP)),
    )


def _share(code: str, what: str, ratio: Ratio) -> Figure:
    return Figure(code, what, ratio.value, str(ratio))


def _orders(rows: Sequence[tuple[Any, ...]], pack: CityPack) -> Iterable[Figure]:
    total = len(rows)
    answered = sum(1 for r in rows if r[1] == Closing.ANSWERED)
    yield _share("direct", "直办率 answered at once, of orders", Ratio(answered, total))
    yield _share("dispatched", "派单占比 dispatched, of orders", Ratio(sum(1 for r in rows if r[4] is not None), total))
    asked = sum(1 for r in rows if r[2] in (Kind.INQUIRY, Kind.OTHER))
    yield _share("inquiries", "咨询占比 inquiries, of orders", Ratio(asked, total))
    taken = [_working_days(pack, r[4], r[5]) for r in rows if r[4] is not None and r[5] is not None and r[5] > r[4]]
    yield Figure(
        "handling_days",
        "办理用时 working days from dispatch to the first reply, mean",
        sum(taken) / len(taken) if taken else math.nan,
        f"{sum(taken) / max(len(taken), 1):.2f} working days ({len(taken):,} orders)",
    )


def _working_days(pack: CityPack, start: datetime, end: datetime) -> float:
    day = pack.calendar.working_time_between
    length = sum((b.hour * 60 + b.minute) - (a.hour * 60 + a.minute) for a, b in pack.calendar.hours) * 60
    return day(start, end).total_seconds() / length


def _calls(calls: Mapping[str, list[int]], span: int) -> Iterable[Figure]:
    offered, answered = sum(calls["offered"]), sum(calls["answered"])
    yield Figure(
        "calls_a_day", "来电量 calls a day", offered / span, f"{offered / span:,.0f} ({offered:,} in {span} days)"
    )
    yield _share("connected", "接通率 answered, of calls", Ratio(answered, offered))
    for code, what, column in (("waited", "等待 mean wait", "waited"), ("talked", "通话 mean talk", "talked")):
        mean = sum(calls[column]) / max(answered, 1)
        yield Figure(code, f"{what}, seconds", mean, f"{mean:.0f} s ({answered:,} calls)")


def _ratios(rates: Iterable[Pair]) -> Iterable[Figure]:
    for pair in rates:
        if pair.code in ("on_time", "satisfied", "resolved"):
            yield _share(pair.code, f"{pair.zh} {pair.en}", pair.naive)


def _peak(days: Counter[Any], mean: float) -> Figure:
    day, most = max(days.items(), key=lambda item: item[1])
    return Figure(
        "peak", "高峰日 the busiest day, times the mean", most / mean, f"{most / mean:.2f} ({most:,} on {day})"
    )


def bar(share: float, scale: float) -> str:
    """A bar of blocks, `scale` shares long at most 30."""
    return "█" * max(0, round(30 * share / scale))


def compared(figures: Iterable[Figure], top: Iterable[tuple[str, Ratio]]) -> list[str]:
    """Rows of the table of figures beside every reference: figure, simulated, real, source, how far off."""
    known: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table("references"):
        known[row["figure"]].append(row)
    shown = [*figures, *(Figure(f"top:{name}", f"占派单 {name}", ratio.value, str(ratio)) for name, ratio in top)]
    lines = []
    for figure in shown:
        for row in known[figure.code] or [{}]:
            lines.append("| " + " | ".join((figure.what, figure.words, *_beside(figure, row))) + " |")
    return lines


def _beside(figure: Figure, row: Mapping[str, str]) -> tuple[str, str, str]:
    if not row:
        return ("—", "—", "—")
    value = float(row["value"])
    if row["unit"] == "share":
        real, off = f"{100 * value:.2f} %", f"{100 * (figure.value - value):+.1f} pp"
    else:
        real, off = f"{value:g} {row['unit']}", f"{100 * (figure.value / value - 1):+.0f} %"
    return (f"{real} ({row['where']})", row["source"], off)


def lies(by_switch: Mapping[Switch, Sequence[Pair]], off: Sequence[Pair]) -> list[str]:
    """Rows of the table of lies: for each switch its rate, naive, true, the lie, and the same with it off."""
    clean = {pair.code: pair for pair in off}
    lines = []
    for switch, rates in by_switch.items():
        found = {pair.code: pair for pair in rates}
        for code in MISLED_BY[switch]:
            pair = found[code]
            lines.append(
                f"| {switch} | {pair.zh} | {pair.naive} | {pair.true} | {100 * pair.lie:+.2f} pp |"
                f" {100 * clean[code].lie:+.2f} pp |"
            )
    return lines
