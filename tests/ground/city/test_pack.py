"""A pack is read as it is written, and an empty one to begin with is good."""

import importlib.util
import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from minsheng.core.calendar import Term
from minsheng.core.codes import Kind, Urgency
from minsheng.ground.city import (
    AreaLevel,
    DayMark,
    HotlineMode,
    UnitKind,
    check_pack,
    cli_check,
    cli_new,
    load_pack,
    new_pack,
)
from minsheng.ground.city.settings import _DEFAULTS

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("MINSHENG_SHARED", ROOT.parent / "shared"))


def test_rows_are_read_as_they_are_written(bing):
    assert bing.city.number_prefix == "BI"
    assert bing.city.thresholds["similar"] == 0.8
    assert bing.root_area.code == "1"
    assert bing.root_area.aliases == ("丙城",)
    assert bing.root_area.population == 1_000_000
    assert bing.centre.code == "c"
    assert bing.units["water"].kind is UnitKind.UTILITY
    assert not bing.units["water"].state_organ
    assert bing.units["water"].provisional
    assert bing.units["old"].valid_to == date(2025, 6, 30)
    assert bing.hotlines["12319"].mode is HotlineMode.MERGED
    assert bing.channels["upper"].deadline_override == Term.parse("15wd")
    leaf = bing.taxonomy.categories["010101"]
    assert (leaf.kinds, leaf.urgency) == ((Kind.COMPLAINT, Kind.REPORT), Urgency.ORDINARY)
    assert (leaf.keywords, leaf.version) == (("摆摊", "占道"), "7")
    assert [row.code for row in bing.taxonomy.path("010101")] == ["010000", "010100", "010101"]
    assert len(bing.taxonomy.leaves) == 3
    assert [unit.code for unit in bing.unit_path("east-urban")] == ["c", "east", "east-urban"]
    assert [area.code for area in bing.area_path("1111")] == ["1", "11", "111", "1111"]


def test_points_and_the_word_that_a_place_is_invented_may_be_left_out(folder, locate):
    plain = load_pack(folder)
    assert {(area.lon, area.lat) for area in plain.areas.values()} == {(None, None)}
    assert not plain.city.invented
    locate({"11": ("114.3925", "-36")})
    head = folder / "city.toml"
    head.write_text("invented = true\n" + head.read_text("utf-8"), "utf-8")
    pack = load_pack(folder)
    assert (pack.areas["11"].lon, pack.areas["11"].lat) == (114.3925, -36.0)
    assert (pack.areas["12"].lon, pack.areas["12"].lat) == (None, None)
    assert pack.city.invented
    out = io.StringIO()
    assert cli_check(folder, out) == 0
    assert "模拟数据" in out.getvalue()


def test_an_override_replaces_what_the_calendar_says(bing):
    assert bing.calendar.day_kind(date(2026, 1, 1)) == "holiday"
    assert bing.calendar.day_kind(date(2026, 1, 2)) == "work"
    assert bing.calendar.day_kind(date(2026, 1, 4)) == "makeup"
    assert bing.calendar.day_kind(date(2026, 5, 4)) == "holiday"
    assert bing.calendar_days[1].mark is DayMark.PLAIN


def test_terms_of_tables_enter_the_rule_book_unless_it_says_otherwise(bing):
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    old, new = (bing.rulebooks.version(version) for version in "ab")
    assert bing.rulebooks.at(at) is new
    assert bing.rulebooks.at(datetime(2025, 12, 31, 15, 59, tzinfo=UTC)) is old
    assert old.handling_term(at, "010101", Urgency.ORDINARY) == Term.parse("3wd")
    assert new.handling_term(at, "010101", Urgency.ORDINARY) == Term.parse("4wd")
    assert new.handling_term(at, "020199", Urgency.ORDINARY) == Term.parse("30min")
    assert new.handling_term(at, "010101", Urgency.ORDINARY, "upper") == Term.parse("15wd")
    assert new.handling_term(at, "010101", Urgency.ORDINARY, "web") == Term.parse("6wd")


def test_the_digest_tells_packs_apart_and_line_ends_not(folder):
    before = load_pack(folder).digest
    path = folder / "areas.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_pack(folder).digest == before
    path.write_bytes(path.read_bytes().replace(b"1000000", b"1000001"))
    assert load_pack(folder).digest != before


