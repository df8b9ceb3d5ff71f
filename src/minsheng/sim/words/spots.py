"""Invented spots of a village or community (点位): estates, roads and shops in a 社区, wells, lanes and fields in a 村.

Names are combined from tables of our own. No spot has a position: a city pack gives none, and a map must not show
more than is known."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from minsheng.ground.city.rows import Area, AreaLevel
from minsheng.sim.words.grammar import grammar


@dataclass(frozen=True, slots=True)
class Spot:
    """An invented place. `kind`: estate, road, shop, school, works (a plant), field, square or site (a building
    site); `lon` and `lat` in degrees, None when unknown."""

    name: str
    kind: str
    lon: float | None
    lat: float | None


_URBAN = ("estate", "road", "estate", "shop", "crossing", "square", "school", "site", "works")
_RURAL = ("lane", "field", "lane", "field", "works", "square", "school", "shop")
_KIND = {"crossing": "road", "lane": "road"}


def spots_of(area: Area, chance: Random) -> tuple[Spot, ...]:
    """Three to eight spots of an area, each with a name of its own; the first kinds of the list are always there."""
    rural = is_village(area)
    order = _RURAL if rural else _URBAN
    wanted = 3 + int(chance.random() * 6)
    kinds = order[:3] + tuple(chance.sample(order[3:], wanted - 3))
    found: dict[str, Spot] = {}
    for kind in kinds:
        name = _name(kind, rural, chance)
        while name in found:
            name = _name(kind, rural, chance)
        found[name] = Spot(name, _KIND.get(kind, kind), None, None)
    return tuple(found.values())


def is_village(area: Area) -> bool:
    """Whether a division of the last level is a village (村) and no community (社区)."""
    return area.level is AreaLevel.VILLAGE and not area.name.endswith(("社区", "社区居委会", "居委会", "居民委员会"))


def _name(kind: str, rural: bool, chance: Random) -> str:
    if rural:
        return _one("lane" if kind == "lane" else "field" if kind == "field" else f"village_{kind}", chance)
    if kind == "estate":
        if chance.random() < 0.25:
            return _one("old_estate", chance)
        estate = _one("estate_head", chance) + _one("estate_body", chance) + _one("estate_tail", chance)
        return f"{estate}{1 + int(chance.random() * 24)}号楼" if chance.random() < 0.5 else estate
    if kind == "crossing":
        return f"{_road(chance)}与{_road(chance)}交叉口"
    if kind == "road":
        return _road(chance)
    if kind == "site":
        return _one("estate_head", chance) + _one("estate_body", chance) + _one("site_tail", chance)
    head = {"shop": "shop_head", "works": "works_head"}.get(kind, "road_head")
    return _one(head, chance) + _one(f"{kind}_tail", chance)


def _road(chance: Random) -> str:
    return _one("road_head", chance) + _one("road_tail", chance)


def _one(table: str, chance: Random) -> str:
    options = grammar().names[table]
    found = options[int(chance.random() * len(options))]
    return found.replace("{n}", str(1 + int(chance.random() * 9)))
