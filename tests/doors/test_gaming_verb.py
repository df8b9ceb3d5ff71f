"""`minsheng gaming` at the command line: a month's signs, the leads that stand, how many re-calls answer."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from minsheng.account.gaming import Beside
from minsheng.account.gaming.chances import Chances
from minsheng.account.gaming.report import Days
from minsheng.doors.cli import gaming as verbs
from minsheng.doors.cli.main import main
from minsheng.ground import present
from minsheng.ground.city import load_pack
from support.city import CITY
from support.lake import begin, event, order, part

Line = Callable[..., int]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Line:
    """The command line in a house whose lake holds a month of twenty units, of which u07 has orders excluded."""
    monkeypatch.setattr(verbs, "house", lambda _data: nullcontext())
    monkeypatch.setattr(present, "city", lambda: load_pack(CITY))
    month(tmp_path / "lake")
    return lambda *words: main(["gaming", "--data", str(tmp_path), *words])


def month(folder: Path) -> None:
    """Orders of March, one in ten said to be unresolved."""
    chance, rows, events = Random(1), [], []
    for number in range(1, 2001):
        unit, received = f"u{number % 20:02d}", datetime(2026, 3, 1 + number % 25, 4, tzinfo=UTC)
        rows.append(
            order(
                number, received.date(), received_at=received, closed_at=received + timedelta(days=2), unit=unit,
                category="010101", category2="010100", kind="complaint", place=f"p{number}", calls=1,
                excluded=chance.random() < (0.3 if unit == "u07" else 0.02),
            )
        )  # fmt: skip
        answer = "no" if number % 10 == 0 else "yes"
        events.append({**event(number, 2, received.date(), "called_back"), "reached": "yes", "yes": answer})
    begin(folder)
    part(folder, orders=rows, events=events)


def test_a_month_is_written_with_one_row_a_sign_and_unit_and_the_lead_that_stands_is_told(
    line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "g.csv"
    assert line("--period", "2026-03", "--out", str(out)) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["unit", "sign", "value", "expected_low", "expected_high", "p"]
    (excluded,) = [row for row in rows if row["sign"] == "exclusion" and row["unit"] == "u07"]
    assert float(excluded["value"]) > float(excluded["expected_high"])
    assert float(excluded["p"]) < 0.001
    told = capsys.readouterr().out
    assert "线索，不是结论 · a sign opens an inquiry, never a verdict" in told
    assert "2 leads stand" in told
    assert "u07  exclusion (剔除: orders whose exclusion the unit asked for)" in told
    assert "AY0000" in told
    assert "nothing to go on for:" in told


def test_re_calls_are_sized_for_what_was_recorded_or_for_the_question_asked(
    line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--period", "2026-03", "--out", str(tmp_path / "g.csv"))
    assert line(*asked) == 0
    assert "call-backs recorded resolved: 1800 of 2000 = 90.0%" in capsys.readouterr().out
    assert line(*asked, "--claimed", "0.92", "--suspected", "0.85") == 0
    assert "re-call 320 requesters drawn at random to tell 92.0% from 85.0%" in capsys.readouterr().out


def test_what_is_brought_beside_is_a_sign_too(line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought = tmp_path / "beside"
    brought.mkdir()
    views = [f"u{n % 20:02d},AY{n:06d},{'no' if n % 20 == 3 and n % 3 == 0 else 'yes'}" for n in range(1, 2001)]
    (brought / "views.csv").write_text("\n".join(["unit,order,has_part", *views]), "utf-8")
    assert line("--period", "2026-03", "--out", str(tmp_path / "g.csv"), "--beside", str(brought)) == 0
    assert "u03  viewed_by_others" in capsys.readouterr().out


def test_what_is_brought_beside_of_months_before_lies_in_their_folders(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}

    def told(_lake: object, _city: object, days: Days, beside: Beside | None) -> dict[str, Chances]:
        seen[f"{days[0]:%Y-%m}"] = len(beside.views) if beside else -1
        return {}

    monkeypatch.setattr("minsheng.account.gaming.told_of_period", told)
    brought = tmp_path / "beside"
    (brought / "2026-02").mkdir(parents=True)
    for folder in (brought, brought / "2026-02"):
        (folder / "views.csv").write_text("unit,order,has_part\nu01,AY000001,yes\n", "utf-8")
    assert line("--period", "2026-03", "--out", str(tmp_path / "g.csv"), "--beside", str(brought)) == 0
    assert (seen["2026-02"], seen["2026-01"]) == (1, -1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--period 2026-13", "is no month: write YYYY-MM"),
        ("--period 2026-03 --beside HERE", "is no list that a sign rests on"),
        ("--period 2026-03 --out HERE/g.csv --claimed 0.8 --suspected 0.9", "a lower suspected one"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    (tmp_path / "strange.csv").write_text("x\n", "utf-8")
    assert line(*words.replace("HERE", str(tmp_path)).split()) == 2
    assert sentence in capsys.readouterr().err
