"""The leaves of a range with their openings (取叶): those of orders open with the order's key, those of erased orders
with what was kept of them, the house's own with the key that stands beside them, sealed answers not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection

from minsheng.account.releases import Held, NothingToRelease, Opening
from minsheng.account.releases.lines import Piece
from minsheng.core.ledger import Commitment, Group, Leaf, LeafKind, commit, leaf_key
from minsheng.core.ledger.leaf import DIGEST_BYTES, SALT_BYTES
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import Erased, seal_of

_RANGE = (Path(__file__).resolve().parents[1] / "sql" / "range.sql").read_text("utf-8")
AT_ONCE = 20_000
KEYS = 1 << 18
"""Keys of orders held at a time: the leaves of one order lie scattered over its month."""
ANONYMOUS = (Group.MOVE, Group.FROM, Group.TO)
"""What of an erased order may still be opened: it tells nothing of a person."""


class Leaves:
    """The leaves first … past - 1 in their order, as often as they are walked; a block of them is held at a time."""

    def __init__(self, first: int, past: int) -> None:
        self.first, self.past = first, past
        self._key = lru_cache(KEYS)(_key)

    def __iter__(self) -> Iterator[Held]:
        for start in range(self.first, self.past, AT_ONCE):
            with sight(SYSTEM), connection.cursor() as cursor:
                cursor.execute(_RANGE, {"first": start, "past": min(start + AT_ONCE, self.past)})
                rows = cursor.fetchall()
            for row in rows:
                yield self._held(*row)

    def _held(  # noqa: PLR0917
        self,
        kind: int,
        day: date,
        commitment: bytes,
        order: int | None,
        seq: int,
        told: str | None,
        key: bytes | None,
        salts: bytes | None,
        hashes: bytes | None,
    ) -> Held:
        leaf = Leaf(LeafKind(kind), day, bytes(commitment))
        if leaf.kind is LeafKind.SEALED:
            return Held(leaf, (leaf.commitment,))
        groups = json.loads(told or "[]")
        if order is None:
            return Held(leaf, _opened(commit(bytes(key or b""), groups)))
        order_key = self._key(order)
        if order_key is not None:
            return Held(leaf, _opened(commit(leaf_key(order_key, seq), groups)), str(order), seq)
        if salts is None or hashes is None:
            raise NothingToRelease(
                f"order {order} was erased and nothing was kept to open event {seq}: restore its key from a backup of "
                "before, erase the order again with ./minsheng erase, then release"
            )
        return Held(leaf, _partly_opened(groups, bytes(salts), bytes(hashes)), str(order), seq)


def kept_of(made: Commitment) -> tuple[bytes, bytes]:
    """What is kept to open a leaf of an erased order: the salts of its anonymous groups, the hashes of the others."""
    return b"".join(made.salts[: len(ANONYMOUS)]), b"".join(made.hashes[len(ANONYMOUS) :])


def _key(order: int) -> bytes | None:
    try:
        return seal_of(order).key
    except Erased:
        return None


def _opened(made: Commitment) -> tuple[Piece, ...]:
    return tuple(Opening(salt, fields) for salt, fields in zip(made.salts, made.groups, strict=True))


def _partly_opened(groups: list[dict[str, Any]], salts: bytes, hashes: bytes) -> tuple[Piece, ...]:
    opened = (Opening(salt, groups[at]) for at, salt in enumerate(_cut(salts, SALT_BYTES)))
    return (*opened, *_cut(hashes, DIGEST_BYTES))


def _cut(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]
