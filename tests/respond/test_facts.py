"""Facts leave for the lake: each event once whatever dies when, each order's newest state, and nobody's identity."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from minsheng.core import commands as say
from minsheng.ground.lake import manifest as listing
from minsheng.ground.lake import writing
from minsheng.ground.lake.engines import table
from minsheng.ground.lake.manifest import LakeBusy, written_alone
from minsheng.ground.lake.reading import Lake
from minsheng.ground.lake.schema import EVENTS, ORDERS, TEXTS
from minsheng.ground.vault import Person
from minsheng.respond import casework, erasure, facts, intake
from minsheng.respond.bulk import Bulk, numbers_taken
from support.script import AGENT, WANG, Desks, Paper, drive

pytestmark = pytest.mark.db

RESIDENT = Person("欧阳海棠", "13912345678", "朝阳巷9号", 114.35, 36.1)


@pytest.fixture
def lake(house, tmp_path: Path, monkeypatch) -> Path:
    """The folder of an empty lake of the house."""
    monkeypatch.setattr(facts, "folder", lambda: tmp_path / "lake")
    return tmp_path / "lake"


class Killed(BaseException):
    """The process ends here."""


def die(*_args: object, **_named: object) -> None:
    raise Killed


def received(text: str = "朝阳路路灯不亮", person: Person = RESIDENT, **given: object) -> str:
    return intake.receive(intake.Request(text, person=person, **given)).no  # type: ignore[arg-type]


def events_of(folder: Path) -> list[tuple[int, int]]:
    found = Lake(folder).ask(table(EVENTS).select("order_id", "seq"))
    return sorted(zip(found["order_id"].to_pylist(), found["seq"].to_pylist(), strict=True))


def in_database(house) -> list[tuple[int, int]]:
    with psycopg.connect(house.conninfo("loader")) as connection:
        return connection.execute("SELECT order_id, seq FROM respond_event ORDER BY order_id, seq").fetchall()


def order(folder: Path, no: str) -> dict[str, object]:
    (row,) = Lake(folder).ask(table(ORDERS).filter(table(ORDERS).no == no)).to_pylist()
    return row


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.parquet")}


def anywhere(folder: Path, said: str) -> bool:
    """Whether `said` stands in any cell or any file of the lake, as it is or in a cell that Parquet has packed."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        if said.encode() in path.read_bytes():
            return True
        if path.suffix == ".parquet" and said in str(pq.read_table(path, partitioning=None).to_pydict()):
            return True
    return False


def test_every_event_of_every_kind_of_life_is_in_the_lake_once(house, lake) -> None:
    drive(Desks())
    caught = facts.lake_now()
    assert caught.anew
    assert events_of(lake) == in_database(house)
    assert caught.rows[EVENTS] == len(events_of(lake))
    facts.compact()
    assert events_of(lake) == in_database(house)


def test_orders_loaded_by_copy_go_the_same_way(house, lake) -> None:
    world = Paper(1)
    drive(world)
    with Bulk(house.conninfo("loader")) as bulk:
        for life in world.lives.values():
            bulk.add(life)
        bulk.commit(lambda connection: numbers_taken(connection, world.number - 1))
    assert facts.lake_now().rows[ORDERS] == len(world.lives)
    assert events_of(lake) == in_database(house)
    stored = {life.order.no: life.order for life in world.lives.values()}
    for row in Lake(lake).ask(table(ORDERS)).to_pylist():
        known = stored[row["no"]]
        assert (row["version"], row["state"]) == (known.version, known.state.value)
        assert (row["category"], row["returns"], row["reworks"]) == (known.category or "", known.returns, known.reworks)
        said = {None: "", True: "yes", False: "no"}[known.resolved]
        assert (row["resolved"], row["closed_at"]) == (said, known.closed_at)
        assert (row["unit"], row["excluded"]) == (known.lead.unit if known.lead else "", known.excluded)


def test_an_idle_house_writes_nothing(house, lake) -> None:
    received()
    facts.lake_now()
    before = {p: p.stat().st_mtime_ns for p in lake.rglob("*") if p.name != ".writing"}
    with psycopg.connect(house.conninfo("loader")) as connection:
        mark = connection.execute("SELECT xmin::text, upto FROM ground_lake").fetchone()
    assert facts.lake_now().rows == {EVENTS: 0, ORDERS: 0, TEXTS: 0}
    assert {p: p.stat().st_mtime_ns for p in lake.rglob("*") if p.name != ".writing"} == before
    with psycopg.connect(house.conninfo("loader")) as connection:
        assert connection.execute("SELECT xmin::text, upto FROM ground_lake").fetchone() == mark


