"""The policy library and the toolbox (政策库、工具箱): what lasts, where it came from, where it was used again."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.core import Refused
from minsheng.core.session import MAY, Mechanism
from minsheng.core.session import commands as say
from minsheng.doors.ahead import forms, telling
from minsheng.doors.ahead.acting import command_type, form_of, found
from minsheng.doors.desks.forms import Mistyped
from minsheng.doors.frame import menu
from minsheng.doors.frame.fields import filled
from minsheng.doors.frame.page import actor, show, staff
from minsheng.foresee import sessions


@staff()
def listing(request: HttpRequest) -> HttpResponse:
    """Mechanisms by words."""
    by, words = actor(request), request.GET.get("q", "").strip()[:100].replace("\0", "")
    given = {
        "words": words,
        "mechanisms": sessions.mechanisms(by, words),
        "may_adopt": by.role in MAY[say.Adopt],
    }
    return show(request, "ahead/library.html", given)


@staff(menu.STUDY)
def adopt(request: HttpRequest) -> HttpResponse:
    """Write a mechanism; `topic` in the address names where it came from."""
    problems = dict[str, str]()
    if request.method == "POST":
        try:
            made = sessions.adopt(cast(say.Adopt, forms.command("adopt", forms.ADOPT, request.POST)), actor(request))
        except Mistyped as wrong:
            problems = wrong.problems
        except Refused as refused:
            problems = {"": gettext(refused.message)}
        else:
            messages.success(request, gettext("已入库：%(no)s。") % {"no": made.no}, extra_tags="good")
            return redirect("mechanism", made.no)
    values = request.POST or {"topic": request.GET.get("topic", "")}
    given = {
        "title": forms.ADOPT.title,
        "fields": filled(forms.ADOPT.fields, values, problems),
        "problems": list(problems.values()),
    }
    return show(request, "ahead/new.html", given, 422 if problems else 200)


@staff()
@found
def page(request: HttpRequest, mechanism_no: str) -> HttpResponse:
    """One mechanism, with the effect that was measured where it came from."""
    by = actor(request)
    mechanism, events = sessions.mechanism(mechanism_no, by)
    effects = []
    for topic in (mechanism.topic, *mechanism.reused_in):
        try:
            effects += [(topic, e) for e in sessions.topic(topic, by)[0].effects[-1:]] if topic else []
        except sessions.NotFound:
            continue
    names = [] if mechanism.retired else [n for n in forms.MECHANISM if by.role in MAY[command_type(n)]]
    given = {
        "mechanism": mechanism,
        "timeline": telling.told(events),
        "effects": effects,
        "actions": [form_of(n, forms.MECHANISM[n], {}, None) for n in names],
    }
    return show(request, "ahead/mechanism.html", given)


@staff(menu.STUDY)
@require_POST
@found
def do(request: HttpRequest, mechanism_no: str) -> HttpResponse:
    """Use a mechanism in another topic, or retire it."""
    name = request.POST.get("command", "")
    try:
        spec = forms.MECHANISM[name]
        sessions.handle(Mechanism, mechanism_no, forms.command(name, spec, request.POST), actor(request))
    except (Mistyped, KeyError) as wrong:
        sentence = (
            " ".join(wrong.problems.values())
            if isinstance(wrong, Mistyped)
            else gettext("没有这个操作，请使用页面上的按钮。")
        )
        messages.error(request, sentence, extra_tags="bad")
    except Refused as refused:
        messages.error(request, gettext(refused.message), extra_tags="bad")
    else:
        messages.success(request, gettext("%(title)s：已完成。") % {"title": spec.title}, extra_tags="good")
    return redirect("mechanism", mechanism_no)
