"""What is usual: chances that a model gets wrong are put right by earlier periods, and who games sets no yardstick."""

from __future__ import annotations

import numpy as np
import pytest

from minsheng.account.gaming.chances import Chances
from minsheng.account.gaming.usual import LEAST_PERIODS, Usual, usual

RNG = np.random.default_rng(11)


def told(p: np.ndarray, first: int = 0, exactly: np.ndarray | float = 0.0) -> Chances:
    """Units u0, u1, … from the `first` on with these chances."""
    names = np.array([f"u{first + i}" for i in range(len(p))])
    return Chances(names, p, np.broadcast_to(exactly, len(p)).copy())


def called(made: Usual, p: np.ndarray, alpha: float) -> float:
    return float((made.told(told(p)).mid <= alpha).mean())


def months(of: int = 6, units: int = 1000, power: float = 1.0) -> list[dict[str, Chances]]:
    return [{"sign": told(RNG.random(units) ** power, units * m)} for m in range(of)]


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.001])
def test_a_model_that_calls_too_many_or_too_few_is_put_right(power: float, alpha: float) -> None:
    made = usual(months(power=power), by_manner=["sign"])["sign"]
    p = RNG.random(200_000) ** power
    wrong = float((p <= alpha).mean())
    assert called(made, p, alpha) <= 1.35 * alpha
    assert called(made, p, alpha) >= 0.8 * alpha or alpha < 0.01
    assert power == 1 or abs(called(made, p, alpha) - alpha) < abs(wrong - alpha)


def test_those_who_game_do_not_set_the_yardstick() -> None:
    p, found = RNG.random(200_000), []
    for _try in range(6):
        earlier = months()
        for month in earlier:
            month["sign"].more[:100] = RNG.random(100) * 1e-6
        found.append(called(usual(earlier)["sign"], p, 0.01))
        assert called(usual(earlier, by_manner=["sign"])["sign"], p, 0.01) < 0.002
    assert float(np.mean(found)) == pytest.approx(0.01, rel=0.3)


def test_a_unit_that_stands_by_chance_once_among_many_periods_still_tells_of_other_signs() -> None:
    sharp, dull = RNG.random(400), RNG.random(400)
    sharp[:400:50] = 1e-9
    month = {"sharp": told(sharp), "dull": told(dull)}
    assert "dull" in usual([month], ["dull"], body=lambda unit: f"body {int(unit[1:]) // 50}")
    assert "dull" in usual([month], ["dull"])


def test_a_unit_that_stands_under_one_sign_tells_nothing_of_the_others_in_any_month() -> None:
    earlier = [
        {"sharp": told(np.where(np.arange(500) < 100, 1e-9, RNG.random(500))), "dull": told(RNG.random(500))}
        for _ in range(2)
    ]
    del earlier[1]["sharp"]
    for month in earlier:
        month["dull"].more[:100] = RNG.random(100) * 0.01
    p = RNG.random(200_000)
    assert called(usual(earlier, by_manner=["dull"])["dull"], p, 0.05) == pytest.approx(0.05, rel=0.3)
    alone = usual([{"dull": month["dull"]} for month in earlier], by_manner=["dull"])
    assert called(alone["dull"], p, 0.05) < 0.01


def test_periods_of_one_body_stand_and_fall_together() -> None:
    p = np.where(np.arange(800) % 2 == 0, 1e-9, RNG.random(800))
    month = {"sharp": told(p), "dull": told(RNG.random(800))}
    assert "dull" in usual([month], ["dull"])
    assert "dull" not in usual([month], ["dull"], body=lambda unit: "the same")


def test_counts_with_few_values_keep_their_chance() -> None:
    """Nine of ten have no hit, so that their chance lies anywhere from 0.1 to 1."""
    none = RNG.random(6000) < 0.9
    more, exactly = np.where(none, 0.1, 0.0), np.where(none, 0.9, 0.1)
    made = usual([{"sign": told(more, exactly=exactly)}], by_manner=["sign"])["sign"]
    found = made.told(told(np.array([0.1, 0.0]), exactly=np.array([0.9, 0.1])))
    assert found.more == pytest.approx([0.1, 0.0], abs=0.02)
    assert found.exactly == pytest.approx([0.9, 0.1], abs=0.02)


def test_no_surprise_is_too_great_to_be_told_apart_and_none_grows() -> None:
    made = usual(months(units=300), by_manner=["sign"])["sign"]
    p = made.told(told(np.array([1e-12, 1e-9, 1e-6, 1e-4, 0.01, 0.5, 1.0]))).mid
    assert (np.diff(p) > 0).all()
    assert p[-1] == 1.0


def test_the_level_is_the_chance_that_becomes_it() -> None:
    made = usual(months(power=0.5), by_manner=["sign"])["sign"]
    for share in (0.0001, 0.01, 0.025, 0.5):
        assert made.told(told(np.array([made.level(share)]))).mid[0] == pytest.approx(share, rel=1e-6)


def test_with_too_few_periods_nothing_is_usual() -> None:
    few = told(RNG.random(LEAST_PERIODS - 1))
    assert usual([{"sign": few}], ["sign"]) == {}
    assert usual([]) == {}
