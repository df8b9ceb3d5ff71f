"""Near-duplicates are found, and nothing else is taken for one."""

import numpy as np

from minsheng.respond.learning import Message, near, similar
from minsheng.respond.learning.fitting import grouped_folds

LAMP = "我们小区东门外的路灯坏了半个多月，晚上一片漆黑，老人孩子出门很不安全，打过两次电话也没有结果，请尽快派人维修。"
LAMP_AGAIN = (
    "您好，我们小区东门外的路灯坏了半个多月，晚上一片漆黑，老人和孩子出门很不安全，打过两次电话也没有结果，请派人维修！"
)
SCHOOL = "孩子今年九月上小学，想咨询本片区的学区怎么划分，需要准备哪些入学材料。"


def test_a_message_told_again_with_small_changes_joins_the_first() -> None:
    groups = near.groups([LAMP, SCHOOL, LAMP_AGAIN])
    assert groups[0] == groups[2] != groups[1]


def test_different_messages_and_empty_ones_stay_alone() -> None:
    assert len(set(near.groups([LAMP, SCHOOL, "", ""]).tolist())) == 4
    assert len(near.groups([])) == 0


def test_a_chain_of_copies_is_one_group() -> None:
    copies = [LAMP[i : i + 36] for i in range(0, 7, 3)]
    assert len(set(near.groups([*copies, SCHOOL], threshold=0.6).tolist())) == 2


def test_a_lone_title_joins_the_message_that_tells_it() -> None:
    given = [
        Message("", LAMP),
        Message("", SCHOOL),
        Message("", "小区东门外路灯坏了半个多月"),
        Message("", "公积金如何提取使用"),
    ]
    groups = near.families(given)
    assert groups[2] == groups[0]
    assert len({int(groups[0]), int(groups[1]), int(groups[3])}) == 3


def test_messages_under_one_title_are_one_family() -> None:
    given = [Message("东门外路灯不亮", LAMP), Message("东门外路灯不亮", "已经打过电话没有人来"), Message("", SCHOOL)]
    groups = near.families(given)
    assert groups[0] == groups[1] != groups[2]


def test_similar_orders_come_nearest_first_with_the_words_in_common() -> None:
    found = similar(LAMP, [SCHOOL, "路灯坏了请维修", LAMP_AGAIN], threshold=0.05)
    assert [hit.index for hit in found][:1] == [2]
    assert "路灯坏了半个多月" in found[0].shared
    assert all(0 <= hit.score <= 1 for hit in found)
    assert 0 not in [hit.index for hit in found]


def test_nothing_is_similar_among_no_candidates_or_to_an_empty_text() -> None:
    assert similar(LAMP, []) == []
    assert similar("", [LAMP]) == []


def test_folds_keep_families_whole_and_spread_labels() -> None:
    labels = np.array([0] * 60 + [1] * 30 + [2] * 10)
    groups = np.arange(100)
    groups[:8] = 0
    folds = grouped_folds(labels, groups, 5, seed=3)
    assert len(set(folds[:8].tolist())) == 1
    tally = np.array([np.bincount(labels[folds == fold], minlength=3) for fold in range(5)])
    assert tally.sum(axis=1).min() >= 17
    assert tally[:, 2].min() >= 1
    assert np.array_equal(folds, grouped_folds(labels, groups, 5, seed=3))
