"""Metric definitions in the log (指标口径入账): each version is a METRIC leaf before the month in which it is used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection

from minsheng.account.ledger import tell
from minsheng.account.releases import STANDARD, Metric, NothingToRelease
from minsheng.account.releases.metrics import EVERY
from minsheng.core.ledger import LeafKind, commit
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

_ALL = (Path(__file__).resolve().parents[1] / "sql" / "definitions.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition as it stands in the log: its leaf's number and day, the salt that opens it."""

    metric: Metric
    leaf: int
    day: date
    salt: bytes


def define() -> list[Metric]:
    """Put those standard definitions into the log that are not there yet; returns them."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT size FROM account_ledger FOR UPDATE")
        known = {each.metric.digest for each in defined()}
        new = [metric for metric in STANDARD if metric.digest not in known]
        for metric in new:
            tell(LeafKind.METRIC, today(), dict(metric.fields))
    return new


def defined() -> list[Defined]:
    """All definitions in the log, oldest first. NothingToRelease when this version of the house lacks a text."""
    texts = {metric.digest: metric for metric in EVERY}
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_ALL)
        rows = cursor.fetchall()
    found = []
    for index, day, told, key in rows:
        fields = json.loads(told)[0]
        metric = texts.get(fields["sha256"])
        if metric is None:
            raise NothingToRelease(
                f"{fields['metric']} {fields['version']} is defined in the log and its text is not in this version"
            )
        found.append(Defined(metric, index, day, commit(bytes(key), (fields,)).salts[0]))
    return found


def in_force(month: str, past: int) -> list[Metric]:
    """The definitions that hold for a month, of those that stand in the log before leaf `past` (releases.lines)."""
    rows = [each for each in defined() if each.leaf < past]
    before = [each for each in rows if each.day.isoformat() < f"{month}-01"]
    return list({each.metric.name: each.metric for each in before or rows[::-1]}.values())


def today() -> date:
    """The city's day."""
    now = present.now()
    return present.policy(now).calendar.local_date(now)
