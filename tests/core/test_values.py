"""A changed record is another record: the same as the standard library would make, field by field."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, fields, replace

import pytest

from minsheng.core import evolve
from minsheng.core.codes import State
from minsheng.core.values import changed
from support.life import DESK, Life, county, town
from support.life import say as words


@dataclass(frozen=True, slots=True)
class Alone:
    """A record of one field."""

    only: int


def handled() -> Life:
    """An order with assignments at two levels, and a clock."""
    return Life().dispatched(county()).then((words.Sign(), DESK), (words.PassDown(to=town()), DESK))


def test_each_field_alone_changes_as_the_standard_library_changes_it() -> None:
    order = handled().o
    assert order.clock is not None
    for record in (order, order.assignments[0], order.clock, Alone(1)):
        for field in fields(record):
            other = changed(record, **{field.name: "other"})
            assert other == replace(record, **{field.name: "other"})
            assert (type(other), other == record) == (type(record), False)


def test_what_is_changed_stays_as_it_was_and_the_new_one_cannot_be_written_to() -> None:
    order = handled().o
    later = changed(order, state=State.CLOSED, version=99)
    assert (order.state, later.state, later.version) == (State.DISPATCHED, State.CLOSED, 99)
    with pytest.raises(FrozenInstanceError):
        later.version = 1  # type: ignore[misc]


def test_a_field_that_a_record_has_not_cannot_be_changed() -> None:
    with pytest.raises(KeyError, match="colour"):
        changed(handled().o, colour="red")


def test_an_order_counts_each_of_its_events_once() -> None:
    order = None
    for number, event in enumerate(handled().events, start=1):
        order = evolve(order, event)
        assert order.version == number, event
