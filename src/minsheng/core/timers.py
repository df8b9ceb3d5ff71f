"""When somebody must be woken (定时): the timers of an order follow from its state alone; firing one twice is harmless.

Yellow card before the handling clock ends, red on the first moment after (Shandong 2017, DOMAIN §1.2); the clocks that
wait for a requester run out into a written rule, every other one into a red card for its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minsheng.core.codes import Card
from minsheng.core.commands import AddDetail, Archive, Close, Command, ConfirmWithdrawal, GiveCard, PromiseDue
from minsheng.core.order import ClockName, Order
from minsheng.core.rulebook import RuleBook

YELLOW = "yellow"
_WRITTEN_RULES: dict[ClockName, Command] = {
    ClockName.DETAIL: AddDetail(),
    ClockName.PARKED: PromiseDue(),
    ClockName.RATING: Close(),
    ClockName.THINK: ConfirmWithdrawal(),
    ClockName.ARCHIVE: Archive(),
}
_WORK = (ClockName.HANDLING, ClockName.REWORK)


@dataclass(frozen=True, slots=True)
class Timer:
    """`name` is "yellow" or the name of the clock that runs out at `due`."""

    name: str
    due: datetime


def timers(order: Order, policy: RuleBook) -> tuple[Timer, ...]:
    """The timers that should stand for `order` now; none once it is archived."""
    clock = order.clock
    if clock is None:
        return ()
    main = Timer(clock.name.value, clock.due)
    if clock.name not in _WORK or order.dispatched_at is None:
        return (main,)
    return (Timer(YELLOW, policy.yellow_card_at(order.dispatched_at, clock.due)), main)


def on_due(name: str, order: Order) -> Command | None:
    """What the system says when timer `name` fires; None when the order has moved on."""
    if order.clock is None:
        return None
    if name == YELLOW:
        return GiveCard(card=Card.YELLOW, clock=order.clock.name) if order.clock.name in _WORK else None
    if name != order.clock.name:
        return None
    return _WRITTEN_RULES.get(order.clock.name, GiveCard(card=Card.RED, clock=order.clock.name))
