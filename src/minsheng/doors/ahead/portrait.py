"""A topic's portrait on the screen (画像): the trend, the seasonal strip, where, who handled it and whom that proposes
as lead and co-handlers, typical orders; the same figures that stand in the agenda pack."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from minsheng.doors.ahead.acting import found
from minsheng.doors.ahead.papers import today
from minsheng.doors.frame import menu
from minsheng.doors.frame.graphs import Graph, Line
from minsheng.doors.frame.page import actor, show, staff
from minsheng.foresee import sessions
from minsheng.foresee.topics import Portrait, portrait
from minsheng.foresee.topics.facts import lake_or_none

SHADES = 6
MOST_TOWNSHIPS = 12


@staff(menu.TOPICS)
@found
def page(request: HttpRequest, topic_no: str) -> HttpResponse:
    """The portrait of a topic's categories in its areas, of the record up to yesterday."""
    topic, _ = sessions.topic(topic_no, actor(request))
    facts = lake_or_none()
    given: dict[str, Any] = {"topic": topic}
    if facts:
        shown = portrait(facts, topic.categories, topic.areas, today())
        given |= {
            "p": shown,
            "graph": _trend(shown),
            "strip": _strip(shown),
            "places": shown.townships[:MOST_TOWNSHIPS],
        }
        given["share"] = 100 * shown.n / shown.total if shown.total else 0.0
    return show(request, "ahead/portrait.html", given)


def _trend(p: Portrait) -> Graph | None:
    if not p.weekly:
        return None
    says = gettext("自 %(since)s 起每周件数；最近一周 %(n)s 件。") % {
        "since": p.begins[0].isoformat(),
        "n": p.weekly[-1],
    }
    begins = [day.isoformat() for day in p.begins]
    line = Line(gettext("件数"), p.weekly)
    return Graph("portrait-weeks", gettext("每周件数"), says, begins, (line,), x_name=gettext("周"))


def _strip(p: Portrait) -> list[tuple[int, list[tuple[int | None, int]]]]:
    """A row a year: the months' orders, each with its shade from 0 to SHADES by the busiest month."""
    most = max((n for row in p.months for n in row if n), default=0)
    years = range(p.on.year - len(p.months) + 1, p.on.year + 1)
    shade = [[(n, -(-SHADES * (n or 0) // most) if most else 0) for n in row] for row in p.months]
    return list(zip(years, shade, strict=True))
