"""The effect page of a topic (成效页): what was registered, what was found, the placebo picture, the naive figure
beside it with the reason why they differ, and what the guards saw."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from minsheng.core import Refused
from minsheng.core.session import Effect
from minsheng.doors.ahead.acting import found
from minsheng.doors.frame import menu
from minsheng.doors.frame.graphs import Graph, Line
from minsheng.doors.frame.page import actor, show, staff
from minsheng.doors.frame.showing import chinese
from minsheng.foresee import sessions, topics
from minsheng.foresee.effects.effects import METHOD
from minsheng.foresee.topics.facts import lake_or_none

BINS = 24
METHODS = {
    METHOD: _(
        "由各区域自己的全部历史和对照区域的共同走势推算不采取措施时的件数（对数高斯过程，负二项计数），"
        "区间按对照区域校准"
    ),
    "synthetic difference-in-differences": _("合成双重差分"),
    "interrupted time series": _("中断时间序列"),
}


@staff(menu.TOPICS)
@found
def page(request: HttpRequest, topic_no: str) -> HttpResponse:
    """The newest measurement of a topic; before the first, what was registered and when it can be measured."""
    by = actor(request)
    topic, events = sessions.topic(topic_no, by)
    runs = topics.measured(topic_no, by)
    newest = runs[0] if runs else None
    language = "zh" if chinese() else "en"
    registered = next((e for e in events if e.event.NAME == "registered"), None)
    given: dict[str, Any] = {
        "topic": topic,
        "registered": registered,
        "digest": registered.hash.hex() if registered else "",
        "newest": newest,
        "earlier": runs[1:],
        "may_measure": by.role in menu.STUDY and topic.registration is not None,
    }
    if newest:
        figures = newest["figures"]
        given |= {
            "figures": figures,
            "method": METHODS.get(figures["method"], figures["method"]),
            "companions": [(METHODS.get(c["method"], c["method"]), c) for c in figures["companions"]],
            "verdict": figures["verdict"][language],
            "why": figures["why_naive_differs"][language],
            "choice": figures["choice"][language],
            "guards": [(g[language], g["warns"]) for g in newest["guards"]],
            "course": course(figures),
            "placebo": placebo(figures),
            "complete": newest["weeks"] >= newest["registered"],
        }
    return show(request, "ahead/effect.html", given)


@staff(menu.STUDY)
@require_POST
@found
def measure(request: HttpRequest, topic_no: str) -> HttpResponse:
    """Measure as registered, now."""
    facts = lake_or_none()
    if facts is None:
        messages.error(request, gettext("数据湖尚未建立，不能测算。"), extra_tags="bad")
        return redirect("effect", topic_no)
    try:
        newest: Effect = topics.record(facts, topic_no, actor(request)).effects[-1]
    except Refused as refused:
        messages.error(request, gettext(refused.message), extra_tags="bad")
    else:
        messages.success(
            request, gettext("已测算：%(estimate)s。") % {"estimate": f"{newest.estimate:+.1f} %"}, extra_tags="good"
        )
    return redirect("effect", topic_no)


def course(figures: Mapping[str, Any]) -> Graph:
    """Requests by week where something was done, and the controls' course brought to the same height before."""
    series = figures["series"]
    start = figures["periods"]["before"][2]
    treated, controls = np.array(series["treated"], dtype=float), np.array(series["controls"], dtype=float)
    scale = treated[:start].sum() / max(controls[:start].sum(), 1.0)
    return Graph(
        "course",
        gettext("采取措施的区域与对照区域"),
        gettext(
            "三角处起采取措施；对照区域的走势按之前的总量折算到同一高度。"
            "实际 %(happened)s 件，若不采取措施预计 %(expected)s 件。"
        )
        % {"happened": f"{figures['happened']:.0f}", "expected": f"{figures['expected']:.0f}"},
        series["t"],
        (
            Line(gettext("采取措施的区域"), treated.tolist()),
            Line(gettext("对照（折算）"), np.round(controls * scale, 1).tolist(), "dashed"),
        ),
        marks=(start,),
        x_name=gettext("周"),
    )


def placebo(figures: Mapping[str, Any]) -> Graph | None:
    """How large an effect the same arithmetic finds where nothing was done."""
    estimates = np.array([e for e in figures["placebo_in_space"]["estimates_pct"] if e is not None], dtype=float)
    if len(estimates) < 10:
        return None
    ours = float(figures["estimate_pct"])
    low, high = min(float(estimates.min()), ours), max(float(estimates.max()), ours)
    edges = np.linspace(low, high + 1e-9, BINS + 1)
    counts = np.histogram(estimates, edges)[0]
    place = int(np.clip(np.searchsorted(edges, ours, side="right") - 1, 0, BINS - 1))
    return Graph(
        "placebo",
        gettext("安慰剂检验"),
        gettext(
            "对没有采取措施的区域做同样的计算 %(sets)s 次，得到的“成效”分布；三角处是真正的估计 %(ours)s，p = %(p)s。"
        )
        % {"sets": len(estimates), "ours": f"{ours:+.1f} %", "p": f"{figures['placebo_p']:.3f}"},
        [f"{(a + b) / 2:+.0f} %" for a, b in pairwise(edges)],
        (Line(gettext("次数"), counts.tolist(), "bars"),),
        marks=(place,),
        height=200,
        x_name=gettext("估计"),
    )
