"""Erasure (删除): destroying an order's key makes everything it sealed unreadable for good.

Events stay (codes, times, keyed digests whose key is gone), so no count changes (个人信息保护法 §47, DESIGN)."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

from django.db import connection, connections, transaction

from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.graves import Grave, dig
from minsheng.ground.vault import Erased, seal_of
from minsheng.respond import store
from minsheng.respond.casework import NotFound
from minsheng.respond.effects import queue

_SEALED = (
    "DELETE FROM vault.order_key WHERE order_id = %s",
    "DELETE FROM vault.words WHERE order_id = %s",
    "DELETE FROM vault.person WHERE order_id = %s",
    "DELETE FROM vault.file WHERE order_id = %s",
    "UPDATE vault.rating SET box = NULL WHERE order_id = %s",
)


def erase(no: str) -> int:
    """Erase order `no`; returns how many sealed items went. NotFound when there is no such order."""
    with sight(SYSTEM):
        found = store.load(no)
        if found is None:
            raise NotFound(no)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM respond_copy WHERE order_id = %s", [found[0]])
            cursor.execute("INSERT INTO respond_forgotten (order_id) VALUES (%s) ON CONFLICT DO NOTHING", [found[0]])
        queue("respond.facts_now")
    with suppress(Erased):
        dig(Grave(found[0], seal_of(found[0]).grave, present.now().astimezone(ZoneInfo(present.city().city.tz)).date()))
    gone = 0
    with transaction.atomic(using="vault"), connections["vault"].cursor() as cursor:
        for statement in _SEALED:
            cursor.execute(statement, [found[0]])
            gone += cursor.rowcount
    return gone
