"""Kind, urgency and danger are read from cue words, and the words are named."""

import pytest

from minsheng.respond.learning import Message, danger_in, kind_of, urgency_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问公积金怎么提取，需要什么材料？", "inquiry"),
        ("家里停水两天了，恳请帮忙解决", "help"),
        ("投诉物业不作为，态度恶劣", "complaint"),
        ("举报一家黑作坊无证生产", "report"),
        ("建议在路口增设红绿灯", "suggestion"),
        ("感谢信：民警认真负责，特此感谢", "praise"),
        ("？！。", "other"),
    ],
)
def test_the_kind_follows_what_the_requester_says(text, kind) -> None:
    assert kind_of(Message("", text)).code == kind


def test_the_cues_found_are_the_reason() -> None:
    assert "举报" in kind_of(Message("", "实名举报违法占地")).cues


def test_without_any_cue_the_kind_is_the_most_frequent_and_unsure() -> None:
    judged = kind_of(Message("", "西关村三组"))
    assert judged.code == "complaint"
    assert judged.confidence < 0.5
    assert judged.cues == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("楼下着火了，浓烟很大", "119"),
        ("厨房煤气泄漏，味道很浓", "119"),
        ("我妈突然昏迷叫不醒", "120"),
        ("有人持刀在小区里", "110"),
        ("邻居家暴，听见殴打声", "110"),
        ("孩子放学走失了", "110"),
    ],
)
def test_a_danger_names_the_number_to_connect_and_is_urgent(text, number) -> None:
    danger = danger_in(Message("", text))
    assert danger is not None
    assert danger.number == number
    assert all(cue in text for cue in danger.cues)
    assert urgency_of(Message("", text)).code == "urgent"


@pytest.mark.parametrize(
    "text",
    [
        "楼道堆杂物有火灾隐患",
        "没有着火，只是冒水汽",
        "建议加强火灾应急演练",
        "去年村里发生火灾后补偿未发",
        "怕起火请来检查",
        "咨询医保",
    ],
)
def test_what_is_denied_feared_past_or_only_a_topic_is_no_danger(text) -> None:
    assert danger_in(Message("", text)) is None


@pytest.mark.parametrize("text", ["我无故被打了", "他不断殴打孩子", "不知道谁家着火了"])
def test_a_negative_word_nearby_does_not_hide_a_danger(text) -> None:
    assert danger_in(Message("", text)) is not None


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("路口井盖丢失", "urgent"), ("小区停电了", "prompt"), ("咨询社保政策", "ordinary")],
)
def test_urgency_has_three_grades(text, urgency) -> None:
    assert urgency_of(Message("", text)).code == urgency


def test_urgency_never_falls_below_that_of_the_category() -> None:
    assert urgency_of(Message("", "小区停电了"), default="urgent").code == "urgent"
    assert urgency_of(Message("", "一般情况"), default="prompt").code == "prompt"
