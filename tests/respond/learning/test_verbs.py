"""`learn` and `classify` on the tables people have, with sentences for what can go wrong."""

import csv

import pytest
from openpyxl import Workbook

from minsheng.respond.learning import ModelError, TableError, classify, learn, messages
from minsheng.respond.learning.tables import read_columns


def write(path, rows, encoding="utf-8-sig"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def table(tmp_path, invented):
    rows, labels = invented(120)
    return write(
        tmp_path / "t.csv", [("标题", "内容", "类别"), *((*r, name) for r, name in zip(rows, labels, strict=True))]
    )


def test_learning_prints_its_held_out_figures_with_their_counts(table, tmp_path) -> None:
    said: list[str] = []
    learn(table, ["标题", "内容"], "类别", tmp_path / "MODEL", say=said.append)
    told = "\n".join(said)
    assert "120 rows, 0 without" in told
    assert "accuracy" in told
    assert "of 120" in told
    assert "macro-F1" in told
    assert "threshold" in told


def test_every_row_is_answered_in_input_order(table, tmp_path) -> None:
    learn(table, ["标题", "内容"], "类别", tmp_path / "MODEL", say=lambda _: None)
    texts = ["公司拖欠工资", "", "公交车不准点", "学校食堂饭菜差"]
    asked = write(
        tmp_path / "x.csv",
        [
            ("内容",),
            *((text,) for text in texts),
        ],
    )
    classify(tmp_path / "MODEL", asked, ["内容"], tmp_path / "out" / "p.csv")
    rows = read(tmp_path / "out" / "p.csv")
    assert list(rows[0]) == ["label", "confidence", "abstain"]
    assert len(rows) == len(texts)
    assert (rows[0]["label"], rows[2]["label"], rows[3]["label"]) == ("劳动和社会保障", "交通运输", "教育文体")
    assert rows[1]["abstain"] == "true"
    assert rows[1]["label"]
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)


def test_workbooks_serve_as_well_as_csv(table, tmp_path, invented) -> None:
    learn(table, ["内容"], "类别", tmp_path / "MODEL", say=lambda _: None)
    book = Workbook()
    book.active.append(["编号", "内容"])
    book.active.append([1, "工厂排放废气"])
    book.active.append([2, None])
    book.save(tmp_path / "x.xlsx")
    classify(tmp_path / "MODEL", tmp_path / "x.xlsx", ["内容"], tmp_path / "p.csv")
    assert read(tmp_path / "p.csv")[0]["label"] == "环境保护"
    assert len(read(tmp_path / "p.csv")) == 2


def test_rows_without_text_or_label_are_left_out_and_counted(tmp_path, invented) -> None:
    rows, labels = invented(60)
    filled = [(text, label) for (_, text), label in zip(rows, labels, strict=True)]
    table = write(tmp_path / "t.csv", [("内容", "类别"), *filled, ("有文无类", ""), ("", "环境保护")])
    said: list[str] = []
    learn(table, ["内容"], "类别", tmp_path / "MODEL", say=said.append)
    assert "62 rows, 2 without" in said[0]


def test_a_table_from_a_chinese_spreadsheet_program_is_read(tmp_path) -> None:
    table = write(tmp_path / "gb.csv", [("内容", "类别"), ("停水三天\n没人管", "水务")], encoding="gb18030")
    assert read_columns(table, ["类别", "内容"]) == [("水务", "停水三天\n没人管")]


def test_a_missing_column_is_named_together_with_those_that_are_there(table) -> None:
    with pytest.raises(TableError, match=r"no column 正文\. Its columns are: 标题, 内容, 类别"):
        read_columns(table, ["正文"])


def test_a_missing_empty_or_broken_file_says_what_to_do(tmp_path) -> None:
    with pytest.raises(TableError, match="check the name"):
        read_columns(tmp_path / "no.csv", ["内容"])
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(TableError, match="first row must name the columns"):
        read_columns(tmp_path / "empty.csv", ["内容"])
    (tmp_path / "bad.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(TableError, match=r"save it again as \.xlsx"):
        read_columns(tmp_path / "bad.xlsx", ["内容"])


def test_a_blank_row_inside_a_workbook_is_answered_too(tmp_path) -> None:
    book = Workbook()
    for row in (["内容"], ["停水"], [None], ["停电"]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    assert read_columns(tmp_path / "x.xlsx", ["内容"]) == [("停水",), ("",), ("停电",)]


def test_no_text_column_is_refused(table, tmp_path) -> None:
    with pytest.raises(ModelError, match="at least one text column"):
        learn(table, [], "类别", tmp_path / "MODEL")
    with pytest.raises(ModelError, match="at least one text column"):
        classify(tmp_path / "MODEL", table, [], tmp_path / "p.csv")


def test_real_messages_are_filed_far_better_than_by_the_commonest_label(teddy) -> None:
    from minsheng.respond.learning import TextModel

    rows = read_columns(teddy / "train.csv", ["留言主题", "留言详情", "一级标签"])[::8]
    model = TextModel.fit(messages(row[:2] for row in rows), [row[2] for row in rows])
    assert model.report.macro_f1 > 0.75
    assert model.report.calibration_error < 0.06
