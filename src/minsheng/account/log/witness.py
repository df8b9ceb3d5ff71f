"""Witnesses (见证方): bodies outside the line that cosign each checkpoint once they have seen that the tree only grew.
This is the side that asks (C2SP tlog-witness, “add-checkpoint”)."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, read_number
from minsheng.account.log.keys import CosignatureVerifier, encode_base64
from minsheng.account.log.notes import NoteRefused, Signature
from minsheng.account.log.policy import Policy
from minsheng.account.log.tiles import Tiles

Post = Callable[[str, bytes], tuple[int, bytes]]
"""Posts a body to an address and gives status and body of the answer; OSError if nobody answers."""

LARGEST_ANSWER = 1 << 16


class WitnessRefused(Exception):
    """A witness did not cosign; the message says why and what to do."""


class WitnessUnreachable(WitnessRefused):
    """Nobody answered, or the witness is out of order: try again later."""


class UnknownLog(WitnessRefused):
    """404: the witness has not been told of this log."""


class KeyNotTrusted(WitnessRefused):
    """403: none of the checkpoint's signatures is of a key that the witness trusts for this log."""


class Inconsistent(WitnessRefused):
    """422: the tree is not a continuation of the one the witness cosigned before."""


class SizeConflict(WitnessRefused):
    """409: the witness last cosigned another size, `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness last cosigned {size} leaves")
        self.size = size


class Fork(WitnessRefused):
    """The witness holds a tree that this log cannot have grown from: another one of the same size, or a larger one.
    The log was rolled back or split; stop signing and look into it."""


def post(url: str, body: bytes, seconds: float = 20.0) -> tuple[int, bytes]:
    """Post over HTTP."""
    request = urllib.request.Request(
        url, data=body, method="POST", headers={"Content-Type": "text/plain; charset=utf-8"}
    )
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return answer.status, answer.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        return error.code, error.read(LARGEST_ANSWER)


def add_checkpoint_body(old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """What is asked: the old size, the consistency proof from it, an empty line, the signed checkpoint."""
    lines = [f"old {old_size}", *(encode_base64(each) for each in proof)]
    return "\n".join([*lines, "\n"]).encode() + checkpoint


@dataclass
class Witness:
    """One witness: where it is and what checks its cosignatures. `seen` is the size it last cosigned, as far as known:
    keep it across restarts or begin at nought, the witness puts it right."""

    url: str
    verifier: CosignatureVerifier
    seen: int = 0
    post: Post = field(default=post, repr=False)

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> Signature:
        """Ask once. The cosignature, verified; or the WitnessRefused that the answer stands for."""
        body = add_checkpoint_body(old_size, proof, checkpoint)
        try:
            status, answer = self.post(f"{self.url.rstrip('/')}/add-checkpoint", body)
        except OSError as error:
            raise WitnessUnreachable(f"{self.verifier.name} does not answer: {error}") from error
        if status == 200:
            return self._cosignature(checkpoint, answer)
        if status == 409:
            raise _conflict(answer)
        refusals = {404: UnknownLog, 403: KeyNotTrusted, 422: Inconsistent}
        refusal = refusals.get(status, WitnessUnreachable if status >= 500 else WitnessRefused)
        what = (refusal.__doc__ or "").split(": ", 1)[-1] if status in refusals else f"it answered {status}"
        raise refusal(f"{self.verifier.name} did not cosign: {what}")

    def cosign(self, tiles: Tiles, checkpoint: bytes) -> Signature:
        """Have the signed checkpoint of the tree that `tiles` reads cosigned, from whatever size the witness knows.

        Fork if the witness knows of a tree that this one does not continue; other WitnessRefused as they come."""
        head = Checkpoint.parse(notes.split(checkpoint).text)
        if head.size != tiles.size:
            raise ValueError(f"the checkpoint is of {head.size} leaves, the tiles of {tiles.size}")
        asked = min(self.seen, head.size)
        for _ in range(2):
            try:
                proof = tiles.consistency(asked) if asked else []
                cosignature = self.add_checkpoint(asked, proof, checkpoint)
            except SizeConflict as conflict:
                if conflict.size > head.size or conflict.size == asked == head.size:
                    raise Fork(f"{self.verifier.name} cosigned another tree of {conflict.size} leaves") from conflict
                if conflict.size == asked:
                    raise WitnessRefused(
                        f"{self.verifier.name} contradicts itself: it was asked from {asked}"
                    ) from conflict
                asked = conflict.size
            except Inconsistent as refusal:
                raise Fork(f"{self.verifier.name} cosigned another tree of {asked} leaves") from refusal
            else:
                self.seen = head.size
                return cosignature
        raise WitnessRefused(f"{self.verifier.name} is being asked by another too: let one sequencer sign")

    def _cosignature(self, checkpoint: bytes, answer: bytes) -> Signature:
        """The one line of the answer that is this witness's, verified; lines of other keys are ignored."""
        text = notes.split(checkpoint).text
        try:
            note = notes.open_note(text + b"\n" + answer, [self.verifier])
        except NoteRefused as error:
            raise WitnessRefused(f"{self.verifier.name} answered with no good cosignature: {error}") from error
        if note.text != text:
            raise WitnessRefused(f"{self.verifier.name} answered with something other than cosignatures")
        return note.verified[0]


@dataclass(frozen=True)
class Gathered:
    """A checkpoint with the cosignatures that came, and what each other witness said."""

    checkpoint: bytes
    cosigned_by: tuple[str, ...]
    refusals: dict[str, WitnessRefused]


def witnesses_of(policy: Policy, post: Post = post) -> dict[str, Witness]:
    """The witnesses of a policy that have addresses, by their names in it."""
    return {
        name: Witness(party.url, party.verifier, post=post)
        for name, party in policy.witnesses.items()
        if party.url and isinstance(party.verifier, CosignatureVerifier)
    }


def gather(tiles: Tiles, checkpoint: bytes, witnesses: dict[str, Witness]) -> Gathered:
    """Ask all witnesses at once; whether those that cosigned are enough is for the policy to say."""
    cosignatures: list[Signature] = []
    refusals: dict[str, WitnessRefused] = {}
    with ThreadPoolExecutor(max_workers=max(len(witnesses), 1)) as pool:
        asked = {
            name: pool.submit(each.cosign, Tiles(tiles.read, tiles.size), checkpoint)
            for name, each in witnesses.items()
        }
    for name, answer in asked.items():
        try:
            cosignatures.append(answer.result())
        except WitnessRefused as refusal:
            refusals[name] = refusal
    unopened = notes.split(checkpoint)
    signed = notes.with_lines(unopened.text, [*unopened.signatures, *cosignatures])
    return Gathered(signed, tuple(name for name in asked if name not in refusals), refusals)


def _conflict(answer: bytes) -> WitnessRefused:
    try:
        return SizeConflict(read_number(answer.decode("ascii").removesuffix("\n")))
    except (UnicodeDecodeError, NoteRefused):
        return WitnessRefused("the witness answered 409 without the size it knows")
