"""A small run of the invented city for the tests of the room."""

from __future__ import annotations

import pytest

from minsheng.ground.city import CityPack, load_pack
from minsheng.sim.world import World
from support.city import CITY, lived, number, small


@pytest.fixture(scope="session")
def qinghe() -> CityPack:
    """The invented city's pack."""
    return load_pack(CITY)


@pytest.fixture(scope="session")
def two_months(qinghe: CityPack) -> World:
    """A finished run; tests only look at it."""
    plan = small(interventions=2)
    world = lived(World(plan, qinghe, number), plan.days)
    world.close()
    return world
