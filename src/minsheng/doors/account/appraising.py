"""The appraisal on staff pages (考核): funnels, the three rates with both sides, peers and intervals, results in two
lists, and how residents judge units. There is no league table. A unit's head sees the own unit beside the band of its
peers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.account.appraisal import Appraisal, Ground, NoRules, Place, UnitAppraisal, workbook
from minsheng.account.audit import evaluation
from minsheng.core import Actor
from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.doors.account import standing
from minsheng.doors.account.funnels import funnels, group_name
from minsheng.doors.frame import menu
from minsheng.doors.frame.page import View, actor, not_found, show, staff
from minsheng.ground import present
from minsheng.ground.lake import NoLake

R = Role
CITY_WIDE = menu.APPRAISAL - UNIT_ROLES
SEES_SIGNS = menu.STUDY | {R.INSPECTOR, R.AUDITOR}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES = {
    Place.WITHIN: _("界内"),
    Place.LOW: _("低于 95% 界限"),
    Place.HIGH: _("高于 95% 界限"),
    Place.VERY_LOW: _("低于 99.8% 界限"),
    Place.VERY_HIGH: _("高于 99.8% 界限"),
}
GROUNDS = {Ground.MECHANISM: _("机制"), Ground.CAUSE_REMOVED: _("成因消除"), Ground.EFFECT: _("成效")}
COUNTS = (
    ("n", _("受理")),
    ("open", _("未办结")),
    ("returned", _("有退单")),
    ("extended", _("有延期")),
    ("repeated", _("三十日内重复")),
)
LEFT_OUT = (("excluded", _("剔除")), ("merged", _("并单")), ("withdrawn", _("撤回")), ("parked", _("挂账")))


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages of appraisal: its address's name, its words, and whose it is."""

    name: str
    label: Any
    roles: frozenset[Role]


TABS = (
    Tab("appraisal", _("三率与比较"), menu.APPRAISAL),
    Tab("evaluation", _("群众反向评价"), menu.APPRAISAL),
    Tab("cases", _("申诉与容错"), menu.APPRAISAL),
    Tab("signs", _("线索"), SEES_SIGNS),
    Tab("inquiries", _("核查"), SEES_SIGNS),
)


def tabs(by: Actor) -> list[Tab]:
    """The pages that the reader's role may open."""
    return [tab for tab in TABS if by.role in tab.roles]


def own_unit(by: Actor) -> str | None:
    """The unit that a head of a unit is confined to; None for those who see the city."""
    return by.unit if by.role in UNIT_ROLES else None


def with_facts(view: View) -> View:
    """What to do next in words, where there are no facts or no rules yet."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        try:
            return view(request, *args, **given)
        except NoLake:
            step = gettext("数据湖尚未建立：请运行 minsheng lake catch-up，之后每五分钟自动更新。")
        except NoRules:
            step = gettext("城市数据包里没有这个月的考核规则，请填写 appraisal.csv。")
        return show(request, "account/nothing.html", {"tabs": tabs(actor(request)), "step": step})

    return guarded


@staff(menu.APPRAISAL)
@with_facts
def page(request: HttpRequest) -> HttpResponse:
    """The appraisal of `?month=`, the newest whole month by default."""
    by = actor(request)
    unit, month = own_unit(by), standing.chosen(request.GET.get("month"))
    found = standing.appraisal_of(month)
    results = standing.results_of(month)
    groups = dict(funnels(found, unit))
    wanted = request.GET.get("group", "")
    names = {"-".join(g): g for g in groups}
    group = names.get(wanted) or next(iter(groups), None)
    units = [u for u in found.units if (u.unit == unit if unit else group is None or u.group == group)]
    given = {
        "tabs": tabs(by),
        "months": standing.months(),
        "month": month,
        "asof": found.asof,
        "groups": [(key, group_name(g), g == group) for key, g in names.items()],
        "group": "-".join(group) if group else "",
        "graph": groups[group] if group else None,
        "own": unit,
        "lines": [line(u, standing.decided(results).get(u.unit, [])) for u in units],
        "rules": found.rules,
        "counts": [label for _name, label in (*COUNTS, *LEFT_OUT)],
        "troubles": found.troubles,
        "results": _results(standing.by_unit(results, unit)),
        "may_lodge": by.role is R.UNIT_HEAD,
        "may_download": by.role in CITY_WIDE,
    }
    return show(request, "account/appraisal.html", given)


def line(unit: UnitAppraisal, decided: Sequence[Any]) -> dict[str, Any]:
    """A unit as a row: rates with both sides, its standing, its other counts, and what was decided beside them."""
    s = unit.standing
    return {
        "unit": unit.unit,
        "group": group_name(unit.group),
        "score": unit.score,
        "rates": unit.rates,
        "standing": s,
        "place": PLACES[s.place] if s and s.place else gettext("同类过少，不设界限"),
        "out": bool(s and s.place and s.place.out),
        "counts": [unit.counts.get(name, 0) for name, _label in COUNTS]
        + [unit.left_out.get(name, 0) for name, _label in LEFT_OUT],
        "decided": decided,
    }


def _results(results: Any) -> dict[str, Any]:
    return {
        "visible": results.visible,
        "groundwork": [(GROUNDS[g.kind], g) for g in results.groundwork],
        "tolerance": results.tolerance,
    }


@staff(CITY_WIDE)
@with_facts
def book(request: HttpRequest) -> HttpResponse:
    """The workbook of a month."""
    month = standing.chosen(request.GET.get("month"))
    found: Appraisal = standing.appraisal_of(month)
    if not found.funnels:
        step = gettext("同类单位太少，画不出漏斗；有四个以上同类单位办过工单的月份才有考核表。")
        return show(request, "account/nothing.html", {"tabs": tabs(actor(request)), "step": step})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "appraisal.xlsx"
        workbook(found, present.city(), path, standing.results_of(month))
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"考核-{month}.xlsx") or ""
    return response


@staff(menu.APPRAISAL)
@with_facts
def judged(request: HttpRequest) -> HttpResponse:
    """How residents judge units, six months back from `?month=`."""
    by = actor(request)
    unit, month = own_unit(by), standing.chosen(request.GET.get("month"))
    found = [j for j in standing.judged_of(month) if unit in (None, j.unit)]
    units = evaluation.by_unit(found)
    words = request.GET.get("q", "").strip()
    if words:
        named = present.city().units
        units = [(code, rows) for code, rows in units if code in named and words in named[code].name]
    if unit and not units:
        return not_found(request)
    given = {
        "tabs": tabs(by),
        "months": standing.months(),
        "month": month,
        "units": units,
        "words": words,
        "own": unit,
    }
    return show(request, "account/evaluation.html", given)
