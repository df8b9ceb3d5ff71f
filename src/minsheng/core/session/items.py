"""Rules of a listed item (清单事项): given with a term, signed for, reported, and ticked off by somebody outside
the unit (销号, DOMAIN §3: a problem may be ticked off only by someone outside the responsible unit)."""

from __future__ import annotations

from minsheng.core.codes import UNIT_ROLES, Card, Role
from minsheng.core.order import Forbidden
from minsheng.core.session import commands as say
from minsheng.core.session import events as happened
from minsheng.core.session.case import Case, need, refuse, rule
from minsheng.core.session.codes import ItemState, TopicState
from minsheng.core.session.events import SessionEvent
from minsheng.core.session.records import Item
from minsheng.core.session.topics import in_state


def _item(c: Case, number: int, *states: ItemState) -> Item:
    topic = in_state(c, TopicState.DISPATCHED)
    item = topic.item(number)
    if item is None:
        refuse("no_such_item", "没有这一项，请刷新页面。")
    if item.state not in states:
        refuse("wrong_state", "这一项现在的状态不能执行此操作，请刷新页面。")
    return item


def _own(c: Case, number: int, *states: ItemState) -> Item:
    item = _item(c, number, *states)
    if c.by.unit != item.unit:
        raise Forbidden("not_yours", "这一项不由您的单位负责。")
    return item


@rule(say.GiveItem)
def _give(c: Case, command: say.GiveItem) -> tuple[SessionEvent, ...]:
    topic = in_state(c, TopicState.CHOSEN, TopicState.DISPATCHED)
    need(command.title, "title_missing", "请写明要做什么。")
    if topic.registration is None:
        refuse("not_registered", "交办之前，请先登记成效的量法。")
    unit, verifier = command.unit, command.verifier
    if verifier.code in unit.lineage or unit.code in verifier.lineage:
        refuse("verifier_inside", "核验单位不能是责任单位本身或它的上下级，请另选。")
    if command.parent is not None and topic.item(command.parent) is None:
        refuse("no_such_item", "没有所属的那一项，请刷新页面。")
    item = Item(
        len(topic.items) + 1,
        command.list,
        command.title.strip(),
        unit.code,
        verifier.code,
        c.policy.due(c.at, command.term),
        command.with_units,
        command.orders,
        command.parent,
    )
    return (happened.ItemGiven(**c.stamp, item=item),)


@rule(say.SignItem)
def _sign(c: Case, command: say.SignItem) -> tuple[SessionEvent, ...]:
    item = _own(c, command.item, ItemState.GIVEN)
    return (happened.ItemSigned(**c.stamp, item=item.id),)


@rule(say.ReportItem)
def _report(c: Case, command: say.ReportItem) -> tuple[SessionEvent, ...]:
    item = _own(c, command.item, ItemState.DOING)
    need(command.text, "report_empty", "请写明做了什么、有什么证明。")
    return (happened.ItemReported(**c.stamp, item=item.id, text=command.text.strip(), done=command.done),)


@rule(say.VerifyItem)
def _verify(c: Case, command: say.VerifyItem) -> tuple[SessionEvent, ...]:
    item = _item(c, command.item, ItemState.REPORTED)
    if c.by.role in UNIT_ROLES and c.by.unit != item.verifier:
        raise Forbidden("not_the_verifier", "这一项由另一个单位核验。")
    need(command.text, "finding_empty", "请写明核验看到了什么。")
    kind = happened.ItemTicked if command.passed else happened.ItemSentBack
    return (kind(**c.stamp, item=item.id, text=command.text.strip()),)


@rule(say.ExtendItem)
def _extend(c: Case, command: say.ExtendItem) -> tuple[SessionEvent, ...]:
    item = _item(c, command.item, ItemState.GIVEN, ItemState.DOING)
    need(command.reasons, "reasons_missing", "请写明延期理由。")
    due = c.policy.due(max(c.at, item.due), command.term)
    return (happened.ItemExtended(**c.stamp, item=item.id, due=due, reasons=command.reasons.strip()),)


def _graver(standing: Card | None, card: Card) -> bool:
    """Whether the card that stands says as much as `card` or more (DOMAIN §6.4, in the order of the grades)."""
    grades = tuple(Card)
    return standing is not None and grades.index(standing) >= grades.index(card)


@rule(say.CardItem)
def _card(c: Case, command: say.CardItem) -> tuple[SessionEvent, ...]:
    item = _item(c, command.item, *ItemState)
    if c.by.role is Role.SYSTEM:
        soon = c.at >= c.policy.calendar.before(item.due, c.policy.yellow_card_before)
        meant = item.late(c.at) if command.card is Card.RED else soon
        if not meant or _graver(item.card, command.card) or item.state is ItemState.TICKED:
            return ()
    elif item.state is ItemState.TICKED:
        refuse("ticked_already", "这一项已经销号。")
    return (happened.ItemCarded(**c.stamp, item=item.id, card=command.card, text=command.text.strip()),)
