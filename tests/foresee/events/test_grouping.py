"""Messages put together as they arrive."""

from __future__ import annotations

import numpy as np
import pytest

from minsheng.foresee.events import Events, Reading

from .conftest import PLACES, TROUBLES, Town


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


def test_a_message_is_compared_with_few_events_however_many_there_are(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events(Reading(town.texts, town.days))
    events.add(town.texts, town.days)
    looked: list[int] = []
    named = Events._named
    monkeypatch.setattr(Events, "_named", lambda self, event, *a: looked.append(event.number) or named(self, event, *a))
    events.add(["望江花园夜里打桩太吵"], np.array([town.days[-1] + 1]))
    assert len(looked) <= 5 < len(events.events) / 10


def test_another_village_told_speaks_against_an_event_the_more_the_larger_it_is(town: Town) -> None:
    reading = Reading(town.texts, town.days)
    village = int(reading.read(["双柳村"]).name[0])
    odds = []
    for size in (1, 5):
        events = Events(reading)
        events.add(["望江花园夜里打桩太吵，南坪村"] * size, town.days[-1] + np.arange(size) / 10)
        odds.append(events._named(events.events[0], [(village, 0.1, 0.1, 0)], {0}))
    assert 0.0 > odds[0] > odds[1]


def test_two_names_of_one_trouble_are_one_event_where_a_city_has_called_many_troubles_by_both() -> None:
    twins = (("管理", "电梯"), ("停水", "水压"), ("停电", "电压"), ("垃圾", "蚊蝇"))
    rows: list[tuple[float, str, str]] = []
    for number in range(160):
        place, (one, other) = (
            f"{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'松柏梅兰竹菊'[number % 6]}小区",
            twins[number % 4],
        )
        rows += [(3.0 * number, f"{place}{one}不好", one), (3.0 * number + 1, f"{place}{other}有事", other)]
    days, given = np.array([row[0] for row in rows]), [row[2] for row in rows]
    reading = Reading([row[1] for row in rows], days, categories=given)
    found = Events(reading).add_read(reading.read([row[1] for row in rows], categories=given), days)
    assert sum(one == other for one, other in zip(found[::2], found[1::2], strict=True)) > 100
    assert len(set(found)) > 120


def test_a_city_whose_messages_seldom_follow_one_another_joins_them_less_readily(town: Town) -> None:
    alone = [f"{place}{number}号{trouble[0]}" for number, place in enumerate(PLACES * 8) for trouble in TROUBLES]
    chance = np.random.default_rng(3)
    lonely = Reading([alone[at] for at in chance.permutation(len(alone))], np.arange(len(alone)) * 9.0)
    assert lonely.following < Reading(town.texts, town.days).following
