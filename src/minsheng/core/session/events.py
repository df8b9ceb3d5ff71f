"""What happened to a topic, a session or a mechanism: append-only facts, each with what it changes in `on`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from minsheng.core.codes import Card
from minsheng.core.session.codes import ItemState, MechanismKind, Source, TopicState
from minsheng.core.session.records import (
    Attendee,
    Effect,
    Evidence,
    Item,
    Mechanism,
    Obstacle,
    Registration,
    Session,
    Topic,
)
from minsheng.core.values import changed

Thing = Topic | Session | Mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent(ABC):
    """Base: when (aware, UTC) and which account."""

    NAME: ClassVar[str] = ""
    at: datetime
    by: str

    @abstractmethod
    def on(self, thing: Any) -> Thing:
        """The thing one event later; the first event makes it from nothing."""


def _next(thing: Any, **changes: Any) -> Any:
    return changed(thing, version=thing.version + 1, **changes)


def _with_item(topic: Topic, number: int, **changes: Any) -> Any:
    return _next(topic, items=tuple(changed(i, **changes) if i.id == number else i for i in topic.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(SessionEvent):
    NAME = "proposed"
    no: str
    title: str
    source: Source
    categories: tuple[str, ...]
    areas: tuple[str, ...]
    problems: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def on(self, thing: None) -> Topic:
        assert thing is None
        return Topic(
            self.no,
            self.title,
            self.source,
            self.categories,
            self.areas,
            problems=self.problems,
            evidence=self.evidence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAdded(SessionEvent):
    NAME = "evidence_added"
    evidence: Evidence

    def on(self, thing: Topic) -> Any:
        return _next(thing, evidence=(*thing.evidence, self.evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissected(SessionEvent):
    NAME = "dissected"
    obstacle: Obstacle

    def on(self, thing: Topic) -> Any:
        return _next(thing, obstacles=(*thing.obstacles, self.obstacle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(SessionEvent):
    NAME = "chosen"
    month: str
    reasons: str
    lead: str
    with_units: tuple[str, ...]

    def on(self, thing: Topic) -> Any:
        return _next(
            thing,
            state=TopicState.CHOSEN,
            month=self.month,
            reasons=self.reasons,
            lead=self.lead,
            with_units=self.with_units,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(SessionEvent):
    NAME = "declined"
    reasons: str

    def on(self, thing: Topic) -> Any:
        return _next(thing, state=TopicState.DECLINED, reasons=self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(SessionEvent):
    NAME = "registered"
    registration: Registration

    def on(self, thing: Topic) -> Any:
        return _next(thing, registration=self.registration)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGiven(SessionEvent):
    NAME = "item_given"
    item: Item

    def on(self, thing: Topic) -> Any:
        return _next(thing, state=TopicState.DISPATCHED, items=(*thing.items, self.item))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSigned(SessionEvent):
    NAME = "item_signed"
    item: int

    def on(self, thing: Topic) -> Any:
        return _with_item(thing, self.item, state=ItemState.DOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReported(SessionEvent):
    NAME = "item_reported"
    item: int
    text: str
    done: bool

    def on(self, thing: Topic) -> Any:
        state = ItemState.REPORTED if self.done else ItemState.DOING
        return _with_item(thing, self.item, state=state, report=self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTicked(SessionEvent):
    NAME = "item_ticked"
    item: int
    text: str

    def on(self, thing: Topic) -> Any:
        return _with_item(thing, self.item, state=ItemState.TICKED, ticked_by=self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSentBack(SessionEvent):
    NAME = "item_sent_back"
    item: int
    text: str

    def on(self, thing: Topic) -> Any:
        item = thing.item(self.item)
        assert item is not None
        return _with_item(thing, self.item, state=ItemState.DOING, refusals=item.refusals + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemExtended(SessionEvent):
    NAME = "item_extended"
    item: int
    due: datetime
    reasons: str

    def on(self, thing: Topic) -> Any:
        return _with_item(thing, self.item, due=self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCarded(SessionEvent):
    NAME = "item_carded"
    item: int
    card: Card
    text: str

    def on(self, thing: Topic) -> Any:
        return _with_item(thing, self.item, card=self.card)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver(SessionEvent):
    NAME = "carried_over"
    month: str
    reasons: str

    def on(self, thing: Topic) -> Any:
        assert thing.month is not None
        return _next(thing, month=self.month, carried_from=(*thing.carried_from, thing.month))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(SessionEvent):
    NAME = "ended"
    reasons: str

    def on(self, thing: Topic) -> Any:
        return _next(thing, state=TopicState.ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRecorded(SessionEvent):
    NAME = "effect_recorded"
    effect: Effect

    def on(self, thing: Topic) -> Any:
        return _next(thing, effects=(*thing.effects, self.effect))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(SessionEvent):
    NAME = "session_opened"
    month: str
    chair: str
    held_on: str

    def on(self, thing: None) -> Session:
        assert thing is None
        return Session(self.month, self.chair, self.held_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended(SessionEvent):
    NAME = "attended"
    attendees: tuple[Attendee, ...]

    def on(self, thing: Session) -> Any:
        new = {a.unit for a in self.attendees}
        return _next(thing, attendance=(*(a for a in thing.attendance if a.unit not in new), *self.attendees))


@dataclass(frozen=True, slots=True, kw_only=True)
class Minuted(SessionEvent):
    NAME = "minuted"
    text: str

    def on(self, thing: Session) -> Any:
        return _next(thing, minutes=(*thing.minutes, self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed(SessionEvent):
    NAME = "session_closed"

    def on(self, thing: Session) -> Any:
        return _next(thing, closed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted(SessionEvent):
    NAME = "adopted"
    no: str
    kind: MechanismKind
    title: str
    text: str
    basis: str
    scope: str
    valid_from: str
    valid_to: str | None
    topic: str | None
    orders: tuple[str, ...]
    categories: tuple[str, ...]

    def on(self, thing: None) -> Mechanism:
        assert thing is None
        return Mechanism(
            self.no,
            self.kind,
            self.title,
            self.text,
            self.basis,
            self.scope,
            self.valid_from,
            self.valid_to,
            self.topic,
            self.orders,
            self.categories,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused(SessionEvent):
    NAME = "reused"
    topic: str

    def on(self, thing: Mechanism) -> Any:
        return _next(thing, reused_in=(*thing.reused_in, self.topic))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired(SessionEvent):
    NAME = "retired"
    reason: str

    def on(self, thing: Mechanism) -> Any:
        return _next(thing, retired=self.reason)


EVENTS: dict[str, type[SessionEvent]] = {c.NAME: c for c in SessionEvent.__subclasses__()}
"""Event code → its class."""


def rebuild(events: Iterable[SessionEvent]) -> Thing:
    """The topic, session or mechanism that these events made. ValueError when there are none."""
    thing: Thing | None = None
    for event in events:
        thing = event.on(thing)
    if thing is None:
        raise ValueError("a topic, a session and a mechanism have at least the event that began them")
    return thing
