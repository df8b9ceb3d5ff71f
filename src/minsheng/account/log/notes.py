"""Signed notes (签名笺): text and the signatures under it, opened as strictly as Go's golang.org/x/mod/sumdb/note does
(C2SP signed-note, “Format”). Signatures of unknown keys are kept and ignored; one bad signature of a known key spoils
the whole note; a second one of the same key is not looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minsheng.account.log.keys import Signer, Verifier, decode_base64, encode_base64, valid_name

MOST_SIGNATURES = 100
LARGEST_NOTE = 1_000_000
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_DASH = "— "


class NoteRefused(Exception):
    """A note is malformed, badly signed or signed by nobody known; the message says which."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name and id, and what follows the id."""

    name: str
    key_id: int
    signature: bytes
    line: str
    """The whole line as it stood, with its newline."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """A note taken apart, nothing verified."""

    text: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note signed by at least one known key."""

    text: bytes
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """All of them."""
        return self.verified + self.unverified


def split(message: bytes) -> Unopened:
    """Take a note apart without verifying anything: for one's own files. NoteRefused if it is malformed."""
    if len(message) > LARGEST_NOTE:
        raise NoteRefused(f"a note has at most {LARGEST_NOTE:,} bytes")
    if _CONTROL.search(message):
        raise NoteRefused("a note has no control character but newline")
    try:
        message.decode()
    except UnicodeDecodeError as error:
        raise NoteRefused("a note is UTF-8") from error
    at = message.rfind(b"\n\n")
    lines = message[at + 2 :]
    if at < 0 or not lines.endswith(b"\n"):
        raise NoteRefused("a note is text, an empty line and signature lines")
    return Unopened(message[: at + 1], read_signatures(lines))


def read_signatures(lines: bytes) -> tuple[Signature, ...]:
    """Signature lines, each ended by a newline. NoteRefused if one is malformed or there are more than a hundred."""
    written = lines.decode().split("\n")[:-1]
    if len(written) > MOST_SIGNATURES:
        raise NoteRefused(f"a note has at most {MOST_SIGNATURES} signatures")
    return tuple(_read_signature(line) for line in written)


def open_note(message: bytes, verifiers: Iterable[Verifier]) -> Note:
    """Open a note with known keys. NoteRefused unless one of them signed it and none wrongly; ValueError if two of the
    keys share name and id."""
    known: dict[tuple[str, int], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) is not verifier:
            raise ValueError(f"two keys are called {verifier.name}+{verifier.key_id:08x}")
    unopened = split(message)
    verified: dict[tuple[str, int], Signature] = {}
    unverified: dict[str, Signature] = {}
    for each in unopened.signatures:
        key = (each.name, each.key_id)
        if key not in known:
            unverified.setdefault(each.line, each)
        elif key not in verified:
            if not known[key].verify(unopened.text, each.signature):
                raise NoteRefused(f"the signature of {each.name}+{each.key_id:08x} is wrong")
            verified[key] = each
    if not verified:
        raise NoteRefused("no known key has signed the note")
    return Note(unopened.text, tuple(verified.values()), tuple(unverified.values()))


def sign(text: bytes, signers: Iterable[Signer]) -> bytes:
    """The text signed by each signer. ValueError if it does not end in newline or cannot be a note's text."""
    if not text.endswith(b"\n"):
        raise ValueError("the text of a note ends in newline")
    made = [_line(signer.verifier.name, signer.verifier.key_id, signer.sign(text)) for signer in signers]
    return with_lines(text, [_read_signature(line[:-1]) for line in made])


def with_lines(text: bytes, signatures: Sequence[Signature]) -> bytes:
    """The note of this text and these signatures. ValueError if that is not a note."""
    message = text + b"\n" + "".join(each.line for each in signatures).encode()
    try:
        split(message)
    except NoteRefused as error:
        raise ValueError(f"this cannot be signed as a note: {error}") from error
    return message


def _line(name: str, key_id: int, signature: bytes) -> str:
    return f"{_DASH}{name} {encode_base64(key_id.to_bytes(4, 'big') + signature)}\n"


def _read_signature(line: str) -> Signature:
    name, _, written = line.removeprefix(_DASH).partition(" ")
    try:
        content = decode_base64(written)
    except ValueError as error:
        raise NoteRefused("a signature is not base64") from error
    if not line.startswith(_DASH) or not valid_name(name) or len(content) < 5:
        raise NoteRefused("a signature line is “— name base64”")
    return Signature(name, int.from_bytes(content[:4], "big"), content[4:], line + "\n")
