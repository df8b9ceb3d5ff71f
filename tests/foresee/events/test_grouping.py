"""Messages put together as they arrive."""

from __future__ import annotations

import numpy as np
import pytest

from minsheng.foresee.events import Events, Reading

from .conftest import Town


def pairs(labels: list[int]) -> set[tuple[int, int]]:
    return {(a, b) for b in range(len(labels)) for a in range(b) if labels[a] == labels[b]}


def test_most_requests_of_one_cause_are_one_event_and_few_others_are_in_it(town: Town) -> None:
    found = pairs(Events(Reading(town.texts, town.days)).add(town.texts, town.days))
    true = pairs(town.cause)
    assert len(found & true) >= 0.7 * len(found)
    assert len(found & true) >= 0.6 * len(true)


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_the_events_do_not_depend_on_how_the_messages_are_cut_into_batches(town: Town, batch: int) -> None:
    reading = Reading(town.texts, town.days)
    whole = Events(reading).add(town.texts, town.days)
    events, parts = Events(reading), []
    for begin in range(0, len(town.texts), batch):
        parts += events.add(town.texts[begin : begin + batch], town.days[begin : begin + batch])
    assert parts == whole


def test_the_same_messages_make_the_same_events_again(town: Town) -> None:
    first, second = (Events(Reading(town.texts, town.days)).add(town.texts, town.days) for _ in range(2))
    assert first == second


def test_the_number_of_an_event_stays_when_later_messages_come(town: Town) -> None:
    reading, half = Reading(town.texts, town.days), len(town.texts) // 2
    assert Events(reading).add(town.texts, town.days)[:half] == Events(reading).add(town.texts[:half], town.days[:half])


def test_the_same_trouble_elsewhere_is_another_event(town: Town) -> None:
    events = Events(Reading(town.texts, town.days))
    day = float(town.days[-1]) + 1
    one, other = events.add(["望江花园夜里打桩太吵，睡不着觉", "双柳村夜里打桩太吵，睡不着觉"], np.array([day, day]))
    assert one != other


def test_a_trouble_after_a_long_silence_is_another_event(town: Town) -> None:
    events = Events(Reading(town.texts, town.days))
    day = float(town.days[-1]) + 1
    text = "望江花园夜里打桩太吵，睡不着觉"
    now, soon, much_later = events.add([text] * 3, np.array([day, day + 1, day + 200]))
    assert now == soon
    assert now != much_later


def test_messages_without_a_place_stay_alone(town: Town) -> None:
    events = Events(Reading(town.texts, town.days))
    days = np.full(2, town.days[-1] + 1)
    one, other = events.add(["夜里打桩太吵", "夜里打桩太吵，睡不着"], days)
    assert one != other


def test_messages_that_go_back_in_time_are_refused(town: Town) -> None:
    events = Events(Reading(town.texts, town.days))
    events.add(town.texts, town.days)
    with pytest.raises(ValueError, match="order of time"):
        events.add(["望江花园停水"], np.array([0.0]))


def test_a_message_is_compared_with_few_events_however_many_there_are(town: Town) -> None:
    events = Events(Reading(town.texts, town.days))
    events.add(town.texts, town.days)
    looked: list[int] = []
    said = events._said
    events._said = lambda names, number: looked.append(number) or said(names, number)  # type: ignore[method-assign]
    events.add(["望江花园夜里打桩太吵"], np.array([town.days[-1] + 1]))
    assert len(looked) <= events.rule.closest
