"""Units against their peers: calibration, a third that games, FDR."""

from __future__ import annotations

import numpy as np
import pytest

from minsheng.account.gaming.cases import Cases, Counted, Lead, chances, comparable, count, leads, lone_matters_together
from minsheng.account.gaming.chances import false_shares
from minsheng.account.gaming.peers import LEAST_PEERS, TooFewPeers, honest


def city(rng: np.random.Generator, spread: float, units: int = 60) -> tuple[np.ndarray, np.ndarray]:
    n = np.clip(np.exp(rng.normal(5, 0.8, units)), 30, 1500).round()
    odds = np.log(0.1 / 0.9) + spread * rng.standard_normal(units)
    return rng.binomial(n.astype(int), 1 / (1 + np.exp(-odds))).astype(float), n


def called(y: np.ndarray, n: np.ndarray, alpha: float) -> np.ndarray:
    return chances(Counted(np.arange(len(y)).astype(str), y, n, np.full(len(y), 0.1))).mid <= alpha


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_honest_units_are_called_about_as_often_as_the_chance_that_is_told(spread: float) -> None:
    rng = np.random.default_rng(1)
    found = np.concatenate([called(*city(rng, spread), 0.05) for _ in range(10)])
    assert 0.02 <= found.mean() <= 0.08


def test_a_third_of_units_gaming_neither_hides_itself_nor_accuses_the_others() -> None:
    rng = np.random.default_rng(2)
    y, n = city(rng, 0.2)
    y[:20] = rng.binomial(n[:20].astype(int), rng.uniform(0.3, 0.6, 20))
    found = called(y, n, 0.01)
    assert found[:20].mean() >= 0.9
    assert found[20:].mean() <= 0.05


def test_a_difference_that_all_units_show_is_no_sign_of_any() -> None:
    rng = np.random.default_rng(3)
    y, n = city(rng, 0.6)
    assert called(y, n, 0.001).sum() <= 1


def test_the_range_holds_what_honest_units_do_and_narrows_with_orders() -> None:
    y, n = city(np.random.default_rng(4), 0.1)
    known = honest(y, n, np.full(len(y), 0.1))
    small, large = known.interval(50, 0.1), known.interval(2000, 0.1)
    assert small[0] < 0.1 < small[1]
    assert large[1] - large[0] < small[1] - small[0]


def test_the_two_tails_make_one() -> None:
    y, n = city(np.random.default_rng(5), 0.2)
    known = honest(y, n, np.full(len(y), 0.1))
    below_and_at = sum(known.tails(k, 40, 0.1)[1] for k in range(41))
    assert below_and_at == pytest.approx(1)
    assert known.tails(3, 40, 0.1)[0] == pytest.approx(sum(known.tails(k, 40, 0.1)[1] for k in range(4, 41)))


def test_too_few_units_are_compared_with_nobody() -> None:
    few = np.ones(LEAST_PEERS - 1)
    with pytest.raises(TooFewPeers):
        honest(few, 10 * few, few / 10)


def test_what_is_expected_of_a_unit_follows_its_own_mix_and_never_its_own_hits() -> None:
    unit = np.repeat(["a", "b", "c"], 200)
    stratum = np.tile(np.repeat(["hard", "easy"], 100), 3)
    hit = (stratum == "hard") & (unit != "c")
    counted = count(Cases(unit, hit, stratum, np.arange(600).astype(str)))
    assert counted.expected[2] > 0.4 > counted.expected[0] > 0.2


def test_gaming_units_that_share_a_matter_do_not_excuse_each_other() -> None:
    rng = np.random.default_rng(7)
    unit = np.repeat([f"u{i:02d}" for i in range(30)], 200)
    stratum = np.where(np.isin(unit, ["u00", "u01", "u02", "u03", "u04"]), "heat", "water")
    hit = rng.random(6000) < np.where(np.isin(unit, ["u00", "u01"]), 0.4, 0.05)
    found = leads("copied", Cases(unit, hit, stratum, np.arange(6000).astype(str)))
    assert {lead.unit for lead in found if lead.stands} == {"u00", "u01"}


def test_a_matter_that_one_unit_alone_handles_says_nothing_of_it() -> None:
    unit = np.repeat([f"u{i:02d}" for i in range(10)], 60)
    stratum = np.where((unit == "u09") & (np.arange(600) % 2 == 0), "alone", "all")
    cases = Cases(unit, stratum == "alone", stratum, np.arange(600).astype(str))
    assert not comparable(cases).hit.any()
    assert len(comparable(cases).unit) == 570


def test_periods_of_one_unit_tell_nothing_of_each_other() -> None:
    unit = np.repeat([f"{u}#{i}" for u in "abcd" for i in range(2)], 50)
    body = np.array([u[0] for u in unit])
    hit = (body == "a") & (np.arange(400) % 20 == 0)
    cases = Cases(unit, hit, np.full(400, ""), np.arange(400).astype(str))
    assert count(cases, body).expected[0] < 0.003 < count(cases).expected[0]


def test_units_that_differ_by_manner_are_not_taken_for_gaming() -> None:
    rng = np.random.default_rng(8)
    n = np.full(60, 100.0)
    y = rng.binomial(100, np.where(np.arange(60) % 5 < 3, 0.2, 0.5)).astype(float)
    expected = np.full(60, 0.3)
    calm, strict = (sum(honest(y, n, expected, manner).tails(50, 100, 0.3)) for manner in (True, False))
    assert calm > 0.05 > strict


def test_false_shares_are_those_of_benjamini_and_hochberg() -> None:
    assert false_shares(np.array([0.04, 0.01, 0.03, 0.5])) == pytest.approx([0.16 / 3, 0.04, 0.16 / 3, 0.5])


def test_a_lead_names_the_orders_that_are_its_evidence_and_is_no_verdict() -> None:
    rng = np.random.default_rng(6)
    unit = np.repeat([f"u{i:02d}" for i in range(20)], 100)
    hit = rng.random(2000) < np.where(unit == "u07", 0.4, 0.05)
    found = {
        lead.unit: lead for lead in leads("exclusion", Cases(unit, hit, np.full(2000, ""), np.arange(2000).astype(str)))
    }
    assert [u for u, lead in found.items() if lead.stands] == ["u07"]
    assert found["u07"].orders == tuple(sorted(np.flatnonzero(hit & (unit == "u07")).astype(str)))
    assert found["u07"].value > found["u07"].expected_high
    assert not any("guilt" in field or "verdict" in field for field in Lead.__slots__)


def test_units_that_alone_handle_a_matter_can_be_compared_with_one_another() -> None:
    rng = np.random.default_rng(5)
    unit = np.repeat([f"u{n:02}" for n in range(12)], 100)
    stratum = np.where(unit < "u06", "all", unit)
    hit = rng.random(1200) < np.where(unit == "u11", 0.6, 0.05)
    cases = Cases(unit, hit, stratum, np.arange(1200).astype(str))
    assert "u11" not in {lead.unit for lead in leads("sign", cases)}
    together = lone_matters_together(cases)
    assert set(together.stratum.tolist()) == {"all", ""}
    found = {lead.unit: lead.p for lead in leads("sign", together)}
    assert len(found) == 12
    assert found["u11"] < 1e-4
    assert min(p for u, p in found.items() if u != "u11") > 0.001
