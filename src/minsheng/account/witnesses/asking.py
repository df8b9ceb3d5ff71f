"""Asking the witnesses (请求见证): all at once and for a bounded time, so that one that is down, or slow on purpose,
never holds a head back. What each said is an answer, a refusal as much as a cosignature (C2SP tlog-witness)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from queue import Empty, Queue
from time import monotonic

from minsheng.account.log import notes
from minsheng.account.log.keys import CosignatureVerifier
from minsheng.account.log.notes import Signature
from minsheng.account.log.policy import Policy
from minsheng.account.log.tiles import Tiles
from minsheng.account.log.witness import (
    Fork,
    KeyNotTrusted,
    Post,
    UnknownLog,
    Witness,
    WitnessRefused,
    WitnessUnreachable,
    post,
)

ALL_SECONDS = 15.0
EACH_SECONDS = 5.0


class Said(StrEnum):
    """What a witness said of a head."""

    COSIGNED = "cosigned"
    UNREACHABLE = "unreachable"
    UNKNOWN_LOG = "unknown_log"
    KEY_NOT_TRUSTED = "key_not_trusted"
    FORK = "fork"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness `name` of a policy said: a cosignature, verified, or a refusal in words."""

    name: str
    said: Said
    words: str = ""
    cosignature: Signature | None = None


_REFUSALS: tuple[tuple[type[WitnessRefused], Said], ...] = (
    (WitnessUnreachable, Said.UNREACHABLE),
    (UnknownLog, Said.UNKNOWN_LOG),
    (KeyNotTrusted, Said.KEY_NOT_TRUSTED),
    (Fork, Said.FORK),
)


def ask(
    policy: Policy,
    tiles: Tiles,
    checkpoint: bytes,
    seen: Mapping[str, int],
    *,
    seconds: float = ALL_SECONDS,
    send: Post | None = None,
) -> list[Answer]:
    """Ask every witness of `policy` that has an address to cosign `checkpoint`, the signed head of the tree that
    `tiles` reads, each from the size in `seen` that it last cosigned (none: 0; it puts a wrong one right).

    Answers come in the policy's order, after `seconds` at most; who has not answered by then is unreachable."""
    send = send or partial(post, seconds=min(EACH_SECONDS, seconds))
    witnesses = {
        name: Witness(party.url, party.verifier, seen.get(name, 0), send)
        for name, party in policy.witnesses.items()
        if party.url and isinstance(party.verifier, CosignatureVerifier)
    }
    answered: Queue[Answer | tuple[str, Exception]] = Queue()
    for name, witness in witnesses.items():
        own = Tiles(tiles.read, tiles.size)
        threading.Thread(target=_ask_one, args=(answered, name, witness, own, checkpoint), daemon=True).start()
    answers = _collected(answered, len(witnesses), seconds)
    late = f"it did not answer within {seconds:.0f} seconds"
    return [answers.get(name) or Answer(name, Said.UNREACHABLE, late) for name in witnesses]


def under(signed: bytes, cosignatures: Iterable[Signature]) -> bytes:
    """The signed head with the lines of witnesses under it, each line once."""
    unopened = notes.split(signed)
    lines = {each.line: each for each in (*unopened.signatures, *cosignatures)}
    return notes.with_lines(unopened.text, list(lines.values()))


def _ask_one(
    answered: Queue[Answer | tuple[str, Exception]], name: str, witness: Witness, tiles: Tiles, checkpoint: bytes
) -> None:
    try:
        answered.put(Answer(name, Said.COSIGNED, "", witness.cosign(tiles, checkpoint)))
    except WitnessRefused as refusal:
        said = next((said for kind, said in _REFUSALS if isinstance(refusal, kind)), Said.REFUSED)
        answered.put(Answer(name, said, str(refusal)))
    except Exception as fault:
        answered.put((name, fault))


def _collected(answered: Queue[Answer | tuple[str, Exception]], count: int, seconds: float) -> dict[str, Answer]:
    """Up to `count` answers within `seconds`. A fault of ours, such as a tile cut short, is raised here."""
    until = monotonic() + seconds
    answers: dict[str, Answer] = {}
    while len(answers) < count:
        try:
            found = answered.get(timeout=max(until - monotonic(), 0.0))
        except Empty:
            break
        if isinstance(found, tuple):
            raise found[1]
        answers[found.name] = found
    return answers
