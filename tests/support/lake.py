"""A small lake of made-up orders and events, and every question that is asked of lakes, for tests on any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from ibis.expr.types import Table

from minsheng.ground.lake import questions
from minsheng.ground.lake.manifest import Manifest, commit, read
from minsheng.ground.lake.schema import EVENTS, ORDERS, SCHEMAS, TEXTS
from minsheng.ground.lake.writing import add_part, fold

MONDAY, WEEKS = date(2025, 1, 6), 20
END = MONDAY + timedelta(weeks=WEEKS)
ASOF = datetime(2025, 5, 20, 4, 30, tzinfo=UTC)
Row = dict[str, Any]

QUESTIONS: Mapping[str, Table] = {
    "cube": questions.cube(MONDAY, END, ASOF),
    "weekly_counts": questions.weekly_counts(("category", "township", "unit"), MONDAY, END),
    "weekly_counts_of_a_county": questions.weekly_counts(("category2",), MONDAY, END, {"county": "410501"}),
    "daily_by_channel": questions.daily_counts(("channel",), MONDAY, END),
    "orders_behind": questions.orders_behind({"category": "010101", "county": "410501"}, MONDAY, END),
    "places": questions.places(MONDAY, END, at_least=3),
}
"""Each question that the golden texts and the engines are held to."""


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows of a table of the lake; what a row leaves out is '', 0, false, an empty list or no time."""
    schema = SCHEMAS[name]
    return pa.Table.from_pylist([{f.name: row.get(f.name, _blank(f)) for f in schema} for row in rows], schema)


def _blank(field: pa.Field) -> Any:
    if field.nullable:
        return None
    if pa.types.is_list(field.type):
        return []
    return {"string": "", "bool": False}.get(str(field.type), 0)


def order(number: int, day: date, **given: Any) -> Row:
    """An order received at noon of `day`."""
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return {"order_id": number, "no": f"AY{number:06d}", "version": 1, "day": day, "received_at": at, **given}


def event(number: int, seq: int, day: date, name: str = "received") -> Row:
    """An event at noon of `day`."""
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return {"order_id": number, "seq": seq, "name": name, "at": at, "day": day}


def text(number: int, day: date, said: str) -> Row:
    """The words of an order."""
    return {"order_id": number, "day": day, "title": "", "text": said}


def made_up(chance: Random, orders: int = 1500) -> list[Row]:
    """Orders of every kind over WEEKS weeks."""
    return [_one(chance, number) for number in range(1, orders + 1)]


def _one(chance: Random, number: int) -> Row:
    day = MONDAY + timedelta(days=chance.randrange(7 * WEEKS))
    category = chance.choice(("010101", "010102", "010201", "020101", ""))
    county = chance.choice(("410501", "410502", ""))
    received = datetime(day.year, day.month, day.day, chance.randrange(16), chance.randrange(60), tzinfo=UTC)
    due = received + timedelta(days=5) if chance.random() < 0.8 else None
    replied = received + timedelta(hours=chance.randrange(200)) if due and chance.random() < 0.8 else None
    closed = replied + timedelta(days=2) if replied and chance.random() < 0.9 else None
    return order(
        number,
        day,
        received_at=received,
        category=category,
        category2=category and category[:4] + "00",
        county=county,
        township=county and county + chance.choice(("001", "002")),
        unit=chance.choice(("ay-a", "ay-b", "")),
        channel=chance.choice(("phone", "web", "app")),
        place=chance.choice(("", *(f"{i:016x}" for i in range(60)))),
        due=due,
        first_replied_at=replied,
        closed_at=closed,
        on_time="" if not replied or not due else "yes" if replied <= due else "no",
        resolved=chance.choice(("", "yes", "no")),
        reworks=chance.choice((0, 0, 1)),
        excluded=chance.random() < 0.1,
        units=["ay-a", "ay-b"],
        state="closed" if closed else "dispatched",
    )


def begin(folder: Path) -> Manifest:
    """A lake that holds nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    commit(folder, Manifest("made-up"))
    return now(folder)


def now(folder: Path) -> Manifest:
    """What the lake consists of."""
    found = read(folder)
    assert found is not None
    return found


def part(
    folder: Path, *, orders: Iterable[Row] = (), events: Iterable[Row] = (), texts: Iterable[Row] = ()
) -> Manifest:
    """One more part of these rows."""
    state = now(folder)
    rows = {ORDERS: orders, EVENTS: events, TEXTS: texts}
    return add_part(folder, state, state.upto + 10, {t: [table_of(t, r)] for t, r in rows.items()}, {})


def folded(folder: Path, orders: Iterable[Row]) -> Manifest:
    """A lake of these orders in files of days."""
    begin(folder)
    part(folder, orders=orders)
    return fold(folder, now(folder), {})
