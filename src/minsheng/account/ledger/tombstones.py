"""Tombstones (墓碑): a leaf for every order whose key was destroyed, with a digest of that key and nothing else.
Whoever counts sees how many there were; a house that came back from a backup and did not forget again is caught."""

from __future__ import annotations

from datetime import date

from django.db import connection

from minsheng.account.ledger.sequencer import tell_many
from minsheng.core.ledger import LeafKind
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.graves import graves


def raise_tombstones() -> int:
    """Tell the log of graves that it does not know; returns how many."""
    dug = graves()
    if not dug:
        return 0
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT size FROM account_ledger FOR UPDATE")
        cursor.execute("SELECT told->0->>'grave' FROM account_leaf WHERE kind = %s", [LeafKind.TOMBSTONE.value])
        known = {digest for (digest,) in cursor.fetchall()}
        by_day: dict[date, list[dict[str, str]]] = {}
        for grave in dug:
            if grave.digest not in known:
                by_day.setdefault(grave.day, []).append({"grave": grave.digest})
        for day, facts in by_day.items():
            tell_many(LeafKind.TOMBSTONE, day, facts)
    return sum(map(len, by_day.values()))
