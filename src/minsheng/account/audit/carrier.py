"""Carriers' records (话单核对): every call that was answered, as the carrier recorded it, beside the receipts of the
telephone channel. A call without a receipt was perhaps never entered; a receipt without a call came from elsewhere.

The file has a column for the time of answering, one for the caller (the whole number, its keyed digest, or the last
digits alone), one for the seconds talked, one for whether it was answered. Numbers are compared and not kept: of a
gap stand its line, time, length and the last digits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from minsheng.account.audit import store
from minsheng.account.audit.codes import CaseKind
from minsheng.account.audit.store import Step
from minsheng.account.audit.tables import BadFile, moment, table
from minsheng.account.gaming import Heard, Receipt, reconciled
from minsheng.account.gaming.audit import RECEIPT_WITHIN
from minsheng.core import Actor, Refused
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import person_of, phone_digest

RECONCILED = "reconciled"
PHONE = "phone"
COLUMNS = ("time", "caller", "seconds", "answered")
OTHER_NAMES: Mapping[str, str] = {
    "应答时间": "time", "通话开始时间": "time", "开始时间": "time", "时间": "time",
    "主叫": "caller", "主叫号码": "caller", "来电号码": "caller", "尾号": "caller",
    "通话时长": "seconds", "通话时长(秒)": "seconds", "时长": "seconds", "秒": "seconds",
    "是否接通": "answered", "接通": "answered", "应答": "answered",
}  # fmt: skip
_SAID = {"1": True, "是": True, "yes": True, "true": True, "0": False, "否": False, "no": False, "false": False}
_FEWEST, _WHOLE, _DIGEST = 3, 7, re.compile(r"[0-9a-f]{64}", re.ASCII)
LEAST_SECONDS = 20
"""Shorter calls are wrong numbers and second thoughts: they need no receipt and are listed by their count alone."""
MOST_SHOWN = 5000


class Form(StrEnum):
    """How the carrier names the caller."""

    NUMBER = "number"
    DIGEST = "digest"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Call:
    """An answered call: its line in the file, when it was answered, how long it was, and the caller as written."""

    line: int
    at: datetime
    seconds: int
    caller: str


@dataclass(frozen=True, slots=True)
class Records:
    """One reconciliation."""

    step: Step

    @property
    def no(self) -> str:
        """Its number."""
        return self.step.no

    @property
    def data(self) -> Mapping[str, Any]:
        """Counts, gaps and receipts without a call."""
        return self.step.data


def reconcile(content: bytes, by: Actor, *, least_seconds: int = LEAST_SECONDS) -> Records:
    """Compare a carrier's file with the telephone channel's receipts of its time. BadFile, with nothing kept, when a
    line cannot be read; Refused when the same file was reconciled before."""
    store.only_auditor(by)
    digest = hashlib.sha256(content).hexdigest()
    if earlier := next((r for r in all_records(by) if r.data["sha256"] == digest), None):
        raise Refused("done", f"这份话单已经核对过：{earlier.no}。")
    calls, answered, every = _calls(content, least_seconds)
    form = _form(calls)
    heard = [Heard(f"{c.line:09d}", _key(form, c.caller), c.at, c.at + timedelta(seconds=c.seconds)) for c in calls]
    width = len(calls[0].caller) if form is Form.TAIL else 0
    span = (min(h.answered_at for h in heard), max(h.ended_at for h in heard) + RECEIPT_WITHIN)
    found = reconciled(heard, _receipts(form, width, *span))
    by_line = {f"{c.line:09d}": c for c in calls}
    gaps = [by_line[mark] for mark in found.without_receipt]
    data = {
        "sha256": digest, "form": form.value, "since": span[0].isoformat(), "until": span[1].isoformat(),
        "calls": every, "answered": answered, "short": answered - len(calls), "least_seconds": least_seconds,
        "matched": len(found.matched), "gaps": len(gaps), "alone": len(found.without_call),
        "gap_list": [_gap(form, c) for c in sorted(gaps, key=lambda c: (c.at, c.line))[:MOST_SHOWN]],
        "alone_list": list(found.without_call[:MOST_SHOWN]),
    }  # fmt: skip
    now = present.now()
    with sight(by):
        no = store.next_number(CaseKind.CARRIER, now)
        return Records(store.append(store.Begun(CaseKind.CARRIER, no), RECONCILED, data, by, now))


def records(no: str, by: Actor) -> Records:
    """One reconciliation; NoCase outside the actor's sight."""
    with sight(by):
        found = store.steps_of(no)[0]
    if found.kind is not CaseKind.CARRIER:
        raise store.NoCase(no)
    return Records(found)


