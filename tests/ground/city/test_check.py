"""Every way to spoil a good city pack is reported with file, row, column and a remedy."""

import io
from pathlib import Path

import pytest

from minsheng.ground.city import PackErrors, check_pack, cli_check, load_pack


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} holds no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def row_of(folder: Path, file: str, text: str) -> int:
    return next(n for n, line in enumerate((folder / file).read_text("utf-8").splitlines(), 1) if text in line)


def test_a_good_pack_has_no_errors(folder):
    assert check_pack(folder) == []


# file, what stands there, what is written instead, row and column that must be reported, words of the problem
CORRUPTIONS = [
    ("areas.csv", "11,1,county,东区", "11,1,county,", 3, "name", "empty"),
    ("areas.csv", "12,1,county", "11,1,county", 4, "code", "row 3"),
    ("areas.csv", "12,1,county", "12,9,county", 4, "parent", "'9' is unknown"),
    ("areas.csv", "12,1,county", "12,1,country", 4, "level", "unknown"),
    ("areas.csv", "12,1,county", "12,1,township", 4, "level", "level does not follow"),
    ("areas.csv", "11,1,county", "11,1111,county", 3, "parent", "below itself"),
    ("areas.csv", "12,1,county", "12,,county", 4, "parent", "no parent"),
    ("areas.csv", "12,1,county", "12,,city", 4, "level", "second area"),
    ("areas.csv", "1,,city", "1,,county", 2, "parent", "not the outermost"),
    ("areas.csv", "1000000", "1 million", 2, "population", "whole number"),
    ("areas.csv", "丙城", "丙城||丙", 2, "aliases", "empty"),
    ("areas.csv", "11,1,county", "1/1,1,county", 3, "code", "not a code"),
    ("areas.csv", "East,,,2024-01-01", "East,,,2024-13-01", 3, "valid_from", "not a day"),
    ("areas.csv", "East,,,2024-01-01", "East,,,01.01.2024", 3, "valid_from", "not a day"),
    ("areas.csv", "East,,,2024-01-01,", "East,,,2024-01-01,2023-01-01", 3, "valid_to", "before it begins"),
    ("areas.csv", "Bing,丙城,1000000,2024-01-01,", "Bing,,,2024-01-01,2025-01-01", 3, "valid_to", "parent ends"),
    ("areas.csv", "East,,,2024-01-01", "East,,,2023-01-01", 3, "valid_from", "before its parent"),
    ("areas.csv", "东区,East", "东区,East,East", 3, "", "cells"),
    ("areas.csv", "valid_to,source\n", "valid_to,source,lng\n", 1, "lng", "unknown"),
    ("areas.csv", "aliases", "alias", 1, "aliases", "missing"),
    ("areas.csv", "aliases", "name", 1, "name", "twice"),
    ("areas.csv", "东区", '"东"区', 3, "", "cannot be read"),
    ("units.csv", "urban,c,2", "urban,c,4", 3, "level", "not a level"),
    ("units.csv", "urban,c,2", "urban,c,3", 3, "level", "level does not follow"),
    ("units.csv", "urban,c,2", "urban,cc,2", 3, "parent", "unknown"),
    ("units.csv", "urban,c,2", "urban,water,2", 3, "parent", "below itself"),
    ("units.csv", "Urban,department", "Urban,bureau", 3, "kind", "unknown"),
    ("units.csv", "Urban,department,1", "Urban,department,77", 3, "area", "areas.csv"),
    ("units.csv", "urban,true,2024", "urban,maybe,2024", 3, "state_organ", "neither"),
    ("units.csv", "East,county,11,county,true,2024-01-01,", "East,county,11,county,true,2024-01-01,2025-01-01", 7,
     "valid_to", "parent ends"),
    ("hotlines.csv", "urban", "suburban", 2, "unit", "units.csv"),
    ("hotlines.csv", "merged", "joined", 2, "mode", "unknown"),
    ("channels.csv", "web,门户", "net,门户", 0, "code", "'web' is missing"),
    ("channels.csv", "Portal,false", "Portal,true", 2, "is_external_order", "the city's own"),
    ("channels.csv", "15wd", "15 days", 3, "deadline_override", "not a term"),
    ("taxonomy.csv", "010101,3,010100", "010101,3,020100", 4, "parent", "is not"),
    ("taxonomy.csv", "010101,3", "010101,2", 4, "level", "level 3"),
    ("taxonomy.csv", "010101,3", "10101,3", 4, "code", "not a category code"),
    ("taxonomy.csv", "020100,2,020000,村务公开", "020200,2,020000,村务公开", 8, "parent", "taxonomy.csv"),
    ("taxonomy.csv", "complaint|report", "complaint|rant", 4, "kinds", "'rant'"),
    ("taxonomy.csv", "complaint|report", "", 4, "kinds", "which kinds"),
    ("taxonomy.csv", "ordinary,3wd", "soon,3wd", 4, "urgency", "unknown"),
    ("taxonomy.csv", "ordinary,3wd", "ordinary,", 4, "deadline", "handling term"),
    ("taxonomy.csv", "ordinary,3wd", "ordinary,3", 4, "deadline", "not a term"),
    ("taxonomy.csv", "摆摊|占道", "摆摊|摆摊", 4, "keywords", "twice"),
    ("catalogue.csv", "010102,1", "010199,1", 5, "category", "taxonomy.csv"),
    ("catalogue.csv", "010000,11", "010000,19", 4, "area", "areas.csv"),
    ("catalogue.csv", "11,east", "11,eest", 4, "unit", "units.csv"),
    ("catalogue.csv", "11,east", "11,c", 4, "unit", "the centre"),
    ("catalogue.csv", "11,east", "11,old", 4, "unit", "not there during"),
    ("catalogue.csv", "east,urban,law", "east,suburban,law", 4, "co_units", "units.csv"),
    ("catalogue.csv", "east,urban,law", "east,east,law", 4, "co_units", "lead and co-handler"),
    ("catalogue.csv", "1,urban,,law,2025-07-01", "1,urban,,law,2025-06-30", 3, "valid_from", "row 2"),
    ("catalogue.csv", "1,urban,,law,2025-07-01", "1,urban,,law,2025-07-02", 0, "", "nobody leads 010101"),
    ("catalogue.csv", "law,2025-07-01,", "law,2025-07-01,2025-01-01", 3, "valid_to", "before it begins"),
    ("catalogue.csv", "020000,1,urban", "020000,11,urban", 0, "", "nobody leads 020101"),
    ("catalogue.csv", "1,urban,,law,2024", "1,urban,,,2024", 6, "legal_basis", "empty"),
    ("calendar.csv", "2026-01-02", "2026-01-01", 3, "date", "row 2"),
    ("calendar.csv", "2026-01-02", "2028-01-02", 3, "date", "outside"),
    ("calendar.csv", "2026-01-04,makeup", "2026-01-05,makeup", 4, "kind", "weekday"),
    ("calendar.csv", "2026-01-04,makeup", "2026-01-04,plain", 4, "kind", "need no row"),
    ("calendar.csv", "2026-01-04,makeup", "2026-01-04,work", 4, "kind", "unknown"),
    ("calendar_overrides.csv", "2026-05-04", "2026-5-4", 3, "date", "not a day"),
    ("city.toml", 'name_en = "Bing"\n', "", 1, "name_en", "missing"),
    ("city.toml", '"Bing"', "12", 3, "name_en", "not a text"),
    ("city.toml", '"BI"', '"bi"', 4, "number_prefix", "order number"),
    ("city.toml", "Asia/Shanghai", "Asia/Nowhere", 5, "tz", "time zone"),
    ("city.toml", "last = 2026-12-31", "last = 2023-12-31", 11, "calendar.last", "before it begins"),
    ("city.toml", "last = 2026-12-31", 'last = "2026-12-31"', 11, "calendar.last", "not a day"),
    ("city.toml", "09:00-12:00", "9-12", 12, "calendar.hours", "not a window"),
    ("city.toml", "09:00-12:00", "09:00-25:00", 12, "calendar.hours", "not a window"),
    ("city.toml", "13:00-17:00", "11:00-17:00", 12, "calendar.hours", "overlap"),
    ("city.toml", "place = 0.5", "place = 5", 18, "thresholds.place", "not a share"),
    ("city.toml", "place = 0.5", "plaice = 0.5", 18, "thresholds.plaice", "unknown"),
    ("city.toml", 'phone = "12345"', 'phone = "12345', 6, "", "cannot be read"),
    ("city.toml", 'phone = "12345"', 'phone = "12345"\ninvented = "yes"', 7, "invented", "neither true nor false"),
    ("city.toml", "[thresholds]", "[threshold]", 14, "threshold", "unknown"),
    ("rulebook.toml", 'sign = "24h"', 'sign = "1 day"', 17, "book[0].clocks.sign", "not a term"),
    ("rulebook.toml", 'sign = "24h"', "sign = 24", 17, "book[0].clocks.sign", "not a term"),
    ("rulebook.toml", 'prompt = "2h"', "", 6, "book[0].dispatch.prompt", "missing"),
    ("rulebook.toml", "extensions_max = 1", "extensions_max = -1", 37, "book[0].limits.extensions_max", "whole"),
    ("rulebook.toml", "extensions_max = 1", "extensions_max = 0", 2, "book[0].version", "extensions_by_unit_head"),
    ("rulebook.toml", "soon_share = 0.25", "soon_share = 25", 42, "book[0].limits.soon_share", "share"),
    ("rulebook.toml", "valid_to = 2025-12-31", "", 45, "book[1].valid_from", "the same day"),
    ("rulebook.toml", 'version = "b"', 'version = "a"', 44, "book[1].version", "twice"),
    ("rulebook.toml", '"010101" = "4wd"', '"010109" = "4wd"', 85, "book[1].by_category.010109", "no table"),
    ("rulebook.toml", "web =", "fax =", 88, "book[1].by_channel.fax", "no table"),
    ("rulebook.toml", "[book.clocks]", "[book.clock]", 16, "book[0].clock", "unknown"),
    ("callback_script.toml", 'code = "contacted"', 'code = "contact"', 1, "question", "'contacted'"),
    ("callback_script.toml", 'code = "basically"', 'code = "fair"', None, "question[2].answer", "grade"),
    ("callback_script.toml", "private = true", 'private = "yes"', None, "question[2].private", "neither"),
    ("callback_script.toml", 'key = "2"', 'key = "1"', None, "question[0].answer", "same key"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column", "says"), CORRUPTIONS, ids=[f"{c[0]}:{c[2]}" for c in CORRUPTIONS]
)
def test_each_corruption_is_reported_where_it_stands(  # noqa: PLR0917
    folder, file, old, new, row, column, says
):
    spoil(folder, file, old, new)
    errors = check_pack(folder)
    hits = [e for e in errors if e.file == file and e.column == column and says in e.problem]
    assert hits, "\n".join(map(str, errors)) or "nothing was reported"
    if row is not None:
        assert row in [e.row for e in hits], "\n".join(map(str, errors))
    assert all(e.problem and e.remedy for e in errors)
    with pytest.raises(PackErrors) as refused:
        load_pack(folder)
    assert list(refused.value.errors) == errors


@pytest.mark.parametrize("file", ["areas.csv", "catalogue.csv", "city.toml", "rulebook.toml", "callback_script.toml"])
def test_a_missing_file_is_named_and_nothing_else_is_blamed_for_it(folder, file):
    (folder / file).unlink()
    errors = check_pack(folder)
    assert [(e.file, e.row) for e in errors] == [(file, 0)]
    assert "missing" in errors[0].problem


def test_a_spoilt_row_is_the_only_one_complained_of(folder):
    spoil(folder, "areas.csv", "11,1,county,东区,East,,,2024-01-01", "11,1,county,东区,East,,,soon")
    assert [(e.file, e.row, e.column) for e in check_pack(folder)] == [("areas.csv", 3, "valid_from")]


def test_several_errors_come_at_once_in_the_order_of_work(folder):
    spoil(folder, "units.csv", "urban,c,2", "urban,c,5")
    spoil(folder, "areas.csv", "1000000", "many")
    spoil(folder, "rulebook.toml", 'rework = "3wd"', 'rework = "3x"')
    places = [(e.file, e.row, e.column) for e in check_pack(folder)]
    assert places == sorted(places)
    assert {"areas.csv", "units.csv", "rulebook.toml"} <= {place[0] for place in places}


def test_a_file_in_another_encoding_names_the_row_and_the_way_out(folder):
    raw = (folder / "areas.csv").read_bytes()
    (folder / "areas.csv").write_bytes(raw.replace("西县".encode(), "西县".encode("gb18030")))
    errors = check_pack(folder)
    assert [(e.file, e.row) for e in errors] == [("areas.csv", 4)]
    assert "CSV UTF-8" in errors[0].remedy


def test_spreadsheet_habits_do_no_harm(folder):
    for path in folder.glob("*.csv"):
        text = "# a comment, with a comma\n\n" + path.read_text("utf-8") + ",,,\n"
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert check_pack(folder) == []


def test_a_quoted_newline_does_not_shift_the_row_numbers(folder):
    spoil(folder, "areas.csv", "1,,city,丙市,", '1,,city,"丙\n市",')
    spoil(folder, "areas.csv", "12,1,county", "12,9,county")
    assert [(e.row, e.column) for e in check_pack(folder) if e.column == "parent"] == [(4, "parent")]


def test_an_empty_file_asks_for_its_header(folder):
    (folder / "hotlines.csv").write_text("# nothing\n", encoding="utf-8")
    assert [(e.row, e.problem) for e in check_pack(folder)] == [(1, "the header is missing")]


def test_a_pack_without_a_leaf_has_nothing_to_file_under(folder):
    path = folder / "taxonomy.csv"
    kept = [line for line in path.read_text("utf-8").splitlines() if ",3," not in line]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert "there is no leaf" in [e.problem for e in check_pack(folder) if e.file == "taxonomy.csv"]


def test_a_rule_book_file_without_a_book_says_how_to_begin_one(folder):
    (folder / "rulebook.toml").write_text("# nothing yet\n", encoding="utf-8")
    assert [(e.file, e.column, e.problem) for e in check_pack(folder)] == [
        ("rulebook.toml", "book", "there is no [[book]]")
    ]


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path):
    errors = check_pack(tmp_path / "nowhere")
    assert "no such folder" in errors[0].problem
    with pytest.raises(PackErrors):
        load_pack(tmp_path / "nowhere")


