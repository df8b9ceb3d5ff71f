"""Funnels drawn (漏斗图): of each peer group the limits by number of orders and its units as dots. A unit that looks at
itself sees the band of its peers and its own dot alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.account.appraisal import Appraisal, Funnel, Place, Standing, UnitAppraisal
from minsheng.account.appraisal.funnel import WARNING
from minsheng.account.appraisal.peers import Group
from minsheng.doors.frame import showing
from minsheng.doors.frame.graphs import Graph, Line, Value
from minsheng.ground import present
from minsheng.ground.city.rows import UnitKind

SIZES = 24
OUT = (Place.VERY_LOW, Place.VERY_HIGH)


KINDS = {
    UnitKind.CENTRE: _("热线中心"),
    UnitKind.DEPARTMENT: _("市直部门"),
    UnitKind.COUNTY: _("县区"),
    UnitKind.COUNTY_DEPARTMENT: _("县区部门"),
    UnitKind.TOWNSHIP: _("乡镇街道"),
    UnitKind.SUB_OFFICE: _("派出机构"),
    UnitKind.UTILITY: _("公用企业"),
    UnitKind.FIRM: _("其他企业"),
}


def group_name(group: Group) -> str:
    """A peer group in words: 3 级单位 · 派出机构 · 自然资源局; a function that no category names stays unsaid."""
    level = gettext("%(level)s 级单位") % {"level": group[0]}
    kind = [str(KINDS[UnitKind(group[1])])] if len(group) > 1 else []
    return " · ".join([level, *kind, *(name for code in group[2:] if (name := _function(code)))])


def _function(code: str) -> str:
    """The department whose matters these are; in English the code, for the pack has no other word."""
    known = present.city().taxonomy.categories.values()
    dept = next((c.dept for c in known if c.dept_type == code and c.dept), "")
    return dept if showing.chinese() or not dept else code


def funnels(found: Appraisal, only: str | None = None) -> list[tuple[Group, Graph]]:
    """One funnel a peer group; `only` shows one unit's dot in its own group."""
    drawn = []
    for group, (funnel, expected) in sorted(found.funnels.items()):
        units = [u for u in found.units if u.group == group and u.standing and u.standing.place]
        if only is None or any(u.unit == only for u in units):
            drawn.append((group, _drawn(group, funnel, expected, units, only)))
    return drawn


def _drawn(group: Group, funnel: Funnel, expected: float, units: Sequence[UnitAppraisal], only: str | None) -> Graph:
    shown = [(u, s) for u in units if (s := u.standing) and (only is None or u.unit == only)]
    largest = max((u.standing.n for u in units if u.standing), default=20)
    curve = sorted({round(float(x)) for x in np.geomspace(5, max(largest * 1.15, 20), SIZES)})
    sizes = sorted([*curve, *(s.n for _, s in shown)])
    limits = {n: (funnel.limits(n, expected), funnel.limits(n, expected, WARNING)) for n in set(sizes)}
    centre = float(funnel.target(np.array([expected]))[0])
    within, named = _dots(funnel, centre, sizes, shown, only)
    sign_low, sign_high = ([_cent(limits[n][0][i]) for n in sizes] for i in (0, 1))
    warn_low, warn_high = ([_cent(limits[n][1][i]) for n in sizes] for i in (0, 1))
    lines = [Line(gettext("界内单位"), within, "dots")] if only is None else []
    lines += [Line(name, values, "dots") for name, values in named]
    lines += [
        Line(gettext("同类应有"), [_cent(centre)] * len(sizes)),
        Line(gettext("95% 下限"), warn_low, "dashed"),
        Line(gettext("95% 上限"), warn_high, "dashed"),
    ]
    return Graph(
        "funnel-" + "-".join(group),
        group_name(group),
        _says(units, only),
        [str(n) for n in sizes],
        lines,
        band=(gettext("99.8% 界限"), sign_low, sign_high),
        height=340,
        x_name=gettext("可比工单"),
    )


def _dots(
    funnel: Funnel, centre: float, sizes: list[int], shown: Sequence[tuple[UnitAppraisal, Standing]], only: str | None
) -> tuple[list[Value], list[tuple[str, list[Value]]]]:
    """Units within the limits as one row of dots; those outside, and the reader's own, each as a named row."""
    within: list[Value] = [None] * len(sizes)
    named: list[tuple[str, list[Value]]] = []
    for unit, s in sorted(shown, key=lambda pair: (pair[1].n, pair[0].unit)):
        at = next(i for i, n in enumerate(sizes) if n == s.n and within[i] is None)
        target = float(funnel.target(np.array([s.expected / s.n]))[0])
        height = _cent(min(max(s.y / s.n - target + centre, 0.0), 1.0))
        if only is not None or s.place in OUT:
            row: list[Value] = [None] * len(sizes)
            row[at] = height
            named.append((showing.name_of(present.city().units.get(unit.unit), unit.unit), row))
        else:
            within[at] = height
    return within, named


def _says(units: Sequence[UnitAppraisal], only: str | None) -> str:
    places = {u.unit: u.standing.place for u in units if u.standing}
    if only is not None:
        where = {
            Place.WITHIN: gettext("您的单位在界限之内。"),
            Place.LOW: gettext("您的单位低于 95% 界限，在 99.8% 界限之内。"),
            Place.HIGH: gettext("您的单位高于 95% 界限，在 99.8% 界限之内。"),
            Place.VERY_LOW: gettext("您的单位低于 99.8% 界限，这是核查的线索，不是结论。"),
            Place.VERY_HIGH: gettext("您的单位高于 99.8% 界限，这是核查的线索，不是结论。"),
        }
        return where[places[only] or Place.WITHIN]
    out = sum(place in OUT for place in places.values())
    return gettext(
        "%(units)s 个同类单位首次办理即解决的百分比，按诉求构成折算；%(out)s 个在 99.8%% 界限之外。"
        "界限之内的差别分不出高下；出界是核查的线索，不是结论。"
    ) % {"units": len(units), "out": out}


def _cent(share: float) -> float:
    return round(100 * share, 1)
