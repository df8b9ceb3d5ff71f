"""Publishing (公布): numbered leaves become tiles, then a signed head. A head is signed only after the numbers are
committed, and never by a house whose database knows less than was once signed (design §2.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import Ed25519Signer
from minsheng.account.log.writer import Head, Log
from minsheng.core.ledger import Leaf, LeafKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.keys import keys

AT_ONCE = 20_000


class Behind(Exception):
    """The database knows fewer leaves, or others, than a head that was signed: nothing may be signed."""


@dataclass(frozen=True, slots=True)
class Status:
    """Leaves numbered, leaves in the published head, and when it was signed."""

    numbered: int
    published: int
    at: datetime | None


def folder() -> Path:
    """Where the log's static files stand."""
    return Path(settings.DATA) / "ledger"


def origin() -> str:
    """The log's name: the city's code in the house's own name space."""
    return f"minsheng/{present.city().city.code}"


def signer() -> Ed25519Signer:
    """The log's key."""
    return _signer(origin(), keys().get("ledger"))


@cache
def _signer(name: str, seed: bytes) -> Ed25519Signer:
    return Ed25519Signer(name, seed)


def publish() -> Head:
    """Bring the static files up to the numbered leaves and sign the head; the head that stands then.

    Raises Behind, with what to do, when the database is older than what was signed. Whatever is cut off in between is
    done again by the next call: tiles beyond the checkpoint are written once more, a head that the database knows is
    published as it was signed."""
    with Log(folder()) as log:
        with sight(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT size FROM account_ledger")
            (size,) = cursor.fetchone()
            _not_behind(cursor, log.published, size)
            while log.head.size < size:
                log.append(_leaves(cursor, log.head.size, min(log.head.size + AT_ONCE, size)))
            head = log.head
            signed = _signed(cursor, head) if head != log.published else None
        if signed is not None:
            log.publish(signed)
    return head


def status() -> Status:
    """How the ledger stands. Reads only."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT size FROM account_ledger")
        (size,) = cursor.fetchone()
        cursor.execute("SELECT size, at FROM account_head ORDER BY size DESC LIMIT 1")
        row = cursor.fetchone()
    return Status(size, *(row or (0, None)))


def _not_behind(cursor: CursorWrapper, published: Head, size: int) -> None:
    """The last head that was published must be one that this database signed, and no larger than it knows."""
    if not published.size:
        return
    cursor.execute("SELECT root FROM account_head WHERE size = %s", [published.size])
    row = cursor.fetchone()
    if size < published.size or row is None or bytes(row[0]) != published.root:
        raise Behind(
            f"A head of {published.size} leaves was published that this database (it knows {size}) did not sign: it "
            "was restored from before. Nothing is signed; bring the database up to date from its archive, then go on."
        )


def _leaves(cursor: CursorWrapper, since: int, upto: int) -> list[bytes]:
    cursor.execute(
        "SELECT kind, day, commitment FROM account_leaf WHERE index >= %s AND index < %s ORDER BY index", [since, upto]
    )
    return [Leaf(LeafKind(kind), day, bytes(commitment)).pack() for kind, day, commitment in cursor.fetchall()]


def _signed(cursor: CursorWrapper, head: Head) -> bytes:
    """The checkpoint of a head: the one that was signed before, or a new one, kept before it is published."""
    cursor.execute("SELECT root, checkpoint FROM account_head WHERE size = %s", [head.size])
    if row := cursor.fetchone():
        if bytes(row[0]) != head.root:
            raise Behind(
                f"A head of {head.size} leaves with another root was signed; nothing is signed until it is explained."
            )
        return bytes(row[1])
    signed = sign_checkpoint(Checkpoint(origin(), head.size, head.root), [signer()])
    cursor.execute(
        "INSERT INTO account_head (size, root, at, checkpoint) VALUES (%s, %s, %s, %s)",
        [head.size, head.root, present.now(), signed],
    )
    return signed
