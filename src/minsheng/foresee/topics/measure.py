"""What a topic's measures did (成效测算): the registered measure, carried out on the lake by `foresee.effects`.

Nothing is chosen here: categories, areas, first day, windows, controls and siblings are those that were registered
before the tasks were given. The guards look for what a falling count can hide."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import numpy as np
from ibis import _
from ibis.expr.types import Table
from psycopg.types.json import Jsonb

from minsheng.core import Actor, Refused
from minsheng.core.session import Effect, Registration, Topic
from minsheng.core.session import commands as say
from minsheng.foresee import sessions
from minsheng.foresee.effects import guards
from minsheng.foresee.effects.effects import as_json, effect
from minsheng.foresee.effects.guards import BeforeAfter
from minsheng.foresee.effects.guards import Finding as Guard
from minsheng.foresee.effects.panel import Panel, Unusable, usable
from minsheng.foresee.sessions import store
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.ground.lake import Lake

LEAST_AFTER = 4
_LEVELS = {2: "county", 3: "township", 4: "area", 5: "area"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found: the figures as `effects.as_json` gives them, the guards, how many of the registered weeks after
    the beginning were there, and how many were registered."""

    figures: Mapping[str, Any]
    guards: tuple[Guard, ...]
    weeks: int
    registered: int

    @property
    def complete(self) -> bool:
        """Whether the registered window is over."""
        return self.weeks >= self.registered


