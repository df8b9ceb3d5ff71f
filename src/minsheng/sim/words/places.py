"""How a place is said (地址表述): at any grain, with or without its endings, in the wrong order, misspelt, or only as
「在……旁边」. All names come from the pack; the spot comes with the matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from minsheng.ground.city.pack import CityPack
from minsheng.ground.city.rows import Area, AreaLevel
from minsheng.sim.words.grammar import grammar
from minsheng.sim.words.spots import is_village
from minsheng.sim.words.template import pick

_ENDING = {
    AreaLevel.CITY: re.compile("(?:市|地区)$"),
    AreaLevel.COUNTY: re.compile("(?:自治县|县|市|区)$"),
    AreaLevel.TOWNSHIP: re.compile("(?:街道办事处|街道|办事处|民族乡|镇|乡)$"),
    AreaLevel.VILLAGE: re.compile("(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村委)$"),
}
_BUILDING = re.compile(r"\d+号楼$")
_NOT_BUILT = ("路", "街", "巷", "大道", "口", "井", "地", "渠", "塘", "方", "沟")
_SLIP = 0.06
_OMIT = 0.35


@dataclass(frozen=True, slots=True)
class _Named:
    """An area's name in full, as in speech, and other ways in which people call it."""

    full: str
    short: str
    others: tuple[str, ...]


_NOWHERE = _Named("", "", ("",))


class Places:
    """Says where something is, from the names of a pack. KeyError when an area is not of the pack; "" is nowhere."""

    def __init__(self, pack: CityPack) -> None:
        self._path: dict[str, tuple[_Named, ...]] = {"": (_NOWHERE,) * len(AreaLevel)}
        named = {code: _named(area) for code, area in pack.areas.items()}
        for code in pack.areas:
            by_level = {area.level: named[area.code] for area in pack.area_path(code)}
            self._path[code] = tuple(by_level.get(level, _NOWHERE) for level in AreaLevel)
        self._near = grammar().frames["spot.near"]
        self._slips: dict[str, list[str]] = {}
        for pair in grammar().names["slip_pairs"]:
            self._slips.setdefault(pair[0], []).append(pair[1])
            self._slips.setdefault(pair[1], []).append(pair[0])

    def said(self, area: str, spot: str, chance: Random) -> str:
        """The place as somebody says it in running text; "" when neither area nor spot is known."""
        city, county, township, village = self._path[area]
        low = self._called(village, chance)
        mid = self._called(township, chance)
        high = self._called(county, chance)
        draw = chance.random()
        if spot:
            said = self._with_spot((city.full, high, mid, low), spot, draw, chance)
        elif draw < 0.20:
            said = high + mid + low
        elif draw < 0.26:
            said = city.full + high + mid + low
        elif draw < 0.48:
            said = mid + low
        elif draw < 0.80:
            said = low or mid or high
        elif draw < 0.92:
            said = high + (low or mid)
        else:
            said = f"{low}，{mid}" if low and mid else mid or high
        said = said or spot or low or mid or high or city.full
        return self._misspelt(said, chance) if chance.random() < _SLIP else said

    def brief(self, area: str, spot: str, chance: Random) -> str:
        """The place in as few characters as people use: the spot or the finest area."""
        finest = next((named.short for named in reversed(self._path[area]) if named.short), "")
        return _BUILDING.sub("", spot) if spot and chance.random() < 0.5 else finest or spot

    def address(self, area: str, spot: str, chance: Random) -> str:
        """What is put down as address: in full, in part, with a door number, or nothing."""
        draw = chance.random()
        if draw < 0.28:
            return ""
        city, county, township, village = self._path[area]
        door = ""
        if spot.endswith("号楼") and chance.random() < 0.4:
            door = f"{1 + int(chance.random() * 4)}单元{1 + int(chance.random() * 17)}0{1 + int(chance.random() * 4)}室"
        if draw < 0.66:
            return county.full + township.full + village.full + spot + door
        if draw < 0.78:
            return city.full + county.full + township.full + spot + door
        if draw < 0.88:
            return (spot or village.short or township.short) + door
        return self.said(area, spot, chance)

    def without_door(self, area: str, spot: str) -> str:
        """The place for a copy without identity: village and spot, no building."""
        _, county, township, village = self._path[area]
        return (township.full or county.full) + village.short + _BUILDING.sub("", spot)

    def _called(self, named: _Named, chance: Random) -> str:
        draw = chance.random()
        if draw < _OMIT:
            return named.others[int(draw / _OMIT * len(named.others))]
        return named.short if draw < 0.8 else named.full

    def _with_spot(self, names: tuple[str, str, str, str], spot: str, draw: float, chance: Random) -> str:
        city, high, mid, low = names
        spot = self._spot_as_said(spot, chance)
        if draw < 0.16:
            return high + mid + low + spot
        if draw < 0.22:
            return city + high + mid + spot
        if draw < 0.38:
            return high + (spot if chance.random() < 0.6 else low + spot)
        if draw < 0.53:
            return low + spot
        if draw < 0.63:
            return mid + spot
        if draw < 0.79:
            return spot
        if draw < 0.88:
            return (low or mid) + spot + pick(self._near, chance, {})
        if draw < 0.94:
            return low or mid
        return f"{spot}，{mid or high}" if chance.random() < 0.5 else high + mid

    def _spot_as_said(self, spot: str, chance: Random) -> str:
        if chance.random() < 0.6:
            return spot
        if _BUILDING.search(spot):
            draw = chance.random()
            if draw < 0.35:
                return _BUILDING.sub("", spot)
            return f"{spot}{1 + int(chance.random() * 5)}单元" if draw < 0.65 else spot.replace("号楼", "栋")
        return spot if spot.endswith(_NOT_BUILT) else spot + pick(self._near, chance, {})

    def _misspelt(self, said: str, chance: Random) -> str:
        wrong = [(at, self._slips[mark]) for at, mark in enumerate(said) if mark in self._slips]
        if not wrong:
            return said
        at, others = wrong[int(chance.random() * len(wrong))]
        return said[:at] + others[int(chance.random() * len(others))] + said[at + 1 :]


def _named(area: Area) -> _Named:
    stem = _ENDING[area.level].sub("", area.name)
    if len(stem) < 2:
        return _Named(area.name, area.name, (area.name,))
    if area.level is AreaLevel.VILLAGE:
        if is_village(area):
            short = stem if stem.endswith("村") else stem + "村"
            return _Named(area.name, short, (stem, short, stem + "村委会" if stem != short else short))
        return _Named(area.name, stem + "社区", (stem, stem + "居委会", stem + "社区"))
    if area.level is AreaLevel.TOWNSHIP and area.name.endswith("街道"):
        return _Named(area.name, area.name, (stem + "办事处", stem + "街道办", stem))
    return _Named(area.name, area.aliases[0] if area.aliases else area.name, (stem, area.name, *area.aliases))
