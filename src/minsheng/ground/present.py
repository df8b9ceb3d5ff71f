"""The city that this process serves (当前城市): its pack, read once, the time, and whether its data are simulated.

`clock` is the one place where the house asks for the time; tests and the simulation put their own there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from math import inf
from time import monotonic

from django.conf import settings
from django.db import connection

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


ASK_AGAIN_SECONDS = 60.0
_asked: dict[tuple[str, str], float] = {}
_with_a_run: set[tuple[str, str]] = set()


def simulated() -> bool:
    """Whether the city's data are simulated (模拟数据): its pack is of an invented place, or a simulation run was
    loaded into its database. An invented pack is never asked about; a database without a run at most once a minute,
    and no more once it has said yes. Errors of the database are raised."""
    database = _database()
    if not known_simulated() and monotonic() - _asked.get(database, -inf) >= ASK_AGAIN_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM ground_simulation)")
            if cursor.fetchone()[0]:
                _with_a_run.add(database)
        _asked[database] = monotonic()
    return known_simulated()


def known_simulated() -> bool:
    """What `simulated` has found so far. Asks nothing, for the paths whose statements are counted and for the page that
    is shown when the database is gone."""
    return city().city.invented or _database() in _with_a_run


def _database() -> tuple[str, str]:
    """The database that this process is pointed to: host (for an embedded one its socket's folder) and name."""
    given = connection.settings_dict
    return str(given["HOST"]), str(given["NAME"])
