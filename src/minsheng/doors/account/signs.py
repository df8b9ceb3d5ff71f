"""Signs of gaming on staff pages (弄虚作假线索): a month's leads with what was to be expected, their evidence, and how
many re-calls the question takes. A lead opens an inquiry; it is never a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from minsheng.account.audit import CaseKind, CaseState, cases
from minsheng.account.audit.cases import INQUIRERS
from minsheng.account.gaming import MEANINGS, Found, Lead, Sample, resample
from minsheng.core import Refused
from minsheng.core.codes import Role
from minsheng.doors.account import standing
from minsheng.doors.account.appraising import SEES_SIGNS, tabs, with_facts
from minsheng.doors.account.cases import sign_name
from minsheng.doors.frame import menu, showing
from minsheng.doors.frame.graphs import Graph, Line, Value
from minsheng.doors.frame.page import actor, not_found, show, staff
from minsheng.ground import present

WHAT: Mapping[str, Any] = {
    "bunching": _("期限前八小时内的答复里，最后两小时的占多少"),
    "hollow_in_time": _("最后两小时答复说已解决、诉求人说没有解决的"),
    "hollow": _("答复说已解决、诉求人说没有解决的"),
    "too_good": _("单位自己的答复没有说已解决、诉求人却说已解决的"),
    "pressed": _("诉求人说有人要求或者许诺过什么的"),
    "visited_before": _("单位联系诉求人后四小时内得到“已解决”回答的"),
    "repeated": _("办结后同一地点、同类事项又有诉求的"),
    "gross_net": _("净值不计的工单：剔除、并单、撤回"),
    "exclusion": _("单位申请剔除的"),
    "reclassified": _("投诉、举报改成咨询的"),
    "merged_away": _("并入别的事项或别的地点的"),
    "doubled": _("拆出同一事项的"),
    "unreached": _("回访过而从未接通诉求人的"),
    "soon_after_contact": _("单位最后一次联系后几小时内的回答，与以后的相比"),
    "viewed_by_others": _("没有经办的人查看过全文的"),
    "short_call": _("接通后通话不足二十秒的回访"),
    "one_number_for_many": _("一个号码替三个以上诉求人回答的"),
    "never_entered": _("话务员接听而没有回执的来电"),
    "recall_contradicts": _("记录为已解决、独立复访时诉求人否认的"),
    "satisfied_beyond_resolved": _("密封票满意率，与解决率相比"),
    "copied": _("同样的话用来答复八类以上事项的"),
    "not_covered": _("随机抽中回访而从未接通的"),
}
"""What each sign counts, in Chinese; in English the room says it."""
LEAST_SHOWN = 5
"""Units with fewer cases are not drawn: they would hide the others."""
LOWER = 0.07
"""By how much a claimed rate is tested when nobody says by how much."""
SHOWN = 200


@staff(SEES_SIGNS)
@with_facts
def listing(request: HttpRequest) -> HttpResponse:
    """The leads of `?month=` that stand; `?sign=` shows one sign's leads at all units."""
    by, month = actor(request), standing.chosen(request.GET.get("month"))
    found = standing.signs_of(month)
    sign = request.GET.get("sign", "")
    leads = [x for x in found.leads if x.sign == sign] if sign in MEANINGS else list(found.standing)
    leads.sort(key=lambda x: (x.p, x.sign, x.unit))
    under = {
        (c.first.unit, c.first.data["lead"]["sign"]): c.no
        for c in cases.cases(by, CaseKind.INQUIRY, month=month)
        if c.state is CaseState.OPEN
    }
    given = {
        "tabs": tabs(by),
        "months": standing.months(),
        "month": month,
        "sign": sign if sign in MEANINGS else "",
        "signs": [(s, sign_name(s), sum(x.sign == s for x in found.standing)) for s in MEANINGS],
        "leads": [(x, sign_name(x.sign), under.get((x.unit, x.sign), "")) for x in leads[:SHOWN]],
        "all": len(leads),
        "standing": len(found.standing),
        "silent": [sign_name(s) for s in found.silent],
        "held": [sign_name(s) for s in MEANINGS if s in found.held],
        "claimed": found.resolved / found.answered if found.answered else None,
        "found": found,
        "sample": sample(found),
    }
    return show(request, "account/signs.html", given)


