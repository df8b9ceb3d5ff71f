"""Peer groups (分类考核): units are compared with units of the same level and function, and with nobody else.

The narrowest group with at least `LEAST` units that had orders is taken: level, kind and function; else level and kind;
else the level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from minsheng.ground.city import Unit

LEAST = 8
Group = tuple[str, ...]


def peer_groups(units: Iterable[Unit]) -> Mapping[str, Group]:
    """The peer group of every unit, by code; a group is written level, kind, function as far as it goes."""
    known = list(units)
    sizes = Counter(group for unit in known for group in _groups(unit))
    return {unit.code: next((g for g in _groups(unit) if sizes[g] >= LEAST), _groups(unit)[-1]) for unit in known}


def _groups(unit: Unit) -> tuple[Group, ...]:
    level, kind = str(unit.level), str(unit.kind)
    return (level, kind, unit.dept_type), (level, kind), (level,)
