"""The signal board (预警看板): what the nightly look found, each finding with its chart, its limit and its orders, and
the button that makes a candidate topic of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.doors.frame import menu
from minsheng.doors.frame.graphs import Graph, Line
from minsheng.doors.frame.page import actor, not_found, show, staff
from minsheng.doors.templatetags.minsheng import expected
from minsheng.foresee import topics
from minsheng.foresee.topics import Finding, FindingKind

BOARD = tuple(k for k in FindingKind if k is not FindingKind.SEASON)


@staff(menu.BOARD)
def board(request: HttpRequest) -> HttpResponse:
    """The newest findings by kind."""
    by = actor(request)
    every = topics.findings(by, *BOARD)
    wanted = request.GET.get("kind", "")
    kind = next((k for k in BOARD if k.value == wanted), None)
    given = {
        "kinds": [(k, sum(f.kind is k for f in every)) for k in BOARD],
        "kind": kind,
        "findings": [f for f in every if kind is None or f.kind is kind],
        "made_on": max((f.made_on for f in every if f.made_on), default=None),
        "all": len(every),
    }
    return show(request, "ahead/board.html", given)


@staff(menu.BOARD)
def page(request: HttpRequest, finding: int) -> HttpResponse:
    """One finding."""
    found = topics.finding(finding, actor(request))
    if found is None:
        return not_found(request)
    given = {
        "finding": found,
        "graph": graph_of(found),
        "facts": facts_of(found),
        "may_propose": actor(request).role in menu.STUDY,
    }
    return show(request, "ahead/finding.html", given)


@staff(menu.STUDY)
@require_POST
def propose(request: HttpRequest, finding: int) -> HttpResponse:
    """Make a candidate topic of a finding."""
    found = topics.finding(finding, actor(request))
    if found is None:
        return not_found(request)
    topic = topics.propose_finding(found, actor(request))
    messages.success(request, gettext("已列入备选：%(no)s。") % {"no": topic.no}, extra_tags="good")
    return redirect("topic", topic.no)


def graph_of(found: Finding) -> Graph | None:
    """Counts by week or day with what was to be expected and the limit above which it is an alarm, where there is one;
    None of a finding that is no series."""
    data = found.data
    if "counts" not in data:
        return None
    counts = data["counts"]
    lines = [Line(gettext("件数"), counts)]
    if "limit" in data:
        lines += [
            Line(gettext("预计"), _aligned(data["expected"], len(counts)), "line"),
            Line(gettext("界限"), _aligned(data["limit"], len(counts)), "dashed"),
        ]
    alarms = _aligned(data.get("alarm", ()), len(counts))
    unit = gettext("日") if found.kind is FindingKind.FRESH else gettext("周")
    says = _SAYS.get(found.kind, _risen)(found)
    marks = [i for i, a in enumerate(alarms) if a]
    return Graph(f"finding-{found.id}", found.name, says, data["begins"], tuple(lines), marks=marks, x_name=unit)


def _returning(found: Finding) -> str:
    return gettext("每周件数；预计 %(since)s 起再次出现，可能性 %(chance)s。") % {
        "since": found.since.isoformat(),
        "chance": f"{found.data['probability']:.0%}",
    }


def _begun(found: Finding) -> str:
    return gettext(
        "到昨天为止 %(window)s 天内 %(seen)s 件；按本地以往占比和全市同类诉求推算，应为 %(expected)s 件。"
        "平静的一夜里，每个序列误报的可能不超过 %(alpha)s。"
    ) % {
        "window": found.data["window"],
        "seen": f"{found.seen:g}",
        "expected": expected(found.expected),
        "alpha": f"{found.data['alpha']:.1%}",
    }


def _risen(found: Finding) -> str:
    return gettext(
        "最近一周 %(seen)s 件，预计 %(expected)s 件；超过虚线即为预警。"
        "每个序列每周误报的可能不超过 %(alpha)s，同时看了 %(series)s 个序列。"
    ) % {
        "seen": f"{found.seen:g}",
        "expected": f"{found.expected or 0:.1f}",
        "alpha": f"{found.data.get('alpha', 0.01):.0%}",
        "series": f"{found.data.get('series', 0):,}",
    }


_SAYS: dict[FindingKind, Callable[[Finding], str]] = {FindingKind.SEASON: _returning, FindingKind.FRESH: _begun}


def _aligned(values: Sequence[Any], length: int) -> list[Any]:
    kept = list(values)[-length:]
    return [None] * (length - len(kept)) + kept


_FACTS = (
    *("n", "parked", "returned", "redone", "many", "days", "recent", "fortnight_before", "unresolved", "asked"),
    *("probability", "share"),
)


def facts_of(found: Finding) -> list[tuple[str, str]]:
    """The finding's other figures, in words."""
    named = {
        "n": gettext("同类工单"),
        "parked": gettext("挂账"),
        "returned": gettext("退单两次以上"),
        "redone": gettext("二次办理两次以上"),
        "many": gettext("三个以上单位"),
        "days": gettext("有诉求的天数"),
        "unresolved": gettext("反映未解决"),
        "recent": gettext("近两周的天数"),
        "fortnight_before": gettext("再前两周的天数"),
        "asked": gettext("问过是否解决"),
        "share": gettext("未解决比例"),
        "probability": gettext("再次发生的可能"),
    }
    return [(named[k], _shown(k, found.data[k])) for k in _FACTS if k in found.data]


def _shown(name: str, value: Any) -> str:
    return f"{value:.0%}" if name in ("share", "probability") else f"{value:,}"
