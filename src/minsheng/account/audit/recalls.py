"""Independent re-calls (独立复访): of the orders closed in a past month whose requesters answered a call-back, so many
as the question asks for are drawn by public randomness, called again, and compared with what was recorded.

Nobody chooses: the list to draw from is fixed first, with its digest; the draw follows from the text of the first
ledger head that was signed after that and after the month (`gaming.drawn`), which nobody knew then and anyone can look
up. Each look at a telephone number is a step of its own, written before the number is shown."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import connection

from minsheng.account.appraisal.appraise import after, month_of
from minsheng.account.audit import store
from minsheng.account.audit.codes import CaseKind
from minsheng.account.audit.store import Step
from minsheng.account.gaming import Bounds, Recall, drawn, from_random, resample
from minsheng.account.gaming.questions import closed_orders
from minsheng.account.log.notes import split
from minsheng.core import Actor, Refused
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.lake import Engine
from minsheng.ground.vault import Person, person_of

FRAMED, DRAWN, REVEALED, ANSWERED = "framed", "drawn", "revealed", "answered"
REACHED_SHARE = 0.8
"""Of the requesters drawn, so many are reached, if nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a requester said when called again: whether reached, and whether it is resolved (None: no answer)."""

    reached: bool
    resolved: bool | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Answers beside what was recorded: of `drawn` orders `answered` have one, `yes` of them say resolved, and
    `contradicted` are recorded as resolved though the requester denies it. `recorded` is the share on record of the
    whole list, `bounds` those of the truth by the answers alone; None before the first."""

    drawn: int
    reached: int
    answered: int
    yes: int
    contradicted: tuple[str, ...]
    recorded: float
    bounds: Bounds | None

    @property
    def differs(self) -> bool:
        """The record lies outside of what the re-calls allow."""
        return self.bounds is not None and not self.bounds.low <= self.recorded <= self.bounds.high


@dataclass(frozen=True, slots=True)
class Recalling:
    """One independent re-call from its steps."""

    steps: tuple[Step, ...]

    @property
    def no(self) -> str:
        """Its number."""
        return self.steps[0].no

    @property
    def frame(self) -> Mapping[str, Any]:
        """What was fixed first: month, unit, question, the list and its digest."""
        return self.steps[0].data

    @property
    def draw(self) -> Mapping[str, Any] | None:
        """The head and the orders drawn; None before the draw."""
        return next((s.data for s in self.steps if s.name == DRAWN), None)

    @property
    def answers(self) -> Mapping[str, Said]:
        """The last answer entered, by order."""
        return {s.data["order"]: Said(s.data["reached"], s.data["resolved"]) for s in self.steps if s.name == ANSWERED}

    @property
    def looked_at(self) -> frozenset[str]:
        """Orders whose number was shown."""
        return frozenset(s.data["order"] for s in self.steps if s.name == REVEALED)

    def compared(self) -> Compared:
        """What the answers say of the record."""
        recorded, orders = self.frame["recorded"], (self.draw or {}).get("orders", [])
        said = {no: s for no, s in self.answers.items() if s.resolved is not None}
        yes = sum(bool(s.resolved) for s in said.values())
        whole = len(recorded)
        bounds = from_random(yes, len(said), len(orders), whole) if said else None
        against = tuple(no for no in orders if no in said and recorded[no] and not said[no].resolved)
        reached = sum(s.reached for s in self.answers.values())
        share = sum(recorded.values()) / whole
        return Compared(len(orders), reached, len(said), yes, against, share, bounds)


def frame(
    lake: Engine, month: str, by: Actor, *, suspected: float, unit: str = "", reached: float = REACHED_SHARE
) -> Recalling:
    """Fix the list of a month, of the whole city or of one unit, and the question: is the share on record the truth,
    or rather `suspected`? Refused for a month that is not over, an empty list, or a question that no sample answers."""
    store.only_auditor(by)
    first = month_of(month)
    zone = present.city().calendar.zone
    since, until = (datetime.combine(day, time(), zone) for day in (first, after(first)))
    if present.now() < until:
        raise Refused("month", "这个月还没有过完，名单还会变；请在次月抽取。")
    rows = lake.ask(closed_orders(since, until).select("no", "unit", "resolved")).to_pylist()
    recorded = {r["no"]: r["resolved"] == "yes" for r in rows if r["resolved"] and unit in ("", r["unit"])}
    if not recorded:
        raise Refused("nothing", "这个月没有诉求人回答过是否解决的工单，无从复访。")
    claimed = sum(recorded.values()) / len(recorded)
    try:
        sample = resample(claimed, suspected)
    except ValueError as error:
        raise Refused("question", f"记录的解决率是 {claimed:.1%}，疑似的比率应当比它低，差距不能太小。") from error
    data = {
        "suspected": suspected, "claimed": claimed, "calls": sample.calls, "least_yes": sample.least_yes,
        "false_alarm": sample.false_alarm, "power": sample.power, "places": math.ceil(sample.calls / reached),
        "recorded": dict(sorted(recorded.items())), "digest": digest_of(recorded),
    }  # fmt: skip
    now = present.now()
    with sight(by):
        no = store.next_number(CaseKind.RECALL, now)
        made = store.append(store.Begun(CaseKind.RECALL, no, unit or None, month), FRAMED, data, by, now)
    return Recalling((made,))


