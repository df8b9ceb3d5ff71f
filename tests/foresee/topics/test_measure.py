"""The effect of a topic is measured as registered, and says what could make it an illusion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from minsheng.core import Refused
from minsheng.core.session import Registration
from minsheng.foresee import sessions
from minsheng.foresee.topics import measure as room
from minsheng.foresee.topics import measured, record
from minsheng.foresee.topics.measure import measure
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.lake import Lake
from support.agenda import Agenda
from support.lake import folded, order
from support.month import ANALYST

pytestmark = pytest.mark.db
START = date(2026, 6, 1)
BEFORE, AFTER, TREATED = 60, 12, 6


@pytest.fixture
def city(house):
    pack = present.city()
    towns = [a.code for a in pack.areas.values() if len(pack.area_path(a.code)) == 3][:40]
    leaf, sibling = (c.code for c in pack.taxonomy.leaves[:2])
    return towns, leaf, sibling


def fallen(city, folder: Path, *, drop: float, moved: float = 0.0, seed: int = 1) -> Lake:
    """A lake in which requests of a category fell in six townships from START on, and some came back beside it."""
    towns, leaf, sibling = city
    rng, rows = np.random.default_rng(seed), []
    for i, town in enumerate(towns):
        for week in range(-BEFORE, AFTER):
            rate = 8.0 * (1 - drop if i < TREATED and week >= 0 else 1.0)
            back = 8.0 * drop * moved if i < TREATED and week >= 0 else 0.0
            for code, n in ((leaf, rng.poisson(rate)), (sibling, rng.poisson(3.0 + back))):
                for _ in range(n):
                    day = START + timedelta(days=7 * week + int(rng.integers(7)))
                    channel = "phone" if rng.random() < 0.7 else "web"
                    rows.append(order(len(rows) + 1, day, category=code, township=town, channel=channel))
    folded(folder, rows)
    return Lake(folder)


def plan(city) -> Registration:
    towns, leaf, sibling = city
    return Registration(
        (leaf,), tuple(towns[:TREATED]), START.isoformat(), BEFORE, AFTER, siblings=(sibling,), selection="random"
    )


END = START + timedelta(days=7 * AFTER)


def test_a_fall_is_found_with_an_interval_that_holds_it(city, tmp_path: Path) -> None:
    found = measure(fallen(city, tmp_path / "a", drop=0.4), plan(city), END)
    figures = found.figures
    assert figures["low"] <= -40 <= figures["high"] < 0
    assert figures["treated"] == TREATED
    assert figures["controls"] == 40 - TREATED
    assert figures["placebo_p"] <= 0.05
    assert found.complete
    assert not any(g.warns for g in found.guards)
    assert {g.guard for g in found.guards} == {"displacement", "exclusion", "channel", "refused"}


def test_requests_that_came_back_under_a_sibling_are_noticed(city, tmp_path: Path) -> None:
    found = measure(fallen(city, tmp_path / "b", drop=0.5, moved=0.8), plan(city), END)
    assert [g.guard for g in found.guards if g.warns] == ["displacement"]


def test_it_is_too_early_before_four_weeks_and_not_final_before_the_registered_ones(city, tmp_path: Path) -> None:
    facts = fallen(city, tmp_path / "c", drop=0.4)
    with pytest.raises(Refused) as early:
        measure(facts, plan(city), START + timedelta(days=27))
    assert early.value.code == "too_early"
    found = measure(facts, plan(city), START + timedelta(days=44))
    assert (found.weeks, found.registered, found.complete) == (6, AFTER, False)


def test_areas_of_two_levels_and_a_panel_without_controls_are_refused_in_words(city, tmp_path: Path) -> None:
    facts = fallen(city, tmp_path / "d", drop=0.0)
    towns, _, _ = city
    county = present.city().area_path(towns[0])[1].code
    with pytest.raises(Refused) as error:
        measure(facts, replace(plan(city), areas=(towns[0], county)), END)
    assert error.value.code == "areas_differ"
    with pytest.raises(Refused) as error:
        measure(facts, replace(plan(city), controls=(towns[10],)), END)
    assert error.value.code == "cannot_measure"
    assert "control" in error.value.message


def test_what_was_measured_stands_with_the_topic_as_an_event(city, tmp_path: Path, monkeypatch) -> None:
    agenda = Agenda()
    facts = fallen(city, tmp_path / "e", drop=0.4)
    topic = sessions.topic(agenda.topic, SYSTEM)[0]
    assert topic.registration is not None
    monkeypatch.setattr(room, "measure", lambda lake, _plan, _on: measure(lake, plan(city), END))
    after = record(facts, agenda.topic, ANALYST)
    assert after.effects[-1].low <= -40 <= after.effects[-1].high
    assert after.effects[-1].reason
    (kept,) = measured(agenda.topic, ANALYST)
    assert kept["figures"]["estimate_pct"] == after.effects[-1].estimate
    assert measured(agenda.topic, agenda.desk(agenda.lead)), "a unit sees what was measured of its topic"
    assert measured(agenda.topic, agenda.desk(agenda.other)) == []
