"""From a request to the pool (受理): receive, complete, answer at once, explain, transfer, merge, split, submit.

Nothing is rejected: what is not dispatched gets a disposition and the requester is told (DOMAIN §1.3)."""

from __future__ import annotations

from datetime import datetime

from minsheng.core.codes import Closing, Role, State, Told
from minsheng.core.commands import (
    Absorb,
    AddDetail,
    Answer,
    AskDetail,
    Explain,
    Follow,
    Merge,
    Receive,
    Reclassify,
    Split,
    Submit,
    Transfer,
)
from minsheng.core.decide.case import Case, need, refuse, rule
from minsheng.core.events import (
    Absorbed,
    Answered,
    Closed,
    DetailAdded,
    DetailAsked,
    Event,
    Explained,
    Followed,
    Merged,
    Received,
    Reclassified,
    Submitted,
    Transferred,
)
from minsheng.core.events import Split as SplitDone
from minsheng.core.order import Actor
from minsheng.core.rulebook import RuleBook


def receive(command: Receive, policy: RuleBook, at: datetime, by: Actor) -> tuple[Event, ...]:
    """登记: the dispatch clock starts at intake, and the requester is promised dispatch + handling limit."""
    need(command.text, "text_missing", "请写明诉求内容。")
    promised = policy.promise(at, command.category or "", command.urgency, command.channel)
    return (
        Received(
            at=at,
            by=by.id,
            no=command.no,
            channel=command.channel,
            taxonomy=command.taxonomy,
            kind=command.kind,
            urgency=command.urgency,
            category=command.category,
            area=command.area,
            secret=command.secret,
            reply_wanted=command.reply_wanted,
            anonymous=command.anonymous,
            complained_of=command.complained_of,
            split_from=command.split_from,
            due=policy.dispatch_due(at, command.urgency),
            promised=promised,
        ),
    )


@rule(AskDetail)
def _ask_detail(c: Case, command: AskDetail) -> tuple[Event, ...]:
    need(command.question, "question_missing", "请写明需要诉求人补充什么。")
    return (DetailAsked(**c.stamp, due=c.due(c.policy.detail)),)


@rule(AddDetail)
def _add_detail(c: Case, command: AddDetail) -> tuple[Event, ...]:
    waiting = c.order.state is State.INCOMPLETE
    if c.by.role is Role.SYSTEM:
        if not waiting or c.order.clock is None or c.at < c.order.clock.due:
            return ()
    else:
        need(command.detail, "detail_missing", "请写明补充的内容。")
    due = c.policy.dispatch_due(c.at, c.order.urgency) if waiting else None
    return (DetailAdded(**c.stamp, due=due),)


def told(c: Case, first: Event, closing: Closing, how: Told | None) -> tuple[Event, ...]:
    """`first`, and the closing too when the requester was told in the same breath."""
    if how is None:
        return (first,)
    return (first, closed(c, closing, None, how))


def closed(c: Case, closing: Closing, resolved: bool | None, how: Told | None = None) -> Closed:
    """The closing event, with the day on which the order goes to the archive."""
    due = c.due(c.policy.archive_after)
    return Closed(**c.stamp, closing=closing, resolved=resolved, told=how, archive_due=due)


@rule(Answer)
def _answer(c: Case, command: Answer) -> tuple[Event, ...]:
    need(command.answer, "answer_missing", "请写明答复内容，或选用一条知识。")
    event = Answered(**c.stamp, entry=command.entry, due=c.due(c.policy.tell))
    return told(c, event, Closing.ANSWERED, command.told)


@rule(Transfer)
def _transfer(c: Case, command: Transfer) -> tuple[Event, ...]:
    need(command.line, "line_missing", "请选择转接到哪条线路，例如 110、119、120。")
    event = Transferred(**c.stamp, line=command.line, due=c.due(c.policy.tell))
    return told(c, event, Closing.TOLD, command.told)


@rule(Explain)
def _explain(c: Case, command: Explain) -> tuple[Event, ...]:
    need(command.explanation, "explanation_missing", "请写明告知诉求人的内容和应走的途径。")
    event = Explained(**c.stamp, disposition=command.disposition, due=c.due(c.policy.tell))
    return told(c, event, Closing.TOLD, command.told)


@rule(Merge)
def _merge(c: Case, command: Merge) -> tuple[Event, ...]:
    if command.into == c.order.no:
        refuse("merge_into_itself", "不能并入自身，请选择另一张工单。")
    if c.order.absorbed:
        refuse("has_merged_orders", "已有工单并入本单，请把本单作为主单。")
    if not command.into_state.open or command.into_state in (State.MERGED, State.WITHDRAWN, State.INCOMPLETE):
        refuse("merge_target_not_open", "目标工单已结案、已撤回、待补充或已并入他单，请选择在办的主单。")
    return (Merged(**c.stamp, into=command.into),)


@rule(Absorb)
def _absorb(c: Case, command: Absorb) -> tuple[Event, ...]:
    return (Absorbed(**c.stamp, no=command.no),)


@rule(Follow)
def _follow(c: Case, _: Follow) -> tuple[Event, ...]:
    return (Followed(**c.stamp, due=c.due(c.policy.call_back)),)


@rule(Split)
def _split(c: Case, command: Split) -> tuple[Event, ...]:
    if not command.parts:
        refuse("parts_missing", "请至少写明一件要拆出的事项。")
    return (SplitDone(**c.stamp, parts=command.parts),)


@rule(Submit)
def _submit(c: Case, command: Submit) -> tuple[Event, ...]:
    o = c.order
    category = command.category or o.category
    if category is None:
        refuse("category_missing", "请先选择诉求类别再提交。")
    return (
        Submitted(
            **c.stamp,
            category=category,
            kind=command.kind or o.kind,
            urgency=command.urgency or o.urgency,
            area=command.area or o.area,
            secret=o.secret if command.secret is None else command.secret,
            complained_of=o.complained_of if command.complained_of is None else command.complained_of,
        ),
    )


@rule(Reclassify)
def _reclassify(c: Case, command: Reclassify) -> tuple[Event, ...]:
    o = c.order
    need(command.grounds, "grounds_missing", "改类须写明理由，并接受审计。")
    category, kind = command.category or o.category, command.kind or o.kind
    if (category, kind) == (o.category, o.kind):
        refuse("nothing_changes", "新的类别和类型与原来相同。")
    return (Reclassified(**c.stamp, category_before=o.category, category=category, kind_before=o.kind, kind=kind),)
