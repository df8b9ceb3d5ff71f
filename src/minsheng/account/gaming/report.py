"""The signs of a period, told (线索清单): every sign of every unit with its range, its chance and its evidence.

A period is a month or a span of the city's local days; an order belongs to that in which it was closed. Chances are
held against what was usual in the EARLIER periods before it (usual.py). What each sign rests on beyond the lake is
named, and a sign that could not be computed is named too, for silence would read as innocence."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from minsheng.account.gaming import ballots, contact, copies
from minsheng.account.gaming.beside import TABLES, Beside, coverage
from minsheng.account.gaming.cases import WORDS, Cases, Lead, chances, comparable, count, leads, lone_matters_together
from minsheng.account.gaming.chances import Chances
from minsheng.account.gaming.questions import REPEAT_DAYS, closed_orders, last_receipt, repeats
from minsheng.account.gaming.signs import EARLY_HOURS, SIGNS, Facts
from minsheng.account.gaming.usual import Usual, usual
from minsheng.ground.city import CityPack
from minsheng.ground.lake import Engine

COLUMNS = ("unit", "sign", "value", "expected_low", "expected_high", "p")
COVERAGE = "not_covered"
EARLIER = 6
"""So many periods before the one asked for tell what is usual."""
BY_MANNER = frozenset(s.name for s in SIGNS.values() if s.manner)
Days = tuple[date, date]
"""The first local day of a period and the one after its last."""
Told = Mapping[str, Chances]
"""By sign the chances of the model."""
MEANINGS: dict[str, tuple[str, str]] = {
    **{s.name: (s.words, s.meaning) for s in SIGNS.values()},
    contact.NAME: ("联系后时段", "answers of resolved within hours of the unit's last contact, beside later ones"),
    **{name: (words, meaning) for name, (words, meaning, _) in TABLES.items()},
    ballots.NAME: ("满意好于解决", "satisfied ballots, beside what the share of resolved lets one expect"),
    copies.NAME: ("套话答复", f"replies that say solved in words sent about {copies.MATTERS} or more categories"),
    COVERAGE: ("抽中未访", "requesters drawn by public randomness whom no call-back reached"),
}
"""Every sign: its Chinese name and what it counts."""


@dataclass(frozen=True, slots=True)
class Found:
    """The leads of a period, by sign and unit, and the signs for which there was nothing to go on. Of all closed orders
    the requesters of so many `answered` a call-back, and so many said `resolved`: the claim that re-calls test. The
    chances of the `held` signs were held against what was usual before; those of the others are the model's."""

    leads: tuple[Lead, ...]
    silent: tuple[str, ...]
    answered: int = 0
    resolved: int = 0
    held: frozenset[str] = frozenset()
    words: str = WORDS

    @property
    def standing(self) -> tuple[Lead, ...]:
        """Those for which an inquiry should be opened, the most surprising first."""
        return tuple(sorted((lead for lead in self.leads if lead.stands), key=lambda x: (x.p, x.sign, x.unit)))


def gaming_of_period(
    lake: Engine,
    pack: CityPack,
    period: str | Days,
    out: Path | None = None,
    *,
    beside: Beside | None = None,
    earlier: Callable[[Days], Told] | None = None,
) -> Found:
    """Look for every sign in `period`: a month `YYYY-MM`, or the first local day and the one after the last. Writes
    `out`, when given, as CSV (COLUMNS, one row a sign and unit), and returns the leads with their evidence. What was
    told of the periods before it comes from `earlier`, or from the lake alone. ValueError on a period that is none."""
    asked = days_of(period)
    known = earlier or (lambda days: told_of_period(lake, pack, days))
    here = usual([known(days) for days in periods_before(asked)], BY_MANNER)
    found = signs_of(_facts_between(lake, pack, asked), beside or Beside(), here)
    if out is not None:
        write(found.leads, out)
    return found


def told_of_period(lake: Engine, pack: CityPack, period: str | Days, beside: Beside | None = None) -> Told:
    """By sign the chances of the model in a period; none of one in which nothing was closed."""
    facts = _facts_between(lake, pack, days_of(period))
    return chances_of(facts, beside or Beside()) if len(facts.order) else {}


