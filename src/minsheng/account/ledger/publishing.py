"""Publishing (公布): numbered leaves become tiles, then a signed head, then witnesses outside are asked to cosign it. A
head is signed only after the numbers are committed, and never by a house whose database knows less than was once
signed; it is published with the cosignatures that came in time (design §2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from minsheng.account import witnesses
from minsheng.account.ledger import signing
from minsheng.account.ledger.waiting import Waiting, waiting
from minsheng.account.log.notes import Signature
from minsheng.account.log.policy import Policy
from minsheng.account.log.tiles import CHECKPOINT, Tiles
from minsheng.account.log.writer import Head, Log
from minsheng.account.witnesses import Answer, Said, Standing, timestamps
from minsheng.core.ledger import Leaf, LeafKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

AT_ONCE = 20_000


class Behind(Exception):
    """The database knows fewer leaves, or others, than a head that was signed or cosigned: nothing may be published."""


@dataclass(frozen=True, slots=True)
class Status:
    """Leaves numbered, leaves in the newest signed head, when it was signed, what waits for a number, how the witnesses
    stand, who cosigned the newest head and whether that is enough, and whether it lacks the national line."""

    numbered: int
    published: int
    at: datetime | None
    waiting: Waiting | None
    witnesses: tuple[Standing, ...]
    cosigned_by: tuple[str, ...]
    quorum_met: bool
    lacks_national_line: bool


def folder() -> Path:
    """Where the log's static files stand."""
    return Path(settings.DATA) / "ledger"


def policy() -> Policy:
    """Whose word counts, as the city publishes it."""
    pack = present.city()
    return witnesses.policy_of(signing.signer().verifier, pack.witnesses, pack.city.quorum)


def publish() -> Head:
    """Bring the static files up to the numbered leaves, sign the head, have it cosigned; the head that stands then.

    Raises Behind, with what to do, when the database is older than what was signed. Whatever is cut off in between is
    done again by the next call: tiles beyond the checkpoint are written once more, a head that the database knows is
    published as it was signed, and witnesses who have not cosigned the newest head are asked again."""
    with Log(folder()) as log:
        with sight(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT size FROM account_ledger")
            (size,) = cursor.fetchone()
            _not_behind(cursor, log.published, size)
            while log.head.size < size:
                log.append(_leaves(cursor, log.head.size, min(log.head.size + AT_ONCE, size)))
            head = log.head
            signed = _signed(cursor, head) if head.size else b""
        if signed:
            cosigned = witnesses.under(signed, _cosignatures(log.tiles(), head, signed).values())
            if head != log.published or cosigned != (folder() / CHECKPOINT).read_bytes():
                log.publish(cosigned)
            timestamps.stamp(head.size, signed)
    return head


def status() -> Status:
    """How the ledger stands. Reads only, and asks no witness."""
    held = policy()
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT size FROM account_ledger")
        (numbered,) = cursor.fetchone()
        cursor.execute("SELECT size, at, checkpoint FROM account_head ORDER BY size DESC LIMIT 1")
        size, at, signed = cursor.fetchone() or (0, None, None)
        by = tuple(witnesses.cosignatures(held, size))
        standing = tuple(witnesses.standings(held))
    return Status(
        numbered=numbered,
        published=size,
        at=at,
        waiting=waiting(),
        witnesses=standing,
        cosigned_by=by,
        quorum_met=held.witnessed(by),
        lacks_national_line=signed is not None and signing.lacks_national_line(bytes(signed)),
    )


def ask_witnesses(tiles: Tiles, signed: bytes) -> list[Answer]:
    """Ask every witness of the policy for the signed head of the tree that `tiles` reads, and keep what each said."""
    held = policy()
    with sight(SYSTEM):
        seen = {each.name: each.cosigned for each in witnesses.standings(held)}
    answers = witnesses.ask(held, tiles, signed, seen)
    with sight(SYSTEM):
        witnesses.keep(held, tiles.size, answers, present.now())
    return answers


def _cosignatures(tiles: Tiles, head: Head, signed: bytes) -> Mapping[str, Signature]:
    """Who cosigned this head, those asked first who have not. Behind when so many witnesses hold another history that
    the quorum cannot be met any more: one that is mistaken does not stop the ledger, as many as that do."""
    held = policy()
    with sight(SYSTEM):
        found = witnesses.cosignatures(held, head.size)
    if len(found) < len(held.witnesses):
        answers = ask_witnesses(tiles, signed)
        forked = [each for each in answers if each.said is Said.FORK]
        if forked and not held.witnessed(set(held.witnesses) - {each.name for each in forked}):
            raise Behind(
                f"Witnesses hold another history of this ledger ({'; '.join(each.words for each in forked)}): it was "
                "restored from before, or its files were altered. Nothing is published; bring the database up to date "
                "from its archive, then go on."
            )
        with sight(SYSTEM):
            found = witnesses.cosignatures(held, head.size)
    return found


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
    signed = signing.sign(head)
    cursor.execute(
        "INSERT INTO account_head (size, root, at, checkpoint) VALUES (%s, %s, %s, %s)",
        [head.size, head.root, present.now(), signed],
    )
    return signed
