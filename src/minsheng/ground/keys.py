"""The city's secrets (密钥): one folder, one random key a purpose, made at the first start, readable by its owner only.

`kek` wraps the key of each order; `access` signs what a database session may see; `ledger` signs the heads of the open
ledger, `gateway` its receipts; the others make keyed digests and codes. Losing `kek` loses every word and name: keep
a copy of the folder apart from the database's (docs/guide)."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from minsheng.ground.disk import settle

PURPOSES = ("kek", "access", "digest", "code", "web", "ledger", "gateway")
KEY_BYTES = 32


class Keys:
    """The keys in `folder`, made where they are missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, purpose: str) -> bytes:
        """32 random bytes kept for `purpose`. KeyError on an unknown purpose."""
        if purpose not in PURPOSES:
            raise KeyError(purpose)
        return _read(self.folder / f"{purpose}.key")

    def make(self) -> None:
        """Make every key that is missing, so that none is first asked for while residents wait."""
        for purpose in PURPOSES:
            self.get(purpose)

    def digest(self, what: str, *parts: str) -> bytes:
        """A keyed digest (HMAC-SHA-256, 32 bytes) of `parts`, apart for each use `what`."""
        message = "\x1f".join((what, *parts)).encode()
        return hmac.new(self.get("digest"), message, hashlib.sha256).digest()


@cache
def _read(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Write a key nobody else writes to, then give it its name: whoever links first, all read that one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}-") as fresh:
        fresh.write(secrets.token_bytes(KEY_BYTES))
        fresh.flush()
        os.fsync(fresh.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh.name, path)
    settle(path.parent)


def keys() -> Keys:
    """The keys of the city that this process serves (MINSHENG_DATA/secrets)."""
    return Keys(Path(os.environ.get("MINSHENG_DATA", "data")) / "secrets")
