"""The signs of a recorded world, unit-period by unit-period, with what the simulation does not write down (gaming.py).

View logs: three views by people who have a part; an outsider sees 2 % of all orders, and each leaked one. Carriers'
records of calls received: one a telephone order, 0.3 % of which match no receipt, and one a call that was never
entered. Independent re-calls reach a fifth of those who were called back. Four ways of gaming have no switch in the
simulation and are planted in a third of its honest units, on a share of the orders with a bad answer: choosing whom to
call back (3 % of those drawn are missed honestly), sham calls of a few seconds (3 % of honest ones are as short),
accomplices' numbers that answer for others (five a unit), and a visit in the hours before the answer that makes it
good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from _gaming_worlds import Recorded
from minsheng.account.gaming import beside, copies
from minsheng.account.gaming import cases as counting
from minsheng.account.gaming.cases import Cases, comparable, count, lone_matters_together
from minsheng.account.gaming.chances import Chances
from minsheng.account.gaming.contact import chances, split
from minsheng.account.gaming.report import answers_after_contact
from minsheng.account.gaming.signs import SIGNS
from minsheng.sim.plan import Switch

NEVER_ENTERED = "never entered "


def cases_of(whole: Recorded, size: int, rng: np.random.Generator) -> dict[str, Cases]:
    """By sign its cases, in unit-periods of `size` orders."""
    world = whole.periods(size)
    found = {name: sign.of(world.facts) for name, sign in SIGNS.items()}
    facts = world.facts
    named = dict(zip(facts.order.tolist(), facts.unit.tolist(), strict=True))
    found[copies.NAME] = lone_matters_together(_named(copies.cases(list(_replies(whole))), named))
    views, recalls = [], []
    for unit, order in zip(facts.unit.tolist(), facts.order.tolist(), strict=True):
        outside = rng.random() < 0.02, "leak" in world.truth[order]["cheats"]
        views += [beside.View(unit, order, False)] * sum(outside) + [beside.View(unit, order, True)] * 3
        if (told := world.truth[order]["told_solved"]) is not None and rng.random() < 0.2:
            recalls.append(beside.Recall(unit, order, told, bool(world.truth[order]["solved"])))
    brought = beside.Beside(views=views, recalls=recalls, calls_received=_calls_received(whole, size, rng))
    return found | {
        name: beside.TABLES[name][2](brought) for name in ("viewed_by_others", "recall_contradicts", "never_entered")
    }


def _replies(world: Recorded) -> Iterator[copies.Reply]:
    facts = world.facts
    columns = (facts.unit, facts.order, facts.text("category2"), facts.text("result"))
    for unit, order, category, result in zip(*(column.tolist() for column in columns), strict=True):
        if text := world.texts.get(order):
            yield copies.Reply(unit, order, category, result, text)


def _named(cases: Cases, named: Mapping[str, str]) -> Cases:
    """Those of orders that have a unit-period, which takes the unit's place."""
    unit = np.array([named.get(order, "") for order in cases.order.tolist()])
    kept = unit != ""
    return Cases(unit[kept], cases.hit[kept], cases.stratum[kept], cases.order[kept])


def _calls_received(whole: Recorded, size: int, rng: np.random.Generator) -> list[beside.CallReceived]:
    """One a telephone order of a lead unit's, and one a call that was never entered, spread over its periods."""
    led = whole.periods(size, "lead").facts
    calls = [
        beside.CallReceived(unit, order, bool(rng.random() >= 0.003))
        for unit, order, place in zip(led.unit.tolist(), led.order.tolist(), led.text("place").tolist(), strict=True)
        if place
    ]
    runs: dict[str, list[str]] = {}
    for unit in np.unique(led.unit).tolist():
        runs.setdefault(unit.partition("#")[0], []).append(unit)
    missed = [unit for unit in whole.never_entered if unit in runs]
    return calls + [
        beside.CallReceived(str(rng.choice(runs[u])), f"{NEVER_ENTERED}{i}", False) for i, u in enumerate(missed)
    ]


def planted(world: Recorded, often: float, rng: np.random.Generator) -> tuple[dict[str, Cases], Chances, set[str]]:
    """Ways that the simulation has no switch for, among its honest unit-periods: by sign its cases; the chances of
    answers soon after contact; and the unit-periods that game."""
    units = np.unique([u for u in world.facts.unit.tolist() if not world.switch_of(u)])
    games = set(units[rng.random(len(units)) < 1 / 3].tolist())
    every, early = answers_after_contact(world.facts)
    ours = np.isin(every.unit, units)
    answers = Cases(every.unit[ours], every.hit[ours], every.stratum[ours], every.order[ours])
    early = early[ours]
    tampered = ~answers.hit & np.isin(answers.unit, sorted(games)) & (rng.random(len(answers.unit)) < often)
    blank = np.full(len(answers.unit), "")
    missed = tampered | (rng.random(len(blank)) < 0.03)
    person = [world.truth[n]["person"] for n in answers.order.tolist()]
    seconds = np.where(tampered | (rng.random(len(blank)) < 0.03), 8, 90)
    helpers = rng.integers(5, size=len(person))
    calls = [
        beside.CallMade(u, n, int(s), f"{u} {h}" if bad else str(p), str(p))
        for u, n, s, h, bad, p in zip(
            answers.unit.tolist(), answers.order.tolist(), seconds, helpers, tampered, person, strict=True
        )
    ]
    made = beside.Beside(calls_made=calls)
    soon, good = early | tampered, answers.hit | tampered
    found = {
        "not_covered": Cases(answers.unit, missed, blank, answers.order),
        "short_call": beside.TABLES["short_call"][2](made),
        "one_number_for_many": beside.TABLES["one_number_for_many"][2](made),
        "visited_before": Cases(answers.unit, soon & good, blank, answers.order),
    }
    return found, chances(split(replace(answers, hit=good), soon)), games


def tampered(world: Recorded, calls: Cases) -> dict[str, Counter[str]]:
    """By switch the unit-periods with orders that were tampered with, or calls never entered, and how many."""
    found = {str(switch): Counter[str]() for switch in Switch}
    for unit, order in zip(world.facts.unit.tolist(), world.facts.order.tolist(), strict=True):
        if (switch := world.switch_of(unit)) in world.truth[order]["cheats"]:
            found[switch][unit] += 1
    found[Switch.NEVER_ENTER].update(calls.unit[np.char.startswith(calls.order, NEVER_ENTERED)].tolist())
    return found


def after_contact(world: Recorded) -> Chances:
    """The chances of answers soon after contact as the simulation has them."""
    return chances(split(*answers_after_contact(world.facts)))


def chances_of(cases: Cases) -> Chances:
    """Of each unit-period with a case; none where there are too few to compare. Other periods of the same unit tell
    nothing of what is to be expected."""
    cases = comparable(cases, _bodies(cases))
    return counting.chances(count(cases, _bodies(cases)))


def _bodies(cases: Cases) -> NDArray[np.str_]:
    return np.array([body(unit) for unit in cases.unit.tolist()], np.str_)


def body(unit_period: str) -> str:
    """The unit of a unit-period."""
    return unit_period.partition("#")[0]
