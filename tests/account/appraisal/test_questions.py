"""Counts of the appraisal: right against counting by hand in a small lake."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from minsheng.account.appraisal import questions
from minsheng.ground.lake import Lake
from minsheng.ground.lake.engines import ENGINES, text
from support.lake import Row, begin, event, order, part

DAY, END = date(2026, 3, 1), date(2026, 4, 1)
ASOF = datetime(2026, 6, 1, tzinfo=UTC)
HERE = {"place": "p", "area": "a", "category": "010101", "category2": "010100", "unit": "u", "kind": "complaint"}


def at(days: float) -> datetime:
    """Noon of the month's first day, so many days later."""
    return datetime(2026, 3, 1, 4, tzinfo=UTC) + timedelta(days=days)


def one(number: int, days: float, **given: object) -> Row:
    """An order received `days` after the first."""
    return order(number, at(days).date(), **{**HERE, "received_at": at(days), **given})


def asked(folder: Path, rows: list[Row], events: list[Row] = [], by: questions.Tier = "lead") -> list[Row]:  # noqa: B006
    """The rows of `counts` for March."""
    begin(folder)
    part(folder, orders=rows, events=events)
    lake = Lake(folder)
    found: list[Row] = lake.ask(questions.counts(DAY, END, ASOF, by)).to_pylist()
    lake.close()
    return found


def total(rows: list[Row], name: str) -> int:
    return sum(row[name] for row in rows)


def test_a_second_word_on_a_trouble_within_thirty_days_follows_and_a_later_one_does_not(tmp_path: Path) -> None:
    rows = asked(tmp_path, [one(1, 0), one(2, 29), one(3, 30.5, place="q"), one(4, 3, place=""), one(5, 4, place="")])
    assert {row["follows"]: row["n"] for row in rows} == {True: 1, False: 4}


def test_a_trouble_of_the_month_before_is_remembered(tmp_path: Path) -> None:
    rows = asked(tmp_path, [one(1, -10), one(2, 5)])
    assert [(row["follows"], row["n"]) for row in rows] == [(True, 1)]


def test_an_inquiry_is_no_word_on_a_trouble(tmp_path: Path) -> None:
    rows = asked(tmp_path, [one(1, 0, kind="inquiry"), one(2, 1, kind="inquiry")])
    assert total(rows, "in_company") == 0
    assert not any(row["follows"] for row in rows)


def test_company_is_an_order_of_the_same_category_before_or_after(tmp_path: Path) -> None:
    rows = asked(tmp_path, [one(1, 0), one(2, 20), one(3, 2, category="010102")])
    assert total(rows, "in_company") == 2


@pytest.mark.parametrize(("days", "repeats"), [(4, 0), (6, 1), (34, 1), (36, 0)])
def test_an_order_is_repeated_when_another_comes_within_thirty_days_of_its_closing(
    tmp_path: Path, days: float, repeats: int
) -> None:
    rows = asked(tmp_path, [one(1, 0, closed_at=at(5)), one(2, days)])
    assert (total(rows, "repeated"), total(rows, "repeat_n")) == (repeats, 1)


def test_an_order_that_came_before_the_closing_does_not_hide_the_repeat_after_it(tmp_path: Path) -> None:
    rows = asked(tmp_path, [one(1, 0, closed_at=at(5)), one(2, 4), one(3, 7)])
    assert total(rows, "repeated") == 1


def test_an_order_closed_less_than_thirty_days_ago_is_not_judged_for_repeats(tmp_path: Path) -> None:
    rows = asked(tmp_path, [one(1, 30, closed_at=ASOF - timedelta(days=29))])
    assert total(rows, "repeat_n") == 0


def test_an_answer_in_time_counts_and_an_overdue_silence_is_judged(tmp_path: Path) -> None:
    due = at(5)
    rows = asked(
        tmp_path,
        [
            one(1, 0, due=due, first_replied_at=due),
            one(2, 0, due=due, first_replied_at=due + timedelta(seconds=1)),
            one(3, 0, due=due),
            one(4, 0, due=ASOF + timedelta(days=1)),
            one(5, 0),
        ],
    )
    assert (total(rows, "on_time"), total(rows, "judged")) == (1, 3)


def test_resolved_at_first_takes_a_yes_without_a_second_handling(tmp_path: Path) -> None:
    rows = asked(
        tmp_path,
        [one(1, 0, resolved="yes"), one(2, 0, resolved="yes", reworks=1), one(3, 0, resolved="no"), one(4, 0, calls=3)],
    )
    sums = {name: total(rows, name) for name in ("asked", "resolved", "first_resolved", "unreached")}
    assert sums == {"asked": 3, "resolved": 2, "first_resolved": 1, "unreached": 1}


def test_the_first_reason_that_holds_says_why_an_order_is_left_out(tmp_path: Path) -> None:
    rows = asked(
        tmp_path,
        [one(1, 0, excluded=True, parked=True), one(2, 0, merged_into="x"), one(3, 0, closing="withdrawn"), one(4, 0)],
    )
    assert {row["left_out"] for row in rows} == {"excluded", "merged", "withdrawn", ""}


def test_orders_of_other_months_and_of_no_unit_are_not_counted(tmp_path: Path) -> None:
    assert total(asked(tmp_path, [one(1, -1), one(2, 31), one(3, 1, unit=""), one(4, 2)]), "n") == 1


def test_a_handler_answers_for_what_was_last_passed_down_to_it(tmp_path: Path) -> None:
    down = [{**event(1, seq, DAY, "passed_down"), "to_unit": to} for seq, to in ((2, "first"), (5, "last"))]
    rows = asked(tmp_path, [one(1, 0), one(2, 0)], down, by="handler")
    assert {row["unit"]: row["n"] for row in rows} == {"last": 1, "u": 1}


def test_units_asking_to_be_rid_of_orders_are_counted_by_order(tmp_path: Path) -> None:
    begin(tmp_path)
    events = [{**event(1, seq, DAY, "return_asked"), "unit": "u"} for seq in (1, 2)]
    part(tmp_path, events=[*events, {**event(2, 1, END, "return_asked"), "unit": "u"}])
    lake = Lake(tmp_path)
    assert lake.ask(questions.asked_for(DAY, END)).to_pylist() == [
        {"unit": "u", "name": "return_asked", "n": 2, "orders": 1}
    ]
    lake.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_has_words_for_the_questions(engine: str) -> None:
    assert "SELECT" in text(questions.counts(DAY, END, ASOF, "handler"), engine)
    assert "SELECT" in text(questions.asked_for(DAY, END), engine)
