"""The agent's desk (受理登记): a call becomes an order in under a minute, with the same number's history, similar
orders, knowledge and proposals beside the form; what is typed is kept each second."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from minsheng.core import Actor, Refused, codes
from minsheng.core import commands as say
from minsheng.core.codes import Kind, Urgency
from minsheng.doors.account.receipts import signed
from minsheng.doors.desks import forms, lists, proposals
from minsheng.doors.desks.lists import Desk
from minsheng.doors.desks.order import context as order_context
from minsheng.doors.desks.order import status_of
from minsheng.doors.frame import menu, showing
from minsheng.doors.frame.fields import Field, filled
from minsheng.doors.frame.page import actor, show, staff
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.ground.vault import Person
from minsheng.respond import casework, desk_reads, drafts, intake, knowledge

DRAFT = "call"
_PHONE = re.compile(r"[0-9+() -]{0,32}")
_LONGEST = {"text": 20_000, "address": 500, "name": 64, "title": 200}


def _channels() -> list[tuple[str, str]]:
    return [(c.code, showing.name_of(c)) for c in present.city().channels.values()]


FIELDS = (
    Field("phone", _("来电号码"), "tel"),
    Field("name", _("称呼"), "line"),
    Field("text", _("诉求内容"), required=True, rows=6),
    Field("address", _("地点（诉求人原话）"), "line"),
    Field("kind", _("诉求类型"), "select", options=forms.of(Kind), value=Kind.HELP.value),
    Field("urgency", _("紧急程度"), "select", options=forms.of(Urgency), value=Urgency.ORDINARY.value),
    Field("category", _("诉求类别"), "category", list="category"),
    Field("area", _("属地"), "area", list="area"),
    Field("complained_of", _("被投诉单位（须回避）"), "unit", list="unit"),
    Field("channel", _("渠道"), "select", options=_channels, value="phone", required=True),
    Field("secret", _("诉求人要求保密"), "tick"),
    Field("no_reply", _("诉求人不需要回复"), "tick"),
)
DESK = Desk(
    "agent",
    _("受理登记"),
    menu.INTAKE,
    (
        ("received", _("待受理")),
        ("incomplete", _("待补充")),
        ("answered", _("答复待告知")),
        ("explained", _("告知待办结")),
        ("transferred", _("转接待办结")),
    ),
    lists.in_state,
    _("没有等待受理的工单。网上和其他渠道来的诉求会出现在这里。"),
)


@staff(menu.INTAKE)
def desk(request: HttpRequest) -> HttpResponse:
    """What came in and waits to be taken."""
    return lists.listing(DESK, request, "desks/agent.html")


@staff(menu.INTAKE)
def call(request: HttpRequest) -> HttpResponse:
    """The form of a new call; on POST the order is made, and submitted when that was asked."""
    by = actor(request)
    if request.method != "POST":
        kept = drafts.find(by.id, DRAFT)
        values, at = kept if kept else ({}, None)
        token = values.get("call") or secrets.token_hex(8)
        return _form(request, values, {}, token, kept_at=at)
    typed = request.POST.dict()
    token = re.sub(r"\W", "", typed.get("call", ""))[:32] or secrets.token_hex(8)
    try:
        made = _request(typed, by, token)
        receipt = intake.receive(made, by)
    except forms.Mistyped as wrong:
        return _form(request, typed, wrong.problems, token, status=422)
    except Refused as refused:
        return _form(request, typed, {"": gettext(refused.message)}, token, status=409)
    except intake.Conflict:
        fresh = secrets.token_hex(8)
        sentence = gettext("这张表单刚才已登记成工单，现在内容有改动。再按一次登记，会另立一张新工单。")
        return _form(request, typed, {"": sentence}, fresh, status=409)
    drafts.drop(by.id, DRAFT)
    return _submitted(request, receipt, made, typed, by)


def _submitted(
    request: HttpRequest, receipt: intake.Receipt, made: intake.Request, typed: Mapping[str, str], by: Actor
) -> HttpResponse:
    told = gettext("已登记 %(no)s，查询码 %(code)s，最迟 %(due)s前答复。请念给诉求人。") % {
        "no": receipt.no,
        "code": receipt.code,
        "due": showing.when(receipt.due),
    }
    promised = signed(receipt.facts)
    if promised:
        told += gettext("回执号 %(number)s，校验码 %(code)s，一小时后可在网页核对。") % {
            "number": promised.promise.number,
            "code": f"{promised.code[:4]} {promised.code[4:]}",
        }
    if typed.get("then") != "submit" or not receipt.new:
        messages.success(request, told, extra_tags="good")
        return redirect("order", no=receipt.no)
    try:
        casework.handle(receipt.no, say.Submit(), by)
    except Refused as refused:
        messages.success(request, told, extra_tags="good")
        given = order_context(receipt.no, by, failed=("submit", typed, {"": gettext(refused.message)}))
        return show(request, "desks/order.html", given, status_of(refused))
    messages.success(request, told + gettext("已提交派单。"), extra_tags="good")
    return redirect("call")


def _request(typed: Mapping[str, str], by: Actor, token: str) -> intake.Request:
    given = forms.read("receive", FIELDS, typed)
    problems = {
        f: gettext("太长了，请不超过 %(n)d 字。") % {"n": n} for f, n in _LONGEST.items() if len(given.get(f) or "") > n
    }
    if not _PHONE.fullmatch(given.get("phone") or ""):
        problems["phone"] = gettext("号码只能有数字、空格和 +()-，请检查。")
    if given.get("channel") not in present.city().channels:
        problems["channel"] = gettext("请选择一个渠道。")
    codes_given = {}
    for field, kind in (("kind", Kind), ("urgency", Urgency)):
        try:
            codes_given[field] = kind(
                given.get(field) or kind.OTHER if kind is Kind else given.get(field) or "ordinary"
            )
        except ValueError:
            problems[field] = gettext("请从列表中选一个。")
    if problems:
        raise forms.Mistyped(problems)
    return intake.Request(
        text=given["text"],
        person=Person(given.get("name") or "", given.get("phone") or "", given.get("address") or ""),
        channel=given["channel"],
        external_id=f"desk/{by.id}/{token}",
        kind=codes.Kind(codes_given["kind"]),
        urgency=codes.Urgency(codes_given["urgency"]),
        category=given.get("category"),
        area=given.get("area"),
        reply_wanted=not given.get("no_reply"),
        secret=bool(given.get("secret")),
        complained_of=(given["complained_of"],) if given.get("complained_of") else (),
    )


def _form(
    request: HttpRequest,
    values: Mapping[str, Any],
    problems: Mapping[str, str],
    token: str,
    *,
    status: int = 200,
    kept_at: Any = None,
) -> HttpResponse:
    beside_it = _beside(values, actor(request))
    fields = {f.name: f for f in proposals.beside(filled(FIELDS, values, problems), beside_it["advice"])}
    given = {
        "fields": fields,
        "problems": list(problems.values()),
        "token": token,
        "kept_at": kept_at,
        **beside_it,
    }
    return show(request, "desks/call.html", given, status)


@staff(menu.INTAKE)
@require_POST
def beside(request: HttpRequest) -> HttpResponse:
    """What stands beside the form for what is typed so far. By POST: no number and no word stands in an address."""
    return render(request, "desks/beside.html", _beside(request.POST.dict(), actor(request)) | {"live": True})


def _beside(typed: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    phone, text = str(typed.get("phone") or ""), str(typed.get("text") or "")[:4000]
    words = knowledge.words_in(text)
    advice = proposals.shown(proposals.for_text(text, typed))
    with sight(by):
        history = desk_reads.same_number(phone) if sum(c.isdigit() for c in phone) >= 7 else []
        alike = proposals.alike(text)
        entries = [e for e in knowledge.search(words, 5) if not e.ended] if words else []
    return {
        "history": history,
        "alike": alike,
        "entries": entries,
        "advice": advice,
        "typed": bool(phone or text),
    }


@staff()
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keep what is being typed; `drop` throws it away."""
    by, fields = actor(request), request.POST.dict()
    form = fields.pop("draft", "")[:80]
    fields.pop("csrfmiddlewaretoken", None)
    if not form:
        return JsonResponse({"kept": False}, status=422)
    if fields.pop("drop", None):
        drafts.drop(by.id, form)
        return redirect("call")
    kept = drafts.keep(by.id, form, fields)
    return JsonResponse({"kept": kept, "at": showing.when(present.now())}, status=200 if kept else 413)
