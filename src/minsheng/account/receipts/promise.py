"""What a receipt says and who signed it (回执与签名, 阳光账本 §2.6). All of it stands in the fragment of an address: it
proves itself without any server and is never sent to one.

    https://…/r#1.<key>.<promise>.<signature>          base64url without padding

    promise    version 1 | minutes promised 1 | seconds since 1970 5 | number on the channel 5 | commitment 32 | channel
    signature  Ed25519 over "minsheng/receipt/v1\\n" ‖ name of the log ‖ "\\n" ‖ promise

The key opens what the ledger says of the order (core.ledger.receipt); it is not signed: only the right one leads to a
course whose first commitment is the promised one."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from minsheng.account.log.keys import Ed25519Signer, Verifier
from minsheng.core.ledger import tag_of
from minsheng.ground.keys import keys

PROMISED = timedelta(hours=1)
"""Within this time of its receipt a request stands in the log."""
VERSION, KEY_BYTES, DIGEST_BYTES = 1, 32, 32
_HEAD = 12
_FRAGMENT = re.compile(r"1\.([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CODE_DIGITS = 8


class ReceiptRefused(ValueError):
    """This is no receipt, or nobody of ours signed it; the message says why."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The commitment of the intake leaf, when the gateway took the request in (to the second), its number there."""

    commitment: bytes
    at: datetime
    channel: str
    number: int
    within: timedelta = PROMISED

    def pack(self) -> bytes:
        """The bytes that are signed. ValueError when a number does not fit."""
        seconds, minutes = int((self.at - _EPOCH).total_seconds()), self.within // timedelta(minutes=1)
        head = bytes([VERSION, minutes]) + seconds.to_bytes(5) + self.number.to_bytes(5)
        return head + self.commitment + self.channel.encode()

    @classmethod
    def parse(cls, packed: bytes) -> Promise:
        """The promise of these bytes. ReceiptRefused when they are none."""
        if len(packed) <= _HEAD + DIGEST_BYTES or packed[0] != VERSION:
            raise ReceiptRefused("This is no receipt of version 1.")
        try:
            channel = packed[_HEAD + DIGEST_BYTES :].decode()
            at = _EPOCH + timedelta(seconds=int.from_bytes(packed[2:7]))
        except (UnicodeDecodeError, OverflowError) as error:
            raise ReceiptRefused("The receipt was altered: its time or its channel cannot be read.") from error
        return cls(
            commitment=packed[_HEAD : _HEAD + DIGEST_BYTES],
            at=at,
            channel=channel,
            number=int.from_bytes(packed[7:12]),
            within=timedelta(minutes=packed[1]),
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise, its signature, and the key that opens the order's course."""

    promise: Promise
    key: bytes
    signature: bytes

    @property
    def tag(self) -> str:
        """By which the order's course is asked for (hex)."""
        return tag_of(self.key).hex()

    @property
    def fragment(self) -> str:
        """The receipt as the part of an address behind the #."""
        return ".".join(["1", *(_write(part) for part in (self.key, self.promise.pack(), self.signature))])

    @property
    def code(self) -> str:
        """The digits that are read out with the number to a caller who has no screen."""
        return code_of(self.signature)


def sign(promise: Promise, key: bytes, by: Ed25519Signer) -> Receipt:
    """The receipt of a promise. The same promise gives the same receipt, whenever it is asked for again."""
    return Receipt(promise, key, by.sign(_signed(by.verifier.name, promise)))


def check(receipt: Receipt, gateway: Verifier) -> None:
    """ReceiptRefused unless the gateway's key signed the promise."""
    if not gateway.verify(_signed(gateway.name, receipt.promise), receipt.signature):
        raise ReceiptRefused("This receipt was not signed by the gateway: it was altered, or somebody else made it.")


def read_receipt(written: str) -> Receipt:
    """The receipt in an address, or in the part behind its #. ReceiptRefused when there is none; nothing is checked."""
    found = _FRAGMENT.fullmatch(written.strip().rpartition("#")[2])
    if not found:
        raise ReceiptRefused("This is no receipt: the whole address is needed, with what stands behind the #.")
    key, packed, signature = map(_read, found.groups())
    if len(key) != KEY_BYTES:
        raise ReceiptRefused("The receipt was cut off or altered: its key has another length.")
    return Receipt(Promise.parse(packed), key, signature)


def code_of(signature: bytes) -> str:
    """Eight digits of a signature."""
    return f"{int.from_bytes(hashlib.sha256(signature).digest()[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def gateway(name: str) -> Ed25519Signer:
    """The gateway's own key for the log `name`: no clerk and no job signs with it."""
    return _gateway(name, keys().get("gateway"))


@cache
def _gateway(name: str, seed: bytes) -> Ed25519Signer:
    return Ed25519Signer(name, seed)


def _signed(name: str, promise: Promise) -> bytes:
    return b"minsheng/receipt/v1\n" + name.encode() + b"\n" + promise.pack()


def _write(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _read(written: str) -> bytes:
    try:
        content = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except ValueError as error:
        raise ReceiptRefused("The receipt was cut off: its letters do not make whole bytes.") from error
    if _write(content) != written:
        raise ReceiptRefused("The receipt was altered: its letters end in stray bits.")
    return content
