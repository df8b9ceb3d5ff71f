"""Appeals, tolerance and inquiries on staff pages (申诉、容错、核查): lists, the form a unit lodges by, and a case's
page with its log and the steps that may be taken now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from minsheng.account.audit import OF_UNITS, About, CaseKind, CaseState, Conclusion, Ground, NoCase, StepName, cases
from minsheng.account.audit.cases import Case, Claim
from minsheng.account.audit.store import Step, intact
from minsheng.account.gaming import MEANINGS
from minsheng.core import Forbidden, Refused
from minsheng.core.codes import Role, term
from minsheng.doors.account import standing
from minsheng.doors.account.appraising import SEES_SIGNS, tabs
from minsheng.doors.ahead.telling import Told
from minsheng.doors.desks.forms import Mistyped, Spec, of, read
from minsheng.doors.frame import menu, showing
from minsheng.doors.frame.fields import Field, Form, filled
from minsheng.doors.frame.page import View, actor, not_found, show, staff
from minsheng.ground import present

_ORDERS = Field("orders", _("证据工单"), rows=3, hint=_("一行一个单号，须是本单位的工单；可不填。"))
_REASONS = Field("reasons", _("理由"), required=True, rows=4)
_MONTH = Field("month", _("考核月份"), "select", required=True, options=lambda: [(m, m) for m in standing.months()])
_ABOUT = Field("about", _("针对哪个数字"), "select", required=True, options=of(About))
_TEXT = Field("text", _("事实和理由"), required=True, rows=6, hint=_("不要写群众的姓名、电话和门牌号。"))
_YES_NO = Field(
    "granted", _("决定"), "choices", required=True, options=lambda: [("1", gettext("成立")), ("0", gettext("不成立"))]
)
LODGE: Mapping[CaseKind, Spec] = {
    CaseKind.APPEAL: Spec(_("提出申诉"), (_MONTH, _ABOUT, _TEXT, _ORDERS)),
    CaseKind.TOLERANCE: Spec(
        _("申请容错"),
        (_MONTH, _ABOUT, Field("ground", _("容错情形"), "select", required=True, options=of(Ground)), _TEXT, _ORDERS),
    ),
}
STEPS: Mapping[StepName, Spec] = {
    StepName.ADDED: Spec(_("补充"), (_TEXT, _ORDERS)),
    StepName.TAKEN_BACK: Spec(_("撤回"), (_REASONS,), grave=True),
    StepName.DECIDED: Spec(_("决定"), (_YES_NO, _REASONS), key="D"),
    StepName.CONFIRMED: Spec(_("确认决定"), (Field("reasons", _("意见"), rows=2),), key="Y"),
    StepName.SENT_BACK: Spec(_("退回重议"), (_REASONS,)),
    StepName.NOTED: Spec(_("记录核查情况"), (_TEXT,), key="P"),
    StepName.HEARD: Spec(_("记录单位说明"), (_TEXT,), key="H"),
    StepName.CONCLUDED: Spec(
        _("作出结论"),
        (Field("conclusion", _("结论"), "choices", required=True, options=of(Conclusion)), _REASONS),
        key="V",
    ),
}
Failed = tuple[str, Mapping[str, str], Mapping[str, str]]
"""A step that was refused: its name, what was typed, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list."""

    case: Case
    about: str
    state: str


def found(view: View) -> View:
    """404 for a case that is not there or out of the reader's sight."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        try:
            return view(request, *args, **given)
        except NoCase:
            return not_found(request)

    return guarded


@staff(menu.APPRAISAL)
def listing(request: HttpRequest) -> HttpResponse:
    """Appeals and tolerance, newest first, by state."""
    return _listed(request, "cases", OF_UNITS)


@staff(SEES_SIGNS)
def inquiries(request: HttpRequest) -> HttpResponse:
    """Inquiries, newest first."""
    return _listed(request, "inquiries", (CaseKind.INQUIRY,))


def _listed(request: HttpRequest, name: str, kinds: tuple[CaseKind, ...]) -> HttpResponse:
    by = actor(request)
    every = cases.cases(by, *kinds)
    states = [s for s in CaseState if any(c.state is s for c in every)]
    state = next((s for s in states if s.value == request.GET.get("state")), None)
    given = {
        "tabs": tabs(by),
        "name": name,
        "states": [(s, sum(c.state is s for c in every)) for s in states],
        "state": state,
        "all": len(every),
        "rows": [_row(c) for c in every if state in (None, c.state)],
        "may_lodge": name == "cases" and by.role is Role.UNIT_HEAD,
    }
    return show(request, "account/cases.html", given)


def _row(case: Case) -> Row:
    return Row(case, about(case), _term(case.conclusion or case.state))


def about(case: Case) -> str:
    """What a case is about, in words."""
    if case.kind is CaseKind.INQUIRY:
        return sign_name(case.first.data["lead"]["sign"])
    return _term(About(case.first.data["about"]))


def sign_name(sign: str) -> str:
    """A sign's name in the page's language."""
    return MEANINGS[sign][0] if showing.chinese() and sign in MEANINGS else sign.replace("_", " ")


