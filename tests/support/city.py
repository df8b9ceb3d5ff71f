"""Small runs of the invented city, and what they tell, for the tests of the simulation."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from minsheng.core.wire import plain, to_json
from minsheng.sim.life import Life
from minsheng.sim.plan import Plan, gaming
from minsheng.sim.world import World

CITY = Path(__file__).resolve().parents[2] / "cities" / "qinghe"


def number(n: int, at: datetime) -> str:
    """An order's number of record."""
    return f"QH{at:%Y%m%d}{n:06d}"


def small(seed: int = 1, spec: str = "none", months: int = 2, per_day: float = 30, interventions: int = 0) -> Plan:
    """A plan that takes a second or two."""
    return Plan(CITY, months, per_day, seed, gaming=gaming(spec), interventions=interventions)


def lived(world: World, days: int) -> World:
    """The world after so many more days, everything finished kept."""
    for _ in range(days):
        world.run_day()
    return world


def told(life: Life) -> list[object]:
    """An order's events as they are stored."""
    return [
        (life.o.no, event.NAME, plain(event.at), event.by, step.by.role, step.by.unit, to_json(event))
        for step in life.steps
        for event in step.events
    ]


def story(world: World) -> dict[str, list[object]]:
    """All events of all orders, finished or not, by order number."""
    return {life.o.no: told(life) for life in [*world.finished, *world.lives.values()]}
