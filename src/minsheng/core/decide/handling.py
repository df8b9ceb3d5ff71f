"""The work and its review (办理、审核): progress, reply, extension, parking, level-2 and centre reviews, exclusion.

Anyang's ordinance (DOMAIN §1.2): one extension of 5 working days, approved by the head of the unit; a matter that
cannot be solved now is told with measures and a date. Guards c–e of DOMAIN §6.2."""

from __future__ import annotations

from minsheng.core.codes import UNIT_ROLES, Ask, AssignmentState, Closing, Part, Role, State
from minsheng.core.commands import (
    DecideExclusion,
    DecideExtension,
    Park,
    Progress,
    PromiseDue,
    Reply,
    RequestExclusion,
    RequestExtension,
    Reveal,
    ReviewReply,
    Terminate,
)
from minsheng.core.decide.case import Case, need, refuse, rule
from minsheng.core.decide.dispatch import asked_of
from minsheng.core.decide.intake import closed
from minsheng.core.events import (
    Event,
    ExclusionAsked,
    ExclusionDecided,
    ExtensionAsked,
    ExtensionDecided,
    Parked,
    Progressed,
    PromiseFell,
    Replied,
    ReplyReviewed,
    Revealed,
    ReviewDone,
    Terminated,
)
from minsheng.core.order import Assignment, Forbidden, Order


@rule(Progress)
def _progress(c: Case, command: Progress) -> tuple[Event, ...]:
    a = c.mine()
    need(command.note, "note_missing", "请写明进展。")
    if a.state is not AssignmentState.HANDLING:
        refuse("sign_first", "请先签收。")
    return (Progressed(**c.stamp, assignment=a.id, contacted=command.contacted),)


def _co_pending(o: Order) -> bool:
    return any(a.part is Part.CO and a.parent is None and a.active for a in o.assignments)


def _children_pending(o: Order, parent: Assignment, but: int | None = None) -> bool:
    return any(not x.accepted for x in o.children(parent.id) if x.id != but)


def _is_lead(a: Assignment) -> bool:
    return a.part is Part.LEAD and a.parent is None


@rule(Reply)
def _reply(c: Case, command: Reply) -> tuple[Event, ...]:
    a, o = c.mine(), c.order
    need(command.reply, "reply_missing", "请写明办理情况。")
    need(command.public_reply, "public_reply_missing", "请写明给诉求人的答复。")
    if a.state is not AssignmentState.HANDLING:
        refuse("sign_first", "请先签收再回复；已回复的不能重复回复。")
    if c.by.id in o.barred:
        refuse("same_handler", "二次办理须由其他经办人办理。")
    if not (a.contacted or command.contacted or o.anonymous or o.secret or not o.reply_wanted):
        refuse("contact_missing", "请先联系诉求人并勾选“已联系”。")
    if _children_pending(o, a):
        refuse("children_open", "下级单位的回复尚未审核通过。")
    lead = _is_lead(a)
    if lead and _co_pending(o):
        refuse("co_open", "还有协办单位未回复；请等待，或请热线中心同意其退出。")
    return (
        Replied(
            **c.stamp,
            assignment=a.id,
            result=command.result,
            contacted=command.contacted,
            evidence=command.evidence,
            due=c.due(c.policy.review) if lead else None,
        ),
    )


@rule(ReviewReply)
def _review_reply(c: Case, command: ReviewReply) -> tuple[Event, ...]:
    if not command.accepted:
        need(command.grounds, "grounds_missing", "退回重办须写明理由。")
    if c.order.state is State.TO_REVIEW:
        return _centre_review(c, command)
    return _unit_review(c, command)


def _unit_review(c: Case, command: ReviewReply) -> tuple[Event, ...]:
    if c.by.role not in UNIT_ROLES:
        refuse("unit_reviews_first", "下级回复先由二级单位审核。")
    o, parent = c.order, c.mine()
    replied = [x for x in o.children(parent.id) if x.state is AssignmentState.REPLIED]
    named = command.assignment
    replied = [x for x in replied if x.id == named or (named is None and not x.accepted)]
    if len(replied) != 1:
        refuse("nothing_to_review", "没有待审核的下级回复，或需指明审核哪一份。")
    child = replied[0]
    if child.replied_by == c.by.id:
        refuse("reviewer_is_handler", "回复人不能审核自己的回复。")
    if child.round > 1 and c.by.role is not Role.UNIT_HEAD:
        raise Forbidden("head_must_sign", "二次办理的回复须由上一级单位负责人签发。")
    lead = _is_lead(parent)
    forwards = command.accepted and not _children_pending(o, parent, but=child.id) and not (lead and _co_pending(o))
    due = c.due(c.policy.review) if forwards and lead else None
    return (ReplyReviewed(**c.stamp, assignment=child.id, accepted=command.accepted, forwards=forwards, due=due),)


def _centre_review(c: Case, command: ReviewReply) -> tuple[Event, ...]:
    if c.by.role in UNIT_ROLES:
        raise Forbidden("centre_reviews", "二级单位的回复由热线中心审核。")
    if not command.accepted:
        return (ReviewDone(**c.stamp, accepted=False, due=None),)
    if not c.order.reply_wanted:
        return (ReviewDone(**c.stamp, accepted=True, due=None), closed(c, Closing.FINAL_REPLY, None))
    return (ReviewDone(**c.stamp, accepted=True, due=c.due(c.policy.call_back)),)


