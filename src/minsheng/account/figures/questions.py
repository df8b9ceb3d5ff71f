"""What the public figures ask of the lake (公开数字取数): where the orders of each month stand, by channel, county and
kind.

Outcomes are those of the open ledger (`core.ledger.telling`), told from an order's newest state in the same order of
precedence, so that the page and the monthly releases count one thing under one name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import ibis
from ibis import _
from ibis.expr.types import Table

from minsheng.core.codes import Closing, Kind, State
from minsheng.core.ledger import Outcome
from minsheng.ground.lake import table

BY = ("channel", "county", "kind")
COUNTS = (
    "intake",
    *(each.value for each in Outcome),
    "at_once",
    "unreached",
    "unasked",
    "judged",
    "on_time",
    "silent",
    "second",
)
_CLOSED = tuple(state.value for state in State if not state.open)


def standings(since: date, until: date, asof: datetime) -> Table:
    """Orders received from `since` to before `until` by month (YYYYMM), BY and `shielded` (a report of wrongdoing, or
    secret: no place or channel of it is told). Counted, as COUNTS names them: intake, which is the sum of the outcomes;
    the parts of `unsaid`: at_once (answered at once, nobody was to be asked), unreached (called in vain) and unasked;
    judged first replies of the lead unit and those on_time; silent (due before `asof`, no reply yet); second handlings
    ordered."""
    orders = table("orders")
    rows = orders.filter(orders.day >= ibis.date(since), orders.day < ibis.date(until))
    outcome = _outcome(rows)
    unsaid = outcome == Outcome.UNSAID.value
    at_once = unsaid & (rows.closing == Closing.ANSWERED.value)
    unreached = unsaid & ~at_once & (rows.calls > 0)
    now = ibis.literal(asof.astimezone(UTC).isoformat(" ", "seconds")).cast("timestamp('UTC')")
    facts = rows.select(
        *BY,
        month=rows.day.year() * 100 + rows.day.month(),
        shielded=rows.secret | (rows.kind == Kind.REPORT.value),
        **{each.value: outcome == each.value for each in Outcome},
        at_once=at_once,
        unreached=unreached,
        unasked=unsaid & ~at_once & ~unreached,
        judged=rows.on_time != "",
        on_time=rows.on_time == "yes",
        silent=ibis.coalesce(rows.first_replied_at.isnull() & (rows.due < now), False),
        second=rows.reworks,
    )
    sums = {name: _[name].cast("int64").sum() for name in COUNTS if name != "intake"}
    return facts.group_by("month", *BY, "shielded").aggregate(intake=_.count(), **sums)


def _outcome(rows: Table) -> ibis.expr.types.StringValue:
    withdrawn = (rows.state == State.WITHDRAWN.value) | (rows.closing == Closing.WITHDRAWN.value)
    return ibis.cases(
        (rows.excluded, Outcome.EXCLUDED.value),
        (rows.merged_into != "", Outcome.MERGED.value),
        (withdrawn, Outcome.WITHDRAWN.value),
        (rows.state.notin(_CLOSED), Outcome.OPEN.value),
        (rows.resolved == "yes", Outcome.RESOLVED.value),
        (rows.resolved == "no", Outcome.UNRESOLVED.value),
        else_=Outcome.UNSAID.value,
    )
