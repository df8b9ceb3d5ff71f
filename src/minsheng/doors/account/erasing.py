"""Erasure (删除) as the doors carry it out: what counts is kept, the key goes, a tombstone is raised; and once more
after every restore of a backup (阳光账本 §2.9)."""

from __future__ import annotations

from django.db import connection, connections

from minsheng.account import monthly
from minsheng.account.ledger.tombstones import raise_tombstones
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.graves import graves
from minsheng.ground.vault import Erased, seal_of
from minsheng.respond import erasure, store
from minsheng.respond.casework import NotFound


def erase(no: str) -> int:
    """Erase order `no`; returns how many sealed items went. NotFound when there is no such order.

    What opens its leaves anonymously is kept, in a commit of its own, before the key goes; whatever was said to the
    order in between is kept too, under its lock."""
    with sight(SYSTEM):
        found = store.load(no)
    if found is None:
        raise NotFound(no)
    while True:
        monthly.keep(found[0])
        with sight(SYSTEM):
            store.load(no, lock=True)
            if monthly.all_kept(found[0]):
                gone = erasure.erase(no)
                break
    raise_tombstones()
    return gone


def erase_again() -> int:
    """Erase what a restored backup has brought back; returns how many orders."""
    dug = graves()
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT order_id FROM vault.order_key WHERE order_id = ANY (%s)", [[g.order_id for g in dug]])
        standing = {order for (order,) in cursor.fetchall()}
    risen = [g.order_id for g in dug if g.order_id in standing and _same(g.order_id, g.digest)]
    for order in risen:
        with sight(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT no FROM respond_order WHERE id = %s", [order])
            row = cursor.fetchone()
        if row:
            erase(row[0])
    return len(risen)


def _same(order: int, digest: str) -> bool:
    """Whether the key that stands is the one that was destroyed, not that of another order under the same id."""
    try:
        return seal_of(order).grave == digest
    except Erased:
        return False
