"""What people ask for on a day (需求): categories by weight and season, hours of the day, and requests without a cause
in common with others. Counts are over-dispersed: a gamma-distributed factor a week and category, another a day."""

from __future__ import annotations

import csv
import random
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from minsheng.core.codes import Kind
from minsheng.ground.city import CityPack
from minsheng.ground.city.rows import Category
from minsheng.sim.year import Year

TABLES = Path(__file__).parent / "tables"
ALONE = 0.62
"""Share of matters that have no cause in common with others; the rest comes from causes."""
RANK = 0.7
"""Leaves of one second-level category: the n-th has a share proportional to n ** -RANK."""
LEVEL = 1.1
"""Brings a run's average day to the orders asked for: holidays, callers who give up and actions take some away."""
OF_DAY, OF_WEEK = 60.0, 14.0
"""Shapes of the gamma factors: variances 1/60 a day (all categories), 1/14 a week and category."""

_HOURS = {
    "office": [2, 1, 1, 1, 1, 2, 8, 25, 70, 95, 92, 68, 40, 38, 66, 84, 80, 62, 42, 34, 28, 20, 11, 5],
    "evening": [14, 8, 4, 3, 3, 4, 10, 24, 44, 52, 50, 44, 38, 34, 38, 44, 46, 48, 54, 66, 76, 78, 56, 30],
    "utility": [5, 3, 2, 2, 3, 8, 26, 52, 70, 72, 66, 60, 52, 44, 48, 52, 54, 62, 74, 78, 66, 44, 22, 10],
}
_HOUR_SUMS = {name: list(accumulate(weights)) for name, weights in _HOURS.items()}


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of the room's tables; lines that begin with # are remarks."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def second_of_day(hours: str, chance: random.Random) -> int:
    """When on a day a request comes, in local seconds since midnight."""
    sums = _HOUR_SUMS[hours]
    hour = bisect_right(sums, chance.random() * sums[-1])
    return hour * 3600 + chance.randrange(3600)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category that orders are filed under, as demand sees it. Weights are shares of all requests."""

    index: int
    category: Category
    matters: float
    inquiries: float
    season: str
    hours: str
    place: str

    @property
    def code(self) -> str:
        """The category's code."""
        return self.category.code

    def matter_kind(self, chance: random.Random) -> Kind:
        """A kind that asks for work to be done; the taxonomy's first is the commonest."""
        kinds = [k for k in self.category.kinds if k is not Kind.INQUIRY]
        if not kinds:
            return Kind.HELP
        return kinds[0] if chance.random() < 0.7 else chance.choice(kinds)


@cache
def _rows() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in table("demand")}


def leaves_of(pack: CityPack) -> tuple[Leaf, ...]:
    """The taxonomy's leaves with their weights; matters and inquiries together make 1."""
    groups: dict[str, list[Category]] = {}
    for category in pack.taxonomy.leaves:
        groups.setdefault(category.parent, []).append(category)
    found: list[tuple[Category, float, float, dict[str, str]]] = []
    for parent, members in groups.items():
        row = _rows().get(parent)
        if row is None:
            row = {"matters": "10", "inquiries": "10", "season": "flat", "hours": "office", "place": "any"}
        asked = [m for m in members if Kind.INQUIRY in m.kinds]
        worked = [m for m in members if set(m.kinds) - {Kind.INQUIRY}]
        for member in members:
            own = _rows().get(member.code)
            matters = float(own["matters"]) if own else _part(float(row["matters"]), member, worked)
            inquiries = float(own["inquiries"]) if own else _part(float(row["inquiries"]), member, asked)
            found.append((member, matters, inquiries, own or row))
    total = sum(m + q for _, m, q, _ in found)
    return tuple(
        Leaf(i, c, m / total, q / total, row["season"], row["hours"], row["place"])
        for i, (c, m, q, row) in enumerate(found)
    )


def _part(weight: float, member: Category, members: list[Category]) -> float:
    if member not in members:
        return 0.0
    shares = [(n + 1) ** -RANK for n in range(len(members))]
    return weight * shares[members.index(member)] / sum(shares)


class Demand:
    """Expected and drawn requests of a day that have no cause in common with others."""

    def __init__(self, leaves: tuple[Leaf, ...], year: Year, per_day: float, chance: np.random.Generator) -> None:
        self.leaves, self._chance = leaves, chance
        days = len(year.office)
        season = np.array([year.shapes[leaf.season] for leaf in leaves])
        weeks = chance.gamma(OF_WEEK, 1 / OF_WEEK, (len(leaves), days // 7 + 1))
        self._base = LEVEL * per_day * season * year.office * np.repeat(weeks, 7, axis=1)[:, :days]
        self._base *= chance.gamma(OF_DAY, 1 / OF_DAY, days)
        self._matters = np.array([leaf.matters for leaf in leaves]) * ALONE
        self._inquiries = np.array([leaf.inquiries for leaf in leaves])

    def of_day(self, day: int) -> tuple[list[int], list[int]]:
        """Numbers of matters and of inquiries drawn for each leaf."""
        base = self._base[:, day]
        matters = self._chance.poisson(base * self._matters)
        inquiries = self._chance.poisson(base * self._inquiries)
        return matters.tolist(), inquiries.tolist()
