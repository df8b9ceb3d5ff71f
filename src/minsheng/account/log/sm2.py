"""The national signature (国密签名) beside Ed25519: SM2 with SM3 (GB/T 32918, GB/T 32905; DER as in GM/T 0009), a note
line of type 0xff, which every other reader of notes keeps and ignores (C2SP signed-note, “Signature types”).

`cryptography` has SM3 but no SM2, so the machine's OpenSSL (1.1.1 or newer) signs and verifies. A key in a hardware
module is reached through an OpenSSL provider: give its URI as `key` and the provider as `options`, for example
`Sm2Signer(name, "pkcs11:token=ledger;object=log", options=("-provider", "pkcs11", "-provider", "default"))`; a module
with an interface of its own becomes a class with `verifier` and `sign`, the port `keys.Signer`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from minsheng.account.log.keys import UNASSIGNED, KeyRefused, key_id, split_vkey, valid_name

IDENTIFIER = b"minsheng/sm2-sm3/v1"
SIGNER_ID = "1234567812345678"
POINT_BYTES = 65
_MATERIAL_BEGINS = bytes([UNASSIGNED]) + IDENTIFIER
_DER_BEGINS = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_SECONDS = 20.0


class OpenSSLFailed(Exception):
    """OpenSSL is missing or did not do what it was asked; the message carries its words."""


def available() -> bool:
    """Whether this machine has the openssl program."""
    return shutil.which("openssl") is not None


class Sm2Verifier:
    """Checks SM2/SM3 signatures of a note's text."""

    def __init__(self, name: str, public: bytes) -> None:
        """`public` is the uncompressed point, 65 bytes."""
        if not valid_name(name):
            raise KeyRefused(f"a key cannot be called {name!r}: no spaces, no plus")
        if len(public) != POINT_BYTES or public[0] != 4:
            raise KeyRefused("an SM2 public key is the uncompressed point, 65 bytes beginning with 04")
        self.name = name
        self.public = public
        self.material = _MATERIAL_BEGINS + public
        self.key_id = key_id(name, self.material)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` (DER) is this key's on `text`. OpenSSLFailed if OpenSSL cannot tell."""
        try:
            decode_dss_signature(signature)
        except ValueError:
            return False
        with tempfile.TemporaryDirectory() as folder:
            key, signed = Path(folder, "key.der"), Path(folder, "signature")
            key.write_bytes(_DER_BEGINS + self.public)
            signed.write_bytes(signature)
            arguments = ("-verify", "-pubin", "-keyform", "DER", "-inkey", str(key), "-sigfile", str(signed))
            answer = _openssl(("pkeyutl", *arguments, *_SCHEME), text)
        if b"Signature Verified Successfully" in answer.stdout and answer.returncode == 0:
            return True
        if b"Signature Verification Failure" in answer.stdout:
            return False
        raise OpenSSLFailed(answer.stderr.decode(errors="replace").strip())


class Sm2Signer:
    """Signs with an SM2 key that OpenSSL can reach."""

    def __init__(self, name: str, key: str | Path, options: Sequence[str] = ()) -> None:
        """`key` is a PEM file or a provider's URI, `options` what OpenSSL needs to reach it."""
        self._key, self._options = str(key), tuple(options)
        public = _done(_openssl(("pkey", "-in", self._key, *self._options, "-pubout", "-outform", "DER"), b""))
        if not public.startswith(_DER_BEGINS):
            raise KeyRefused(f"the key {self._key} is not an SM2 key: make one with `openssl genpkey -algorithm SM2`")
        self.verifier = Sm2Verifier(name, public[-POINT_BYTES:])

    def sign(self, text: bytes) -> bytes:
        """Its signature, DER."""
        return _done(_openssl(("pkeyutl", "-sign", "-inkey", self._key, *self._options, *_SCHEME), text))


_SCHEME = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{SIGNER_ID}", "-in", "/dev/stdin")


def read_sm2_vkey(vkey: str) -> Sm2Verifier:
    """The verifier of a written SM2 key. KeyRefused if it is not one."""
    name, material = split_vkey(vkey)
    if not material.startswith(_MATERIAL_BEGINS):
        raise KeyRefused(f"the key {vkey!r} is not an SM2 key")
    return Sm2Verifier(name, material[len(_MATERIAL_BEGINS) :])


def _openssl(arguments: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False, timeout=_SECONDS)
    except FileNotFoundError as error:
        raise OpenSSLFailed(
            "this machine has no openssl: install it, or leave the SM2 key out of the settings"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise OpenSSLFailed(f"openssl did not answer within {_SECONDS:.0f} seconds") from error


def _done(answer: subprocess.CompletedProcess[bytes]) -> bytes:
    if answer.returncode:
        raise OpenSSLFailed(answer.stderr.decode(errors="replace").strip())
    return answer.stdout
