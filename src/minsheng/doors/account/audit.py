"""The independent auditor's desk (审计工作台): re-calls drawn by public randomness, mystery requests, carriers' records
beside the receipts, and the box of sealed ballots. The auditor edits no order; every look leaves a step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from minsheng.account.audit import BadFile, boxes, carrier, looks, mystery, recalls
from minsheng.account.audit.store import Step
from minsheng.account.audit.tables import LARGEST
from minsheng.account.gaming import mystery_requests
from minsheng.core import Refused
from minsheng.core.codes import Role, term
from minsheng.doors.account import standing
from minsheng.doors.account.appraising import with_facts
from minsheng.doors.account.cases import found
from minsheng.doors.ahead.sparrow import path as path_of
from minsheng.doors.ahead.telling import Told
from minsheng.doors.desks.forms import Mistyped, read
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field, filled
from minsheng.doors.frame.page import actor, not_found, show, staff
from minsheng.foresee.topics.facts import lake

AUDITORS = frozenset({Role.AUDITOR})
READERS = frozenset({Role.AUDITOR, Role.INSPECTOR})
FRAME = (
    Field("month", _("办结月份"), "select", required=True, options=lambda: [(m, m) for m in standing.months()]),
    Field("unit", _("只查一个单位（不填则全市）"), "unit", list="unit"),
    Field(
        "suspected", _("疑似的真实解决率（%）"), "number", required=True,
        hint=_("比记录的低多少才值得追究；差得越少，要打的电话越多。"),
    ),
    Field("reached", _("预计接通率（%）"), "number", value="80"),
)  # fmt: skip
PLAN = (
    Field("since", _("从哪天起"), "date", required=True),
    Field("days", _("几天内打完"), "number", required=True, value="30"),
    Field(
        "share", _("要查出多大比例的漏登（%）"), "number", required=True, value="1",
        hint=_("漏登 1% 时，299 件里至少漏一件的把握是 95%。"),
    ),
    Field("count", _("件数（不填则按比例推算）"), "number"),
)  # fmt: skip
KEY = (Field("key", _("审计公钥"), "line", required=True, hint=_("minsheng audit key 打印的那一行。")),)
RECALL_TITLES = {
    recalls.FRAMED: _("确定名单和问题"),
    recalls.DRAWN: _("随机抽取"),
    recalls.REVEALED: _("查看号码"),
    recalls.ANSWERED: _("填写回答"),
}
Failed = tuple[str, dict[str, str]]


@staff(READERS)
def desk(request: HttpRequest) -> HttpResponse:
    """Everything the auditor has under way, and the forms that begin more."""
    return _desk(request)


def _desk(request: HttpRequest, failed: Failed | None = None) -> HttpResponse:
    by = actor(request)

    def form(name: str, fields: tuple[Field, ...]) -> dict[str, Any]:
        mistaken = failed is not None and failed[0] == name
        problems = failed[1] if failed and mistaken else {}
        typed = request.POST if mistaken else None
        return {
            "fields": filled(fields, typed, problems, prefix=name),
            "problems": list(problems.values()),
            "open": mistaken,
        }

    given = {
        "recalls": [(r, r.compared()) for r in recalls.recallings(by)],
        "plans": mystery.plans(by),
        "records": carrier.all_records(by),
        "boxes": boxes.handed_over(by),
        "forms": {"frame": form("frame", FRAME), "plan": form("plan", PLAN), "box": form("box", KEY)},
        "carrier": form("carrier", ()),
        "least": mystery_requests(0.01),
        "audits": by.role in AUDITORS,
    }
    return show(request, "account/audit.html", given, 422 if failed else 200)


def _refusing(name: str, request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What `act` answers; what is mistyped or refused comes back on the desk with all that was typed."""
    try:
        return act()
    except Mistyped as wrong:
        return _desk(request, (name, wrong.problems))
    except Refused as refused:
        return _desk(request, (name, {"": gettext(refused.message)}))
    except BadFile as bad:
        return _desk(request, (name, {"": _why(bad)}))


