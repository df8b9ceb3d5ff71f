"""Sight (权限): opens a transaction in which the database shows what an actor may see, and nothing else.

The claim is signed with a key that SQL run by the app cannot read; the database checks it once a query (row-level
security in respond/sql/tables.sql). A forgotten WHERE shows nothing; injected SQL cannot widen it."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from minsheng.core.codes import CENTRE_ROLES, UNIT_ROLES, Role
from minsheng.core.order import Actor
from minsheng.ground.keys import keys

LIFE_SECONDS = 300
CLAIM = "SELECT set_config('minsheng.access', %s, true)"
"""Puts a claim into force until the transaction ends."""
_SCOPES = {
    **dict.fromkeys(CENTRE_ROLES | {Role.SYSTEM}, "all"),
    **dict.fromkeys(UNIT_ROLES, "tree"),
    Role.ANALYST: "city",
    Role.LEADER: "city",
    Role.INSPECTOR: "inspect",
    Role.AUDITOR: "audit",
}


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA-256 (RFC 2104) for a 32-byte key, as the database keeps them."""
    block = key.ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def claim(actor: Actor, order_id: int | None = None) -> str:
    """The signed claim of `actor`: all orders, the city's figures and topics but no order (city), what is handed over
    to inspection (inspect), the auditor's own work (audit), its unit's tree, or the one order `order_id`."""
    scope = _SCOPES.get(actor.role, "order")
    unit = (actor.unit or "") if scope == "tree" else ""
    order = str(order_id) if scope == "order" and order_id is not None else ""
    body = f"v1|{scope}|{unit}|{order}|{int(time.time()) + LIFE_SECONDS}"
    return f"{body}|{hmac.new(keys().get('access'), body.encode(), hashlib.sha256).hexdigest()}"


@contextmanager
def sight(actor: Actor, order_id: int | None = None) -> Iterator[None]:
    """A transaction that sees what `actor` may see. Commits at the end, rolls back on an exception."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [claim(actor, order_id)])
        yield


SYSTEM = Actor("system", Role.SYSTEM)
"""Timers and jobs."""
