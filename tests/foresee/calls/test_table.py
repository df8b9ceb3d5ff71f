"""Tables of calls as people have them, and what is said about those that cannot be read."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from minsheng.foresee.calls.table import Calls, horizon_days, read_calls


def saved(folder: Path, text: str) -> Path:
    path = folder / "c.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_five_minutes_are_summed_to_half_hours(tmp_path: Path) -> None:
    rows = [f"2030-01-{day:02} {8 + m // 60:02}:{m % 60:02},{m}" for day in (7, 8) for m in range(0, 60, 5)]
    calls = read_calls(saved(tmp_path, "t,count\n" + "\n".join(rows)))
    assert (calls.first, calls.minutes) == (date(2030, 1, 7), 30)
    assert calls.counts[1, 16:18].tolist() == [75, 255]
    assert np.isnan(np.delete(calls.counts, [16, 17], axis=1)).all()


def test_a_half_hour_with_a_reading_left_out_or_empty_is_unknown(tmp_path: Path) -> None:
    rows = [
        f"2030-01-{day:02}T08:{m:02},{'' if (day, m) == (8, 45) else 1}"
        for day in range(7, 12)
        for m in (0, 15, 30, 45)
    ]
    rows.remove("2030-01-07T08:15,1")
    calls = read_calls(saved(tmp_path, "t,count\n" + "\n".join(rows)))
    assert np.isnan(calls.counts[0, 16])
    assert calls.counts[0, 17] == 2
    assert np.isnan(calls.counts[1, 17])


def test_hours_stay_hours_and_twenty_minutes_become_hours(tmp_path: Path) -> None:
    hourly = read_calls(saved(tmp_path, "Date,Hour Calls\n2030-01-07 08:00,3\n2030-01-07 09:00,4\n"))
    assert (hourly.minutes, hourly.counts[0, 8:10].tolist()) == (60, [3, 4])
    thirds = read_calls(saved(tmp_path, "t,count\n2030-01-07 08:00,3\n2030-01-07 08:20,4\n2030-01-07 08:40,5\n"))
    assert (thirds.minutes, thirds.counts[0, 8]) == (60, 12)


def test_single_calls_are_counted_and_silence_between_them_is_zero(tmp_path: Path) -> None:
    calls = read_calls(
        saved(tmp_path, "t\n2030-01-07 08:01:07\n2030-01-07 08:29\n2030-01-08 09:00\n2030-01-07 08:01:07\n")
    )
    assert calls.counts[0, 16] == 3
    assert calls.counts[0, 17] == 0
    assert np.isnan(calls.counts[0, :16]).all()
    assert np.isnan(calls.counts[1, 19:]).all()


def test_an_offset_from_utc_is_kept(tmp_path: Path) -> None:
    calls = read_calls(saved(tmp_path, "t,count\n2030-01-07T08:00+08:00,3\n2030-01-07T08:30+08:00,3\n"))
    assert str(calls.zone) == "UTC+08:00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the table is empty"),
        ("2030-01-07 08:00,1\n2030-01-07 08:30,1\n", "row 1: .* is no header"),
        ("t,count\n", "a header and no rows"),
        ("t,count\n2030-01-07 08:00,1\nyesterday,2\n", "row 3, column t: 'yesterday' is not a time"),
        (
            "t,count\n2030-01-07 08:00,1\n2030-01-07 08:30,many\n",
            "row 3, column count: 'many' is not a number of calls",
        ),
        ("t,count\n2030-01-07 08:00,-1\n", "row 2, column count: '-1' is not"),
        ("t,count\n2030-01-07 08:00,1.5\n", "row 2, column count: '1.5' is not"),
        ("t,count\n2030-01-07 08:00,nan\n", "row 2, column count: 'nan' is not"),
        ("t,count\n2030-01-07 08:00,1\n2030-01-07 08:30,1\n2030-01-07 08:00,1\n", "row 4, column t: .* stands twice"),
        (
            "t,count\n2030-01-07 08:00,1\n2030-01-07 08:30,1\n2030-01-07 09:07,1\n2030-01-07 09:37,1\n",
            "row 4, column t: .* off the grid",
        ),
        ("t,count\n2030-01-07,1\n2030-01-08,1\n", "1440 minutes apart"),
        ("t,count\n2030-01-07 08:00,1\n2030-01-07 08:07,1\n", "7 minutes apart"),
        ("t,district,channel\n2030-01-07 08:00,1,2\n", "name the column of counts"),
        ("t,count\n2030-01-07T08:00+08:00,1\n2030-01-07T08:30+09:00,1\n", "row 3, column t: .* another offset"),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        read_calls(saved(tmp_path, text))
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        read_calls(tmp_path / "none.csv")


def test_a_horizon_is_a_number_of_days() -> None:
    assert horizon_days("14d") == horizon_days("14") == 14
    for wrong in ("0d", "2w", "-1d", "367d", ""):
        with pytest.raises(ValueError, match="write it as 14d"):
            horizon_days(wrong)


def test_calls_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="48 half-hours"):
        Calls(date(2030, 1, 7), 30, np.zeros((3, 24)))