def test_a_new_pack_is_good_and_has_what_every_pack_has(tmp_path):
    folder = new_pack(tmp_path / "qinghe", "qinghe")
    assert check_pack(folder) == []
    pack = load_pack(folder)
    assert "web" in pack.channels
    assert [question.code for question in pack.script.questions] == [
        "contacted",
        "solved",
        "satisfied",
        "pressed",
    ]
    assert pack.calendar.day_kind(date(2026, 10, 1)) == "holiday"
    assert len(pack.rulebooks.books) == 1
    for file in folder.glob("*.csv"):
        assert file.read_text("utf-8").startswith("#"), f"{file.name} does not explain itself"


def test_the_template_writes_down_the_defaults_of_the_code(tmp_path):
    book = load_pack(new_pack(tmp_path / "x", "x")).rulebooks.books[0]
    same = set(vars(book)) - {
        "version",
        "valid_from",
        "valid_to",
        "calendar",
        "handling_by_category",
        "channel_override",
    }
    assert {name: getattr(book, name) for name in same} == {name: getattr(_DEFAULTS, name) for name in same}


def test_a_new_pack_overwrites_nothing(tmp_path):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(FileExistsError, match="name a new folder"):
        new_pack(tmp_path, "x")
    with pytest.raises(ValueError, match="cannot name"):
        new_pack(tmp_path / "y", "../y")
    out = io.StringIO()
    assert cli_new("x", tmp_path, out) == 1
    assert "name a new folder" in out.getvalue()
    assert cli_new("x", tmp_path / "new", out) == 0
    assert "minsheng city check" in out.getvalue()


def test_anyang_has_the_numbers_that_its_sources_give(anyang):
    levels = [area.level for area in anyang.areas.values()]
    assert levels.count(AreaLevel.COUNTY) == 10
    assert levels.count(AreaLevel.TOWNSHIP) == 137
    assert levels.count(AreaLevel.VILLAGE) == 3287
    assert sum(unit.level in (2, 3) for unit in anyang.units.values()) == 997
    assert len(anyang.hotlines) == 42
    assert len([code for code in anyang.channels if code != "web"]) == 15
    assert len(anyang.taxonomy.leaves) == 285
    assert all(4 <= len(leaf.keywords) <= 10 for leaf in anyang.taxonomy.leaves)
    assert all(channel.provisional for code, channel in anyang.channels.items() if code != "web")


def test_anyang_keeps_the_ordinances_five_working_days(anyang):
    book = anyang.rulebooks.at(datetime(2026, 3, 2, tzinfo=UTC))
    monday = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    latest = book.due(monday, Term.parse("5wd"))
    for leaf in anyang.taxonomy.leaves:
        for urgency in Urgency:
            assert book.handling_due(monday, leaf.code, urgency) <= latest
    assert (str(book.extension), book.extensions_max, str(book.return_window)) == ("5wd", 1, "24h")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_the_calendar_agrees_with_the_state_councils_notice(anyang, year):
    path = SHARED / "data" / "cn_holidays" / f"{year}.json"
    if not path.exists():
        pytest.skip("needs the shared data: set MINSHENG_SHARED to their folder")
    official = {day["date"]: day["isOffDay"] for day in json.loads(path.read_text("utf-8"))["days"]}
    day = date(year, 1, 1)
    while day.year == year:
        off = official.get(day.isoformat(), day.weekday() >= 5)
        assert anyang.calendar.is_working_day(day) is not off, day
        day += timedelta(days=1)


def test_the_days_of_2027_say_that_they_are_provisional(anyang):
    assert anyang.calendar.known(date(2027, 12, 31))
    marked = [day for day in anyang.calendar_days if day.day.year == 2027]
    assert len(marked) >= 13
    assert all(day.provisional for day in marked)
    assert not any(day.provisional for day in anyang.calendar_days if day.day.year < 2027)
    assert anyang.calendar.day_kind(date(2027, 2, 10)) == "holiday"


def test_the_generated_tables_are_those_that_the_tool_makes():
    if not (SHARED / "data" / "cn_admin").exists():
        pytest.skip("needs the shared data: set MINSHENG_SHARED to their folder")
    if importlib.util.find_spec("chinese_calendar") is None:
        pytest.skip("needs the package chinesecalendar")
    command = [sys.executable, str(ROOT / "tools" / "make_anyang.py"), "--check"]
    environment = os.environ | {"MINSHENG_SHARED": str(SHARED)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
