"""The requester's own ballot (我的选票): giving or changing the grade for seven days, then finding it in the list.

Nothing on the way shows what was answered before, and the page that shows a tracker looks the same for one's own and
for any other: whoever looks over a shoulder learns nothing (阳光账本 §2.7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.account import ballots
from minsheng.core import Refused
from minsheng.core.codes import Grade, State, term
from minsheng.core.order import Order
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field
from minsheng.doors.portal import asking, browser, progress
from minsheng.respond import intake, ratings, reading

GRADES = [g for g in Grade if g in ratings.GRADES]
OWN = "own"


def grade_names() -> list[tuple[str, str]]:
    """The five grades by code, in the page's language."""
    lang = "zh" if showing.chinese() else "en"
    return [(g.value, term(g, lang)) for g in GRADES]


def _whose() -> list[tuple[str, str]]:
    shown = gettext("一张“%(grade)s”的选票")
    return [(OWN, gettext("我的选票")), *((code, shown % {"grade": name}) for code, name in grade_names())]


_QUESTION = _("您对这次办理满意吗？")
_FIELDS = (
    Field("grade", _QUESTION, kind="choices", required=True, options=grade_names),
    Field(
        "digits",
        _("自选四位数字（可不填）"),
        hint=_("公布时它是您选票编号的开头，好让您确信那张是您的。不要用手机号或生日里的数字。"),
    ),
)


def offers(order: Order) -> list[tuple[str, Any]]:
    """Addresses and names of what can be done about the ballot of `order` now."""
    if order.state is not State.CLOSED:
        return []
    if ratings.changeable_until(order) is not None:
        return [(reverse("portal:grade", args=[order.no]), _("评价，或者改评价"))]
    return [(reverse("portal:ballot", args=[order.no]), _("查公布的选票"))]


@browser.proven
def grade(request: HttpRequest, no: str) -> HttpResponse:
    """Give the grade, or another one; the last until the ballots close counts."""
    order = reading.sheet(no, intake.RESIDENT).order
    until = ratings.changeable_until(order)
    if until is None:
        return redirect("portal:order", no=no)
    page = {
        "question": _QUESTION,
        "hint": gettext("%(until)s前可以改，多少次都行，最后一次算数。承办单位看不到，改没改也看不到。")
        % {"until": progress.until(until)},
        "button": _("投票"),
        "back_href": reverse("portal:order", args=[no]),
        "order": order,
    }
    if request.method != "POST":
        return asking.ask(request, page, _FIELDS, {})
    values = asking.typed(request, _FIELDS)
    problems = asking.wrong(_FIELDS, values, {"grade": _("请从下面选一项。")})
    if not problems:
        try:
            ratings.change(no, Grade(values["grade"]), values["digits"])
        except Refused as refused:
            problems = {"digits" if refused.code == "digits_malformed" else "": gettext(refused.message)}
    if problems:
        return asking.ask(request, page, _FIELDS, values, problems)
    messages.success(request, gettext("选票已经收下。公布以后，您可以查到它。"), extra_tags="good")
    return redirect("portal:order", no=no)


@browser.proven
def ballot(request: HttpRequest, no: str) -> HttpResponse:
    """A published ballot: one's own, or any other that somebody wants to be shown."""
    sheet = reading.sheet(no, intake.RESIDENT)
    own = ballots.tracker_of(sheet.id)
    page: dict[str, Any] = {"order": sheet.order, "published": own is not None, "own": OWN, "choices": _whose()}
    whose = request.POST.get("whose", "")
    if own is not None and whose in {code for code, _name in _whose()}:
        shown = own if whose == OWN else ballots.decoy(own, Grade(whose), sheet.id)
        page |= {"shown": shown, "missing": shown is None}
        if shown is not None:
            page |= {"answer": dict(grade_names())[shown.answer], "agency": progress.unit(shown.agency)}
    return render(request, "portal/ballot.html", page)
