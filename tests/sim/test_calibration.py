"""The calibration page says where each real figure comes from and how far off the simulated city is."""

from __future__ import annotations

from pathlib import Path

import pytest

from minsheng.ground.city import CityPack
from minsheng.sim.calibration import Figure, bar, compared, lies, measure
from minsheng.sim.demand import table
from minsheng.sim.fast import Into, drive
from minsheng.sim.plan import Switch
from minsheng.sim.rates import Pair, Ratio
from support.city import number, small


def test_a_figure_stands_beside_every_real_one_with_its_source_and_the_distance() -> None:
    rows = compared([Figure("on_time", "按时", 0.97, "97.00 % (97/100)")], [("供水服务", Ratio(1, 10))])
    assert rows[0] == "| 按时 | 97.00 % (97/100) | 98.53 % (Kaifeng Jan 2025) | S41 | -1.5 pp |"
    assert rows[1] == "| 占派单 供水服务 | 10.00 % (1/10) | 6.18 % (Kaifeng: 供水 675 of 10920) | S41 | +3.8 pp |"
    talk = compared([Figure("talked", "通话", 165, "165 s")], [])
    assert talk == ["| 通话 | 165 s | 150 s (Changzhou 2021) | S46 | +10 % |"]


def test_a_figure_that_no_city_publishes_says_so() -> None:
    assert compared([Figure("resolved", "解决", 0.8, "80 %")], []) == ["| 解决 | 80 % | — | — | — |"]


def test_every_real_figure_has_a_source() -> None:
    assert all(row["source"] and row["where"] and float(row["value"]) > 0 for row in table("references"))


def test_a_lie_is_shown_beside_the_honest_city() -> None:
    gamed = Pair("on_time", "按时办结率", "", Ratio(99, 100), Ratio(90, 100))
    claimed = Pair("claimed", "答复称已解决", "", Ratio(80, 100), Ratio(75, 100))
    clean = [Pair("on_time", "按时办结率", "", Ratio(95, 100), Ratio(95, 100)), claimed]
    first, second = lies({Switch.EARLY_CLOSE: [gamed, claimed]}, clean)
    assert first == "| early_close | 按时办结率 | 99.00 % (99/100) | 90.00 % (90/100) | +9.00 pp | +0.00 pp |"
    assert second.endswith("| +5.00 pp | +5.00 pp |")


def test_bars_are_as_long_as_what_they_show() -> None:
    assert len(bar(1.0, 1.0)) == 30
    assert bar(0.0, 1.0) == ""
    assert len(bar(0.5, 1.0)) == 15


@pytest.mark.db
def test_a_run_is_measured_whole(house, qinghe: CityPack, tmp_path: Path) -> None:
    into = Into(house.conninfo("loader"), tmp_path / "state", tmp_path / "truth", number)
    plan = small(5, months=1, per_day=25)
    report = drive(plan, qinghe, into)
    found = measure(into.conninfo, into.truth, qinghe)
    figures = {f.code: f for f in found.figures}
    assert f"/{report.orders:,})" in figures["direct"].words
    assert 0.2 < figures["direct"].value < 0.8
    assert figures["connected"].value > 0.8
    assert 0 < figures["handling_days"].value < 10
    assert sum(found.by_month.values()) * plan.days == pytest.approx(report.orders, rel=0.02)
    assert max(found.by_weekday[:5]) > max(found.by_weekday[5:])
    assert len(compared(found.figures, found.top)) > len(found.figures)
