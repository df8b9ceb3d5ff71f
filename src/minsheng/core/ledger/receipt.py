"""What a receipt opens (回执密钥): a key that follows from the order's own and a tag that follows from that key.

The holder of the key reads what the ledger says of the order; the tag finds it and tells nothing. Neither leads back to
the order's key, so that a receipt opens nothing any more once that key is destroyed."""

from __future__ import annotations

import hashlib
import hmac

TAG_BYTES = 16


def receipt_key(order_key: bytes) -> bytes:
    """The 32 bytes that stand in a receipt (HKDF-Expand of RFC 5869 §2.3, one block)."""
    return hmac.new(order_key, b"vs1/receipt\x01", hashlib.sha256).digest()


def tag_of(key: bytes) -> bytes:
    """The 16 bytes by which the order of a receipt key is found."""
    return hashlib.sha256(b"vs1/tag" + key).digest()[:TAG_BYTES]
