"""What stands in the lake (数据湖表结构): events, orders and texts, each column with its type and meaning.

No identity: no name, number or address, no account of a clerk, no grade of a requester, no order complained of. Codes
are those of DOMAIN §6.3 and of the city pack; a code that is absent is '', never null, so that columns that are grouped
by are the same on every engine; times are UTC and null when it has not come to them. docs/lake.md is made from this."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
Column = tuple[pa.DataType, bool, str]
"""Type, whether it may be null, meaning."""


def _code(meaning: str) -> Column:
    return TEXT, False, meaning


def _count(meaning: str) -> Column:
    return pa.int16(), False, meaning


def _yes(meaning: str) -> Column:
    return pa.bool_(), False, meaning


def _when(meaning: str) -> Column:
    return TIME, True, meaning


def _schema(what: str, **columns: Column) -> pa.Schema:
    made = [
        pa.field(name, kind, nullable=may, metadata={"meaning": meaning})
        for name, (kind, may, meaning) in columns.items()
    ]
    return pa.schema(made, metadata={"table": what})


EVENTS, ORDERS, TEXTS = "events", "orders", "texts"
SCHEMAS: Mapping[str, pa.Schema] = {
    EVENTS: _schema(
        "One row an event of an order, exactly once. `order_id` and `seq` name it.",
        order_id=(pa.int64(), False, "number of the order"),
        seq=(pa.int32(), False, "number of the event in its order, from 1"),
        name=_code("what happened"),
        at=(TIME, False, "when"),
        day=(pa.date32(), False, "the city's local day of `at`"),
        role=_code("role that acted"),
        unit=_code("unit that acted; '' for the centre, the system and the requester"),
        category=_code("category that the event gave the order (received, submitted, reclassified)"),
        area=_code("area that the event gave the order (received, submitted)"),
        to_unit=_code("unit that the event gave the order to: the lead of a dispatch, who it was passed down to"),
        code=_code(
            "the code that the event is about: result of a reply, reason asked for, ground of a closing, grade of a "
            "card, cause of a reopening, path that was explained, channel of a receipt"
        ),
        yes=_code("yes, no or '': granted, accepted, or said to be resolved"),
        reached=_code("yes, no or '': whether a call-back reached the requester"),
        due=_when("until when what follows is due"),
        rest=_code("the event's other codes as JSON; '' when there are none"),
    ),
    ORDERS: _schema(
        "One row an order: its newest state, never older than its events in the lake.",
        order_id=(pa.int64(), False, "number of the order"),
        no=_code("order number (工单编号)"),
        version=(pa.int32(), False, "number of its newest event"),
        day=(pa.date32(), False, "the city's local day of `received_at`"),
        received_at=(TIME, False, "when it was received"),
        channel=_code("channel it came by"),
        kind=_code("kind (诉求类型)"),
        urgency=_code("urgency (紧急程度)"),
        secret=_yes("to be kept secret; such an order has no text here and no place"),
        anonymous=_yes("no telephone number was left"),
        category=_code("category, the leaf"),
        category2=_code("category of the second level"),
        category1=_code("category of the first level"),
        area=_code("area, the finest known"),
        township=_code("township around it"),
        county=_code("county around it"),
        place=_code("keyed digest of county and spot: the same spot, the same digest; '' when no spot was understood"),
        unit=_code("lead unit; '' before dispatch and when it was answered at once"),
        level=_count("level of the lead unit, 0 without one"),
        unit2=_code("unit of the second level that the lead unit is or belongs to"),
        units=(pa.list_(pa.field("element", TEXT, nullable=False)), False, "units that have a part, lead first"),
        co_units=_count("co-handlers among them"),
        state=_code("state (工单状态)"),
        promised=_when("the promise given to the requester at receipt"),
        dispatched_at=_when("first dispatch"),
        due=_when("until when the first handling was due, granted extensions included"),
        first_replied_at=_when("first reply of the lead unit"),
        on_time=_code("yes or no: the first reply of the lead unit came by `due`; '' without reply or due"),
        answered_at=_when("when an answer first stood for the requester: at once, or when a reply passed review"),
        closed_at=_when("closing"),
        closing=_code("ground of the closing (结案依据)"),
        resolved=_code("yes or no as the requester said; '' when nobody said"),
        returns=_count("returns to the pool (退单)"),
        extensions=_count("extensions granted"),
        reworks=_count("second handlings ordered"),
        reopened=_count("times opened again"),
        calls=_count("call-backs tried"),
        excluded=_yes("left out of scoring by a second person's decision"),
        merged_into=_code("order that it was merged into"),
        absorbed=_count("orders merged into it"),
        parked=_yes("it was parked with a promise (挂账) at some time"),
        card=_code("highest card"),
        cards=_count("cards and nudges given"),
    ),
    TEXTS: _schema(
        "One row an order whose words still exist: the copy with identity taken out by machine. Erased with the order.",
        order_id=(pa.int64(), False, "number of the order"),
        day=(pa.date32(), False, "the city's local day of its receipt"),
        title=_code("title"),
        text=_code("what was said"),
    ),
}
"""Every table of the lake."""

KEYED = (ORDERS, TEXTS)
"""Tables of one row an order, of which the newest counts; of events every row counts."""

SORTED: Mapping[str, tuple[str, ...]] = {
    EVENTS: ("name", "unit", "at", "order_id", "seq"),
    ORDERS: ("category", "unit", "received_at", "order_id"),
    TEXTS: ("order_id",),
}
"""How rows stand in a folded file."""
