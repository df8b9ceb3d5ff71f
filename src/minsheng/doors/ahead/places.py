"""The map (诉求地图): requests of ninety days by township, per 10,000 residents where they are known, with a list
beside it that says the same without a map."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ibis
from django.http import HttpRequest, HttpResponse
from ibis import _

from minsheng.doors.ahead.papers import today
from minsheng.doors.desks import names
from minsheng.doors.frame import menu, showing
from minsheng.doors.frame.page import show, staff
from minsheng.foresee.topics.facts import lake_or_none
from minsheng.ground import present

DAYS = 90


@staff(menu.BOARD)
def page(request: HttpRequest) -> HttpResponse:
    """Townships with their counts, of all categories or of one."""
    typed = request.GET.get("category", "").strip()[:100]
    problem, category = "", ""
    try:
        category = names.code_of("category", typed) if typed else ""
    except ValueError as wrong:
        problem = str(wrong)
    rows = _counts(category)
    points = [r for r in rows if r["lon"] is not None]
    given = {
        "typed": typed,
        "problem": problem,
        "category": category,
        "rows": rows,
        "points": [{k: p[k] for k in ("name", "lon", "lat", "n", "per")} for p in points],
        "total": sum(r["n"] for r in rows),
        "days": DAYS,
    }
    return show(request, "ahead/map.html", given)


def _counts(category: str) -> list[dict[str, Any]]:
    facts = lake_or_none()
    if facts is None:
        return []
    end = today()
    orders = facts.orders.filter(
        _.day >= ibis.date(end - timedelta(days=DAYS)), _.day < ibis.date(end), _.township != ""
    )
    if category:
        orders = orders.filter(_.category == category)
    found = orders.group_by("township").aggregate(n=_.count(), unresolved=_.count(where=_.resolved == "no"))
    rows = facts.ask(found.order_by(ibis.desc("n"), "township")).to_pylist()
    return [_row(r) for r in rows]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    area = present.city().areas.get(row["township"])
    people = area.population if area else None
    return {
        "name": showing.area_name(row["township"]),
        "n": row["n"],
        "unresolved": row["unresolved"],
        "per": round(10_000 * row["n"] / people, 1) if people else None,
        "lon": area.lon if area else None,
        "lat": area.lat if area else None,
    }
