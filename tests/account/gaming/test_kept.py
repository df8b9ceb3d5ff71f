"""Chances of months that are over are reckoned once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from minsheng.account.gaming.chances import Chances
from minsheng.account.gaming.kept import told_once

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
TOLD = {"hollow": Chances(np.array(["一局", "b"]), np.array([0.1, 0.2]), np.array([0.01, 0.0]))}


class Maker:
    """Tells, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Mapping[str, Chances]:
        self.asked += 1
        return TOLD


def test_it_is_reckoned_once_until_it_is_too_old(tmp_path: Path) -> None:
    place, make = tmp_path / "signs" / "2026-09.npz", Maker()
    told_once(place, NOON, NOON, make)
    again = told_once(place, NOON + timedelta(hours=1), NOON, make)
    assert make.asked == 1
    assert again["hollow"].units.tolist() == ["一局", "b"]
    assert again["hollow"].more.tolist() == [0.1, 0.2]
    assert again["hollow"].exactly.tolist() == [0.01, 0.0]
    told_once(place, NOON + timedelta(days=1), NOON + timedelta(seconds=1), make)
    assert make.asked == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"no archive"])
def test_a_file_that_cannot_be_read_is_told_and_written_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    place, make = tmp_path / "2026-09.npz", Maker()
    place.write_bytes(content)
    assert set(told_once(place, NOON, NOON, make)) == {"hollow"}
    assert [record.args[0] for record in caplog.records] == [place]
    told_once(place, NOON, NOON, make)
    assert make.asked == 1


def test_what_another_model_told_is_reckoned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, make = tmp_path / "2026-09.npz", Maker()
    told_once(place, NOON, NOON, make)
    monkeypatch.setattr("minsheng.account.gaming.kept.RECKONED_BY", 99)
    told_once(place, NOON, NOON, make)
    told_once(place, NOON, NOON, make)
    assert make.asked == 2


def test_a_month_of_which_nothing_is_told_is_kept_too(tmp_path: Path) -> None:
    place = tmp_path / "2026-09.npz"
    assert told_once(place, NOON, NOON, dict) == {}
    assert told_once(place, NOON, NOON, Maker()) == {}
