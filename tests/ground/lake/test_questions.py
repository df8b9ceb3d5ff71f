"""Questions of the lake: right against counting by hand, and the same text on each engine as when it was last read."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from minsheng.ground.lake import Lake, questions
from minsheng.ground.lake.engines import CLICKHOUSE, DUCKDB, ENGINES, SPARK, text
from support.lake import ASOF, END, MONDAY, QUESTIONS, Row, folded, made_up

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def orders() -> list[Row]:
    return made_up(Random(1))


@pytest.fixture(scope="module")
def lake(orders: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("lake")
    folded(folder, orders)
    return Lake(folder)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_text_of_a_question_is_the_one_that_was_read(name: str, engine: str) -> None:
    """A change here is to be read and run on that engine (`pytest -m engines`) before the file is renewed."""
    assert text(QUESTIONS[name], engine) + "\n" == (GOLDEN / engine / f"{name}.sql").read_text("utf-8")


def test_the_cube_counts_as_one_counts_by_hand(lake: Lake, orders: list[Row]) -> None:
    expected: dict[tuple[int, str, str], Counter[str]] = {}
    for o in orders:
        month = o["day"].year * 100 + o["day"].month
        cell = expected.setdefault((month, o["category"], o["unit"]), Counter())
        done = o["first_replied_at"] or o["closed_at"]
        cell["n"] += 1
        cell["excluded"] += o["excluded"]
        cell["due_n"] += bool(o["due"] and (done or o["due"] < ASOF))
        cell["overdue"] += bool(o["due"] and (done or ASOF) > o["due"])
        cell["asked"] += o["resolved"] != ""
        cell["resolved"] += o["resolved"] == "yes"
        cell["reworked"] += o["reworks"] > 0
        cell["open"] += o["closed_at"] is None
    found = lake.ask(QUESTIONS["cube"]).to_pylist()
    assert len(found) == len(expected)
    for row in found:
        cell = expected[row["month"], row["category"], row["unit"]]
        assert {name: row[name] for name in row if name not in ("month", "category", "unit")} == {
            name: cell[name] for name in row if name not in ("month", "category", "unit")
        }


def test_an_order_is_overdue_from_its_due_date_on_while_nobody_has_replied(lake: Lake, orders: list[Row]) -> None:
    waiting = [o for o in orders if o["due"] and not o["first_replied_at"] and not o["closed_at"]]
    for asof in (ASOF, ASOF + timedelta(days=60)):
        found = lake.ask(questions.cube(MONDAY, END, asof))
        settled = sum(bool(o["first_replied_at"] and o["first_replied_at"] > o["due"]) for o in orders if o["due"])
        late = settled + sum(asof > o["due"] for o in waiting)
        assert sum(found["overdue"].to_pylist()) == late


def test_days_belong_to_the_span_from_its_first_to_before_its_last(lake: Lake, orders: list[Row]) -> None:
    since, until = MONDAY + timedelta(days=10), MONDAY + timedelta(days=30)
    found = lake.ask(questions.daily_counts((), since, until))
    expected = Counter(o["day"] for o in orders if since <= o["day"] < until)
    assert dict(zip(found["day"].to_pylist(), found["n"].to_pylist(), strict=True)) == expected


def test_the_orders_behind_a_series_are_those_that_it_counted(lake: Lake, orders: list[Row]) -> None:
    found = lake.ask(QUESTIONS["orders_behind"])
    expected = [o for o in orders if o["category"] == "010101" and o["county"] == "410501"]
    newest_first = sorted(expected, key=lambda o: (o["received_at"], o["order_id"]), reverse=True)
    assert found["order_id"].to_pylist() == [o["order_id"] for o in newest_first]


def test_places_with_most_requests_come_first_and_unknown_ones_not_at_all(lake: Lake, orders: list[Row]) -> None:
    expected = Counter((o["county"], o["place"]) for o in orders if o["place"])
    found = lake.ask(QUESTIONS["places"]).to_pylist()
    counts = [row["n"] for row in found]
    assert counts == sorted(counts, reverse=True)
    assert {(row["county"], row["place"]): row["n"] for row in found} == {k: n for k, n in expected.items() if n >= 3}


def test_a_level_that_orders_do_not_have_is_refused_with_those_that_they_have() -> None:
    with pytest.raises(ValueError, match=r"phone_number.*township"):
        questions.weekly_counts(("phone_number",), MONDAY, END)
    with pytest.raises(ValueError, match="order_id"):
        questions.daily_counts(("unit",), MONDAY, END, {"order_id": "1"})


def test_a_week_begins_on_the_day_that_was_given(lake: Lake, orders: list[Row]) -> None:
    first = date(2025, 1, 8)
    found = lake.ask(questions.weekly_counts((), first, END))
    expected = Counter((o["day"] - first).days // 7 for o in orders if o["day"] >= first)
    assert dict(zip(found["week"].to_pylist(), found["n"].to_pylist(), strict=True)) == expected


def test_engines_are_asked_without_tables_of_time_zones() -> None:
    for name in (DUCKDB, CLICKHOUSE, SPARK):
        assert "2025-05-20 04:30:00+00:00" in text(QUESTIONS["cube"], name)
