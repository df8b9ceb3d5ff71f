"""What every rule looks at: the order, the rule book, the time and who asks. And the register of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from minsheng.core.calendar import Term
from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.core.commands import Command
from minsheng.core.events import Event
from minsheng.core.order import Actor, Assignment, Forbidden, Order, Refused, UnitRef
from minsheng.core.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Case:
    """One decision to take: `order` as it stands, `policy` in force, `at` now (aware), `by` who gives the command."""

    order: Order
    policy: RuleBook
    at: datetime
    by: Actor

    @property
    def stamp(self) -> dict[str, Any]:
        """The two fields that every event has."""
        return {"at": self.at, "by": self.by.id}

    def due(self, term: Term) -> datetime:
        """When `term`, started now, runs out."""
        return self.policy.due(self.at, term)

    def handling_due(self) -> datetime:
        """The handling limit of this order if it were dispatched now (办理时限从派单起算)."""
        o = self.order
        return self.policy.handling_due(self.at, o.category or "", o.urgency, o.channel)

    def mine(self) -> Assignment:
        """The standing assignment of the actor's unit. Forbidden when it has none."""
        found = self.order.of_unit(self.by.unit) if self.by.role in UNIT_ROLES else None
        if found is None:
            raise Forbidden("not_yours", "这张工单不由您的单位承办。")
        return found

    def guard_complained(self, unit: UnitRef) -> None:
        """A unit complained of, and all below it, never handles the complaint (回避)."""
        if unit.lineage & frozenset(self.order.complained_of):
            refuse("unit_complained_of", "该单位或其上级是本诉求的被投诉对象，应当回避，请改派其他单位。")


def refuse(code: str, message: str) -> NoReturn:
    """Raise the refusal `code` with a sentence that says what to do."""
    raise Refused(code, message)


def need(text: str, code: str, message: str) -> None:
    """Refuse unless `text` says something."""
    if not text.strip():
        refuse(code, message)


Rule = Callable[[Case, Any], tuple[Event, ...]]
RULES: dict[type[Command], Rule] = {}
C = TypeVar("C", bound=Command)


def rule(
    command: type[C],
) -> Callable[[Callable[[Case, C], tuple[Event, ...]]], Callable[[Case, C], tuple[Event, ...]]]:
    """Register the function as the rule for `command`."""

    def register(function: Callable[[Case, C], tuple[Event, ...]]) -> Callable[[Case, C], tuple[Event, ...]]:
        RULES[command] = function
        return function

    return register


def is_unit(role: Role) -> bool:
    """Whether the role belongs to a handling unit."""
    return role in UNIT_ROLES
