"""The fast way into the house: the rows are sound, the same seed tells the same story, however often interrupted."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from minsheng.core import Actor
from minsheng.core.codes import Role
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.ground.city import CityPack, load_pack
from minsheng.ground.loading import load
from minsheng.respond import casework, intake, reading
from minsheng.respond.checking import check_all
from minsheng.sim import fast
from minsheng.sim.fast import Into, drive
from minsheng.sim.plan import BadPlan, Plan
from support.city import CITY, number, small

pytestmark = pytest.mark.db
CANONICAL = (
    "SELECT o.no, e.seq, e.name, e.at, e.by, e.role, e.unit, e.data::text FROM respond_event e"
    " JOIN respond_order o ON o.id = e.order_id ORDER BY o.id, e.seq"
)


class Stopped(Exception):
    """The power went."""


@pytest.fixture
def into(house, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Into:
    monkeypatch.setattr(fast, "STRETCH", 7)
    return Into(house.conninfo("loader"), tmp_path / "state", tmp_path / "truth", number)


@pytest.fixture
def elsewhere(another_database, tmp_path: Path) -> Into:
    """A second empty city."""
    return Into(another_database.conninfo("loader"), tmp_path / "state2", tmp_path / "truth2", number)


def plan(seed: int = 4, spec: str = "all=0.5") -> Plan:
    return small(seed, spec, months=1, per_day=12, interventions=1)


def canonical(into: Into) -> list[tuple[object, ...]]:
    """Every event without keys and digests."""
    with psycopg.connect(into.conninfo) as connection:
        return connection.execute(CANONICAL).fetchall()


def truth(into: Into) -> dict[str, str]:
    """The digest of every file of the truth."""
    return {p.name: sha256(p.read_bytes()).hexdigest() for p in sorted(into.truth.iterdir())}


def test_a_run_leaves_a_city_that_the_check_finds_whole_and_that_works_on(house, into: Into, qinghe: CityPack) -> None:
    days: list[int] = []
    report = drive(plan(), qinghe, into, lambda day, *_: days.append(day))
    assert days == list(range(1, plan().days + 1))
    checked = check_all(into.conninfo)
    assert checked.differences == []
    assert checked.orders == report.orders == report.rows["respond_order"] > 200
    assert checked.events == report.rows["respond_event"] == len(canonical(into))
    assert present.simulated()
    assert not list(into.state.iterdir())
    receipt = intake.receive(intake.Request(text="路灯不亮"))
    with psycopg.connect(into.conninfo) as connection:
        row = connection.execute("SELECT max(id), count(*) FROM respond_order").fetchone()
    assert row == (report.orders + 1, report.orders + 1)
    assert receipt.new


def test_a_unit_sees_its_own_simulated_orders_and_no_others(house, into: Into, qinghe: CityPack) -> None:
    load(house.conninfo("owner"), qinghe)
    drive(plan(), qinghe, into)
    with psycopg.connect(into.conninfo) as connection:
        held = connection.execute(_BUSIEST).fetchone()
        elsewhere = connection.execute(_UNDISPATCHED).fetchone()
    assert held
    assert elsewhere
    unit, mine = held
    desk = Actor("desk", Role.UNIT_DESK, unit)
    with sight(desk):
        tasks = reading.inbox(unit)
    assert len(tasks) == mine > 0
    assert casework.view(tasks[0].row.no, desk)[1].of_unit(unit)
    with pytest.raises(casework.NotFound):
        casework.view(elsewhere[0], desk)


_BUSIEST = """SELECT unit, count(*) FROM respond_assignment WHERE live AND level = 3
    GROUP BY unit ORDER BY count(*) DESC, unit LIMIT 1"""
_UNDISPATCHED = """SELECT no FROM respond_order o
    WHERE NOT EXISTS (SELECT FROM respond_assignment a WHERE a.order_id = o.id) ORDER BY id LIMIT 1"""


def test_the_same_plan_gives_the_same_truth_and_events_and_another_seed_does_not(
    into: Into, elsewhere: Into, qinghe: CityPack
) -> None:
    drive(plan(), qinghe, into)
    drive(plan(), qinghe, elsewhere)
    assert canonical(into) == canonical(elsewhere)
    assert truth(into) == truth(elsewhere)
    assert set(truth(into)) == {f"{t}.parquet" for t in ("agencies", "calls", "causes", "interventions", "requests")}


def test_a_run_interrupted_three_times_ends_as_one_that_was_not(into: Into, elsewhere: Into, qinghe: CityPack) -> None:
    drive(plan(), qinghe, into)

    def stop_at(day: int):  # type: ignore[no-untyped-def]
        def progress(done: int, _days: int, _orders: int) -> None:
            if done == day:
                raise Stopped

        return progress

    for day, known in ((5, 0), (17, 7), (26, 14)):
        with pytest.raises(Stopped):
            drive(plan(), qinghe, elsewhere, stop_at(day))
        with psycopg.connect(elsewhere.conninfo) as connection:
            assert connection.execute("SELECT days_done, finished FROM ground_simulation").fetchone() == (known, False)
    report = drive(plan(), qinghe, elsewhere)
    assert report.resumed_at == 14
    assert canonical(into) == canonical(elsewhere)
    assert truth(into) == truth(elsewhere)
    assert check_all(elsewhere.conninfo).differences == []


def test_a_finished_run_is_not_run_again_and_another_is_not_put_beside_it(into: Into, qinghe: CityPack) -> None:
    drive(plan(), qinghe, into)
    before = canonical(into)
    assert drive(plan(), qinghe, into).finished_before
    with pytest.raises(BadPlan, match="another run"):
        drive(plan(5), qinghe, into)
    assert canonical(into) == before


def test_a_city_with_orders_of_its_own_is_not_filled(into: Into, qinghe: CityPack) -> None:
    intake.receive(intake.Request(text="路灯不亮"))
    with pytest.raises(BadPlan, match="already holds orders"):
        drive(plan(), qinghe, into)
    with psycopg.connect(into.conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM ground_simulation").fetchone() == (0,)


def test_no_real_place_is_shown_cheating(into: Into) -> None:
    anyang = load_pack(CITY.parent / "anyang")
    with pytest.raises(BadPlan, match="no real place may be shown cheating"):
        drive(plan(), anyang, into)


def test_an_error_of_the_writer_ends_the_run_in_words(into: Into, qinghe: CityPack) -> None:
    broken = Into(into.conninfo, into.state, into.truth, lambda _n, _at: "ONE NUMBER FOR ALL")
    with pytest.raises(RuntimeError, match=r"writing the stretch failed[\s\S]*respond_order_no_key"):
        drive(plan(), qinghe, broken)
    assert canonical(into) == []
