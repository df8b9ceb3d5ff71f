"""The call-back desk (回访): the script's sentence large, answers as keys, the next order by itself. The clerk hears no
grade unless the requester cannot rate alone, and never sees an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.core import Actor, Refused
from minsheng.core import commands as say
from minsheng.core.codes import Grade, State, Told
from minsheng.core.order import ClockName
from minsheng.doors.desks.order import status_of
from minsheng.doors.frame import menu, showing
from minsheng.doors.frame.page import actor, show, staff
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.ground.vault import Person, person_of
from minsheng.respond import casework, reading

SPREAD = 5
"""Clerks begin among so many of the first due, so that two rarely hold the same order."""
WHY = "回访时拨打电话"
_ALONE = {"keypad": Told.PHONE, "sms": Told.SMS, "web": Told.WEB}


@staff(menu.CALL_BACK)
def desk(request: HttpRequest) -> HttpResponse:
    """The next order to call back, or the one in the address."""
    by = actor(request)
    no = request.GET.get("no") or _next(by, request.GET.get("skip", ""))
    if not no:
        return show(request, "desks/callback.html", {})
    return show(request, "desks/callback.html", _context(no, by))


def _next(by: Actor, skip: str) -> str:
    with sight(by):
        rows = [r for r in reading.pool(State.TO_CALL_BACK.value) if r.clock == ClockName.CALL_BACK and r.no != skip]
    if not rows:
        return ""
    return rows[crc32(by.id.encode()) % min(len(rows), SPREAD)].no


@staff(menu.CALL_BACK)
@require_POST
def number(request: HttpRequest, no: str) -> HttpResponse:
    """Show the number to dial, once, after the look has been written down."""
    by = actor(request)
    casework.handle(no, say.Reveal(grounds=WHY), by)
    found, _, _ = casework.view(no, by)
    return show(
        request, "desks/callback.html", _context(no, by, request.POST) | {"person": person_of(found) or Person()}
    )


@staff(menu.CALL_BACK)
@require_POST
def answer(request: HttpRequest, no: str) -> HttpResponse:
    """Keep the answers and go on to the next; a refusal comes back with all that was chosen."""
    by = actor(request)
    try:
        command = _command(request.POST)
        order, _ = casework.handle(no, command, by)
    except ValueError as wrong:
        return show(request, "desks/callback.html", _context(no, by, request.POST, str(wrong)), 422)
    except Refused as refused:
        return show(
            request, "desks/callback.html", _context(no, by, request.POST, gettext(refused.message)), status_of(refused)
        )
    if not command.reached:
        said = gettext("%(no)s：未接通，已记录，稍后再拨。")
    elif order.state in (State.REWORKING, State.ARBITRATING):
        said = gettext("%(no)s：已转入再次办理。")
    elif order.state is State.TO_CALL_BACK:
        said = gettext("%(no)s：已记录，等待诉求人自行评价。")
    else:
        said = gettext("%(no)s：已结案。")
    messages.success(request, said % {"no": no}, extra_tags="good")
    return redirect("callback")


def _command(typed: Mapping[str, str]) -> say.CallBack:
    if typed.get("outcome") == "unreached":
        return say.CallBack(reached=False)
    rating = typed.get("satisfied", "")
    if rating == "refused":
        return say.CallBack(contacted=_yes(typed.get("contacted")), resolved=_solved(typed), grade=Grade.REFUSED)
    if typed.get("solved") not in ("yes", "partly", "no"):
        raise ValueError(gettext("请先问清问题是否已经解决。"))
    grade, alone = Grade.UNRATED, _ALONE.get(typed.get("alone", ""))
    if rating in set(Grade):
        grade = Grade(rating)
    elif alone is None and rating != Grade.UNRATED and _solved(typed):
        raise ValueError(gettext("请选择诉求人怎样评价：短信、网页、按键，或拒评、未评价。"))
    return say.CallBack(
        contacted=_yes(typed.get("contacted")),
        resolved=_solved(typed),
        pressed=_yes(typed.get("pressed")),
        grade=grade,
        rating_by=alone if grade is Grade.UNRATED and rating != Grade.UNRATED else None,
        declined=typed.get("declined", ""),
        opinion=typed.get("opinion", ""),
    )


def _yes(code: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(code or "")


def _solved(typed: Mapping[str, str]) -> bool | None:
    return {"yes": True, "partly": False, "no": False}.get(typed.get("solved", ""))


def _context(no: str, by: Actor, typed: Mapping[str, str] | None = None, problem: str = "") -> dict[str, Any]:
    sheet = reading.sheet(no, by)
    script, zh = present.city().script, showing.chinese()
    replies = [x.words["public_reply"] for x in sheet.lines if x.words.get("public_reply")]
    typed = typed or {}
    questions = [
        {
            "code": q.code,
            "private": q.private,
            "says": q.zh if zh else q.en,
            "answers": [(a.code, a.key, a.zh if zh else a.en, typed.get(q.code) == a.code) for a in q.answers],
        }
        for q in script.questions
    ]
    return {
        "sheet": sheet,
        "order": sheet.order,
        "reply": replies[-1] if replies else "",
        "opening": script.opening_zh if zh else script.opening_en,
        "closing": script.closing_zh if zh else script.closing_en,
        "asked": [q for q in questions if not q["private"]],
        "private": [q for q in questions if q["private"]],
        "typed": typed,
        "problem": problem,
        "waiting": sheet.order.clock is not None and sheet.order.clock.name is ClockName.RATING,
        "callable": "call_back" in sheet.actions,
    }
