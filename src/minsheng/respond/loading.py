"""Real input (批量导入): a spreadsheet of requests in, every row accounted for; orders out to a spreadsheet.

The usual Chinese headers are recognised. A row is known again by its own number, or by a digest of all it says, so that
loading a file twice, or after a crash, loads nothing twice."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from minsheng.core import Refused
from minsheng.core.codes import Kind, term
from minsheng.ground import present
from minsheng.ground.vault import Person
from minsheng.respond import intake
from minsheng.respond.learning.tables import read_rows

HEADERS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("留言编号", "工单编号", "工单号", "诉求编号", "编号", "序号", "受理编号", "external_id", "id"),
    "title": ("留言主题", "诉求标题", "标题", "主题", "事项名称", "title"),
    "text": ("留言详情", "诉求内容", "内容", "诉求描述", "问题描述", "描述", "工单内容", "text", "content"),
    "name": ("诉求人", "姓名", "来电人", "联系人", "留言用户", "name"),
    "phone": ("联系电话", "电话", "来电号码", "手机", "手机号", "联系方式", "phone"),
    "address": ("地址", "详细地址", "事发地址", "事发地点", "诉求地址", "address"),
    "kind": ("诉求类型", "类型", "kind"),
    "channel": ("渠道", "来源", "受理渠道", "诉求来源", "channel"),
    "said_at": ("留言时间", "来电时间", "受理时间", "登记时间", "诉求时间", "时间"),
}
ADDED = ("问题", "处理办法")
"""Columns that a rejects file adds; ignored when it is imported again."""
LONGEST = 20_000
_RUNS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


class BadTable(ValueError):
    """The table cannot be read as it is; the sentence says what to do."""


@dataclass(slots=True)
class Report:
    """What became of every row: accepted + duplicate + refused = rows."""

    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def recognise(header: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Field → column of the table: what `given` says, else the usual headers. BadTable without a text column."""
    unknown = set(given) - set(HEADERS)
    if unknown:
        raise BadTable(f"没有字段 {'、'.join(sorted(unknown))}；可用字段：{'、'.join(HEADERS)}")
    absent = [column for column in given.values() if column not in header]
    if absent:
        raise BadTable(f"表中没有列 {'、'.join(absent)}；现有列：{'、'.join(filter(None, header))}")
    found = dict(given)
    for name, usual in HEADERS.items():
        column = next((c for c in usual if c in header and c not in found.values()), None)
        if name not in found and column is not None:
            found[name] = column
    if "text" not in found:
        raise BadTable("没有认出诉求内容所在的列，请用 --map text=列名 指明")
    return found


def load(
    file: Path,
    given: Mapping[str, str],
    *,
    rejects: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Import `file` (.xlsx or .csv). Refused rows go to `rejects` with their problem and its remedy."""
    rows = read_rows(file)
    if not rows:
        raise BadTable("表是空的，第一行应是列名")
    header = [name.strip() for name in rows[0]]
    columns = recognise(header, given)
    places = {name: header.index(column) for name, column in columns.items()}
    report = Report(columns=columns, ignored=[h for h in header if h and h not in columns.values() and h not in ADDED])
    bad: list[list[str]] = []
    body = [row for row in rows[1:] if any(cell.strip() for cell in row)]
    for number, row in enumerate(body, start=2):
        problem = _one(row, places, report)
        if problem is not None:
            report.refused.append((number, *problem))
            bad.append([*(_tame(c) for h, c in zip(header, row, strict=False) if h not in ADDED), *problem])
        report.rows += 1
        if progress is not None:
            progress(report.rows, len(body))
    if bad and rejects is not None:
        with rejects.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([[h for h in header if h not in ADDED] + list(ADDED), *bad])
    return report


def _one(row: Sequence[str], places: Mapping[str, int], report: Report) -> tuple[str, str] | None:
    value = {name: _untamed(row[i].strip()) if i < len(row) else "" for name, i in places.items()}
    text = value.get("text", "") or value.get("title", "")
    if not text:
        return "没有诉求内容", "请填写诉求内容后重新导入"
    if len(text) > LONGEST or "\0" in text:
        return f"诉求内容超过 {LONGEST} 字或含有不能保存的字符", "请缩短或改正内容后重新导入"
    try:
        kind = _kind(value.get("kind", ""))
        channel = _channel(value.get("channel", ""))
    except BadTable as error:
        return str(error), "请改正后重新导入，或删去该格"
    said = json.dumps(value, ensure_ascii=False, sort_keys=True)
    request = intake.Request(
        text=text,
        title=value.get("title", "")[:200],
        person=Person(value.get("name", "")[:64], value.get("phone", "")[:32], value.get("address", "")[:500]),
        channel=channel,
        external_id=value.get("external_id") or "row:" + hashlib.sha256(said.encode()).hexdigest(),
        kind=kind,
    )
    try:
        receipt = intake.receive(request)
    except intake.Conflict:
        return "该编号已经导入过，但内容不同", "请核对编号；如是另一件诉求，请换一个编号"
    except Refused as refused:
        return refused.message, "请改正后重新导入"
    if receipt.new:
        report.accepted += 1
        report.numbers.append(receipt.no)
    else:
        report.duplicate += 1
    return None


def _kind(written: str) -> Kind:
    if not written:
        return Kind.OTHER
    for kind in Kind:
        if written in (kind.value, term(kind), term(kind, "en")):
            return kind
    raise BadTable(f"不认识诉求类型“{written[:20]}”，可用：{'、'.join(term(k) for k in Kind)}")


def _channel(written: str) -> str:
    channels = present.city().channels
    if not written:
        return "web"
    for channel in channels.values():
        if written in (channel.code, channel.name, channel.name_en):
            return channel.code
    raise BadTable(f"不认识渠道“{written[:20]}”，可用：{'、'.join(c.name for c in channels.values())}")


EXPORTED = (
    *("no", "state", "channel", "kind", "urgency", "category", "area", "lead", "received_at", "promised", "due"),
    *("card", "reworks", "closed_at", "title", "text"),
)
NATURE, SIMULATED = "数据性质", "模拟数据"
"""The column that an export has more when the city's data are simulated, and what every row says in it."""


def save(file: Path, rows: Iterator[Sequence[object]]) -> int:
    """Write rows of EXPORTED to .xlsx or .csv; returns how many. Text that a spreadsheet would run stays text.
    Simulated data say so in every row (NATURE), and in the name of the sheet."""
    simulated = present.simulated()
    header = (*EXPORTED, NATURE) if simulated else EXPORTED
    if simulated:
        rows = ((*row, SIMULATED) for row in rows)
    count = 0
    if file.suffix.lower() == ".csv":
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(header)
            for row in rows:
                writer.writerow([_tame(v) for v in row])
                count += 1
        return count
    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"orders-{SIMULATED}" if simulated else "orders")
    sheet.append(list(header))
    for row in rows:
        cells = []
        for v in row:
            cell = WriteOnlyCell(sheet, value=_plain(v))
            if isinstance(v, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
        count += 1
    book.save(file)
    return count


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _tame(value: object) -> str:
    """A cell that begins like a formula gets an apostrophe (CSV injection)."""
    text = _plain(value)
    return f"'{text}" if text[:1] in (*_RUNS, "\t", "\r") else text


def _untamed(text: str) -> str:
    """A cell without the apostrophe that `_tame` put before it."""
    return text[1:] if text[:1] == "'" and text[1:2] in _RUNS else text
