"""The house releases its own months: anybody finds them right, and they stay exact when orders are erased."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from minsheng.account import monthly
from minsheng.account.ledger import folder as log_folder
from minsheng.account.ledger import number, publish, signer, tell
from minsheng.account.ledger.counters import count_channels
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.policy import Policy
from minsheng.account.log.tiles import in_folder
from minsheng.account.monthly import files
from minsheng.account.monthly.release import releases
from minsheng.account.releases import STANDARD, NothingToRelease, Report, verify
from minsheng.core import commands as say
from minsheng.core.codes import Role
from minsheng.core.ledger import LeafKind
from minsheng.core.order import Actor
from minsheng.doors.account.erasing import erase
from minsheng.ground import present
from minsheng.respond import casework, intake
from support.life import AGENT, DISPATCHER

pytestmark = pytest.mark.db
OCTOBER, NOVEMBER, DECEMBER = (datetime(2026, month, 3, 2, tzinfo=UTC) for month in (10, 11, 12))
JANUARY = datetime(2027, 1, 2, 2, tzinfo=UTC)
SECRET = "林某某家的暖气"


@pytest.fixture(autouse=True)
def graves(tmp_path, monkeypatch) -> None:
    """A list of erased orders of the test's own."""
    monkeypatch.setattr("minsheng.ground.graves.place", lambda: tmp_path / "graves.txt")


@pytest.fixture
def clock(house):
    """The house's clock, to be put forward: begins in October."""
    times = [OCTOBER]
    present.clock.append(lambda: times[-1])
    yield times
    present.clock.pop()


@pytest.fixture
def units(house) -> list[str]:
    """Four counties."""
    return [code for code, unit in sorted(present.city().units.items()) if unit.level == 2][:4]


def received(n: int) -> list[str]:
    return [intake.receive(intake.Request(f"{SECRET}{i}", category="010101")).no for i in range(n)]


def dispatched(nos: list[str], unit: str) -> None:
    for no in nos:
        casework.handle(no, say.Submit(category="010101"), AGENT)
        casework.handle(no, say.Dispatch(lead=present.unit_ref(unit)), DISPATCHER)


def checked(month: str, **more) -> Report:
    """The release as somebody outside checks it, with the log's key alone."""
    policy = Policy.parse(f"log {write_vkey(signer().verifier)}\nquorum none\n".encode())
    read = in_folder(log_folder())
    return verify(read, read("checkpoint"), policy, monthly.folder() / f"{month}.jsonl.gz", **more)


def lines(month: str) -> list[dict]:
    return [json.loads(line) for line in gzip.open(monthly.folder() / f"{month}.jsonl.gz")]


def figures(report: Report, metric: str, agency: str = "*") -> dict[str, tuple[int, int, int]]:
    """Part, whole and left out by cohort."""
    return {str(row[0]): tuple(row[3:]) for row in report.rates if row[1] == agency and row[2] == metric}


def three_months(clock, units) -> None:
    """November's orders go to two counties; December moves some of them on."""
    monthly.define()
    clock.append(NOVEMBER)
    nos = received(26)
    dispatched(nos[:11], units[0])
    dispatched(nos[11:23], units[1])
    clock.append(DECEMBER)
    monthly.release("2026-11")
    dispatched(nos[23:], units[0])
    received(5)
    clock.append(JANUARY)
    monthly.release("2026-12")


def test_a_month_is_released_and_anybody_finds_it_right(clock, units) -> None:
    monthly.define()
    clock.append(NOVEMBER)
    dispatched(received(12), units[0])
    number()
    assert count_channels() == 1
    with pytest.raises(NothingToRelease, match="not over"):
        monthly.release("2026-11")
    clock.append(DECEMBER)
    made = monthly.release("2026-11")
    report = checked("2026-11")
    assert (report.start, report.stop, report.manifest) == (made.first, made.past, made.leaf)
    assert figures(report, "resolved_gross") == {"2026-11": (0, 0, 12)}
    assert not report.late


def test_releases_follow_one_another_and_their_balances_are_carried_on(clock, units) -> None:
    three_months(clock, units)
    assert checked("2026-11").manifest == releases()[0].leaf
    report = checked("2026-12", previous=monthly.folder() / "2026-11.jsonl.gz")
    assert report.start == releases()[0].past
    assert figures(report, "resolved_gross") == {"2026-11": (0, 0, 26), "2026-12": (0, 0, 5)}
    index = json.loads((monthly.folder() / "index.json").read_text())
    assert [each["month"] for each in index["releases"]] == ["2026-11", "2026-12"]
    assert monthly.due() == []


def test_nothing_that_was_said_is_in_a_release(clock, units) -> None:
    three_months(clock, units)
    for month in ("2026-11", "2026-12"):
        content = gzip.decompress((monthly.folder() / f"{month}.jsonl.gz").read_bytes()).decode()
        assert SECRET not in content
        assert '"tag"' not in content


