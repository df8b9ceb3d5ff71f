"""Topics (议题): the list, a topic's page, and the one door for its commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.core import Actor, Forbidden, Refused
from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.core.session import MAY, Item, Topic
from minsheng.core.session.codes import ItemState, Support, TopicState
from minsheng.doors.ahead import forms, telling
from minsheng.doors.ahead.acting import Failed, command_type, form_of, found
from minsheng.doors.desks.forms import Mistyped
from minsheng.doors.frame import menu
from minsheng.doors.frame.fields import Form, filled
from minsheng.doors.frame.page import actor, show, staff
from minsheng.foresee import sessions
from minsheng.ground import present

TABS = tuple(TopicState)
_COMMANDS = {
    "add_evidence": (TopicState.CANDIDATE, TopicState.CHOSEN, TopicState.DISPATCHED),
    "choose": (TopicState.CANDIDATE, TopicState.DECLINED),
    "register": (TopicState.CHOSEN,),
    "give_item": (TopicState.CHOSEN, TopicState.DISPATCHED),
    "end": (TopicState.DISPATCHED,),
    "carry_over": (TopicState.CHOSEN, TopicState.DISPATCHED),
    "dissect": (TopicState.CANDIDATE, TopicState.CHOSEN, TopicState.DISPATCHED),
    "decline": (TopicState.CANDIDATE,),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A listed item as a page shows it, with the forms of what the reader may do to it."""

    topic: Topic
    item: Item
    late: bool
    left: str
    forms: list[Form]


@staff(menu.TOPICS)
def listing(request: HttpRequest) -> HttpResponse:
    """Topics of one state."""
    by = actor(request)
    tab = next((t for t in TABS if t.value == request.GET.get("tab")), TopicState.CANDIDATE)
    every = sessions.topics(by)
    given = {
        "tab": tab,
        "tabs": [(t, sum(x.state is t for x in every)) for t in TABS],
        "topics": [_row(t) for t in every if t.state is tab],
        "may_propose": by.role in MAY[forms.say.Propose],
    }
    return show(request, "ahead/topics.html", given)


def _row(topic: Topic) -> dict[str, Any]:
    now = present.now()
    return {
        "topic": topic,
        "supports": [(k, next(topic.supports(k), None) is not None) for k in Support],
        "open": len(topic.open_items),
        "late": sum(i.late(now) for i in topic.items),
    }


@staff(menu.STUDY)
def propose(request: HttpRequest) -> HttpResponse:
    """Write a candidate by hand."""
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            made = sessions.propose(forms.command("propose", forms.PROPOSE, request.POST), actor(request))  # type: ignore[arg-type]
        except Mistyped as wrong:
            problems = wrong.problems
        except Refused as refused:
            problems = {"": gettext(refused.message)}
        else:
            messages.success(request, gettext("已列入备选：%(no)s。") % {"no": made.no}, extra_tags="good")
            return redirect("topic", made.no)
    fields = filled(forms.PROPOSE.fields, request.POST, problems)
    given = {"title": forms.PROPOSE.title, "fields": fields, "problems": list(problems.values())}
    return show(request, "ahead/new.html", given, 422 if problems else 200)


@staff(menu.TOPICS | UNIT_ROLES)
@found
def page(request: HttpRequest, topic_no: str) -> HttpResponse:
    """One topic."""
    return show(request, "ahead/topic.html", context(topic_no, actor(request)))


