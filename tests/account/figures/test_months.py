"""Figures of finished months: every order in one outcome, rates by the published definitions, and open data that say
the same; right against counting by hand."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from minsheng.account.figures import COUNTS, REST, Figures, ballots, figures, opendata
from minsheng.account.figures.questions import standings
from minsheng.account.releases.metrics import STANDARD
from minsheng.core.ledger import Outcome
from minsheng.ground.city import load_pack
from minsheng.ground.lake import Lake
from minsheng.ground.lake.engines import ENGINES, text
from support.lake import Row, begin, order, part

UNTIL, ASOF = date(2026, 4, 1), datetime(2026, 4, 20, tzinfo=UTC)
MARCH = date(2026, 3, 10)
SOLVED = {"state": "closed", "closing": "called_back", "resolved": "yes", "calls": 1}
IN_TIME = {"on_time": "yes", "first_replied_at": datetime(2026, 3, 12, tzinfo=UTC)}
HERE = {"channel": "phone", "county": "410502", "kind": "complaint"}


def made(folder: Path, rows: list[Row], months: int = 3, **given: object) -> Figures:
    begin(folder)
    part(folder, orders=rows)
    lake = Lake(folder)
    found = figures(lake, UNTIL, months, ASOF, **given)
    lake.close()
    return found


def some(count: int, start: int = 1, day: date = MARCH, **given: object) -> list[Row]:
    return [order(number, day, **{**HERE, **SOLVED, **given}) for number in range(start, start + count)]


def every_outcome() -> list[Row]:
    """Twelve orders, one or two of each outcome, with flags that two outcomes could claim."""
    ways: list[dict[str, object]] = [
        {**SOLVED, **IN_TIME},
        {**SOLVED, "on_time": "no", "first_replied_at": ASOF, "reworks": 2},
        {**SOLVED, "resolved": "no", **IN_TIME},
        {"state": "archived", "closing": "answered", "resolved": ""},
        {"state": "closed", "closing": "unreached", "resolved": "", "calls": 3},
        {"state": "closed", "closing": "final_reply", "resolved": ""},
        {**SOLVED, "excluded": True, "merged_into": "AY1"},
        {"state": "merged", "merged_into": "AY1", "resolved": "", "closing": ""},
        {"state": "withdrawn", "resolved": "", "closing": ""},
        {"state": "archived", "closing": "withdrawn", "resolved": "yes"},
        {"state": "dispatched", "due": ASOF - timedelta(days=1)},
        {"state": "dispatched", "due": ASOF + timedelta(days=1)},
    ]
    return [order(number, MARCH, **{**HERE, **way}) for number, way in enumerate(ways, start=1)]


def test_every_order_stands_in_exactly_one_outcome(tmp_path: Path) -> None:
    counts = made(tmp_path, every_outcome()).city("2026-03").counts
    assert {name: counts[name] for name in (each.value for each in Outcome)} == {
        **{"open": 2, "resolved": 2, "unresolved": 1, "unsaid": 3},
        **{"excluded": 1, "withdrawn": 2, "merged": 1},
    }
    assert counts["intake"] == sum(counts[each.value] for each in Outcome) == 12
    assert (counts["at_once"], counts["unreached"], counts["unasked"]) == (1, 1, 1)
    assert (counts["judged"], counts["on_time"], counts["silent"], counts["second"]) == (3, 2, 1, 2)


def test_rates_follow_the_published_definitions(tmp_path: Path) -> None:
    rows = every_outcome() + some(20, 100, resolved="no", **IN_TIME) + some(30, 200, **IN_TIME)
    city = made(tmp_path, rows).city("2026-03")
    net, gross = city.rate("resolved_net"), city.rate("resolved_gross")
    assert net is not None
    assert gross is not None
    assert (net.part, net.whole, net.left_out) == (32, 53, 9)
    assert (gross.part, gross.whole, gross.left_out) == (32, 59, 3)
    assert net.value == pytest.approx(32 / 53)
    assert net.low is not None
    assert net.high is not None
    assert net.low < 32 / 53 < net.high


def test_second_handlings_are_counted_and_are_no_share(tmp_path: Path) -> None:
    city = made(tmp_path, some(20, reworks=3, **IN_TIME)).city("2026-03")
    second = city.rate("second")
    assert second is not None
    assert (second.part, second.whole, second.value, second.low) == (60, 20, 3.0, None)


def test_a_rate_over_fewer_than_ten_is_not_computed(tmp_path: Path) -> None:
    rows = some(9, **IN_TIME) + some(20, 100, resolved="", closing="answered")
    rate = made(tmp_path, rows).city("2026-03").rate("resolved_net")
    assert rate is not None
    assert (rate.whole, rate.value) == (9, None)


def test_parts_of_a_month_add_up_to_the_city_in_every_count(tmp_path: Path) -> None:
    rows = every_outcome() + some(30, 100, county="410503", channel="web") + some(4, 200, county="", kind="help")
    found = made(tmp_path, rows)
    city = found.city("2026-03")
    for by in ("channel", "county", "kind"):
        for name in COUNTS:
            assert sum(cell.counts[name] for cell in found.parts("2026-03", by)) == city.counts[name], (by, name)


def test_a_small_part_is_kept_together_with_another(tmp_path: Path) -> None:
    rows = some(40) + some(25, 100, county="410503") + some(3, 200, county="410505")
    cells = made(tmp_path, rows).parts("2026-03", "county")
    assert [(cell.code, cell.counts["intake"]) for cell in cells] == [("410502", 40), (REST, 28)]


@pytest.mark.parametrize("hidden", [{"kind": "report"}, {"secret": True}])
def test_reports_of_wrongdoing_and_secret_orders_tell_no_place_and_no_channel(tmp_path: Path, hidden: Row) -> None:
    rows = some(40, **hidden) + some(50, 100) + some(60, 200, county="410503", channel="web")
    found = made(tmp_path, rows)
    for by in ("channel", "county"):
        rest = found.parts("2026-03", by)[-1]
        assert (rest.code, rest.counts["intake"]) == (REST, 90)
    assert REST not in {cell.code for cell in found.parts("2026-03", "kind")}


def test_the_month_under_way_and_a_city_with_too_few_orders_are_not_shown(tmp_path: Path) -> None:
    rows = (
        some(20) + some(9, 100, day=date(2026, 2, 3)) + some(50, 200, day=UNTIL) + some(20, 300, day=date(2025, 12, 31))
    )
    assert made(tmp_path, rows).months == ["2026-03"]
    assert made(tmp_path / "longer", rows, months=4).months == ["2025-12", "2026-03"]


def test_ballots_are_those_that_releases_published_for_the_month(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    rows = [["2026-03", "u1", 5, 4, 3, 2, 1], ["2026-03", "city", 10, 0, 0, 0, 1], ["2026-Q1", "u2", 9, 9, 9, 9, 9]]
    with gzip.open(releases / "2026-03.jsonl.gz", "wb") as file:
        file.write(b'{"header":1}\n' + json.dumps({"ballots": rows}).encode() + b"\n")
    votes = ballots.published(releases)
    assert list(votes) == ["2026-03"]
    rate = made(tmp_path / "lake", some(20), ballots=votes).city("2026-03").rate("satisfied")
    assert rate is not None
    assert (rate.part, rate.whole) == (22, 26)
    assert made(tmp_path / "lake2", some(20)).city("2026-03").rate("satisfied") is None


def test_every_engine_is_given_the_question() -> None:
    for engine in ENGINES:
        assert "merged_into" in text(standings(MARCH, UNTIL, ASOF), engine)


PACK = load_pack(Path(__file__).parents[3] / "cities" / "qinghe")


def test_open_data_say_what_the_page_says(tmp_path: Path) -> None:
    found = made(tmp_path, some(40) + some(25, 100, channel="web", county="410503"))
    data = opendata.table(found, PACK, simulated=True)
    rows = list(csv.DictReader(io.StringIO(opendata.as_csv(data).decode("utf-8-sig"), newline="")))
    assert len(rows) == len(found.cells)
    assert {row["数据性质"] for row in rows} == {"模拟数据"}
    city = next(row for row in rows if row["code"] == "*")
    assert (city["intake"], city["resolved_net_part"], city["resolved_net_rate"]) == ("65", "65", "1.000000")
    assert city["satisfied_rate"] == city["second_low"] == ""
    web = next(row for row in rows if row["code"] == "web")
    assert web["name"] == PACK.channels["web"].name


def test_parquet_carries_licence_definitions_and_meanings(tmp_path: Path) -> None:
    data = opendata.table(made(tmp_path, some(40)), PACK, simulated=False)
    read = pq.read_table(io.BytesIO(opendata.as_parquet(data)))
    about = {key.decode(): value.decode() for key, value in read.schema.metadata.items()}
    assert about["licence"].startswith("CC BY 4.0")
    assert about["metric resolved_net v1"] == next(m.digest for m in STANDARD if m.name == "resolved_net")
    assert "数据性质" not in read.column_names
    assert read.schema.field("silent").metadata[b"meaning"]
    assert read.to_pylist() == data.to_pylist()


def test_the_dictionary_explains_every_column_in_both_languages(tmp_path: Path) -> None:
    data = opendata.table(made(tmp_path, some(40)), PACK, simulated=False)
    explained = opendata.dictionary(STANDARD)
    assert [name for name, *_ in explained] == data.column_names
    assert all(zh and en for _, _, zh, en in explained)
