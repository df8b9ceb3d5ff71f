"""The head of the log (检查点): origin, size and root as a signed note (C2SP tlog-checkpoint, “Note text”)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from minsheng.account.log import notes
from minsheng.account.log.keys import Signer, Verifier, decode_base64, encode_base64
from minsheng.account.log.merkle import HASH_BYTES
from minsheng.account.log.notes import Note, NoteRefused

LARGEST_NUMBER = (1 << 63) - 1
LONGEST_ORIGIN = 255
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's tree at one size. `extensions` are opaque lines, best left out."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> bytes:
        """The text to sign. ValueError if a reader would not take it."""
        lines = [self.origin, str(self.size), encode_base64(self.root), *self.extensions]
        text = ("\n".join(lines) + "\n").encode()
        try:
            faithful = Checkpoint.parse(text) == self
        except NoteRefused as error:
            raise ValueError(f"this is no checkpoint: {error}") from error
        if not faithful:
            raise ValueError("this is no checkpoint: a line has a newline in it")
        return text

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Read a checkpoint's text. NoteRefused unless it is one to the letter."""
        *lines, rest = text.decode().split("\n")
        if rest or len(lines) < 3 or not all(lines):
            raise NoteRefused("a checkpoint is at least three lines, none of them empty")
        if len(lines[0].encode()) > LONGEST_ORIGIN:
            raise NoteRefused(f"an origin has at most {LONGEST_ORIGIN} bytes")
        try:
            root = decode_base64(lines[2])
        except ValueError as error:
            raise NoteRefused("the root of a checkpoint is not base64") from error
        if len(root) != HASH_BYTES:
            raise NoteRefused(f"the root of a checkpoint has {HASH_BYTES} bytes")
        return cls(lines[0], read_number(lines[1]), root, tuple(lines[3:]))


def read_number(written: str) -> int:
    """A decimal number as checkpoints and proofs write it. NoteRefused on any other way, or beyond 63 bits."""
    if not _NUMBER.fullmatch(written) or int(written) > LARGEST_NUMBER:
        raise NoteRefused(f"{written[:40]!r} is not a number as logs write them")
    return int(written)


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer]) -> bytes:
    """The checkpoint signed by each signer; the log's own key should be called as its origin."""
    return notes.sign(checkpoint.text(), signers)


def open_checkpoint(message: bytes, verifiers: Iterable[Verifier], origin: str) -> tuple[Checkpoint, Note]:
    """The checkpoint of the log `origin`, signed by one of `verifiers`, and its note. NoteRefused otherwise."""
    note = notes.open_note(message, verifiers)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != origin:
        raise NoteRefused(f"the checkpoint is of the log {checkpoint.origin!r}, not of {origin!r}")
    return checkpoint, note
