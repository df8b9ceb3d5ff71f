"""The city's secrets (密钥): one folder, one random key a purpose, made at the first start, readable by its owner only.

`kek` wraps the key of each order; `access` signs what a database session may see; the others make keyed digests and
codes. Losing `kek` loses every word and name: back the folder up apart from the database (docs/guide)."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

PURPOSES = ("kek", "access", "digest", "code", "web")


class Keys:
    """The keys in `folder`, made where they are missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, purpose: str) -> bytes:
        """32 random bytes kept for `purpose`. KeyError on an unknown purpose."""
        if purpose not in PURPOSES:
            raise KeyError(purpose)
        return _read(self.folder / f"{purpose}.key")

    def digest(self, what: str, *parts: str) -> bytes:
        """A keyed digest (HMAC-SHA-256, 32 bytes) of `parts`, apart for each use `what`."""
        message = "\x1f".join((what, *parts)).encode()
        return hmac.new(self.get("digest"), message, hashlib.sha256).digest()


@cache
def _read(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        try:
            os.link(fresh, path)
        except FileExistsError:
            fresh.unlink()
            return path.read_bytes()
        fresh.unlink()
    return path.read_bytes()


def keys() -> Keys:
    """The keys of the city that this process serves (MINSHENG_DATA/secrets)."""
    return Keys(Path(os.environ.get("MINSHENG_DATA", "data")) / "secrets")