def measure(facts: Lake, plan: Registration, on: date) -> Measured:
    """The effect under `plan` as known before the day `on`. Raises Refused, with a sentence, when it cannot be
    measured (yet)."""
    weeks = min(plan.after, (on - plan.first_day).days // 7)
    if weeks < LEAST_AFTER:
        raise Refused("too_early", f"措施开始后至少要满 {LEAST_AFTER} 周才能测算，现在满 {max(weeks, 0)} 周。")
    level = _level(plan)
    try:
        panel = _panel(facts, plan, level, weeks)
        figures = as_json(panel, effect(panel))
    except Unusable as error:
        raise Refused("cannot_measure", f"按登记的量法无法测算：{error}") from error
    return Measured(figures, _guards(facts, plan, level, weeks), weeks, plan.after)


def _level(plan: Registration) -> str:
    levels = {_LEVELS.get(len(present.city().area_path(a)), "") for a in (*plan.areas, *plan.controls)}
    if len(levels) != 1 or levels == {""}:
        raise Refused("areas_differ", "登记的区域应当是同一级：都是县区、都是乡镇街道，或都是村社区。")
    return levels.pop()


def _of_categories(orders: Table, codes: tuple[str, ...]) -> Table:
    named = list(codes)
    return orders.filter(orders.category.isin(named) | orders.category2.isin(named) | orders.category1.isin(named))


def _spell(orders: Table, since: date, until: date) -> Table:
    return orders.filter(orders.day >= ibis.date(since), orders.day < ibis.date(until))


def _panel(facts: Lake, plan: Registration, level: str, weeks: int) -> Panel:
    """Orders of the categories by unit of `level` and week, from `before` weeks before the beginning."""
    known = facts.ask(facts.orders.select("day").order_by("day").limit(1))["day"].to_pylist()
    before = min(plan.before, (plan.first_day - known[0]).days // 7) if known else 0
    first = plan.first_day - timedelta(days=7 * before)
    orders = _spell(_of_categories(facts.orders, plan.categories), first, plan.first_day + timedelta(days=7 * weeks))
    orders = orders.filter(orders[level] != "")
    if plan.controls:
        orders = orders.filter(orders[level].isin([*plan.areas, *plan.controls]))
    week = (orders.day.delta(ibis.date(first), unit="day") // 7).cast("int64")
    rows = orders.select(unit=orders[level], week=week).group_by("unit", "week").aggregate(n=_.count())
    found = facts.ask(rows).to_pylist()
    units = tuple(sorted({r["unit"] for r in found} | set(plan.areas)))
    place = {unit: i for i, unit in enumerate(units)}
    counts = np.zeros((len(units), before + weeks))
    for r in found:
        counts[place[r["unit"]], r["week"]] = r["n"]
    treated = np.array([u in plan.areas for u in units], dtype=np.bool_)
    begins = tuple((first + timedelta(days=7 * t)).isoformat() for t in range(before + weeks))
    return usable(Panel(units, counts, treated, before, 1.0, begins))


def _guards(facts: Lake, plan: Registration, level: str, weeks: int) -> tuple[Guard, ...]:
    """Displacement, channels and exclusions, over as many weeks before the beginning as after it."""
    length = timedelta(days=7 * weeks)
    spans = ((plan.first_day - length, plan.first_day), (plan.first_day, plan.first_day + length))

    def count(orders: Table, where: Any = True) -> BeforeAfter:
        pair = [facts.ask(_spell(orders, *s).filter(where).aggregate(n=_.count()))["n"].to_pylist()[0] for s in spans]
        return BeforeAfter(*pair)

    ours = _of_categories(facts.orders, plan.categories)
    here = _[level].isin(list(plan.areas))
    treated = count(ours, here)
    found = []
    controls = count(ours, ~here)
    if plan.siblings and controls.before and controls.after:
        siblings = count(_of_categories(facts.orders, plan.siblings), here)
        found.append(guards.displacement(treated, siblings, BeforeAfter(0, 0), controls))
    if treated.before and treated.after:
        found.append(guards.exclusion_change(count(ours, here & _.excluded), treated))
        by = [facts.ask(_spell(ours, *s).filter(here).group_by("channel").aggregate(n=_.count())) for s in spans]
        sides = [dict(zip(t["channel"].to_pylist(), t["n"].to_pylist(), strict=True)) for t in by]
        names = sorted(set(sides[0]) | set(sides[1]))
        if len(names) > 1:
            both = {n: BeforeAfter(sides[0].get(n, 0), sides[1].get(n, 0)) for n in names}
            found.append(guards.channel_change(both))
        explained = count(ours, here & (_.state == "explained"))
        found += guards.silence(refused=explained, requests=treated)
    return tuple(found)


def record(facts: Lake, no: str, by: Actor, at: datetime | None = None) -> Topic:
    """Measure topic `no` as registered and write the result down: an event of the topic, and the figures beside it."""
    topic, _events = sessions.topic(no, by)
    if topic.registration is None:
        raise Refused("not_registered", "没有事前登记量法，不能计算成效。")
    now = at or present.now()
    found = measure(facts, topic.registration, present.policy(now).calendar.local_date(now))
    figures = found.figures
    value = Effect(
        figures["estimate_pct"],
        figures["low"],
        figures["high"],
        figures["naive_pct"],
        figures["method"],
        figures["placebo_p"],
        round(figures["happened"]),
        figures["expected"],
        "".join(figures["why_naive_differs"]["zh"]),
    )
    after = sessions.handle(Topic, no, say.RecordEffect(value), by, now)
    shown = [{"guard": g.guard, "zh": g.zh, "en": g.en, "warns": bool(g.warns)} for g in found.guards]
    with sight(by):
        store.run(
            "INSERT INTO foresee_measure (topic, at, weeks, registered, figures, guards) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [no, now, found.weeks, found.registered, Jsonb(dict(figures)), Jsonb(shown)],
        )
    return after


def measured(no: str, by: Actor) -> list[dict[str, Any]]:
    """What was measured of a topic, newest first: at, weeks, registered, figures, guards."""
    with sight(by):
        rows = store.rows(
            "SELECT at, weeks, registered, figures::text, guards::text FROM foresee_measure "
            "WHERE topic = %s ORDER BY at DESC",
            [no],
        )
    return [
        {"at": at, "weeks": n, "registered": of, "figures": json.loads(figures), "guards": json.loads(guards)}
        for at, n, of, figures, guards in rows
    ]
