"""The Decider (裁决): which events a command gives, or why not. Pure: time, rule book and actor come in as arguments.

    decide(order, command, policy, at, by) -> tuple[Event, ...]    raises Refused | Forbidden

First the outline of `workflow` (may this role ever; does it make sense in this state), then the command's own rule."""

from __future__ import annotations

from datetime import datetime

from minsheng.core import workflow
from minsheng.core.codes import term
from minsheng.core.commands import Command, Receive
from minsheng.core.decide import closing as closing
from minsheng.core.decide import dispatch as dispatch
from minsheng.core.decide import handling as handling
from minsheng.core.decide import intake as intake
from minsheng.core.decide.case import RULES, Case, refuse
from minsheng.core.events import Event
from minsheng.core.order import Actor, Order
from minsheng.core.rulebook import RuleBook

__all__ = ["decide"]


def decide(order: Order | None, command: Command, policy: RuleBook, at: datetime, by: Actor) -> tuple[Event, ...]:
    """The events that `command`, given by `by` at `at` (aware), makes of `order` under `policy`.

    `order` is None for `Receive` only. Raises Forbidden when the role or unit may not, Refused when the rules
    say no; neither half-happens. An empty tuple means that there was nothing left to do (a timer fired twice)."""
    workflow.guard_role(by.role, command.NAME)
    _, states = workflow.WORKFLOW[command.NAME]
    if isinstance(command, Receive):
        if order is not None:
            refuse("received_already", "该工单已经登记。")
        return intake.receive(command, policy, at, by)
    if order is None:
        refuse("no_such_order", "没有这张工单。")
    if order.state not in states:
        refuse("wrong_state", f"工单现为“{term(order.state)}”，不能执行此操作，请刷新页面查看当前可办事项。")
    return RULES[type(command)](Case(order, policy, at, by), command)
