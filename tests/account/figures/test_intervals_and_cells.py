"""Wilson's interval against published values and exact coverage; small parts kept together so that nothing is told."""

from __future__ import annotations

from math import comb
from random import Random

import pytest

from minsheng.account.figures import named_parts, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_are_those_that_newcombe_printed(part: int, whole: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    found = wilson(part, whole)
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_both_ends_are_alike_and_nothing_known_is_everything() -> None:
    low, high = wilson(3, 17)
    assert wilson(14, 17) == pytest.approx((1 - high, 1 - low))
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="no share"):
        wilson(5, 4)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.85, 0.97])
def test_some_ninety_five_of_a_hundred_intervals_hold_the_truth(share: float) -> None:
    whole = 60
    held = 0.0
    for part in range(whole + 1):
        low, high = wilson(part, whole)
        if low <= share <= high:
            held += comb(whole, part) * share**part * (1 - share) ** (whole - part)
    assert 0.92 <= held <= 0.99


def test_without_a_small_part_all_are_named() -> None:
    assert named_parts({"a": 10, "b": 400, "c": 11}) == {"a", "b", "c"}
    assert named_parts({"a": 10, "b": 0}) == {"a"}


def test_a_small_part_never_stays_alone_nor_with_too_few() -> None:
    assert named_parts({"a": 9, "b": 400, "c": 30}) == {"b"}
    assert named_parts({"a": 4, "b": 5, "c": 30, "d": 80}) == {"d"}
    assert named_parts({"a": 6, "b": 7, "c": 30}) == {"c"}
    assert named_parts({"a": 9, "b": 50}) == set()


def test_what_may_not_be_told_by_part_is_never_left_alone_either() -> None:
    assert named_parts({"a": 100, "b": 200, "c": 300}, shielded=500) == {"b", "c"}
    assert named_parts({"a": 100, "b": 200}, shielded=1) == {"b"}


def test_nothing_kept_together_can_be_taken_apart_by_subtraction() -> None:
    chance = Random(3)
    for _ in range(2000):
        sizes = {f"p{i}": chance.choice((0, 1, 3, 9, 10, 15, 60, 400)) for i in range(chance.randrange(1, 9))}
        shielded = chance.choice((0, 0, 1, 12))
        named = named_parts(sizes, shielded)
        kept = [size for code, size in sizes.items() if size and code not in named] + ([shielded] if shielded else [])
        assert all(sizes[code] >= 10 for code in named)
        assert not kept or not named or (len(kept) >= 2 and sum(kept) >= 10)
