"""Reading cases and places: what is wrong is named by row and column."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from minsheng.foresee.clusters import Places, Unusable, read_cases, read_places

PLACES = Places(("north", "south"), np.array([[0.0, 1.0], [0.0, 0.0]]))


def _table(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("place,lon,lat\nnorth,114.3,36.1\nsouth,,36.0\n", "row 3, column lon: is empty"),
        ("place,lon,lat\nnorth,114.3,36.1\nsouth,114.2\n", "row 3, column lat: is empty"),
        ("place,lon,lat\nnorth,east,36.1\n", "row 2, column lon: 'east' is no number"),
        ("place,lon,lat\nnorth,nan,36.1\n", "row 2, column lon: 'nan' is no number"),
        ("place,lon,lat\nnorth,36.1,114.3\n", "row 2, column lat: 114.3 is no lat"),
        ("place,x,y\nnorth,1,2\nnorth,3,4\n", "row 3, column place: 'north' stands in row 2 already"),
        ("place,x,y\n ,1,2\n", "row 2, column place: is empty"),
        ("place,x,y,population\nnorth,1,2,-5\n", "row 2, column population: people cannot be fewer"),
        ("place,x\nnorth,1\n", "has no coordinates"),
        ("name,x,y\nnorth,1,2\n", "has no column place; it has name, x, y"),
        ("place,x,y\n", "holds no place"),
        ("", "has no column place"),
    ],
)
def test_places_that_cannot_be_read_are_named(tmp_path, text, says):
    with pytest.raises(Unusable, match=says):
        read_places(_table(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("place,t\nnorth,2024-06-01\nwest,2024-06-01\n", "row 3, column place: 'west' is not among the places"),
        ("place,t\nnorth,1 June\n", "row 2, column t: '1 June' is no ISO date; write it like"),
        ("place,t,count\nnorth,2024-06-01,1.5\n", "row 2, column count: 1.5 is no count"),
        ("place,t,count\nnorth,2024-06-01,-1\n", "row 2, column count: -1 is no count"),
        ("place,t,count\nnorth,2024-06-01,\n", "row 2, column count: is empty"),
        ("place,day\nnorth,2024-06-01\n", "has no column t"),
    ],
)
def test_cases_that_cannot_be_read_are_named(tmp_path, text, says):
    with pytest.raises(Unusable, match=says):
        read_cases(_table(tmp_path, text), PLACES)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path):
    with pytest.raises(Unusable, match="no file"):
        read_places(tmp_path / "none.csv")
    path = tmp_path / "gbk.csv"
    path.write_bytes("place,x,y\n小区,1,2\n".encode("gbk"))
    with pytest.raises(Unusable, match="not UTF-8"):
        read_places(path)


def test_days_and_times_and_counts_are_read(tmp_path):
    cases = read_cases(_table(tmp_path, "place,t,count\nsouth,2024-06-01,2\nnorth,2024-06-02T08:30:00,1\n"), PLACES)
    assert cases.place.tolist() == [1, 0]
    assert [date.fromordinal(day).isoformat() for day in cases.day] == ["2024-06-01", "2024-06-02"]
    assert (cases.count.tolist(), cases.total) == ([2, 1], 3)


def test_parquet_is_read_like_csv(tmp_path):
    days = [date(2024, 6, 1), date(2024, 6, 2)]
    for t in (days, [datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in days]):
        pq.write_table(pa.table({"place": ["north", "south"], "t": t}), tmp_path / "c.parquet")
        assert read_cases(tmp_path / "c.parquet", PLACES).day.tolist() == [day.toordinal() for day in days]
    pq.write_table(pa.table({"place": ["north"], "x": [1.0], "y": [2.0]}), tmp_path / "p.parquet")
    assert not read_places(tmp_path / "p.parquet").degrees


def test_population_is_read_where_it_is_given(tmp_path):
    places = read_places(_table(tmp_path, "place,lon,lat,population\nnorth,114.3,36.1,1200\n"))
    assert places.degrees
    assert places.population is not None
    assert places.population.tolist() == [1200.0]
    assert read_places(_table(tmp_path, "place,lon,lat\nnorth,114.3,36.1\n")).population is None
