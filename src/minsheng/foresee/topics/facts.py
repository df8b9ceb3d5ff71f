"""The lake as looks ask it (研判取数): the city's lake, how long its record is, and names for what is found."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from minsheng.ground import present
from minsheng.ground.lake import Lake, NoLake


def lake() -> Lake:
    """The city's lake, opened once a process. NoLake before its first facts."""
    return _opened(Path(settings.DATA) / "lake")


@cache
def _opened(folder: Path) -> Lake:
    return Lake(folder)


def lake_or_none() -> Lake | None:
    """The city's lake, or None before its first facts."""
    try:
        return lake()
    except NoLake:
        return None


def weeks_known(facts: Lake, on: date) -> int:
    """Whole weeks between the first order of the record and `on`."""
    first = facts.ask(facts.orders.select("day").order_by("day").limit(1))["day"].to_pylist()
    return (on - first[0]).days // 7 if first else 0


def named(category: str, area: str) -> str:
    """A category and an area in the city's words: 暖气不热 · 东大街街道."""
    pack = present.city()
    what = pack.taxonomy.categories.get(category)
    where = pack.areas.get(area)
    return " · ".join(row.name if row else code for row, code in ((what, category), (where, area)) if row or code)
