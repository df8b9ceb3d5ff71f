"""What happened to an order (事件): append-only facts of codes, times and numbers, never words.

Each event says in `on` what it changes, so that an order can be rebuilt from its events alone (`rebuild`)."""

from __future__ import annotations

from collections.abc import Iterable

from minsheng.core.events.base import Event, Given
from minsheng.core.events.closing import (
    Archived,
    CalledBack,
    CardGiven,
    Closed,
    FailedAgain,
    FellBack,
    Reopened,
    ReworkOrdered,
    WithdrawalCancelled,
    Withdrawn,
)
from minsheng.core.events.handling import (
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
from minsheng.core.events.intake import (
    Absorbed,
    Answered,
    DetailAdded,
    DetailAsked,
    Explained,
    Followed,
    Merged,
    Received,
    Reclassified,
    Split,
    Submitted,
    Transferred,
)
from minsheng.core.events.units import (
    Dispatched,
    Excused,
    Joined,
    MeetingOpened,
    PassedDown,
    ReturnAsked,
    ReturnDecided,
    Signed,
)
from minsheng.core.order import Order

__all__ = [
    "EVENTS",
    "Absorbed",
    "Answered",
    "Archived",
    "CalledBack",
    "CardGiven",
    "Closed",
    "DetailAdded",
    "DetailAsked",
    "Dispatched",
    "Event",
    "ExclusionAsked",
    "ExclusionDecided",
    "Excused",
    "Explained",
    "ExtensionAsked",
    "ExtensionDecided",
    "FailedAgain",
    "FellBack",
    "Followed",
    "Given",
    "Joined",
    "MeetingOpened",
    "Merged",
    "Parked",
    "PassedDown",
    "Progressed",
    "PromiseFell",
    "Received",
    "Reclassified",
    "Reopened",
    "Replied",
    "ReplyReviewed",
    "ReturnAsked",
    "ReturnDecided",
    "Revealed",
    "ReviewDone",
    "ReworkOrdered",
    "Signed",
    "Split",
    "Submitted",
    "Terminated",
    "Transferred",
    "WithdrawalCancelled",
    "Withdrawn",
    "evolve",
    "rebuild",
]

EVENTS: dict[str, type[Event]] = {c.NAME: c for c in Event.__subclasses__()}
"""Event code → its class."""


def evolve(order: Order | None, event: Event) -> Order:
    """The order after `event`; a `Received` begins one."""
    if isinstance(event, Received):
        assert order is None, "an order is received once"
        return event.first()
    assert order is not None, "the first event of an order is received"
    return event.on(order)


def rebuild(events: Iterable[Event]) -> Order:
    """The order that these events, in order, made. Raises ValueError when there are none."""
    order: Order | None = None
    for event in events:
        order = evolve(order, event)
    if order is None:
        raise ValueError("an order has at least the event that received it")
    return order