STEPS = [
    (facts, "add_part"),
    (writing, "TableFile"),
    (writing, "commit"),
    (facts, "_note"),
    (facts, "_forget"),
    (facts, "fold"),
]


@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
def test_killed_at_any_step_each_event_arrives_once(house, lake, monkeypatch, module, name: str) -> None:
    received()
    facts.lake_now()
    received("另一件事")
    for call in range(1, 8):
        with monkeypatch.context() as patch:
            real, calls = getattr(module, name), Counter[str]()

            def dies(*args: object, real=real, calls=calls, call=call, **named: object) -> object:
                calls["all"] += 1
                if calls["all"] == call:
                    raise Killed
                return real(*args, **named)

            patch.setattr(module, name, dies)
            try:
                facts.lake_now(fold_all=call % 2 == 0)
            except Killed:
                assert [e for e, n in Counter(events_of(lake)).items() if n > 1] == []
        received(f"第{call}件")
    facts.compact()
    assert events_of(lake) == in_database(house)
    assert facts.compact().rows[EVENTS] == 0


def test_killed_after_the_manifest_and_before_the_mark_nothing_comes_twice(house, lake, monkeypatch) -> None:
    received()
    facts.lake_now()
    received("另一件事")
    real = facts._note
    with monkeypatch.context() as patch:
        patch.setattr(facts, "_note", lambda mark: die() if mark.upto == mark.pending else real(mark))
        with pytest.raises(Killed):
            facts.lake_now()
    assert events_of(lake) == in_database(house)
    received("第三件事")
    caught = facts.compact()
    assert caught.rows[EVENTS] == 1
    assert not caught.anew
    assert events_of(lake) == in_database(house)


def test_a_range_that_is_written_again_gives_the_same_bytes(house, lake, monkeypatch) -> None:
    drive(Desks())
    with monkeypatch.context() as patch:
        patch.setattr(writing, "commit", die)
        with pytest.raises(Killed):
            facts.lake_now()
    before = bytes_of(lake)
    assert len(before) == 3
    facts.lake_now()
    assert bytes_of(lake) == before


def test_what_an_older_transaction_writes_comes_when_it_has_ended(house, lake) -> None:
    no = received()
    facts.lake_now()
    insert = (
        "INSERT INTO respond_event (order_id, seq, name, at, by, role, unit, data) "
        "SELECT id, %s, 'revealed', now(), 'x', 'agent', NULL, '{}' FROM respond_order WHERE no = %s"
    )
    with psycopg.connect(house.conninfo("loader")) as older, psycopg.connect(house.conninfo("loader")) as younger:
        older.execute(insert, [101, no])
        younger.execute(insert, [102, no])
        younger.commit()
        facts.lake_now()
        assert [seq for _, seq in events_of(lake)] == [1]
        older.commit()
        facts.lake_now()
        assert [seq for _, seq in events_of(lake)] == [1, 101, 102]
        older.execute(insert, [103, no])
        older.rollback()
    facts.lake_now()
    assert events_of(lake) == in_database(house)


def test_a_database_restored_on_another_server_fills_its_lake_anew(house, lake) -> None:
    received()
    received("另一件事")
    facts.lake_now()
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("UPDATE ground_lake SET server = server - 1")
        connection.execute("ALTER TABLE respond_event DISABLE TRIGGER ALL")
        connection.execute("UPDATE respond_event SET tx = (tx::text::bigint + 1000000)::text::xid8")
        connection.execute("ALTER TABLE respond_event ENABLE TRIGGER ALL")
    received("第三件事")
    caught = facts.lake_now()
    assert caught.anew
    assert events_of(lake) == in_database(house)
    received("第四件事")
    assert not facts.lake_now().anew
    assert events_of(lake) == in_database(house)


def test_a_database_restored_from_an_older_backup_fills_its_lake_anew(house, lake) -> None:
    received()
    facts.lake_now()
    with psycopg.connect(house.conninfo("superuser")) as connection:
        old = connection.execute("SELECT lake, upto, pending FROM ground_lake").fetchone()
    received("另一件事")
    facts.lake_now()
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("UPDATE ground_lake SET lake = %s, upto = %s, pending = %s", old)
    assert facts.lake_now().anew
    assert events_of(lake) == in_database(house)


