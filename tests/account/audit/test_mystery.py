"""Mystery requests: sealed until the end, found again by number, caller or mark, and bounded when some are missing."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import psycopg
import pytest

from minsheng.account.audit import BadFile, NoCase, mystery
from minsheng.account.gaming import left_out
from minsheng.core import Forbidden, Refused
from support.audit import AUDITOR, CLOSED, SUPERVISOR, received

pytestmark = pytest.mark.db


def rows_of(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"))))


def sheet_of(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def placed(row: dict[str, str], minute: int, **more: str) -> dict[str, str]:
    """A line filled in: placed so many minutes after the house's present."""
    return row | {"placed_at": (CLOSED + timedelta(minutes=minute)).isoformat(), **more}


@pytest.fixture
def planned(clock):
    made, sheet = mystery.plan(date(2026, 10, 20), 1, 0.01, AUDITOR, count=4)
    return made, rows_of(sheet)


def test_299_requests_are_planned_to_find_one_in_a_hundred_left_out(clock) -> None:
    made, sheet = mystery.plan(date(2026, 10, 20), 30, 0.01, AUDITOR)
    rows = rows_of(sheet)
    assert made.planned["count"] == len(rows) == 299
    assert len({r["mark"] for r in rows}) == 299
    assert {date.fromisoformat(r["day"]) for r in rows} <= {date(2026, 10, 20) + timedelta(days=n) for n in range(30)}


def test_the_house_keeps_nothing_by_which_a_planted_request_could_be_told(planned, house) -> None:
    made, rows = planned
    with psycopg.connect(house.conninfo("superuser")) as database:
        kept = database.execute("SELECT string_agg(data::text, '') FROM account_step").fetchone()
    assert kept is not None
    for row in rows:
        assert not any(word in kept[0] for word in (*row["mark"].split(), row["salt"], row["category_name"]))
    with pytest.raises(NoCase):
        mystery.a_plan(made.no, SUPERVISOR)
    with pytest.raises(Forbidden):
        mystery.plan(date(2026, 10, 20), 1, 0.01, SUPERVISOR)


def test_requests_are_found_by_their_number_their_caller_or_their_mark(planned) -> None:
    made, rows = planned
    told = received("13811112222")
    received("13833334444")
    marked = received("13855556666", text=f"门口有{'、'.join(rows[2]['mark'].split())}，路灯不亮")
    filled = [
        placed(rows[0], 0, order=told),
        placed(rows[1], 0, number="138 3333 4444"),
        placed(rows[2], 0, number="13900000000"),
        placed(rows[3], 0, number="13900000001"),
    ]
    found = mystery.reconcile(made.no, sheet_of(filled), AUDITOR)
    orders = [p["order"] for p in found.results]
    assert orders[0] == told
    assert orders[1] not in (None, told, marked)
    assert orders[2] == marked
    assert orders[3] is None
    assert found.bounds == left_out(1, 4)


def test_what_was_planned_and_not_placed_counts_for_nothing(planned) -> None:
    made, rows = planned
    order = received("13811112222")
    found = mystery.reconcile(made.no, sheet_of([placed(rows[0], 0, order=order), *rows[1:]]), AUDITOR)
    assert [p["line"] for p in found.results] == [1]
    assert found.bounds == left_out(0, 1)


def test_an_order_answers_for_one_request_alone(planned) -> None:
    made, rows = planned
    received("13811112222")
    filled = [placed(rows[n], 0, number="13811112222") for n in range(2)]
    found = mystery.reconcile(made.no, sheet_of(filled), AUDITOR)
    assert sum(p["order"] is not None for p in found.results) == 1


def test_a_line_that_was_not_planned_or_was_changed_is_refused_and_nothing_is_lost(planned) -> None:
    made, rows = planned
    changed = [placed(rows[0], 0) | {"mark": "蓝伞 铜铃 松针"}]
    with pytest.raises(BadFile, match="封存"):
        mystery.reconcile(made.no, sheet_of(changed), AUDITOR)
    with pytest.raises(BadFile, match="不在计划"):
        mystery.reconcile(made.no, sheet_of([placed(rows[0], 0) | {"line": "9"}]), AUDITOR)
    with pytest.raises(BadFile, match="看不懂"):
        mystery.reconcile(made.no, sheet_of([rows[0] | {"placed_at": "昨天下午"}]), AUDITOR)
    with pytest.raises(BadFile, match="没有一件"):
        mystery.reconcile(made.no, sheet_of(rows), AUDITOR)
    assert mystery.a_plan(made.no, AUDITOR).results == []


def test_a_plan_is_reconciled_once(planned) -> None:
    made, rows = planned
    sheet = sheet_of([placed(rows[0], 0)])
    mystery.reconcile(made.no, sheet, AUDITOR)
    with pytest.raises(Refused, match="已经核对过"):
        mystery.reconcile(made.no, sheet, AUDITOR)
