"""The vault (保密库): words and names of an order under a key of the order's own (`ground.vault`). Writing goes through
the app's own transaction, reading through the vault's login."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from django.db import connections

from minsheng.core.wire import plain
from minsheng.ground.keys import keys
from minsheng.ground.vault import Erased, Seal, seal_of


@dataclass(frozen=True, slots=True)
class Person:
    """The requester (诉求人)."""

    name: str = ""
    phone: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None

    @property
    def masked(self) -> Person:
        """As a desk shows it unasked: 王**, 138****5678."""
        name = self.name[:1] + "*" * max(len(self.name) - 1, 0)
        phone = f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 7 else "*" * len(self.phone)
        return Person(name, phone)


def words_of(order_id: int) -> dict[tuple[int, str], str]:
    """All words of an order by (event number, field); empty once erased."""
    try:
        seal = seal_of(order_id)
    except Erased:
        return {}
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT seq, field, box FROM vault.words WHERE order_id = %s ORDER BY seq", [order_id])
        rows = cursor.fetchall()
    return {(seq, field): seal.open(f"{seq}/{field}", bytes(box)).decode() for seq, field, box in rows}


def person_of(order_id: int) -> Person | None:
    """The requester of an order, unmasked; None when nobody gave a name or it was erased. Callers log the look."""
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT box FROM vault.person WHERE order_id = %s", [order_id])
        row = cursor.fetchone()
    if row is None:
        return None
    try:
        return Person(**json.loads(seal_of(order_id).open("person", bytes(row[0]))))
    except Erased:
        return None


def sealed_person(seal: Seal, person: Person) -> tuple[bytes, bytes | None]:
    """The box for vault.person, and the digest by which the same number is found again."""
    box = seal.shut("person", json.dumps(plain(person), ensure_ascii=False).encode())
    return box, phone_digest(person.phone) if person.phone else None


def phone_digest(phone: str) -> bytes:
    """The keyed digest of a telephone number, whatever its spaces and dashes."""
    return keys().digest("phone", re.sub(r"\D", "", phone))
