"""Real input: every row of a spreadsheet is accounted for, none is loaded twice, and nothing that comes out runs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest
from openpyxl import Workbook, load_workbook

from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import person_of, words_of
from minsheng.respond import casework, reading
from minsheng.respond.loading import ADDED, EXPORTED, NATURE, SIMULATED, BadTable, Report, load, recognise, save

HEADER = ["留言编号", "留言主题", "留言详情", "姓名", "联系电话", "诉求类型", "渠道", "备注"]
GOOD = [
    ["A1", "路灯", "东大街路灯不亮", "王小明", "13812345678", "投诉", "网站自建", "无"],
    ["A2", "噪音", "工地夜间施工", "", "", "", "", ""],
]


def table(file: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> Path:
    if file.suffix == ".xlsx":
        book = Workbook()
        for row in (header, *rows):
            book.active.append(list(row))
        book.save(file)
    else:
        with file.open("w", encoding=encoding, newline="") as out:
            csv.writer(out).writerows([header, *rows])
    return file


def sums(report: Report) -> tuple[int, int, int]:
    """Accepted, duplicate, refused; together they are all rows."""
    assert report.rows == report.accepted + report.duplicate + len(report.refused)
    return report.accepted, report.duplicate, len(report.refused)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (["留言编号", "留言主题", "留言详情", "留言时间"], {"external_id", "title", "text", "said_at"}),
        (["工单编号", "诉求标题", "诉求内容", "来电人", "来电号码"], {"external_id", "title", "text", "name", "phone"}),
        (["内容"], {"text"}),
        (["id", "text", "phone", "address"], {"external_id", "text", "phone", "address"}),
        (["诉求类型", "诉求来源", "事发地址", "问题描述"], {"kind", "channel", "address", "text"}),
    ],
)
def test_usual_headers_are_recognised(header: list[str], found: set[str]) -> None:
    columns = recognise(header, {})
    assert set(columns) == found
    assert set(columns.values()) == set(header)


def test_a_column_may_be_named_and_is_then_not_taken_twice() -> None:
    assert recognise(["说了什么", "内容"], {"text": "说了什么"}) == {"text": "说了什么"}
    assert recognise(["标题", "内容"], {"text": "标题"}) == {"text": "标题"}


@pytest.mark.parametrize(
    ("header", "given", "says"),
    [
        (["甲", "乙"], {}, "--map text="),
        (["内容"], {"text": "没有"}, "没有列 没有"),
        (["内容"], {"words": "内容"}, "没有字段 words"),
    ],
)
def test_a_table_that_cannot_be_read_says_what_to_do(header: list[str], given: dict[str, str], says: str) -> None:
    with pytest.raises(BadTable, match=says):
        recognise(header, given)


def channel_name() -> str:
    from minsheng.ground import present

    return present.city().channels["phone"].name


@pytest.mark.db
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_file_is_loaded_once_however_often_it_is_given(house, tmp_path: Path, name: str) -> None:
    rows = [[*GOOD[0][:6], channel_name(), ""], GOOD[1]]
    file = table(tmp_path / name, rows)
    report = load(file, {})
    assert sums(report) == (2, 0, 0)
    assert report.ignored == ["备注"]
    number, order, _ = casework.view(report.numbers[0], SYSTEM)
    assert (order.channel, order.kind.value) == ("phone", "complaint")
    assert words_of(number)[1, "text"] == "东大街路灯不亮"
    person = person_of(number)
    assert person is not None
    assert (person.name, person.phone) == ("王小明", "13812345678")
    assert sums(load(file, {})) == (0, 2, 0)
    other = ".xlsx" if name.endswith("csv") else ".csv"
    assert sums(load(table(tmp_path / f"b{other}", rows), {})) == (0, 2, 0)
    with sight(SYSTEM):
        assert len(reading.newest()) == 2


@pytest.mark.db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_spreadsheets_write(house, tmp_path: Path, encoding: str) -> None:
    report = load(table(tmp_path / "a.csv", [["路灯不亮"]], ["内容"], encoding), {})
    assert words_of(casework.view(report.numbers[0], SYSTEM)[0])[1, "text"] == "路灯不亮"


@pytest.mark.db
def test_rows_without_a_number_are_known_again_by_what_they_say(house, tmp_path: Path) -> None:
    rows = [["路灯不亮", "1"], ["路灯不亮", "2"], ["路灯不亮", "1"], ["", ""]]
    assert sums(load(table(tmp_path / "a.csv", rows, ["内容", "姓名"]), {})) == (2, 1, 0)


@pytest.mark.db
def test_refused_rows_are_corrected_in_the_rejects_file_and_loaded_from_it(house, tmp_path: Path) -> None:
    bad = [
        ["B1", "", "", "", "", "", "", "不要丢"],
        ["B2", "", "字" * 20_001, "", "", "", "", ""],
        ["B3", "", "停水", "", "", "抱怨", "", ""],
        ["B4", "", "停电", "", "", "", "鸽子", ""],
        ["A2", "", "同一编号另一件事", "", "", "", "", ""],
    ]
    file = table(tmp_path / "a.csv", [GOOD[1], *bad])
    rejects = tmp_path / "rejects.csv"
    report = load(file, {}, rejects=rejects)
    assert sums(report) == (1, 0, 5)
    assert [line for line, _, _ in report.refused] == [3, 4, 5, 6, 7]
    with rejects.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    assert header == [*HEADER, *ADDED]
    assert [row[0] for row in rows] == ["B1", "B2", "B3", "B4", "A2"]
    assert rows[0][7] == "不要丢"
    assert all(row[-1] and row[-2] for row in rows)
    rows[0][2], rows[1][2], rows[2][5], rows[3][6], rows[4][0] = "已补内容", "已缩短", "投诉", "web", "B5"
    again = tmp_path / "again.csv"
    assert sums(load(table(rejects, rows, header), {}, rejects=again)) == (5, 0, 0)
    assert not again.exists()
    assert sums(load(rejects, {})) == (0, 5, 0)


@pytest.mark.db
def test_an_import_that_stopped_half_way_goes_on_where_it_was(house, tmp_path: Path) -> None:
    rows = [[f"R{i}", "", f"路灯不亮 {i}", "", "", "", "", ""] for i in range(20)]
    file = table(tmp_path / "a.csv", rows)

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert total == 20
        if done == 7:
            raise Stopped

    with pytest.raises(Stopped):
        load(file, {}, progress=stop)
    assert sums(load(file, {})) == (13, 7, 0)


@pytest.mark.db
@pytest.mark.parametrize("content", ["", "\n", "标题以外的列,又一列\n1,2\n"])
def test_an_empty_or_strange_table_loads_nothing(house, tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(BadTable):
        load(file, {})


FORMULAS = ['=HYPERLINK("http://x","点我")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "普通文字"]


@pytest.mark.db
def test_what_is_exported_is_every_order_and_runs_nowhere(house, tmp_path: Path) -> None:
    load(table(tmp_path / "in.csv", [[text] for text in FORMULAS], ["内容"]), {})
    rows = list(reading.all_rows(house.conninfo("loader")))
    assert len(rows) == len(FORMULAS)
    assert save(tmp_path / "out.csv", iter(rows)) == save(tmp_path / "out.xlsx", iter(rows)) == len(FORMULAS)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as lines:
        header, *written = list(csv.reader(lines))
    assert header == list(EXPORTED)
    assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for row in written for cell in row)
    book = load_workbook(tmp_path / "out.xlsx")
    cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    texts = [row[-1].value for row in book.active.iter_rows(min_row=2)]
    assert [t.strip() for t in texts] == [t.strip() for t in FORMULAS]


def cells_of(file: Path) -> list[list[str]]:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines))
    return [[str(c.value or "") for c in row] for row in load_workbook(file).active.iter_rows()]


@pytest.mark.db
@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_simulated_data_say_so_in_every_row_of_an_export_which_can_be_imported_again(
    house, tmp_path: Path, name: str
) -> None:
    load(table(tmp_path / "in.csv", [["路灯不亮"], ["停水"]], ["内容"]), {})
    with psycopg.connect(house.conninfo("loader")) as connection:
        connection.execute("INSERT INTO ground_simulation (plan, fingerprint) VALUES ('{}', 'x')")
    file = tmp_path / name
    save(file, reading.all_rows(house.conninfo("loader")))
    header, *rows = cells_of(file)
    assert header == [*EXPORTED, NATURE]
    assert [row[-1] for row in rows] == [SIMULATED, SIMULATED]
    if file.suffix == ".xlsx":
        assert load_workbook(file).sheetnames == ["orders-模拟数据"]
    report = load(file, {})
    assert sums(report) == (2, 0, 0)
    assert NATURE in report.ignored


@pytest.mark.db
def test_an_export_of_a_real_city_does_not_speak_of_simulation(house, tmp_path: Path) -> None:
    load(table(tmp_path / "in.csv", [["路灯不亮"]], ["内容"]), {})
    for file in (tmp_path / "out.csv", tmp_path / "out.xlsx"):
        save(file, reading.all_rows(house.conninfo("loader")))
        assert cells_of(file)[0] == list(EXPORTED)
    assert load_workbook(tmp_path / "out.xlsx").sheetnames == ["orders"]


@pytest.mark.db
def test_an_export_holds_no_name_and_no_number(house, tmp_path: Path) -> None:
    load(
        table(tmp_path / "in.csv", [["A1", "", "请打电话13812345678找王小明", "王小明", "13812345678", "", "", ""]]), {}
    )
    save(tmp_path / "out.csv", reading.all_rows(house.conninfo("loader")))
    written = (tmp_path / "out.csv").read_text("utf-8-sig")
    assert "王小明" not in written
    assert "13812345678" not in written


@pytest.mark.db
def test_rejects_open_in_a_spreadsheet_without_running_anything(house, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    load(table(tmp_path / "in.csv", [["=1+1", "停水", "抱怨"]], ["编号", "内容", "类型"]), {}, rejects=rejects)
    with rejects.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    rows[1][2] = "投诉"
    assert sums(load(table(rejects, rows[1:], rows[0]), {})) == (1, 0, 0)
    assert sums(load(table(tmp_path / "in.csv", [["=1+1", "停水", "投诉"]], ["编号", "内容", "类型"]), {})) == (0, 1, 0)


@pytest.mark.db
def test_external_numbers_of_a_file_are_kept_as_keyed_digests_only(house, tmp_path: Path) -> None:
    load(table(tmp_path / "in.csv", [["留言-918273", "停水"]], ["编号", "内容"]), {})
    with psycopg.connect(house.conninfo("loader")) as connection:
        (row,) = connection.execute("SELECT o::text FROM respond_order o").fetchall()
    assert "918273" not in row[0]
