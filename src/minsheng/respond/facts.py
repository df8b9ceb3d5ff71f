"""Facts leave for the lake as they happen (事实入湖): each event once, each order's newest state, redacted words only.

Exactly once, wherever the process dies: (1) the database notes up to which transaction facts are on their way, (2) the
range is written to files and the lake's manifest names them, (3) the database notes that they arrived. A range ends at
the oldest transaction that still runs, so that nobody can add to it any more; whoever comes after (1) writes the same
range again, after (2) sees it in the manifest. What a database restored from a backup no longer knows, and what a lake
kept from another time does not, begins from nothing (docs/decisions/0012)."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.lake import manifest as listing
from minsheng.ground.lake.manifest import Manifest, written_alone
from minsheng.ground.lake.schema import SCHEMAS
from minsheng.ground.lake.writing import Forgotten, add_part, fold, forget
from minsheng.respond.facts_rows import rows_between

PARTS, ROWS = 240, 200_000
"""Parts, or rows in parts, from which on they are folded at once and not only at night."""

_SECRET = (Path(__file__).parent / "sql" / "facts_secret.sql").read_text("utf-8")


class AnotherLake(Exception):
    """The facts of this database go to a lake elsewhere."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the database says its facts have gone, and to which lake."""

    lake: str
    upto: int
    pending: int


@dataclass(frozen=True, slots=True)
class Caught:
    """What one run did: rows by table, whether it began from nothing, folded, and what was forgotten."""

    rows: Mapping[str, int]
    anew: bool
    folded: bool
    forgotten: Forgotten


def folder() -> Path:
    """Where the lake of this city stands."""
    return Path(settings.DATA) / "lake"


def lake_now(*, fold_all: bool = False) -> Caught:
    """Bring the lake up to date: facts, then what must be forgotten, then a fold when parts have piled up (`fold_all`:
    whenever there are any). LakeBusy while another process does; AnotherLake when the facts go elsewhere."""
    where = folder()
    with written_alone(where):
        state, anew = _begin(where)
        rows, state = _catch_up(where, state)
        state, forgotten = _forget(where, state)
        due = len(state.parts) >= PARTS or sum(f.rows for p in state.parts for f in p.files.values()) >= ROWS
        folded = bool(state.parts) and (fold_all or due)
        if folded:
            fold(where, state, _notes())
    return Caught(rows, anew, folded, forgotten)


def compact() -> Caught:
    """`lake_now`, with all parts folded."""
    return lake_now(fold_all=True)


def rebuild() -> Caught:
    """Throw the lake away and fill it again from the database; also takes the facts over from a lake elsewhere."""
    where = folder()
    with written_alone(where):
        (where / listing.NAME).unlink(missing_ok=True)
    return compact()


@dataclass(frozen=True, slots=True)
class Status:
    """What `minsheng lake status` tells: rows by table, folded files, parts to be folded, events not yet in."""

    folder: Path
    rows: Mapping[str, int]
    files: int
    parts: int
    waiting: int


def status() -> Status:
    """How the lake stands. Reads only."""
    state = listing.read(folder()) or Manifest("")
    rows = {
        table: sum(f.rows for f in state.folded[table].values())
        + sum(p.files[table].rows for p in state.parts if table in p.files)
        for table in SCHEMAS
    }
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM respond_event WHERE tx >= %s::text::xid8", [state.upto])
        (waiting,) = cursor.fetchone()
    return Status(folder(), rows, sum(map(len, state.folded.values())), len(state.parts), waiting)


def _begin(where: Path) -> tuple[Manifest, bool]:
    """The lake to go on with, and whether it is a new one because there was none, or none that fits the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT respond_facts_on_this_server()")
        (moved,) = cursor.fetchone()
    mark, state = _mark(), listing.read(where)
    if state is not None and not moved:
        if state.lake != mark.lake and mark.lake:
            raise AnotherLake(
                f"The facts of this database go to a lake in another data directory, not to {where}. "
                "To have them here from now on: ./minsheng lake rebuild."
            )
        if state.lake == mark.lake and state.upto in (mark.upto, mark.pending):
            return state, False
    fresh = Manifest(secrets.token_hex(8))
    for table in SCHEMAS:
        shutil.rmtree(where / table, ignore_errors=True)
    listing.commit(where, fresh)
    _note(Mark(fresh.lake, 0, 0))
    return fresh, True


def _mark() -> Mark:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lake, upto, pending FROM ground_lake")
        return Mark(*cursor.fetchone())


def _note(mark: Mark) -> None:
    with connection.cursor() as cursor:
        values = [mark.lake, mark.upto, mark.pending]
        cursor.execute("UPDATE ground_lake SET lake = %s, upto = %s, pending = %s", values)


def _catch_up(where: Path, state: Manifest) -> tuple[dict[str, int], Manifest]:
    """Take the range that was begun before, if any, then all that has come since; returns rows by table."""
    rows = dict.fromkeys(SCHEMAS, 0)
    mark = _mark()
    if mark.pending > state.upto:
        state = _take(where, state, mark.pending, rows)
    if mark != (here := Mark(state.lake, state.upto, state.upto)):
        _note(here)
    upto = _pending(state)
    if upto > state.upto:
        state = _take(where, state, upto, rows)
        _note(Mark(state.lake, upto, upto))
    return rows, state


def _pending(state: Manifest) -> int:
    """Note that the facts of all ended transactions are on their way; where nothing happened, nothing is noted."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (upto,) = cursor.fetchone()
        span = {"since": state.upto, "upto": upto}
        cursor.execute(
            "SELECT EXISTS (SELECT FROM respond_event WHERE tx >= %(since)s::text::xid8 AND tx < %(upto)s::text::xid8)",
            span,
        )
        if not cursor.fetchone()[0]:
            return state.upto
        cursor.execute(_SECRET, span)
        _note(Mark(state.lake, state.upto, upto))
    return int(upto)


def _take(where: Path, state: Manifest, upto: int, rows: dict[str, int]) -> Manifest:
    after = add_part(where, state, upto, rows_between(state.upto, upto), _notes())
    for table, listed in after.parts[-1].files.items():
        rows[table] += listed.rows
    return after


def _forget(where: Path, state: Manifest) -> tuple[Manifest, Forgotten]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_id FROM respond_forgotten")
        orders = [number for (number,) in cursor.fetchall()]
        if not orders:
            return state, Forgotten(0, 0)
        state, forgotten = forget(where, state, orders, _notes())
        cursor.execute("DELETE FROM respond_forgotten WHERE order_id = ANY (%s)", [orders])
    return state, forgotten


def _notes() -> dict[str, str]:
    """What every file says of where its rows come from."""
    return {"city": present.city().city.name} | ({"data": "模拟数据 simulated"} if present.simulated() else {})
