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
