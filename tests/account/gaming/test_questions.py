"""What signs ask of the lake: right against counting by hand in a small lake, and the same text on each engine as when
it was last read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ibis.expr.types import Table

from minsheng.account.gaming import questions
from minsheng.ground.lake import Lake
from minsheng.ground.lake.engines import ENGINES, text
from support.lake import Row, begin, event, order, part

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"
QUESTIONS: dict[str, Table] = {
    "closed_orders": questions.closed_orders(SINCE, UNTIL),
    "repeats": questions.repeats(SINCE, UNTIL),
    "last_receipt": questions.last_receipt(),
}
HERE = {"place": "p", "category": "010101", "category2": "010100", "unit": "lead", "kind": "complaint"}


def at(days: float) -> datetime:
    """Noon of the month's second day, so many days later."""
    return datetime(2026, 3, 2, 4, tzinfo=UTC) + timedelta(days=days)


def one(number: int, days: float = 0, **given: object) -> Row:
    """An order received `days` after, closed two days later."""
    received = at(days)
    return order(number, received.date(), **{**HERE, "received_at": received, "closed_at": at(days + 2), **given})


def said(number: int, seq: int, days: float, name: str, **given: object) -> Row:
    """An event of the unit `mine`."""
    return {**event(number, seq, date(2026, 3, 2), name), "at": at(days), "unit": "mine", **given}


def asked(folder: Path, rows: list[Row], events: list[Row] = []) -> dict[str, dict[str, Any]]:  # noqa: B006
    """By number what `closed_orders` tells of March."""
    begin(folder)
    part(folder, orders=rows, events=events)
    lake = Lake(folder)
    found = {row["no"]: row for row in lake.ask(QUESTIONS["closed_orders"]).to_pylist()}
    lake.close()
    return found


def again(folder: Path, rows: list[Row]) -> list[int]:
    """The orders of March that `repeats` names."""
    begin(folder)
    part(folder, orders=rows)
    lake = Lake(folder)
    found: list[int] = sorted(lake.ask(QUESTIONS["repeats"])["order_id"].to_pylist())
    lake.close()
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_text_of_a_question_is_the_one_that_was_read(name: str, engine: str) -> None:
    """A change here is to be read and run on that engine (`pytest -m engines`) before the file is renewed."""
    assert text(QUESTIONS[name], engine) + "\n" == (GOLDEN / engine / f"{name}.sql").read_text("utf-8")


def test_an_order_belongs_to_the_month_of_its_closing_and_to_whoever_it_was_last_passed_down_to(tmp_path: Path) -> None:
    down = [said(1, seq, 0, "passed_down", to_unit=to) for seq, to in ((2, "first"), (5, "mine"))]
    found = asked(tmp_path, [one(1), one(2), one(3, 29), one(4, closed_at=None), one(5, unit="")], down)
    assert {no: (row["unit"], row["lead"]) for no, row in found.items()} == {
        "AY000001": ("mine", "lead"), "AY000002": ("lead", "lead"),
    }  # fmt: skip


def test_the_first_reply_is_that_of_the_unit_that_handles_it(tmp_path: Path) -> None:
    events = [
        said(1, 2, 0, "passed_down", to_unit="mine"),
        said(1, 3, 0.2, "replied", unit="lead", code="unfounded"),
        said(1, 4, 0.5, "replied", code="solved"),
        said(1, 5, 0.9, "replied", code="not_now"),
    ]
    row = asked(tmp_path, [one(1)], events)["AY000001"]
    assert (row["result"], row["replied_at"]) == ("solved", at(0.5))


def test_the_first_answer_counts_and_the_last_contact_before_it(tmp_path: Path) -> None:
    spoken = '{"contacted": true}'
    events = [
        said(1, 2, 0.1, "progressed", rest=spoken),
        said(1, 3, 0.2, "replied", rest=spoken),
        said(1, 4, 0.3, "called_back", reached="no"),
        said(1, 5, 0.5, "called_back", reached="yes", yes="no", rest='{"pressed": true}'),
        said(1, 6, 0.6, "progressed", rest=spoken),
        said(1, 7, 0.9, "called_back", reached="yes", yes="yes"),
    ]
    row = asked(tmp_path, [one(1)], events)["AY000001"]
    assert (row["answer"], row["told_at"], row["contact_at"]) == ("no", at(0.5), at(0.2))
    assert (row["reached"], row["pressed"]) == (True, True)


def test_what_the_net_rates_leave_out_is_excluded_merged_or_withdrawn(tmp_path: Path) -> None:
    rows = [one(1, excluded=True), one(2, merged_into="AY000004"), one(3, closing="withdrawn"), one(4)]
    found = asked(tmp_path, rows)
    assert [no for no, row in found.items() if row["left_out"]] == ["AY000001", "AY000002", "AY000003"]
    assert [no for no, row in found.items() if row["exclusion_asked"]] == ["AY000001"]


@pytest.mark.parametrize(
    ("other", "away"),
    [({}, False), ({"category2": "020100"}, True), ({"place": "q"}, True), ({"place": ""}, False)],
)
def test_an_order_is_merged_away_when_the_main_one_is_about_another_matter_or_place(
    tmp_path: Path, other: Row, away: bool
) -> None:
    found = asked(tmp_path, [one(1, merged_into="AY000002", unit="x"), one(2, **other)])
    assert found["AY000001"]["merged_away"] is away
    assert found["AY000001"]["unit"] == "lead"


def test_a_complaint_made_an_inquiry_is_told_from_an_inquiry_that_was_one(tmp_path: Path) -> None:
    events = [
        said(1, 2, 0, "reclassified", rest='{"kind": "inquiry", "kind_before": "complaint"}'),
        said(2, 2, 0, "reclassified", rest='{"kind": "complaint", "kind_before": "inquiry"}'),
        said(3, 2, 0, "exclusion_asked"),
    ]
    found = asked(tmp_path, [one(1, kind="inquiry"), one(2), one(3), one(4, kind="inquiry")], events)
    assert [no for no, row in found.items() if row["demoted"]] == ["AY000001"]
    assert [no for no, row in found.items() if row["complaint"]] == ["AY000001", "AY000002", "AY000003"]
    assert [no for no, row in found.items() if row["exclusion_asked"]] == ["AY000003"]


def test_an_order_split_into_the_same_matter_is_doubled_and_one_split_by_matter_is_not(tmp_path: Path) -> None:
    events = [
        said(3, 1, 0, "received", rest='{"split_from": "AY000001"}'),
        said(4, 1, 0, "received", rest='{"split_from": "AY000002"}'),
    ]
    found = asked(tmp_path, [one(1), one(2), one(3), one(4, category2="020100")], events)
    assert [no for no, row in found.items() if row["doubled"]] == ["AY000001"]


@pytest.mark.parametrize(("days", "repeated"), [(1.9, []), (2.1, [1]), (31.9, [1]), (32.1, [])])
def test_an_order_is_repeated_when_another_comes_within_thirty_days_of_its_closing(
    tmp_path: Path, days: float, repeated: list[int]
) -> None:
    assert again(tmp_path, [one(1), one(2, days, closed_at=None)]) == repeated


def test_another_place_or_matter_is_no_repeat(tmp_path: Path) -> None:
    rows = [one(1), one(2, 3, place="q", closed_at=None), one(3, 3, category2="020100", closed_at=None)]
    assert again(tmp_path, rows) == []
