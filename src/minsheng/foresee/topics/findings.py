"""What a look found (预警): kept as it was found on its day, with the figures and the orders behind it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from minsheng.core import Actor
from minsheng.core.codes import name_terms
from minsheng.ground.access import sight

MOST_ORDERS = 50


class FindingKind(StrEnum):
    """What kind of finding (发现类别)."""

    FRESH = "fresh"
    RISING = "rising"
    SEASON = "season"
    CLUSTER = "cluster"
    HOT = "hot"
    PLACE = "place"
    HARD = "hard"


name_terms(
    (FindingKind.FRESH, "新发苗头", "Just begun"),
    (FindingKind.RISING, "苗头上升", "Rising"),
    (FindingKind.SEASON, "季节反复", "Seasonal"),
    (FindingKind.CLUSTER, "时空聚集", "Cluster"),
    (FindingKind.HOT, "热点事件", "Hot issue"),
    (FindingKind.PLACE, "高发点位", "Busy spot"),
    (FindingKind.HARD, "疑难集中", "Hard cases"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `seen` requests from `since` to `until` (both included) where `expected` were to be expected (None
    where nothing was), how surprising that is (`p`), the newest orders behind it, and what its chart draws in `data`.
    `key` names it from look to look."""

    kind: FindingKind
    key: str
    name: str
    since: date
    until: date
    seen: float
    expected: float | None = None
    p: float | None = None
    category: str | None = None
    area: str | None = None
    unit: str | None = None
    orders: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    made_on: date | None = None
    topic: str | None = None


_SQL = Path(__file__).resolve().parents[1] / "sql"
_KEEP = (_SQL / "finding_keep.sql").read_text("utf-8")
_NEWEST = (_SQL / "findings.sql").read_text("utf-8")
_ONE = (_SQL / "finding.sql").read_text("utf-8")


def keep(made_on: date, kind: FindingKind, found: Iterable[Finding], by: Actor) -> int:
    """Keep what a look of one kind found on a day; what an earlier look of that day found is replaced, unless somebody
    made a topic of it. Returns how many stand."""
    with sight(by), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM foresee_finding WHERE made_on = %s AND kind = %s AND topic IS NULL", [made_on, kind.value]
        )
        cursor.execute("SELECT key FROM foresee_finding WHERE made_on = %s AND kind = %s", [made_on, kind.value])
        standing = {key for (key,) in cursor.fetchall()}
        for f in found:
            if f.key in standing:
                continue
            standing.add(f.key)
            cursor.execute(
                _KEEP,
                [
                    *(made_on, f.kind.value, f.key, f.name, f.category, f.area, f.unit, f.since, f.until),
                    *(f.seen, f.expected, f.p, list(f.orders[:MOST_ORDERS]), Jsonb(dict(f.data))),
                ],
            )
    return len(standing)


def findings(by: Actor, *kinds: FindingKind, most: int = 200) -> list[Finding]:
    """The newest findings of these kinds (of all without), most surprising first."""
    wanted = [k.value for k in (kinds or tuple(FindingKind))]
    with sight(by), connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"kinds": wanted, "most": most})
        rows = cursor.fetchall()
    return [_finding(row) for row in rows]


def finding(number: int, by: Actor) -> Finding | None:
    """One finding, or None when there is none in the actor's sight."""
    with sight(by), connection.cursor() as cursor:
        cursor.execute(_ONE, [number])
        row = cursor.fetchone()
    return None if row is None else _finding(row)


def mark(number: int, topic: str, by: Actor) -> None:
    """Write down that a topic was made of a finding."""
    with sight(by), connection.cursor() as cursor:
        cursor.execute("UPDATE foresee_finding SET topic = %s WHERE id = %s", [topic, number])


def _finding(row: tuple[Any, ...]) -> Finding:
    kind, key, name, since, until, seen, expected, p, category, area, unit, orders, data, number, made_on, topic = row
    return Finding(
        FindingKind(kind),
        key,
        name,
        since,
        until,
        seen,
        expected,
        p,
        category,
        area,
        unit,
        tuple(orders),
        json.loads(data),
        number,
        made_on,
        topic,
    )
