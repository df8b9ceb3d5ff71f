"""The appraisal of one month (月度考核): facts from the lake, rules from the city pack, and a fair comparison.

Units of the second level answer for the orders that they lead, those of the third for the orders passed down to them.
The comparison rests on first words of troubles whose requesters said whether they are resolved, net of what the rules
leave out: a trouble that brings ten orders counts once, and comes back as repeats. A cell is a category, inquiries
apart; its covariate is the share of the category's orders in company, in the whole city: matters that come back are
harder for everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from minsheng.account.appraisal import questions
from minsheng.account.appraisal.funnel import Funnel, Place, funnel, funnels_of_others
from minsheng.account.appraisal.mix import Fair, Outcomes, fair
from minsheng.account.appraisal.peers import Group, peer_groups
from minsheng.account.appraisal.ranks import ranks
from minsheng.account.appraisal.rates import (
    Ballots,
    Score,
    UnitRate,
    rate_from_ballots,
    rate_from_counts,
    rules_on,
    score,
    total,
)
from minsheng.core.codes import Kind
from minsheng.ground.city import AppraisalRule, CityPack, RateCode
from minsheng.ground.lake import Engine

TIERS: tuple[tuple[questions.Tier, int], ...] = (("lead", 2), ("handler", 3))
INQUIRY = Kind.INQUIRY.value
FEW_IN_COMPANY = 20
"""So many orders of the city's mean draw a category's share in company."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit stands beside its peers: good ends `y` of `n`, `expected` of the average unit with the same cases, the
    rate at the common mix with its 95 % interval, the rank among `peers` with its interval, and where the funnel puts
    it; limits are of its own size and cases. `place` and limits are None where peers are too few."""

    n: int
    y: int
    expected: float
    rate: float
    low: float
    high: float
    rank: float
    rank_low: int
    rank_high: int
    peers: int
    place: Place | None
    warning: tuple[float, float] | None
    sign: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class UnitAppraisal:
    """Everything about one unit. `counts` are sums of the month (names as in `questions.counts`), gross; `left_out`
    orders by reason; `asked_for` what it asked to be rid of; `standing` is None without a comparable order."""

    unit: str
    group: Group
    rates: tuple[UnitRate, ...]
    score: Score
    counts: Mapping[str, int]
    left_out: Mapping[str, int]
    asked_for: Mapping[str, int]
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A month's appraisal. `funnels` by peer group, with the group's expected share; `spread` between units on the log
    odds, by level; `troubles` says in words what could not be compared."""

    month: date
    asof: datetime
    rules: tuple[AppraisalRule, ...]
    units: tuple[UnitAppraisal, ...]
    funnels: Mapping[Group, tuple[Funnel, float]]
    spread: Mapping[int, float]
    troubles: tuple[str, ...]


def appraise(
    lake: Engine,
    pack: CityPack,
    month: date,
    asof: datetime,
    *,
    ballots: Iterable[Ballots] = (),
    rng: np.random.Generator | None = None,
) -> Appraisal:
    """Appraise the units of `pack` for the month that begins on `month`, as things stood at `asof` (aware).

    NoRules when the pack has no rules for it. `rng` draws the intervals of ranks; without one it follows the month."""
    rng = rng or np.random.default_rng(month.year * 100 + month.month)
    rules, votes = rules_on(pack.appraisal, month), list(ballots)
    asked = _asked_for(lake, month)
    found: list[UnitAppraisal] = []
    funnels: dict[Group, tuple[Funnel, float]] = {}
    spread: dict[int, float] = {}
    troubles: list[str] = []
    for tier, level in TIERS:
        counted = {r.months for r in rules if r.rate is not RateCode.SATISFACTION}
        spans = {m: _rows(lake, back(month, m), month, asof, tier) for m in sorted(counted)}
        resolution = next(r for r in rules if r.rate is RateCode.RESOLUTION)
        units = [u for u in pack.units.values() if u.level == level]
        by_unit = {months: _by_unit(rows) for months, rows in spans.items()}
        had = [u for u in units if any(u.code in rows for rows in by_unit.values())]
        groups = peer_groups(had)
        try:
            standings, widths, spread[level] = compared(spans[resolution.months], groups, resolution.leaves_out, rng)
            funnels |= widths
        except ValueError as error:
            standings = {}
            troubles.append(f"{level}: {error}")
        for unit in had:
            rates = tuple(_rate(r, by_unit, unit.code, month, votes) for r in rules)
            rows = by_unit[resolution.months].get(unit.code, [])
            found.append(
                UnitAppraisal(
                    unit.code, groups[unit.code], rates, score(rates), _sums(rows), _left_out(rows),
                    asked.get(unit.code, {}), standings.get(unit.code),
                )
            )  # fmt: skip
    return Appraisal(month, asof, rules, tuple(found), funnels, spread, tuple(troubles))


