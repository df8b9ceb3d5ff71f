"""Forecasts of lines whose truth is known: error, coverage, closed days, gaps, wild days and holidays."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from minsheng.foresee.calls.forecast import Forecast, forecast
from minsheng.foresee.calls.table import Calls

Floats = NDArray[np.float64]
Line = Callable[..., tuple[Calls, Floats]]


def error(found: Forecast, rates: Floats) -> float:
    """WAPE of the mean against the true rates of the open slots."""
    return float(np.abs(found.mean - rates.ravel()).sum() / rates.sum())


def test_a_known_profile_is_found_within_a_few_percent(line: Line) -> None:
    calls, rates = line(98, seed=1)
    found = forecast(Calls(calls.first, 30, calls.counts[:84]), 14)
    assert found.times[0].isoformat() == "2030-04-01T00:00:00"
    assert len(found.times) == 14 * 48
    assert (found.mean.reshape(14, 48)[:, [15, 40]] == 0).all()
    assert error(found, rates[84:]) < 0.05


@pytest.mark.parametrize("mean", [120.0, 3.0])
def test_intervals_hold_the_share_that_they_promise(line: Line, mean: float) -> None:
    inside: dict[float, list[float]] = {0.80: [], 0.95: []}
    for seed in range(6):
        calls, _ = line(77, seed=seed, mean=mean, luck=0.1)
        found = forecast(Calls(calls.first, 30, calls.counts[:70]), 7)
        came = calls.counts[70:, 16:40]
        for share, shares in inside.items():
            low, high = (bound.reshape(7, 48)[:, 16:40] for bound in found.interval(share))
            shares.append(np.mean((low <= came) & (came <= high)))
    assert 0.75 < np.mean(inside[0.80]) < (0.90 if mean > 10 else 0.97)
    assert 0.92 < np.mean(inside[0.95]) < 0.995


def test_the_mean_is_not_biased_on_a_quiet_line(line: Line) -> None:
    ratios = []
    for seed in range(8):
        calls, rates = line(77, seed=seed, mean=1.5)
        found = forecast(Calls(calls.first, 30, calls.counts[:70]), 7)
        ratios.append(found.mean.sum() / rates[70:].sum())
    assert np.mean(ratios) == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("written", [0.0, np.nan])
def test_weekends_on_which_nobody_answers_are_forecast_as_closed(line: Line, written: float) -> None:
    calls, rates = line(70, seed=2, closed=(5, 6))
    shut = rates.sum(axis=1) == 0
    history = np.where(shut[:, None], written, calls.counts)
    found = forecast(Calls(calls.first, 30, history), 7)
    by_day = found.mean.reshape(7, -1).sum(axis=1)
    assert (by_day[:5] > 1000).all()
    assert (by_day[5:] == 0).all()
    assert (found.interval(0.95)[1].reshape(7, -1)[5:] == 0).all()


def test_a_shorter_saturday_is_closed_in_its_afternoon(line: Line) -> None:
    calls, _ = line(70, seed=3)
    counts = calls.counts.copy()
    counts[5::7, 24:] = 0
    found = forecast(Calls(calls.first, 30, counts), 7).mean.reshape(7, -1)
    assert (found[5, 24:] == 0).all()
    assert (found[5, 16:24] > 5).all()
    assert (found[6, 24:36] > 5).all()


def test_missing_slots_and_half_a_last_day_change_little(line: Line) -> None:
    calls, rates = line(91, seed=4)
    counts = calls.counts[:84].copy()
    counts[np.random.default_rng(5).random(counts.shape) < 0.15] = np.nan
    counts[40:44] = np.nan
    counts[-1, 26:] = np.nan
    assert error(forecast(Calls(calls.first, 30, counts), 7), rates[84:]) < 0.06


def test_a_wild_day_is_not_believed(line: Line) -> None:
    calls, rates = line(91, seed=6)
    counts = calls.counts[:84].copy()
    calm = forecast(Calls(calls.first, 30, counts), 7)
    counts[80] *= 4
    counts[60, 20:24] = 3000
    wild = forecast(Calls(calls.first, 30, counts), 7)
    assert error(wild, rates[84:]) < error(calm, rates[84:]) + 0.03


def test_a_new_level_is_followed(line: Line) -> None:
    calls, rates = line(91, seed=7)
    counts = calls.counts[:84].copy()
    counts[56:] = np.round(counts[56:] * 1.5)
    assert error(forecast(Calls(calls.first, 30, counts), 7), 1.5 * rates[84:]) < 0.08


def test_a_holiday_is_scaled_as_past_holidays_were(line: Line) -> None:
    calls, rates = line(91, seed=8)
    counts = calls.counts[:84].copy()
    for day in (21, 45, 66):
        counts[day] = np.round(counts[day] * 0.3)
    holidays = {calls.days[day] for day in (21, 45, 66, 86)}
    found = forecast(Calls(calls.first, 30, counts), 7, holidays=holidays).mean.reshape(7, -1).sum(axis=1)
    assert found[2] / rates[86].sum() == pytest.approx(0.3, abs=0.06)
    assert found[3] / rates[87].sum() == pytest.approx(1, abs=0.15)


def test_a_first_holiday_is_taken_as_a_sunday(line: Line) -> None:
    calls, _ = line(91, seed=9)
    history = Calls(calls.first, 30, calls.counts[:84])
    found = forecast(history, 7, holidays={calls.days[86]}).mean.reshape(7, -1).sum(axis=1)
    assert found[2] == pytest.approx(found[6], rel=0.25)


def test_a_line_that_closes_on_holidays_closes_on_the_next(line: Line) -> None:
    calls, _ = line(84, seed=10)
    counts = calls.counts.copy()
    counts[[21, 45]] = 0
    holidays = {calls.days[21], calls.days[45], calls.days[-1] + timedelta(3)}
    found = forecast(Calls(calls.first, 30, counts), 7, holidays=holidays).mean.reshape(7, -1).sum(axis=1)
    assert found[2] == 0
    assert (np.delete(found, 2) > 0).all()


def test_the_written_table_has_its_columns_in_order(line: Line, tmp_path: Path) -> None:
    calls, _ = line(28, seed=11)
    forecast(calls, 2).write(tmp_path / "f.csv")
    with (tmp_path / "f.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["t", "mean", "lo80", "hi80", "lo95", "hi95"]
    assert len(rows) == 96
    for row in rows:
        assert (
            float(row["lo95"]) <= float(row["lo80"]) <= float(row["mean"]) <= float(row["hi80"]) <= float(row["hi95"])
        )


def test_the_same_calls_give_the_same_forecast(line: Line) -> None:
    calls, _ = line(42, seed=12)
    assert (forecast(calls, 3).mean == forecast(calls, 3).mean).all()


def test_a_fortnight_of_history_is_enough_and_three_days_are_refused(line: Line) -> None:
    calls, rates = line(21, seed=13)
    assert error(forecast(Calls(calls.first, 30, calls.counts[:14]), 7), rates[14:]) < 0.2
    with pytest.raises(ValueError, match="3 ordinary days"):
        forecast(Calls(calls.first, 30, calls.counts[:3]), 7)


def test_a_horizon_of_no_days_is_refused(line: Line) -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        forecast(line(14, seed=14)[0], 0)
