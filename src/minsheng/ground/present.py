"""The city that this process serves (当前城市): its pack, read once, and the time.

`clock` is the one place where the house asks for the time; tests and the simulation put their own there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from django.conf import settings

from minsheng.core.order import UnitRef
from minsheng.core.rulebook import RuleBook
from minsheng.ground.city import CityPack, load_pack
from minsheng.ground.city.gazetteer import Gazetteer


def _now() -> datetime:
    return datetime.now(UTC)


clock: list[Callable[[], datetime]] = [_now]
"""The clock in use, last put last."""


def now() -> datetime:
    """The present moment (aware, UTC)."""
    return clock[-1]()


@cache
def city() -> CityPack:
    """The pack of MINSHENG_CITY. PackErrors when it is not sound."""
    return load_pack(settings.CITY)


@cache
def gazetteer() -> Gazetteer:
    """The names of the city's places."""
    return Gazetteer(city())


def policy(at: datetime) -> RuleBook:
    """The rule book in force at `at`."""
    return city().rulebooks.at(at)


@cache
def unit_ref(code: str) -> UnitRef | None:
    """The unit as the rules need it; None when the pack does not know the code."""
    path = city().unit_path(code)
    return UnitRef(code, path[-1].level, tuple(u.code for u in path[:-1])) if path else None
