"""The analyst's verb on plain tables: columns as promised, mistakes in one sentence."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from minsheng.doors.cli.main import main


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_signals_are_written_for_the_last_periods_and_a_jump_alarms(tmp_path: Path, capsys) -> None:
    counts, out = tmp_path / "c.csv", tmp_path / "a.csv"
    lines = [f"s{s},{t},{(s + t) % 3 + (14 if (s, t) == (3, 119) else 0)}" for s in range(8) for t in range(120)]
    counts.write_text("\n".join(["series,t,count", *lines]), "utf-8")
    assert main(["foresee", "signals", "--counts", str(counts), "--out", str(out)]) == 0
    found = rows(out)
    assert list(found[0]) == ["series", "t", "score", "expected", "limit", "p_gt", "p_ge", "alarm"]
    assert len(found) == 8 * 49
    assert [(r["series"], r["t"]) for r in found if r["alarm"] == "1"] == [("s3", "119")]
    assert "1 alarms of 392" in capsys.readouterr().out


def test_a_cluster_is_found_where_and_when_it_was_planted(tmp_path: Path) -> None:
    places, cases, out = tmp_path / "p.csv", tmp_path / "k.csv", tmp_path / "o.csv"
    grid = [(f"p{x}{y}", x, y) for x in range(5) for y in range(5)]
    places.write_text("place,x,y\n" + "\n".join(f"{n},{x},{y}" for n, x, y in grid), "utf-8")
    usual = [f"{n},2026-10-{d:02d},1" for n, _, _ in grid for d in range(1, 31)]
    cases.write_text("\n".join(["place,t,count", *usual, "p22,2026-10-29,9", "p22,2026-10-30,9"]), "utf-8")
    argv = ["foresee", "clusters", "--cases", str(cases), "--places", str(places), "--asof", "2026-10-30"]
    assert main([*argv, "--replicates", "99", "--out", str(out)]) == 0
    best = rows(out)[0]
    assert (best["centre"], best["from"], best["to"]) == ("p22", "2026-10-29", "2026-10-30")
    assert float(best["p"]) < 0.02


def test_calls_are_forecast_by_the_half_hour(tmp_path: Path) -> None:
    calls, out = tmp_path / "c.csv", tmp_path / "f.csv"
    lines = [
        f"2026-{m:02d}-{d:02d}T{h:02d}:{x:02d}:00,{20 + 10 * (8 <= h < 12)}"
        for m in (9, 10)
        for d in range(1, 31)
        for h in range(24)
        for x in (0, 30)
    ]
    calls.write_text("\n".join(["t,count", *lines]), "utf-8")
    assert main(["foresee", "forecast", "--calls", str(calls), "--horizon", "2d", "--out", str(out)]) == 0
    found = rows(out)
    assert list(found[0]) == ["t", "mean", "lo80", "hi80", "lo95", "hi95"]
    assert len(found) == 96
    assert found[0]["t"].startswith("2026-10-31")
    assert float(found[20]["mean"]) > float(found[0]["mean"]) + 5


def test_what_comes_back_every_summer_is_listed_with_its_weeks(tmp_path: Path, capsys) -> None:
    counts, out = tmp_path / "c.csv", tmp_path / "s.csv"
    rng = np.random.default_rng(4)
    lines = ["series,t,count"]
    for week in range(3 * 52):
        day = date(2023, 3, 6) + timedelta(weeks=week)
        for s in range(40):
            rate = 4.0 if s == 7 and day.month in (6, 7, 8) else 0.4
            lines.append(f"s{s},{day.isoformat()},{rng.poisson(rate)}")
    counts.write_text("\n".join(lines), "utf-8")
    argv = ["foresee", "seasons", "--counts", str(counts), "--asof", "2026-03-02", "--out", str(out)]
    assert main([*argv, "--least", "0.5"]) == 0
    found = rows(out)
    assert list(found[0]) == ["series", "from_week", "to_week", "probability"]
    assert {r["series"] for r in found} == {"s7"}
    assert "2026-W20" <= found[0]["from_week"] <= "2026-W26"
    assert "likelier than not" in capsys.readouterr().out


@pytest.mark.parametrize("tool", ["signals", "forecast"])
def test_a_table_that_cannot_be_used_is_one_sentence_and_code_2(tmp_path: Path, tool: str, capsys) -> None:
    table = tmp_path / "wrong.csv"
    table.write_text("a,b\n1,2\n", "utf-8")
    given = "--counts" if tool == "signals" else "--calls"
    assert main(["foresee", tool, given, str(table), "--out", str(tmp_path / "o.csv")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("minsheng: ")
    assert said.count("\n") == 1


def test_an_effect_is_estimated_with_its_interval_beside_the_naive_figure(tmp_path: Path, capsys) -> None:
    panel, treated, out = tmp_path / "p.csv", tmp_path / "t.txt", tmp_path / "e.json"
    rng = np.random.default_rng(0)
    lines = [f"u{u},{t},{rng.poisson(20 * (0.7 if u < 6 and t >= 60 else 1))}" for u in range(30) for t in range(80)]
    panel.write_text("\n".join(["unit,t,count", *lines]), "utf-8")
    treated.write_text("unit\n" + "\n".join(f"u{u}" for u in range(6)), "utf-8")
    argv = ["foresee", "effect", "--panel", str(panel), "--units-treated", str(treated), "--out", str(out)]
    assert main([*argv, "--from", "60"]) == 0
    found = json.loads(out.read_text("utf-8"))
    assert {"estimate_pct", "low", "high", "naive_pct", "method", "placebo_p"} <= found.keys()
    assert found["low"] <= -30 <= found["high"] < 0
    treated.write_text("\n".join(f"u{u}" for u in range(28)), "utf-8")
    assert main([*argv, "--from", "60"]) == 2
    assert "usable controls" in capsys.readouterr().err
