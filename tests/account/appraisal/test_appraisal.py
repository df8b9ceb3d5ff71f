"""A month's appraisal from a lake of made-up orders: both sides, rules as data, peers, workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook

from minsheng.account.appraisal import (
    Appraisal,
    Ballots,
    Ground,
    Groundwork,
    NoRules,
    Results,
    VisibleResult,
    appraisal_of_month,
    appraise,
)
from minsheng.account.appraisal.appraise import after, back, month_of
from minsheng.account.appraisal.peers import LEAST, peer_groups
from minsheng.ground.city import CityPack, LeftOut, RateCode, load_pack
from minsheng.ground.lake import Lake
from support.lake import Row, begin, order, part

MONTH, ASOF = date(2026, 10, 1), datetime(2026, 12, 15, tzinfo=UTC)
POOR = 3


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return load_pack(Path(__file__).parents[3] / "cities" / "qinghe")


@pytest.fixture(scope="module")
def leads(pack: CityPack) -> list[str]:
    """Twelve departments; the one numbered POOR resolves little."""
    return [u.code for u in pack.units.values() if u.level == 2 and u.kind == "department"][:12]


@pytest.fixture(scope="module")
def lake(leads: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("lake")
    begin(folder)
    chance, rows = Random(4), list[Row]()
    for index, unit in enumerate(leads):
        for _ in range(60 + 20 * index):
            rows.append(_order(len(rows) + 1, unit, 0.35 if index == POOR else 0.8, chance))
    part(folder, orders=rows)
    found = Lake(folder)
    yield found
    found.close()


def _order(number: int, unit: str, share: float, chance: Random) -> Row:
    day = MONTH + timedelta(days=chance.randrange(31))
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    category = chance.choice(("010101", "010102", "020101"))
    return order(
        number, day, unit=unit, level=2, kind="complaint", category=category, category2=category[:4] + "00",
        due=at + timedelta(days=5), first_replied_at=at + timedelta(days=chance.choice((2, 4, 6))),
        closed_at=at + timedelta(days=7), resolved="yes" if chance.random() < share else "no",
        excluded=chance.random() < 0.1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(lake: Lake, pack: CityPack, leads: list[str]) -> Appraisal:
    ballots = [Ballots(leads[0], date(2026, m, 1), 8, 10, 2, 3) for m in (6, 8, 9, 10, 11)]
    return appraise(lake, pack, MONTH, ASOF, ballots=ballots)


def rows_of(lake: Lake, unit: str) -> list[Row]:
    return [r for r in lake.ask(lake.orders).to_pylist() if r["unit"] == unit]


def test_net_and_gross_rates_are_those_counted_by_hand(found: Appraisal, lake: Lake) -> None:
    for unit in found.units:
        rows = rows_of(lake, unit.unit)
        net = [r for r in rows if not r["excluded"]]
        resolution = next(r for r in unit.rates if r.rule.rate is RateCode.RESOLUTION)
        response = next(r for r in unit.rates if r.rule.rate is RateCode.RESPONSE)
        assert (resolution.gross.part, resolution.gross.whole) == (sum(r["resolved"] == "yes" for r in rows), len(rows))
        assert (resolution.net.part, resolution.net.whole) == (sum(r["resolved"] == "yes" for r in net), len(net))
        assert resolution.excluded == len(rows) - len(net)
        assert response.net.part == sum(r["first_replied_at"] <= r["due"] for r in net)


def test_ballots_count_over_the_months_of_the_rule_and_no_others(found: Appraisal, leads: list[str]) -> None:
    satisfaction = found.units[0].rates[2]
    assert found.units[0].unit == leads[0]
    assert satisfaction.rule.months == 3
    assert (satisfaction.net.part, satisfaction.net.whole, satisfaction.unrated, satisfaction.unreached) == (
        24,
        30,
        6,
        9,
    )


def test_a_score_says_what_weight_it_covers(found: Appraisal) -> None:
    with_ballots, without = found.units[0], found.units[1]
    assert (with_ballots.score.covered, without.score.covered) == (100, 65)
    response, resolution, satisfaction = (rate.net.value or 0 for rate in with_ballots.rates)
    assert with_ballots.score.points == pytest.approx(30 * response + 35 * resolution + 35 * satisfaction)


def test_what_a_net_rate_leaves_out_is_the_packs_to_say(lake: Lake, pack: CityPack, found: Appraisal) -> None:
    rules = tuple(replace(rule, leaves_out=(LeftOut.PARKED,)) for rule in pack.appraisal)
    other = appraise(lake, replace(pack, appraisal=rules), MONTH, ASOF)
    assert all(rate.net == rate.gross for unit in other.units for rate in unit.rates)
    assert any(rate.net != rate.gross for unit in found.units for rate in unit.rates)


def test_a_month_without_rules_is_not_appraised(lake: Lake, pack: CityPack) -> None:
    with pytest.raises(NoRules, match=r"appraisal\.csv"):
        appraise(lake, replace(pack, appraisal=()), MONTH, ASOF)


def test_the_poor_unit_alone_is_a_sign_and_is_surely_last(found: Appraisal, leads: list[str]) -> None:
    low = {u.unit for u in found.units if u.standing and u.standing.place and u.standing.place.out}
    assert low == {leads[POOR]}
    standing = found.units[POOR].standing
    assert standing is not None
    assert (standing.rank_low, standing.rank_high, standing.peers) == (12, 12, 12)
    assert standing.high < 0.6


def test_every_rank_and_rate_has_an_interval_around_it(found: Appraisal) -> None:
    for unit in found.units:
        assert unit.standing is not None
        assert unit.standing.low < unit.standing.rate < unit.standing.high
        assert unit.standing.rank_low - 0.01 <= unit.standing.rank <= unit.standing.rank_high + 0.01


def test_the_same_month_is_appraised_alike_twice(lake: Lake, pack: CityPack) -> None:
    assert appraise(lake, pack, MONTH, ASOF).units == appraise(lake, pack, MONTH, ASOF).units


def test_units_are_peers_of_their_level_and_function_unless_these_are_too_few(pack: CityPack) -> None:
    units = list(pack.units.values())
    groups = peer_groups(units)
    land = [u for u in units if u.level == 3 and u.dept_type == "land" and u.kind == "sub_office"]
    assert len(land) >= LEAST
    assert {groups[u.code] for u in land} == {("3", "sub_office", "land")}
    few = next(u for u in units if u.level == 2 and u.kind == "department")
    assert groups[few.code] == ("2", "department")


def test_months_are_counted_back_over_new_year() -> None:
    assert back(date(2026, 2, 1), 3) == date(2025, 12, 1)
    assert back(date(2026, 12, 1), 12) == date(2026, 1, 1)
    assert after(date(2026, 12, 1)) == date(2027, 1, 1)


def test_a_period_that_is_no_month_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="2026-10"):
        month_of("2026-13")


def test_results_without_evidence_and_effects_without_interval_are_refused() -> None:
    with pytest.raises(ValueError, match="evidence"):
        VisibleResult("u", "road mended", 1, 1, " ")
    with pytest.raises(ValueError, match="interval"):
        Groundwork("u", Ground.EFFECT, "fewer leaks", MONTH, "effect 3", estimate=-12.0)


def test_the_workbook_shows_both_sides_intervals_limits_and_two_lists(
    lake: Lake, pack: CityPack, leads: list[str], tmp_path: Path
) -> None:
    beside = Results(
        visible=[VisibleResult(leads[0], "修复路灯", 40, 50, "清单1")],
        groundwork=[Groundwork(leads[1], Ground.MECHANISM, "联席机制", MONTH, "文件2")],
    )
    path = tmp_path / "a.xlsx"
    found = appraisal_of_month(lake, pack, "2026-10", path, asof=ASOF, results=beside)
    book = load_workbook(path)
    assert book.sheetnames == [
        "说明",
        "三率",
        "公平比较",
        "漏斗",
        "漏斗界限",
        "同类组",
        "剔除与其他",
        "显绩",
        "潜绩",
        "容错与申诉",
    ]
    assert "模拟数据 simulated" in [row[0].value for row in book["说明"]]
    heads = {title: [cell.value for cell in book[title][1]] for title in book.sheetnames}
    assert {"解决率净分子", "解决率净分母", "解决率毛分子", "解决率毛分母", "满意率未评价"} <= set(heads["三率"])
    assert {"95%下", "95%上", "位次95%下", "位次95%上"} <= set(heads["公平比较"])
    assert [row[0].value for row in book["公平比较"]][1:] == [unit.unit for unit in found.units]
    assert len(book["漏斗界限"]._charts) == len(found.funnels) == 1
    assert [cell.value for cell in book["显绩"][2]][2:] == ["修复路灯", 40, 50, "清单1"]
    assert book["潜绩"].max_row == 2
