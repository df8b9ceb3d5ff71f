"""The order page (工单详情): what was said, what happened, what may be done now; and the one door for commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from minsheng.core import Actor, Forbidden, Refused, codes
from minsheng.core import commands as say
from minsheng.core.codes import UNIT_ROLES, Ask, AssignmentState, State
from minsheng.core.order import Order
from minsheng.doors.desks import evidence, forms, names, proposals
from minsheng.doors.desks.splitting import split
from minsheng.doors.desks.telling import told
from minsheng.doors.frame.fields import Form, filled
from minsheng.doors.frame.look import back
from minsheng.doors.frame.page import ORDER_ROLES, actor, show, staff
from minsheng.ground.access import sight
from minsheng.ground.vault import Person, person_of
from minsheng.respond import casework, desk_reads, drafts, knowledge, reading, saying
from minsheng.respond.saying import Unreadable

RECENT = 4
"""Lines of the timeline that a drawer shows."""
_FIRST = {
    "received": "submit",
    "to_dispatch": "dispatch",
    "arbitrating": "arbitrate",
    "to_review": "review_reply",
}


@staff(ORDER_ROLES)
def page(request: HttpRequest, no: str) -> HttpResponse:
    """Order `no` as the reader may read it."""
    return show(request, "desks/order.html", context(no, actor(request)))


@staff(ORDER_ROLES)
@require_POST
def do(request: HttpRequest, no: str) -> HttpResponse:
    """Carry out the command that a form sends; what is refused comes back with all that was typed."""
    by, name = actor(request), request.POST.get("command", "")
    try:
        carry_out(no, name, request.POST, by)
    except forms.Mistyped as wrong:
        return _again(request, no, name, wrong.problems, 422)
    except Unreadable as wrong:
        return _again(request, no, name, _sentences(wrong), 422)
    except Refused as refused:
        return _again(request, no, name, {"": gettext(refused.message)}, status_of(refused))
    drafts.drop(by.id, f"{no}/{name}")
    messages.success(request, gettext("%(title)s：已完成。") % {"title": _title(name)}, extra_tags="good")
    return redirect(back(request, _after(no, by)))


def carry_out(no: str, name: str, typed: Mapping[str, str], by: Actor) -> None:
    """Read what was typed as command `name` and give it to order `no`. Raises Mistyped, Unreadable, Refused and
    NotFound."""
    number, order, _ = casework.view(no, by)
    if name not in forms.SPECS:
        raise Unreadable([saying.Problem("command", "没有这个操作", "请使用页面上的按钮")])
    given = forms.read(name, forms.spec(name, order, by.role).fields, typed)
    if name == "split":
        split(no, [p.strip() for p in given["parts"].splitlines() if p.strip()], by)
        return
    if name == "reply":
        given["evidence"] = [f.id for f in evidence.seen(number, by) if f.by == by.id]
    if name == "merge":
        given["into"] = given["into"].upper()
    casework.handle(no, saying.command(name, given), by)


def _sentences(wrong: Unreadable) -> dict[str, str]:
    return {p.field: f"{gettext(p.problem)}。{gettext(p.remedy)}" for p in wrong.problems}


def status_of(refused: Refused) -> int:
    """403 for what the role or unit may never do, 409 for what the rules do not allow now."""
    return 403 if isinstance(refused, Forbidden) else 409


def _title(name: str) -> Any:
    return forms.SPECS[name].title


def _after(no: str, by: Actor) -> str:
    try:
        casework.view(no, by)
    except casework.NotFound:
        return reverse("staff")
    return reverse("order", args=[no])


def _again(request: HttpRequest, no: str, name: str, problems: Mapping[str, str], status: int) -> HttpResponse:
    given = context(no, actor(request), failed=(name, request.POST, problems))
    return show(request, "desks/order.html", given, status)


@staff(ORDER_ROLES)
@require_POST
def reveal(request: HttpRequest, no: str) -> HttpResponse:
    """Show the requester's name and number, once, after the look has been written down with its reason."""
    by, grounds = actor(request), request.POST.get("grounds", "")
    try:
        casework.handle(no, say.Reveal(grounds=grounds), by)
    except Refused as refused:
        given = context(no, by) | {"reveal_problem": gettext(refused.message), "grounds": grounds}
        return show(request, "desks/order.html", given, status_of(refused))
    number, _, _ = casework.view(no, by)
    return show(request, "desks/order.html", context(no, by) | {"person": person_of(number) or Person()})