@rule(Park)
def _park(c: Case, command: Park) -> tuple[Event, ...]:
    need(command.promise, "promise_missing", "请写明承诺的措施。")
    if command.until is None or command.until <= c.at:
        refuse("date_missing", "请写明承诺办结的日期（今后的某一天）。")
    if command.until > c.due(c.policy.parking_max):
        refuse("parked_too_long", "承诺日期超过挂账的最长期限。")
    return (Parked(**c.stamp, until=command.until),)


@rule(PromiseDue)
def _promise_due(c: Case, _: PromiseDue) -> tuple[Event, ...]:
    if c.order.clock is None or c.at < c.order.clock.due:
        return ()
    return (PromiseFell(**c.stamp, due=c.due(c.policy.review)),)


@rule(Terminate)
def _terminate(c: Case, command: Terminate) -> tuple[Event, ...]:
    need(command.final_reply, "final_reply_missing", "终止办理须有最终答复。")
    return (Terminated(**c.stamp, due=c.due(c.policy.tell)),)


@rule(RequestExtension)
def _request_extension(c: Case, command: RequestExtension) -> tuple[Event, ...]:
    a, o = c.mine(), c.order
    need(command.grounds, "grounds_missing", "延期须写明理由。")
    if not a.active:
        refuse("replied_already", "本单位已回复，无需延期。")
    if c.at >= a.due:
        refuse("overdue_already", "已超过办理期限，不能再申请延期。")
    if o.extensions >= c.policy.extensions_max:
        refuse("no_more_extensions", "延期次数已用完；确实无法办结的，请在回复中申请挂账。")
    if o.ask(Ask.EXTENSION, a.id):
        refuse("asked_already", "延期申请正在审批。")
    by_centre = o.extensions >= c.policy.extensions_by_unit_head
    return (ExtensionAsked(**c.stamp, assignment=a.id, by_centre=by_centre, due=c.due(c.policy.ask_decision)),)


@rule(DecideExtension)
def _decide_extension(c: Case, command: DecideExtension) -> tuple[Event, ...]:
    o = c.order
    a = asked_of(c, Ask.EXTENSION, command.assignment)
    asked = o.ask(Ask.EXTENSION, a.id)
    assert asked is not None
    if asked.by == c.by.id:
        raise Forbidden("asker_decides", "申请人不能审批自己的申请。")
    upper = a if a.parent is None else o.by_id(a.parent)
    assert upper is not None
    by_centre = o.extensions >= c.policy.extensions_by_unit_head
    if by_centre and c.by.role in UNIT_ROLES:
        raise Forbidden("centre_decides", "再次延期由热线中心审批。")
    if not by_centre and (c.by.role not in UNIT_ROLES or c.by.unit != upper.unit):
        raise Forbidden("head_decides", "首次延期由承办单位负责人审批。")
    if not command.granted:
        need(command.grounds, "grounds_missing", "不同意延期须写明理由。")
        return (ExtensionDecided(**c.stamp, assignment=a.id, granted=False, due=None),)
    due = c.policy.due(max(a.due, c.at), c.policy.extension)
    return (ExtensionDecided(**c.stamp, assignment=a.id, granted=True, due=due),)


@rule(RequestExclusion)
def _request_exclusion(c: Case, command: RequestExclusion) -> tuple[Event, ...]:
    need(command.grounds, "grounds_missing", "申请剔除须写明理由并附证据。")
    if c.order.excluded:
        refuse("excluded_already", "本单已被剔除。")
    number = c.mine().id if c.by.role in UNIT_ROLES else None
    if c.order.ask(Ask.EXCLUSION, number):
        refuse("asked_already", "剔除申请正在审批。")
    due = c.due(c.policy.ask_decision)
    return (ExclusionAsked(**c.stamp, assignment=number, reason=command.reason, due=due),)


@rule(DecideExclusion)
def _decide_exclusion(c: Case, command: DecideExclusion) -> tuple[Event, ...]:
    asked = [q for q in c.order.asks if q.kind is Ask.EXCLUSION and command.assignment in (None, q.assignment)]
    if len(asked) != 1:
        refuse("nothing_asked", "没有待审批的剔除申请，或需指明是哪个单位的申请。")
    if asked[0].by == c.by.id:
        raise Forbidden("asker_decides", "剔除须由两人分别申请和审批。")
    need(command.grounds, "grounds_missing", "剔除审批须写明理由。")
    return (ExclusionDecided(**c.stamp, assignment=asked[0].assignment, granted=command.granted),)


@rule(Reveal)
def _reveal(c: Case, command: Reveal) -> tuple[Event, ...]:
    need(command.grounds, "grounds_missing", "查看联系人须写明理由，诉求人日后可以看到。")
    if c.by.role in UNIT_ROLES:
        if c.mine().state is not AssignmentState.HANDLING:
            raise Forbidden("not_handling", "只有正在办理本单的经办人可以查看联系人。")
        if c.order.secret:
            raise Forbidden("secret", "诉求人要求保密，承办单位不能查看联系人，请通过热线中心联系。")
    return (Revealed(**c.stamp),)
