"""What the signs ask of the lake (取数): the orders closed in a period, one row each, with what its events tell.

An order belongs to the unit that handles it: the one to which it was last passed down, else its lead. A merged order
belongs to the unit of the order that it was merged into. Codes inside an event's `rest` are read as the JSON that
PostgreSQL writes."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis
from ibis import _
from ibis.expr.types import BooleanValue, StringValue, Table, TimestampValue

from minsheng.ground.lake import table

REPEAT_DAYS = 30
COMPLAINTS = ("complaint", "report")
"""Kinds that are scored more strictly than an inquiry, so that a change to one is tempting."""


def closed_orders(since: datetime, until: datetime) -> Table:
    """Orders closed from `since` to before `until`: order_id, no, unit, lead, category, category2, kind, place,
    received_at, closed_at, due, calls, resolved, left_out, merged_away (into an order of another matter), replied_at
    and result (the unit's first reply), answer and told_at (first answer whether it is resolved), reached, pressed
    (said to have been pressed), contact_at (the unit's last contact before that answer), exclusion_asked, complaint
    (once was one) and demoted (made an inquiry), doubled (split into parts about the same matter)."""
    orders = _whose(table("orders"))
    closed = orders.filter(orders.closed_at >= _moment(since), orders.closed_at < _moment(until))
    rows = _joined(closed, _replies(closed), "replied_id")
    answers = _answers()
    rows = _joined(rows, answers, "answer_id")
    rows = _joined(rows, _contacts(rows), "contact_id")
    rows = _joined(rows, _changes(), "changed_id")
    rows = _joined(rows, _doubled(), "doubled_id")
    return rows.filter(rows.unit != "").select(
        "order_id", "no", "unit", "lead", "category", "category2", "kind", "place", "received_at", "closed_at", "due",
        "calls", "resolved",
        "merged_away", "replied_at", "told_at", "contact_at",
        left_out=_.excluded | (_.merged_into != "") | (_.closing == "withdrawn"),
        result=_text(rows.result),
        answer=_text(rows.answer),
        reached=_flag(rows.reached),
        pressed=_flag(rows.pressed),
        exclusion_asked=_flag(rows.exclusion_asked) | _.excluded,
        complaint=_.kind.isin(COMPLAINTS) | _flag(rows.demoted),
        demoted=_flag(rows.demoted),
        doubled=_flag(rows.doubled),
    )  # fmt: skip


def last_receipt() -> Table:
    """The newest moment that the lake knows of."""
    return table("orders").aggregate(last=_.received_at.max())


def _whose(orders: Table) -> Table:
    """Orders with the unit that handles them, and whether they were merged into another matter."""
    events = table("events")
    down = events.filter(events.name == "passed_down").group_by(passed_id=events.order_id)
    passed = down.aggregate(to=_.to_unit.argmax(_.seq))
    handled = _joined(orders, passed, "passed_id")
    own = [name for name in orders.columns if name != "unit"]
    handled = handled.select(*own, lead=handled.unit, unit=ibis.coalesce(handled.to, handled.unit))
    mains = handled.select(
        main_no=handled.no,
        main_unit=handled.unit,
        main_category=handled.category2,
        main_place=handled.place,
    )
    rows = handled.left_join(mains, (handled.merged_into == mains.main_no) & (handled.merged_into != ""))
    other = (rows.category2 != "") & (rows.main_category != "") & (rows.category2 != rows.main_category)
    elsewhere = (rows.place != "") & (rows.main_place != "") & (rows.place != rows.main_place)
    return rows.select(
        *own,
        "lead",
        unit=ibis.coalesce(rows.main_unit, rows.unit),
        merged_away=_flag((rows.category2 != "") & (other | elsewhere)),
    )


def _replies(orders: Table) -> Table:
    """By order the first reply of the unit that handles it."""
    events = table("events")
    replies = events.filter(events.name == "replied").select("order_id", "seq", "at", "code", by=events.unit)
    own = replies.join(orders.select(mine=orders.order_id, whose=orders.unit), [("order_id", "mine")])
    own = own.filter(own.by == own.whose)
    return own.group_by(replied_id=own.order_id).aggregate(
        replied_at=_["at"].argmin(_.seq), result=_.code.argmin(_.seq)
    )


def _answers() -> Table:
    """By order the first answer to a call-back, whether any reached the requester, and whether pressure was told of."""
    events = table("events")
    calls = events.filter(events.name == "called_back")
    told = calls.yes != ""
    return calls.group_by(answer_id=calls.order_id).aggregate(
        answer=_.yes.argmin(_.seq, where=told),
        told_at=_["at"].argmin(_.seq, where=told),
        reached=(_.reached == "yes").any(),
        pressed=_.rest.contains('"pressed": true').any(),
    )


def _contacts(rows: Table) -> Table:
    """By order the unit's last contact with the requester before the first answer."""
    events = table("events")
    spoken = events.filter(
        events.name.isin(("replied", "progressed")), events.rest.contains('"contacted": true')
    ).select(contact_id=events.order_id, contact=events["at"])
    answered = rows.filter(rows.told_at.notnull()).select(mine=rows.order_id, until=rows.told_at)
    before = spoken.join(answered, spoken.contact_id == answered.mine)
    before = before.filter(before.contact <= before.until)
    return before.group_by("contact_id").aggregate(contact_at=_.contact.max())


def _changes() -> Table:
    """By order whether its exclusion was asked for and whether a complaint was made an inquiry."""
    events = table("events")
    known = events.filter(events.name.isin(("exclusion_asked", "reclassified")))
    before = [known.rest.contains(f'"kind_before": "{kind}"') for kind in COMPLAINTS]
    demoted = known.rest.contains('"kind": "inquiry"') & (before[0] | before[1])
    return known.group_by(changed_id=known.order_id).aggregate(
        exclusion_asked=(_.name == "exclusion_asked").any(), demoted=((known.name == "reclassified") & demoted).any()
    )


def _doubled() -> Table:
    """By order that was split whether a part is about the same second-level category. Sameness is asked after joining:
    as a filter it would become one, of all orders of a category with each other."""
    events, orders = table("events"), table("orders")
    parts = events.filter(events.name == "received", events.rest.contains('"split_from"'))
    parts = parts.select(part_id=parts.order_id, of=parts.rest.re_extract('"split_from": "([^"]*)"', 1))
    what = orders.select(own=orders.order_id, part_category=orders.category2)
    parts = parts.join(what, parts.part_id == what.own)
    both = parts.join(
        orders.select(doubled_id=orders.order_id, of_no=orders.no, of_category=orders.category2),
        [("of", "of_no")],
    )
    same = (both.part_category != "") & (both.part_category == both.of_category)
    return both.group_by("doubled_id").aggregate(doubled=same.any())


def repeats(since: datetime, until: datetime, days: int = REPEAT_DAYS) -> Table:
    """order_id of orders closed from `since` to before `until` after which, within `days`, another order came about
    the same place and second-level category. Receipts and closings of a place stand on one line of time, so that no
    join by inequality is needed."""
    orders = table("orders")
    where = ("place", "category2")
    known = orders.filter(orders.place != "", orders.category2 != "")
    received = known.received_at.cast(known.closed_at.type())
    receipts = known.select("order_id", *where, at=received, received=received, closing=ibis.literal(False))
    closed = known.filter(known.closed_at >= _moment(since), known.closed_at < _moment(until))
    none = ibis.null(closed.closed_at.type())
    closings = closed.select("order_id", *where, at=closed.closed_at, received=none, closing=ibis.literal(True))
    line = ibis.union(receipts, closings)
    rest = ibis.window(group_by=where, order_by="at", preceding=0, following=None)
    seen = line.mutate(next=line.received.min().over(rest))
    return seen.filter(seen.closing, seen.next <= seen["at"] + ibis.interval(days=days)).select("order_id")


def _joined(rows: Table, facts: Table, key: str) -> Table:
    return rows.left_join(facts, rows.order_id == facts[key])


def _flag(value: BooleanValue) -> BooleanValue:
    return ibis.coalesce(value, False)


def _text(value: StringValue) -> StringValue:
    return ibis.coalesce(value, "")


def _moment(at: datetime) -> TimestampValue:
    """A time written out with its offset, which every engine reads without tables of time zones."""
    return ibis.literal(at.astimezone(UTC).isoformat(" ", "seconds")).cast("timestamp('UTC')")
