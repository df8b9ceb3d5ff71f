"""The lake's files: parts come, are folded into days, are forgotten; a death at any step changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import pyarrow.parquet as pq
import pytest

from minsheng.ground.lake import Lake, LakeBusy, NoLake, manifest, table, writing
from minsheng.ground.lake.manifest import Manifest, commit, read, sweep, written_alone
from minsheng.ground.lake.schema import EVENTS, ORDERS, SCHEMAS, SORTED, TEXTS
from minsheng.ground.lake.writing import fold, forget
from support.lake import MONDAY, begin, event, made_up, now, order, part, table_of, text

DAY = MONDAY + timedelta(days=1)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    begin(tmp_path)
    return tmp_path


def states(folder: Path) -> dict[int, str]:
    found = Lake(folder).ask(table(ORDERS))
    numbers = found["order_id"].to_pylist()
    assert len(numbers) == len(set(numbers)), "an order is there once"
    return dict(zip(numbers, found["state"].to_pylist(), strict=True))


def events(folder: Path) -> Counter[tuple[int, int]]:
    found = Lake(folder).ask(table(EVENTS))
    return Counter(zip(found["order_id"].to_pylist(), found["seq"].to_pylist(), strict=True))


def test_the_newest_row_of_an_order_counts_wherever_it_stands(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY, state="received"), order(2, DAY, state="received")])
    part(lake, orders=[order(1, MONDAY, state="dispatched")])
    assert states(lake) == {1: "dispatched", 2: "received"}
    fold(lake, now(lake), {})
    assert states(lake) == {1: "dispatched", 2: "received"}
    part(lake, orders=[order(2, DAY, state="closed"), order(3, DAY, state="received")])
    assert states(lake) == {1: "dispatched", 2: "closed", 3: "received"}
    fold(lake, now(lake), {})
    assert states(lake) == {1: "dispatched", 2: "closed", 3: "received"}


def test_a_fold_leaves_a_sorted_file_for_each_day_of_the_newest_month_and_one_for_each_month_before(lake: Path) -> None:
    rows = made_up(Random(3), 400)
    for first in range(0, 400, 50):
        part(lake, orders=rows[first : first + 50], events=[event(o["order_id"], 1, o["day"]) for o in rows])
    state = fold(lake, now(lake), {})
    newest = max(o["day"].isoformat() for o in rows)[:7]
    spans = {day if day[:7] == newest else day[:7] for day in (o["day"].isoformat() for o in rows)}
    assert state.parts == ()
    assert set(state.folded[ORDERS]) == spans
    for span, file in state.folded[ORDERS].items():
        found = pq.read_table(lake / file.file, partitioning=None)
        assert found.schema.names == SCHEMAS[ORDERS].names
        assert all(day.isoformat().startswith(span) for day in found["day"].to_pylist())
        assert found.sort_by([(name, "ascending") for name in SORTED[ORDERS]]).equals(found)
        assert found.num_rows == file.rows
    assert sorted(states(lake)) == sorted(o["order_id"] for o in rows)


def test_a_fold_writes_only_days_and_months_that_a_part_touches(lake: Path) -> None:
    before = MONDAY - timedelta(days=31)
    part(lake, orders=[order(0, before), order(1, MONDAY), order(2, DAY)])
    first = fold(lake, now(lake), {})
    part(lake, orders=[order(2, DAY, state="closed")])
    second = fold(lake, now(lake), {})
    for span in ("2024-12", MONDAY.isoformat()):
        assert second.folded[ORDERS][span] == first.folded[ORDERS][span]
    assert second.folded[ORDERS][DAY.isoformat()] != first.folded[ORDERS][DAY.isoformat()]
    part(lake, orders=[order(0, before, state="closed")])
    third = fold(lake, now(lake), {})
    assert third.folded[ORDERS]["2024-12"] != first.folded[ORDERS]["2024-12"]
    assert states(lake) == {0: "closed", 1: "", 2: "closed"}


def test_when_a_month_has_ended_its_days_become_one_file(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY), order(2, DAY)], events=[event(1, 1, MONDAY)])
    assert set(fold(lake, now(lake), {}).folded[ORDERS]) == {MONDAY.isoformat(), DAY.isoformat()}
    part(lake, orders=[order(3, date(2025, 2, 1))])
    state = fold(lake, now(lake), {})
    assert set(state.folded[ORDERS]) == {"2025-01", "2025-02-01"}
    assert set(state.folded[EVENTS]) == {MONDAY.isoformat()}, "no event has come since"
    assert states(lake) == {1: "", 2: "", 3: ""}
    assert events(lake) == {(1, 1): 1}


def test_the_same_parts_give_the_same_bytes(tmp_path: Path) -> None:
    rows = made_up(Random(4), 300)
    written = []
    for name in ("one", "other"):
        folder = tmp_path / name
        begin(folder)
        part(folder, orders=rows[:150])
        part(folder, orders=rows[100:])
        fold(folder, now(folder), {})
        written.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.parquet")})
    assert written[0] == written[1]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["TableFile", "commit", "sweep"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_killed_while_it_folds_the_lake_is_as_it_was_or_folded(lake: Path, monkeypatch, step: str, call: int) -> None:
    part(lake, orders=[order(1, MONDAY), order(2, DAY)], events=[event(1, 1, MONDAY)])
    fold(lake, now(lake), {})
    part(lake, orders=[order(2, DAY, state="closed")], events=[event(2, 1, DAY)], texts=[text(2, DAY, "灯")])
    real, calls = getattr(writing, step), Counter[str]()

    def dies(*given: object, **named: object) -> object:
        calls["all"] += 1
        if calls["all"] == call:
            raise Killed
        return real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(writing, step, dies)
        try:
            fold(lake, now(lake), {})
        except Killed:
            assert states(lake) == {1: "", 2: "closed"}
    fold(lake, now(lake), {})
    assert states(lake) == {1: "", 2: "closed"}
    assert events(lake) == {(1, 1): 1, (2, 1): 1}
    sweep(lake, now(lake))
    assert {p.relative_to(lake).as_posix() for p in lake.rglob("*.parquet")} == now(lake).files()


def test_readers_of_the_lake_before_a_fold_can_go_on_reading(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY)])
    fold(lake, now(lake), {})
    files = now(lake).base(ORDERS)
    part(lake, orders=[order(1, MONDAY, state="closed")])
    fold(lake, now(lake), {})
    assert all((lake / file).exists() for file in files)
    part(lake, orders=[order(1, MONDAY, state="archived")])
    fold(lake, now(lake), {})
    assert not any((lake / file).exists() for file in files)


def test_an_open_lake_shows_what_came_since_and_survives_files_that_went(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY)], texts=[text(1, MONDAY, "路灯不亮")])
    fold(lake, now(lake), {})
    opened = Lake(lake)
    assert len(opened.ask(table(TEXTS))) == 1
    part(lake, orders=[order(2, DAY)])
    assert len(opened.ask(table(ORDERS))) == 2
    forget(lake, now(lake), [1], {})
    assert len(opened.ask(table(TEXTS))) == 0
    assert opened.manifest.number == now(lake).number


def test_a_reader_that_is_overtaken_between_two_files_asks_again(lake: Path, monkeypatch) -> None:
    part(lake, texts=[text(1, MONDAY, "路灯不亮"), text(2, MONDAY, "水管漏水")])
    fold(lake, now(lake), {})
    opened = Lake(lake)
    stale = opened._seen
    forget(lake, now(lake), [1], {})
    stamps = iter([stale])
    real = Lake._stamp
    monkeypatch.setattr(Lake, "_stamp", lambda self: next(stamps, None) or real(self))
    assert opened.ask(table(TEXTS))["order_id"].to_pylist() == [2]


def test_what_is_forgotten_goes_from_days_and_parts_and_from_the_disk(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY, place="a1"), order(2, MONDAY, place="b2")], texts=[text(1, MONDAY, "灯坏了")])
    fold(lake, now(lake), {})
    part(lake, orders=[order(1, MONDAY, place="a1", state="closed")], texts=[text(3, DAY, "水漏了")])
    part(lake, texts=[text(4, DAY, "井盖没了"), text(5, DAY, "路上有坑")])
    state, gone = forget(lake, now(lake), [1, 4, 99], {})
    assert (gone.texts, gone.places) == (2, 2)
    assert sorted(Lake(lake).ask(table(TEXTS))["order_id"].to_pylist()) == [3, 5]
    places = Lake(lake).ask(table(ORDERS).order_by("order_id"))["place"].to_pylist()
    assert places == ["", "b2"]
    for path in lake.rglob("*.parquet"):
        assert "灯坏了" not in str(pq.read_table(path, partitioning=None).to_pydict())
        assert "井盖" not in str(pq.read_table(path, partitioning=None).to_pydict())
    assert {p.relative_to(lake).as_posix() for p in lake.rglob("*.parquet")} == state.files()
    again, nothing = forget(lake, state, [1, 4], {})
    assert (nothing.texts, nothing.places) == (0, 0)
    assert again.folded == state.folded


def test_files_of_a_broken_off_write_are_swept(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY)])
    stray = lake / "orders" / "parts" / "0-1.parquet"
    stray.write_bytes(b"x")
    (lake / "texts" / "day=2025-01-06").mkdir(parents=True)
    (lake / "texts" / "day=2025-01-06" / ".00000001.parquet.new").write_bytes(b"words")
    assert sweep(lake, now(lake)) == 2
    assert states(lake) == {1: ""}


def test_a_part_without_rows_leaves_no_file(lake: Path) -> None:
    state = part(lake)
    assert state.parts == ()
    assert state.upto == 10
    assert list(lake.rglob("*.parquet")) == []


def test_each_file_says_what_its_columns_mean_and_where_its_rows_come_from(lake: Path) -> None:
    state = now(lake)
    rows = {ORDERS: [table_of(ORDERS, [order(1, MONDAY)])]}
    state = writing.add_part(lake, state, 10, rows, {"data": "模拟数据 simulated"})
    found = pq.read_schema(lake / state.fresh(ORDERS)[0])
    assert found.metadata[b"data"].decode() == "模拟数据 simulated"
    assert found.field("due").metadata[b"meaning"].decode().startswith("until when")


def test_a_manifest_reads_back_as_it_was_written(lake: Path) -> None:
    part(lake, orders=[order(1, MONDAY)], events=[event(1, 1, DAY)])
    fold(lake, now(lake), {})
    state = part(lake, texts=[text(1, MONDAY, "灯")])
    assert read(lake) == state


def test_a_manifest_of_a_later_format_is_refused(lake: Path, monkeypatch) -> None:
    monkeypatch.setattr(manifest, "FORMAT", 2)
    commit(lake, Manifest("later"))
    monkeypatch.undo()
    with pytest.raises(ValueError, match="format 2"):
        read(lake)


def test_one_writes_at_a_time(lake: Path) -> None:
    with written_alone(lake), pytest.raises(LakeBusy, match="wait"), written_alone(lake):
        pass


def test_where_there_is_no_lake_nobody_can_ask(tmp_path: Path) -> None:
    with pytest.raises(NoLake, match="catch-up"):
        Lake(tmp_path / "none")


def test_a_mistake_in_a_question_is_not_taken_for_a_missing_file(lake: Path) -> None:
    with pytest.raises(duckdb.Error):
        Lake(lake)._cursor().sql("SELECT nothing FROM orders")


def test_months_on_both_sides_of_a_year_are_kept_apart(lake: Path) -> None:
    days = [date(2024, 12, 31), date(2025, 1, 1)]
    part(lake, orders=[order(i, day) for i, day in enumerate(days)])
    assert set(fold(lake, now(lake), {}).folded[ORDERS]) == {"2024-12", "2025-01-01"}
    assert states(lake) == {0: "", 1: ""}