def context(
    no: str, by: Actor, failed: tuple[str, Mapping[str, str], Mapping[str, str]] | None = None
) -> dict[str, Any]:
    """All that an order page or drawer shows."""
    sheet = reading.sheet(no, by)
    order = sheet.order
    with sight(by):
        copy, found = desk_reads.copy_of(sheet.id)
        advice = {} if by.role in UNIT_ROLES else proposals.shown(found)
        entries = _at_hand(sheet) if "answer" in sheet.actions else []
    may_reveal = "reveal" in sheet.actions and not (order.secret and by.role in UNIT_ROLES)
    person = person_of(sheet.id) if may_reveal else None
    actions = actions_of(sheet, by, copy, advice, failed)
    listed = {f.name for f in actions}
    timeline = told(sheet.lines, order)
    return {
        "sheet": sheet,
        "order": order,
        "timeline": timeline,
        "recent": timeline[-RECENT:],
        "actions": actions,
        "advice": advice,
        "files": evidence.seen(sheet.id, by),
        "entries": entries,
        "anonymous": order.anonymous,
        "masked": person.masked if person else None,
        "may_reveal": may_reveal,
        "centre": by.role not in UNIT_ROLES,
        "failed_elsewhere": failed is not None and failed[0] not in listed,
        "failure": " ".join(failed[2].values()) if failed else "",
    }


def _at_hand(sheet: reading.Sheet) -> list[knowledge.Entry]:
    """Knowledge to answer this request from; what has expired is left out."""
    words = knowledge.words_in(f"{sheet.title} {sheet.text}")
    return [e for e in knowledge.search(words, 4) if not e.ended] if words else []


def actions_of(
    sheet: reading.Sheet,
    by: Actor,
    copy: str,
    advice: Mapping[str, Any],
    failed: tuple[str, Mapping[str, str], Mapping[str, str]] | None,
) -> list[Form]:
    """The forms of what the reader may do now, the likeliest first and open."""
    order, found = sheet.order, []
    first = _first(order, by)
    kept = drafts.found_in(by.id, [f"{order.no}/{name}" for name in sheet.actions])
    for name in sheet.actions:
        if name not in forms.SPECS or _senseless(name, order):
            continue
        spec = forms.spec(name, order, by.role)
        mistaken = failed is not None and failed[0] == name
        begun = _start(name, order, copy, by) | kept.get(f"{order.no}/{name}", ({},))[0]
        values: Mapping[str, Any] = failed[1] if failed and mistaken else begun
        problems = failed[2] if failed and mistaken else {}
        fields = proposals.beside(filled(spec.fields, values, problems, prefix=name), advice)
        opened = mistaken or f"{order.no}/{name}" in kept or (failed is None and name == first)
        loose = tuple(v for k, v in problems.items() if k not in {f.name for f in fields})
        found.append(Form(name, spec.title, fields, spec.key, opened, spec.grave, loose, spec.button))
    return sorted(found, key=lambda f: (f.name != first, f.grave))


def _first(order: Order, by: Actor) -> str:
    if order.state in (State.ANSWERED, State.TRANSFERRED, State.EXPLAINED, State.TERMINATED):
        return "close"
    if by.role not in UNIT_ROLES:
        decided = next((f"decide_{q.kind.value}" for q in order.asks), "")
        return decided or _FIRST.get(order.state.value, "")
    mine = order.of_unit(by.unit)
    if mine is None:
        return ""
    if mine.state is AssignmentState.TO_SIGN:
        return "sign"
    children = order.children(mine.id)
    if any(c.state is AssignmentState.REPLIED and not c.accepted for c in children):
        return "review_reply"
    if mine.level == 2 and not children:
        return "pass_down"
    return "" if any(not c.accepted for c in children) else "reply"


def _senseless(name: str, order: Order) -> bool:
    """Commands that the table allows in this state but that nothing stands behind."""
    if name.startswith("decide_"):
        return not any(q.kind is Ask(name.removeprefix("decide_")) for q in order.asks)
    return False


def _start(name: str, order: Order, copy: str, by: Actor) -> dict[str, Any]:
    """What a form begins with: what stands on the order already."""
    values: dict[str, Any] = {}
    if name in ("submit", "reclassify"):
        values = {"category": names.shown("category", order.category), "kind": order.kind.value}
    if name == "submit":
        values |= {"urgency": order.urgency.value, "area": names.shown("area", order.area), "secret": order.secret}
        values["complained_of"] = names.shown("unit", next(iter(order.complained_of), None))
    if name in ("dispatch", "arbitrate"):
        values["visible_text"] = copy
    if name.startswith("decide_"):
        asked = [q.assignment for q in order.asks if q.kind.value == name.removeprefix("decide_")]
        values["assignment"] = next((a for a in asked if _decides(order, a, by)), None)
    if name == "give_card":
        values["card"] = codes.Card.NUDGE.value
    if name == "review_reply" and order.state is not State.TO_REVIEW:
        mine = order.of_unit(by.unit)
        below = order.children(mine.id) if mine else ()
        values["assignment"] = next(
            (a.id for a in below if a.state is AssignmentState.REPLIED and not a.accepted), None
        )
    return values


def _decides(order: Order, assignment: int | None, by: Actor) -> bool:
    """Whether an ask is the reader's to decide: the upper unit's for its level-3 units, the centre's for the rest."""
    found = order.by_id(assignment) if assignment is not None else None
    upper = order.by_id(found.parent) if found is not None and found.parent is not None else None
    if by.role in UNIT_ROLES:
        return upper is None or upper.unit == by.unit
    return True
