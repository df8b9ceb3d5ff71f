"""The vault (保密库): names, words and files of an order under a key of the order's own, wrapped by the city's.

AES-256-GCM; writing goes through the app's own transaction, reading through the vault's login. Destroying the order's
key erases all that it sealed, while events stay (个人信息保护法 §47); backups made before hold it until they are
themselves destroyed, and are made to forget again (`ground.graves`)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections

from minsheng.core.ledger import receipt_key, tag_of
from minsheng.core.wire import plain
from minsheng.ground.keys import keys

KEY_BYTES = 32
_NONCE = 12


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


class Erased(Exception):
    """The order's key has been destroyed; what it sealed is gone."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One order's key at work."""

    order_id: int
    key: bytes
    _cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(self.key))

    def shut(self, place: str, plain: bytes) -> bytes:
        """`plain` sealed for `place` (a box opens only where it was put)."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._where(place))

    def open(self, place: str, box: bytes) -> bytes:
        """What `box` at `place` holds. InvalidTag when it was moved or changed."""
        return self._cipher.decrypt(box[:_NONCE], box[_NONCE:], self._where(place))

    def digest(self, place: str, text: str) -> str:
        """A keyed digest of `text`: proves it while the key lives, says nothing after (hex, 32 characters)."""
        return hmac.new(self.key, self._where(place) + b"\0" + text.encode(), hashlib.sha256).hexdigest()[:32]

    @property
    def receipt_key(self) -> bytes:
        """The key that stands in the order's receipt."""
        return receipt_key(self.key)

    @property
    def tag(self) -> bytes:
        """The tag by which the receipt finds the order."""
        return tag_of(self.receipt_key)

    @property
    def grave(self) -> str:
        """By which the key is known after it was destroyed (hex)."""
        return hashlib.sha256(b"vs1/grave" + self.key).hexdigest()[:32]

    def wrapped(self) -> bytes:
        """The key, wrapped by the city's."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(keys().get("kek")).encrypt(nonce, self.key, str(self.order_id).encode())

    def _where(self, place: str) -> bytes:
        return f"{self.order_id}/{place}".encode()


def new_seal(order_id: int) -> Seal:
    """A fresh key for a new order."""
    return Seal(order_id, secrets.token_bytes(KEY_BYTES))


def seal_of(order_id: int) -> Seal:
    """The key of an order that exists. Raises Erased when it was destroyed."""
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT wrapped FROM vault.order_key WHERE order_id = %s", [order_id])
        row = cursor.fetchone()
    if row is None:
        raise Erased(f"the key of order {order_id} was destroyed")
    box = bytes(row[0])
    return Seal(order_id, AESGCM(keys().get("kek")).decrypt(box[:_NONCE], box[_NONCE:], str(order_id).encode()))


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