def test_a_second_data_directory_does_not_take_the_facts_unasked(house, lake, tmp_path, monkeypatch) -> None:
    received()
    facts.lake_now()
    monkeypatch.setattr(facts, "folder", lambda: tmp_path / "other")
    assert facts.lake_now().anew
    monkeypatch.setattr(facts, "folder", lambda: lake)
    with pytest.raises(facts.AnotherLake, match="lake rebuild"):
        facts.lake_now()
    assert facts.rebuild().anew
    assert events_of(lake) == in_database(house)


def test_two_processes_do_not_write_one_lake(house, lake) -> None:
    with written_alone(lake), pytest.raises(LakeBusy):
        facts.lake_now()


def test_a_lake_that_was_lost_is_filled_again(house, lake) -> None:
    drive(Desks())
    facts.compact()
    before = Lake(lake).ask(table(ORDERS).order_by("order_id"))
    (lake / listing.NAME).unlink()
    assert facts.compact().anew
    assert Lake(lake).ask(table(ORDERS).order_by("order_id")).equals(before)


def test_an_order_shows_its_newest_state_before_and_after_the_fold(house, lake) -> None:
    no = received()
    facts.compact()
    casework.handle(no, say.AskDetail(question="在哪条街？"), AGENT)
    facts.lake_now()
    assert order(lake, no)["state"] == "incomplete"
    assert len(Lake(lake).ask(table(ORDERS))) == 1
    facts.compact()
    assert order(lake, no)["state"] == "incomplete"
    assert len(Lake(lake).ask(table(ORDERS))) == 1


def test_an_extension_moves_the_due_date_that_the_first_reply_is_held_against(house, lake) -> None:
    world = Desks()
    drive(world)
    facts.lake_now()
    shared, main = order(lake, world.no["shared"]), order(lake, world.no["main"])
    assert shared["extensions"] == 1
    assert shared["due"] > main["due"]
    assert (shared["on_time"], shared["co_units"]) == ("yes", 1)
    assert shared["units"][0] == shared["unit"]
    late = order(lake, world.no["stale"])
    assert (late["on_time"], late["first_replied_at"] > late["due"]) == ("no", True)


def test_what_level_3_answered_and_level_2_passed_on_is_the_first_reply(house, lake) -> None:
    world = Desks()
    drive(world)
    facts.lake_now()
    down = order(lake, world.no["down"])
    with psycopg.connect(house.conninfo("loader")) as connection:
        passed = connection.execute(
            "SELECT min(e.at) FROM respond_event e JOIN respond_order o ON o.id = e.order_id WHERE o.no = %s "
            "AND e.name = 'reply_reviewed' AND e.data ->> 'accepted' = 'true'",
            [world.no["down"]],
        ).fetchone()
    assert down["first_replied_at"] == passed[0]


SAID = (
    "我是欧阳海棠，身份证41050219800101123X，住3号楼2单元501室，电话139 1234 5678，微信号wx_haitang88，"
    "邮箱 haitang@example.org，车牌豫E12345"
)
IDENTITY = ("欧阳海棠", "13912345678", "139 1234 5678", "41050219800101123X", "501室", "haitang", "豫E12345", "朝阳巷")


def test_nobody_is_known_again_in_the_lake(house, lake) -> None:
    world = Desks()
    drive(world)
    received(SAID, title="欧阳海棠家停水")
    facts.lake_now()
    for said in (*IDENTITY, WANG.name, "13812345678", "wang@example.org"):
        assert not anywhere(lake, said), said
    assert anywhere(lake, "〔电话〕")
    with psycopg.connect(house.conninfo("loader")) as connection:
        clerks = {by for (by,) in connection.execute("SELECT DISTINCT by FROM respond_event").fetchall()}
        grades = connection.execute("SELECT count(*) FROM vault.rating").fetchone()[0]
    assert grades > 0
    for by in clerks - {"resident", "system"}:
        assert not anywhere(lake, f'"{by}"'), by
    assert not anywhere(lake, "satisfied")


def test_a_secret_order_has_no_words_and_no_place(house, lake) -> None:
    open_, hidden = received("朝阳路市场太吵"), received("朝阳路市场太吵，请保密", secret=True)
    later = received("文峰大道工地太吵，有人举报")
    facts.lake_now()
    casework.handle(later, say.Submit(category=_leaf(), secret=True), AGENT)
    facts.lake_now()
    numbers = {n: order(lake, n)["order_id"] for n in (open_, hidden, later)}
    kept = Lake(lake).ask(table(TEXTS))["order_id"].to_pylist()
    assert kept == [numbers[open_]]
    assert not anywhere(lake, "文峰大道")
    assert order(lake, later)["place"] == ""


def _leaf() -> str:
    from minsheng.ground import present

    return present.city().taxonomy.leaves[0].code


