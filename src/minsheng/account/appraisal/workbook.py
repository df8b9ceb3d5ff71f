"""The appraisal as a workbook (考核表): what it is and is not, both sides of every ratio, comparison with intervals,
funnels with their limits and charts, peers, exclusions, and the two lists of results. No sheet is sorted by rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from minsheng.account.appraisal.appraise import Appraisal, Standing, UnitAppraisal, appraise, month_of
from minsheng.account.appraisal.funnel import SIGN, WARNING, Place
from minsheng.account.appraisal.peers import Group
from minsheng.account.appraisal.rates import Ballots, Ratio
from minsheng.account.appraisal.results import Ground, Groundwork, Tolerance, VisibleResult
from minsheng.ground.city import CityPack
from minsheng.ground.lake import Engine

Cell = str | int | float | None
PLACES = {
    Place.WITHIN: "界内",
    Place.LOW: "低于95%警戒限",
    Place.HIGH: "高于95%警戒限",
    Place.VERY_LOW: "低于99.8%控制限",
    Place.VERY_HIGH: "高于99.8%控制限",
}
GROUNDS = {Ground.MECHANISM: "机制", Ground.CAUSE_REMOVED: "成因消除", Ground.EFFECT: "成效"}
SHARE, CURVE, CURVE_POINTS = "0.0%", 5000, 40

NOTES = (
    "每个比率均列分子、分母;“净”按考核规则剔除,“毛”不剔除任何工单。未接通、未评价另列,不计入分母。",
    "响应率:到期工单中,主办单位首次答复不晚于期限的。解决率:诉求人表示已解决的,占诉求人作答的。",
    "满意率来自密封评价票的合计;没有评价票时不计,得分只覆盖所列权重。",
    "二级单位按主办工单计,三级单位按转到本单位承办的工单计。",
    "公平比较:首次办理即解决的比率,同一地点同类事项三十日内的后续诉求只计第一件;按类别和诉求类型的难易调整,"
    "小单位向总体收缩(经验贝叶斯);均附95%区间。",
    "位次只在同类单位内计算,且附区间;区间重叠的单位不能分高下。本表不按位次排序,不是排行榜。",
    "漏斗图:界限按单位自身工单量和事项构成、由其他同类单位的正常差异推算。出界是核查的线索,不是结论。",
    "显绩与潜绩分列,不相加,也不折算成分数。容错与申诉有据可查,不改动任何计数。",
    "本表不能证明:现场确已办理;诉求人作答时没有压力;没有应登记而未登记的诉求。",
)


@dataclass(frozen=True, slots=True)
class Results:
    """What stands beside the figures."""

    visible: Sequence[VisibleResult] = ()
    groundwork: Sequence[Groundwork] = ()
    tolerance: Sequence[Tolerance] = ()


@dataclass(slots=True)
class _Sheets:
    """The workbook while it is written."""

    found: Appraisal
    pack: CityPack
    book: Workbook = field(default_factory=Workbook)

    def sheet(
        self, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], shares: Sequence[int] = ()
    ) -> Worksheet:
        """One sheet with a frozen head; `shares` are the columns (from 1) shown in per cent."""
        sheet = self.book.create_sheet(title)
        sheet.append(list(head))
        for row in rows:
            sheet.append(list(row))
        for cell in sheet[1]:
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "C2"
        for column in shares:
            for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column):
                cell.number_format = SHARE
        for column in range(1, len(head) + 1):
            sheet.column_dimensions[get_column_letter(column)].width = 26 if column <= 2 else 13
        return sheet

    def name(self, unit: str) -> str:
        """The unit's name in the city's words."""
        row = self.pack.units.get(unit)
        return row.name if row else unit


def workbook(found: Appraisal, pack: CityPack, path: Path, results: Results = Results()) -> None:
    """Write the appraisal `found` of the city `pack` to `path` (.xlsx)."""
    sheets = _Sheets(found, pack)
    _notes(sheets)
    _rates(sheets)
    _comparison(sheets)
    _funnels(sheets)
    _peers(sheets)
    _other_counts(sheets)
    _results(sheets, results)
    del sheets.book["Sheet"]
    stamp = found.asof.astimezone(UTC).replace(tzinfo=None)
    sheets.book.properties.created = sheets.book.properties.modified = stamp
    sheets.book.save(path)


def appraisal_of_month(
    lake: Engine,
    pack: CityPack,
    period: str,
    path: Path,
    *,
    asof: datetime,
    ballots: Iterable[Ballots] = (),
    results: Results = Results(),
) -> Appraisal:
    """Appraise the month `period` (YYYY-MM) as things stood at `asof`, write the workbook to `path`, and return what
    was found. ValueError when `period` is no month; NoRules when the pack has no rules for it."""
    found = appraise(lake, pack, month_of(period), asof, ballots=ballots)
    workbook(found, pack, path, results)
    return found


def _notes(sheets: _Sheets) -> None:
    found, pack = sheets.found, sheets.pack
    head = [[f"{pack.city.name} {found.month:%Y年%m月} 承办单位考核", ""]]
    if pack.city.invented:
        head.append(["模拟数据 simulated", "本表中的单位和数字均为虚构"])
    asof = found.asof.astimezone(pack.calendar.zone)
    head.append(["统计时点", f"{asof:%Y-%m-%d %H:%M}"])
    rules = [
        [rule.name, f"权重 {rule.weight} 分,统计 {rule.months} 个月,净值剔除:{'、'.join(_reasons(rule.leaves_out))}"]
        for rule in found.rules
    ]
    spreads = [[f"{level} 级单位间差异", f"对数优势标准差 {spread:.2f}"] for level, spread in found.spread.items()]
    lines = [["说明", note] for note in NOTES] + [["未能比较", trouble] for trouble in found.troubles]
    sheet = sheets.sheet("说明", ["项目", "内容"], [*head, *rules, *spreads, *lines])
    sheet.column_dimensions["B"].width = 110


REASONS = {"excluded": "剔除", "merged": "并单", "withdrawn": "撤回", "parked": "挂账"}


def _reasons(codes: Iterable[str]) -> list[str]:
    return [REASONS[str(code)] for code in codes] or ["无"]


def _sides(ratio: Ratio) -> list[Cell]:
    return [ratio.part, ratio.whole, ratio.value]


def _rates(sheets: _Sheets) -> None:
    head = ["单位", "名称", "得分", "得分覆盖权重"]
    for rule in sheets.found.rules:
        head += [
            f"{rule.name}{word}"
            for word in ("净分子", "净分母", "净", "毛分子", "毛分母", "毛", "剔除", "未接通", "未评价")
        ]
    rows: list[list[Cell]] = []
    for unit in sheets.found.units:
        row: list[Cell] = [unit.unit, sheets.name(unit.unit), unit.score.points, unit.score.covered]
        for rate in unit.rates:
            row += [*_sides(rate.net), *_sides(rate.gross), rate.excluded, rate.unreached, rate.unrated]
        rows.append(row)
    shares = [5 + 9 * i + j for i in range(len(sheets.found.rules)) for j in (2, 5)]
    sheet = sheets.sheet("三率", head, rows, shares)
    for (cell,) in sheet.iter_rows(min_row=2, min_col=3, max_col=3):
        cell.number_format = "0.0"


def _standing(sheets: _Sheets) -> list[tuple[UnitAppraisal, Standing]]:
    return [(unit, unit.standing) for unit in sheets.found.units if unit.standing is not None]


def _comparison(sheets: _Sheets) -> None:
    head = ["单位", "名称", "同类组", "可比工单", "首次解决", "按构成应解决", "O/E", "调整后解决率", "95%下", "95%上"]
    head += ["同类单位数", "期望位次", "位次95%下", "位次95%上", "漏斗位置"]
    rows: list[list[Cell]] = [
        [
            unit.unit, sheets.name(unit.unit), label(unit.group), s.n, s.y, round(s.expected, 2),
            round(s.y / s.expected, 3) if s.expected else None, s.rate, s.low, s.high,
            s.peers, round(s.rank, 1), s.rank_low, s.rank_high, PLACES[s.place] if s.place else "同类过少",
        ]
        for unit, s in _standing(sheets)
    ]  # fmt: skip
    sheets.sheet("公平比较", head, rows, shares=(8, 9, 10))


def _funnels(sheets: _Sheets) -> None:
    """One sheet of units with their own limits and one of curves by peer group, each group with a chart."""
    head = ["单位", "名称", "同类组", "可比工单", "首次解决", "首次解决率", "应有比率", "构成调整后"]
    head += ["95%下限", "95%上限", "99.8%下限", "99.8%上限", "位置"]
    rows: list[list[Cell]] = []
    spans: dict[Group, tuple[int, int]] = {}
    for unit, s in sorted(_standing(sheets), key=lambda pair: (pair[0].group, pair[0].unit)):
        if s.place is None or s.warning is None or s.sign is None or unit.group not in sheets.found.funnels:
            continue
        first = spans.get(unit.group, (len(rows) + 2, 0))[0]
        spans[unit.group] = (first, len(rows) + 2)
        peers, expected = sheets.found.funnels[unit.group]
        target, centre = (float(x) for x in peers.target(np.array([s.expected / s.n, expected])))
        row: list[Cell] = [unit.unit, sheets.name(unit.unit), label(unit.group), s.n, s.y, s.y / s.n, target]
        rows.append([*row, s.y / s.n - target + centre, *s.warning, *s.sign, PLACES[s.place]])
    units = sheets.sheet("漏斗", head, rows, shares=range(6, 13))
    _curves(sheets, units, spans)


def _curves(sheets: _Sheets, units: Worksheet, spans: dict[Group, tuple[int, int]]) -> None:
    head = ["同类组", "工单量", "目标", "95%下限", "95%上限", "99.8%下限", "99.8%上限"]
    sizes = sorted({round(float(x)) for x in np.geomspace(5, CURVE, CURVE_POINTS)})
    rows: list[list[Cell]] = []
    starts: dict[Group, int] = {}
    for group in spans:
        curve, expected = sheets.found.funnels[group]
        starts[group] = len(rows) + 2
        target = float(curve.target(np.array([expected]))[0])
        largest = max((s.n for unit, s in _standing(sheets) if unit.group == group), default=0)
        for n in sizes:
            if n <= max(2 * largest, 20):
                warning, sign = curve.limits(n, expected, WARNING), curve.limits(n, expected, SIGN)
                rows.append([label(group), n, target, *warning, *sign])
    sheet = sheets.sheet("漏斗界限", head, rows, shares=range(3, 8))
    ends = [*list(starts.values())[1:], len(rows) + 2][: len(starts)]
    for number, (group, end) in enumerate(zip(starts, ends, strict=True)):
        chart = _chart(units, spans[group], sheet, (starts[group], end - 1))
        chart.title = label(group)
        sheet.add_chart(chart, f"I{2 + 18 * number}")


def _chart(units: Worksheet, own: tuple[int, int], curves: Worksheet, span: tuple[int, int]) -> ScatterChart:
    chart = ScatterChart()
    chart.style, chart.scatterStyle, chart.height, chart.width = 13, "lineMarker", 8.5, 17
    chart.x_axis.title, chart.y_axis.title = "可比工单", "首次解决率(构成调整后)"
    chart.x_axis.delete = chart.y_axis.delete = False
    points = Series(
        Reference(units, min_col=8, min_row=own[0], max_row=own[1]),
        Reference(units, min_col=4, min_row=own[0], max_row=own[1]),
        title="单位",
    )
    points.marker.symbol, points.graphicalProperties.line.noFill = "circle", True
    chart.series.append(points)
    for column in range(3, 8):
        line = Series(
            Reference(curves, min_col=column, min_row=span[0], max_row=span[1]),
            Reference(curves, min_col=2, min_row=span[0], max_row=span[1]),
            title=str(curves.cell(1, column).value),
        )
        line.marker.symbol, line.smooth = "none", False
        chart.series.append(line)
    return chart


def _peers(sheets: _Sheets) -> None:
    groups = Counter(unit.group for unit in sheets.found.units)
    rows: list[list[Cell]] = []
    for group, count in sorted(groups.items()):
        known = sheets.found.funnels.get(group)
        rows.append([label(group), count, round(known[0].spread, 3) if known else None, known[1] if known else None])
    sheets.sheet("同类组", ["同类组", "单位数", "单位间差异(对数优势标准差)", "按构成应有比率"], rows, shares=(4,))


COUNTS = {
    "n": "受理", "open": "未办结", "unreached": "未接通", "returned": "有退单", "extended": "有延期",
    "repeated": "三十日内重复", "repeat_n": "可判重复",
}  # fmt: skip
ASKED = {"return_asked": "申请退单", "extension_asked": "申请延期", "exclusion_asked": "申请剔除"}


def _other_counts(sheets: _Sheets) -> None:
    """Exclusions, returns, extensions and repeats by unit."""
    head = ["单位", "名称", *COUNTS.values(), *REASONS.values(), *ASKED.values()]
    rows: list[list[Cell]] = [
        [
            unit.unit, sheets.name(unit.unit), *(unit.counts.get(name, 0) for name in COUNTS),
            *(unit.left_out.get(name, 0) for name in REASONS), *(unit.asked_for.get(name, 0) for name in ASKED),
        ]
        for unit in sheets.found.units
    ]  # fmt: skip
    sheets.sheet("剔除与其他", head, rows)


def _results(sheets: _Sheets, results: Results) -> None:
    visible: list[list[Cell]] = [
        [r.unit, sheets.name(r.unit), r.title, r.part, r.whole, r.evidence] for r in results.visible
    ]
    sheets.sheet("显绩", ["单位", "名称", "事项", "完成", "应完成", "证据"], visible)
    ground: list[list[Cell]] = [
        [g.unit, sheets.name(g.unit), GROUNDS[g.kind], g.title, f"{g.since}", g.estimate, g.low, g.high, g.evidence]
        for g in results.groundwork
    ]
    sheets.sheet("潜绩", ["单位", "名称", "类别", "事项", "起", "成效%", "95%下", "95%上", "证据"], ground)
    tolerance: list[list[Cell]] = []
    for t in results.tolerance:
        decided = [t.decided_by, f"{t.decided_on}", "准" if t.granted else "不准"]
        tolerance.append([t.unit, sheets.name(t.unit), t.matter, t.grounds, *decided, t.evidence])
    sheets.sheet("容错与申诉", ["单位", "名称", "事项", "理由", "决定者", "日期", "决定", "证据"], tolerance)


def label(group: Group) -> str:
    """A peer group in words: 3级·sub_office·land."""
    return "·".join([f"{group[0]}级", *group[1:]])
