"""A leaf of the ledger (账本叶子): forty bytes that say nothing until what they commit to is opened.

    version 1 | kind 1 | day 2 | reserved 4 | C 32
    C  = SHA-256("vs1/leaf" ‖ H_0 ‖ H_1 ‖ … )
    H_i = SHA-256("vs1/" ‖ i ‖ salt_i ‖ fields_i),  salt_i = HKDF-Expand(leaf key, "vs1/salt/" ‖ i)

Fields are canonical JSON (RFC 8785) of texts, whole numbers, booleans and null. Each group of fields has a salt of its
own, so that any of them can be opened while the others stay shut. The leaf key follows from the order's own key, and
with that key it is destroyed: then nobody can open or recompute anything (docs/decisions)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

VERSION, LEAF_BYTES, SALT_BYTES, DIGEST_BYTES = 1, 40, 16, 32
EPOCH = date(1970, 1, 1)
Value = str | int | bool | None
Fields = Mapping[str, Value]


class LeafKind(IntEnum):
    """What a leaf is about (叶子种类)."""

    INTAKE = 1
    DISPATCH = 2
    CHANGE = 3
    OUTCOME = 4
    RETURN_VISIT = 5
    BALLOT = 6
    RELEASE = 7
    TOMBSTONE = 8
    CORRECTION = 9
    COUNTER = 10
    ACCESS_LOG = 11
    METRIC = 12
    SEALED = 13


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf: its kind, the city's local day of what it tells, and the commitment."""

    kind: LeafKind
    day: date
    commitment: bytes

    def __post_init__(self) -> None:
        if len(self.commitment) != DIGEST_BYTES:
            raise ValueError(f"A commitment has {DIGEST_BYTES} bytes, not {len(self.commitment)}.")

    def pack(self) -> bytes:
        """The forty bytes."""
        return bytes([VERSION, self.kind]) + day_of(self.day).to_bytes(2) + bytes(4) + self.commitment

    @classmethod
    def parse(cls, packed: bytes) -> Leaf:
        """The leaf of forty bytes. ValueError when they are none of ours."""
        if len(packed) != LEAF_BYTES or packed[0] != VERSION or any(packed[4:8]):
            raise ValueError("This is no leaf of version 1.")
        day = date.fromordinal(EPOCH.toordinal() + int.from_bytes(packed[2:4]))
        return cls(LeafKind(packed[1]), day, packed[8:])


def day_of(day: date) -> int:
    """Days since 1970. ValueError outside the two bytes that a leaf has (until 2149)."""
    number = day.toordinal() - EPOCH.toordinal()
    if not 0 <= number < 1 << 16:
        raise ValueError(f"{day} does not fit into a leaf.")
    return number


@dataclass(frozen=True, slots=True)
class Commitment:
    """Groups of fields with their salts, and what they make together."""

    groups: tuple[Fields, ...]
    salts: tuple[bytes, ...]

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """H_0, H_1, …"""
        return tuple(
            opened(i, salt, fields) for i, (salt, fields) in enumerate(zip(self.salts, self.groups, strict=True))
        )

    @property
    def value(self) -> bytes:
        """C."""
        return joined(self.hashes)


def leaf_key(order_key: bytes, seq: int) -> bytes:
    """The key of the leaf that event `seq` of an order makes; of `order_key` (32 random bytes) it tells nothing."""
    return _expand(order_key, b"vs1/leaf-key/" + str(seq).encode(), 32)


def commit(key: bytes, groups: Sequence[Fields]) -> Commitment:
    """Commit to `groups` under a leaf key."""
    salts = tuple(_expand(key, b"vs1/salt/" + str(i).encode(), SALT_BYTES) for i in range(len(groups)))
    return Commitment(tuple(groups), salts)


def opened(i: int, salt: bytes, fields: Fields) -> bytes:
    """H_i of an opened group."""
    return hashlib.sha256(b"vs1/" + str(i).encode() + salt + canonical(fields)).digest()


def joined(hashes: Sequence[bytes]) -> bytes:
    """C of all H_i."""
    return hashlib.sha256(b"vs1/leaf" + b"".join(hashes)).digest()


def canonical(fields: Fields) -> bytes:
    """Canonical JSON (RFC 8785) of texts, whole numbers below 2⁵³, booleans and null under ASCII names."""
    for name, value in fields.items():
        if not name.isascii() or not isinstance(value, str | int | None) or (type(value) is int and abs(value) >> 53):
            raise ValueError(f"{name} cannot stand in a leaf: give a text, a whole number, a boolean or null.")
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869 §2.3) with SHA-256, up to one block."""
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()[:length]
