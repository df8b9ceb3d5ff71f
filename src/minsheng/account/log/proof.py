"""A proof to take home (存证证明): one leaf's place in the tree, its audit path and the cosigned checkpoint in one text
file, checked offline against a policy (C2SP tlog-proof, “Format”)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from minsheng.account.log import merkle
from minsheng.account.log.checkpoint import Checkpoint, read_number
from minsheng.account.log.keys import Verifier, decode_base64, encode_base64
from minsheng.account.log.merkle import HASH_BYTES, ProofFailed
from minsheng.account.log.notes import LARGEST_NOTE, NoteRefused, split
from minsheng.account.log.policy import Cosigned, Policy
from minsheng.account.log.tiles import Tiles

HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of leaf `index`; `checkpoint` is the signed note as the log gave it. `extra` is signed by nobody."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    @classmethod
    def parse(cls, written: bytes) -> Self:
        """Read a proof. ProofFailed unless it is one to the letter; its checkpoint is not looked into."""
        if len(written) > LARGEST_NOTE:
            raise ProofFailed(f"a proof has at most {LARGEST_NOTE:,} bytes")
        head, gap, checkpoint = written.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
            extra = b""
            if gap and lines[0] == HEADER and len(lines) > 1:
                if lines[1].startswith("extra "):
                    extra = _exact(lines.pop(1).removeprefix("extra "))
                    if not extra:
                        raise ValueError("no extra data is said by leaving the line out")
                return cls(_index(lines[1:]), _hashes(lines[2:]), checkpoint, extra)
        except (ValueError, NoteRefused) as error:
            raise ProofFailed(f"the proof is malformed: {error}") from error
        raise ProofFailed(f"a proof begins with {HEADER}, an index and an empty line before the checkpoint")

    def text(self) -> bytes:
        """The proof as a `.tlog-proof` file."""
        lines = [HEADER, *([f"extra {encode_base64(self.extra)}"] if self.extra else []), f"index {self.index}"]
        return "\n".join([*lines, *(encode_base64(each) for each in self.hashes), "\n"]).encode() + self.checkpoint

    def verify(self, entry: bytes, policy: Policy, logs: Iterable[Verifier] = ()) -> Cosigned:
        """Whether `entry` is in a log that satisfies `policy` (and `logs`, where the policy lists none).

        NoteRefused if the checkpoint does not satisfy it, ProofFailed if the path does not lead to its root."""
        cosigned = policy.open(self.checkpoint, logs)
        checkpoint = cosigned.checkpoint
        merkle.check_inclusion(self.hashes, checkpoint.size, checkpoint.root, self.index, merkle.leaf_hash(entry))
        return cosigned


def prove(tiles: Tiles, index: int, checkpoint: bytes, extra: bytes = b"") -> Proof:
    """The proof of leaf `index` under the signed checkpoint of the tree that `tiles` reads.

    ValueError if the checkpoint speaks of another tree, ProofFailed if tiles are wrong."""
    head = Checkpoint.parse(split(checkpoint).text)
    if head.size != tiles.size:
        raise ValueError(f"the checkpoint is of {head.size} leaves, the tiles of {tiles.size}")
    hashes = tiles.inclusion(index)
    merkle.check_inclusion(hashes, head.size, head.root, index, tiles.leaf(index))
    return Proof(index, tuple(hashes), checkpoint, extra)


def _index(lines: Sequence[str]) -> int:
    if not lines or not lines[0].startswith("index "):
        raise ValueError("the index line is missing")
    return read_number(lines[0].removeprefix("index "))


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MOST_HASHES:
        raise ValueError(f"a proof has at most {MOST_HASHES} hashes")
    hashes = tuple(_exact(line) for line in lines)
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ValueError(f"every hash has {HASH_BYTES} bytes")
    return hashes


def _exact(written: str) -> bytes:
    """Base64 with but one way to write it, so that a proof has but one text."""
    content = decode_base64(written)
    if encode_base64(content) != written:
        raise ValueError("base64 ends in stray bits")
    return content
