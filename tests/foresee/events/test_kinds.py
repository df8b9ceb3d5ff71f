"""Sorts of trouble, and which belong together."""

from __future__ import annotations

import random

import numpy as np

from minsheng.foresee.events.kin import lifts
from minsheng.foresee.events.kinds import Kinds
from minsheng.foresee.events.places import Letters, PlaceNames

from .conftest import TROUBLES

TITLES = (("打桩噪音", "工地太吵"), ("暖气不热", "供暖太差"), ("垃圾清运", "垃圾发臭"), ("路灯不亮", "照明坏了"))


def sorts(texts: list[str], asked: list[str], given: list[str] | None = None) -> list[int]:
    """The sorts of `asked` learned from `texts`, in which a first line is a title."""

    def lettered(some: list[str]) -> tuple[Letters, np.ndarray]:
        letters = Letters.of(some)
        ends = np.array([(max(text.find("\n"), 0), len(text)) for text in some])
        return letters, letters.begins[:, None] + ends

    letters, said = lettered(texts)
    names = PlaceNames(letters)
    kinds = Kinds(letters, names.mentions(letters), said, np.zeros((0, 2), np.int64), given)
    letters, said = lettered(asked)
    return [int(sort) for sort in kinds.of(letters, names.mentions(letters), said)]


def test_the_words_of_requests_with_a_category_tell_the_category_of_one_without() -> None:
    texts = [way for trouble in TROUBLES for way in trouble] * 5
    given = [str(number) for number, trouble in enumerate(TROUBLES) for _ in trouble] * 5
    for number, sort in enumerate(sorts(texts, [trouble[1][:7] for trouble in TROUBLES], given)):
        known = sorts(texts, [TROUBLES[number][0]], given)
        assert [sort] == known
    assert len(set(sorts(texts, [trouble[0] for trouble in TROUBLES], given))) == len(TROUBLES)


def test_without_categories_titles_teach_which_texts_are_alike_though_manners_differ() -> None:
    chance = random.Random(2)
    manners = ("真是服了一天到晚没人管", "麻烦帮忙看看谢谢你们", "本人实名反映情况属实", "老伴身体不好天天发愁")
    texts, truth = [], []
    for _ in range(600):
        number = chance.randrange(4)
        ways, manner = TROUBLES[number], chance.choice(manners)
        texts.append(f"{chance.choice(TITLES[number])}\n{manner}，{chance.choice(ways)}")
        truth.append(number)
    found = sorts(texts, texts)
    main = {sort: np.bincount([t for t, s in zip(truth, found, strict=True) if s == sort]).max() for sort in set(found)}
    assert sum(main.values()) > 0.95 * len(texts)


def test_sorts_that_meet_at_one_place_more_than_chance_are_kin_and_others_are_not() -> None:
    sort = np.arange(600) % 6
    met = np.random.default_rng(1).integers(0, 600, (900, 2))
    of_one_cause = np.array([(at, at + 1) for at in range(0, 600, 6)])
    found, chance = lifts(sort, np.concatenate([met, of_one_cause]), 7)
    assert 0.7 < chance < 1.0
    assert found[0, 1] > 3 * found[0, 2]
    assert found[0, 1] > 1.0


def test_without_pairs_every_sort_may_be_of_every_cause() -> None:
    found, chance = lifts(np.array([0, 1]), np.zeros((0, 2), np.int64), 3)
    assert (found == 1.0).all()
    assert chance == 1.0
