"""The second half of the loop (回访、二次办理、结案): nothing is closed because somebody says so.

A not-solved or dissatisfied answer gives a second handling by default; its second failure goes to a meeting with a
supervision sheet, the third is raised a level (DOMAIN §6.2 f–h, §6.4). The unit learns only
that the centre orders it."""

from __future__ import annotations

from minsheng.core.codes import Card, Closing, Grade, ReopenCause, Role, State
from minsheng.core.commands import (
    Archive,
    CallBack,
    Close,
    ConfirmWithdrawal,
    GiveCard,
    Reopen,
    Rework,
    Withdraw,
)
from minsheng.core.decide.case import Case, need, refuse, rule
from minsheng.core.decide.intake import closed
from minsheng.core.events import (
    Archived,
    CalledBack,
    CardGiven,
    Event,
    FailedAgain,
    FellBack,
    MeetingOpened,
    Reopened,
    ReworkOrdered,
    WithdrawalCancelled,
    Withdrawn,
)
from minsheng.core.order import ClockName, Forbidden


def _failed(c: Case) -> tuple[Event, ...]:
    """What follows a failure: a merged order sends its main back; the first failure is reworked by the same unit;
    a later one goes to a meeting with a card."""
    o, p = c.order, c.policy
    if o.merged_into is not None:
        return (FellBack(**c.stamp, due=c.due(p.rework)),)
    if o.reworks < p.reworks_before_meeting:
        return (ReworkOrdered(**c.stamp, due=c.due(p.rework)),)
    card = Card.RAISED if o.reworks >= p.reworks_before_raise else Card.SHEET
    return (
        FailedAgain(**c.stamp),
        CardGiven(**c.stamp, card=card, clock=None),
        MeetingOpened(**c.stamp, due=c.due(p.arbitration)),
    )


@rule(CallBack)
def _call_back(c: Case, command: CallBack) -> tuple[Event, ...]:
    o = c.order
    if c.by.id in o.handlers:
        refuse("handler_cannot_call_back", "经办过本单的人不能回访本单，请换人回访。")
    waiting = o.clock is not None and o.clock.name is ClockName.RATING
    if waiting and c.by.role is not Role.RESIDENT:
        refuse("waiting_for_rating", "正在等待诉求人自行评价，请勿代评。")
    if not command.reached:
        return _unreached(c)
    resolved = o.resolved if command.resolved is None else command.resolved
    if resolved is None and command.grade is not Grade.REFUSED:
        refuse("answer_missing", "请先问清问题是否已经解决。")
    declined = bool(command.declined.strip())
    bad = resolved is False or command.grade.bad
    drawn = command.drawn and o.reworks == 0 and o.merged_into is None
    if (bad and not declined) or drawn:
        return (_called(c, command, resolved, declined), *_failed(c))
    if command.rating_by is not None and command.grade is Grade.UNRATED and not waiting:
        event = _called(c, command, resolved, declined, wait=True)
        return (event,)
    return (_called(c, command, resolved, declined), closed(c, Closing.CALLED_BACK, resolved))


def _called(c: Case, command: CallBack, resolved: bool | None, declined: bool, *, wait: bool = False) -> CalledBack:
    return CalledBack(
        **c.stamp,
        reached=True,
        contacted=command.contacted,
        resolved=resolved,
        pressed=command.pressed,
        declined=declined and resolved is False,
        due=None,
        rating_due=c.due(c.policy.rating_wait) if wait else None,
    )


def _unreached(c: Case) -> tuple[Event, ...]:
    last = c.order.call_attempts + 1 >= c.policy.call_back_attempts
    event = CalledBack(
        **c.stamp,
        reached=False,
        contacted=None,
        resolved=None,
        pressed=None,
        declined=False,
        due=None if last else c.due(c.policy.call_back),
        rating_due=None,
    )
    return (event, closed(c, Closing.UNREACHED, None)) if last else (event,)


_TOLD = {State.ANSWERED: Closing.ANSWERED, State.TERMINATED: Closing.FINAL_REPLY}


@rule(Close)
def _close(c: Case, command: Close) -> tuple[Event, ...]:
    o = c.order
    if o.state is State.TO_CALL_BACK:
        if c.by.role is not Role.SYSTEM:
            raise Forbidden("call_back_closes", "待回访的工单只能由回访结果结案。")
        if o.clock is None or o.clock.name is not ClockName.RATING or c.at < o.clock.due:
            return ()
        return (closed(c, Closing.CALLED_BACK, o.resolved),)
    if command.told is None:
        refuse("told_missing", "请选择以何种方式告知了诉求人。")
    return (closed(c, _TOLD.get(o.state, Closing.TOLD), None, command.told),)


@rule(Rework)
def _rework(c: Case, command: Rework) -> tuple[Event, ...]:
    need(command.grounds, "grounds_missing", "请写明要求二次办理的理由。")
    return _failed(c)


@rule(Reopen)
def _reopen(c: Case, command: Reopen) -> tuple[Event, ...]:
    o = c.order
    need(command.grounds, "grounds_missing", "请写明重新办理的理由。")
    if (c.by.role is Role.RESIDENT) != (command.cause is ReopenCause.APPEAL) and c.by.role is not Role.SYSTEM:
        refuse("wrong_cause", "诉求人以申诉重开，中心以回头看重开。")
    assert o.closed_at is not None
    if c.at > c.policy.due(o.closed_at, c.policy.reopen_within):
        refuse("reopen_window_over", "已超过可以重开的期限，请提交新的诉求。")
    if o.closing is Closing.WITHDRAWN:
        refuse("withdrawn", "诉求人已确认撤回，请提交新的诉求。")
    if o.lead is None or o.merged_into is not None:
        return (Reopened(**c.stamp, cause=command.cause, due=c.policy.dispatch_due(c.at, o.urgency)),)
    return (Reopened(**c.stamp, cause=command.cause, due=None), *_failed(c))


@rule(Withdraw)
def _withdraw(c: Case, command: Withdraw) -> tuple[Event, ...]:
    if c.order.state is State.WITHDRAWN:
        if not command.cancel:
            refuse("withdrawn_already", "已收到撤回申请，考虑期内可以取消撤回。")
        return (WithdrawalCancelled(**c.stamp),)
    if command.cancel:
        refuse("not_withdrawn", "本单没有撤回申请。")
    return (Withdrawn(**c.stamp, due=c.due(c.policy.withdrawal_think)),)


@rule(ConfirmWithdrawal)
def _confirm_withdrawal(c: Case, _: ConfirmWithdrawal) -> tuple[Event, ...]:
    if c.order.clock is None or c.at < c.order.clock.due:
        return ()
    return (closed(c, Closing.WITHDRAWN, None),)


@rule(Archive)
def _archive(c: Case, _: Archive) -> tuple[Event, ...]:
    if c.order.clock is None or c.at < c.order.clock.due:
        return ()
    return (Archived(**c.stamp),)


_NUDGERS = frozenset({Role.RESIDENT, Role.AGENT, Role.SHIFT_LEADER})


@rule(GiveCard)
def _give_card(c: Case, command: GiveCard) -> tuple[Event, ...]:
    o = c.order
    if c.by.role in _NUDGERS and command.card is not Card.NUDGE:
        raise Forbidden("supervisor_gives_cards", "亮牌和督办由督办员作出；您可以催办。")
    if c.by.role is Role.SYSTEM:
        late = o.clock is not None and o.clock.name is command.clock and c.at >= o.clock.due
        if command.card is Card.RED and not late:
            return ()
    return (CardGiven(**c.stamp, card=command.card, clock=command.clock),)
