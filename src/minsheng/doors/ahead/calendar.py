"""The calendar of the year ahead (冬病夏治日历): what will come back, where and from which week, and by when it must be
fixed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from minsheng.doors.ahead.papers import today
from minsheng.doors.frame import menu
from minsheng.doors.frame.page import actor, show, staff
from minsheng.foresee import topics
from minsheng.foresee.topics import Finding, FindingKind


@staff(menu.BOARD)
def page(request: HttpRequest) -> HttpResponse:
    """The seasons that the newest look foresees, by the month in which they begin."""
    found = sorted(
        topics.findings(actor(request), FindingKind.SEASON), key=lambda f: (f.since, -f.data.get("probability", 0.0))
    )
    months: dict[str, list[dict[str, Any]]] = {}
    for f in found:
        months.setdefault(f.since.strftime("%Y-%m"), []).append(_row(f))
    made_on = max((f.made_on for f in found if f.made_on), default=None)
    given = {"months": list(months.items()), "n": len(found), "made_on": made_on}
    return show(request, "ahead/calendar.html", given)


def _row(f: Finding) -> dict[str, Any]:
    begins = f.since.isocalendar()
    return {
        "finding": f,
        "week": f"{begins.year}-W{begins.week:02d}",
        "left": (f.since - today()).days,
        "chance": f.data.get("probability", 0.0),
    }
