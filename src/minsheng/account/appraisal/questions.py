"""What the appraisal asks of the lake (考核取数): orders of a span by unit and case mix, and what units asked for.

An order belongs to the day on which it was received and, as one asks, to the unit of the second level that leads it
(主办) or to whoever works on it, that is the unit to which it was last passed down (承办). Three words of the case mix:
*follows*: another order about the same place and second-level category came in the `SAME_TROUBLE_DAYS` before it, so
that it is one more word on a trouble already counted; *in company*: an order about the same place and category came
that soon before or after it; *repeated*: within `REPEAT_DAYS` of its closing another order came about the same place
and second-level category (重复诉求). Orders without a place that was understood have none of the three."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import ibis
from ibis import _
from ibis.expr.types import Table, TimestampValue

from minsheng.ground.lake import table

SAME_TROUBLE_DAYS, REPEAT_DAYS = 30, 30
Tier = Literal["lead", "handler"]
MIX = ("category", "category2", "category1", "kind", "urgency")
"""Columns of the case mix, beside `follows`."""
ASKED = ("return_asked", "extension_asked", "exclusion_asked")
"""Events by which a unit asks to be rid of an order, of its deadline or of its count."""


def counts(since: date, until: date, asof: datetime, by: Tier = "lead") -> Table:
    """Orders received from `since` to before `until`, by unit × MIX × follows × left_out, as they stood at `asof`.

    `left_out` is excluded, merged, withdrawn or parked (the first that holds) or ''. Counted: n; in_company; open;
    asked (said whether it is resolved) and resolved (said yes); first_resolved (said yes without a second handling);
    unreached (called, nobody said); judged (a due date that was met or has passed) and on_time; repeat_n (closed at a
    place, REPEAT_DAYS gone) and repeated; returned and extended (orders with a return, an extension granted). Orders
    that no unit had are not in it."""
    orders = table("orders")
    if by == "handler":
        orders = _handled(orders)
    near = orders.filter(
        orders.day >= ibis.date(since - timedelta(days=SAME_TROUBLE_DAYS)), orders.received_at <= _moment(asof)
    )
    marked = _repeated(_company(near))
    rows = marked.filter(_.day >= ibis.date(since), _.day < ibis.date(until), _.unit != "")
    now = _moment(asof)
    due = rows.due.notnull() & (rows.first_replied_at.notnull() | (rows.due < now))
    in_time = rows.first_replied_at.notnull() & (rows.first_replied_at <= rows.due)
    settled = rows.closed_at.notnull() & (rows.closed_at + ibis.interval(days=REPEAT_DAYS) <= now) & (rows.place != "")
    said_yes = rows.resolved == "yes"
    facts = rows.select(
        "unit",
        *MIX,
        "follows",
        left_out=ibis.cases(
            (rows.excluded, "excluded"),
            (rows.merged_into != "", "merged"),
            (rows.closing == "withdrawn", "withdrawn"),
            (rows.parked, "parked"),
            else_="",
        ),
        in_company=rows.in_company,
        open=rows.closed_at.isnull(),
        asked=rows.resolved != "",
        resolved=said_yes,
        first_resolved=said_yes & (rows.reworks == 0),
        unreached=(rows.resolved == "") & (rows.calls > 0),
        judged=due,
        on_time=due & in_time,
        repeat_n=settled,
        repeated=settled & rows.repeated,
        returned=rows.returns > 0,
        extended=rows.extensions > 0,
    )
    keys = ("unit", *MIX, "follows", "left_out")
    sums = {name: _[name].cast("int64").sum() for name in facts.columns if name not in keys}
    return facts.group_by(*keys).aggregate(n=_.count(), **sums)


def _handled(orders: Table) -> Table:
    """With the unit to which an order was last passed down in place of the lead that passed it."""
    events = table("events")
    down = events.filter(events.name == "passed_down").select("seq", "to_unit", passed_id=events.order_id)
    passed = down.group_by("passed_id").aggregate(to=_.to_unit.argmax(_.seq))
    joined = orders.left_join(passed, orders.order_id == passed.passed_id)
    return joined.mutate(unit=ibis.coalesce(joined.to, joined.unit)).drop("passed_id", "to")


def asked_for(since: date, until: date) -> Table:
    """unit × name (of ASKED): how often the unit asked, from `since` to before `until`, and of how many orders."""
    events = table("events")
    rows = events.filter(
        events.day >= ibis.date(since), events.day < ibis.date(until), events.name.isin(ASKED), events.unit != ""
    )
    return rows.group_by("unit", "name").aggregate(n=_.count(), orders=_.order_id.nunique())


def _company(orders: Table) -> Table:
    """With `follows` and `in_company`."""
    trouble = ibis.window(group_by=("place", "area", "category2"), order_by=("received_at", "order_id"))
    same = ibis.window(group_by=("place", "area", "category"), order_by=("received_at", "order_id"))
    span, at = ibis.interval(days=SAME_TROUBLE_DAYS), orders.received_at
    known = (orders.place != "") & (orders.kind != "inquiry")
    before, earlier, later = at.lag().over(trouble), at.lag().over(same), at.lead().over(same)
    return orders.mutate(
        follows=known & ibis.coalesce(at <= before + span, False),
        in_company=known & ibis.coalesce((at <= earlier + span) | (later <= at + span), at <= earlier + span, False),
    )


def _repeated(orders: Table) -> Table:
    """With `repeated`: receipts and closings of one trouble stand on one line of time; a closing sees the next receipt
    after it. No join by inequality, which not every engine does quickly."""
    where = ("place", "area", "category2")
    placed = orders.filter(orders.place != "")
    received = placed.received_at.cast(placed.closed_at.type())
    receipts = placed.select("order_id", *where, at=received, received=received, closing=ibis.literal(False))
    closed = placed.filter(placed.closed_at.notnull())
    none = ibis.null(closed.closed_at.type())
    closings = closed.select("order_id", *where, at=closed.closed_at, received=none, closing=ibis.literal(True))
    line = ibis.union(receipts, closings)
    rest = ibis.window(group_by=where, order_by="at", preceding=0, following=None)
    seen = line.mutate(next=line.received.min().over(rest))
    again = seen.filter(seen.closing, seen.next <= seen.at + ibis.interval(days=REPEAT_DAYS))
    found = again.select(repeated_id=again.order_id)
    joined = orders.left_join(found, orders.order_id == found.repeated_id)
    return joined.mutate(repeated=joined.repeated_id.notnull()).drop("repeated_id")


def _moment(at: datetime) -> TimestampValue:
    """A time written out with its offset, which every engine reads without tables of time zones."""
    return ibis.literal(at.astimezone(UTC).isoformat(" ", "seconds")).cast("timestamp('UTC')")
