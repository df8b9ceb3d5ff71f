"""Events of a plain table."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from minsheng.foresee.events import Unusable, events_of_table, read_requests

from .conftest import Town


def rows(town: Town) -> list[tuple[str, str, str]]:
    start = datetime(2023, 1, 1, tzinfo=UTC)
    return [
        (f"n{at}", (start + timedelta(days=float(day))).strftime("%Y-%m-%d %H:%M:%S"), text)
        for at, (day, text) in enumerate(zip(town.days, town.texts, strict=True))
    ]


def write(path: Path, town: Town, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([("no", "when", "said"), *reversed(rows(town))])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_request_gets_an_event_in_the_tables_own_order(tmp_path: Path, town: Town, encoding: str) -> None:
    out, report = tmp_path / "e.csv", tmp_path / "r.csv"
    events_of_table(write(tmp_path / "x.csv", town, encoding), ["said"], "when", "no", out, report)
    assert [row["id"] for row in read(out)] == [row[0] for row in reversed(rows(town))]
    first = read(report)[0]
    assert list(first)[:6] == ["rank", "name", "place", "from", "to", "size"]
    assert first["rank"] == "1"
    assert first["name"]
    assert int(first["size"]) >= 2


def test_parquet_gives_the_same_events_as_csv(tmp_path: Path, town: Town) -> None:
    columns = dict(zip(("no", "when", "said"), map(list, zip(*reversed(rows(town)), strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    for name in ("x.parquet", "x.csv"):
        if name == "x.csv":
            write(tmp_path / name, town)
        events_of_table(tmp_path / name, ["said"], "when", "no", tmp_path / f"{name}.out")
    assert (tmp_path / "x.parquet.out").read_text() == (tmp_path / "x.csv.out").read_text()


def test_without_a_column_of_ids_the_row_is_the_id(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("when,said\n2024-01-02,停水\n2024-01-01,停电\n", "utf-8")
    events_of_table(tmp_path / "x.csv", ["said"], "when", None, tmp_path / "e.csv")
    assert [row["id"] for row in read(tmp_path / "e.csv")] == ["2", "3"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("when,said\n", "holds no request"),
        ("", "is empty"),
        ("when,words\n2024-01-01,停水\n", "has no column said; it has when, words"),
        ("when,said\nyesterday,停水\n", "row 2, column when: 'yesterday' is no ISO time"),
        ("when,said\n2024-01-01,停水,又停\n", "row 2 has more fields than the header"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path: Path, table: str, sentence: str) -> None:
    (tmp_path / "x.csv").write_text(table, "utf-8")
    with pytest.raises(Unusable, match=sentence):
        read_requests(tmp_path / "x.csv", ["said"], "when")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="There is no file"):
        read_requests(tmp_path / "none.csv", ["said"], "when")


def test_texts_that_name_nothing_are_events_of_one(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("when,said\n2024-01-01,\n2024-01-01,hello\n", "utf-8")
    events_of_table(tmp_path / "x.csv", ["said"], "when", None, tmp_path / "e.csv", tmp_path / "r.csv")
    assert len({row["event"] for row in read(tmp_path / "e.csv")}) == 2
    assert read(tmp_path / "r.csv") == []


def test_columns_that_nobody_named_are_known_by_their_usual_names(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(
        "no,at,title,address,place,leaf,person,resolved,lon,lat\n"
        "1,2024-01-01,停水,双柳村,9f3a,0302,7,yes,117.12345,36.5\n2,2024-01-02,停电,南坪村,77b2,0303,8,,,\n",
        "utf-8",
    )
    found = read_requests(tmp_path / "x.csv", ["title"], "at", "no")
    assert found.used == ("address", "place", "leaf", "person", "resolved", "lon", "lat")
    assert (found.place, found.category, found.person) == (["双柳村", "南坪村"], ["0302", "0303"], ["7", "8"])
    assert found.solved == [True, None]
    assert found.marks == {"place": ["9f3a", "77b2"], "lon, lat": ["117123,36500", ""]}


def test_a_column_that_was_named_is_taken_instead_of_those_with_a_usual_name(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(
        "at,title,address,leaf,mine,where\n2024-01-01,停水,双柳村,0302,水,南坪村\n", "utf-8"
    )
    found = read_requests(tmp_path / "x.csv", ["title"], "at", place="where", category="mine")
    assert (found.place, found.category, found.used) == (["南坪村"], ["水"], ())


def test_an_address_among_the_texts_is_a_place_and_no_part_of_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("at,title,address\n2024-01-01,停水,双柳村\n", "utf-8")
    found = read_requests(tmp_path / "x.csv", ["title", "address"], "at")
    assert (found.texts, found.place) == (["停水"], ["双柳村"])


def test_the_truth_of_a_cause_is_never_read(tmp_path: Path, town: Town) -> None:
    plain, told = tmp_path / "plain.csv", tmp_path / "told.csv"
    write(plain, town)
    lines = plain.read_text("utf-8").splitlines()
    causes = ["cause", *map(str, reversed(town.cause))]
    told.write_text("\n".join(f"{line},{cause}" for line, cause in zip(lines, causes, strict=True)), "utf-8")
    for path in (plain, told):
        events_of_table(path, ["said"], "when", "no", path.with_suffix(".out"))
    assert plain.with_suffix(".out").read_text() == told.with_suffix(".out").read_text()


def test_a_column_that_nobody_named_is_left_out_when_it_does_not_say_yes_or_no(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("at,title,solved\n2024-01-01,停水,部分解决\n", "utf-8")
    found = read_requests(tmp_path / "x.csv", ["title"], "at")
    assert (found.solved, found.used) == (None, ())
    with pytest.raises(Unusable, match="neither yes nor no"):
        read_requests(tmp_path / "x.csv", ["title"], "at", solved="solved")
