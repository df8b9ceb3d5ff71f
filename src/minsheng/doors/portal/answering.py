"""Answering the call-back oneself (网上回访): the same fixed questions as on the telephone, one a page.

No clerk hears the grade, and no unit ever reads it. Not solved, or dissatisfied, means a second handling unless the
requester says in their own words that they want none (DOMAIN §6.2 f)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core import Refused
from minsheng.core.codes import Grade, State, term
from minsheng.core.order import ClockName, Order
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field
from minsheng.doors.portal import asking, browser, replies
from minsheng.ground import present
from minsheng.respond import casework, intake, reading, saying

_UNLESS = _("空着就会自动重新办理，换人经办；写了原因就停办。")
_CHOOSE = _("请从下面选一项。")
GRADES = [g for g in Grade if g not in (Grade.UNREACHED, Grade.REFUSED, Grade.UNRATED)]


def _grades() -> list[tuple[str, str]]:
    lang = "zh" if showing.chinese() else "en"
    return [*((g.value, term(g, lang)) for g in GRADES), (Grade.UNRATED.value, gettext("不想打分"))]


def _script(code: str) -> tuple[Any, list[tuple[str, str]]]:
    """The question `code` of the city's call-back script and its answers, in the page's language."""
    zh = showing.chinese()
    q = next(q for q in present.city().script.questions if q.code == code)
    return (q.zh if zh else q.en), [(a.code, a.zh if zh else a.en) for a in q.answers]


def _choice(name: str, label: Any, options: Any) -> tuple[Field, ...]:
    return (Field(name, label, kind="choices", required=True, options=options),)


def _fields(step: str) -> tuple[Field, ...]:
    if step in ("solved", "contacted"):
        label, answers = _script(step)
        return _choice(step, label, answers)
    if step == "grade":
        return _choice(step, _("您对这次办理满意吗？"), _grades)
    if step == "pressed":
        question = _("有没有人要求您撤诉、给好评，或者为此给您好处？")
        return _choice(step, question, (("no", _("没有")), ("yes", _("有"))))
    return (
        Field("opinion", _("哪里没有办好？（可不填）"), rows=5),
        Field("declined", _("如果您不想再办，请写明原因"), rows=2, hint=_UNLESS),
    )


_HINTS = {
    "solved": _("您说了才算。没有解决，会自动重新办理。"),
    "grade": _("分数只用来算总数，承办单位看不到。"),
    "pressed": _("您的回答不会告诉承办单位。"),
    "more": _("热线中心会要求重新办理，换人经办。"),
}
_QUESTIONS = {"more": _("再说两句")}


def _way(order: Order, said: Mapping[str, str]) -> Iterator[str]:
    """The questions, in order, that `order` and the answers so far call for."""
    waiting = order.clock is not None and order.clock.name is ClockName.RATING
    if not waiting:
        yield "solved"
        yield "contacted"
    if waiting or said.get("solved") == "yes":
        yield "grade"
    if not waiting:
        yield "pressed"
    if said.get("solved") in ("partly", "no") or said.get("grade") in {g.value for g in Grade if g.bad}:
        yield "more"


@browser.proven
def step(request: HttpRequest, no: str, step: str) -> HttpResponse:
    """One question; after the last the answers are carried out together."""
    sheet = reading.sheet(no, intake.RESIDENT)
    if "call_back" not in sheet.actions:
        return redirect("portal:order", no=no)
    form = f"answer/{no}"
    said = browser.draft(request, form)
    way = list(_way(sheet.order, said))
    if step == "start":
        return redirect("portal:answer", no=no, step=way[0])
    if step not in way:
        raise Http404
    fields, number = _fields(step), way.index(step)
    page = {
        "question": _QUESTIONS.get(step, fields[0].label),
        "hint": _HINTS.get(step, ""),
        "button": _("提交") if step in ("pressed", "more") and step == way[-1] else _("继续"),
        "quote": _last_reply(no) if step == "solved" else "",
        "back": True,
        "order": sheet.order,
    }
    if request.method != "POST":
        unanswered = next((s for s in way[:number] if s not in said), None)
        if unanswered:
            return redirect("portal:answer", no=no, step=unanswered)
        return asking.ask(request, page, fields, said)
    values = asking.typed(request, fields)
    if "back" in request.POST:
        browser.keep(request, form, {**said, **values})
        return redirect("portal:answer", no=no, step=way[number - 1]) if number else redirect("portal:order", no=no)
    problems = asking.wrong(fields, values, {f.name: _CHOOSE for f in fields})
    if problems:
        return asking.ask(request, page, fields, values, problems)
    said = {**said, **values, step: values.get(step, "done")}
    browser.keep(request, form, said)
    ahead = next((s for s in _way(sheet.order, said) if s not in said), None)
    if ahead:
        return redirect("portal:answer", no=no, step=ahead)
    try:
        order, _events = casework.handle(no, saying.command("call_back", command(sheet.order, said)), intake.RESIDENT)
    except Refused as refused:
        return asking.ask(request, page, fields, values, {"": gettext(refused.message)}, status=409)
    browser.drop(request, form)
    again = order.state in (State.REWORKING, State.ARBITRATING, State.MERGED)
    thanks = _("谢谢您。已要求重新办理，换人经办。") if again else _("谢谢您，已经记下。")
    messages.success(request, thanks, extra_tags="good")
    return redirect("portal:order", no=no)


def _last_reply(no: str) -> str:
    """What the unit answered, as far as the centre has let it pass."""
    return next(reversed(replies.by_review(no).values()), "")


def command(order: Order, said: Mapping[str, str]) -> dict[str, Any]:
    """The answers as the command's fields; answers to questions that were left again count no more."""
    way = set(_way(order, said))
    fields: dict[str, Any] = {"reached": True}
    if "solved" in way:
        fields["resolved"] = said["solved"] == "yes"
        fields["contacted"] = said["contacted"] == "yes"
        fields["pressed"] = said["pressed"] == "yes"
    if "grade" in way:
        fields["grade"] = said["grade"]
    if "more" in way:
        fields["opinion"], fields["declined"] = said.get("opinion", ""), said.get("declined", "")
    return fields
