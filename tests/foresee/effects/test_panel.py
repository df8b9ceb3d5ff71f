"""Panels as people have them, and what is refused with the reason."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from minsheng.foresee.effects import Panel, Unusable, effect_of_tables, panel_of, read_panel, read_units

FIRST = date(2030, 1, 7)


def saved(path: Path, days: int, step: int = 1, units: int = 8, count: Callable[[int, int], int] | None = None) -> Path:
    lines = [
        f"u{unit},{FIRST + timedelta(days=step * t)},{count(unit, t) if count else 1}"
        for unit in range(units)
        for t in range(days)
    ]
    path.write_text("unit,t,count\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_days_become_whole_weeks_from_the_day_of_the_action_on(tmp_path: Path) -> None:
    begin = FIRST + timedelta(days=30 * 7 + 3)
    panel = read_panel(saved(tmp_path / "p.csv", 40 * 7), ("u1",), begin)
    assert (panel.start, panel.after) == (30, 9)
    assert panel.periods[panel.start] == begin.isoformat()
    assert np.all(panel.counts == 7)


def test_an_action_in_the_middle_of_a_week_is_seen_from_the_next_week_on(tmp_path: Path) -> None:
    table = saved(tmp_path / "p.csv", 40, step=7)
    assert read_panel(table, ("u1",), FIRST + timedelta(days=7 * 30)).start == 30
    assert read_panel(table, ("u1",), FIRST + timedelta(days=7 * 30 - 2)).start == 30


def test_months_stay_months(tmp_path: Path) -> None:
    months = [date(2030 + m // 12, m % 12 + 1, 1) for m in range(30)]
    path = tmp_path / "p.csv"
    path.write_text("unit,t,count\n" + "".join(f"u{u},{m},3\n" for u in range(8) for m in months), encoding="utf-8")
    panel = read_panel(path, ("u0",), "2032-01-01")
    assert (panel.start, panel.after, panel.a_year) == (24, 6, 12)


def test_period_numbers_are_weeks_and_rows_left_out_are_zero(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = [f"u{u},{t},2" for u in range(8) for t in range(40) if (u, t) != (0, 5)]
    path.write_text("unit,t,count\n" + "\n".join(rows), encoding="utf-8")
    panel = read_panel(path, ("u0",), "30")
    assert panel.counts[0, 5] == 0
    assert panel.counts[0, 6] == 2
    assert panel.start == 30


def test_units_are_read_with_or_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "u.txt"
    path.write_text("unit\n占道经营|沚桥\nu 2\n\n", encoding="utf-8")
    assert read_units(path) == ("占道经营|沚桥", "u 2")
    path.write_text("u1\nu1\n", encoding="utf-8")
    with pytest.raises(Unusable, match="more than once"):
        read_units(path)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(Unusable, match="names no unit"):
        read_units(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit,t,count\n", "has no rows"),
        ("unit,when,count\nu,1,1\n", "has no column t"),
        ("unit,t,count\nu,2030-01-07,-1\n", "row 2, column count: '-1' is no count"),
        ("unit,t,count\nu,2030-01-07,1.5\n", "row 2, column count"),
        ("unit,t,count\nu,soon,1\n", "row 2, column t: 'soon'"),
        ("unit,t,count\n,2030-01-07,1\n", "row 2, column unit: it is empty"),
        ("unit,t,count\nu,2030-01-07,1\nu,2030-01-07,1\n", "row 3: 'u' already has a count"),
        ("unit,t,count\nu,2030-01-07,1\nu,3,1\n", "row 3, column t: .* mixed"),
        ("unit,t,count\nu,2030-01-07,1\nu,2030-01-10,1\nu,2030-02-10,1\n", "no step of a day, a week or a month"),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_column(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable, match=said) as refusal:
        read_panel(path, ("u",), "2030-01-09")
    assert "\n" not in str(refusal.value)


def test_an_action_outside_the_panel_and_treated_units_that_are_missing_are_refused(tmp_path: Path) -> None:
    table = saved(tmp_path / "p.csv", 280)
    for begin in (FIRST, FIRST + timedelta(days=400)):
        with pytest.raises(Unusable, match="outside the panel, which runs from 2030-01-07"):
            read_panel(table, ("u1",), begin)
    with pytest.raises(Unusable, match="1 of 2 treated units are not in the panel, the first 'nowhere'"):
        read_panel(table, ("u1", "nowhere"), FIRST + timedelta(days=210))
    with pytest.raises(Unusable, match="no ISO date"):
        read_panel(table, ("u1",), "last spring")


def grid(units: int, weeks: int, each: float) -> tuple[tuple[str, ...], np.ndarray]:
    return tuple(f"u{i}" for i in range(units)), np.full((units, weeks), each)


def test_without_usable_controls_it_refuses_and_says_why() -> None:
    names, counts = grid(8, 60, 3.0)
    with pytest.raises(Unusable, match=r"0 usable controls .* add units like the treated"):
        panel_of(names, counts, names, 40)
    counts[2:] = 0.0
    with pytest.raises(Unusable, match="0 usable controls"):
        panel_of(names, counts, names[:2], 40)


def test_too_short_a_past_too_few_counts_and_no_time_after_are_refused() -> None:
    names, counts = grid(10, 60, 3.0)
    with pytest.raises(Unusable, match="Only 12 periods lie before the action and 26 are needed"):
        panel_of(names, counts, names[:2], 12)
    with pytest.raises(Unusable, match="wait until"):
        panel_of(names, counts, names[:2], 59)
    counts[:2] = 0.0
    counts[0, 4] = 6.0
    with pytest.raises(Unusable, match="count 6 requests before the action, too few"):
        panel_of(names, counts, names[:2], 40)
    names, counts = grid(10, 60, 3.0)
    counts[2:, 40:] = 0.0
    with pytest.raises(Unusable, match="The controls count 0 requests after the action"):
        panel_of(names, counts, names[:2], 40)


def test_controls_that_never_counted_are_left_out_by_name() -> None:
    names, counts = grid(10, 60, 3.0)
    counts[9, :40] = 0.0
    panel = panel_of(names, counts, names[:2], 40)
    assert len(panel.units) == 9
    assert panel.left_out == ("u9: no request before the action",)


def test_an_answer_is_written_with_both_sides_and_the_reason(places: Callable[..., Panel], tmp_path: Path) -> None:
    panel = places(7, true=-0.3)
    table, acted, out = tmp_path / "p.csv", tmp_path / "u.txt", tmp_path / "e.json"
    rows = (
        f"{unit},{FIRST + timedelta(weeks=week)},{int(panel.counts[i, week])}"
        for i, unit in enumerate(panel.units)
        for week in range(panel.counts.shape[1])
    )
    table.write_text("unit,t,count\n" + "\n".join(rows), encoding="utf-8")
    acted.write_text("\n".join(unit for unit, t in zip(panel.units, panel.treated, strict=True) if t), encoding="utf-8")
    begin = FIRST + timedelta(weeks=panel.start)
    effect_of_tables(table, acted, begin, out)
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["low"] < told["estimate_pct"] < told["high"] < 0
    assert told["estimate_pct"] == pytest.approx(100 * (told["happened"] / told["expected"] - 1))
    assert told["happened"] == panel.counts[panel.treated, panel.start :].sum()
    assert (told["treated"], told["controls"]) == (8, 32)
    assert told["periods"]["after"] == [begin.isoformat(), (FIRST + timedelta(weeks=103)).isoformat(), 26]
    assert told["parts_pct"]["regression_to_the_mean"] < -5
    assert told["choice"]["chosen_because_bad"]
    assert told["placebo_p"] <= 0.05
    assert any("regression to the mean" in sentence for sentence in told["why_naive_differs"]["en"])
    assert any("均值回归" in sentence for sentence in told["why_naive_differs"]["zh"])
    assert {each["method"] for each in told["companions"]} == {
        "synthetic difference-in-differences",
        "interrupted time series",
    }
    assert told["placebo_in_time"]
    again = tmp_path / "again.json"
    effect_of_tables(table, acted, begin.isoformat(), again)
    assert again.read_bytes() == out.read_bytes()
