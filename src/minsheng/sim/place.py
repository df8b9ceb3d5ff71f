"""The place and its people (地与人): communities with their residents, what stands there, and who handles what.

All of it follows from the city pack; spots (estates, roads, shops) are invented for each community, from its code."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from minsheng.core.order import UnitRef
from minsheng.ground.city import CityPack
from minsheng.ground.city.rows import Area, AreaLevel
from minsheng.sim.chance import seed_of
from minsheng.sim.words import Spot, spots_of

PEOPLE_WHERE_UNKNOWN = 1500
URBAN = ("社区", "居委会", "居民委员会")


@dataclass(frozen=True, slots=True)
class Community:
    """A village or community (村、社区): where a request is at home."""

    index: int
    area: Area
    township: str
    county: str
    urban: bool
    people: int


@dataclass(frozen=True, slots=True)
class Path:
    """Who handles a category in a township: lead, co-handlers and the unit below that the lead passes it to."""

    lead: UnitRef
    co: tuple[UnitRef, ...]
    below: UnitRef | None


class Place:
    """The city as the simulation walks through it."""

    def __init__(self, pack: CityPack, on: date) -> None:
        self.pack, self.on = pack, on
        self.communities = tuple(self._communities())
        self.townships = tuple(dict.fromkeys(c.township for c in self.communities))
        self.township_index = {code: i for i, code in enumerate(self.townships)}
        self._weights = {
            kind: list(accumulate(c.people * tilt for c in self.communities for tilt in (_tilt(kind, c.urban),)))
            for kind in ("any", "urban", "rural")
        }
        self._spots: dict[int, tuple[Spot, ...]] = {}
        self._paths: dict[tuple[str, str], Path | None] = {}
        self._refs: dict[str, UnitRef] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without the pack, which is given back after unpickling."""
        return {k: v for k, v in self.__dict__.items() if k != "pack"}

    def _communities(self) -> list[Community]:
        found: list[Community] = []
        for area in self.pack.areas.values():
            if area.level is AreaLevel.VILLAGE:
                township = self.pack.areas[area.parent]
                urban = any(area.name.endswith(end) for end in URBAN)
                people = area.population or PEOPLE_WHERE_UNKNOWN
                found.append(Community(len(found), area, township.code, township.parent, urban, people))
        return found

    def draw(self, kind: str, chance: random.Random) -> Community:
        """A community, by its people; `kind` any, urban or rural tilts the draw."""
        weights = self._weights[kind]
        return self.communities[bisect_right(weights, chance.random() * weights[-1])]

    def spots(self, community: Community) -> tuple[Spot, ...]:
        """What stands in a community."""
        found = self._spots.get(community.index)
        if found is None:
            chance = random.Random(seed_of("spots", community.area.code))
            found = self._spots[community.index] = spots_of(community.area, chance)
        return found

    def unit(self, code: str) -> UnitRef:
        """A unit as the rules need it."""
        found = self._refs.get(code)
        if found is None:
            path = self.pack.unit_path(code)
            found = self._refs[code] = UnitRef(code, path[-1].level, tuple(u.code for u in path[:-1]))
        return found

    def path(self, category: str, township: str, excluding: frozenset[str] = frozenset()) -> Path | None:
        """Who handles `category` there by the dispatch catalogue; None where a person has to decide."""
        key = (category, township)
        if excluding:
            return self._find(category, township, excluding)
        if key not in self._paths:
            self._paths[key] = self._find(category, township, excluding)
        return self._paths[key]

    def _find(self, category: str, township: str, excluding: frozenset[str]) -> Path | None:
        row = self.pack.catalogue.lead(category, township, self.on, excluding)
        if row is None:
            return None
        below = self.pack.catalogue.pass_down(category, township, row.unit, self.on, excluding)
        co = tuple(self.unit(code) for code in row.co_units if code != row.unit and code not in excluding)
        return Path(self.unit(row.unit), co, self.unit(below.code) if below else None)


def _tilt(kind: str, urban: bool) -> float:
    return {"any": 2.0 if urban else 1.0, "urban": 1.0 if urban else 0.02, "rural": 0.03 if urban else 1.0}[kind]
