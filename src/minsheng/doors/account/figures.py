"""The figures page for the public (公开数字页): a month's rates with both sides, interval and definition, by channel,
county and kind; months beside each other; what the ledger cannot prove; and all of it as open data.

Figures are made anew after ten minutes at most, for all readers of this process together."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from minsheng.account.figures import Cell, Figures, Rate, ballots, figures, opendata
from minsheng.account.figures.naming import names
from minsheng.doors.account.trend import Trend, trend
from minsheng.doors.frame import showing
from minsheng.doors.templatetags.figures import share
from minsheng.foresee.topics.facts import lake_or_none
from minsheng.ground import present

MONTHS = 25
LIFE = timedelta(minutes=10)
NAMES = {
    "on_time": _("按时答复率"),
    "resolved_net": _("解决率（净）"),
    "resolved_gross": _("解决率（毛）"),
    "second": _("二次办理比"),
    "satisfied": _("满意率"),
}
MEANINGS = {
    "on_time": _("主办单位已经作出的首次答复里，按时的占多少。到期还没答复的不在分母里，另列件数。"),
    "resolved_net": _("办结后诉求人说了“解决”或“没解决”的，说解决的占多少。剔除、撤回、并单、没说的都不算。"),
    "resolved_gross": _(
        "所有已有结果的诉求里，诉求人说解决的占多少。剔除、撤回、没说的都算没解决，当场答复的也在分母里。"
    ),
    "second": _("每作出一次首次答复，下过多少次二次办理。按次数计，不是占比，没有区间。"),
    "satisfied": _("密封评价里，基本满意及以上的占多少。每件一票，单位看不到谁投了什么。"),
}
OUTCOMES = (
    ("resolved", _("诉求人说解决了")),
    ("unresolved", _("诉求人说没解决")),
    ("at_once", _("当场答复，不再回访")),
    ("unreached", _("办结了，回访没联系上")),
    ("unasked", _("办结了，没有回答或没有回访")),
    ("excluded", _("剔除，不计考核")),
    ("withdrawn", _("诉求人撤回")),
    ("merged", _("并入别的工单")),
    ("open", _("还在办")),
)
"""Where the orders of a month stand: every one of them in exactly one row, `unsaid` in its three parts."""
GROUPS = (
    ("channel", _("按渠道"), _("渠道")),
    ("county", _("按县区"), _("县区")),
    ("kind", _("按诉求类型"), _("诉求类型")),
)
IN_TABLES = ("on_time", "resolved_net", "resolved_gross")
IN_TRENDS = ("on_time", "resolved_net", "resolved_gross", "satisfied")

_lock = Lock()
_made: dict[tuple[str, datetime], Figures] = {}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The figures of `?month=`, the newest whole month by default. 404 for a month that is not shown."""
    found = _figures()
    if found is None or not found.months:
        return render(request, "account/figures.html", {"months": []})
    month = request.GET.get("month") or found.months[-1]
    if month not in found.months:
        raise Http404
    city = found.city(month)
    given: dict[str, Any] = {
        "months": found.months[::-1],
        "month": month,
        "asof": found.asof,
        "k": found.k,
        "city": present.city().city,
        "whole": city,
        "rates": [_told(rate, city) for rate in city.rates],
        "voted": city.rate("satisfied") is not None,
        "outcomes": [
            (name, city.counts[column], city.counts[column] / city.counts["intake"]) for column, name in OUTCOMES
        ],
        "groups": [(title, head, [_line(cell) for cell in found.parts(month, by)]) for by, title, head in GROUPS],
        "trends": [each for name in IN_TRENDS if (each := _trend(found, name))],
        "definitions": [(rate_name(m.name), m, MEANINGS.get(m.name, "")) for m in found.metrics],
        "licence": (opendata.LICENCE, opendata.LICENCE_URL),
    }
    return render(request, "account/figures.html", given)


@require_safe
def table(_request: HttpRequest, kind: str) -> HttpResponse:
    """All months as CSV or Parquet."""
    if kind not in ("csv", "parquet"):
        raise Http404
    data = opendata.table(_any_figures(), present.city(), simulated=present.simulated())
    if kind == "csv":
        return _file(opendata.as_csv(data), "figures.csv", "text/csv; charset=utf-8")
    return _file(opendata.as_parquet(data), "figures.parquet", "application/vnd.apache.parquet")


@require_safe
def dictionary(_request: HttpRequest) -> HttpResponse:
    """What every column means."""
    return _file(opendata.dictionary_csv(_any_figures().metrics), "dictionary.csv", "text/csv; charset=utf-8")


def rate_name(metric: str) -> str:
    """A metric's name in the page's language; its own where it has none."""
    return str(NAMES.get(metric, metric))


def _figures() -> Figures | None:
    """Figures that are no older than LIFE; None before the first facts."""
    lake = lake_or_none()
    if lake is None:
        return None
    now = present.now()
    asof = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % LIFE
    key = (str(lake.folder), asof)
    with _lock:
        if key not in _made:
            local = now.astimezone(present.city().calendar.zone).date().replace(day=1)
            votes = ballots.published(Path(settings.DATA) / "releases")
            fresh = figures(lake, local, MONTHS, now, ballots=votes)
            _made.clear()
            _made[key] = fresh
        return _made[key]


def _any_figures() -> Figures:
    found = _figures()
    if found is None:
        raise Http404
    return found


def _told(rate: Rate, cell: Cell) -> dict[str, Any]:
    """A rate with everything that has to stand beside it."""
    name = rate.metric.name
    beside = []
    if name == "on_time":
        beside = [(gettext("到期还没有首次答复"), cell.counts["silent"])]
    elif name.startswith("resolved"):
        missing = ("excluded", "withdrawn", "merged", "unreached", "unasked", "at_once", "open")
        words = dict(OUTCOMES)
        beside = [(str(words[column]), cell.counts[column]) for column in missing]
    return {"rate": rate, "name": rate_name(name), "meaning": MEANINGS.get(name, ""), "beside": beside}


def _line(cell: Cell) -> dict[str, Any]:
    name, name_en = names(present.city(), cell.by, cell.code)
    return {
        "name": name if showing.chinese() else name_en,
        "cell": cell,
        "rates": [(rate_name(each), cell.rate(each)) for each in IN_TABLES],
    }


def _trend(found: Figures, name: str) -> Trend | None:
    rows = [(month, rate) for month in found.months if (rate := found.city(month).rate(name))]
    shown = [(month, rate) for month, rate in rows if rate.value is not None]
    if not shown:
        return None
    month, last = shown[-1]
    said = {"month": month, "value": share(last.value), "low": share(last.low), "high": share(last.high)}
    says = gettext("%(month)s：%(value)s，区间 %(low)s 到 %(high)s。") % said
    return trend(rate_name(name), says, rows)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=600",
        "Link": f'<{opendata.LICENCE_URL}>; rel="license"',
    }
    return HttpResponse(content, content_type=kind, headers=headers)
