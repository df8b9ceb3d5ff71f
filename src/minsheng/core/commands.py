"""What people and timers may say to an order (命令). One frozen dataclass a command; its code name is `NAME`.

Fields marked `words()` are what somebody wrote or said. The rules look only at whether they are there; the shell
encrypts them beside the event and the event never carries them (DESIGN, "What stands where"). Codes: DOMAIN §6.3."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from minsheng.core.codes import (
    Card,
    Disposition,
    ExclusionReason,
    Grade,
    Kind,
    ReopenCause,
    Result,
    ReturnReason,
    State,
    Told,
    Urgency,
)
from minsheng.core.order import ClockName, UnitRef

WORDS = "words"


def words(default: str = "") -> Any:
    """A field of free text: never part of an event."""
    return field(default=default, metadata={WORDS: True})


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands."""

    NAME: ClassVar[str] = ""

    def spoken(self) -> dict[str, str]:
        """The words of this command, by field name, empty ones left out."""
        return {name: v for name in _word_fields(self.NAME) if (v := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Receive(Command):
    """登记: a request becomes an order."""

    NAME = "receive"
    no: str = ""
    channel: str = "web"
    taxonomy: str = ""
    kind: Kind = Kind.OTHER
    urgency: Urgency = Urgency.ORDINARY
    category: str | None = None
    area: str | None = None
    secret: bool = False
    reply_wanted: bool = True
    anonymous: bool = False
    complained_of: tuple[str, ...] = ()
    split_from: str | None = None
    title: str = words()
    text: str = words()
    address: str = words()


@dataclass(frozen=True, slots=True)
class AskDetail(Command):
    """要求补充: key facts are missing."""

    NAME = "ask_detail"
    question: str = words()


@dataclass(frozen=True, slots=True)
class AddDetail(Command):
    """补充: the requester (or the agent who asked) gives more facts."""

    NAME = "add_detail"
    detail: str = words()


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """直办: answered at once, from knowledge entry `entry` ("id@version") or in the agent's own words."""

    NAME = "answer"
    entry: str | None = None
    told: Told | None = None
    answer: str = words()


@dataclass(frozen=True, slots=True)
class Transfer(Command):
    """转接: an emergency or another line takes it over; `line` is its number."""

    NAME = "transfer"
    line: str = ""
    told: Told | None = None
    note: str = words()


@dataclass(frozen=True, slots=True)
class Explain(Command):
    """告知: not a matter to dispatch; the requester is told the proper path."""

    NAME = "explain"
    disposition: Disposition = Disposition.LEGAL_PATH
    told: Told | None = None
    explanation: str = words()


@dataclass(frozen=True, slots=True)
class Merge(Command):
    """并单 into the order `into`, whose state the shell has read under lock."""

    NAME = "merge"
    into: str = ""
    into_state: State = State.RECEIVED


@dataclass(frozen=True, slots=True)
class Absorb(Command):
    """The other side of a merge: the main order takes `no` in."""

    NAME = "absorb"
    no: str = ""


@dataclass(frozen=True, slots=True)
class Follow(Command):
    """A merged order goes to its own call-back when its main order has."""

    NAME = "follow"


@dataclass(frozen=True, slots=True)
class Split(Command):
    """拆单: other matters of the request have become orders of their own, `parts`."""

    NAME = "split"
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submit(Command):
    """提交: classified and complete, ready to be dispatched. None keeps what stands."""

    NAME = "submit"
    category: str | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    area: str | None = None
    secret: bool | None = None
    complained_of: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Dispatch(Command):
    """派单 to a lead and co-handlers. `visible_text` is the reviewed copy without identity for level 3 and firms."""

    NAME = "dispatch"
    lead: UnitRef | None = None
    co: tuple[UnitRef, ...] = ()
    visible_text: str = words()
    note: str = words()


@dataclass(frozen=True, slots=True)
class RequestReturn(Command):
    """申请退单, with reason, legal basis and the unit that should have it."""

    NAME = "request_return"
    reason: ReturnReason = ReturnReason.WRONG_DUTY
    suggested: str | None = None
    legal_basis: str = words()


@dataclass(frozen=True, slots=True)
class DecideReturn(Command):
    """退单审批. `assignment` names whose request; the lead's by default."""

    NAME = "decide_return"
    granted: bool = False
    assignment: int | None = None
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class Arbitrate(Command):
    """会商: without `lead` the meeting is opened; with it the meeting has designated a unit, finally."""

    NAME = "arbitrate"
    lead: UnitRef | None = None
    co: tuple[UnitRef, ...] = ()
    visible_text: str = words()
    minutes: str = words()


@dataclass(frozen=True, slots=True)
class Sign(Command):
    """签收."""

    NAME = "sign"


@dataclass(frozen=True, slots=True)
class PassDown(Command):
    """转交下级: a level-2 unit gives the work to one of its own level-3 units."""

    NAME = "pass_down"
    to: UnitRef | None = None
    note: str = words()


@dataclass(frozen=True, slots=True)
class Join(Command):
    """协办 (吹哨): a co-handler joins, or with `excuse` is excused."""

    NAME = "join"
    unit: UnitRef | None = None
    excuse: bool = False
    note: str = words()


@dataclass(frozen=True, slots=True)
class RequestExtension(Command):
    """申请延期."""

    NAME = "request_extension"
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class DecideExtension(Command):
    """延期审批."""

    NAME = "decide_extension"
    granted: bool = False
    assignment: int | None = None
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class Park(Command):
    """挂账: cannot be solved now; the promise has a date."""

    NAME = "park"
    until: datetime | None = None
    promise: str = words()


@dataclass(frozen=True, slots=True)
class Progress(Command):
    """进展: what was done so far; `contacted` when the requester was spoken to."""

    NAME = "progress"
    contacted: bool = False
    note: str = words()


@dataclass(frozen=True, slots=True)
class PromiseDue(Command):
    """A parked order's promise has fallen due (timer)."""

    NAME = "promise_due"


@dataclass(frozen=True, slots=True)
class Reply(Command):
    """回复: what the unit did. `public_reply` is what the requester reads; `evidence` are ids of stored files."""

    NAME = "reply"
    result: Result = Result.SOLVED
    contacted: bool = False
    evidence: tuple[str, ...] = ()
    reply: str = words()
    public_reply: str = words()


@dataclass(frozen=True, slots=True)
class ReviewReply(Command):
    """审核回复: level 2 reviews level 3, the centre reviews level 2. `assignment` only at level 2."""

    NAME = "review_reply"
    accepted: bool = False
    assignment: int | None = None
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class CallBack(Command):
    """回访: the fixed questions. `grade` never reaches an event; `rating_by` says that the requester will rate alone
    (keypad, SMS, web); `drawn` says that a random look-back fell on this order; `declined` that the requester wants
    no second handling, in the words recorded."""

    NAME = "call_back"
    reached: bool = True
    contacted: bool | None = None
    resolved: bool | None = None
    pressed: bool | None = None
    grade: Grade = Grade.UNRATED
    rating_by: Told | None = None
    drawn: bool = False
    declined: str = words()
    opinion: str = words()

    def spoken(self) -> dict[str, str]:
        """Both always, also when nothing was said: whether there were words would tell of the grade."""
        return {"declined": self.declined, "opinion": self.opinion}


@dataclass(frozen=True, slots=True)
class Close(Command):
    """结案: the requester has been told (or the wait for a rating is over)."""

    NAME = "close"
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Rework(Command):
    """二次办理 ordered by the centre."""

    NAME = "rework"
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    """A closed order is opened again: the requester's appeal or a look-back."""

    NAME = "reopen"
    cause: ReopenCause = ReopenCause.APPEAL
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class Reclassify(Command):
    """改类: always with a reason; audited."""

    NAME = "reclassify"
    category: str | None = None
    kind: Kind | None = None
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class RequestExclusion(Command):
    """申请剔除: to be left out of scoring."""

    NAME = "request_exclusion"
    reason: ExclusionReason = ExclusionReason.UNREASONABLE
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class DecideExclusion(Command):
    """剔除审批, by another person than the one who asked."""

    NAME = "decide_exclusion"
    granted: bool = False
    assignment: int | None = None
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """撤回 by the requester on their own door; `cancel` takes the withdrawal back within the time to think."""

    NAME = "withdraw"
    cancel: bool = False
    grounds: str = words()


@dataclass(frozen=True, slots=True)
class ConfirmWithdrawal(Command):
    """The time to think is over and the requester has not come back (timer)."""

    NAME = "confirm_withdrawal"


@dataclass(frozen=True, slots=True)
class Terminate(Command):
    """终止: the final reply, approved by the centre (最终答复)."""

    NAME = "terminate"
    final_reply: str = words()


@dataclass(frozen=True, slots=True)
class Archive(Command):
    """归档 (timer)."""

    NAME = "archive"


@dataclass(frozen=True, slots=True)
class GiveCard(Command):
    """催办、亮牌、督办: by the requester (nudge), a supervisor, or a timer (`clock` is what it looked at)."""

    NAME = "give_card"
    card: Card = Card.NUDGE
    clock: ClockName | None = None
    note: str = words()


@dataclass(frozen=True, slots=True)
class Reveal(Command):
    """查看联系人: who asks to see the requester's name and number, and why; the requester can read it later."""

    NAME = "reveal"
    grounds: str = words()


COMMANDS: dict[str, type[Command]] = {c.NAME: c for c in Command.__subclasses__()}
"""Command code → its class."""


@cache
def _word_fields(command: str) -> tuple[str, ...]:
    return tuple(f.name for f in fields(COMMANDS[command]) if f.metadata.get(WORDS))