@pytest.mark.parametrize("folded", [False, True], ids=["in parts", "in days"])
def test_no_byte_of_an_erased_orders_words_stays_and_every_count_does(house, lake, folded: bool) -> None:
    no, other = received("朝阳路的路灯坏了三天"), received("文峰大道有个大坑")
    facts.lake_now(fold_all=folded)
    before = events_of(lake)
    assert anywhere(lake, "路灯坏了三天")
    erasure.erase(no)
    caught = facts.lake_now()
    assert caught.forgotten.texts == 1
    assert not anywhere(lake, "路灯坏了三天")
    assert anywhere(lake, "大坑")
    assert events_of(lake) == before
    assert order(lake, no)["place"] == ""
    assert order(lake, other)["no"] == other
    assert facts.lake_now().forgotten.texts == 0


def test_an_erasure_that_a_kill_broke_off_is_carried_out_by_the_next_run(house, lake, monkeypatch) -> None:
    no = received("朝阳路的路灯坏了三天")
    facts.compact()
    erasure.erase(no)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "commit", die)
        with pytest.raises(Killed):
            facts.lake_now()
    assert facts.lake_now().forgotten.texts == 1
    assert not anywhere(lake, "路灯坏了三天")


def test_words_erased_before_they_left_never_leave(house, lake) -> None:
    no = received("朝阳路的路灯坏了三天")
    erasure.erase(no)
    facts.lake_now()
    assert not anywhere(lake, "路灯")
    assert order(lake, no)["version"] == 1


def test_the_same_spot_is_the_same_place_and_another_one_is_not(house, lake) -> None:
    from minsheng.ground import present

    county = next(a for a in present.city().areas.values() if a.level == "county")
    first = received(f"{county.name}文峰大道上有个坑", area=county.code)
    again = received(f"我在{county.name}文峰大道附近摔了", area=county.code)
    other = received(f"{county.name}中华路灯不亮", area=county.code)
    facts.lake_now()
    places = [order(lake, no)["place"] for no in (first, again, other)]
    assert places[0] == places[1] != ""
    assert places[2] != places[0]
    assert order(lake, first)["county"] == county.code


def test_an_erasure_queues_the_run_that_carries_it_out(house, lake) -> None:
    no = received()
    erasure.erase(no)
    with psycopg.connect(house.conninfo("loader")) as connection:
        found = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'respond.facts_now'")
        assert found.fetchone() == (1,)


def test_the_range_of_a_minute_is_found_by_its_index(house) -> None:
    with psycopg.connect(house.conninfo("loader")) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            "EXPLAIN SELECT FROM respond_event WHERE tx >= '100'::xid8 AND tx < '200'::xid8"
        ).fetchall()
    assert any("respond_event_tx" in line for (line,) in plan)


def test_a_unit_sees_no_facts_and_cannot_move_the_mark_of_others(house) -> None:
    with psycopg.connect(house.conninfo("app")) as connection:
        received_now = connection.execute("SELECT count(*) FROM respond_event").fetchone()
        assert received_now == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM ground_lake")


def test_status_tells_what_waits(house, lake) -> None:
    received()
    assert facts.status().waiting == 1
    facts.lake_now()
    now = facts.status()
    assert (now.waiting, now.rows[ORDERS], now.parts) == (0, 1, 1)


def test_the_jobs_keep_the_lake_and_step_aside_for_whoever_writes_it(house, lake, caplog) -> None:
    from minsheng.respond import jobs

    received()
    with written_alone(lake):
        jobs.facts(0)
    assert listing.read(lake) is None
    jobs.facts(0)
    assert facts.status().parts == 1
    received("另一件事")
    jobs.facts_now()
    jobs.fold_facts(0)
    assert (facts.status().parts, facts.status().waiting) == (0, 0)
    assert events_of(lake) == in_database(house)


def test_a_job_whose_facts_go_elsewhere_says_so_and_does_not_fail(house, lake, tmp_path, monkeypatch, caplog) -> None:
    from minsheng.respond import jobs

    received()
    jobs.facts(0)
    monkeypatch.setattr(facts, "folder", lambda: tmp_path / "other")
    jobs.facts(0)
    monkeypatch.setattr(facts, "folder", lambda: lake)
    jobs.facts(0)
    assert "lake rebuild" in caplog.text


def test_a_process_that_only_knows_of_the_jobs_does_not_load_the_engine(house) -> None:
    code = (
        "import sys; from minsheng.ground.setup import configure; configure(); import minsheng.respond.jobs; "
        "sys.exit(bool({'duckdb', 'ibis', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
