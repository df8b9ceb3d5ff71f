"""Honest agencies give honest figures; each way of cheating shows in its own rate, and the truth says by how much."""

from __future__ import annotations

from pathlib import Path

import pytest

from minsheng.ground.city import CityPack
from minsheng.sim.fast import Into, drive
from minsheng.sim.plan import Switch
from minsheng.sim.rates import MISLED_BY, RATES, Pair, Ratio, pairs
from support.city import number, small

pytestmark = [pytest.mark.db, pytest.mark.slow]
FEWER = {Switch.RECLASSIFY}
"""Cheating that lowers its rate; the others raise theirs."""


def counted(house, qinghe: CityPack, folder: Path, spec: str) -> dict[str, Pair]:
    into = Into(house.conninfo("loader"), folder / "state", folder / "truth", number)
    drive(small(21, spec, months=2, per_day=90), qinghe, into)
    return {pair.code: pair for pair in pairs(into.conninfo, into.truth)}


def test_with_every_switch_off_rates_equal_the_truth_within_sampling_error(house, qinghe, tmp_path: Path) -> None:
    found = counted(house, qinghe, tmp_path, "none")
    assert set(found) == {code for code, _, _ in RATES}
    for pair in found.values():
        assert abs(pair.lie) <= 4 * pair.error, f"{pair.code}: {pair.naive} against {pair.true}"
        assert pair.naive.whole
    assert found["resolved"].naive.whole > 1000
    assert 0.6 < found["resolved"].true.value < 0.95
    assert found["on_time"].true.value > 0.9


@pytest.mark.parametrize("switch", list(Switch))
def test_a_switch_misleads_its_rate_and_leaves_those_that_it_does_not_touch(
    house, qinghe, tmp_path: Path, switch: Switch
) -> None:
    found = counted(house, qinghe, tmp_path, f"{switch}=0.9@0.5")
    misled = found[MISLED_BY[switch][0]]
    lie = -misled.lie if switch in FEWER else misled.lie
    assert lie > max(4 * misled.error, 0.003), f"{misled.naive} against {misled.true}"
    for code in set(found) - set(MISLED_BY[switch]):
        pair = found[code]
        if pair.naive.whole:
            assert abs(pair.lie) <= 4 * pair.error, f"{switch} moved {code}: {pair.naive} against {pair.true}"


def test_a_ratio_says_both_its_sides() -> None:
    assert str(Ratio(3, 4)) == "75.00 % (3/4)"
    assert Ratio(0, 0).value != Ratio(0, 0).value
