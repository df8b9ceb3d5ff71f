"""Decisions (人工决定): what a person decided beside what was proposed. The model's lessons, and the source of every
decision on record. Apart from `dispatch`, so that the write path does not carry the classifier with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from minsheng.core import Order
from minsheng.core import commands as say
from minsheng.respond import store

_PROPOSED = {"area": "place", "lead": "unit"}
DECIDES: Mapping[type[say.Command], tuple[str, ...]] = {
    say.Submit: ("category", "kind", "urgency", "area"),
    say.Reclassify: ("category", "kind"),
    say.Dispatch: ("lead",),
}
"""Commands by which a person decides what a model proposed, and the fields decided."""


def decided(order: Order, fields: Iterable[str]) -> dict[str, str]:
    """What stands in those of `fields` that `order` has decided: category, kind, urgency, area or lead."""
    lead = order.lead
    values = {
        "category": order.category,
        "kind": order.kind.value,
        "urgency": order.urgency.value,
        "area": order.area,
        "lead": lead.unit if lead else None,
    }
    return {name: value for name in fields if (value := values[name]) is not None}


def remember(number: int, order: Order, at: datetime, fields: Iterable[str]) -> None:
    """Keep what a person decided beside what was proposed: the model's lessons, and the source of every decision."""
    values = decided(order, fields)
    store.run(
        "INSERT INTO respond_decision (order_id, field, proposed, decided, source, at) "
        "SELECT %(id)s, f.name, c.proposals -> f.proposal ->> 'value', f.decided, 'person', %(at)s "
        "FROM unnest(%(names)s::text[], %(proposals)s::text[], %(decided)s::text[]) AS f(name, proposal, decided) "
        "LEFT JOIN respond_copy c ON c.order_id = %(id)s ON CONFLICT DO NOTHING",
        {
            "id": number,
            "at": at,
            "names": list(values),
            "proposals": [_PROPOSED.get(f, f) for f in values],
            "decided": list(values.values()),
        },
    )
