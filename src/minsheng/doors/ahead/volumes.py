"""Calls ahead and who answers them (话务预测与排班): the switchboard's table in, half-hours ahead with intervals,
agents for the level that is wanted, and what would be if people talked longer or waited less."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.doors.frame import menu
from minsheng.doors.frame.graphs import Graph, Line
from minsheng.doors.frame.page import actor, show, staff
from minsheng.foresee.calls.forecast import Forecast, forecast
from minsheng.foresee.calls.staffing import Line as Staffed
from minsheng.foresee.calls.staffing import agents_by_slot
from minsheng.foresee.calls.table import read_calls

DAYS = 7
LARGEST = 20 * 1024 * 1024
SHIFT_HOURS = 8


@dataclass(frozen=True, slots=True)
class Setting:
    """One slider: its name, words, least, most, step and usual value."""

    name: str
    label: Any
    least: float
    most: float
    step: float
    usual: float
    value: float = 0.0


SETTINGS = (
    Setting("handling", _("每通平均通话和整理（分钟）"), 1, 10, 0.5, 3.5),
    Setting("patience", _("来电人平均愿意等（分钟）"), 0.5, 10, 0.5, 2),
    Setting("level", _("接通目标（百分比）"), 80, 99, 1, 95),
    Setting("within", _("多少秒内接起"), 5, 60, 5, 15),
    Setting("more", _("来电增加（百分比）"), -30, 100, 5, 0),
)


def table() -> Path:
    """Where the switchboard's table stands."""
    return Path(settings.DATA) / "calls.csv"


@staff(menu.BOARD)
def page(request: HttpRequest) -> HttpResponse:
    """The week ahead, and the sliders; a POST brings a new table."""
    if request.method == "POST":
        return _take_in(request)
    chosen = [_chosen(s, request.GET.get(s.name, "")) for s in SETTINGS]
    given: dict[str, Any] = {"settings": chosen, "may_import": actor(request).role in menu.STUDY}
    if table().exists():
        stamp = table().stat().st_mtime_ns
        given |= _shown(_forecast(str(table()), stamp), {s.name: s.value for s in chosen})
    return show(request, "ahead/volumes.html", given)


def _chosen(s: Setting, typed: str) -> Setting:
    try:
        value = min(max(float(typed), s.least), s.most)
    except ValueError:
        value = s.usual
    return Setting(s.name, s.label, s.least, s.most, s.step, s.usual, value)


def _take_in(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if actor(request).role not in menu.STUDY or file is None or (file.size or 0) > LARGEST:
        messages.error(request, gettext("请选择一个不超过 20 MB 的 CSV 文件。"), extra_tags="bad")
        return redirect("volumes")
    fresh = table().with_suffix(".new")
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_bytes(file.read())
    try:
        read_calls(fresh)
    except ValueError as wrong:
        fresh.unlink()
        messages.error(request, gettext("这张表不能用：%(why)s") % {"why": wrong}, extra_tags="bad")
    else:
        fresh.replace(table())
        messages.success(request, gettext("已导入话务表。"), extra_tags="good")
    return redirect("volumes")


@lru_cache(maxsize=2)
def _forecast(path: str, _stamp: int) -> Forecast:
    return forecast(read_calls(Path(path)), DAYS)


def _shown(ahead: Forecast, chosen: dict[str, float]) -> dict[str, Any]:
    """The forecast's chart, agents by half-hour and by shift."""
    factor = 1 + chosen["more"] / 100
    line = Staffed(chosen["handling"], chosen["patience"], chosen["within"], chosen["level"] / 100)
    scaled = _scaled(ahead, factor)
    agents = [int(n) for n in agents_by_slot(scaled, line)]
    x = [f"{t:%m-%d %H:%M}" for t in ahead.times]
    return {
        "calls": Graph(
            "calls",
            gettext("今后一周来电"),
            gettext("每半小时来电的均值和八成区间，共 %(n)s 通。") % {"n": f"{scaled.mean.sum():,.0f}"},
            x,
            (Line(gettext("均值"), scaled.mean.round(1).tolist()),),
            (gettext("八成区间"), scaled.quantile(0.1).tolist(), scaled.quantile(0.9).tolist()),
            x_name=gettext("时间"),
        ),
        "agents": Graph(
            "agents",
            gettext("需要的在岗人数"),
            gettext(
                "使 %(level)s 的来电在 %(within)s 秒内接起的最少人数"
                "（Erlang A，按来电率的八成分位）；最多时 %(most)s 人。"
            )
            % {"level": f"{chosen['level']:g} %", "within": f"{chosen['within']:g}", "most": max(agents, default=0)},
            x,
            (Line(gettext("在岗人数"), agents),),
            height=200,
            x_name=gettext("时间"),
        ),
        "shifts": _shifts(ahead.times, agents),
    }


def _scaled(ahead: Forecast, factor: float) -> Forecast:
    square = factor * factor
    return Forecast(
        ahead.times,
        ahead.minutes,
        ahead.mean * factor,
        ahead.day_variance * square,
        ahead.slot_variance * square,
        ahead.unusual_variance * square,
    )


def _shifts(times: list[datetime], agents: list[int]) -> list[tuple[str, list[int]]]:
    """A proposal of shifts (班次建议): for each day the most agents that each eight hours need."""
    days: dict[str, list[int]] = {}
    for at, n in zip(times, agents, strict=True):
        row = days.setdefault(f"{at:%m-%d}", [0] * (24 // SHIFT_HOURS))
        row[at.hour // SHIFT_HOURS] = max(row[at.hour // SHIFT_HOURS], n)
    return list(days.items())
