"""Steps as they stand in the database (经过存储): each a row that is never changed, its digest made over the one
before, so that nothing of a case can become another thing later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from minsheng.account.audit.codes import LETTERS, CaseKind
from minsheng.core import Actor, Forbidden
from minsheng.core.codes import Role
from minsheng.ground import present

_SQL = Path(__file__).resolve().parents[1] / "sql"
_STEP = (_SQL / "audit_step.sql").read_text("utf-8")
_STEPS = (_SQL / "audit_steps.sql").read_text("utf-8")
ROOT = bytes(32)
_COLUMNS = ("no", "seq", "kind", "unit", "month", "name", "at", "by", "role", "by_unit", "data")


class NoCase(Exception):
    """No such case in the actor's sight."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was done, when, by which account in which role and of which unit, and what it says."""

    no: str
    seq: int
    kind: CaseKind
    unit: str | None
    month: str | None
    name: str
    at: datetime
    by: str
    role: Role
    by_unit: str | None
    data: Mapping[str, Any]
    hash: bytes


def only_auditor(by: Actor) -> None:
    """Forbidden to everybody but the independent auditor."""
    if by.role is not Role.AUDITOR:
        raise Forbidden("role", "只有独立审计员可以操作。")


def next_number(kind: CaseKind, at: datetime) -> str:
    """The next number of a kind in the month of `at`: SS2611-01. Numbers are given one at a time."""
    prefix = f"{LETTERS[kind]}{present.policy(at).calendar.local_date(at):%y%m}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('account_step'))")
        cursor.execute("SELECT account_steps_begun(%s)", [prefix])
        (begun,) = cursor.fetchone()
    return f"{prefix}{begun + 1:02d}"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a new case is about."""

    kind: CaseKind
    no: str
    unit: str | None = None
    month: str | None = None


def append(after: Step | Begun, name: str, data: Mapping[str, Any], by: Actor, at: datetime) -> Step:
    """Write the step after another one, or the first, inside the caller's transaction and sight."""
    seq, before = (after.seq + 1, after.hash) if isinstance(after, Step) else (1, ROOT)
    moment = at.astimezone(UTC)
    step = Step(after.no, seq, after.kind, after.unit, after.month, name, moment, by.id, by.role, by.unit, data, before)
    made = digest(before, _said(step))
    row = dict(zip(_COLUMNS, _said(step), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_STEP, row | {"at": moment, "data": Jsonb(data), "hash": made})
    return replace(step, hash=made)


def digest(before: bytes, body: Sequence[Any]) -> bytes:
    """SHA-256 of the digest before and of a step's fields in canonical JSON."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(before + text.encode()).digest()


def steps(
    *, no: str | None = None, kinds: Iterable[CaseKind] = CaseKind, unit: str | None = None, month: str | None = None
) -> list[Step]:
    """Steps in the present sight by number and order, newest number first: of one case, of kinds, a unit, a month."""
    given = {"no": no, "kinds": [kind.value for kind in kinds], "unit": unit, "month": month}
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, given)
        return [_step(row) for row in cursor.fetchall()]


def steps_of(no: str, *, lock: bool = False) -> list[Step]:
    """The steps of one case; NoCase outside the present sight. Locked, nobody else adds a step meanwhile."""
    if lock:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('account_step/' || %s))", [no])
    found = steps(no=no)
    if not found:
        raise NoCase(no)
    return found


def intact(found: Sequence[Step]) -> bool:
    """Whether the steps of one case are the ones that were written, none missing before the last."""
    before = ROOT
    for seq, each in enumerate(found, start=1):
        if each.seq != seq or digest(before, _said(each)) != each.hash:
            return False
        before = each.hash
    return True


def _said(s: Step) -> list[Any]:
    """What a step's digest covers, in the order of _COLUMNS."""
    at = s.at.isoformat()
    return [s.no, s.seq, s.kind.value, s.unit, s.month, s.name, at, s.by, s.role.value, s.by_unit, s.data]


def _step(row: tuple[Any, ...]) -> Step:
    no, seq, kind, unit, month, name, at, by, role, by_unit, data, made = row
    moment = at.astimezone(UTC)
    return Step(
        no, seq, CaseKind(kind), unit, month, name, moment, by, Role(role), by_unit, json.loads(data), bytes(made)
    )
