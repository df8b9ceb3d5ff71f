"""Governance actions: the truth counts what would have been, and the worst of last month is mostly bad luck."""

from __future__ import annotations

from collections import Counter

import pytest

from minsheng.ground.city import CityPack
from minsheng.sim import interventions
from minsheng.sim.chance import Chance
from minsheng.sim.demand import leaves_of
from minsheng.sim.interventions import DELAY, DROP, MOVED, Effect, Interventions
from minsheng.sim.place import Place
from minsheng.sim.plan import Plan
from support.city import CITY

DAYS = 200


@pytest.fixture(scope="module")
def place(qinghe: CityPack) -> Place:
    return Place(qinghe, Plan(CITY, 1, 1, 1).first)


@pytest.fixture(scope="module")
def acted(place: Place, qinghe: CityPack) -> tuple[Interventions, Counter[tuple[int, int]]]:
    """Twenty actions on equal places whose numbers differ by chance alone; counts by (action, day)."""
    leaves = leaves_of(qinghe)
    actions = Interventions(20, DAYS, leaves, place, Chance(11))
    chance = Chance(12).stream("requests")
    some = [leaf for leaf in leaves if leaf.matters]
    seen: Counter[tuple[int, int]] = Counter()
    for day in range(DAYS):
        actions.begin(day)
        for _ in range(2500):
            leaf, township = chance.choice(some), chance.randrange(len(place.townships))
            through = actions.let_through(leaf.index, township, day)
            for action in actions.all:
                if through in action.leaves and township in action.townships:
                    seen[action.id, day] += 1
    return actions, seen


def test_every_effect_is_tried_on_places_chosen_at_random_and_on_the_worst(acted) -> None:
    actions, _ = acted
    assert {(a.chosen, a.effect) for a in actions.all} == {(c, e) for c in ("random", "worst") for e in Effect}


def test_what_is_dropped_kept_and_moved_adds_up_to_what_would_have_been(acted) -> None:
    actions, _ = acted
    for effect in Effect:
        found = [a for a in actions.all if a.effect is effect]
        working = [(DAYS - a.day - DELAY.get(effect, 0)) / (DAYS - a.day) for a in found]
        expected = sum(a.expected for a in found)
        gone = 1 - sum(a.happened for a in found) / expected
        assert gone == pytest.approx(DROP[effect] * sum(working) / len(working), abs=0.06)
        moved = sum(a.moved for a in found)
        taken = sum(a.expected - a.happened for a in found)
        assert moved == pytest.approx(taken * MOVED.get(effect, 0.0), abs=3 * max(taken, 1) ** 0.5)


def test_places_chosen_because_last_month_was_bad_get_better_by_themselves(acted) -> None:
    actions, seen = acted
    change = {}
    for chosen in ("worst", "random"):
        idle = [a for a in actions.all if a.effect is Effect.NONE and a.chosen == chosen]
        before = sum(a.before for a in idle)
        days = [min(30, DAYS - a.day) for a in idle]
        after = sum(seen[a.id, a.day + d] for a, n in zip(idle, days, strict=True) for d in range(n))
        change[chosen] = after / (before * sum(days) / (30 * len(days)))
    assert change["worst"] < 0.8 < change["random"] < 1.25


def test_no_action_takes_a_cell_that_another_has(acted) -> None:
    actions, _ = acted
    cells = [(a.category, t) for a in actions.all for t in a.townships]
    assert len(cells) == len(set(cells))
    assert all(len(a.townships) <= interventions.TOWNSHIPS for a in actions.all)
