"""Rates as the house would count them, beside what is true (指标与真相): by how much a naive figure lies.

Each rate is counted twice: from the events and answers in the city's database, as any report would, and from the
truth. With every way of cheating off the two agree within sampling error; with one on, its rate shows by how much it
misleads. Figures carry both sides of their ratio."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq

from minsheng.core.codes import Grade
from minsheng.sim.plan import Switch

_SQL = (Path(__file__).parent / "sql" / "rates.sql").read_text("utf-8")
_CONTENT = {Grade.VERY_SATISFIED.value, Grade.SATISFIED.value, Grade.BASICALLY.value}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with both its sides."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share; NaN when there is nothing to share."""
        return self.part / self.whole if self.whole else math.nan

    def __str__(self) -> str:
        return f"{100 * self.value:.2f} % ({self.part:,}/{self.whole:,})"


@dataclass(frozen=True, slots=True)
class Pair:
    """One rate twice. `code` names it; `naive` from the house's data, `true` from the truth."""

    code: str
    zh: str
    en: str
    naive: Ratio
    true: Ratio

    @property
    def lie(self) -> float:
        """Naive minus true, as a share."""
        return self.naive.value - self.true.value

    @property
    def error(self) -> float:
        """Standard error of the naive share as a sample of the true one's population (with finite correction)."""
        p, n, whole = self.true.value, self.naive.whole, self.true.whole
        if not n:
            return math.nan
        return math.sqrt(max(p * (1 - p), 1e-9) / n * max(1 - n / max(whole, n + 1), 0.0) + 1e-12)


Rows = list[dict[str, Any]]
_Side = Callable[[Rows], Ratio]


def _share(rows: Rows, among: Callable[[dict[str, Any]], bool], those: Callable[[dict[str, Any]], bool]) -> Ratio:
    found = [r for r in rows if among(r)]
    return Ratio(sum(1 for r in found if those(r)), len(found))


def _all(rows: Rows, among: Callable[[dict[str, Any]], bool]) -> Ratio:
    n = sum(1 for r in rows if among(r))
    return Ratio(n, n)


def _handled(r: dict[str, Any]) -> bool:
    return r["first_did"] is not None and not r["merged"]


def pairs(conninfo: str, truth: Path) -> list[Pair]:
    """Every rate of the run in the database of `conninfo` (loader's login), whose truth lies in `truth`."""
    requests = pq.read_table(truth / "requests.parquet").to_pylist()
    with psycopg.connect(conninfo) as connection:
        cursor = connection.execute(_SQL.encode())
        names = [column.name for column in cursor.description or ()]
        house: dict[str, dict[str, Any]] = {r["no"]: r for row in cursor for r in [dict(zip(names, row, strict=True))]}
    for r in requests:
        seen = house.get(r["no"], {})
        r["merged"], r["dispatched"] = seen.get("merged", False), seen.get("dispatched", False)
        r["excluded"], r["replied"] = seen.get("excluded", False), seen.get("replied_at") is not None
    return [Pair(code, zh, en, _naive(code, list(house.values())), _true(code, requests)) for code, zh, en in RATES]


RATES = (
    ("resolved", "首次办理解决率", "resolved by the first handling, of those who said"),
    ("satisfied", "首次办理满意率", "content with the first handling (基本满意 counts), of those who rated"),
    ("on_time", "按时办结率", "replied within the limit, of those replied to"),
    ("claimed", "答复称已解决", "replies that say the matter is solved, of first replies"),
    ("complaints", "投诉占比", "complaints, of orders dispatched"),
    ("entered", "登记率", "registered, of requests that reached a clerk"),
    ("warranted", "剔除合理率", "warranted, of exclusions granted"),
    ("joined", "并单属实率", "about the same matter, of orders merged"),
    ("distinct", "拆单属实率", "a matter of its own, of orders split off"),
    ("secret", "保密率", "kept from those complained of, of complaints and reports handled"),
)
"""Code, Chinese name and meaning of every rate."""

MISLED_BY: Mapping[Switch, tuple[str, ...]] = {
    Switch.EARLY_CLOSE: ("on_time", "claimed"),
    Switch.PRESS: ("resolved", "satisfied"),
    Switch.RECLASSIFY: ("complaints",),
    Switch.EXCLUDE: ("warranted", "resolved", "satisfied"),
    Switch.MERGE: ("joined",),
    Switch.SPLIT: ("distinct",),
    Switch.COPY: ("claimed",),
    Switch.NEVER_ENTER: ("entered",),
    Switch.LEAK: ("secret",),
}
"""The rates that each way of cheating bends, the one in which it shows first before the others."""


def _naive(code: str, rows: Rows) -> Ratio:
    match code:
        case "resolved":
            return _share(
                rows, lambda r: r["said"] is not None and not r["merged"] and not r["excluded"], lambda r: r["said"]
            )
        case "satisfied":
            return _share(
                rows,
                lambda r: r["grade"] is not None and not r["merged"] and not r["excluded"],
                lambda r: r["grade"] in _CONTENT,
            )
        case "on_time":
            return _share(rows, lambda r: r["replied_at"] is not None, lambda r: r["replied_at"] <= r["due"])
        case "claimed":
            return _share(rows, lambda r: r["replied_at"] is not None, lambda r: r["result"] == "solved")
        case "complaints":
            return _share(rows, lambda r: r["dispatched"], lambda r: r["kind"] == "complaint")
        case "entered":
            return _all(rows, lambda r: not r["split_off"])
        case "warranted":
            return _all(rows, lambda r: r["excluded"])
        case "joined":
            return _all(rows, lambda r: r["merged"])
        case "distinct":
            return _all(rows, lambda r: r["split_off"])
        case _:
            return _all(rows, lambda r: r["replied_at"] is not None and r["kind"] in ("complaint", "report"))


def _true(code: str, rows: Rows) -> Ratio:
    match code:
        case "resolved":
            return _share(rows, lambda r: _handled(r) and not r["unreasonable"], lambda r: r["first_solved"])
        case "satisfied":
            return _share(rows, lambda r: _handled(r) and not r["unreasonable"], lambda r: r["first_grade"] in _CONTENT)
        case "on_time":
            return _share(
                rows,
                lambda r: r["first_did"] is not None,
                lambda r: r["first_done_at"] is not None and r["first_done_at"] <= r["first_due"],
            )
        case "claimed":
            return _share(rows, lambda r: r["first_did"] is not None, lambda r: r["first_did"] == "solved")
        case "complaints":
            return _share(rows, lambda r: r["dispatched"], lambda r: r["kind"] == "complaint")
        case "entered":
            return _share(
                rows, lambda r: r["fate"] != "abandoned" and r["second_of"] is None, lambda r: r["fate"] == "registered"
            )
        case "warranted":
            return _share(rows, lambda r: r["excluded"], lambda r: r["unreasonable"])
        case "joined":
            return _share(rows, lambda r: r["merged"], lambda r: Switch.MERGE.value not in r["cheats"])
        case "distinct":
            return _share(rows, lambda r: r["second_of"] is not None, lambda r: r["duplicate_of"] is None)
        case _:
            return _share(
                rows,
                lambda r: r["replied"] and r["kind"] in ("complaint", "report"),
                lambda r: Switch.LEAK.value not in r["cheats"],
            )
