"""What the detector promises: a false-alarm rate that is kept, outbreaks found in their first week."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from minsheng.foresee.signals import Panel, Signals, learn_shared, panel_of, read_counts, screen, signals

Ints = NDArray[np.int64]


def ordinary(n: int, weeks: int, rates: Sequence[float], seed: int = 1) -> tuple[Ints, NDArray[np.float64]]:
    """Counts without outbreaks, and the true rate of each series."""
    rng = np.random.default_rng(seed)
    rate = np.resize(np.array(rates), n)
    excess = rng.gamma(1.0, 1.0, n)[:, None]
    season = np.exp(0.3 * np.cos(2 * np.pi * np.arange(weeks) / 52.18))
    return rng.negative_binomial(rate[:, None] * season / excess, 1 / (1 + excess)), rate


def panel(counts: Ints) -> Panel:
    return panel_of([f"{i:05d}" for i in range(len(counts))], counts)


def randomised(found: Signals, seed: int = 2) -> NDArray[np.float64]:
    u = np.random.default_rng(seed).random(found.p_gt.shape)
    return found.p_gt + u * (found.p_ge - found.p_gt)


def test_ordinary_weeks_alarm_no_more_often_than_was_chosen() -> None:
    counts, _ = ordinary(1500, 130, (0.06, 0.5, 2.0, 12.0))
    found = signals(panel(counts), alpha=0.01)
    assert 0.8 <= np.mean(randomised(found) <= 0.01) / 0.01 <= 1.2
    assert found.alarm.mean() <= 0.0115


@pytest.mark.slow
@pytest.mark.parametrize("weeks", [104, 260])
@pytest.mark.parametrize("alpha", [0.01, 0.005])
def test_the_false_alarm_rate_is_kept_at_every_rate(weeks: int, alpha: float) -> None:
    rates = (0.07, 0.4, 2.0, 10.0)
    counts, rate = ordinary(16_000, weeks, rates)
    found = signals(panel(counts), alpha=alpha)
    p = randomised(found)
    for value in rates:
        assert 0.8 <= np.mean(p[rate == value] <= alpha) / alpha <= 1.2
        assert found.alarm[rate == value].mean() <= 1.2 * alpha


@pytest.mark.slow
def test_the_whole_distribution_of_the_randomised_p_is_uniform() -> None:
    counts, _ = ordinary(8000, 156, (0.06, 0.5, 2.0, 12.0))
    p = randomised(signals(panel(counts)))
    for level in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert abs(np.mean(p <= level) - level) < 0.03


def test_an_outbreak_alarms_in_its_first_week() -> None:
    counts, _ = ordinary(400, 156, (2.0,))
    counts[:40, 140] += 15
    found = signals(panel(counts))
    at = 140 - (156 - 49)
    assert found.alarm[:40, at].mean() >= 0.9
    assert np.all(found.count[:, at][found.alarm[:, at]] > found.limit[:, at][found.alarm[:, at]])


def test_a_slow_rise_alarms_by_its_weeks_together() -> None:
    counts, _ = ordinary(400, 156, (2.0,))
    counts[:100, 140:143] += 6
    found = signals(panel(counts))
    at = 140 - (156 - 49)
    first, third = found.alarm[:100, at].mean(), found.alarm[:100, at : at + 3].any(axis=1).mean()
    assert third > first + 0.1
    assert third > 0.7


def test_past_outbreaks_do_not_blind() -> None:
    counts, _ = ordinary(400, 260, (2.0,))
    counts[:, 254] += 15
    before = signals(panel(counts)).alarm[:40, -6].mean()
    for week in (20, 80, 150, 195):
        counts[:40, week] += 20
    assert before >= 0.85
    assert signals(panel(counts)).alarm[:40, -6].mean() >= before - 0.12


def test_series_without_a_request_give_no_alarm() -> None:
    counts, _ = ordinary(200, 156, (0.1, 2.0))
    counts[::3] = 0
    found = signals(panel(counts))
    assert not found.alarm[::3].any()
    assert not signals(panel(np.zeros((3, 60), dtype=np.int64))).alarm.any()


def test_five_requests_where_none_ever_were_alarm() -> None:
    counts, _ = ordinary(200, 156, (0.1, 2.0))
    counts[7] = 0
    counts[7, -1] = 5
    assert signals(panel(counts)).alarm[7, -1]


def test_a_count_is_above_its_limit_exactly_when_it_alarms() -> None:
    counts, _ = ordinary(600, 110, (0.1, 1.0, 8.0, 60.0))
    counts[::5, -20:] *= 3
    found = signals(panel(counts), alpha=0.01)
    assert np.array_equal(found.count > found.limit, found.alarm)


def test_a_series_hears_of_others_only_through_what_they_share() -> None:
    counts, _ = ordinary(120, 120, (0.2, 3.0))
    shared = learn_shared(panel(counts))
    whole = signals(panel(counts), shared=shared)
    part = signals(panel(counts[:7]), shared=shared)
    assert np.allclose(part.p_ge, whole.p_ge[:7], rtol=1e-9)


def test_days_have_their_weekday() -> None:
    rng = np.random.default_rng(3)
    busy = np.where(np.arange(420) % 7 == 2, 9.0, 3.0)
    found = signals(panel_of([str(i) for i in range(60)], rng.poisson(busy, (60, 420)), period="day"))
    day = np.arange(420 - 49, 420) % 7
    assert found.expected[:, day == 2].mean() > 2 * found.expected[:, day != 2].mean()
    assert found.alarm.mean() <= 0.012


def test_numbers_and_dates_in_any_order_of_rows_give_the_same_alarms(tmp_path: Path) -> None:
    counts, _ = ordinary(6, 80, (0.5, 4.0))
    counts[2, -3] += 20
    weeks = np.datetime64("2025-01-01") + 7 * np.arange(80)
    rows = [(f"s{i}", t, counts[i, t]) for i in range(6) for t in range(80)]
    mixed = [rows[k] for k in np.random.default_rng(1).permutation(len(rows))]
    numbered, dated = tmp_path / "numbered.csv", tmp_path / "dated.csv"
    numbered.write_text("series,t,count\n" + "".join(f"{s},{t},{y}\n" for s, t, y in rows))
    dated.write_text("series,t,count\n" + "".join(f"{s},{weeks[t]},{y}\n" for s, t, y in mixed if y or t == 0))
    one, other = signals(read_counts(numbered)), signals(read_counts(dated))
    assert one.alarm[2, -3]
    assert np.array_equal(one.p_ge, other.p_ge)


def test_the_table_of_alarms_has_a_row_for_each_judged_period(tmp_path: Path) -> None:
    counts, _ = ordinary(4, 70, (1.0,))
    source, out = tmp_path / "counts.csv", tmp_path / "alarms.csv"
    lines = (f"第{i}街道,{t},{counts[i, t]}\n" for i in range(4) for t in range(70))
    source.write_text("series,t,count\n" + "".join(lines), encoding="utf-8")
    found = screen(source, out, alpha=0.05, last=10)
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["series", "t", "score", "expected", "limit", "p_gt", "p_ge", "alarm"]
    assert [(row["series"], row["t"]) for row in rows[:2]] == [("第0街道", "60"), ("第0街道", "61")]
    assert len(rows) == 40
    assert [row["alarm"] == "1" for row in rows] == found.alarm.ravel().tolist()
    assert all((float(row["p_ge"]) <= 0.05) == (row["alarm"] == "1") for row in rows)


def test_too_short_a_history_is_told() -> None:
    with pytest.raises(ValueError, match="cover 7 periods; at least 8"):
        signals(panel(np.ones((2, 7), dtype=np.int64)))


def test_a_strange_rate_is_told() -> None:
    with pytest.raises(ValueError, match="choose one such as"):
        signals(panel(np.ones((2, 60), dtype=np.int64)), alpha=0)


def test_judging_no_period_is_refused() -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        signals(panel(np.ones((2, 60), dtype=np.int64)), last=0)
