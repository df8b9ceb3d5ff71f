"""The template language: what it says, and that it tells of its mistakes."""

from __future__ import annotations

from random import Random

import pytest

from minsheng.sim.words.template import GrammarError, Parser

PARSER = Parser({"fruit": ["苹果", "[大|小]梨"]}, frozenset({"place"}))


def said(text: str, draws: int = 300) -> set[str]:
    template, chance = PARSER.parse(text), Random(1)
    return {template.write(chance, {"place": "村口"}) for _ in range(draws)}


def test_plain_text_is_said_as_it_stands() -> None:
    assert said("没水了") == {"没水了"}


def test_every_alternative_is_said_and_none_may_be_nothing() -> None:
    assert said("[昨天|今天|]停水") == {"昨天停水", "今天停水", "停水"}


def test_alternatives_stand_inside_alternatives() -> None:
    assert said("[甲[一|二]|乙]") == {"甲一", "甲二", "乙"}


def test_lists_numbers_and_slots_are_filled() -> None:
    assert said("{place}{2..3}斤{fruit}") == {f"村口{n}斤{what}" for n in (2, 3) for what in ("苹果", "大梨", "小梨")}


def test_wide_ranges_give_round_numbers() -> None:
    assert all(int(number) % 10 == 0 for number in said("{200..900}"))


def test_a_template_tells_which_slots_and_lists_it_draws_on() -> None:
    assert PARSER.parse("[{place}|]有{fruit}").names == {"place", "fruit"}


@pytest.mark.parametrize(
    ("text", "advice"),
    [("[甲|乙", "add a ]"), ("甲]", "take it out"), ("{place", "add a }"), ("{nowhere}", "add the list")],
)
def test_a_mistake_in_a_template_is_told_with_what_to_do(text: str, advice: str) -> None:
    with pytest.raises(GrammarError, match=advice):
        PARSER.parse(text)
