"""Mystery requests (暗访来电): requests of the auditor's own, of which nobody in the line knows, to find what is never
entered, wrongly classified or left lying.

A plan hands the auditor a sheet, once: of each request its day, what it is to be about and a secret mark of three words
to be woven into the story. The house keeps only what commits to each line, so that nobody in it can tell a planted
request from any other, and the auditor can later show none that was not planned. Filled in with when each was placed
and from which number, the sheet comes back and is reconciled: by the order number that was given, else by number and
time (`gaming.reconciled`), else by the marks in the words taken down."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection

from minsheng.account.audit import store
from minsheng.account.audit.codes import CaseKind
from minsheng.account.audit.store import Step
from minsheng.account.audit.tables import BadFile, moment, table
from minsheng.account.gaming import Bounds, Heard, Receipt, left_out, mystery_requests, reconciled
from minsheng.core import Actor, Refused
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import phone_digest

PLANNED, RECONCILED = "planned", "reconciled"
MOST = 2000
GIVEN = ("line", "day", "category", "category_name", "mark", "salt")
FILLED = ("placed_at", "number", "order")
_WORDS = (
    "蓝伞 铜铃 松针 石阶 青砖 竹篮 白鹅 灰瓦 桂花 木梯 红绳 铁锁 纸鸢 麦垛 油灯 陶罐 "
    "杏仁 藤椅 草帽 瓷碗 棉线 河灯 柳筐 银杏 枣树 葫芦 石榴 梧桐 芦苇 荷叶 菊花 海棠"
)
WORDS = tuple(_WORDS.split())
"""What marks are made of: words that clerks write down as they hear them and that no machine takes out."""
ENTERED_WITHIN = timedelta(minutes=60)
MARKED_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A request that was placed, and what became of it: the order, whether its category is the one that the story was
    about (to the second level), and whether anybody answered it. `order` is None when it was never entered."""

    line: int
    placed_at: datetime
    order: str | None
    classified: bool
    handled: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan from its steps."""

    steps: tuple[Step, ...]

    @property
    def no(self) -> str:
        """Its number."""
        return self.steps[0].no

    @property
    def planned(self) -> Mapping[str, Any]:
        """How many, from when to when, for which share, and what commits to each line."""
        return self.steps[0].data

    @property
    def results(self) -> list[Mapping[str, Any]]:
        """The requests placed, after the reconciliation."""
        return list(self.steps[-1].data["placed"]) if self.steps[-1].name == RECONCILED else []

    @property
    def bounds(self) -> Bounds | None:
        """Between which shares the calls that are never entered lie (95 %); None before the reconciliation."""
        placed = self.results
        return left_out(sum(p["order"] is None for p in placed), len(placed)) if placed else None


def plan(since: date, days: int, share: float, by: Actor, *, count: int | None = None) -> tuple[Plan, str]:
    """Plan requests on `days` days from `since` on: `count`, or as many as find with 95 % that a `share` of all is
    never entered. Returns the plan and the auditor's sheet (CSV), which exists nowhere else."""
    store.only_auditor(by)
    try:
        many = count or mystery_requests(share)
    except ValueError as error:
        raise Refused("share", "遗漏比例请填 0 与 100 之间的百分数，例如 1。") from error
    if not 1 <= days <= 366 or not 1 <= many <= MOST:
        raise Refused("many", f"天数请填 1 至 366，件数不超过 {MOST}。")
    lines = list(_lines(since, days, many, secrets.SystemRandom()))
    data = {
        "since": since.isoformat(), "days": days, "share": share, "count": many,
        "commitments": [commitment(line) for line in lines],
    }  # fmt: skip
    now = present.now()
    with sight(by):
        no = store.next_number(CaseKind.MYSTERY, now)
        made = store.append(store.Begun(CaseKind.MYSTERY, no), PLANNED, data, by, now)
    out = io.StringIO()
    rows = csv.DictWriter(out, (*GIVEN, *FILLED), lineterminator="\r\n", restval="")
    rows.writeheader()
    rows.writerows(lines)
    return Plan((made,)), "\ufeff" + out.getvalue()


def commitment(line: Mapping[str, str]) -> str:
    """What commits to a line of the sheet (SHA-256, hex)."""
    said = "\n".join(("minsheng/mystery/v1", line["line"], line["day"], line["category"], line["mark"], line["salt"]))
    return hashlib.sha256(said.encode()).hexdigest()


def reconcile(no: str, sheet: bytes, by: Actor) -> Plan:
    """Take the filled sheet back and look for each request placed. BadFile with nothing kept when a line is none of
    the plan or cannot be read; Refused when it was reconciled before."""
    store.only_auditor(by)
    with sight(by):
        found = store.steps_of(no, lock=True)
        made = _plan(found)
        if made.results:
            raise Refused("done", "这一批已经核对过，结果不再改动。")
        rows = list(_rows(sheet, made.planned["commitments"]))
        if not rows:
            raise BadFile("表里没有一件填了拨打时间（placed_at），没有可以核对的。")
    placed = _found(rows)
    with sight(by):
        data = {
            "sheet": hashlib.sha256(sheet).hexdigest(),
            "placed": [
                {"line": p.line, "placed_at": p.placed_at.isoformat(), "order": p.order, "classified": p.classified,
                 "handled": p.handled} for p in placed
            ],
        }  # fmt: skip
        last = store.append(found[-1], RECONCILED, data, by, present.now())
    return Plan((*found, last))


def a_plan(no: str, by: Actor) -> Plan:
    """One plan; NoCase outside the actor's sight."""
    with sight(by):
        return _plan(store.steps_of(no))


