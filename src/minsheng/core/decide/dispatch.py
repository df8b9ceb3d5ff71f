"""Who handles it (派遣): dispatch, return, arbitration, signing, passing down, joining.

The handling clock starts at dispatch, not at signing. The second return of an order goes to a meeting (会商), whose
designation cannot be returned (Weifang ordinance; DOMAIN §1.2, §6.2 a–b)."""

from __future__ import annotations

from minsheng.core.codes import Ask, AssignmentState, Part, Role, State
from minsheng.core.commands import Arbitrate, DecideReturn, Dispatch, Join, PassDown, RequestReturn, Sign
from minsheng.core.decide.case import Case, is_unit, need, refuse, rule
from minsheng.core.events import (
    Dispatched,
    Event,
    Excused,
    Given,
    Joined,
    MeetingOpened,
    PassedDown,
    ReturnAsked,
    ReturnDecided,
    Signed,
)
from minsheng.core.order import Assignment, Forbidden, UnitRef


def _next(c: Case) -> int:
    return max((a.id for a in c.order.assignments), default=0) + 1


def _dispatchable(c: Case, unit: UnitRef) -> None:
    if unit.level not in (2, 3):
        refuse("not_a_handling_unit", "只能派给二级或三级承办单位。")
    c.guard_complained(unit)


def _part(number: int, unit: UnitRef, part: Part) -> tuple[Given, ...]:
    """A level-3 unit receives through its level-2 unit, which reviews its reply."""
    if unit.level == 2:
        return (Given(number, unit.code, 2, part),)
    upper = Given(number, unit.above[-1], 2, part, signed=True)
    return (upper, Given(number + 1, unit.code, 3, part, parent=number))


def _dispatched(c: Case, lead: UnitRef, co: tuple[UnitRef, ...], *, final: bool) -> tuple[Event, ...]:
    if c.order.category is None:
        refuse("category_missing", "请先选择诉求类别再派单。")
    given: tuple[Given, ...] = ()
    for unit, part in ((lead, Part.LEAD), *((u, Part.CO) for u in co)):
        _dispatchable(c, unit)
        given += _part(_next(c) + len(given), unit, part)
    units = [g.unit for g in given]
    if len(set(units)) != len(units):
        refuse("unit_twice", "同一单位不能既主办又协办，请检查主办和协办单位。")
    due = c.due(c.policy.rework) if c.order.reworks else c.handling_due()
    return (Dispatched(**c.stamp, given=given, due=due, final=final),)


@rule(Dispatch)
def _dispatch(c: Case, command: Dispatch) -> tuple[Event, ...]:
    if command.lead is None:
        refuse("lead_missing", "请选择主办单位。")
    return _dispatched(c, command.lead, command.co, final=False)


@rule(Arbitrate)
def _arbitrate(c: Case, command: Arbitrate) -> tuple[Event, ...]:
    if c.order.state is State.TO_DISPATCH:
        if command.lead is not None:
            refuse("meeting_not_opened", "请先发起会商，再由会商指定单位。")
        return (MeetingOpened(**c.stamp, due=c.due(c.policy.arbitration)),)
    if command.lead is None:
        refuse("lead_missing", "请写明会商指定的主办单位。")
    need(command.minutes, "minutes_missing", "请写明会商结论。")
    return _dispatched(c, command.lead, command.co, final=True)


@rule(RequestReturn)
def _request_return(c: Case, command: RequestReturn) -> tuple[Event, ...]:
    a = c.mine()
    need(command.legal_basis, "legal_basis_missing", "退单须写明法定依据。")
    if c.order.designated:
        refuse("designated", "该单位由会商指定，不得再次退单。")
    if not a.active:
        refuse("replied_already", "本单位已回复，不能再退单。")
    if a.contacted:
        refuse("contacted_already", "已联系诉求人，不能再退单；请继续办理或申请协办。")
    if c.at > c.policy.due(a.dispatched_at, c.policy.return_window):
        refuse("return_window_over", "已超过退单时限，视为接受。")
    if c.order.ask(Ask.RETURN, a.id):
        refuse("asked_already", "退单申请正在审批。")
    due = c.due(c.policy.ask_decision)
    asked = ReturnAsked(**c.stamp, assignment=a.id, reason=command.reason, suggested=command.suggested, due=due)
    if _is_lead(a) and c.order.returns >= c.policy.returns_before_arbitration:
        return (asked, MeetingOpened(**c.stamp, due=c.due(c.policy.arbitration)))
    return (asked,)


