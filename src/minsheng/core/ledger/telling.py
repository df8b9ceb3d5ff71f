"""What an event tells the public (公开事实): the move of an order from one standing to another, in groups of fields
that are opened one by one (阳光账本 §2.3–2.5).

The first group names no agency and is always opened. The agencies on both sides of the move, the kind of matter and
the place follow, each opened where enough orders share it; the last group is never opened. A report of wrongdoing and
a secret order never name an agency at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from minsheng.core import events as done
from minsheng.core.codes import AssignmentState, Closing, Kind, State
from minsheng.core.ledger.leaf import Fields, LeafKind
from minsheng.core.order import Order
from minsheng.core.rulebook import category_and_parents


class Group(IntEnum):
    """The groups of a leaf's fields, by their number."""

    MOVE = 0
    FROM = 1
    TO = 2
    MATTER = 3
    PLACE = 4
    NEVER = 5


class Outcome(StrEnum):
    """Where an order stands for the public (去向). A cohort's intake is the sum of all of them."""

    OPEN = "open"
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    UNSAID = "unsaid"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


CENTRE, CITY = "12345", "city"
"""Who answers for an order that no agency has; and for one that may not name its agency."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who answers for an order, and how it stands."""

    agency: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Facts:
    """What one event tells: the kind of its leaf, the day, and the groups in order of Group."""

    kind: LeafKind
    day: date
    groups: tuple[Fields, ...]


def standing(o: Order) -> Standing:
    """Where an order stands. Excluded comes before all else, merged and withdrawn before what the requester said."""
    hidden = o.secret or o.kind is Kind.REPORT or o.complained_of
    agency = CITY if hidden else o.lead.unit if o.lead else CENTRE
    return Standing(agency, _outcome(o))


def _outcome(o: Order) -> Outcome:
    if o.excluded:
        return Outcome.EXCLUDED
    if o.merged_into is not None:
        return Outcome.MERGED
    if o.state is State.WITHDRAWN or o.closing is Closing.WITHDRAWN:
        return Outcome.WITHDRAWN
    if o.state.open:
        return Outcome.OPEN
    return {True: Outcome.RESOLVED, False: Outcome.UNRESOLVED, None: Outcome.UNSAID}[o.resolved]


KINDS: dict[type[done.Event], LeafKind] = {
    done.Received: LeafKind.INTAKE,
    done.Dispatched: LeafKind.DISPATCH,
    done.Closed: LeafKind.OUTCOME,
    done.CalledBack: LeafKind.RETURN_VISIT,
    done.Replied: LeafKind.CHANGE,
    done.ReturnDecided: LeafKind.CHANGE,
    done.ExtensionDecided: LeafKind.CHANGE,
    done.Reclassified: LeafKind.CHANGE,
    done.Merged: LeafKind.CHANGE,
    done.ExclusionDecided: LeafKind.CHANGE,
    done.ReworkOrdered: LeafKind.CHANGE,
    done.FailedAgain: LeafKind.CHANGE,
    done.Reopened: LeafKind.CHANGE,
    done.Withdrawn: LeafKind.CHANGE,
    done.WithdrawalCancelled: LeafKind.CHANGE,
    done.Transferred: LeafKind.CHANGE,
    done.Explained: LeafKind.CHANGE,
    done.Parked: LeafKind.CHANGE,
    done.Terminated: LeafKind.CHANGE,
}
"""The kind of leaf that an event makes; another event makes one of CHANGE when it moves the order, else none."""


def facts_of(
    before: Order | None,
    event: done.Event,
    after: Order,
    *,
    local: Callable[[datetime], date],
    street: str = "",
    tag: str = "",
    seq: int = 0,
    digest: str = "",
    role: str = "",
) -> Facts | None:
    """What `event` tells, which took `before` (None at intake) to `after`; None when it tells nothing.

    `local` gives the city's day of a time, `street` is the township of the order's area; the rest is never opened: the
    order's tag, the event's number, a keyed digest of its words, the role that acted."""
    now, then = standing(after), standing(before) if before else None
    on_time = _on_time(before, event)
    if type(event) not in KINDS and now == then and on_time is None:
        return None
    day, received = local(event.at), local(after.received_at)
    year, week, _ = received.isocalendar()
    chain = category_and_parents(after.category) if after.category else ("",)
    move: Fields = {
        "cohort": received.strftime("%Y-%m"),
        "from": then.outcome.value if then else None,
        "to": now.outcome.value,
        "on_time": on_time,
        "second": isinstance(event, done.ReworkOrdered | done.FailedAgain),
        "reason": _reason(event),
    }
    matter: Fields = {"category": chain[-1], "channel": after.channel}
    place: Fields = {"street": street, "category": chain[min(1, len(chain) - 1)], "week": f"{year}-W{week:02d}"}
    never: Fields = {"tag": tag, "seq": seq, "at": event.at.isoformat(), "digest": digest, "role": role}
    agencies: tuple[Fields, Fields] = {"agency": then.agency if then else None}, {"agency": now.agency}
    return Facts(KINDS.get(type(event), LeafKind.CHANGE), day, (move, *agencies, matter, place, never))


def _on_time(before: Order | None, event: done.Event) -> bool | None:
    """Whether the lead's first reply came in time, be it its own or one from below that it made its own; None of every
    other event. Where several below reply, none is known to be the first that stood for the lead, and none counts."""
    if not isinstance(event, done.Replied | done.ReplyReviewed) or before is None or (lead := before.lead) is None:
        return None
    if lead.round != 1 or lead.state is AssignmentState.REPLIED or lead.replied_by:
        return None
    own = event.assignment == lead.id if isinstance(event, done.Replied) else event.due is not None
    if not own or any(below.accepted for below in before.children(lead.id)):
        return None
    return event.at <= lead.due


def _reason(event: done.Event) -> str:
    match event:
        case done.Closed():
            return event.closing.value
        case done.ReturnDecided() | done.ExtensionDecided() | done.ExclusionDecided():
            return f"{event.NAME}_{'granted' if event.granted else 'refused'}"
        case done.CalledBack():
            return "reached" if event.reached else "unreached"
        case done.Reopened():
            return f"{event.NAME}_{event.cause.value}"
        case _:
            return event.NAME
