"""The lists of the desks (工作台清单): one page for all of them, with tabs in the address, a drawer and "more"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from minsheng.core import Actor
from minsheng.core.codes import Role
from minsheng.doors.desks import order as order_page
from minsheng.doors.desks.proposals import shown as advice_of
from minsheng.doors.frame import menu
from minsheng.doors.frame.page import ORDER_ROLES, actor, show, staff
from minsheng.ground.access import sight
from minsheng.respond import desk_reads, reading, store

PAGE = 50
After = tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list: the order, and what this desk adds to it."""

    row: reading.Row
    advice: dict[str, Any]
    kind: str = ""
    code: str = ""
    due: datetime | None = None


Reader = Callable[[Actor, str, After, int], Sequence[Line]]


def _lines(rows: Sequence[reading.Row]) -> list[Line]:
    return [Line(r, advice_of(r.proposals), due=r.due) for r in rows]


def in_state(_by: Actor, state: str, after: After, limit: int) -> list[Line]:
    """Open orders in `state`, first due first."""
    return _lines(reading.pool(state, after=after, limit=limit))


def _carded(_by: Actor, card: str, after: After, limit: int) -> list[Line]:
    return _lines(reading.carded(card, after=after, limit=limit))


def _inbox(by: Actor, tab: str, after: After, limit: int) -> list[Line]:
    read = desk_reads.below if tab == "below" else reading.inbox
    tasks = read(by.unit or "", after=after, limit=limit)
    return [Line(t.row, {}, kind="AssignmentState", code=t.state, due=t.due) for t in tasks]


def _asked(by: Actor, _tab: str, after: After, limit: int) -> list[Line]:
    found = desk_reads.asked(after=after, limit=limit)
    return [Line(a.row, {}, kind="Ask", code=a.asks[0]["kind"], due=a.row.due) for a in found]


def _newest(by: Actor, tab: str, after: After, limit: int) -> list[Line]:
    state = None if tab == "all" else tab
    before = after[1] if after else None
    return _lines(reading.newest(state=state, units=desk_reads.units_of(by), before=before, limit=limit))


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that is a list: its tabs (what to read, its name) and what to say when it is empty."""

    name: str
    title: Any
    roles: frozenset[Role]
    tabs: tuple[tuple[str, Any], ...]
    read: Reader
    empty: Any


_CARDS = (
    ("nudge", _("催办")),
    ("yellow", _("黄牌")),
    ("red", _("红牌")),
    ("sheet", _("督办单")),
    ("joint", _("联合督办")),
    ("raised", _("提级督办")),
)
DESKS = {
    d.name: d
    for d in (
        Desk(
            "pool",
            _("派单池"),
            menu.POOL,
            (("to_dispatch", _("待派遣")), ("arbitrating", _("会商中"))),
            in_state,
            _("没有等待派单的工单。审核员提交后会出现在这里。"),
        ),
        Desk(
            "inbox",
            _("单位待办"),
            menu.UNIT_ROLES,
            (("mine", _("待签收和办理")), ("below", _("待审下级回复"))),
            _inbox,
            _("本单位没有待办。新派来的工单会出现在这里。"),
        ),
        Desk(
            "approvals",
            _("申请审批"),
            menu.APPROVALS,
            (("all", _("退单、延期、剔除")),),
            _asked,
            _("没有等待审批的申请。"),
        ),
        Desk(
            "review",
            _("答复审核"),
            menu.REVIEW,
            (("to_review", _("待审核")), ("terminated", _("终止待告知"))),
            in_state,
            _("没有等待审核的答复。承办单位回复后会出现在这里。"),
        ),
        Desk("supervision", _("督办"), menu.SUPERVISION, _CARDS, _carded, _("没有这一档的在办工单。")),
        Desk(
            "orders",
            _("全部工单"),
            ORDER_ROLES,
            (
                ("all", _("最新")),
                ("dispatched", _("已派遣")),
                ("reworking", _("二次办理")),
                ("parked", _("挂账")),
                ("to_call_back", _("待回访")),
                ("closed", _("已结案")),
            ),
            _newest,
            _("换一个标签看看，或等待新的工单。"),
        ),
    )
}


def listing(desk: Desk, request: HttpRequest, template: str = "desks/list.html", **more: Any) -> HttpResponse:
    """The list of a desk; `open` in the address shows that order in the drawer."""
    by = actor(request)
    tabs = [t for t, _name in desk.tabs]
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else tabs[0]
    with sight(by):
        lines = list(desk.read(by, tab, _after(request), PAGE + 1))
    further, lines = len(lines) > PAGE, lines[:PAGE]
    opened = request.GET.get("open", "")
    here = reverse(desk.name)
    given = {
        "desk": desk,
        "tab": tab,
        "tabs": [(t, name, f"{here}?{urlencode({'tab': t})}") for t, name in desk.tabs],
        "lines": lines,
        "opened": opened,
        "base": f"{here}?{urlencode({'tab': tab})}",
        "next": _next(here, tab, lines[-1]) if further else "",
        "paged": "after" in request.GET,
        **more,
    }
    if opened:
        given |= {"drawer": order_page.context(opened, by)}
    return show(request, template, given)


def _next(here: str, tab: str, last: Line) -> str:
    due = last.due.isoformat() if last.due else ""
    return f"{here}?{urlencode({'tab': tab, 'after': f'{due}~{last.row.id}'})}"


def _after(request: HttpRequest) -> After:
    due, _tilde, number = request.GET.get("after", "").partition("~")
    try:
        at = datetime.fromisoformat(due) if due else datetime.fromisoformat("1970-01-01T00:00:00+00:00")
        return (at, int(number)) if number and at.tzinfo else None
    except ValueError:
        return None


def view(name: str) -> Callable[..., HttpResponse]:
    """The page of the desk `name`."""
    desk = DESKS[name]

    @staff(desk.roles)
    def page(request: HttpRequest) -> HttpResponse:
        return listing(desk, request)

    return page


@staff()
def first(request: HttpRequest) -> HttpResponse:
    """The desk that the reader's role begins with."""
    return redirect(menu.desks_of(actor(request).role)[0].name)


def _in_sight(no: str, by: Actor) -> bool:
    with sight(by):
        return store.load(no) is not None


@staff(ORDER_ROLES)
def search(request: HttpRequest) -> HttpResponse:
    """Orders by number, by telephone number or by words; sent by POST, so that no number stands in an address."""
    by, query = actor(request), request.POST.get("q", "").strip()[:200].replace("\0", "")
    digits = "".join(c for c in query if c.isdigit())
    rows: list[reading.Row] = []
    if query and _in_sight(query.upper(), by):
        return redirect("order", no=query.upper())
    if query:
        with sight(by):
            phone = len(digits) >= 7 and len(digits) >= len(query) - 3
            units = desk_reads.units_of(by)
            rows = desk_reads.same_number(query, 50) if phone and units is None else desk_reads.with_words(query, units)
    return show(request, "desks/search.html", {"query": query, "lines": _lines(rows)})