def plans(by: Actor) -> list[Plan]:
    """All plans in the actor's sight, newest first."""
    with sight(by):
        found = store.steps(kinds=[CaseKind.MYSTERY])
    return [Plan(tuple(s for s in found if s.no == no)) for no in dict.fromkeys(s.no for s in found)]


def _plan(found: list[Step]) -> Plan:
    if found[0].kind is not CaseKind.MYSTERY:
        raise store.NoCase(found[0].no)
    return Plan(tuple(found))


def _lines(since: date, days: int, many: int, chance: Random) -> Iterator[dict[str, str]]:
    """Lines of a sheet, in order of day; no mark stands twice."""
    leaves = present.city().taxonomy.leaves
    on = sorted(chance.randrange(days) for _ in range(many))
    used: set[tuple[str, ...]] = set()
    for number, day in enumerate(on, start=1):
        while (mark := tuple(sorted(chance.sample(WORDS, 3)))) in used:
            continue
        used.add(mark)
        leaf = chance.choice(leaves)
        yield {
            "line": str(number), "day": (since + timedelta(days=day)).isoformat(), "category": leaf.code,
            "category_name": leaf.name, "mark": " ".join(mark), "salt": secrets.token_hex(16),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    placed_at: datetime
    number: str
    order: str
    category: str
    mark: tuple[str, ...]


def _rows(sheet: bytes, commitments: Sequence[str]) -> Iterator[_Row]:
    """Lines that were placed, each one of the plan's."""
    for line, at in table(sheet, GIVEN + FILLED):
        if not at["line"].isdecimal() or not 1 <= int(at["line"]) <= len(commitments):
            raise BadFile(
                "第 %(line)s 行：编号“%(written)s”不在计划里，请用计划时下载的表。", line=line, written=at["line"]
            )
        if commitment(at) != commitments[int(at["line"]) - 1]:
            raise BadFile("第 %(line)s 行：与计划时封存的不符，编号、日期、类别、暗记和盐值都不能改。", line=line)
        if not at["placed_at"]:
            continue
        number = re.sub(r"\D", "", at["number"])
        yield _Row(
            int(at["line"]), moment(at["placed_at"], line), number, at["order"], at["category"],
            tuple(at["mark"].split()),
        )  # fmt: skip


def _found(rows: Sequence[_Row]) -> list[Placed]:
    """What became of each request."""
    with sight(SYSTEM), connection.cursor() as cursor:
        known = {r.line: order for r in rows if r.order and (order := _by_number(cursor, r))}
        known |= _by_caller(cursor, [r for r in rows if r.number and r.line not in known], list(known.values()))
        for r in rows:
            if r.line not in known and (order := _by_mark(cursor, r, list(known.values()))):
                known[r.line] = order
        return [_placed(cursor, r, known.get(r.line)) for r in rows]


def _by_number(cursor: Any, row: _Row) -> str | None:
    cursor.execute(
        "SELECT no FROM respond_order WHERE no = %s AND received_at BETWEEN %s AND %s",
        [row.order, row.placed_at - ENTERED_WITHIN, row.placed_at + MARKED_WITHIN],
    )
    found = cursor.fetchone()
    return found[0] if found else None


def _by_caller(cursor: Any, rows: Sequence[_Row], taken: list[str]) -> dict[int, str]:
    """Orders that came from the same number within the hour, each given to one request."""
    if not rows:
        return {}
    calls = [
        Heard(str(r.line), phone_digest(r.number).hex(), r.placed_at - timedelta(minutes=5), r.placed_at) for r in rows
    ]
    cursor.execute(
        "SELECT o.no, p.phone_digest, o.received_at FROM vault.person p JOIN respond_order o ON o.id = p.order_id "
        "WHERE p.phone_digest = ANY (%s) AND o.received_at BETWEEN %s AND %s AND o.no <> ALL (%s)",
        [
            [bytes.fromhex(c.number) for c in calls],
            min(r.placed_at for r in rows) - ENTERED_WITHIN, max(r.placed_at for r in rows) + ENTERED_WITHIN, taken,
        ],
    )  # fmt: skip
    receipts = [Receipt(no, bytes(digest).hex(), at) for no, digest, at in cursor.fetchall()]
    return {int(line): order for line, order in reconciled(calls, receipts, ENTERED_WITHIN).matched}


def _by_mark(cursor: Any, row: _Row, taken: list[str]) -> str | None:
    """An order whose words hold the whole mark."""
    cursor.execute(
        "SELECT o.no FROM respond_copy c JOIN respond_order o ON o.id = c.order_id "
        "WHERE c.text LIKE ALL (%s) AND o.received_at BETWEEN %s AND %s AND o.no <> ALL (%s) ORDER BY o.id LIMIT 1",
        [
            [f"%{word}%" for word in row.mark],
            row.placed_at - ENTERED_WITHIN,
            row.placed_at + MARKED_WITHIN,
            taken,
        ],
    )
    found = cursor.fetchone()
    return found[0] if found else None


def _placed(cursor: Any, row: _Row, order: str | None) -> Placed:
    if order is None:
        return Placed(row.line, row.placed_at, None, classified=False, handled=False)
    cursor.execute(
        "SELECT o.category, o.closed_at IS NOT NULL OR EXISTS (SELECT FROM respond_event e "
        "WHERE e.order_id = o.id AND e.name IN ('replied', 'answered')) FROM respond_order o WHERE o.no = %s",
        [order],
    )
    category, handled = cursor.fetchone()
    taxonomy = present.city().taxonomy
    known = category in taxonomy.categories and row.category in taxonomy.categories
    return Placed(
        row.line,
        row.placed_at,
        order,
        classified=known and taxonomy.path(category)[:2] == taxonomy.path(row.category)[:2],
        handled=handled,
    )
