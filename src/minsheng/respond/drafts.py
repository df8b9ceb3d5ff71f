"""Drafts (草稿): what somebody is typing, kept each second, sealed under the city's key, gone once it is sent."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from minsheng.ground import present
from minsheng.ground.keys import keys

LIMIT_BYTES = 100_000
BROWSER = "web/"
"""How the account of a browser that nobody has logged in on begins."""
LIFE, BROWSER_LIFE = timedelta(days=30), timedelta(days=3)
_NONCE = 12


def keep(account: str, form: str, fields: Mapping[str, str]) -> bool:
    """Keep `fields` as the draft of `form`; False when they are larger than a draft may be."""
    plain = json.dumps(dict(fields), ensure_ascii=False).encode()
    if len(plain) > LIMIT_BYTES:
        return False
    nonce = secrets.token_bytes(_NONCE)
    box = nonce + AESGCM(keys().get("kek")).encrypt(nonce, plain, _where(account, form))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO respond_draft (account, form, saved_at, box) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (account, form) DO UPDATE SET saved_at = excluded.saved_at, box = excluded.box",
            [account, form, present.now(), box],
        )
    return True


def find(account: str, form: str) -> tuple[dict[str, str], datetime] | None:
    """The draft of `form` and when it was kept; None when there is none or its key is another."""
    return found_in(account, [form]).get(form)


def found_in(account: str, forms: Sequence[str]) -> dict[str, tuple[dict[str, str], datetime]]:
    """The drafts of several forms, by form, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT form, box, saved_at FROM respond_draft WHERE account = %s AND form = ANY (%s)",
            [account, list(forms)],
        )
        rows = cursor.fetchall()
    found = {}
    for form, sealed, at in rows:
        box = bytes(sealed)
        try:
            plain = AESGCM(keys().get("kek")).decrypt(box[:_NONCE], box[_NONCE:], _where(account, form))
        except InvalidTag:
            continue
        found[form] = (json.loads(plain), at)
    return found


def drop(account: str, form: str) -> None:
    """The draft has been sent or thrown away."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM respond_draft WHERE account = %s AND form = %s", [account, form])


def sweep() -> int:
    """Throw away the drafts that nobody came back to; returns how many. A browser's own, which nobody can find again
    once its session has ended, go sooner."""
    now = present.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM respond_draft WHERE saved_at < %s OR (starts_with(account, %s) AND saved_at < %s)",
            [now - LIFE, BROWSER, now - BROWSER_LIFE],
        )
        return cursor.rowcount


def _where(account: str, form: str) -> bytes:
    return f"draft/{account}/{form}".encode()
