"""Who signs heads (签名者): the log's Ed25519 key, and beside it an SM2/SM3 key (国密) where the city has one.

MINSHENG_SM2_KEY names the SM2 key: a PEM file, or the URI of a key in a hardware module, which OpenSSL reaches through
the provider that MINSHENG_SM2_OPTIONS loads (docs/guide, witnesses.md)."""

from __future__ import annotations

import logging
import os
import shlex
from functools import cache
from math import inf
from time import monotonic

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import Ed25519Signer, KeyRefused, Verifier
from minsheng.account.log.sm2 import OpenSSLFailed, Sm2Signer
from minsheng.account.log.writer import Head
from minsheng.ground import present
from minsheng.ground.keys import keys

LEFT_ALONE_SECONDS = 60.0
_not_before: dict[str, float] = {}
_log = logging.getLogger(__name__)


def origin() -> str:
    """The log's name: the city's code in the house's own name space."""
    return f"minsheng/{present.city().city.code}"


def signer() -> Ed25519Signer:
    """The log's key."""
    return _signer(origin(), keys().get("ledger"))


def national_signer() -> Sm2Signer | None:
    """The SM2 key, if one is configured. OpenSSLFailed or KeyRefused when it cannot be reached or is none; a key that
    could not be reached is left alone for a minute."""
    key, options = os.environ.get("MINSHENG_SM2_KEY", ""), os.environ.get("MINSHENG_SM2_OPTIONS", "")
    if not key:
        return None
    if monotonic() < _not_before.get(key, -inf):
        raise OpenSSLFailed(f"the key {key} could not be reached a moment ago")
    try:
        return _national_signer(origin(), key, options)
    except OpenSSLFailed:
        _not_before[key] = monotonic() + LEFT_ALONE_SECONDS
        raise


def verifiers() -> list[Verifier]:
    """What checks the lines of the city's own keys; without the national one, and a warning, while it cannot be
    reached."""
    try:
        national = national_signer()
    except (OpenSSLFailed, KeyRefused):
        _log.warning("the SM2 key cannot be told", exc_info=True)
        national = None
    return [signer().verifier, *([national.verifier] if national else [])]


def sign(head: Head) -> bytes:
    """The signed head. The national line is left out, with a warning, while its key does not answer: a head that is
    late helps nobody, and `ledger status` says that the line is missing."""
    checkpoint = Checkpoint(origin(), head.size, head.root)
    signed = sign_checkpoint(checkpoint, [signer()])
    try:
        national = national_signer()
        return sign_checkpoint(checkpoint, [signer(), national]) if national else signed
    except (OpenSSLFailed, KeyRefused):
        _log.warning("the head of %s leaves has no SM2 line: its key did not sign", head.size, exc_info=True)
        return signed


def lacks_national_line(signed: bytes) -> bool:
    """Whether an SM2 key is configured and this head was not signed with it, or the key cannot be reached to tell."""
    try:
        national = national_signer()
    except (OpenSSLFailed, KeyRefused):
        return True
    if national is None:
        return False
    key = (national.verifier.name, national.verifier.key_id)
    return key not in {(each.name, each.key_id) for each in notes.split(signed).signatures}


@cache
def _signer(name: str, seed: bytes) -> Ed25519Signer:
    return Ed25519Signer(name, seed)


@cache
def _national_signer(name: str, key: str, options: str) -> Sm2Signer:
    return Sm2Signer(name, key, shlex.split(options))
