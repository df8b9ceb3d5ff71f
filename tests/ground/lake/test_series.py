"""Counts for detectors: the rectangle is what counting order by order gives."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from minsheng.ground.lake import Lake, daily, weekly
from minsheng.ground.lake.questions import orders_behind
from support.lake import MONDAY, WEEKS, Row, begin, folded, made_up


@pytest.fixture(scope="module")
def orders() -> list[Row]:
    return made_up(Random(2))


@pytest.fixture(scope="module")
def lake(orders: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("lake")
    folded(folder, orders)
    return Lake(folder)


def test_each_week_of_each_series_counts_its_orders(lake: Lake, orders: list[Row]) -> None:
    found = weekly(lake, ("category", "township"), MONDAY, WEEKS)
    expected = Counter((o["category"], o["township"], (o["day"] - MONDAY).days // 7) for o in orders)
    assert found.counts.shape == (len(found.names), WEEKS)
    assert found.counts.sum() == len(orders)
    for i, name in enumerate(found.names):
        category, township = name.split(" ")
        assert found.counts[i].tolist() == [expected[category, township, t] for t in range(WEEKS)]
    assert found.names == sorted(found.names)
    assert found.begins[1] == MONDAY + timedelta(days=7)


def test_each_day_of_each_series_counts_its_orders(lake: Lake, orders: list[Row]) -> None:
    since, days = date(2025, 2, 3), 14
    found = daily(lake, ("channel",), since, days)
    expected = Counter((o["channel"], o["day"]) for o in orders)
    for i, name in enumerate(found.names):
        assert found.counts[i].tolist() == [expected[name, since + timedelta(days=t)] for t in range(days)]


def test_a_series_leads_to_the_orders_behind_it(lake: Lake) -> None:
    found = weekly(lake, ("category", "unit"), MONDAY, WEEKS)
    for row in (0, len(found.names) - 1):
        behind = lake.ask(orders_behind(found.series(row), MONDAY, MONDAY + timedelta(weeks=WEEKS)))
        assert len(behind) == found.counts[row].sum()


def test_a_county_alone_can_be_counted(lake: Lake, orders: list[Row]) -> None:
    found = weekly(lake, ("category2",), MONDAY, WEEKS, {"county": "410501"})
    assert found.counts.sum() == sum(o["county"] == "410501" for o in orders)


def test_sparse_codes_of_many_levels_do_not_need_a_cell_for_each_pair(lake: Lake, monkeypatch) -> None:
    levels = ("category", "township", "unit", "place")
    plain = weekly(lake, levels, MONDAY, WEEKS)
    monkeypatch.setattr("minsheng.ground.lake.series.MOST_NUMBERED", 10)
    sparse = weekly(lake, levels, MONDAY, WEEKS)
    assert sparse.names == plain.names
    assert np.array_equal(sparse.counts, plain.counts)


def test_a_lake_without_orders_has_no_series(tmp_path: Path) -> None:
    begin(tmp_path)
    found = weekly(Lake(tmp_path), ("category", "township"), MONDAY, 3)
    assert (found.names, found.counts.shape) == ([], (0, 3))


def test_a_span_of_nothing_is_refused(lake: Lake) -> None:
    with pytest.raises(ValueError, match="0 weeks"):
        weekly(lake, ("unit",), MONDAY, 0)
    with pytest.raises(ValueError, match="0 days"):
        daily(lake, ("unit",), MONDAY, 0)
