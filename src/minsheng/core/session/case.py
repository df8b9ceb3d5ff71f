"""What every rule of the session looks at, who may say what, and the register of rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from minsheng.core.codes import UNIT_ROLES, Role, term
from minsheng.core.decide.case import need, refuse
from minsheng.core.order import Actor, Forbidden
from minsheng.core.rulebook import RuleBook
from minsheng.core.session import commands as say
from minsheng.core.session.events import SessionEvent

_STUDY = frozenset({Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.SYSTEM})
_RUN = frozenset({Role.SUPERVISOR, Role.LEADER})
_KEEP = frozenset({Role.ANALYST, Role.SUPERVISOR, Role.LEADER})

MAY: dict[type, frozenset[Role]] = {
    say.Propose: _STUDY,
    say.AddEvidence: _STUDY,
    say.Dissect: _KEEP,
    say.Choose: _RUN,
    say.Decline: _RUN,
    say.Register: _KEEP,
    say.GiveItem: _RUN,
    say.SignItem: UNIT_ROLES,
    say.ReportItem: UNIT_ROLES,
    say.VerifyItem: UNIT_ROLES | _RUN,
    say.ExtendItem: _RUN,
    say.CardItem: _RUN | {Role.SYSTEM},
    say.CarryOver: _RUN,
    say.End: _RUN,
    say.RecordEffect: _STUDY,
    say.OpenSession: _KEEP,
    say.Attend: _KEEP,
    say.Minute: _KEEP,
    say.CloseSession: _RUN,
    say.Adopt: _KEEP,
    say.Reuse: _KEEP,
    say.Retire: _KEEP,
}
"""Command → the roles that may ever give it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One decision: the `thing` as it stands, the rule book, the time (aware) and who asks."""

    thing: Any
    policy: RuleBook
    at: datetime
    by: Actor

    @property
    def stamp(self) -> dict[str, Any]:
        """The two fields that every event has."""
        return {"at": self.at, "by": self.by.id}

    @property
    def today(self) -> date:
        """The city's date."""
        return self.policy.calendar.local_date(self.at)


Rule = Callable[[Case, Any], tuple[SessionEvent, ...]]
RULES: dict[type, Rule] = {}
C = TypeVar("C")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def rule(
    command: type[C],
) -> Callable[[Callable[[Case, C], tuple[SessionEvent, ...]]], Callable[[Case, C], tuple[SessionEvent, ...]]]:
    """Register the function as the rule for `command`."""

    def register(
        function: Callable[[Case, C], tuple[SessionEvent, ...]],
    ) -> Callable[[Case, C], tuple[SessionEvent, ...]]:
        RULES[command] = function
        return function

    return register


def guard_role(role: Role, command: type) -> None:
    """Forbidden, in words, where the role may never give the command."""
    if role not in MAY[command]:
        raise Forbidden("role_may_not", f"{term(role)}不能执行此操作。")


def month_of(text: str) -> str:
    """A month as `YYYY-MM`; Refused otherwise."""
    if not _MONTH.fullmatch(text):
        refuse("month_wrong", f"“{text}”不是月份，请写成 2026-11 的样子。")
    return text


def day_of(text: str) -> date:
    """A day as `YYYY-MM-DD`; Refused otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse("day_wrong", f"“{text}”不是日期，请写成 2026-11-21 的样子。")


__all__ = ["MAY", "RULES", "Case", "day_of", "guard_role", "month_of", "need", "refuse", "rule"]
