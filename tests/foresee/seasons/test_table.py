"""Seasons from plain files: weeks, days, months and numbered periods say the same."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from minsheng.foresee.seasons import Return, returns, seasons_of_table

from .conftest import ASOF, Villages


def write(path: Path, rows: list[tuple[str, object, int]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("series", "t", "count"))
        out.writerows(rows)
    return path


def weekly(villages: Villages, label: object = None) -> list[tuple[str, object, int]]:
    return [
        (name, begin.isoformat() if label is None else number, int(villages.counts[i, number]))
        for i, name in enumerate(villages.names)
        for number, begin in enumerate(villages.begins)
        if villages.counts[i, number]
    ]


def named(found: list[Return]) -> set[str]:
    return {each.series for each in found if each.probability >= 0.5}


def test_a_table_of_weeks_says_what_its_matrix_says(villages: Villages, tmp_path: Path) -> None:
    table = write(tmp_path / "c.csv", weekly(villages))
    found = seasons_of_table(table, ASOF, tmp_path / "s.csv")
    assert found == returns(villages.names, villages.counts, villages.begins, ASOF)
    with (tmp_path / "s.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["series", "from_week", "to_week", "probability"]
    assert len(rows) == len(found)
    assert rows[0]["from_week"].startswith("2026-W2")


def test_numbered_weeks_say_the_same_once_the_first_day_is_given(villages: Villages, tmp_path: Path) -> None:
    table = write(tmp_path / "c.csv", weekly(villages, label="number"))
    found = seasons_of_table(table, ASOF, tmp_path / "s.csv", first=villages.begins[0])
    assert found == returns(villages.names, villages.counts, villages.begins, ASOF)


def test_numbered_weeks_end_on_the_day_of_asking_when_no_first_day_is_given(villages: Villages, tmp_path: Path) -> None:
    table = write(tmp_path / "c.csv", weekly(villages, label="number"))
    found = seasons_of_table(table, ASOF, tmp_path / "s.csv")
    weeks = [ASOF - timedelta(weeks=len(villages.begins) - k) for k in range(len(villages.begins))]
    assert found == returns(villages.names, villages.counts, weeks, ASOF)


def test_days_are_added_up_to_weeks(villages: Villages, tmp_path: Path) -> None:
    table = write(tmp_path / "c.csv", weekly(villages))
    found = seasons_of_table(table, ASOF, tmp_path / "s.csv", period="day")
    assert named(found) == {villages.names[i] for i in range(10)}


def test_counts_of_months_name_the_same_places(villages: Villages, tmp_path: Path) -> None:
    months: dict[tuple[str, date], int] = {}
    for i, name in enumerate(villages.names):
        for begin, count in zip(villages.begins, villages.counts[i].tolist(), strict=True):
            month = begin.replace(day=1)
            months[name, month] = months.get((name, month), 0) + count
    table = write(tmp_path / "c.csv", [(name, month.isoformat(), n) for (name, month), n in months.items()])
    found = seasons_of_table(table, ASOF, tmp_path / "s.csv")
    assert named(found) == {villages.names[i] for i in range(10)}


def test_a_table_that_is_not_there_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.csv: there is no such file"):
        seasons_of_table(tmp_path / "none.csv", ASOF, tmp_path / "s.csv")
