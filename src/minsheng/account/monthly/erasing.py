"""Erasure beside the ledger (删除与账本): before an order's key is destroyed, what opens its leaves anonymously is kept
until they are released, so that a deletion changes no count (阳光账本 §2.9).

Kept are the salts of the move and of both agencies, and the bare hashes of matter, place and the rest. Kind of matter,
place, tag and time of an erased order can then be opened by nobody. The rows go with the release that opens them."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import connection

from minsheng.account.monthly.leaves import kept_of
from minsheng.core.ledger import commit, leaf_key
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import Erased, seal_of

_UNRELEASED = (Path(__file__).resolve().parents[1] / "sql" / "unreleased.sql").read_text("utf-8")
_KEEP = (
    "INSERT INTO account_opening (order_id, seq, salts, hashes) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (order_id, seq) DO NOTHING"
)


def keep(order: int) -> int:
    """Keep what opens the order's unreleased leaves; returns of how many; of none once its key is gone."""
    with sight(SYSTEM), connection.cursor() as cursor:
        rows = _unreleased(order)
        if not rows or _erased(order):
            return 0
        key = seal_of(order).key
        kept = [(order, seq, *kept_of(commit(leaf_key(key, seq), json.loads(told)))) for seq, told in rows]
        cursor.executemany(_KEEP, kept)
    return len(kept)


def all_kept(order: int) -> bool:
    """Whether nothing of the order is left to keep; holds while the caller locks the order."""
    return not _unreleased(order) or _erased(order)


def _unreleased(order: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_UNRELEASED, {"order": order})
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def _erased(order: int) -> bool:
    try:
        seal_of(order)
    except Erased:
        return True
    return False