def test_a_release_made_again_is_the_same(clock, units) -> None:
    monthly.define()
    received(3)
    clock.append(NOVEMBER)
    made = monthly.release("2026-10")
    content = (monthly.folder() / "2026-10.jsonl.gz").read_bytes()
    assert monthly.release("2026-10") == made
    assert (monthly.folder() / "2026-10.jsonl.gz").read_bytes() == content
    assert len(releases()) == 1


def test_metrics_that_were_defined_after_the_month_began_are_said_to_be_late(clock) -> None:
    received(3)
    clock.append(NOVEMBER)
    assert monthly.release("2026-10").late
    assert "no metric was defined before the month began" in checked("2026-10").text
    clock.append(DECEMBER)
    assert monthly.release("2026-11").late
    clock.append(JANUARY)
    assert not monthly.release("2026-12").late


def test_a_first_release_reaches_to_the_first_definitions_if_they_came_after_its_leaves(clock) -> None:
    received(3)
    number()
    clock.append(NOVEMBER)
    assert monthly.release("2026-10").late
    assert figures(checked("2026-10"), "resolved_gross") == {"2026-10": (0, 0, 3)}


def test_definitions_are_logged_once(clock) -> None:
    assert len(monthly.define()) == len(monthly.defined())
    assert monthly.define() == []


def test_an_order_erased_before_its_release_still_counts_and_opens_nothing_but_its_moves(clock, units, house) -> None:
    monthly.define()
    clock.append(NOVEMBER)
    nos = received(48)
    for at, unit in enumerate(units):
        dispatched(nos[12 * at : 12 * at + 12], unit)
        number()
        for no in nos[12 * at : 12 * at + 3 * at]:
            assert erase(no) > 0
    clock.append(DECEMBER)
    monthly.release("2026-11")
    report = checked("2026-11")
    assert figures(report, "resolved_gross") == {"2026-11": (0, 0, 48)}
    assert figures(report, "resolved_gross", units[3]) == {"2026-11": (0, 0, 12)}
    finer = [len(line["g"][3]) - 1 for line in lines("2026-11")[1:-1] if line["k"] == LeafKind.DISPATCH]
    agencies = [
        line["g"][2][1]["agency"]
        for line in lines("2026-11")[1:-1]
        if line["k"] == LeafKind.DISPATCH and len(line["g"][2]) == 2
    ]
    assert agencies.count(units[3]) == 12
    assert sum(finer) == 0
    with psycopg.connect(house.conninfo("superuser")) as connection:
        assert connection.execute("SELECT count(*) FROM account_opening").fetchone() == (0,)


def test_an_order_erased_after_its_release_changes_no_figure_of_the_next(clock, units) -> None:
    monthly.define()
    clock.append(NOVEMBER)
    nos = received(12)
    dispatched(nos, units[0])
    clock.append(DECEMBER)
    monthly.release("2026-11")
    before = figures(checked("2026-11"), "resolved_gross", units[0])
    for no in nos[:4]:
        erase(no)
    clock.append(JANUARY)
    monthly.release("2026-12")
    assert figures(checked("2026-12"), "resolved_gross", units[0]) == before


def test_what_is_kept_of_an_erased_order_opens_neither_matter_nor_place_nor_tag(clock, house) -> None:
    from minsheng.core.ledger import commit, leaf_key
    from minsheng.ground.vault import seal_of

    (no,) = received(1)
    with psycopg.connect(house.conninfo("superuser")) as connection:
        ((order, seq, told),) = connection.execute(
            "SELECT order_id, seq, told FROM respond_event WHERE leaf IS NOT NULL"
        ).fetchall()
        made = commit(leaf_key(seal_of(order).key, seq), told)
        erase(no)
        ((salts, hashes),) = connection.execute("SELECT salts, hashes FROM account_opening").fetchall()
    assert bytes(salts) == b"".join(made.salts[:3])
    assert bytes(hashes) == b"".join(made.hashes[3:])
    assert not any(salt in bytes(salts) + bytes(hashes) for salt in made.salts[3:])


def test_erasing_twice_is_erasing_once(clock) -> None:
    (no,) = received(1)
    assert erase(no) > 0
    assert erase(no) == 0
    with pytest.raises(casework.NotFound):
        erase("T0000")


def test_an_order_that_lost_its_key_without_a_word_is_told_of(clock) -> None:
    from minsheng.respond import erasure

    monthly.define()
    nos = received(3)
    erasure.erase(nos[1])
    clock.append(NOVEMBER)
    with pytest.raises(NothingToRelease, match="was erased and nothing was kept"):
        monthly.release("2026-10")
    assert list(monthly.folder().glob("*.gz")) == []


def test_a_range_takes_the_whole_batch_and_the_earlier_events_of_every_order(clock, units, house) -> None:
    monthly.define()
    (no,) = received(1)
    number()
    clock.append(NOVEMBER)
    dispatched([no], units[0])
    received(4)
    number()
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("SET session_replication_role = replica")
        rows = connection.execute("SELECT index FROM account_leaf WHERE seq = 1 AND day < '2026-11-01'").fetchall()
        (size,) = connection.execute("SELECT size FROM account_ledger").fetchone()
        ((first,),) = rows
        connection.execute("UPDATE account_leaf SET index = 999 WHERE index = %s", [size - 1])
        connection.execute("UPDATE account_leaf SET index = %s WHERE index = %s", [size - 1, first])
        connection.execute("UPDATE account_leaf SET index = %s, batch = %s WHERE index = 999", [first, first])
    received(1)
    number()
    clock.append(DECEMBER)
    made = monthly.release("2026-10")
    assert made.past == size
    assert checked("2026-10").stop == size


