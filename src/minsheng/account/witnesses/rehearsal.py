"""A rehearsal (演练) with a witness of our own: that it cosigns a growing log, and refuses a fork and a rollback of it.

What must be refused is signed with a key made for the rehearsal and never with the ledger's: a fork signed by the
ledger itself would be evidence against it for ever."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import Ed25519Signer, Verifier
from minsheng.account.log.notes import Signature
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.witness import Fork, Witness, WitnessRefused
from minsheng.account.log.writer import Log
from minsheng.account.witnesses.stand_in import StandIn

NAME = "rehearsal"
_FIRST, _THEN = 300, 700


@dataclass(frozen=True, slots=True)
class Step:
    """One thing tried, whether it went as it must, and what the witness said."""

    what: str
    held: bool
    words: str


def rehearse(tiles: Tiles, signed: bytes, log: Verifier) -> Iterator[Step]:
    """Start a witness that trusts the key `log`, have it cosign the ledger's own head, then a small log that grows,
    that is forked and that is rolled back."""
    own = Ed25519Signer(f"{log.name}/rehearsal", secrets.token_bytes(32))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stand_in = StandIn(NAME, folder / "witness", {log.name: [log], own.verifier.name: [own.verifier]})
        with stand_in.served() as url:
            witness = Witness(url, stand_in.verifier)
            yield _cosigns(f"the ledger's head of {tiles.size} leaves", stand_in, signed, witness, tiles)
            yield from _on_a_small_log(folder, own, stand_in, replace(witness, seen=0))


def _on_a_small_log(folder: Path, own: Ed25519Signer, stand_in: StandIn, witness: Witness) -> Iterator[Step]:
    leaves = [b"leaf %d" % number for number in range(_THEN)]
    first, then = (_grown(folder / "log", leaves[:size], own) for size in (_FIRST, _THEN))
    yield _cosigns(f"another log's head of {_FIRST} leaves", stand_in, first[1], witness, first[0])
    yield _cosigns(f"its head when it has grown to {_THEN}", stand_in, then[1], witness, then[0])
    forked = _grown(folder / "fork", [b"another leaf", *leaves[1:]], own)
    yield _refuses(f"a fork of the same {_THEN} leaves", lambda: replace(witness).cosign(*forked))
    longer = _grown(folder / "fork", [b"another leaf", *leaves[1:], b"one more"], own)
    yield _refuses(f"a fork of {_THEN + 1} leaves", lambda: replace(witness).cosign(*longer))
    yield _refuses(f"a rollback to {_FIRST} leaves", lambda: replace(witness, seen=_FIRST).cosign(*first))


def _grown(folder: Path, leaves: Sequence[bytes], own: Ed25519Signer) -> tuple[Tiles, bytes]:
    """A log grown up to `leaves`, and its signed head."""
    with Log(folder) as log:
        log.append(leaves[log.head.size :])
        signed = sign_checkpoint(Checkpoint(own.verifier.name, log.head.size, log.head.root), [own])
        log.publish(signed)
        return Tiles(in_folder(folder), log.head.size), signed


def _cosigns(what: str, stand_in: StandIn, signed: bytes, witness: Witness, tiles: Tiles) -> Step:
    try:
        given = witness.cosign(tiles, signed)
    except WitnessRefused as refusal:
        return Step(f"cosigns {what}", False, str(refusal))
    good = stand_in.verifier.verify(notes.split(signed).text, given.signature)
    return Step(f"cosigns {what}", good, "its cosignature verifies" if good else "its cosignature does not verify")


def _refuses(what: str, asking: Callable[[], Signature]) -> Step:
    try:
        asking()
    except Fork as refusal:
        return Step(f"refuses {what}", True, str(refusal))
    except WitnessRefused as refusal:
        return Step(f"refuses {what}", False, f"it refused for another reason: {refusal}")
    return Step(f"refuses {what}", False, "it cosigned")
