"""Which events are hot."""

from __future__ import annotations

import numpy as np

from minsheng.foresee.events import heat
from minsheng.foresee.events.naming import phrase_of, place_of


def test_one_angry_caller_does_not_rank_before_twenty_neighbours() -> None:
    caller = heat(0, np.linspace(0, 80, 60), 80.0, persons=["one"] * 60, texts=[f"又来了{n}" for n in range(60)])
    street = heat(
        1, np.linspace(50, 80, 20), 80.0, persons=[str(n) for n in range(20)], texts=[f"停水{n}" for n in range(20)]
    )
    assert caller.people == 1
    assert street.score > caller.score


def test_of_two_alike_the_growing_is_hotter() -> None:
    people = [str(n) for n in range(10)]
    grows = heat(0, np.linspace(70, 80, 10), 80.0, persons=people, texts=people)
    fades = heat(1, np.linspace(0, 10, 10), 80.0, persons=people, texts=people)
    assert grows.growth > 1 > fades.growth
    assert grows.score > fades.score


def test_of_two_alike_the_unsolved_is_hotter() -> None:
    people, days = [str(n) for n in range(10)], np.linspace(50, 80, 10)
    open_ = heat(0, days, 80.0, texts=people, solved=[False] * 10)
    done = heat(1, days, 80.0, texts=people, solved=[True] * 10)
    assert (open_.unsolved, done.unsolved) == (1.0, 0.0)
    assert open_.score > done.score


def test_an_event_of_long_ago_is_not_hot() -> None:
    assert heat(0, np.array([1.0, 2.0]), 400.0, texts=["a", "b"]).score == 0.0


def test_an_event_is_named_by_what_its_messages_have_in_common() -> None:
    texts = ["望江花园工地夜里打桩太吵，请处理", "您好，望江花园工地夜里打桩太吵", "望江花园工地夜里打桩太吵，老人心慌"]
    assert phrase_of(texts, "望江花园") == "工地夜里打桩太吵"


def test_the_place_of_an_event_is_the_one_that_most_of_its_messages_tell() -> None:
    from collections import Counter

    assert place_of(Counter({"望江花园": 5, "东风路": 1}), 6) == "望江花园"
    assert place_of(Counter(), 3) == ""