@staff(menu.TOPICS | UNIT_ROLES)
@require_POST
@found
def do(request: HttpRequest, topic_no: str) -> HttpResponse:
    """Carry out the command that a form sends; what is refused comes back with all that was typed."""
    by, name = actor(request), request.POST.get("command", "")
    spec = forms.TOPIC.get(name) or forms.ITEM.get(name)
    try:
        if spec is None:
            raise Mistyped({"": gettext("没有这个操作，请使用页面上的按钮。")})
        sessions.handle(Topic, topic_no, forms.command(name, spec, request.POST), by)
    except Mistyped as wrong:
        return _again(request, topic_no, name, wrong.problems, 422)
    except Refused as refused:
        status = 403 if isinstance(refused, Forbidden) else 409
        return _again(request, topic_no, name, {"": gettext(refused.message)}, status)
    messages.success(request, gettext("%(title)s：已完成。") % {"title": spec.title}, extra_tags="good")
    return redirect("topic", topic_no)


def _again(request: HttpRequest, no: str, name: str, problems: Mapping[str, str], status: int) -> HttpResponse:
    given = context(no, actor(request), (name, request.POST, problems))
    return show(request, "ahead/topic.html", given, status)


def context(no: str, by: Actor, failed: Failed | None = None) -> dict[str, Any]:
    """All that a topic's page shows."""
    topic, events = sessions.topic(no, by)
    registered = next((e for e in events if e.event.NAME == "registered"), None)
    actions = [form_of(name, forms.TOPIC[name], forms.beginning(name, topic), failed) for name in _allowed(topic, by)]
    shown = {f.name for f in actions} | set(forms.ITEM)
    return {
        "topic": topic,
        "staff_of_city": by.role in menu.TOPICS,
        "supports": [(k, list(topic.supports(k))) for k in Support],
        "lines": [line(topic, i, by, failed) for i in topic.items if _sees(i, by)],
        "actions": sorted(actions, key=lambda f: (not f.opened, f.grave)),
        "registered": registered,
        "digest": registered.hash.hex() if registered else "",
        "timeline": telling.told(events),
        "effects": topic.effects[::-1],
        "mechanisms": sessions.mechanisms(by, categories=topic.categories) if topic.categories else [],
        "failure": " ".join(failed[2].values()) if failed and failed[0] not in shown else "",
    }


def _sees(item: Item, by: Actor) -> bool:
    """A unit sees its own lines and those it verifies, not its neighbours'."""
    return by.role not in UNIT_ROLES or by.unit in (item.unit, item.verifier, *item.with_units)


def _allowed(topic: Topic, by: Actor) -> list[str]:
    may = {name for name, states in _COMMANDS.items() if topic.state in states}
    if topic.registration is not None:
        may.discard("register")
    else:
        may.discard("give_item")
    if topic.open_items:
        may.discard("end")
    return [n for n in _COMMANDS if n in may and by.role in MAY[command_type(n)]]


_ITEM_COMMANDS = {
    ItemState.GIVEN: ("sign_item", "card_item", "extend_item"),
    ItemState.DOING: ("report_item", "card_item", "extend_item"),
    ItemState.REPORTED: ("verify_item",),
    ItemState.TICKED: (),
}


def line(topic: Topic, item: Item, by: Actor, failed: Failed | None = None) -> Line:
    """A listed item with the forms of what the reader may do to it now."""
    names = [n for n in _ITEM_COMMANDS[item.state] if by.role in MAY[command_type(n)] and _acts(n, item, by)]
    made = [form_of(n, forms.ITEM[n], {"item": item.id}, failed, f"{n}-{topic.no}-{item.id}") for n in names]
    now = present.now()
    return Line(topic, item, item.late(now), telling.left(item, now), made)


def _acts(name: str, item: Item, by: Actor) -> bool:
    if by.role not in UNIT_ROLES:
        return name != "verify_item" or by.role in (Role.SUPERVISOR, Role.LEADER)
    return by.unit == (item.verifier if name == "verify_item" else item.unit)


@staff(UNIT_ROLES | menu.RUN)
def tasks(request: HttpRequest) -> HttpResponse:
    """The items that wait for the reader's unit, first due first; for the centre all that are open."""
    by = actor(request)
    return show(request, "ahead/tasks.html", {"lines": [line(t, i, by) for t, i in sessions.inbox(by)]})
