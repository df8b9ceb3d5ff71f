"""The figures as open data (开放数据): one row a month and part, as CSV and as Parquet, with a dictionary of every
column. Licence: CC BY 4.0, by name. What is kept together on the page is kept together here."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from minsheng.account.figures.months import Cell, Figures, Rate
from minsheng.account.figures.naming import names
from minsheng.account.releases.metrics import Metric
from minsheng.ground.city import CityPack

LICENCE, LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
SIMULATED = "模拟数据"
_WHAT = {
    "month": (pa.string(), "收到诉求的月份", "Month in which the orders were received, YYYY-MM"),
    "by": (
        pa.string(),
        "分组：channel 渠道、county 县区、kind 诉求类型；空为全市",
        "Channel, county or kind; '' the city",
    ),
    "code": (
        pa.string(),
        "组的代码；* 全市，+ 合并列出的小组，空为不明",
        "Code of the part; * the whole city, + small parts listed together, '' not known",
    ),
    "name": (pa.string(), "名称", "Name in Chinese"),
    "name_en": (pa.string(), "英文名称", "Name in English"),
    "intake": (
        pa.int64(),
        "收到件数，等于以下七种去向之和",
        "Orders received: the sum of the seven outcomes that follow",
    ),
    "open": (pa.int64(), "还在办", "Still open"),
    "resolved": (pa.int64(), "诉求人说解决了", "Resolved, as the requester said"),
    "unresolved": (pa.int64(), "诉求人说没解决", "Not resolved, as the requester said"),
    "unsaid": (
        pa.int64(),
        "办结了，没人说解决没有；等于 at_once、unreached、unasked 之和",
        "Closed, and nobody said: the sum of at_once, unreached and unasked",
    ),
    "excluded": (pa.int64(), "剔除", "Excluded from scoring by a second person"),
    "withdrawn": (pa.int64(), "诉求人撤回", "Withdrawn by the requester"),
    "merged": (pa.int64(), "并入别的工单", "Merged into another order"),
    "at_once": (pa.int64(), "其中当场答复、不再回访", "Of unsaid: answered at once, with no call-back to follow"),
    "unreached": (pa.int64(), "其中回访没联系上", "Of unsaid: called back and not reached"),
    "unasked": (pa.int64(), "其中联系上而没有回答，或没有回访", "Of unsaid: gave no answer, or was not called back"),
    "judged": (pa.int64(), "主办单位已作首次答复", "Orders with a first reply of the lead unit"),
    "on_time": (pa.int64(), "其中按时", "Of judged: in time"),
    "silent": (
        pa.int64(),
        "到期还没有首次答复（不在 judged 里）",
        "Due and without any reply yet; not among judged",
    ),
    "second": (pa.int64(), "二次办理次数", "Second handlings ordered"),
}
"""Type, Chinese and English meaning of every column but those of rates."""
_SIDES = {
    "part": (pa.int64(), "分子", "numerator"),
    "whole": (pa.int64(), "分母", "denominator"),
    "left_out": (pa.int64(), "分子分母都不含的件数", "orders in neither"),
    "rate": (pa.float64(), "比率，分母不足 10 的为空", "the rate; empty where the denominator is below 10"),
    "low": (pa.float64(), "95% 区间下限（Wilson）", "lower limit of Wilson's 95 % interval"),
    "high": (pa.float64(), "95% 区间上限（Wilson）", "upper limit of Wilson's 95 % interval"),
}


def dictionary(metrics: tuple[Metric, ...]) -> list[tuple[str, str, str, str]]:
    """Every column in its order: name, type, meaning in Chinese and in English."""
    rows = [(name, str(kind), zh, en) for name, (kind, zh, en) in _WHAT.items()]
    for metric in metrics:
        for side, (kind, zh, en) in _SIDES.items():
            of = f"{metric.name} v{metric.version}"
            rows.append((f"{metric.name}_{side}", str(kind), f"{of} 的{zh}", f"{of}: {en}. {metric.meaning}"))
    return rows


def table(found: Figures, pack: CityPack, *, simulated: bool) -> pa.Table:
    """The open data as an Arrow table; its metadata carry licence, definitions and time. Simulated data have one more
    column, 数据性质, that says so in every row."""
    rows = [_row(cell, found.metrics, pack) for cell in found.cells]
    fields = [pa.field(name, kind, metadata={"meaning": en}) for name, (kind, _, en) in _WHAT.items()]
    for metric in found.metrics:
        for side, (kind, _, en) in _SIDES.items():
            fields.append(pa.field(f"{metric.name}_{side}", kind, metadata={"meaning": en}))
    if simulated:
        fields.append(pa.field("数据性质", pa.string(), metadata={"meaning": "simulated data"}))
        rows = [row | {"数据性质": SIMULATED} for row in rows]
    about = {
        "licence": f"{LICENCE} {LICENCE_URL}",
        "source": f"{pack.city.name} 12345",
        "asof": found.asof.isoformat(timespec="seconds"),
        **{f"metric {metric.name} v{metric.version}": metric.digest for metric in found.metrics},
        **({"data": SIMULATED} if simulated else {}),
    }
    return pa.Table.from_pylist(rows, pa.schema(fields, metadata=about))


def as_csv(data: pa.Table) -> bytes:
    """UTF-8 with a byte-order mark, which spreadsheet programs want; rates with six decimals, nothing where there is
    none."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(data.column_names)
    for row in data.to_pylist():
        writer.writerow(f"{v:.6f}" if isinstance(v, float) else "" if v is None else v for v in row.values())
    return out.getvalue().encode("utf-8-sig")


def as_parquet(data: pa.Table) -> bytes:
    """Parquet, zstd."""
    out = io.BytesIO()
    pq.write_table(data, out, compression="zstd")
    return out.getvalue()


def dictionary_csv(metrics: tuple[Metric, ...]) -> bytes:
    """The dictionary as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("column", "type", "meaning_zh", "meaning_en"))
    writer.writerows(dictionary(metrics))
    return out.getvalue().encode("utf-8-sig")


def _row(cell: Cell, metrics: tuple[Metric, ...], pack: CityPack) -> dict[str, Any]:
    name, name_en = names(pack, cell.by, cell.code)
    row: dict[str, Any] = {"month": cell.month, "by": cell.by, "code": cell.code, "name": name, "name_en": name_en}
    row |= {column: cell.counts[column] for column in _WHAT if column in cell.counts}
    for metric in metrics:
        row |= _sides(metric.name, cell.rate(metric.name))
    return row


def _sides(name: str, rate: Rate | None) -> Mapping[str, Any]:
    if rate is None:
        return {f"{name}_{side}": None for side in _SIDES}
    values = (rate.part, rate.whole, rate.left_out, rate.value, rate.low, rate.high)
    return {f"{name}_{side}": value for side, value in zip(_SIDES, values, strict=True)}
