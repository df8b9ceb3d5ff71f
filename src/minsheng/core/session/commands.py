"""What people and timers may say to a topic, a session or a mechanism (命令). One frozen dataclass a command.

Nothing here is a resident's words or identity: texts are those of officials and stand in the events themselves."""

from __future__ import annotations

from dataclasses import dataclass

from minsheng.core.calendar import Term
from minsheng.core.codes import Card
from minsheng.core.order import UnitRef
from minsheng.core.session.codes import ListKind, MechanismKind, Source
from minsheng.core.session.records import Attendee, Effect, Evidence, Obstacle, Registration


@dataclass(frozen=True, slots=True)
class Propose:
    """提出备选: a candidate with what speaks for it and a draft of its problem list."""

    no: str
    title: str
    source: Source
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class AddEvidence:
    """补充支撑: data, residents' voice, a route to a solution, an expert's opinion."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Dissect:
    """解剖麻雀: one order traced to the rule that stopped it."""

    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Choose:
    """选题: onto the agenda of a month, with reasons, a lead and co-handlers."""

    month: str
    reasons: str
    lead: str
    with_units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decline:
    """不选, with reasons."""

    reasons: str


@dataclass(frozen=True, slots=True)
class Register:
    """事前登记: how the effect will be measured, before anything is done."""

    registration: Registration


@dataclass(frozen=True, slots=True)
class GiveItem:
    """列入清单并交办: a line of a list for a unit, with a term and a verifier outside the unit."""

    list: ListKind
    title: str
    unit: UnitRef
    verifier: UnitRef
    term: Term
    with_units: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class SignItem:
    """签收."""

    item: int


@dataclass(frozen=True, slots=True)
class ReportItem:
    """报送进展; `done` asks for verification and needs its proof in the text."""

    item: int
    text: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class VerifyItem:
    """核验销号 by the verifier, or sent back with what is missing."""

    item: int
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class ExtendItem:
    """延期, with reasons."""

    item: int
    term: Term
    reasons: str


@dataclass(frozen=True, slots=True)
class CardItem:
    """亮牌督办."""

    item: int
    card: Card
    text: str = ""


@dataclass(frozen=True, slots=True)
class CarryOver:
    """转入下月."""

    month: str
    reasons: str


@dataclass(frozen=True, slots=True)
class End:
    """闭环, with what was reached."""

    reasons: str


@dataclass(frozen=True, slots=True)
class RecordEffect:
    """成效入账: what was measured under the registration."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class OpenSession:
    """召开月调度."""

    month: str
    chair: str
    held_on: str


@dataclass(frozen=True, slots=True)
class Attend:
    """签到."""

    attendees: tuple[Attendee, ...]


@dataclass(frozen=True, slots=True)
class Minute:
    """会议纪要, a paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class CloseSession:
    """散会归档: every topic of the month has ended or was carried over. `open_topics` are those that have not, as the
    shell has read them."""

    open_topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopt:
    """入库: a mechanism joins the policy library or the toolbox."""

    no: str
    kind: MechanismKind
    title: str
    text: str
    basis: str
    scope: str
    valid_from: str
    valid_to: str | None = None
    topic: str | None = None
    orders: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reuse:
    """复用 in another topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Retire:
    """废止, with the reason."""

    reason: str


TopicCommand = (
    Propose
    | AddEvidence
    | Dissect
    | Choose
    | Decline
    | Register
    | GiveItem
    | SignItem
    | ReportItem
    | VerifyItem
    | ExtendItem
    | CardItem
    | CarryOver
    | End
    | RecordEffect
)
SessionCommand = OpenSession | Attend | Minute | CloseSession
MechanismCommand = Adopt | Reuse | Retire
AnyCommand = TopicCommand | SessionCommand | MechanismCommand
