"""Mutated notes, checkpoints and proofs, each with our own verdict, to set beside another verifier's."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minsheng.account.log import merkle, notes
from minsheng.account.log.keys import Signer, encode_base64, write_vkey
from minsheng.account.log.merkle import ProofFailed
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.policy import Policy
from minsheng.account.log.proof import Proof, prove
from minsheng.account.log.witness import Witness, gather
from minsheng.account.log.writer import Log
from support.log import ORIGIN, SIGNER, Plain, entry, signed
from support.witness import Watcher

CASES = ("note", "checkpoint", "proof", "record", "tree")


@dataclass(frozen=True)
class Case:
    """One thing to judge, in parts of bytes, and whether we accept it."""

    kind: str
    parts: tuple[bytes, ...]
    ours: bool


def cases(chance: random.Random, log: Log, watchers: Sequence[Watcher], count: int) -> list[Case]:
    """So many cases, of every kind in turn; some are left as they were. The log is closed."""
    policy = Policy.parse(
        "".join(
            [
                f"log {write_vkey(SIGNER.verifier)}\n",
                *[f"witness w{n} {write_vkey(each.verifier)}\n" for n, each in enumerate(watchers)],
                "group outside 2 " + " ".join(f"w{n}" for n in range(len(watchers))) + "\nquorum outside\n",
            ]
        ).encode()
    )
    tiles = log.tiles()
    witnesses = {f"w{n}": Witness("w", each.verifier, post=each.post) for n, each in enumerate(watchers)}
    cosigned = gather(tiles, signed(log), witnesses).checkpoint
    log.close()
    stranger = Watcher("stranger.example", {}).signer
    text = notes.split(cosigned).text
    cosigned += notes.sign(text, [stranger])[len(text) + 1 :]
    signers: list[Signer] = [SIGNER, *(each.signer for each in watchers)]
    keys = [each.verifier for each in signers]

    def message_of_either_sort() -> bytes:
        """A good note altered, or an altered text signed well."""
        if chance.random() < 0.5:
            return mutated(chance, cosigned)
        odd = mutated(chance, text)
        return odd + b"\n" + b"".join(_line(signer, odd) for signer in signers)

    def note() -> Case:
        message = message_of_either_sort()
        return Case("note", (message,), _holds(lambda: notes.open_note(message, keys)))

    def checkpoint() -> Case:
        message = message_of_either_sort()
        return Case("checkpoint", (message,), _holds(lambda: policy.open(message)))

    def proof() -> Case:
        index = chance.randrange(tiles.size)
        extra = chance.choice([b"", b"receipt"])
        written = mutated(chance, prove(tiles, index, cosigned, extra).text())
        leaf = entry(index if chance.random() < 0.95 else index + 1)
        return Case("proof", (written, leaf), _holds(lambda: Proof.parse(written).verify(leaf, policy)))

    def record() -> Case:
        size = chance.randint(1, tiles.size)
        index = chance.randrange(size)
        path = merkle.prove_inclusion(size, index, plain.nodes)
        return _path_case(chance, "record", (size, index), [plain.root(0, size), plain.leaves[index], *path])

    def tree() -> Case:
        size = chance.randint(1, tiles.size)
        old = chance.randint(1, size)
        path = merkle.prove_consistency(old, size, plain.nodes)
        return _path_case(chance, "tree", (size, old), [plain.root(0, size), plain.root(0, old), *path])

    plain = Plain(list(tiles.entries()))
    makers = (note, checkpoint, proof, record, tree)
    return [makers[at % len(makers)]() for at in range(count)]


def mutated(chance: random.Random, message: bytes) -> bytes:
    """The message after none to three mutations."""
    for _ in range(chance.choice((0, 1, 1, 1, 1, 2, 3))):
        if len(message) < 2:
            break
        message = chance.choice(MUTATIONS)(chance, message)
    return message


def _flip_bit(chance: random.Random, message: bytes) -> bytes:
    at = chance.randrange(len(message))
    return message[:at] + bytes([message[at] ^ 1 << chance.randrange(8)]) + message[at + 1 :]


def _put_in(chance: random.Random, message: bytes) -> bytes:
    at = chance.randrange(len(message) + 1)
    odd = ("\n", "\n\n", "\r", "\t", " ", "\x00", "+", "=", "A", "0", "—", "— ", "\u2028", "\u3000", "\x85", "\ufffd")
    piece = chance.choice([*(each.encode() for each in odd), b"\xff", b"\xc0\x80", b"\xed\xa0\x80"])
    return message[:at] + piece + message[at:]


def _take_out(chance: random.Random, message: bytes) -> bytes:
    at = chance.randrange(len(message))
    return message[:at] + message[at + chance.randint(1, 4) :]


def _cut(chance: random.Random, message: bytes) -> bytes:
    return message[: chance.randrange(1, len(message))]


def _in_lines(change: Callable[[random.Random, list[bytes]], None]) -> Callable[[random.Random, bytes], bytes]:
    def mutate(chance: random.Random, message: bytes) -> bytes:
        lines = message.splitlines(keepends=True)
        change(chance, lines)
        return b"".join(lines) or message

    return mutate


def _repeat_line(chance: random.Random, lines: list[bytes]) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def _drop_line(chance: random.Random, lines: list[bytes]) -> None:
    lines.pop(chance.randrange(len(lines)))


def _exchange_lines(chance: random.Random, lines: list[bytes]) -> None:
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def _exchange_signatures(chance: random.Random, lines: list[bytes]) -> None:
    places = [at for at, line in enumerate(lines) if line.startswith("— ".encode())]
    if len(places) > 1:
        one, two = chance.sample(places, 2)
        lines[one], lines[two] = lines[two], lines[one]


def _other_number(chance: random.Random, message: bytes) -> bytes:
    odd = ("0", "1", "-1", "+7", "007", "699", "701", "1e3", "1_0", str((1 << 63) - 1), str(1 << 63), "9" * 25)
    numbers = [each.span() for each in re.finditer(rb"(?<=[ \n])[0-9]+(?=\n)", message)]
    if not numbers:
        return message
    start, stop = chance.choice(numbers)
    return message[:start] + chance.choice(odd).encode() + message[stop:]


def _stray_bits(chance: random.Random, message: bytes) -> bytes:
    places = [each.start() - 1 for each in re.finditer(rb"=\n", message) if message[each.start() - 1] != ord("=")]
    if not places:
        return message
    at = chance.choice(places)
    return message[:at] + chance.choice(b"BCDEFGHIJKLMNOPQ".decode()).encode() + message[at + 1 :]


def _other_name(chance: random.Random, message: bytes) -> bytes:
    names = (ORIGIN, "w0.example", "w1.example", "stranger.example")
    return message.replace(chance.choice(names).encode(), chance.choice(names).encode(), chance.randint(1, 2))


def _many_signatures(chance: random.Random, message: bytes) -> bytes:
    return message + message.splitlines(keepends=True)[-1] * chance.randint(94, 98)


MUTATIONS = (
    _flip_bit,
    _flip_bit,
    _put_in,
    _put_in,
    _take_out,
    _cut,
    _in_lines(_repeat_line),
    _in_lines(_drop_line),
    _in_lines(_exchange_lines),
    _in_lines(_exchange_signatures),
    _other_number,
    _stray_bits,
    _other_name,
    _many_signatures,
)


def _line(signer: Signer, text: bytes) -> bytes:
    """A signature line under any text, even one that our own signing refuses."""
    key = signer.verifier
    return f"— {key.name} {encode_base64(key.key_id.to_bytes(4, 'big') + signer.sign(text))}\n".encode()


def _path_case(chance: random.Random, kind: str, numbers: tuple[int, int], hashes: list[bytes]) -> Case:
    """A bare proof of inclusion ("record") or consistency ("tree"), perhaps altered in one place: size and leaf or size
    and older size; the root, the leaf or older root, the path."""
    size, number = numbers
    way = chance.randrange(8)
    at = chance.randrange(len(hashes))
    if way == 0:
        hashes[at] = _flip_bit(chance, hashes[at])
    elif way == 1:
        hashes.insert(at, chance.choice(hashes))
    elif way == 2 and len(hashes) > 2:
        hashes.pop(chance.randrange(2, len(hashes)))
    elif way == 3:
        other = chance.randrange(len(hashes))
        hashes[at], hashes[other] = hashes[other], hashes[at]
    elif way == 4:
        number += chance.choice((-1, 1, size))
    elif way == 5:
        size += chance.choice((-1, 1, size, -size))
    elif way == 6:
        hashes[at] = hashes[at][: chance.randrange(32)]
    check = merkle.check_inclusion if kind == "record" else _check_consistency
    parts = (b"%d" % size, hashes[0], b"%d" % number, *hashes[1:])
    root, first, rest = hashes[0], hashes[1], hashes[2:]
    return Case(kind, parts, _holds(lambda: check(rest, size, root, number, first)))


def _check_consistency(path: Sequence[bytes], size: int, root: bytes, old: int, old_root: bytes) -> None:
    merkle.check_consistency(path, old, old_root, size, root)


def _holds(judge: Callable[[], object]) -> bool:
    try:
        judge()
    except (NoteRefused, ProofFailed):
        return False
    return True