def _is_lead(a: Assignment) -> bool:
    return a.part is Part.LEAD and a.parent is None


def asked_of(c: Case, kind: Ask, number: int | None) -> Assignment:
    """The assignment whose open request is to be decided: the one named, else the only one asked."""
    open_ = [q.assignment for q in c.order.asks if q.kind is kind and number in (None, q.assignment)]
    found = c.order.by_id(open_[0]) if len(open_) == 1 and open_[0] is not None else None
    if found is None:
        refuse("nothing_asked", "没有待审批的申请，或需指明是哪个单位的申请。")
    return found


@rule(DecideReturn)
def _decide_return(c: Case, command: DecideReturn) -> tuple[Event, ...]:
    a = asked_of(c, Ask.RETURN, command.assignment)
    if a.parent is not None:
        upper = c.order.by_id(a.parent)
        if upper is None or upper.unit != c.by.unit:
            raise Forbidden("upper_unit_decides", "下级单位的退单由其上级单位审批。")
    elif is_unit(c.by.role):
        raise Forbidden("centre_decides", "二级单位的退单由热线中心审批。")
    if not command.granted:
        need(command.grounds, "grounds_missing", "不同意退单须写明理由。")
        return (ReturnDecided(**c.stamp, assignment=a.id, granted=False, due=None),)
    due = c.policy.dispatch_due(c.at, c.order.urgency) if _is_lead(a) else None
    return (ReturnDecided(**c.stamp, assignment=a.id, granted=True, due=due),)


@rule(Sign)
def _sign(c: Case, _: Sign) -> tuple[Event, ...]:
    a = c.mine()
    if a.state is not AssignmentState.TO_SIGN:
        refuse("signed_already", "本单位已签收。")
    return (Signed(**c.stamp, assignment=a.id),)


@rule(PassDown)
def _pass_down(c: Case, command: PassDown) -> tuple[Event, ...]:
    a, to = c.mine(), command.to
    if to is None:
        refuse("unit_missing", "请选择下级单位。")
    if a.level != 2 or a.unit not in to.above:
        refuse("not_below", "只能转交给本单位的下级单位。")
    if not a.active:
        refuse("replied_already", "本单位已回复，不能再转交。")
    if c.order.of_unit(to.code):
        refuse("has_it_already", "该单位已在承办本单。")
    c.guard_complained(to)
    return (PassedDown(**c.stamp, given=Given(_next(c), to.code, to.level, a.part, parent=a.id)),)


@rule(Join)
def _join(c: Case, command: Join) -> tuple[Event, ...]:
    unit = command.unit
    if unit is None:
        refuse("unit_missing", "请选择协办单位。")
    if is_unit(c.by.role) and not _is_lead(c.mine()):
        raise Forbidden("lead_asks", "只有主办单位或热线中心可以请求协办。")
    standing = c.order.of_unit(unit.code)
    if command.excuse:
        if c.by.role not in (Role.DISPATCHER, Role.SUPERVISOR):
            raise Forbidden("centre_excuses", "协办单位的退出由热线中心决定。")
        if standing is None or standing.part is not Part.CO or not standing.active:
            refuse("no_open_co", "该单位没有未完成的协办任务。")
        return (Excused(**c.stamp, assignment=standing.id),)
    if standing is not None:
        refuse("has_it_already", "该单位已在承办本单。")
    if unit.level not in (2, 3):
        refuse("not_a_handling_unit", "只能由二级或三级承办单位协办。")
    c.guard_complained(unit)
    lead = c.order.lead
    assert lead is not None
    return (Joined(**c.stamp, given=Given(_next(c), unit.code, unit.level, Part.CO), due=lead.due),)