def compared(
    rows: Rows, groups: Mapping[str, Group], leaves_out: Sequence[str], rng: np.random.Generator
) -> tuple[dict[str, Standing], dict[Group, tuple[Funnel, float]], float]:
    """Standing by unit, funnel and expected share by peer group, and the spread between units, of the units in
    `groups`, from rows of `questions.counts`. ValueError when there is nothing to compare by."""
    codes, found = fair_of(rows, sorted(groups), leaves_out)
    low, high = found.interval()
    standings: dict[str, Standing] = {}
    funnels: dict[Group, tuple[Funnel, float]] = {}
    for group in sorted(set(groups.values())):
        own = np.array([i for i, code in enumerate(codes) if groups[code] == group], dtype=np.int64)
        if not len(own):
            continue
        rank = ranks(found.posterior[own], rng, cautious=found.cautious[own])
        y, n, share = found.y[own], found.n[own], found.expected[own] / found.n[own]
        try:
            funnels[group] = funnel(y, n, share), float(found.expected[own].sum() / n.sum())
            each: list[Funnel | None] = [*funnels_of_others(y, n, share)]
        except ValueError:
            each = [None] * len(own)
        for at, (i, limits) in enumerate(zip(own, each, strict=True)):
            size, expected = round(float(n[at])), float(share[at])
            standings[codes[i]] = Standing(
                n=size, y=round(float(y[at])), expected=float(found.expected[i]),
                rate=float(found.rate[i]), low=float(low[i]), high=float(high[i]),
                rank=float(rank.expected[at]), rank_low=int(rank.low[at]), rank_high=int(rank.high[at]), peers=len(own),
                place=limits.place(y[at], n[at], share[at])[0] if limits else None,
                warning=limits.limits(size, expected, 0.95) if limits else None,
                sign=limits.limits(size, expected) if limits else None,
            )  # fmt: skip
    return standings, funnels, found.spread


def fair_of(rows: Rows, units: Sequence[str], leaves_out: Sequence[str]) -> tuple[list[str], Fair]:
    """The units among `units` with comparable orders, and what was learnt of them: resolved by the first handling, of
    first words of troubles whose requesters said, net of `leaves_out`. ValueError when nothing differs."""
    wanted, company = set(units), in_company(rows)
    cells: dict[tuple[str, bool], int] = {}
    n: defaultdict[tuple[str, int], int] = defaultdict(int)
    y: defaultdict[tuple[str, int], int] = defaultdict(int)
    for row in sorted(rows, key=lambda r: (r["unit"], r["category"], r["kind"])):
        if row["unit"] in wanted and not row["follows"] and row["left_out"] not in leaves_out and row["asked"]:
            cell = cells.setdefault((row["category"], row["kind"] == INQUIRY), len(cells))
            n[row["unit"], cell] += row["asked"]
            y[row["unit"], cell] += row["first_resolved"]
    if not n:
        raise ValueError("No requester said whether an order is resolved: there is nothing to compare units by.")
    codes = sorted({unit for unit, _ in n})
    at = {code: i for i, code in enumerate(codes)}
    covariates = np.array([[1.0, company[category] * (not inquiry)] for category, inquiry in cells])
    pairs = sorted(n)
    return codes, fair(
        Outcomes(
            unit=np.array([at[unit] for unit, _ in pairs]),
            cell=np.array([cell for _, cell in pairs]),
            n=np.array([n[pair] for pair in pairs], dtype=np.float64),
            y=np.array([y[pair] for pair in pairs], dtype=np.float64),
            covariates=covariates,
            units=len(codes),
        )
    )


def in_company(rows: Rows) -> dict[str, float]:
    """By category: the share of its orders in company, drawn to the city's share by FEW_IN_COMPANY orders."""
    n: defaultdict[str, int] = defaultdict(int)
    near: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        n[row["category"]] += row["n"]
        near[row["category"]] += row["in_company"]
    whole = sum(near.values()) / max(sum(n.values()), 1)
    return {c: (near[c] + FEW_IN_COMPANY * whole) / (n[c] + FEW_IN_COMPANY) for c in n}


def back(month: date, months: int) -> date:
    """The first day of the span of `months` that ends with `month`."""
    first = month.year * 12 + month.month - months
    return date(first // 12, first % 12 + 1, 1)


def after(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_of(period: str) -> date:
    """The first day of a month written YYYY-MM. ValueError says how to write one."""
    try:
        return datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise ValueError(f"{period!r} is no month: write year-month, such as 2026-10.") from error


def _rows(lake: Engine, since: date, month: date, asof: datetime, tier: questions.Tier) -> Rows:
    return lake.ask(questions.counts(since, after(month), asof, tier)).to_pylist()


def _by_unit(rows: Rows) -> dict[str, Rows]:
    found: defaultdict[str, Rows] = defaultdict(list)
    for row in rows:
        found[row["unit"]].append(row)
    return dict(found)


def _rate(
    rule: AppraisalRule, by_unit: Mapping[int, dict[str, Rows]], unit: str, month: date, ballots: list[Ballots]
) -> UnitRate:
    if rule.rate is not RateCode.SATISFACTION:
        return rate_from_counts(rule, by_unit[rule.months].get(unit, []))
    since = back(month, rule.months)
    return rate_from_ballots(rule, [b for b in ballots if b.unit == unit and since <= b.month <= month])


def _sums(rows: Rows) -> dict[str, int]:
    keys = ("unit", *questions.MIX, "follows", "left_out")
    return {name: total(rows, name) for name in (rows[0] if rows else {}) if name not in keys}


def _left_out(rows: Rows) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        if row["left_out"]:
            found[row["left_out"]] += row["n"]
    return dict(found)


def _asked_for(lake: Engine, month: date) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in lake.ask(questions.asked_for(month, after(month))).to_pylist():
        found[row["unit"]][row["name"]] = row["orders"]
    return dict(found)
