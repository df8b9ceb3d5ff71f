"""The nightly look over the lake (夜间研判): each kind of finding by its own look, all kept under their day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from minsheng.core import Actor
from minsheng.foresee.topics.begun import begun
from minsheng.foresee.topics.facts import lake
from minsheng.foresee.topics.findings import Finding, FindingKind, keep
from minsheng.foresee.topics.gathering import clusters, spots
from minsheng.foresee.topics.hard import hard
from minsheng.foresee.topics.hot import hot
from minsheng.foresee.topics.returning import returning
from minsheng.foresee.topics.rising import rising
from minsheng.ground import present
from minsheng.ground.lake import Lake

LOOKS: dict[FindingKind, Callable[[Lake, date], list[Finding]]] = {
    FindingKind.FRESH: begun,
    FindingKind.RISING: rising,
    FindingKind.CLUSTER: clusters,
    FindingKind.SEASON: returning,
    FindingKind.HOT: hot,
    FindingKind.PLACE: spots,
    FindingKind.HARD: hard,
}


def look(facts: Lake, on: date) -> dict[FindingKind, list[Finding]]:
    """All looks, as of the morning of `on`."""
    return {kind: find(facts, on) for kind, find in LOOKS.items()}


def look_now(by: Actor, on: date | None = None) -> dict[FindingKind, int]:
    """Look at the city's lake and keep what was found; how many findings of each kind."""
    now = present.now()
    day = on or present.policy(now).calendar.local_date(now)
    return {kind: keep(day, kind, found, by) for kind, found in look(lake(), day).items()}
