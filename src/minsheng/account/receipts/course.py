"""An order's course in the ledger (办理存证), for whoever holds its receipt: every leaf with its proof, and what it
commits to under the receipt's key, so that the tag alone reads nothing. The last group of fields stays shut: its hash
is enough to make the commitment anew."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from minsheng.core.ledger import Group, Leaf, LeafKind, commit, leaf_key, receipt_key, tag_of

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One event of an order that makes a leaf: its number, kind, day and groups of fields."""

    seq: int
    kind: LeafKind
    day: date
    groups: tuple[Mapping[str, Any], ...]


def course(order_key: bytes, steps: Sequence[Step], name: Callable[[str], str]) -> list[dict[str, str]]:
    """For each step its leaf (40 bytes) and its openings (AES-256-GCM, nonce in front, bound to the tag); base64.

    `name` gives an agency's name, which stands beside the openings and is committed to by nobody."""
    key = receipt_key(order_key)
    cipher, tag = AESGCM(hashlib.sha256(b"vs1/course" + key).digest()), tag_of(key)
    found = []
    for step in steps:
        made = commit(leaf_key(order_key, step.seq), step.groups)
        openings = [
            {"hash": made.hashes[i].hex()}
            if i == Group.NEVER
            else {"salt": made.salts[i].hex(), "fields": dict(made.groups[i])}
            for i in range(len(made.groups))
        ]
        nonce = secrets.token_bytes(_NONCE)
        told = {"groups": openings, "agency": name(str(made.groups[Group.TO]["agency"]))}
        sealed = nonce + cipher.encrypt(nonce, json.dumps(told, ensure_ascii=False).encode(), tag)
        leaf = Leaf(step.kind, step.day, made.value).pack()
        found.append({"leaf": base64.b64encode(leaf).decode(), "sealed": base64.b64encode(sealed).decode()})
    return found