def sample(found: Found, suspected: float | None = None) -> Sample | None:
    """How many re-calls tell the recorded share of resolved from a lower one; None where there is none."""
    if not found.answered or not found.resolved:
        return None
    claimed = found.resolved / found.answered
    return resample(claimed, max(claimed - LOWER, 0.0) if suspected is None else suspected)


@staff(SEES_SIGNS)
@with_facts
def page(request: HttpRequest, month: str, sign: str, unit: str) -> HttpResponse:
    """One lead."""
    lead = _lead(month, sign, unit)
    if lead is None:
        return not_found(request)
    by = actor(request)
    name = sign_name(sign)
    its = cases.cases(by, CaseKind.INQUIRY, unit=unit, month=month)
    same = [c for c in its if c.first.data["lead"]["sign"] == sign]
    given = {
        "tabs": tabs(by),
        "month": month,
        "lead": lead,
        "name": name,
        "meaning": WHAT.get(sign, MEANINGS[sign][0]) if showing.chinese() else MEANINGS[sign][1],
        "graph": graph(month, lead, name),
        "inquiries": same,
        "may_open": by.role in INQUIRERS and not any(c.state is CaseState.OPEN for c in same),
        "follows": by.role in menu.BOARD,
        "audits": by.role is Role.AUDITOR,
        "sample": sample(standing.signs_of(month)),
    }
    return show(request, "account/sign.html", given)


@staff(INQUIRERS)
@require_POST
def inquire(request: HttpRequest, month: str, sign: str, unit: str) -> HttpResponse:
    """Open an inquiry on a lead."""
    lead = _lead(month, sign, unit)
    if lead is None:
        return not_found(request)
    figures: dict[str, Any] = {**asdict(lead), "orders": list(lead.orders)}
    text = request.POST.get("text", "").strip().replace("\0", "")
    try:
        case = cases.open_inquiry(unit, month, figures, text, actor(request))
    except Refused as refused:
        messages.error(request, gettext(refused.message), extra_tags="bad")
        return redirect("sign", month, sign, unit)
    messages.success(request, gettext("已立项核查：%(no)s。") % {"no": case.no}, extra_tags="good")
    return redirect("case", case.no)


def _lead(month: str, sign: str, unit: str) -> Lead | None:
    if month not in standing.months():
        return None
    return next((x for x in standing.signs_of(month).leads if (x.sign, x.unit) == (sign, unit)), None)


def graph(month: str, lead: Lead, name: str) -> Graph:
    """Every unit's share of one sign beside the range in which honest units like it lie, by number of cases."""
    every = (x for x in standing.signs_of(month).leads if x.sign == lead.sign)
    rows = sorted((x for x in every if x.base >= LEAST_SHOWN or x.unit == lead.unit), key=lambda x: (x.base, x.unit))
    own: list[Value] = [100 * x.value if x.unit == lead.unit else None for x in rows]
    others: list[Value] = [None if x.unit == lead.unit else round(100 * x.value, 1) for x in rows]
    unit = showing.name_of(present.city().units.get(lead.unit), lead.unit)
    says = gettext(
        "%(unit)s：%(hits)s / %(base)s = %(value)s；同类单位正常办理时 95%% 落在 %(low)s 至 %(high)s。"
        "这是线索，不是结论。"
    ) % {
        "unit": unit,
        "hits": lead.hits,
        "base": lead.base,
        "value": f"{lead.value:.1%}",
        "low": f"{lead.expected_low:.1%}",
        "high": f"{lead.expected_high:.1%}",
    }
    lows = [round(100 * x.expected_low, 1) for x in rows]
    highs = [round(100 * x.expected_high, 1) for x in rows]
    return Graph(
        f"sign-{lead.sign}",
        name,
        says,
        [str(x.base) for x in rows],
        [Line(gettext("其他单位"), others, "dots"), Line(unit, own, "dots")],
        band=(gettext("应有范围"), lows, highs),
        height=300,
        x_name=gettext("件数"),
    )
