"""Before any decision is learnt from, the taxonomy's own words file a request; decisions take over leaf by leaf."""

from collections import Counter

import pytest

from minsheng.respond.learning import Blend, Cold, Message, TextModel, leaves

TAXONOMY = [
    {"code": "010000", "parent": "", "name": "城市管理", "keywords": ""},
    {"code": "010100", "parent": "010000", "name": "市政设施", "keywords": ""},
    {"code": "010101", "parent": "010100", "name": "路灯不亮", "keywords": "路灯坏了|路灯不亮|没有路灯"},
    {"code": "010102", "parent": "010100", "name": "井盖缺失破损", "keywords": "井盖丢失|井盖破损"},
    {"code": "020000", "parent": "", "name": "教育", "keywords": ""},
    {"code": "020101", "parent": "020000", "name": "学区划片", "keywords": "学区划分|划片入学|对口小学"},
    {"code": "020102", "parent": "020000", "name": "有偿补课", "keywords": "课外补课|老师补课"},
]


@pytest.fixture
def cold() -> Cold:
    return Cold(leaves(TAXONOMY))


def test_only_rows_that_are_nobodys_parent_are_filed_under(cold) -> None:
    assert cold.codes == ("010101", "010102", "020101", "020102")
    assert cold.leaves[0].parents == ("市政设施", "城市管理")


def test_a_table_with_the_longer_column_names_and_no_keywords_serves_too() -> None:
    rows = [
        {"code": "1", "parent_code": "", "name_zh": "教育"},
        {"code": "11", "parent_code": "1", "name_zh": "有偿补课"},
    ]
    assert [(leaf.code, leaf.name, leaf.parents) for leaf in leaves(rows)] == [("11", "有偿补课", ("教育",))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("小区门口的路灯坏了好几天", "010101"),
        ("马路中间井盖破损，车轮压得咣咣响", "010102"),
        ("想问下我们小区对口小学是哪个", "020101"),
        ("班主任暑假办班让学生去补课", "020102"),
    ],
)
def test_the_taxonomys_words_are_enough_on_the_first_day(cold, text, code) -> None:
    guess = cold.classify(Message("", text))
    assert guess.label == code
    assert guess.reasons


def test_a_text_that_names_nothing_of_the_taxonomy_is_left_to_a_person(cold) -> None:
    guess = cold.classify(Message("", "您好"))
    assert guess.abstain
    assert guess.confidence == pytest.approx(0.25)
    assert guess.reasons == ()


def test_the_title_counts_more_than_the_text(cold) -> None:
    assert cold.classify(Message("路灯不亮", "晚上接孩子补课很不方便")).label == "010101"


def test_decisions_of_dispatchers_correct_the_words(cold) -> None:
    local = [
        Message("", f"夜里{where}黑灯瞎火看不见路")
        for where in ("村口", "桥头", "后巷", "广场", "胡同", "南门", "坡上", "院外")
    ]
    school = [Message("", f"{who}在家开小灶收费") for who in ("老师", "班主任", "数学老师", "校长", "王老师", "李老师")]
    labels = ["010101"] * len(local) + ["020102"] * len(school)
    learned = TextModel.fit([*local, *school], labels)
    asked = Message("", "河边黑灯瞎火看不见路")
    before = dict(zip(cold.codes, Blend(cold).probabilities(asked), strict=True))
    blend = Blend(cold, learned, Counter(labels))
    after = blend.classify(asked)
    assert after.label == "010101"
    assert after.confidence > before["010101"]


def test_a_leaf_never_decided_is_still_found_by_its_words(cold) -> None:
    given = [Message("", text) for text in ("路灯坏了", "路灯不亮", "没有路灯", "老师补课", "课外补课", "补课收费")]
    labels = ["010101"] * 3 + ["020102"] * 3
    blend = Blend(cold, TextModel.fit(given, labels), Counter(labels))
    assert blend.classify(Message("", "咨询学区划分和划片入学")).label == "020101"


def test_a_learnt_label_that_left_the_taxonomy_is_not_proposed(cold) -> None:
    given = [Message("", text) for text in ("路灯坏了", "路灯不亮", "旧类事项甲", "旧类事项乙")]
    labels = ["010101", "010101", "990101", "990101"]
    blend = Blend(cold, TextModel.fit(given, labels), Counter(labels))
    assert blend.classify(Message("", "旧类事项甲")).label in cold.codes
    assert blend.probabilities(Message("", "旧类事项甲")).sum() == pytest.approx(1)