@staff(frozenset({Role.UNIT_HEAD}))
def lodge(request: HttpRequest, kind: str) -> HttpResponse:
    """A unit lodges an appeal or asks for tolerance."""
    of_kind = next((k for k in OF_UNITS if k.value == kind), None)
    if of_kind is None:
        return not_found(request)
    spec, problems = LODGE[of_kind], dict[str, str]()
    if request.method == "POST":
        try:
            case = cases.lodge(_claim(of_kind, read("lodge", spec.fields, _typed(request))), actor(request))
        except Mistyped as wrong:
            problems = wrong.problems
        except Refused as refused:
            problems = {"": gettext(refused.message)}
        else:
            messages.success(request, gettext("已提出：%(no)s。") % {"no": case.no}, extra_tags="good")
            return redirect("case", case.no)
    begun = request.POST or {"month": standing.chosen(request.GET.get("month")), "about": request.GET.get("about", "")}
    given = {
        "title": spec.title,
        "fields": filled(spec.fields, begun, problems),
        "problems": list(problems.values()),
    }
    return show(request, "ahead/new.html", given, 422 if problems else 200)


def _claim(kind: CaseKind, said: Mapping[str, Any]) -> Claim:
    ground = Ground(said["ground"]) if "ground" in said else None
    return Claim(kind, said["month"], About(said["about"]), said["text"], _lines(said.get("orders")), ground)


@staff(menu.APPRAISAL)
@found
def page(request: HttpRequest, no: str) -> HttpResponse:
    """One case."""
    return show(request, "account/case.html", context(request, no))


@staff(menu.APPRAISAL)
@require_POST
@found
def do(request: HttpRequest, no: str) -> HttpResponse:
    """Take the step that a form sends; what is refused comes back with all that was typed."""
    name = request.POST.get("command", "")
    try:
        step = StepName(name) if name in set(STEPS) else None
        if step is None:
            raise Mistyped({"": gettext("没有这个操作，请使用页面上的按钮。")})
        said = read(name, STEPS[step].fields, _typed(request))
        if "orders" in said:
            said["orders"] = list(_lines(said["orders"]))
        cases.step(no, step, said, actor(request))
    except Mistyped as wrong:
        return show(request, "account/case.html", context(request, no, (name, request.POST, wrong.problems)), 422)
    except Refused as refused:
        failed = (name, request.POST, {"": gettext(refused.message)})
        status = 403 if isinstance(refused, Forbidden) else 409
        return show(request, "account/case.html", context(request, no, failed), status)
    messages.success(request, gettext("%(title)s：已完成。") % {"title": STEPS[step].title}, extra_tags="good")
    return redirect("case", no)


def context(request: HttpRequest, no: str, failed: Failed | None = None) -> dict[str, Any]:
    """All that a case's page shows."""
    by = actor(request)
    case = cases.case(no, by)
    names = cases.allowed(case, by)
    shown = {name.value for name in names}
    lead = case.first.data.get("lead", {})
    return {
        "tabs": tabs(by),
        "case": case,
        "kind": _term(case.kind),
        "about": about(case),
        "state": _term(case.conclusion or case.state),
        "ground": _term(Ground(case.first.data["ground"])) if "ground" in case.first.data else "",
        "lead": lead,
        "orders": list(dict.fromkeys(o for s in case.steps for o in s.data.get("orders", lead.get("orders", [])))),
        "timeline": [told(s) for s in case.steps],
        "intact": intact(case.steps),
        "digest": case.steps[-1].hash.hex(),
        "actions": [_form(name, failed) for name in names],
        "failure": " ".join(failed[2].values()) if failed and failed[0] not in shown else "",
        "follows": by.role in menu.BOARD,
    }


def _form(name: StepName, failed: Failed | None) -> Form:
    spec = STEPS[name]
    mistaken = failed is not None and failed[0] == name.value
    values, problems = (failed[1], failed[2]) if failed and mistaken else ({}, {})
    fields = filled(spec.fields, values, problems, prefix=name.value)
    loose = tuple(v for k, v in problems.items() if k not in {f.name for f in fields})
    return Form(name.value, spec.title, fields, spec.key, mistaken, spec.grave, loose)


def told(step: Step) -> Told:
    """A step as a line of the log."""
    who = _term(step.role)
    if step.by_unit:
        who = f"{showing.name_of(present.city().units.get(step.by_unit), step.by_unit)} · {who}"
    facts = []
    if "granted" in step.data:
        facts.append(gettext("成立") if step.data["granted"] else gettext("不成立"))
    if "conclusion" in step.data:
        facts.append(_term(Conclusion(step.data["conclusion"])))
    words = [("", step.data[name]) for name in ("text", "reasons") if step.data.get(name)]
    return Told(_term(StepName(step.name)), step.at, f"{who} · {step.by}", "", facts, words)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: str(value).replace("\0", "") for name, value in request.POST.items()}


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


def _term(code: Any) -> str:
    return term(code, "zh" if showing.chinese() else "en")