def digest_of(orders: Mapping[str, bool]) -> str:
    """SHA-256 of the list, one number a line in order (hex)."""
    return hashlib.sha256("".join(f"{no}\n" for no in sorted(orders)).encode()).hexdigest()


def draw(no: str, by: Actor) -> Recalling:
    """Draw from the fixed list by the first head signed after it. Refused before there is one."""
    store.only_auditor(by)
    with sight(by):
        found = store.steps_of(no, lock=True)
        recalling = _recalling(found)
        if recalling.draw is not None:
            return recalling
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT size, at, checkpoint FROM account_head WHERE at > %s ORDER BY size LIMIT 1",
                [found[0].at],
            )
            row = cursor.fetchone()
        if row is None:
            raise Refused("no_head", "名单确定以后账本还没有签发新的树头：有新的登记后十分钟内签发，请稍后再抽。")
        size, at, checkpoint = row
        randomness = hashlib.sha256(split(bytes(checkpoint)).text).digest()
        orders = drawn(randomness, recalling.frame["recorded"], recalling.frame["places"])
        data = {"size": size, "signed_at": at.isoformat(), "randomness": randomness.hex(), "orders": list(orders)}
        made = store.append(found[-1], DRAWN, data, by, present.now())
    return Recalling((*found, made))


def reveal(no: str, order: str, by: Actor) -> Person:
    """Whom to call for a drawn order; that somebody looked is written down first. Refused for an order not drawn, or
    whose requester left no number or was erased."""
    recalling = _write(no, REVEALED, {"order": order}, by)
    assert recalling is not None
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM respond_order WHERE no = %s", [order])
        row = cursor.fetchone()
    person = person_of(row[0]) if row else None
    if person is None or not person.phone:
        raise Refused("no_number", "诉求人没有留下号码，或已按规定删除：请记为未接通。")
    return person


def answer(no: str, order: str, by: Actor, *, reached: bool, resolved: bool | None) -> Recalling:
    """Enter what the requester of a drawn order said; a later entry counts instead of an earlier one, both stay."""
    if resolved is not None and not reached:
        raise Refused("reached", "没有接通就没有回答，请核对。")
    return _write(no, ANSWERED, {"order": order, "reached": reached, "resolved": resolved}, by)


def recalling(no: str, by: Actor) -> Recalling:
    """One re-call; NoCase outside the actor's sight."""
    with sight(by):
        return _recalling(store.steps_of(no))


def recallings(by: Actor, month: str | None = None) -> list[Recalling]:
    """All re-calls in the actor's sight, newest first."""
    with sight(by):
        found = store.steps(kinds=[CaseKind.RECALL], month=month)
    numbers = list(dict.fromkeys(s.no for s in found))
    return [Recalling(tuple(s for s in found if s.no == no)) for no in numbers]


def as_evidence(found: Sequence[Recalling], units: Mapping[str, str]) -> list[Recall]:
    """Answers as the signs take them; `units` is who handles each order."""
    return [
        Recall(units[no], no, r.frame["recorded"][no], said.resolved)
        for r in found
        for no, said in r.answers.items()
        if said.resolved is not None and no in units
    ]


def _write(no: str, name: str, data: Mapping[str, Any], by: Actor) -> Recalling:
    """A step about a drawn order."""
    store.only_auditor(by)
    with sight(by):
        found = store.steps_of(no, lock=True)
        if data["order"] not in (_recalling(found).draw or {}).get("orders", ()):
            raise Refused("not_drawn", "这张工单没有抽中，不能查看或填写。")
        made = store.append(found[-1], name, data, by, present.now())
    return Recalling((*found, made))


def _recalling(found: list[Step]) -> Recalling:
    if found[0].kind is not CaseKind.RECALL:
        raise store.NoCase(found[0].no)
    return Recalling(tuple(found))
