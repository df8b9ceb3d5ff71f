"""Tables of counts: gaps, dates, order of rows, and what a wrong table is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minsheng.foresee.signals.panel import read_counts


def table(folder: Path, text: str) -> Path:
    path = folder / "counts.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_missing_periods_after_the_first_row_of_a_series_are_zero(tmp_path: Path) -> None:
    panel = read_counts(table(tmp_path, "series,t,count\na,3,0\na,6,2\nb,3,1\nb,8,4\n"))
    assert panel.periods == ("3", "4", "5", "6", "7", "8")
    assert panel.counts.tolist() == [[0, 0, 0, 2, 0, 0], [1, 0, 0, 0, 0, 4]]


def test_a_late_series_counts_from_the_period_after_its_first_requests(tmp_path: Path) -> None:
    panel = read_counts(table(tmp_path, "series,t,count\na,0,5\nb,2,1\nc,2,0\na,4,5\n"))
    assert panel.since.tolist() == [0, 3, 2]


def test_dates_of_one_weekday_are_the_same_weeks_as_numbers(tmp_path: Path) -> None:
    dated = read_counts(table(tmp_path, "series,t,count\na,2026-01-07,1\na,2026-01-21,2\n"))
    numbered = read_counts(table(tmp_path, "series,t,count\na,0,1\na,2,2\n"))
    assert dated.periods == ("2026-01-07", "2026-01-14", "2026-01-21")
    assert np.array_equal(dated.counts, numbered.counts)


def test_dates_of_all_weekdays_are_added_up_from_monday(tmp_path: Path) -> None:
    text = "series,t,count\n" + "".join(f"a,2026-01-{day:02},1\n" for day in range(5, 19))
    panel = read_counts(table(tmp_path, text), "week")
    assert panel.periods == ("2026-01-05", "2026-01-12")
    assert panel.counts.tolist() == [[7, 7]]


def test_days_are_counted_through_the_end_of_a_month(tmp_path: Path) -> None:
    panel = read_counts(table(tmp_path, "series,t,count\na,2026-02-27,1\na,2026-03-01,1\n"), "day")
    assert panel.periods == ("2026-02-27", "2026-02-28", "2026-03-01")


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    one = read_counts(table(tmp_path, "series,t,count\n窨井,0,1\n停车,0,2\n停车,1,3\n"))
    other = read_counts(table(tmp_path, "count,t,series\n3,1,停车\n1,0,窨井\n2,0,停车\n"))
    assert one.names == other.names
    assert np.array_equal(one.counts, other.counts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("series,t,count\na,0,1\na,1,-2\n", r"row 3, column count: '-2' is not a count"),
        ("series,t,count\na,0,1\na,1,2.5\n", r"row 3, column count: '2.5' is not a count"),
        ("series,t,count\na,0,\n", r"row 2, column count: '' is not a count"),
        ("series,t,count\na,0,1\na,1,9999999999\n", r"row 3, column count"),
        ("series,t,count\na,2026-01-05,1\na,2026-13-01,1\n", r"row 3, column t: '2026-13-01' is not a date"),
        ("series,t,count\na,2026-01-05,1\na,7,1\n", r"row 3, column t: '7' is not a date"),
        ("series,t,count\na,0,1\n,1,1\n", r"row 3, column series: it is empty"),
        ("series,t,count\na,0,1\nb,0,1\na,0,2\n", r"row 4, column t: 'a' already has a count for 0"),
        ("series,when,count\na,0,1\n", "series,t,count"),
        ("series,t,count\n", "no rows"),
    ],
)
def test_a_wrong_table_is_told_row_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_counts(table(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such file"):
        read_counts(tmp_path / "none.csv")
