"""Filing a request (提出诉求): what, where, how to reach you, check, receipt; one thing a page.

Words of danger show 110, 119 or 120 before anything goes on (国办发〔2020〕53号: emergencies stay outside 12345)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from minsheng.doors.frame.fields import Field
from minsheng.doors.portal import asking, browser
from minsheng.ground.vault import Person
from minsheng.respond import intake

CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the way: its question, its fields, and what to say of those left empty."""

    name: str
    question: Any
    fields: tuple[Field, ...]
    hint: Any = ""
    missing: Mapping[str, Any] | None = None
    also: Callable[[Mapping[str, str]], dict[str, str]] | None = None


def _some_place(values: Mapping[str, str]) -> dict[str, str]:
    if values["address"] or values["unknown"]:
        return {}
    return {"address": str(_("请写明地点，或勾选“我不知道在哪里”。"))}


STEPS = (
    Step(
        "what",
        _("发生了什么事？"),
        (Field("text", _("发生了什么事？"), required=True, rows=7),),
        _("照您平时说话写就行：什么事、多久了、想怎么解决。请不要写身份证号和银行卡号。"),
        {"text": _("请写明发生了什么事。")},
    ),
    Step(
        "where",
        _("在哪里？"),
        (
            Field(
                "address",
                _("地点"),
                kind="line",
                hint=_("区县、街道或乡镇、小区或村、楼号，写得越细，派得越准。"),
            ),
            Field("unknown", _("我不知道在哪里"), kind="tick"),
        ),
        also=_some_place,
    ),
    Step(
        "reach",
        _("怎么联系您？"),
        (
            Field("name", _("怎么称呼您（可不填）"), kind="line"),
            Field("phone", _("电话（可不填）"), kind="tel", hint=_("留了电话，办理的人可以找您核实，办得更快。")),
            Field(
                "reply",
                _("要不要答复您？"),
                kind="choices",
                required=True,
                options=(("yes", _("要，请把结果告诉我")), ("no", _("不用答复"))),
                value="yes",
            ),
            Field(
                "secret",
                _("请为我保密"),
                kind="tick",
                hint=_("勾选后，承办单位看不到您的姓名和电话，只能通过热线中心找您。"),
            ),
        ),
        _("不留姓名和电话也可以提交，凭单号和查询码上网看结果。"),
        {"reply": _("请选择要不要答复您。")},
    ),
)
_BY_NAME = {s.name: s for s in STEPS}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The way in: file or follow."""
    page = {"mine": browser.mine(request), "begun": bool(_draft(request))}
    return render(request, "portal/home.html", page)


def step(request: HttpRequest, step: str) -> HttpResponse:
    """One question. What was typed is kept whatever is wrong with it and whichever button was pressed."""
    here = _BY_NAME.get(step)
    if here is None:
        raise Http404
    draft = _draft(request)
    number = STEPS.index(here)
    before = STEPS[number - 1] if number else None
    if request.method != "POST":
        ahead = _next(draft)
        if before and ahead and STEPS.index(ahead) < number:
            return redirect("portal:new", step=ahead.name)
        return asking.ask(request, _page(here, draft), here.fields, draft)
    values = asking.typed(request, here.fields)
    problems = asking.wrong(here.fields, values, here.missing or {})
    if not problems and here.also:
        problems = here.also(values)
    draft = {"id": secrets.token_urlsafe(16), **draft, **values, here.name: "" if problems else "done"}
    browser.keep(request, browser.FILING, draft)
    if "back" in request.POST:
        return redirect("portal:new", step=before.name) if before else redirect("portal:home")
    found = asking.danger(values.get("text", ""))
    if problems or (found and request.POST.get("seen") != found):
        return asking.ask(request, _page(here, draft), here.fields, values, problems)
    ahead = _next(draft)
    return redirect("portal:new", step=ahead.name) if ahead else redirect("portal:check")


def _draft(request: HttpRequest) -> dict[str, str]:
    """What is being typed; nothing once it has been filed."""
    kept = browser.draft(request, browser.FILING)
    return {} if "filed" in kept else kept


def _next(draft: Mapping[str, str]) -> Step | None:
    """The first question that has no answer yet."""
    return next((s for s in STEPS if draft.get(s.name) != "done"), None)


def _page(here: Step, draft: Mapping[str, str]) -> dict[str, Any]:
    return {
        "question": here.question,
        "hint": here.hint,
        "number": STEPS.index(here) + 1,
        "of": len(STEPS) + 1,
        "button": _("继续"),
        "back": True,
        "danger": asking.danger(draft.get("text", "")),
        "emergency": here.name == "what",
    }


def check(request: HttpRequest) -> HttpResponse:
    """All that was said, once more; then it becomes an order, however often the button is pressed."""
    draft = browser.draft(request, browser.FILING)
    if "filed" in draft:
        if request.POST.get("id") == draft["id"]:
            return redirect("portal:receipt", no=draft["filed"])
        draft = {}
    ahead = _next(draft)
    if ahead:
        return redirect("portal:new", step=ahead.name)
    if request.method != "POST" or request.POST.get("id") != draft["id"]:
        return _checked(request, draft)
    try:
        receipt = intake.receive(_request(draft))
    except intake.Conflict:
        return _checked(request, draft, _("这件诉求刚才已经提交过，内容和现在的不同。请用单号和查询码查看，再补充。"))
    browser.prove(request, receipt.no)
    # The proof is stored first: a second press that finds the draft filed is then sent to a receipt it may read.
    request.session.save()
    browser.keep(request, browser.FILING, {"id": draft["id"], "filed": receipt.no})
    return redirect("portal:receipt", no=receipt.no)


def _checked(request: HttpRequest, draft: Mapping[str, str], problem: Any = "") -> HttpResponse:
    page = {"draft": draft, "number": len(STEPS) + 1, "of": len(STEPS) + 1, "problem": problem}
    page["danger"] = asking.danger(draft["text"])
    return render(request, "portal/check.html", page, status=409 if problem else 200)


def _request(draft: Mapping[str, str]) -> intake.Request:
    return intake.Request(
        text=draft["text"],
        person=Person(draft["name"], draft["phone"], draft["address"]),
        channel=CHANNEL,
        external_id=draft["id"],
        reply_wanted=draft["reply"] == "yes",
        secret=bool(draft["secret"]),
    )
