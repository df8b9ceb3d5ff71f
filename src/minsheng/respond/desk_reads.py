"""Lists of the desks beyond the plain ones (工作台清单): counts that stop at 100, the same number's history, open
asks, search by words. All in the present sight; none reads a whole table to count."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.db import connection

from minsheng.core import Actor
from minsheng.core.codes import UNIT_ROLES
from minsheng.ground import present
from minsheng.ground.vault import phone_digest
from minsheng.respond.reading import Row, Task

_SQL = Path(__file__).parent / "sql"
_COLUMNS = (_SQL / "columns.sql").read_text("utf-8")
_EARLIEST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@cache
def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text("utf-8").replace("COLUMNS", _COLUMNS)


def counts(wanted: Iterable[str], unit: str | None) -> dict[str, int]:
    """How much waits at each of the desks `wanted`, at most 100 each, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_sql("desk_counts"), {"wanted": list(wanted), "unit": unit})
        return dict(cursor.fetchall())


def same_number(phone: str, limit: int = 8) -> list[Row]:
    """Orders that came from the same telephone number, newest first."""
    return _rows("list_same_number", {"digest": phone_digest(phone), "n": limit})


def with_words(words: str, units: list[str] | None = None, limit: int = 50) -> list[Row]:
    """Orders whose redacted copy holds `words`, newest first: among the newest 20,000, or the newest 500 of each of
    `units`. The bounds keep a search as quick in a large city as in a small one."""
    escaped = re.sub(r"([\\%_])", r"\\\1", words)
    parameters = {"like": f"%{escaped}%", "n": limit, "units": units}
    return _rows("list_with_words" if units is None else "list_with_words_of_units", parameters)


@dataclass(frozen=True, slots=True)
class Asked:
    """An order with the asks open on it (kind, assignment, by, due)."""

    row: Row
    asks: tuple[Mapping[str, Any], ...]


def asked(*, after: tuple[datetime, int] | None = None, limit: int = 50) -> list[Asked]:
    """Orders on which a unit asks for a return, an extension or an exclusion, first due first."""
    due, number = after or (_EARLIEST, 0)
    with connection.cursor() as cursor:
        cursor.execute(_sql("list_asked"), {"due": due, "id": number, "n": limit})
        return [Asked(_row(r), tuple(json.loads(r[16]))) for r in cursor.fetchall()]


def below(unit: str, *, after: tuple[datetime, int] | None = None, limit: int = 50) -> list[Task]:
    """What `unit` has to review of its level-3 units, first due first."""
    due, number = after or (_EARLIEST, 0)
    with connection.cursor() as cursor:
        cursor.execute(_sql("list_below"), {"unit": unit, "due": due, "id": number, "n": limit})
        return [Task(_row(r), *r[16:]) for r in cursor.fetchall()]


def units_of(by: Actor) -> list[str] | None:
    """The unit of a unit role and all below it; None for roles that see all."""
    if by.role not in UNIT_ROLES:
        return None
    pack = present.city()
    return [u for u in pack.units if by.unit in {x.code for x in pack.unit_path(u)}]


def copy_of(order_id: int) -> tuple[str, Mapping[str, Any]]:
    """The machine-redacted text of an order and the proposals beside it; empty once erased."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, proposals::text FROM respond_copy WHERE order_id = %s", [order_id])
        row = cursor.fetchone()
    return (row[0], json.loads(row[1])) if row else ("", {})


def _rows(name: str, parameters: Mapping[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_sql(name), parameters)
        return [_row(r) for r in cursor.fetchall()]


def _row(r: tuple[Any, ...]) -> Row:
    return Row(*cast(Any, (*r[:15], json.loads(r[15]))))