def _facts_between(lake: Engine, pack: CityPack, days: Days) -> Facts:
    since, until = (datetime.combine(day, time(), pack.calendar.zone) for day in days)
    return facts_of(lake, since, until)


def facts_of(lake: Engine, since: datetime, until: datetime, repeat_days: int = REPEAT_DAYS) -> Facts:
    """The orders closed from `since` to before `until`. Whether one was followed by another counts only where the lake
    already knows all `repeat_days` after its closing."""
    rows = lake.ask(closed_orders(since, until))
    again = lake.ask(repeats(since, until, repeat_days))
    last = lake.ask(last_receipt())["last"][0].as_py()
    facts = Facts(rows, again)
    if last is not None:
        known = np.datetime64(last.replace(tzinfo=None)) - np.timedelta64(repeat_days, "D")
        facts.settled = facts.rows["closed_at"].to_numpy() <= known
    return facts


def signs_of(facts: Facts, beside: Beside, here: Mapping[str, Usual] | None = None) -> Found:
    """Every sign that the facts and what is brought beside them allow, held against what is usual `here`."""
    here = here or {}
    told = {name: leads(name, cases, here.get(name)) for name, cases in cases_of(facts, beside).items()}
    told[contact.NAME] = contact.leads(*answers_after_contact(facts), here.get(contact.NAME))
    told[ballots.NAME] = ballots.leads(beside.ballots, here.get(ballots.NAME))
    every = (lead for name in MEANINGS for lead in told[name])
    silent = tuple(name for name in MEANINGS if not told[name])
    answered, resolved = int(facts.answered.sum()), int((facts.text("answer") == "yes").sum())
    return Found(tuple(every), silent, answered, resolved, frozenset(here) - {*silent})


def chances_of(facts: Facts, beside: Beside) -> dict[str, Chances]:
    """By sign the chances of the model, where there is anything to go on."""
    told = {name: chances(count(comparable(cases))) for name, cases in cases_of(facts, beside).items()}
    told[contact.NAME] = contact.chances(contact.split(*answers_after_contact(facts)))
    told[ballots.NAME] = chances(ballots.counted(beside.ballots))
    return {name: some for name, some in told.items() if len(some.units)}


def cases_of(facts: Facts, beside: Beside) -> dict[str, Cases]:
    """By sign that counts cases its cases."""
    found: dict[str, Cases] = {name: sign.of(facts) for name, sign in SIGNS.items()}
    found |= {name: cases(beside) for name, (_, _, cases) in TABLES.items()}
    found[copies.NAME] = lone_matters_together(copies.cases(beside.replies))
    found[COVERAGE] = coverage(facts, beside.listed)
    return found


def answers_after_contact(facts: Facts) -> tuple[Cases, NDArray[np.bool_]]:
    """Answers with a contact of the unit before them (hits say resolved), and which came within hours of it."""
    hours = facts.after_contact
    told = facts.answered & ~np.isnan(hours)
    cases = Cases(facts.unit[told], facts.text("answer")[told] == "yes", facts.text("kind")[told], facts.order[told])
    return cases, hours[told] < EARLY_HOURS


def periods_before(asked: Days) -> list[Days]:
    """The EARLIER periods before one: months before a month, else spans as long."""
    found = list[Days]()
    first, after = asked
    month = first.day == 1 and after == _next_month(first)
    for _each in range(EARLIER):
        before = (first - timedelta(days=1)).replace(day=1) if month else first - (after - first)
        first, after = before, first
        found.append((first, after))
    return found


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def days_of(period: str | Days) -> Days:
    """The first day of a period and the one after its last."""
    if not isinstance(period, str):
        first, after = period
        if first >= after:
            raise ValueError(f"{first} to before {after} holds no day: give the first day and the one after the last.")
        return period
    try:
        first = datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise ValueError(f"{period!r} is no month: write YYYY-MM.") from error
    return first, _next_month(first)


def write(found: Sequence[Lead], out: Path) -> None:
    """Write leads as CSV."""
    with out.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for lead in found:
            shares = (lead.value, lead.expected_low, lead.expected_high)
            rows.writerow((lead.unit, lead.sign, *(f"{share:.4f}" for share in shares), f"{lead.p:.3g}"))
