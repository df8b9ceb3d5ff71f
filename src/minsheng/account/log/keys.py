"""Keys of signed notes (签名钥匙): names, key ids and the written forms of keys (C2SP signed-note, “Signatures”; Go's
golang.org/x/mod/sumdb/note for vkey and skey), and the port by which anything signs or verifies. Ed25519 of type 0x01
signs a note's text; witnesses sign text and time, type 0x04 (C2SP tlog-cosignature). SM2 stands in `sm2`."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE = 0x04
UNASSIGNED = 0xFF
KEY_BYTES = 32
LATEST_SECOND = (1 << 63) - 1

_SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200B)}
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_KEY_ID = re.compile(r"[0-9a-fA-F]{8}")


class KeyRefused(ValueError):
    """A written key cannot be used; the message says why."""


class Verifier(Protocol):
    """Checks signatures of one key."""

    @property
    def name(self) -> str:
        """The key's name."""

    @property
    def key_id(self) -> int:
        """The key's id, 32 bits."""

    @property
    def material(self) -> bytes:
        """The signature type and the public key, as a vkey carries them."""

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature`, without its key id, is this key's on the note's text."""


class Signer(Protocol):
    """Signs notes with one key: the port behind which a file, a card or a hardware module keeps it."""

    @property
    def verifier(self) -> Verifier:
        """What checks its signatures."""

    def sign(self, text: bytes) -> bytes:
        """The signature of a note's text, without the key id."""


def valid_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no Unicode space, no plus."""
    return bool(name) and "+" not in name and not any(character in _SPACES for character in name)


def key_id(name: str, material: bytes) -> int:
    """The id of a key: the first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
    return int.from_bytes(sha256(name.encode() + b"\n" + material).digest()[:4], "big")


def decode_base64(written: str) -> bytes:
    """Standard base64 with its padding and nothing else (RFC 4648 §4). ValueError otherwise."""
    if not _BASE64.fullmatch(written):
        raise ValueError("not base64")
    return base64.b64decode(written)


def encode_base64(content: bytes) -> str:
    """Standard base64 with its padding."""
    return base64.b64encode(content).decode()


def write_vkey(verifier: Verifier) -> str:
    """The public key as name+id+base64, to publish."""
    return f"{verifier.name}+{verifier.key_id:08x}+{encode_base64(verifier.material)}"


def split_vkey(vkey: str) -> tuple[str, bytes]:
    """Name and key material (type and public key) of a vkey whose id is right. KeyRefused otherwise."""
    name, _, rest = vkey.partition("+")
    written_id, _, written = rest.partition("+")
    try:
        material = decode_base64(written)
    except ValueError as error:
        raise KeyRefused(f"the key {vkey!r} is not name+id+base64") from error
    if not _KEY_ID.fullmatch(written_id) or not valid_name(name) or not material:
        raise KeyRefused(f"the key {vkey!r} is not name+id+base64")
    if int(written_id, 16) != key_id(name, material):
        raise KeyRefused(f"the id of the key {vkey!r} does not fit its name and bytes: it was copied wrongly")
    return name, material


def read_vkey(vkey: str) -> Ed25519Verifier | CosignatureVerifier:
    """The verifier of a public key of type 0x01 or 0x04. KeyRefused if it is malformed or of another type."""
    name, material = split_vkey(vkey)
    kinds = {ED25519: Ed25519Verifier, COSIGNATURE: CosignatureVerifier}
    kind = kinds.get(material[0])
    if kind is None:
        raise KeyRefused(f"the key {vkey!r} is of the unknown type 0x{material[0]:02x}")
    if len(material) != 1 + KEY_BYTES:
        raise KeyRefused(f"the key {vkey!r} does not have {KEY_BYTES} bytes")
    return kind(name, material[1:])


class Ed25519Verifier:
    """Checks Ed25519 signatures of a note's text, type 0x01."""

    kind = ED25519

    def __init__(self, name: str, public: bytes) -> None:
        if not valid_name(name):
            raise KeyRefused(f"a key cannot be called {name!r}: no spaces, no plus")
        self.name = name
        self.public = public
        self.material = bytes([self.kind]) + public
        self.key_id = key_id(name, self.material)
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's on `text`."""
        try:
            self._key.verify(signature, text)
        except InvalidSignature:
            return False
        return True


class CosignatureVerifier(Ed25519Verifier):
    """Checks a witness's timestamped cosignatures, type 0x04 (tlog-cosignature, “Ed25519 signed message”)."""

    kind = COSIGNATURE

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature`, eight bytes of time and 64 of Ed25519, is this witness's on `text`."""
        second = int.from_bytes(signature[:8], "big")
        if second > LATEST_SECOND:
            return False
        return super().verify(cosigned_message(text, second), signature[8:])


class Ed25519Signer:
    """Signs a note's text with an Ed25519 key held in memory."""

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed` is the 32-byte private key of RFC 8032."""
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Ed25519Verifier(name, self._key.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """Its 64 bytes."""
        return self._key.sign(text)

    def skey(self) -> str:
        """The private key as Go's note package writes it: to keep secret."""
        written = encode_base64(bytes([ED25519]) + self._seed)
        return f"PRIVATE+KEY+{self.verifier.name}+{self.verifier.key_id:08x}+{written}"


class CosignatureSigner:
    """Signs as a witness does: text and the second it is signed at."""

    def __init__(self, name: str, seed: bytes, clock: Callable[[], int]) -> None:
        """`clock` gives POSIX seconds."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._clock = clock
        self.verifier = CosignatureVerifier(name, self._key.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """Eight bytes of time and 64 of signature."""
        second = self._clock()
        return second.to_bytes(8, "big") + self._key.sign(cosigned_message(text, second))


def read_skey(skey: str) -> Ed25519Signer:
    """The signer of a private key as Go's note package writes it. KeyRefused if it is malformed."""
    parts = skey.split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise KeyRefused("a private key begins PRIVATE+KEY+ and has five parts")
    name, written_id, written = parts[2:]
    try:
        material = decode_base64(written)
    except ValueError as error:
        raise KeyRefused("the bytes of the private key are not base64") from error
    if not _KEY_ID.fullmatch(written_id) or not valid_name(name) or len(material) != 1 + KEY_BYTES:
        raise KeyRefused("the private key has a wrong name, id or length")
    if material[0] != ED25519:
        raise KeyRefused(f"the private key is of the unknown type 0x{material[0]:02x}")
    signer = Ed25519Signer(name, material[1:])
    if signer.verifier.key_id != int(written_id, 16):
        raise KeyRefused("the id of the private key does not fit its name and bytes: it was copied wrongly")
    return signer


def cosigned_message(text: bytes, second: int) -> bytes:
    """What a witness signs: header line, time line, the whole text of the checkpoint."""
    return b"cosignature/v1\ntime %d\n" % second + text
