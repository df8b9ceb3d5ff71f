"""Appeals, tolerance and inquiries (申诉、容错、核查): lodged by a unit or opened on a sign, decided with reasons and
confirmed by a second person. No figure is ever altered by any of them; what was decided stands beside it.

Who may do what is a table (MAY). Beyond the role: a second person is another one than the first, and whoever acted on
the unit's orders since the month began concludes no inquiry about it (回避)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from typing import Any

from django.db import connection

from minsheng.account.appraisal.appraise import month_of
from minsheng.account.audit import store
from minsheng.account.audit.codes import OF_UNITS, About, CaseKind, CaseState, Conclusion, Ground, StepName
from minsheng.account.audit.store import NoCase, Step
from minsheng.core import Actor, Forbidden, Refused
from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.ground import present
from minsheng.ground.access import sight

R = Role
LODGERS = frozenset({R.UNIT_HEAD})
JUDGES = frozenset({R.SUPERVISOR, R.QUALITY})
INQUIRERS = frozenset({R.AUDITOR, R.INSPECTOR, R.SUPERVISOR, R.ANALYST, R.LEADER})
MAY: Mapping[StepName, frozenset[Role]] = {
    StepName.LODGED: LODGERS,
    StepName.ADDED: LODGERS,
    StepName.TAKEN_BACK: LODGERS,
    StepName.DECIDED: JUDGES,
    StepName.CONFIRMED: JUDGES | {R.LEADER},
    StepName.SENT_BACK: JUDGES | {R.LEADER},
    StepName.OPENED: INQUIRERS,
    StepName.NOTED: INQUIRERS,
    StepName.HEARD: INQUIRERS,
    StepName.CONCLUDED: frozenset({R.AUDITOR, R.INSPECTOR, R.SUPERVISOR, R.LEADER}),
}
S = CaseState
WHEN: Mapping[StepName, frozenset[CaseState]] = {
    StepName.ADDED: frozenset({S.LODGED, S.DECIDED}),
    StepName.TAKEN_BACK: frozenset({S.LODGED, S.DECIDED}),
    StepName.DECIDED: frozenset({S.LODGED}),
    StepName.CONFIRMED: frozenset({S.DECIDED}),
    StepName.SENT_BACK: frozenset({S.DECIDED}),
    StepName.NOTED: frozenset({S.OPEN}),
    StepName.HEARD: frozenset({S.OPEN}),
    StepName.CONCLUDED: frozenset({S.OPEN}),
}
"""In which states each step may follow."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its steps left it."""

    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """How it began."""
        return self.steps[0]

    @property
    def no(self) -> str:
        """Its number."""
        return self.first.no

    @property
    def kind(self) -> CaseKind:
        """Appeal, tolerance or inquiry."""
        return self.first.kind

    @property
    def state(self) -> CaseState:
        """How far it has come."""
        state = CaseState.OPEN if self.kind is CaseKind.INQUIRY else CaseState.LODGED
        for step in self.steps:
            match step.name:
                case StepName.DECIDED:
                    state = CaseState.DECIDED
                case StepName.SENT_BACK:
                    state = CaseState.LODGED
                case StepName.CONFIRMED:
                    state = CaseState.GRANTED if self.granted else CaseState.DECLINED
                case StepName.TAKEN_BACK:
                    state = CaseState.TAKEN_BACK
                case StepName.CONCLUDED:
                    state = CaseState.CONCLUDED
        return state

    @property
    def decision(self) -> Step | None:
        """The decision that stands or waits for confirmation."""
        return next((s for s in reversed(self.steps) if s.name == StepName.DECIDED), None)

    @property
    def granted(self) -> bool:
        """Whether the decision, if there is one, grants it."""
        return bool(self.decision and self.decision.data["granted"])

    @property
    def conclusion(self) -> Conclusion | None:
        """How an inquiry ended."""
        last = self.steps[-1]
        return Conclusion(last.data["conclusion"]) if last.name == StepName.CONCLUDED else None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a unit asks: an appeal against a figure of a month, or tolerance on a ground; `orders` are its evidence."""

    kind: CaseKind
    month: str
    about: About
    text: str
    orders: tuple[str, ...] = ()
    ground: Ground | None = None


def lodge(claim: Claim, by: Actor) -> Case:
    """A unit lodges an appeal or asks for tolerance.

    Refused for an order that is not the unit's, tolerance without a ground, or a month that is none or not begun."""
    _may(StepName.LODGED, by)
    if claim.kind not in OF_UNITS:
        raise Refused("no_such_case", "这里只能提出申诉或容错申请。")
    if (claim.ground is None) == (claim.kind is CaseKind.TOLERANCE):
        raise Refused("ground", "容错申请须选择一种容错情形；申诉不选。")
    month = _month(claim.month)
    with sight(by):
        data: dict[str, Any] = {"about": claim.about.value, "text": claim.text, "orders": _own(claim.orders)}
        if claim.ground:
            data["ground"] = claim.ground.value
        return _begin(claim.kind, by.unit, month, data, by)


