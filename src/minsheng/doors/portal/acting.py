"""What a requester can do about their own order now (本人操作): add, nudge, take back, think again, ask again.

Only what the rules allow at this moment is offered; what is refused says why, and what was typed stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core import Refused
from minsheng.core.codes import Closing, Role, State
from minsheng.doors.frame.fields import Field
from minsheng.doors.portal import adding, asking, browser, grading, progress
from minsheng.ground import present
from minsheng.respond import casework, intake, reading, saying

NUDGE_EVERY = timedelta(hours=24)
_KINDS = ("first", "", "grave")
_THEIR_TURN = frozenset({State.INCOMPLETE, State.WITHDRAWN, State.TO_CALL_BACK})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a requester can do: the command and what it always says, the page that asks for it, and what is
    told afterwards."""

    command: str
    label: Any
    question: Any
    says: Any
    done: Any
    button: Any
    fields: tuple[Field, ...] = ()
    missing: Mapping[str, Any] | None = None
    fixed: Mapping[str, Any] | None = None
    grave: bool = False


ACTIONS: Mapping[str, Action] = {
    "detail": Action(
        "add_detail",
        _("补充情况"),
        _("补充什么情况？"),
        _("补充的内容会和原来的诉求放在一起，经办的人都能看到。"),
        _("已经补充。"),
        _("提交补充"),
        (Field("detail", _("补充什么情况？"), required=True, rows=6),),
        {"detail": _("请写明补充的情况。")},
    ),
    "nudge": Action(
        "give_card",
        _("催一下"),
        _("催办一次吗？"),
        _("我们会提醒正在办的人抓紧。每 24 小时可以催一次。"),
        _("已经催办。"),
        _("催一下"),
        fixed={"card": "nudge"},
    ),
    "reopen": Action(
        "reopen",
        _("没有解决，要求重新办理"),
        _("为什么要重新办理？"),
        _("请写明哪里没有解决，或者后来又发生了什么。"),
        _("已经重新办理。"),
        _("要求重新办理"),
        (Field("grounds", _("为什么要重新办理？"), required=True, rows=6),),
        {"grounds": _("请写明为什么要重新办理。")},
        fixed={"cause": "appeal"},
    ),
    "withdraw": Action(
        "withdraw",
        _("撤回诉求"),
        _("确定要撤回吗？"),
        _("撤回后，在%(think)s前可以反悔；到时没有反悔就停办。如果有人逼您撤回，请不要撤，拨打 12345 告诉我们。"),
        _("已收到撤回申请。"),
        _("撤回这件诉求"),
        (Field("grounds", _("为什么撤回（可不填）"), rows=3),),
        grave=True,
    ),
    "continue": Action(
        "withdraw",
        _("取消撤回，继续办理"),
        _("取消撤回，继续办理吗？"),
        _("继续办理，原来的期限不变。"),
        _("已经取消撤回，继续办理。"),
        _("继续办理"),
        fixed={"cancel": True},
    ),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A button on the order's page. `kind` is its look."""

    href: str
    label: Any
    kind: str = ""


def offers(sheet: reading.Sheet) -> list[Offer]:
    """What can be done now, the most needed first."""
    no, state = sheet.order.no, sheet.order.state
    names = [name for name in ACTIONS if possible(name, sheet)]
    found = [Offer(reverse("portal:act", args=[no, n]), ACTIONS[n].label, _kind(n, state)) for n in names]
    if "call_back" in sheet.actions:
        found.insert(0, Offer(reverse("portal:answer", args=[no, "start"]), _("现在回答"), "first"))
    if state.open:
        found.append(Offer(reverse("portal:photo", args=[no]), adding.LABEL))
    found += [Offer(href, label) for href, label in grading.offers(sheet.order)]
    return sorted(found, key=lambda o: _KINDS.index(o.kind))


def _kind(name: str, state: State) -> str:
    if name == "continue" or (name == "detail" and state is State.INCOMPLETE):
        return "first"
    return "grave" if ACTIONS[name].grave else ""


def possible(name: str, sheet: reading.Sheet) -> bool:
    """Whether the action `name` makes sense on this order now."""
    o = sheet.order
    if ACTIONS[name].command not in sheet.actions:
        return False
    if name in ("withdraw", "continue"):
        return (o.state is State.WITHDRAWN) == (name == "continue")
    if name == "nudge":
        return o.state not in _THEIR_TURN and not _nudged(sheet)
    if name == "reopen":
        end = present.policy(present.now()).reopen_within
        assert o.closed_at is not None
        return o.closing is not Closing.WITHDRAWN and present.now() <= present.policy(present.now()).due(
            o.closed_at, end
        )
    return True


def _thinking() -> str:
    """Until when a withdrawal made now could be taken back."""
    now = present.now()
    policy = present.policy(now)
    return progress.until(policy.due(now, policy.withdrawal_think))


def _nudged(sheet: reading.Sheet) -> bool:
    mine = [x.at for x in sheet.lines if x.name == "card_given" and x.role == Role.RESIDENT.value]
    return bool(mine) and present.now() - mine[-1] < NUDGE_EVERY


@browser.proven
def act(request: HttpRequest, no: str, action: str) -> HttpResponse:
    """Ask, then do. The same words sent twice are one addition."""
    this = ACTIONS.get(action)
    if this is None:
        raise Http404
    sheet = reading.sheet(no, intake.RESIDENT)
    page = {
        "question": this.question,
        "hint": str(this.says) % {"think": _thinking()},
        "button": this.button,
        "button_kind": "grave" if this.grave else "first",
        "back_href": reverse("portal:order", args=[no]),
        "order": sheet.order,
    }
    if request.method != "POST":
        if not possible(action, sheet):
            return redirect("portal:order", no=no)
        return asking.ask(request, page, this.fields, {})
    values = asking.typed(request, this.fields)
    problems = asking.wrong(this.fields, values, this.missing or {})
    if problems:
        return asking.ask(request, page, this.fields, values, problems)
    if action == "nudge" and _nudged(sheet):
        return asking.ask(
            request, page, this.fields, values, {"": gettext("24 小时内已经催过一次，请明天再催。")}, status=409
        )
    if action != "detail" or not _said_already(sheet, values["detail"]):
        try:
            casework.handle(no, saying.command(this.command, {**values, **(this.fixed or {})}), intake.RESIDENT)
        except Refused as refused:
            return asking.ask(request, page, this.fields, values, {"": gettext(refused.message)}, status=409)
    if found := asking.danger(" ".join(values.values())):
        request.session["danger"] = found
    messages.success(request, this.done, extra_tags="good")
    return redirect("portal:order", no=no)


def _said_already(sheet: reading.Sheet, detail: str) -> bool:
    added = [x.words.get("detail") for x in sheet.lines if x.name == "detail_added"]
    return bool(added) and added[-1] == detail
