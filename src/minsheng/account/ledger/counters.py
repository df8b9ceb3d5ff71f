"""Counters of the channels (渠道计数, 阳光账本 §2.10): once a day the log says up to which number every receipt of a
channel has its leaf before this one. Whoever counts the intake leaves finds as many at least; a request that got a
receipt and was never entered would be one too few."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection

from minsheng.account.ledger.sequencer import tell_many
from minsheng.core.ledger import LeafKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

_COUNTERS = (Path(__file__).resolve().parents[1] / "sql" / "counters.sql").read_text("utf-8")


def count_channels() -> int:
    """Tell the counters that moved since they were told last; returns how many. Once a day of the city at most."""
    today = present.now().astimezone(ZoneInfo(present.city().city.tz)).date()
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT size FROM account_ledger FOR UPDATE")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM account_leaf WHERE kind = %s AND day = %s)", [LeafKind.COUNTER.value, today]
        )
        if cursor.fetchone() == (True,):
            return 0
        cursor.execute(_COUNTERS)
        moved = [{"channel": channel, "last": last} for channel, last in cursor.fetchall()]
        if moved:
            tell_many(LeafKind.COUNTER, today, moved)
    return len(moved)
