"""Events of intake (受理): from the first word to the pool, and every way out that needs no unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minsheng.core.codes import (
    Disposition,
    Kind,
    State,
    Urgency,
)
from minsheng.core.events.base import Event, after
from minsheng.core.order import Clock, ClockName, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Event):
    """登记."""

    NAME = "received"
    no: str
    channel: str
    taxonomy: str
    kind: Kind
    urgency: Urgency
    category: str | None
    area: str | None
    secret: bool
    reply_wanted: bool
    anonymous: bool
    complained_of: tuple[str, ...]
    split_from: str | None
    due: datetime
    promised: datetime

    def first(self) -> Order:
        """The order that this event begins."""
        return Order(
            no=self.no,
            version=1,
            state=State.RECEIVED,
            channel=self.channel,
            taxonomy=self.taxonomy,
            kind=self.kind,
            urgency=self.urgency,
            category=self.category,
            area=self.area,
            secret=self.secret,
            reply_wanted=self.reply_wanted,
            anonymous=self.anonymous,
            complained_of=self.complained_of,
            received_at=self.at,
            promised=self.promised,
            clock=Clock(ClockName.DISPATCH, self.due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailAsked(Event):
    """要求补充."""

    NAME = "detail_asked"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, state=State.INCOMPLETE, clock=Clock(ClockName.DETAIL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailAdded(Event):
    """补充; `due` restarts the dispatch clock when the order had been waiting for it."""

    NAME = "detail_added"
    due: datetime | None

    def on(self, o: Order) -> Order:
        if self.due is None:
            return after(o)
        return after(o, state=State.RECEIVED, clock=Clock(ClockName.DISPATCH, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """直办办结, to be told by `due`."""

    NAME = "answered"
    entry: str | None
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, state=State.ANSWERED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Event):
    """已转接."""

    NAME = "transferred"
    line: str
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, state=State.TRANSFERRED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained(Event):
    """已告知法定途径等."""

    NAME = "explained"
    disposition: Disposition
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, state=State.EXPLAINED, clock=Clock(ClockName.TELL, self.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Event):
    """已并单. The requester keeps the promise made to them: the clock is their own."""

    NAME = "merged"
    into: str

    def on(self, o: Order) -> Order:
        return after(o, state=State.MERGED, merged_into=self.into, clock=Clock(ClockName.FOLLOW, o.promised))


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed(Event):
    """The main order of a merge took `no` in."""

    NAME = "absorbed"
    no: str

    def on(self, o: Order) -> Order:
        return after(o, absorbed=(*o.absorbed, self.no))


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Event):
    """A merged order goes to its own call-back."""

    NAME = "followed"
    due: datetime

    def on(self, o: Order) -> Order:
        return after(o, state=State.TO_CALL_BACK, clock=Clock(ClockName.CALL_BACK, self.due), call_attempts=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Event):
    """拆单."""

    NAME = "split"
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Event):
    """提交; the dispatch clock goes on from intake."""

    NAME = "submitted"
    category: str | None
    kind: Kind
    urgency: Urgency
    area: str | None
    secret: bool
    complained_of: tuple[str, ...]

    def on(self, o: Order) -> Order:
        return after(
            o,
            state=State.TO_DISPATCH,
            category=self.category,
            kind=self.kind,
            urgency=self.urgency,
            area=self.area,
            secret=self.secret,
            complained_of=self.complained_of,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassified(Event):
    """改类, with what stood before."""

    NAME = "reclassified"
    category_before: str | None
    category: str | None
    kind_before: Kind
    kind: Kind

    def on(self, o: Order) -> Order:
        return after(o, category=self.category, kind=self.kind)
