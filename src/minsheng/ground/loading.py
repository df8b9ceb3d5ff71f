"""Loading a city pack into the database (装载城市包): idempotent, with history.

A pack that was loaded before changes nothing. A row that changed ends the old one and begins a new one; a row that is
gone is ended, never deleted; a code that ended never comes back for something else (it may come back as itself)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from minsheng.core.calendar import Term
from minsheng.ground.city import CityPack


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: rows begun, rows ended, rows as they were."""

    begun: int
    ended: int
    same: int


def _json(value: Any) -> Any:
    if isinstance(value, Term):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_json(v) for v in value]
    return value


def _rows(pack: CityPack) -> Iterator[tuple[str, str, dict[str, Any]]]:
    tables: dict[str, Any] = {
        "area": pack.areas,
        "unit": pack.units,
        "hotline": pack.hotlines,
        "channel": pack.channels,
        f"category/{pack.taxonomy.version}": pack.taxonomy.categories,
    }
    for kind, table in tables.items():
        for code, row in table.items():
            yield kind, code, {k: _json(v) for k, v in asdict(row).items() if k != "deadline"}
    for i, row in enumerate(pack.catalogue.rows):
        yield (
            "catalogue",
            f"{row.category}@{row.area}@{row.valid_from}#{i}",
            {k: _json(v) for k, v in asdict(row).items()},
        )


def load(conninfo_owner: str, pack: CityPack) -> Loaded:
    """Bring the database's copy of the pack up to date, in one transaction."""
    with psycopg.connect(conninfo_owner) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE incoming (kind text, code text, data jsonb) ON COMMIT DROP")
        with cursor.copy("COPY incoming (kind, code, data) FROM STDIN") as copy:
            for kind, code, data in _rows(pack):
                copy.write_row((kind, code, Jsonb(data)))
        cursor.execute(
            "UPDATE ground_row r SET until = now() WHERE until IS NULL AND r.kind NOT LIKE 'category/%' AND NOT EXISTS "
            "(SELECT FROM incoming i WHERE i.kind = r.kind AND i.code = r.code AND i.data = r.data)"
        )
        ended = cursor.rowcount
        cursor.execute(
            "INSERT INTO ground_row (kind, code, data, since) SELECT i.kind, i.code, i.data, clock_timestamp() "
            "FROM incoming i WHERE NOT EXISTS "
            "(SELECT FROM ground_row r WHERE r.kind = i.kind AND r.code = i.code AND r.until IS NULL)"
        )
        begun = cursor.rowcount
        cursor.execute("SELECT count(*) FROM incoming")
        (total,) = cursor.fetchone() or (0,)
        _units(cursor, pack)
    return Loaded(begun, ended, total - begun)


def _units(cursor: psycopg.Cursor[Any], pack: CityPack) -> None:
    cursor.executemany(
        "INSERT INTO ground_unit (code, parent, level, above, name, name_en, kind, area, state_organ, ended_on) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, "
        "level = excluded.level, above = excluded.above, name = excluded.name, name_en = excluded.name_en, "
        "kind = excluded.kind, area = excluded.area, state_organ = excluded.state_organ, ended_on = excluded.ended_on",
        [
            (
                u.code,
                u.parent or None,
                u.level,
                [a.code for a in pack.unit_path(u.code)[:-1]],
                u.name,
                u.name_en,
                str(u.kind),
                u.area or None,
                u.state_organ,
                u.valid_to,
            )
            for u in pack.units.values()
        ],
    )
    cursor.execute(
        "UPDATE ground_unit SET ended_on = coalesce(ended_on, current_date) WHERE code <> ALL (%s)", [list(pack.units)]
    )
