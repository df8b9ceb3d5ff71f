"""Where requests gather (聚集): spots from which most of them come, and clusters in space and time.

Clusters: the prospective space-time permutation scan of `foresee.clusters`, a group of categories at a time, over the
townships' points; what is kept would come by chance less than once in a year of nightly looks at that group."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from typing import Any

import ibis
import numpy as np
from ibis import _

from minsheng.foresee.clusters import Cases, Cluster, Places, Settings, prospective_clusters
from minsheng.foresee.topics.facts import named
from minsheng.foresee.topics.findings import Finding, FindingKind
from minsheng.ground import present
from minsheng.ground.lake import Lake
from minsheng.ground.lake import questions as ask

SPELL = 90
ONCE_IN_DAYS = 365.0
FEWEST_CASES = 30
SCAN = Settings(longest=28, largest_share=0.2, replicates=199, least_cases=5, most=3)


def clusters(facts: Lake, on: date) -> list[Finding]:
    """Clusters of townships that are alive on the day before `on`, of each group of categories with enough cases."""
    places = _townships()
    if len(places.names) < 3:
        return []
    since = on - timedelta(days=SPELL)
    orders = facts.orders.filter(_.day >= ibis.date(since), _.day < ibis.date(on), _.township.isin(list(places.names)))
    rows = facts.ask(orders.group_by("category2", "township", "day").aggregate(n=_.count())).to_pylist()
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["category2"]:
            groups.setdefault(row["category2"], []).append(row)
    return [
        _cluster(facts, group, found, since, on)
        for group in sorted(groups)
        for found in _scan(groups[group], places, since, on)
        if found.recurrence_days >= ONCE_IN_DAYS
    ]


def _townships() -> Places:
    """The townships whose point is known."""
    known = sorted(a.code for a in present.city().areas.values() if a.lon is not None and _is_township(a.code))
    points = np.array([(present.city().areas[c].lon, present.city().areas[c].lat) for c in known], dtype=np.float64)
    return Places(tuple(known), points.reshape(-1, 2))


def _is_township(code: str) -> bool:
    return len(present.city().area_path(code)) == 3


def _scan(rows: list[dict[str, Any]], places: Places, since: date, on: date) -> list[Cluster]:
    """The clusters of one group's orders by township and day; none of too few."""
    rows.sort(key=lambda r: (r["township"], r["day"]))
    counts = np.array([r["n"] for r in rows], dtype=np.int64)
    if counts.sum() < FEWEST_CASES:
        return []
    index = places.index
    place = np.array([index[r["township"]] for r in rows], dtype=np.intp)
    day = np.array([r["day"].toordinal() for r in rows], dtype=np.int64)
    return prospective_clusters(Cases(place, day, counts), places, on - timedelta(days=1), SCAN, since)


def _cluster(facts: Lake, group: str, found: Cluster, study: date, on: date) -> Finding:
    since = study + timedelta(days=found.first)
    theirs = facts.orders.filter(
        _.day >= ibis.date(since), _.day < ibis.date(on), _.category2 == group, _.township.isin(list(found.members))
    )
    behind = facts.ask(theirs.order_by(ibis.desc("received_at"), ibis.desc("order_id")).select("no").limit(50))
    return Finding(
        FindingKind.CLUSTER,
        f"{group}|{found.centre}",
        named(group, found.centre),
        since,
        on - timedelta(days=1),
        float(found.cases),
        found.expected,
        found.p,
        group,
        found.centre,
        None,
        tuple(behind["no"].to_pylist()),
        {"townships": list(found.members), "radius_km": round(found.radius, 1)},
    )


def spots(facts: Lake, on: date, most: int = 20) -> list[Finding]:
    """The spots from which most requests came in ninety days (高发点位)."""
    since = on - timedelta(days=SPELL)
    found = facts.ask(ask.places(since, on, at_least=4).limit(3 * most)).to_pylist()
    known = (spot for row in found if (spot := _spot(facts, since, on, row)).category)
    return list(islice(known, most))


def _spot(facts: Lake, since: date, on: date, row: dict[str, Any]) -> Finding:
    behind = facts.ask(ask.orders_behind({"county": row["county"], "place": row["place"]}, since, on).limit(50))
    area = _commonest(behind["area"].to_pylist())
    category = _commonest(behind["category"].to_pylist())
    return Finding(
        FindingKind.PLACE,
        row["place"],
        named(category, area or row["county"]),
        since,
        on - timedelta(days=1),
        float(row["n"]),
        None,
        None,
        category or None,
        area or row["county"] or None,
        None,
        tuple(behind["no"].to_pylist()),
        {"days": row["days"], "unresolved": row["unresolved"]},
    )


def _commonest(codes: list[str]) -> str:
    return max(sorted(set(codes)), key=codes.count) if codes else ""
