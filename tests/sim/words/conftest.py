"""The words of a pack for every test of them: built once, over the pack that ships with the repository."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from minsheng.ground.city.pack import CityPack, load_pack
from minsheng.ground.city.rows import AreaLevel, Category
from minsheng.sim.words import Matter, Spot, Words, spots_of

PACK = Path(__file__).parents[3] / "cities" / "anyang"


@pytest.fixture(scope="session")
def pack() -> CityPack:
    return load_pack(PACK)


@pytest.fixture(scope="session")
def words(pack: CityPack) -> Words:
    return Words(pack)


class Matters:
    """Draws matters as a year of a city would bring them: few leaves often, most of them seldom."""

    def __init__(self, pack: CityPack) -> None:
        order = Random(5)
        self._leaves = sorted(pack.taxonomy.leaves, key=lambda _: order.random())
        self._weights = [1 / (place + 3) for place in range(len(self._leaves))]
        self._areas = [area for area in pack.areas.values() if area.level is AreaLevel.VILLAGE]
        self._spots: dict[str, tuple[Spot, ...]] = {}

    def draw(self, chance: Random, *, second: bool = True) -> Matter:
        """A matter of any leaf, in any village or community."""
        leaf: Category = chance.choices(self._leaves, self._weights)[0]
        area = chance.choice(self._areas)
        spots = self._spots.setdefault(area.code, spots_of(area, chance))
        return Matter(
            leaf=leaf.code,
            kind=chance.choice(leaf.kinds),
            area=area.code,
            spot=chance.choice(spots).name if chance.random() < 0.6 else "",
            since_days=int(chance.expovariate(1 / 20)) if chance.random() < 0.7 else 0,
            before=int(chance.expovariate(1)) if chance.random() < 0.3 else 0,
            anger=chance.random() ** 3,
            spoken=chance.random() < 0.55,
            second=self.draw(chance, second=False) if second and chance.random() < 0.06 else None,
        )


@pytest.fixture(scope="session")
def matters(pack: CityPack) -> Matters:
    return Matters(pack)