def open_inquiry(unit: str, month: str, lead: Mapping[str, Any], text: str, by: Actor) -> Case:
    """Open an inquiry on a lead, which names its `sign` and its figures. Refused while one on the same is under way."""
    _may(StepName.OPENED, by)
    with sight(by):
        for case in _grouped(store.steps(kinds=[CaseKind.INQUIRY], unit=unit, month=month)):
            if case.first.data["lead"]["sign"] == lead["sign"] and case.state is CaseState.OPEN:
                raise Refused("under_way", f"这条线索已经立项：{case.no}。请在那里记录。")
        return _begin(CaseKind.INQUIRY, unit, month, {"text": text, "lead": dict(lead)}, by)


def step(no: str, name: StepName, data: Mapping[str, Any], by: Actor) -> Case:
    """Take the next step of a case. NoCase outside the actor's sight, Forbidden and Refused with nothing changed."""
    _may(name, by)
    with sight(by):
        case = Case(tuple(store.steps_of(no, lock=True)))
        if name not in WHEN or case.kind not in (CaseKind.INQUIRY, *OF_UNITS) or case.state not in WHEN[name]:
            raise Refused("state", "现在不能做这一步，请刷新页面看最新进展。")
        if by.role in UNIT_ROLES and by.unit != case.first.unit:
            raise Forbidden("not_yours", "只有提出的单位可以补充或撤回。")
        if "orders" in data:
            data = {**data, "orders": _own(data["orders"])} if by.role in UNIT_ROLES else data
        if name in (StepName.CONFIRMED, StepName.SENT_BACK) and case.decision and case.decision.by == by.id:
            raise Forbidden("second_person", "决定须由第二人确认，不能由作出决定的人自己确认。")
        if name is StepName.CONCLUDED and acted(by, str(case.first.unit), str(case.first.month)):
            raise Forbidden("acted", "您经办过这个单位的工单，应当回避，请由没有经办的人作结论。")
        return Case((*case.steps, store.append(case.steps[-1], name.value, data, by, present.now())))


def acted(by: Actor, unit: str, month: str) -> bool:
    """Whether the actor did anything on an order of the unit, or of one below it, since the month began."""
    since = datetime.combine(month_of(month), time(), present.city().calendar.zone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_acted(%s, %s, %s)", [by.id, unit, since])
        return bool(cursor.fetchone()[0])


def case(no: str, by: Actor) -> Case:
    """A case; NoCase outside the actor's sight."""
    with sight(by):
        found = Case(tuple(store.steps_of(no)))
    if found.kind not in (CaseKind.INQUIRY, *OF_UNITS):
        raise NoCase(no)
    return found


def cases(
    by: Actor, *kinds: CaseKind, unit: str | None = None, month: str | None = None, state: CaseState | None = None
) -> list[Case]:
    """Cases in the actor's sight, newest first."""
    with sight(by):
        found = list(_grouped(store.steps(kinds=kinds, unit=unit, month=month)))
    return [c for c in found if state is None or c.state is state]


def allowed(case: Case, by: Actor) -> list[StepName]:
    """The steps that the actor may take now, but for who must stand aside, which the step itself says."""
    own = by.role not in UNIT_ROLES or by.unit == case.first.unit
    return [name for name, states in WHEN.items() if case.state in states and by.role in MAY[name] and own]


def _grouped(found: Sequence[Step]) -> Iterator[Case]:
    for _, its in groupby(found, key=lambda s: s.no):
        yield Case(tuple(its))


def _begin(kind: CaseKind, unit: str | None, month: str, data: Mapping[str, Any], by: Actor) -> Case:
    now = present.now()
    name = StepName.OPENED if kind is CaseKind.INQUIRY else StepName.LODGED
    begun = store.Begun(kind, store.next_number(kind, now), unit, month)
    return Case((store.append(begun, name.value, data, by, now),))


def _may(name: StepName, by: Actor) -> None:
    if by.role not in MAY[name]:
        raise Forbidden("role", "您的岗位不能做这一步。")


def _month(written: str) -> str:
    """A month that has begun. Refused otherwise."""
    try:
        first = month_of(written)
    except ValueError as error:
        raise Refused("month", f"“{written}”不是月份，请按“2026-10”填写。") from error
    if first > present.policy(present.now()).calendar.local_date(present.now()):
        raise Refused("month", "这个月还没有到。")
    return f"{first:%Y-%m}"


def _own(orders: Sequence[str]) -> list[str]:
    """The orders, all of them in the present sight. Refused with the first that is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT no FROM respond_order WHERE no = ANY (%s)", [list(orders)])
        known = {no for (no,) in cursor.fetchall()}
    if missing := [no for no in orders if no not in known]:
        raise Refused("no_such_order", f"没有单号 {missing[0]}，或不是您单位的工单，请核对。")
    return list(orders)
