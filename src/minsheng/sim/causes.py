"""Causes behind requests (诉求背后的成因): each has a place, a life and residents affected, and makes requests until
somebody removes it. Chronic, seasonal, emergent, city-wide shocks, and private quarrels that no agency can end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from minsheng.sim.chance import Chance
from minsheng.sim.demand import Leaf, table
from minsheng.sim.place import Place
from minsheng.sim.year import Year

REFERENCE = 700.0
"""Orders a day for which the tables' numbers of causes are written."""
BIRTHS = {"chronic": 27.0, "emergent": 8.0, "private": 0.2}
"""New causes a day at the reference."""
WARM_DAYS = 30
"""Age that the first day's causes may have: the city does not begin on the day on which the run does."""
AGAIN = 0.22
"""Chance that a request comes from somebody who asked before about this cause and is not content."""
AS_ITSELF = 0.86
"""Share of a cause's requests that are about its own category; the rest name a sibling."""


class CauseKind(StrEnum):
    """What sort of cause it is."""

    CHRONIC = "chronic"
    SEASONAL = "seasonal"
    EMERGENT = "emergent"
    SHOCK = "shock"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Template:
    """A row of tables/causes.csv."""

    kind: CauseKind
    name: str
    leaf: int
    also: tuple[int, ...]
    weight: float
    people: float
    daily: float
    days: float
    hard: float
    grow: int
    season: str
    place: str


@dataclass(slots=True)
class Cause:
    """One cause. Days are days of the run (0 the first); `removed_at` is in seconds."""

    id: int
    template: int
    kind: CauseKind
    leaf: int
    also: tuple[int, ...]
    community: int
    spot: str
    born: int
    ends: int
    people: int
    daily: float
    hard: float
    grow: int
    season: str
    removed_at: int | None = None
    relieved_until: int = -1
    asked: int = 0
    unhappy: list[int] = field(default_factory=list)
    open_orders: list[int] = field(default_factory=list)

    def rate(self, day: int, shape: float) -> float:
        """Expected requests on a day; `shape` is its season's value."""
        if self.removed_at is not None or not self.born <= day < self.ends:
            return 0.0
        age = day - self.born
        if self.kind is CauseKind.SHOCK:
            swing = math.exp(-3.0 * age / max(self.ends - self.born, 1))
        else:
            swing = min(1.0, (age + 1) / (self.grow + 1)) * shape
        return self.daily * swing * (0.3 if day < self.relieved_until else 1.0)


@dataclass(frozen=True, slots=True)
class Voice:
    """One request about a cause: by whom (a number within the cause) and under which category."""

    cause: Cause
    person: int
    leaf: int
    again: bool


class Causes:
    """All causes of the run, born as it goes."""

    def __init__(self, place: Place, leaves: tuple[Leaf, ...], year: Year, per_day: float, chance: Chance) -> None:
        self._place, self._year = place, year
        self._scale = per_day / REFERENCE
        self._index = {leaf.code: leaf.index for leaf in leaves}
        self.templates = tuple(self._templates())
        self._random = chance.stream("causes")
        self._arrays = chance.arrays("causes")
        self.all: list[Cause] = []
        self._active: list[Cause] = []
        self._seasonal()
        for day in range(-WARM_DAYS, 0):
            self._born_on(day)

    def _templates(self) -> list[Template]:
        found = []
        for row in table("causes"):
            also = tuple(self._index[c] for c in row["also"].split("|") if c in self._index)
            if row["leaf"] not in self._index:
                continue
            numbers = {n: float(row[n]) for n in ("weight", "people", "daily", "days", "hard")}
            found.append(
                Template(
                    kind=CauseKind(row["kind"]), name=row["name"], leaf=self._index[row["leaf"]], also=also,
                    grow=int(row["grow"]), season=row["season"], place=row["place"], **numbers,
                )
            )  # fmt: skip
        return found

    def _new(self, number: int, day: int) -> Cause:
        t, chance = self.templates[number], self._random
        community = self._place.draw(t.place, chance)
        spots = self._place.spots(community)
        life = t.days if t.kind is CauseKind.SHOCK else t.days * chance.expovariate(1.0)
        city_wide = self._scale if t.kind is CauseKind.SHOCK else 1.0
        cause = Cause(
            id=len(self.all) + 1, template=number, kind=t.kind, leaf=t.leaf, also=t.also, community=community.index,
            spot="" if t.kind is CauseKind.SHOCK else chance.choice(spots).name, born=day,
            ends=10**6 if t.kind is CauseKind.SEASONAL else day + 2 + int(life),
            people=max(1, round(t.people * math.exp(chance.gauss(0, 0.5)))) if t.people > 2 else int(t.people),
            daily=t.daily * math.exp(chance.gauss(-0.125, 0.5)) * city_wide,
            hard=t.hard, grow=t.grow, season=t.season,
        )  # fmt: skip
        self.all.append(cause)
        self._active.append(cause)
        return cause

    def _seasonal(self) -> None:
        for number, t in enumerate(self.templates):
            if t.kind is CauseKind.SEASONAL:
                for _ in range(max(2, round(t.weight * self._scale))):
                    self._new(number, -WARM_DAYS)

    def _born_on(self, day: int) -> None:
        for kind, births in BIRTHS.items():
            among = [i for i, t in enumerate(self.templates) if t.kind is CauseKind(kind)]
            weights = [self.templates[i].weight * self._shape(self.templates[i].season, day) for i in among]
            mean = sum(self.templates[i].weight for i in among)
            expected = births * self._scale * sum(weights) / mean
            for number in self._random.choices(among, weights, k=int(self._arrays.poisson(expected))):
                self._new(number, day)
        for number, t in enumerate(self.templates):
            if t.kind is not CauseKind.SHOCK:
                continue
            storm = not t.weight and day >= 0 and bool(self._year.storm[day])
            if storm or (t.weight and self._random.random() < t.weight / 365):
                self._new(number, day)

    def _shape(self, season: str, day: int) -> float:
        return float(self._year.shapes[season][max(day, 0)])

    def of_day(self, day: int) -> list[Voice]:
        """The requests that causes make on a day; causes whose life is over leave."""
        self._born_on(day)
        self._active = [c for c in self._active if c.removed_at is None and day < c.ends]
        office = float(self._year.office[day])
        rates = np.array([c.rate(day, self._shape(c.season, day)) for c in self._active]) * (0.4 + 0.6 * office)
        counts: list[int] = self._arrays.poisson(rates).tolist()
        return [self._voice(cause) for cause, n in zip(self._active, counts, strict=True) for _ in range(n)]

    def _voice(self, cause: Cause) -> Voice:
        chance = self._random
        again = bool(cause.unhappy) and (cause.people == 1 or chance.random() < AGAIN)
        person = chance.choice(cause.unhappy) if again else chance.randrange(cause.people)
        leaf = cause.leaf if not cause.also or chance.random() < AS_ITSELF else chance.choice(cause.also)
        cause.asked += 1
        return Voice(cause, person, leaf, again)

    def remove(self, cause: Cause, at: int) -> None:
        """Somebody has removed the cause."""
        if cause.removed_at is None:
            cause.removed_at = at
