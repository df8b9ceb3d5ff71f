"""A period's signs held against the periods before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from minsheng.account.gaming import gaming_of_period, told_of_period
from minsheng.account.gaming.chances import Chances
from minsheng.account.gaming.report import EARLIER, Days, periods_before
from minsheng.ground.city import load_pack
from minsheng.ground.lake import Lake
from support.city import CITY
from support.lake import begin, order, part

PACK = load_pack(CITY)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """Two months of twenty units that have some orders excluded, u07 more than the others."""
    chance, rows = Random(1), []
    for number in range(1, 4001):
        unit, received = f"u{number % 20:02d}", datetime(2026, 2 + number // 20 % 2, 1 + number % 25, 4, tzinfo=UTC)
        rows.append(
            order(
                number, received.date(), received_at=received, closed_at=received + timedelta(days=1), unit=unit,
                category="010101", category2="010100", kind="complaint", place=f"p{number}",
                excluded=chance.random() < (0.14 if unit == "u07" else 0.05),
            )
        )  # fmt: skip
    begin(tmp_path)
    part(tmp_path, orders=rows)
    found = Lake(tmp_path)
    yield found
    found.close()


def often_small(_days: Days) -> dict[str, Chances]:
    """A month in which honest units often had small chances of exclusion."""
    p = np.random.default_rng(4).random(200) ** 1.5
    return {"exclusion": Chances(np.arange(200).astype(str), p, np.zeros(200))}


def test_what_was_usual_before_makes_a_chance_what_it_is_here(lake: Lake) -> None:
    alone = gaming_of_period(lake, PACK, "2026-03", earlier=lambda _: {})
    held = gaming_of_period(lake, PACK, "2026-03", earlier=often_small)
    ((p, high), (p_here, high_here)) = (
        next((x.p, x.expected_high) for x in found.leads if (x.sign, x.unit) == ("exclusion", "u07"))
        for found in (alone, held)
    )
    assert p_here > 3 * p
    assert high_here > high
    assert alone.held == frozenset()
    assert held.held == {"exclusion"}
    assert [x for x in alone.leads if x.sign != "exclusion"] == [x for x in held.leads if x.sign != "exclusion"]


def test_without_anything_else_the_lake_tells_what_was_before_and_few_units_make_nothing_usual(lake: Lake) -> None:
    told = told_of_period(lake, PACK, "2026-02")
    assert len(told["exclusion"].units) == 20
    assert told_of_period(lake, PACK, "2025-12") == {}
    assert gaming_of_period(lake, PACK, "2026-03").held == frozenset()


def test_before_a_month_come_months_and_before_a_span_spans_as_long() -> None:
    months = periods_before((date(2026, 3, 1), date(2026, 4, 1)))
    assert months[:3] == [
        (date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2025, 12, 1), date(2026, 1, 1)),
    ]
    assert len(months) == EARLIER
    assert periods_before((date(2026, 3, 2), date(2026, 3, 12)))[1] == (date(2026, 2, 10), date(2026, 2, 20))
