"""Every sign of the lake: a planted unit is found, honest ones are not; and what counts is counted as by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from minsheng.account.gaming.cases import leads
from minsheng.account.gaming.signs import SIGNS, Facts

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
TIME = pa.timestamp("us", tz="UTC")
FLAGS = ("left_out", "merged_away", "reached", "pressed", "exclusion_asked", "complaint", "demoted", "doubled")
TEXTS = ("no", "unit", "category", "category2", "kind", "place", "result", "answer")
MOMENTS = ("due", "replied_at", "told_at", "contact_at", "closed_at")
Row = dict[str, Any]
PLAIN: Row = {
    "category": "010101", "category2": "010100", "kind": "complaint", "place": "p", "result": "solved", "answer": "yes",
    "due": NOON, "replied_at": NOON - timedelta(hours=5), "told_at": NOON, "contact_at": NOON - timedelta(hours=9),
    "closed_at": NOON, "calls": 1, "reached": True, "complaint": True,
}  # fmt: skip


def facts(rows: list[Row], repeated: list[int] = []) -> Facts:  # noqa: B006
    """Closed orders 1, 2, … that are as PLAIN but for what a row gives."""
    whole = [
        {**dict.fromkeys(FLAGS, False), **PLAIN, "order_id": i, "no": f"AY{i:06d}", **row}
        for i, row in enumerate(rows, 1)
    ]
    columns: Mapping[str, pa.DataType] = {
        "order_id": pa.int64(), "calls": pa.int16(), **dict.fromkeys(TEXTS, pa.string()),
        **dict.fromkeys(FLAGS, pa.bool_()), **dict.fromkeys(MOMENTS, TIME),
    }  # fmt: skip
    table = pa.table({name: pa.array([row[name] for row in whole], kind) for name, kind in columns.items()})
    return Facts(table, pa.table({"order_id": pa.array(repeated, pa.int64())}))


def hours_before(hours: float) -> Row:
    """A first reply so many hours before the deadline."""
    return {"replied_at": NOON - timedelta(hours=hours)}


SHOWS: Mapping[str, tuple[Row, Row]] = {
    "bunching": (hours_before(1), hours_before(5)),
    "hollow_in_time": ({**hours_before(1), "answer": "no"}, hours_before(1)),
    "hollow": ({"answer": "no"}, {}),
    "too_good": ({"result": "not_now", "answer": "yes"}, {"result": "not_now", "answer": "no"}),
    "pressed": ({"pressed": True}, {}),
    "visited_before": ({"contact_at": NOON - timedelta(hours=1)}, {}),
    "gross_net": ({"left_out": True}, {}),
    "exclusion": ({"exclusion_asked": True}, {}),
    "reclassified": ({"demoted": True}, {}),
    "merged_away": ({"merged_away": True}, {}),
    "doubled": ({"doubled": True}, {}),
    "unreached": ({"reached": False}, {}),
}
"""By sign an order that is a hit, and a like one that is not. Places differ, so that each hit counts."""


def test_every_sign_of_the_lake_is_tried() -> None:
    assert set(SIGNS) == {*SHOWS, "repeated"}


@pytest.mark.parametrize("name", SHOWS)
def test_a_sign_finds_the_unit_that_shows_it_and_no_honest_one(name: str) -> None:
    rng = np.random.default_rng(1)
    shown, plain = SHOWS[name]
    rows = []
    for i in range(2000):
        unit = f"u{i % 20:02d}"
        shows = rng.random() < (0.3 if unit == "u07" else 0.03)
        rows.append({"unit": unit, "place": f"p{i}", **(shown if shows else plain)})
    found = leads(name, SIGNS[name].of(facts(rows)))
    standing = [lead for lead in found if lead.stands]
    assert [lead.unit for lead in standing] == ["u07"]
    wanted = {f"AY{i:06d}" for i, row in enumerate(rows, 1) if row["unit"] == "u07" and shown.items() <= row.items()}
    assert set(standing[0].orders) == wanted


def test_repeats_after_closing_find_the_unit_whose_work_does_not_last() -> None:
    rng = np.random.default_rng(2)
    rows = [{"unit": f"u{i % 20:02d}", "place": f"p{i}"} for i in range(2000)]
    again = [i for i, row in enumerate(rows, 1) if rng.random() < (0.3 if row["unit"] == "u07" else 0.03)]
    found = leads("repeated", SIGNS["repeated"].of(facts(rows, again)))
    assert [lead.unit for lead in found if lead.stands] == ["u07"]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("bunching", hours_before(-1)),
        ("bunching", hours_before(9)),
        ("hollow_in_time", {**hours_before(5), "answer": "no"}),
        ("hollow", {"answer": "no", "result": "not_now"}),
        ("hollow", {"answer": ""}),
        ("too_good", {}),
        ("too_good", {"result": "", "answer": "yes"}),
        ("pressed", {"reached": False}),
        ("visited_before", {"contact_at": None}),
        ("repeated", {"place": ""}),
        ("reclassified", {"complaint": False}),
        ("unreached", {"calls": 0}),
    ],
)
def test_an_order_that_cannot_show_a_sign_is_no_case_of_it(name: str, row: Row) -> None:
    assert not len(SIGNS[name].of(facts([{"unit": "u", **row}])).unit)


def test_exclusions_about_one_trouble_count_once() -> None:
    one, other = {"unit": "u", "exclusion_asked": True}, {"unit": "u", "exclusion_asked": True, "place": "q"}
    assert SIGNS["exclusion"].of(facts([one, one, other])).order.tolist() == ["AY000001", "AY000003"]


def test_only_closings_whose_thirty_days_are_over_are_judged_for_repeats() -> None:
    known = facts([{"unit": "u"}, {"unit": "u", "place": "q"}])
    known.settled = np.array([True, False])
    assert SIGNS["repeated"].of(known).order.tolist() == ["AY000001"]
