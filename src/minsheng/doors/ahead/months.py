"""The monthly session (月调度): the months, one month's page, the room's screens, and its documents."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.core import Actor, Forbidden, Refused
from minsheng.core.session import MAY, Session, Topic
from minsheng.core.session import commands as say
from minsheng.core.session.codes import ItemState, ListKind, Presence, Support
from minsheng.doors.ahead import forms, telling
from minsheng.doors.ahead.acting import Failed, command_type, form_of, found
from minsheng.doors.ahead.papers import word
from minsheng.doors.desks.forms import Mistyped
from minsheng.doors.frame import menu
from minsheng.doors.frame.fields import filled
from minsheng.doors.frame.page import actor, not_found, show, staff
from minsheng.doors.reports.pack import agenda
from minsheng.foresee import sessions
from minsheng.foresee.topics.facts import lake_or_none
from minsheng.ground import present


@staff(menu.TOPICS)
def listing(request: HttpRequest) -> HttpResponse:
    """All months, newest first, and the form that opens one."""
    by, problems = actor(request), dict[str, str]()
    if request.method == "POST":
        try:
            made = sessions.open_session(cast(say.OpenSession, forms.command("open", forms.OPEN, request.POST)), by)
        except Mistyped as wrong:
            problems = wrong.problems
        except Refused as refused:
            problems = {"": gettext(refused.message)}
        else:
            messages.success(request, gettext("已开启 %(month)s 月调度。") % {"month": made.month}, extra_tags="good")
            return redirect("month", month=made.month)
    months = [(s, sessions.topics(by, month=s.month)) for s in sessions.sessions(by)]
    given = {
        "months": [_summary(s, topics) for s, topics in months],
        "may_open": by.role in MAY[say.OpenSession],
        "fields": filled(forms.OPEN.fields, request.POST, problems),
        "problems": list(problems.values()),
    }
    return show(request, "ahead/months.html", given, 422 if problems else 200)


def _summary(session: Session, topics: list[Topic]) -> dict[str, Any]:
    now = present.now()
    items = [i for t in topics for i in t.items]
    return {
        "session": session,
        "topics": topics,
        "items": len(items),
        "ticked": sum(i.state is ItemState.TICKED for i in items),
        "late": sum(i.late(now) for i in items),
    }


@staff(menu.TOPICS)
@found
def page(request: HttpRequest, month: str) -> HttpResponse:
    """One month: its topics, the lists, attendance and minutes."""
    return show(request, "ahead/month.html", context(month, actor(request)))


@staff(menu.TOPICS)
@require_POST
@found
def do(request: HttpRequest, month: str) -> HttpResponse:
    """Carry out a command of the session."""
    by, name = actor(request), request.POST.get("command", "")
    spec = forms.SESSION.get(name)
    try:
        if spec is None:
            raise Mistyped({"": gettext("没有这个操作，请使用页面上的按钮。")})
        sessions.handle(Session, month, forms.command(name, spec, request.POST), by)
    except Mistyped as wrong:
        return show(request, "ahead/month.html", context(month, by, (name, request.POST, wrong.problems)), 422)
    except Refused as refused:
        failed = (name, request.POST, {"": gettext(refused.message)})
        return show(
            request, "ahead/month.html", context(month, by, failed), 403 if isinstance(refused, Forbidden) else 409
        )
    messages.success(request, gettext("%(title)s：已完成。") % {"title": spec.title}, extra_tags="good")
    return redirect("month", month=month)


def context(month: str, by: Actor, failed: Failed | None = None) -> dict[str, Any]:
    """All that a month's page shows."""
    session, topics = sessions.session(month, by)
    now = present.now()
    lists = {
        kind: [(t, i, i.late(now), telling.left(i, now)) for t in topics for i in t.items if i.list is kind]
        for kind in ListKind
    }
    names = [] if session.closed else [n for n in forms.SESSION if by.role in MAY[command_type(n)]]
    return {
        **_summary(session, topics),
        "lists": [(kind, lines) for kind, lines in lists.items() if lines],
        "tick_off": [(t, i) for t in topics for i in t.items if i.state is ItemState.TICKED],
        "attendance": [
            (how, [a.unit for a in session.attendance if a.presence is how])
            for how in Presence
            if any(a.presence is how for a in session.attendance)
        ],
        "actions": [form_of(n, forms.SESSION[n], {}, failed) for n in names],
        "failure": "",
    }


@staff(menu.TOPICS)
@found
def pack(request: HttpRequest, month: str) -> HttpResponse:
    """The agenda pack of a month as a Word file."""
    return word(agenda(month, actor(request), lake_or_none()), f"{month}-月调度")


@staff(menu.TOPICS)
@found
def room(request: HttpRequest, month: str, n: int) -> HttpResponse:
    """One topic a screen, to be read from six metres (会场大屏)."""
    session, topics = sessions.session(month, actor(request))
    if not 1 <= n <= len(topics):
        return not_found(request)
    topic, now = topics[n - 1], present.now()
    given = {
        "session": session,
        "topic": topic,
        "n": n,
        "count": len(topics),
        "before": n - 1 if n > 1 else None,
        "after": n + 1 if n < len(topics) else None,
        "supports": [(k, list(topic.supports(k))) for k in Support],
        "lines": [(i, i.late(now), telling.left(i, now)) for i in topic.items],
        "bare": True,
    }
    return show(request, "ahead/room.html", given)
