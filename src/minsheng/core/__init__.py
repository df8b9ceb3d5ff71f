"""The rules of the house, pure: no Django, no input or output, no clock of its own, no randomness.

`decide` says which events a command makes of an order, `evolve` what an event changes, `owner` and `timers` who must
act next and when. Everything else in the house stands on these."""

from minsheng.core.decide import decide
from minsheng.core.events import Event, evolve, rebuild
from minsheng.core.order import Actor, Forbidden, Order, Refused, UnitRef, owner
from minsheng.core.timers import on_due, timers
from minsheng.core.workflow import allowed, may

__all__ = [
    "Actor",
    "Event",
    "Forbidden",
    "Order",
    "Refused",
    "UnitRef",
    "allowed",
    "decide",
    "evolve",
    "may",
    "on_due",
    "owner",
    "rebuild",
    "timers",
]