@staff(AUDITORS)
@require_POST
@with_facts
def frame(request: HttpRequest) -> HttpResponse:
    """Fix the list and the question of a re-call."""

    def act() -> HttpResponse:
        said = read("frame", FRAME, request.POST.dict())
        suspected, reached = _percent(said, "suspected"), _percent(said, "reached", 80)
        made = recalls.frame(
            lake(), said["month"], actor(request), suspected=suspected, unit=said.get("unit", ""), reached=reached
        )
        return redirect("recall", made.no)

    return _refusing("frame", request, act)


@staff(READERS)
@found
def recall(request: HttpRequest, no: str) -> HttpResponse:
    """One re-call: the list drawn, the answers, and what they say of the record."""
    return _recall(request, no)


def _recall(request: HttpRequest, no: str, shown: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    by = actor(request)
    one = recalls.recalling(no, by)
    answers, looked = one.answers, one.looked_at
    orders = (one.draw or {}).get("orders", [])
    given = {
        "recall": one,
        "compared": one.compared(),
        "orders": [(n, answers.get(n), n in looked, one.frame["recorded"][n]) for n in orders],
        "left": sum(n not in answers for n in orders),
        "unit": one.steps[0].unit,
        "month": one.steps[0].month,
        "timeline": [_told(s, RECALL_TITLES) for s in one.steps if s.name in (recalls.FRAMED, recalls.DRAWN)],
        "looks": sum(s.name == recalls.REVEALED for s in one.steps),
        "shown": shown,
        "audits": by.role in AUDITORS,
    }
    return show(request, "account/recall.html", given, status)


@staff(AUDITORS)
@require_POST
@found
def recall_do(request: HttpRequest, no: str) -> HttpResponse:
    """Draw, show a number (written down first), or enter an answer."""
    by, order = actor(request), request.POST.get("order", "")
    try:
        match request.POST.get("command"):
            case "draw":
                recalls.draw(no, by)
            case "reveal":
                person = recalls.reveal(no, order, by)
                return _recall(request, no, {"order": order, "person": person})
            case "answer":
                said = request.POST.get("said")
                if said not in ("yes", "no", "silent", "unreached"):
                    raise Refused("answer", "请选择回答：已解决、未解决、没有回答或未接通。")
                resolved = {"yes": True, "no": False}.get(said)
                recalls.answer(no, order, by, reached=said != "unreached", resolved=resolved)
            case _:
                raise Refused("command", "没有这个操作，请使用页面上的按钮。")
    except Refused as refused:
        messages.error(request, gettext(refused.message), extra_tags="bad")
        return _recall(request, no, status=409)
    return redirect("recall", no)


@staff(AUDITORS)
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan mystery requests; the answer is the sheet, once."""

    def act() -> HttpResponse:
        typed = request.POST.dict()
        said = read("plan", PLAN, typed)
        try:
            since = date.fromisoformat(typed["since"].strip())
            days, count = int(said["days"]), int(said["count"]) if said.get("count") else None
        except ValueError as error:
            raise Mistyped({"days": gettext("天数和件数请填整数。")}) from error
        made, sheet = mystery.plan(since, days, _percent(said, "share"), actor(request), count=count)
        return _file(sheet.encode(), f"暗访-{made.no}.csv", "text/csv; charset=utf-8")

    return _refusing("plan", request, act)


@staff(READERS)
@found
def mysteries(request: HttpRequest, no: str) -> HttpResponse:
    """One plan: what was sealed, and after the reconciliation what became of each request."""
    return _mystery(request, no)


def _mystery(request: HttpRequest, no: str, problem: str = "") -> HttpResponse:
    one = mystery.a_plan(no, actor(request))
    placed = [{**p, "placed_at": datetime.fromisoformat(p["placed_at"])} for p in one.results]
    given = {
        "plan": one,
        "placed": placed,
        "entered": sum(p["order"] is not None for p in placed),
        "classified": sum(p["classified"] for p in placed),
        "handled": sum(p["handled"] for p in placed),
        "missing": sum(p["order"] is None for p in placed),
        "bounds": one.bounds,
        "problem": problem,
        "audits": actor(request).role in AUDITORS,
    }
    return show(request, "account/mystery.html", given, 422 if problem else 200)


@staff(AUDITORS)
@require_POST
@found
def mystery_sheet(request: HttpRequest, no: str) -> HttpResponse:
    """Take the filled sheet back and reconcile it."""
    try:
        mystery.reconcile(no, _uploaded(request), actor(request))
    except BadFile as bad:
        return _mystery(request, no, _why(bad))
    except Refused as refused:
        return _mystery(request, no, gettext(refused.message))
    return redirect("mystery", no)


@staff(AUDITORS)
@require_POST
def carrier_file(request: HttpRequest) -> HttpResponse:
    """Take a carrier's file in and compare it with the receipts."""

    def act() -> HttpResponse:
        return redirect("carrier", carrier.reconcile(_uploaded(request), actor(request)).no)

    return _refusing("carrier", request, act)


@staff(READERS)
@found
def carrier_page(request: HttpRequest, no: str) -> HttpResponse:
    """One reconciliation of a carrier's records."""
    one = carrier.records(no, actor(request))
    forms = {"number": gettext("整个号码"), "digest": gettext("号码摘要"), "tail": gettext("尾号")}
    given = {
        "records": one,
        "data": one.data,
        "span": [datetime.fromisoformat(one.data[end]) for end in ("since", "until")],
        "gaps": [g | {"at": datetime.fromisoformat(g["at"])} for g in one.data["gap_list"]],
        "form": forms[one.data["form"]],
    }
    return show(request, "account/carrier.html", given)


@staff(AUDITORS)
@require_POST
def box(request: HttpRequest) -> HttpResponse:
    """Hand the box of sealed ballots over."""

    def act() -> HttpResponse:
        said = read("box", KEY, request.POST.dict())
        no, content = boxes.hand_over(said["key"], actor(request))
        return _file(content, f"票盒-{no}.box", "application/octet-stream")

    return _refusing("box", request, act)


@staff(AUDITORS)
@with_facts
def order(request: HttpRequest, no: str) -> HttpResponse:
    """The path of an order without identity and words; that the auditor looked is written down."""
    facts = lake()
    rows = facts.ask(facts.orders.filter(facts.orders.no == no).limit(1)).to_pylist()
    if not rows:
        return not_found(request)
    looks.looked(no, request.GET.get("of", "")[:40].replace("\0", ""), actor(request))
    its = facts.events.filter(facts.events.order_id == rows[0]["order_id"])
    events = sorted(facts.ask(its).to_pylist(), key=lambda e: e["seq"])
    return show(request, "account/order.html", {"row": rows[0], "steps": path_of(events)})


def _told(step: Step, titles: dict[str, Any]) -> Told:
    facts = []
    if step.name == recalls.FRAMED:
        facts = [f"{len(step.data['recorded']):,}", f"SHA-256 {step.data['digest']}"]
    elif step.name == recalls.DRAWN:
        facts = [gettext("第 %(size)s 条时的树头") % {"size": step.data["size"]}, f"SHA-256 {step.data['randomness']}"]
    who = term(step.role, "zh" if showing.chinese() else "en")
    return Told(titles[step.name], step.at, f"{who} · {step.by}", "", facts, [])


def _percent(said: dict[str, Any], name: str, usual: float = 0) -> float:
    """A share typed in per cent. Mistyped when it is none."""
    try:
        value = float(said.get(name, usual)) / 100
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise Mistyped({name: gettext("请填 0 与 100 之间的百分数。")})
    return value


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LARGEST:
        raise BadFile("请选择一个不超过 20 MB 的 CSV 文件。")
    return file.read()


def _why(bad: BadFile) -> str:
    why = gettext(bad.message) % bad.given
    return gettext("这份文件没有导入，原有的结果不变。%(why)s") % {"why": why}


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
