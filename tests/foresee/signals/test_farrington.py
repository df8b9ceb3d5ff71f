"""Our improved Farrington against the limits of R's surveillance (data/farrington.R says how they were made)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minsheng.foresee.signals.farrington import farrington, reference

DATA = Path(__file__).parent / "data"
WEEKS = range(263, 312)


def test_limits_and_alarms_are_those_of_the_reference_program() -> None:
    counts = np.loadtxt(DATA / "farrington_counts.csv", delimiter=",", dtype=np.int64)
    theirs = np.loadtxt(DATA / "farrington_bounds.csv", delimiter=",")
    ours = farrington(counts, WEEKS, alpha=0.005).limit
    now = counts[:, WEEKS.start :]
    assert np.mean((now > ours) == (now > theirs)) >= 0.999
    assert np.abs(ours - theirs).max() <= 1
    assert np.mean(ours == theirs) >= 0.999
    assert (now > theirs).sum() >= 20


def test_an_alarm_is_the_same_by_limit_and_by_probability() -> None:
    counts = np.loadtxt(DATA / "farrington_counts.csv", delimiter=",", dtype=np.int64)[::4]
    found = farrington(counts, WEEKS, alpha=0.01)
    assert np.array_equal(counts[:, WEEKS.start :] > found.limit, found.p_ge <= 0.01)


def test_the_reference_leaves_out_26_weeks_and_centres_its_first_level_on_the_current_week() -> None:
    x, new = reference(600)
    level = x[:, 1:].argmax(axis=1)
    assert len(x) == 237
    assert list(np.flatnonzero(level == 0) % 52) == list(range(7)) * 5
    assert np.bincount(level[:52]).tolist() == [7] + [5] * 9
    assert new.tolist() == [0, 1] + [0] * 9


def test_too_short_a_history_says_how_many_weeks_are_missing() -> None:
    with pytest.raises(ValueError, match="needs 13 more weeks"):
        farrington(np.zeros((1, 300), dtype=np.int64), range(250, 251))