def test_a_release_that_was_cut_off_before_its_file_stood_is_put_in_place_by_the_next_call(clock, monkeypatch) -> None:
    monthly.define()
    received(3)
    clock.append(NOVEMBER)

    def cut_off(_releases: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(files, "put_in_place", cut_off)
        with pytest.raises(KeyboardInterrupt):
            monthly.release("2026-10")
    assert list(monthly.folder().glob("*.gz")) == []
    monthly.release("2026-10")
    publish()
    assert checked("2026-10").manifest == releases()[0].leaf
    assert [each.name for each in Path(monthly.folder() / ".writing").iterdir()] == []


def test_a_lost_file_is_told_of_and_never_made_anew(clock) -> None:
    monthly.define()
    received(3)
    clock.append(NOVEMBER)
    monthly.release("2026-10")
    (monthly.folder() / "2026-10.jsonl.gz").unlink()
    with pytest.raises(monthly.Lost, match="bring it back"):
        monthly.release("2026-10")


def test_a_month_left_out_is_released_with_the_next(clock, units) -> None:
    monthly.define()
    received(2)
    clock.append(NOVEMBER)
    monthly.release("2026-10")
    received(3)
    clock.append(JANUARY)
    assert monthly.due() == ["2026-11", "2026-12"]
    for month in monthly.due():
        monthly.release(month)
        assert checked(month).month == month
    with pytest.raises(NothingToRelease, match="released already"):
        monthly.release("2026-09")


def test_the_jobs_define_and_release_in_the_first_days_and_may_run_twice(clock) -> None:
    from minsheng.account import jobs

    jobs.release(timestamp=0)
    assert releases() == []
    jobs.define(timestamp=0)
    received(3)
    clock.append(NOVEMBER)
    for _ in range(2):
        jobs.define(timestamp=0)
        jobs.release(timestamp=0)
    assert [each.month for each in releases()] == ["2026-10"]
    assert len(monthly.defined()) == len(STANDARD)


def test_a_month_before_there_was_a_ledger_has_no_release(clock) -> None:
    received(2)
    clock.append(NOVEMBER + timedelta(hours=1))
    with pytest.raises(NothingToRelease, match="no leaf is dated"):
        monthly.release("2026-09")
    with pytest.raises(NothingToRelease, match="no month"):
        monthly.release("2026-13")


def test_ballots_are_counted_and_too_few_of_them_stop_a_release(clock) -> None:
    monthly.define()
    day = OCTOBER.date()
    for at in range(12):
        grade = "satisfied" if at % 3 else "dissatisfied"
        ballot = {"agency": "city", "period": "2026-09", "answer": grade, "tracker": f"竹{at}"}
        tell(LeafKind.BALLOT, day, ballot)
    clock.append(NOVEMBER)
    monthly.release("2026-10")
    assert figures(checked("2026-10"), "satisfied") == {"2026-09": (8, 12, 0)}
    tell(LeafKind.BALLOT, NOVEMBER.date(), {"agency": "a", "period": "2026-10", "answer": "satisfied", "tracker": "松"})
    clock.append(DECEMBER)
    with pytest.raises(NothingToRelease, match="longer period"):
        monthly.release("2026-11")


def test_sealed_answers_stand_in_a_release_shut_and_count_for_nothing(clock, house) -> None:
    monthly.define()
    received(2)
    with psycopg.connect(house.conninfo("superuser")) as connection:
        for at in range(5):
            connection.execute(
                "INSERT INTO respond_sealed (commitment, day) VALUES (%s, %s)", [bytes([at] * 32), OCTOBER.date()]
            )
    clock.append(NOVEMBER)
    monthly.release("2026-10")
    assert figures(checked("2026-10"), "resolved_gross") == {"2026-10": (0, 0, 2)}
    shut = [line["g"] for line in lines("2026-10")[1:-1] if line["k"] == LeafKind.SEALED]
    assert sorted(shut) == [[[(bytes([at] * 32)).hex()]] for at in range(5)]


def test_only_the_citys_system_sees_what_is_kept(clock) -> None:
    from django.db import connection

    from minsheng.ground.access import sight

    (no,) = received(1)
    monthly.define()
    erase(no)
    clock.append(NOVEMBER)
    with sight(Actor("agent", Role.AGENT)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account_opening")
        seen = cursor.fetchone()
    with sight(Actor("desk", Role.UNIT_DESK, "nobody")), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM account_opening) + (SELECT count(*) FROM account_release_memory)")
        assert cursor.fetchone() == (0,)
    assert seen == (1,)
