"""What the nightly look finds in a lake with something in it, and that it finds nothing where nothing is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from minsheng.foresee.topics.begun import begun
from minsheng.foresee.topics.digest import Span, digest, period
from minsheng.foresee.topics.gathering import clusters, spots
from minsheng.foresee.topics.hard import hard
from minsheng.foresee.topics.hot import hot
from minsheng.foresee.topics.portrait import portrait
from minsheng.foresee.topics.rising import rising
from minsheng.ground import present
from minsheng.ground.lake import Lake
from support.lake import folded, order

pytestmark = pytest.mark.db
ON = date(2026, 11, 16)
WEEKS = 60


@pytest.fixture
def pack(house):
    return present.city()


def quiet(pack, rng: np.random.Generator, places: int = 12, rate: float = 2.0) -> list[dict]:
    """Orders of one category in townships, a steady rate a week."""
    leaf = pack.taxonomy.leaves[0].code
    group = pack.taxonomy.path(leaf)[1].code
    towns = [a.code for a in pack.areas.values() if len(pack.area_path(a.code)) == 3][:places]
    made = []
    for town in towns:
        county = pack.area_path(town)[1].code
        for week, n in enumerate(rng.poisson(rate, WEEKS)):
            for _ in range(n):
                day = ON - timedelta(days=7 * (WEEKS - week)) + timedelta(days=int(rng.integers(7)))
                made.append(
                    order(len(made) + 1, day, category=leaf, category2=group, township=town, county=county, area=town)
                )
    return made


def lake(folder: Path, rows: list[dict]) -> Lake:
    folded(folder, rows)
    return Lake(folder)


def more(rows: list[dict], n: int, like: dict, days: range, **given) -> list[dict]:
    added = [
        {
            **like,
            **given,
            "order_id": len(rows) + i + 1,
            "no": f"NEW{i}",
            "day": ON - timedelta(days=days[i % len(days)]),
        }
        for i in range(n)
    ]
    return rows + added


def test_what_rose_last_week_is_found_where_it_rose_with_the_orders_behind_it(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(5))
    found = rising(lake(tmp_path / "a", more(rows, 25, rows[0], range(1, 8))), ON)
    leaf = next(f for f in found if f.category == rows[0]["category"])
    assert leaf.area == rows[0]["township"]
    assert leaf.seen >= 25
    assert leaf.expected == pytest.approx(2.0, abs=1.5)
    assert leaf.p < 1e-6
    assert set(leaf.orders[:20]) <= {f"NEW{i}" for i in range(25)} | {r["no"] for r in rows}
    assert len(leaf.data["counts"]) == WEEKS
    assert leaf.until == ON - timedelta(days=1)


def test_where_nothing_rises_nothing_is_found(pack, tmp_path: Path) -> None:
    assert rising(lake(tmp_path / "b", quiet(pack, np.random.default_rng(6))), ON) == []


def test_a_young_record_finds_nothing_yet(pack, tmp_path: Path) -> None:
    rows = [r for r in quiet(pack, np.random.default_rng(7)) if r["day"] > ON - timedelta(days=60)]
    assert rising(lake(tmp_path / "c", rows), ON) == []


def test_a_busy_spot_is_named_with_its_days_and_those_not_resolved(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(8))
    spot = more(rows, 9, rows[0], range(5, 50, 5), place="spot-digest", resolved="no")
    (found,) = spots(lake(tmp_path / "d", spot), ON)
    assert (found.seen, found.data["unresolved"], found.area) == (9.0, 9, rows[0]["area"])
    assert found.data["days"] == 9


def test_a_hot_issue_is_ranked_by_days_and_not_by_one_angry_caller(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(13))
    many = more(rows, 8, rows[0], range(2, 40, 5), place="spot-a", resolved="no")
    angry = more(many, 20, rows[0], range(2, 6), place="spot-b")
    over = more(angry, 9, rows[0], range(60, 110, 5), place="spot-c")
    found = hot(lake(tmp_path / "i", over), ON)
    assert [f.key.partition("|")[0] for f in found] == ["spot-a", "spot-b"]
    first = found[0].data
    assert (found[0].seen, first["days"], first["unresolved"], first["asked"]) == (8.0, 8, 8, 8)
    assert found[0].since == ON - timedelta(days=37)


def test_a_long_silence_ends_an_event(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(14))
    early = more(rows, 6, rows[0], range(120, 150, 5), place="spot-a")
    late = more(early, 5, rows[0], range(1, 20, 4), place="spot-a")
    (found,) = hot(lake(tmp_path / "j", late), ON)
    assert found.seen == 5.0


def test_hard_cases_are_counted_by_what_makes_them_hard(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(9))
    made = more(rows, 3, rows[0], range(3, 30), reworks=2)
    made = more(made, 2, rows[0], range(3, 30), parked=True)
    (found,) = hard(lake(tmp_path / "e", made), ON)
    assert found.seen == 5.0
    assert (found.data["redone"], found.data["parked"], found.data["returned"]) == (3, 2, 0)
    assert found.data["n"] > 5


def test_a_city_without_points_has_no_clusters(pack, tmp_path: Path) -> None:
    assert clusters(lake(tmp_path / "f", quiet(pack, np.random.default_rng(10))), ON) == []


def test_a_portrait_has_counts_that_add_up_and_leaves_out_what_it_does_not_know(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(11))
    parts = {"units": ["u1", "u2"], "co_units": 1}
    handled = more(rows, 6, rows[0], range(2, 9), unit="u1", on_time="yes", resolved="no", **parts)
    other = more(handled, 4, rows[0], range(2, 9), category="else", category2="else2")
    p = portrait(lake(tmp_path / "g", other), [rows[0]["category"]], [], ON)
    year = ON - timedelta(days=365)
    assert p.n == sum(r["day"] >= year for r in handled)
    assert p.total == p.n + 4
    assert sum(n for _, n in p.townships) == p.n
    assert p.weekly[-1] == sum(r["day"] >= ON - timedelta(days=7) for r in handled)
    assert p.handlers[0].unit == p.lead == "u1"
    assert p.partners == (("u2", 6),)
    assert (p.handlers[0].n, p.handlers[0].on_time, p.handlers[0].judged) == (6, 6, 6)
    assert (p.handlers[0].resolved, p.handlers[0].asked) == (0, 6)
    assert [year for year, _ in p.years] == [2025, 2026]
    assert p.months[0] == (None,) * 12
    assert p.months[2][11] is None


def test_a_digest_compares_with_the_period_before_and_a_year_ago(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(12))
    facts = lake(tmp_path / "h", rows)
    assert period(Span.WEEK, date(2026, 11, 18)) == (date(2026, 11, 9), date(2026, 11, 16))
    assert period(Span.MONTH, date(2026, 1, 3)) == (date(2025, 12, 1), date(2026, 1, 1))
    d = digest(facts, Span.WEEK, ON)

    def n(since: date, until: date) -> int:
        return sum(since <= r["day"] < until for r in rows)

    assert d.total.n == n(date(2026, 11, 9), date(2026, 11, 16))
    assert d.total.before == n(date(2026, 11, 2), date(2026, 11, 9))
    assert d.total.year_ago == n(date(2025, 11, 10), date(2025, 11, 17))
    assert sum(c.n for c in d.counties) == d.total.n
    assert digest(facts, Span.DAY, date(2025, 10, 6)).total.year_ago is None


def test_what_began_last_night_is_found_in_its_village_and_not_told_again_of_its_township(pack, tmp_path: Path) -> None:
    rows = quiet(pack, np.random.default_rng(12), rate=0.5)
    town = rows[0]["township"]
    village = next(code for code, area in pack.areas.items() if area.parent == town)
    found = begun(lake(tmp_path / "f", more(rows, 5, rows[0], range(1, 3), area=village)), ON)
    assert [f.area for f in found] == [village]
    alarm = found[0]
    assert (alarm.category, alarm.seen) == (rows[0]["category"], 5)
    assert alarm.expected is not None
    assert alarm.expected < 0.5
    assert alarm.since <= ON - timedelta(days=2)
    assert alarm.until == ON - timedelta(days=1)
    assert set(alarm.orders) == {f"NEW{i}" for i in range(5)}
    assert sum(alarm.data["counts"]) == 5


def test_a_quiet_night_begins_nothing(pack, tmp_path: Path) -> None:
    assert begun(lake(tmp_path / "g", quiet(pack, np.random.default_rng(13))), ON) == []