def test_the_command_prints_the_errors_and_its_exit_status_tells(folder):
    out = io.StringIO()
    assert cli_check(folder, out) == 0
    assert "丙市 Bing: good" in out.getvalue()
    spoil(folder, "areas.csv", "1000000", "many")
    out = io.StringIO()
    assert cli_check(folder, out) == 1
    assert "areas.csv, row 2, population: 'many' is not a whole number" in out.getvalue()
    assert "1 error(s)" in out.getvalue()


@pytest.mark.parametrize(
    ("lon", "lat", "column", "says"),
    [
        ("114.39", "", "lat", "lon is given without lat"),
        ("", "36.1", "lon", "lat is given without lon"),
        ("36.1", "114.39", "lat", "may be exchanged"),
        ("214.39", "36.1", "lon", "from -180 to 180"),
        ("114°23'", "36.1", "lon", "not a number of degrees"),
        ("114,39", "36.1", "lon", "decimal degrees"),
        ("nan", "36.1", "lon", "not a number of degrees"),
    ],
)
def test_a_point_that_is_none_is_reported_in_its_column(folder, locate, lon, lat, column, says):  # noqa: PLR0917
    locate({"11": (lon, lat)})
    errors = [str(error) for error in check_pack(folder)]
    assert len(errors) == 1
    assert errors[0].startswith(f"areas.csv, row 3, {column}: ")
    assert says in errors[0]
