"""What the monthly session works on (月调度的对象): a topic with its evidence and its lists, the session itself,
and the mechanisms that last. Frozen; each is made from its own stream of events and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from minsheng.core.codes import Card
from minsheng.core.session.codes import ItemState, ListKind, MechanismKind, Presence, Source, Support, TopicState


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of support (支撑材料): what it says, where it stands, figures by name, and orders that show it."""

    kind: Support
    title: str
    text: str = ""
    reference: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What a dissected order showed (解剖麻雀): where it waited and which rule stopped it (体制机制障碍)."""

    order: str
    waited: str
    rule: str
    obstacle: str


@dataclass(frozen=True, slots=True)
class Registration:
    """How the effect will be measured, fixed before the session (事前登记).

    `categories` and `areas` are what will be acted on; `start` the first day of action (ISO date); `before` and
    `after` the windows in weeks; `controls` the areas compared with (none: all others of their kind); `siblings` the
    categories to which requests might move; `selection` says by which rule the places were chosen."""

    categories: tuple[str, ...]
    areas: tuple[str, ...]
    start: str
    before: int
    after: int
    controls: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    selection: str = ""

    @property
    def first_day(self) -> date:
        """The first day of action."""
        return date.fromisoformat(self.start)


@dataclass(frozen=True, slots=True)
class Effect:
    """What was measured (成效): per cent change against what would have happened, its 95 % interval, the naive figure
    beside it; problems solved and households that benefit, each with what proves it."""

    estimate: float
    low: float
    high: float
    naive: float | None
    method: str
    placebo_p: float
    happened: int
    expected: float
    reason: str = ""
    problems: int = 0
    households: int = 0
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list (清单事项): what, who answers for it, until when, and who outside the unit will verify it."""

    id: int
    list: ListKind
    title: str
    unit: str
    verifier: str
    due: datetime
    with_units: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    parent: int | None = None
    state: ItemState = ItemState.GIVEN
    card: Card | None = None
    refusals: int = 0
    report: str = ""
    ticked_by: str | None = None

    def late(self, at: datetime) -> bool:
        """Whether it is overdue at `at`: reported in time is in time, however long the verifier takes."""
        return self.state in (ItemState.GIVEN, ItemState.DOING) and at >= self.due


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic (议题): candidate first, and with people's reasons at every turn."""

    no: str
    title: str
    source: Source
    categories: tuple[str, ...]
    areas: tuple[str, ...]
    version: int = 1
    state: TopicState = TopicState.CANDIDATE
    problems: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    reasons: str = ""
    month: str | None = None
    carried_from: tuple[str, ...] = ()
    lead: str | None = None
    with_units: tuple[str, ...] = ()
    registration: Registration | None = None
    items: tuple[Item, ...] = ()
    effects: tuple[Effect, ...] = ()

    def supports(self, kind: Support) -> Iterator[Evidence]:
        """The evidence of one kind."""
        return (e for e in self.evidence if e.kind is kind)

    def item(self, number: int) -> Item | None:
        """The item of this number."""
        return next((i for i in self.items if i.id == number), None)

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The items that nobody has ticked off."""
        return tuple(i for i in self.items if i.state is not ItemState.TICKED)


@dataclass(frozen=True, slots=True)
class Attendee:
    """A unit and how it attends (参会)."""

    unit: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class Session:
    """One month's session (月调度会)."""

    month: str
    chair: str
    held_on: str
    version: int = 1
    attendance: tuple[Attendee, ...] = ()
    minutes: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What lasts (长效机制): its text in law, scope and validity, the orders and topic it came from, where it was used
    again, and its measured effect, which stands with the topic."""

    no: str
    kind: MechanismKind
    title: str
    text: str
    basis: str
    scope: str
    valid_from: str
    valid_to: str | None
    topic: str | None
    orders: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    version: int = 1
    reused_in: tuple[str, ...] = ()
    retired: str = ""
