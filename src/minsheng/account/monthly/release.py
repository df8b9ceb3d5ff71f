"""Making a month's release (编制公开包): all leaves up to the month's last, opened, checked as the public would check
them, and committed to by a RELEASE leaf.

A range ends with a batch, and after the earlier events of every order that it holds a later one of, so that what it
closes with adds up. The leaf that names a release is the first of its kind in the next one's range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, connection
from psycopg.types.json import Jsonb

from minsheng.account import ledger
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.policy import NONE, Policy
from minsheng.account.log.tiles import CHECKPOINT, in_folder
from minsheng.account.monthly import files, memory
from minsheng.account.monthly.definitions import define, defined, in_force, today
from minsheng.account.monthly.leaves import Leaves
from minsheng.account.releases import Memory, NothingToRelease, Released, Report, Terms, publish, verify
from minsheng.core.ledger import LeafKind, commit
from minsheng.core.ledger.leaf import Fields
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

_SQL = Path(__file__).resolve().parents[1] / "sql"
_LAST_DATED = (_SQL / "last_dated.sql").read_text("utf-8")
_LEFT_BEHIND = (_SQL / "left_behind.sql").read_text("utf-8")
_LEAF = (_SQL / "release_leaf.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Made:
    """A release that stands: its month, its leaves first … past - 1, the leaf that names it, its file's SHA-256 and
    size, whether its metrics were defined late."""

    month: str
    first: int
    past: int
    leaf: int
    sha256: str
    size: int
    late: bool


def due() -> list[str]:
    """Months that are over and not released: the last one, or all since the last release."""
    month = _before(today().replace(day=1))
    made = releases()
    if not made:
        return [f"{month:%Y-%m}"]
    months = []
    while f"{month:%Y-%m}" > made[-1].month:
        months.append(f"{month:%Y-%m}")
        month = _before(month)
    return months[::-1]


def release(month: str) -> Made:
    """Release a month. NothingToRelease with what is missing; behind `ledger.publish`, its errors too.

    The release of a month that has one is that one. Whatever is cut off in between is done by the next call."""
    ends = _end_of(month)
    made = releases()
    if found := next((each for each in made if each.month == month), None):
        _show(made)
        return found
    if today() < ends:
        raise NothingToRelease(f"{month} is not over yet")
    if made and made[-1].month > month:
        raise NothingToRelease(f"{made[-1].month} is released already, and {month} with it")
    define()
    ledger.number()
    ledger.publish()
    kept, last = _memory(), made[-1] if made else None
    past = _cut(last, ends)
    terms = Terms(present.city().city.code, ledger.signer().verifier.name, month, metrics=in_force(month, past))
    with files.apart() as file:
        released = publish(Leaves(kept.closing.size, past), terms, kept, file)
        report = _checked(file)
        files.settle(file, str(released.manifest["release"]))
        _commit(released, report)
    _show(releases())
    ledger.publish()
    return releases()[-1]


def releases() -> list[Made]:
    """All releases made, oldest first."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT month, first, past, leaf, sha256, bytes, late FROM account_release ORDER BY first")
        return [
            Made(month, first, past, leaf, bytes(sha256).hex(), size, late)
            for month, first, past, leaf, sha256, size, late in cursor.fetchall()
        ]


def _cut(last: Made | None, ends: date) -> int:
    """Where the month's range ends: with the last batch that has a leaf of its time, the leaf that names the release
    before, and whatever its orders did before what stands in it."""
    least = last.leaf + 1 if last else _late_definitions(ends)
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LAST_DATED, {"first": last.past if last else 0, "ends": ends})
        (past,) = cursor.fetchone()
        if past is None and last is None:
            raise NothingToRelease("no leaf is dated before the month's end")
        past = max(past or 0, least)
        while True:
            cursor.execute(_LEFT_BEHIND, {"past": past})
            (further,) = cursor.fetchone()
            if further is None:
                return int(past)
            past = further


def _late_definitions(ends: date) -> int:
    """Where the first release has to end at least so that it has definitions; 0 if the month has its own."""
    rows = defined()
    return 0 if any(each.day < ends for each in rows) else rows[-1].leaf + 1


def _checked(file: IO[bytes]) -> Report:
    """The release as the public would check it, but for witnesses. Fault when it would not be accepted."""
    file.flush()
    read = in_folder(ledger.folder())
    policy = Policy.parse(f"log {write_vkey(ledger.signer().verifier)}\nquorum {NONE}\n".encode())
    return verify(read, read(CHECKPOINT), policy, Path(file.name))


def _memory() -> Memory:
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT content FROM account_release_memory ORDER BY month DESC LIMIT 1")
        row = cursor.fetchone()
    return memory.read(bytes(row[0])) if row else Memory()


def _commit(released: Released, report: Report) -> None:
    """Keep the release, name it by a leaf, and forget what it has used up; all at once. NothingToRelease when another
    release was made meanwhile."""
    month, digest = report.month, bytes.fromhex(str(released.manifest["release"]))
    try:
        with sight(SYSTEM), connection.cursor() as cursor:
            leaf = _name(cursor, released.manifest, digest)
            cursor.execute(
                "INSERT INTO account_release (month, first, past, leaf, sha256, bytes, late, at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [month, report.start, report.stop, leaf, digest, released.size, report.late, present.now()],
            )
            cursor.execute("DELETE FROM account_release_memory")
            kept = memory.write(released.memory)
            cursor.execute("INSERT INTO account_release_memory (month, content) VALUES (%s, %s)", [month, kept])
            cursor.execute(
                "DELETE FROM account_opening o USING account_leaf l "
                "WHERE l.order_id = o.order_id AND l.seq = o.seq AND l.index < %s",
                [report.stop],
            )
    except IntegrityError as error:
        raise NothingToRelease(f"another release was made while {month} was: see which, and try again") from error


def _name(cursor: Any, manifest: Fields, digest: bytes) -> int:
    """The RELEASE leaf: like any fact of the house, but its key is the release's own digest, so that whoever has the
    file finds the leaf."""
    row = {"kind": LeafKind.RELEASE.value, "day": today(), "commitment": commit(digest, (manifest,)).value}
    cursor.execute(_LEAF, row | {"told": Jsonb([dict(manifest)]), "key": digest})
    return int(cursor.fetchone()[0])


def _show(made: list[Made]) -> None:
    """Put the files of all releases in place, and the index over them."""
    files.put_in_place([(each.month, each.sha256) for each in made])
    files.write_index(
        {
            "city": present.city().city.code,
            "log": ledger.signer().verifier.name,
            "releases": [_entry(each) for each in made],
        }
    )


def _entry(made: Made) -> Mapping[str, Any]:
    return {
        "month": made.month,
        "file": files.name_of(made.month),
        "bytes": made.size,
        "sha256": made.sha256,
        "from": made.first,
        "to": made.past,
        "leaf": made.leaf,
        "late": made.late,
    }


def _end_of(month: str) -> date:
    """The first day after a month. NothingToRelease when it is none."""
    try:
        begins = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise NothingToRelease(f"{month!r} is no month: write it as 2026-11") from error
    return date(begins.year + begins.month // 12, begins.month % 12 + 1, 1)


def _before(first_day: date) -> date:
    """The first day of the month before."""
    return date(first_day.year - (first_day.month == 1), (first_day.month - 2) % 12 + 1, 1)