def all_records(by: Actor) -> list[Records]:
    """All reconciliations in the actor's sight, newest first."""
    with sight(by):
        return [Records(s) for s in store.steps(kinds=[CaseKind.CARRIER])]


def _calls(content: bytes, least_seconds: int) -> tuple[list[Call], int, int]:
    """Answered calls that were long enough, how many were answered, how many there are."""
    kept, answered, every = [], 0, 0
    for line, row in table(content, COLUMNS, OTHER_NAMES):
        every += 1
        if (said := _SAID.get(row["answered"].lower())) is None:
            raise BadFile("第 %(line)s 行：是否接通是“%(written)s”，请写是或否。", line=line, written=row["answered"])
        if not said:
            continue
        if not row["seconds"].isdecimal():
            raise BadFile("第 %(line)s 行：通话时长是“%(written)s”，请写整数秒。", line=line, written=row["seconds"])
        answered += 1
        call = Call(line, moment(row["time"], line), int(row["seconds"]), _caller(row["caller"], line))
        if call.seconds >= least_seconds:
            kept.append(call)
    if not kept:
        raise BadFile("文件里没有一通接通且不短于 %(seconds)s 秒的来电，没有可以核对的。", seconds=least_seconds)
    return kept, answered, every


def _caller(written: str, line: int) -> str:
    if _DIGEST.fullmatch(written.lower()):
        return written.lower()
    digits = re.sub(r"[\s\-*]", "", written)
    if not digits.isdecimal() or len(digits) < _FEWEST:
        raise BadFile(
            "第 %(line)s 行：主叫“%(written)s”看不懂，请写整个号码、号码摘要或至少三位尾号。",
            line=line,
            written=written,
        )
    return digits


def _form(calls: Sequence[Call]) -> Form:
    """How the file names callers, one way in all its lines."""
    widths = {len(c.caller) for c in calls}
    if widths == {64}:
        return Form.DIGEST
    if min(widths) >= _WHOLE and 64 not in widths:
        return Form.NUMBER
    if len(widths) == 1:
        return Form.TAIL
    raise BadFile("主叫一列有的是整个号码、有的是尾号：请统一成一种，尾号的位数也要一样。")


def _key(form: Form, caller: str) -> str:
    return phone_digest(caller).hex() if form is Form.NUMBER else caller


def _gap(form: Form, call: Call) -> dict[str, Any]:
    tail = "" if form is Form.DIGEST else call.caller[-4:]
    return {"line": call.line, "at": call.at.isoformat(), "seconds": call.seconds, "tail": tail}


def _receipts(form: Form, width: int, since: datetime, until: datetime) -> list[Receipt]:
    """Receipts of the telephone channel in a span, by the caller as the file names it."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.no, o.received_at, p.phone_digest FROM respond_order o "
            "JOIN respond_receipt r ON r.order_id = o.id LEFT JOIN vault.person p ON p.order_id = o.id "
            "WHERE r.channel = %s AND o.received_at BETWEEN %s AND %s ORDER BY o.id",
            [PHONE, since, until],
        )
        rows = cursor.fetchall()
    return [Receipt(no, number, at) for number, no, at in _numbered(form, width, rows)]


def _numbered(form: Form, width: int, rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, str, datetime]]:
    for order, no, at, digest in rows:
        if form is Form.TAIL:
            person = person_of(order)
            phone = re.sub(r"\D", "", person.phone) if person else ""
            yield phone[-width:], no, at
        else:
            yield bytes(digest).hex() if digest else "", no, at
