"""The hash tree (哈希树) of the log: RFC 6962 §2.1 hashing, proofs of inclusion (§2.1.1) and consistency (§2.1.2), made
from the complete subtrees that tiles hold and checked strictly: a proof has exactly the hashes that its two numbers
call for, each of 32 bytes, and none besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
MOST_LEAVES = (1 << 62) - 1
EMPTY_ROOT = sha256(b"").digest()

Node = tuple[int, int]
"""A complete subtree: its level (2**level leaves) and its place among those of that level."""

Nodes = Callable[[Sequence[Node]], list[bytes]]
"""Gives the hashes of complete subtrees, in the order asked."""


class ProofFailed(Exception):
    """A proof does not show what it is said to show."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one leaf: SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def pair_up(hashes: bytes) -> bytes:
    """The next level above an even number of concatenated hashes."""
    return b"".join(
        [sha256(b"\x01" + hashes[at : at + 2 * HASH_BYTES]).digest() for at in range(0, len(hashes), 2 * HASH_BYTES)]
    )


def top(hashes: bytes) -> bytes:
    """The root over a power of two of concatenated hashes."""
    while len(hashes) > HASH_BYTES:
        hashes = pair_up(hashes)
    return hashes


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return fold(nodes(cover(0, size))) if size else EMPTY_ROOT


def cover(start: int, stop: int) -> list[Node]:
    """The complete subtrees, from left to right, that make up the leaves start … stop - 1 of a subtree beginning at
    `start`: largest first, as RFC 6962 splits a tree."""
    parts: list[Node] = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over the subtrees of `cover`, joined from the right."""
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def prove_inclusion(size: int, index: int, nodes: Nodes) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, its sibling first. ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    spans: list[tuple[int, int]] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = _split(start, stop)
        if index < middle:
            spans.append((middle, stop))
            stop = middle
        else:
            spans.append((start, middle))
            start = middle
    return _hashes(spans[::-1], nodes)


def prove_consistency(old_size: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `old_size` leaves begins the tree of `size`. ValueError unless 1 ≤ old ≤ size."""
    if not 1 <= old_size <= size:
        raise ValueError(f"a tree of {old_size} does not begin a tree of {size}")
    spans: list[tuple[int, int]] = []
    start, stop = 0, size
    while old_size != stop:
        middle = _split(start, stop)
        if old_size <= middle:
            spans.append((middle, stop))
            stop = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, stop))
    return _hashes(spans[::-1], nodes)


def check_inclusion(proof: Sequence[bytes], size: int, tree_root: bytes, index: int, leaf: bytes) -> None:
    """Whether `proof` shows that the tree of `size` leaves under `tree_root` has the leaf hash `leaf` at `index`.

    ProofFailed if not."""
    if not 0 <= index < size <= MOST_LEAVES:
        raise ProofFailed(f"leaf {index} is not in a tree of {size}")
    _whole(proof, leaf)
    sides: list[bool] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = _split(start, stop)
        sides.append(index < middle)
        start, stop = (start, middle) if index < middle else (middle, stop)
    if len(proof) != len(sides):
        raise ProofFailed(f"leaf {index} of {size} takes {len(sides)} hashes, the proof has {len(proof)}")
    result = leaf
    for other, on_the_left in zip(proof, reversed(sides), strict=True):
        result = node_hash(result, other) if on_the_left else node_hash(other, result)
    if result != tree_root:
        raise ProofFailed(f"leaf {index} does not lead to the root of {size}")


def check_consistency(proof: Sequence[bytes], old_size: int, old_root: bytes, size: int, new_root: bytes) -> None:
    """Whether `proof` shows that the tree of `old_size` leaves under `old_root` begins that of `size` under `new_root`.

    ProofFailed if not; an old size of nought has nothing to show and fails too."""
    if not 1 <= old_size <= size <= MOST_LEAVES:
        raise ProofFailed(f"a tree of {old_size} does not begin a tree of {size}")
    _whole(proof, old_root)
    sides: list[bool] = []
    start, stop = 0, size
    while old_size != stop:
        middle = _split(start, stop)
        sides.append(old_size <= middle)
        start, stop = (start, middle) if old_size <= middle else (middle, stop)
    wanted = len(sides) + bool(start)
    if len(proof) != wanted:
        raise ProofFailed(f"from {old_size} to {size} takes {wanted} hashes, the proof has {len(proof)}")
    rest = list(proof)
    old = new = rest.pop(0) if start else old_root
    for other, on_the_left in zip(rest, reversed(sides), strict=True):
        if on_the_left:
            new = node_hash(new, other)
        else:
            old, new = node_hash(other, old), node_hash(other, new)
    if old != old_root:
        raise ProofFailed(f"the proof does not lead to the older root of {old_size}")
    if new != new_root:
        raise ProofFailed(f"the proof does not lead to the newer root of {size}")


def _split(start: int, stop: int) -> int:
    """Where RFC 6962 splits: after the largest power of two smaller than the number of leaves."""
    return start + (1 << ((stop - start - 1).bit_length() - 1))


def _hashes(spans: Sequence[tuple[int, int]], nodes: Nodes) -> list[bytes]:
    """The hash of each span of leaves, asking for all their subtrees at once."""
    covers = [cover(start, stop) for start, stop in spans]
    found = iter(nodes([part for parts in covers for part in parts]))
    return [fold([next(found) for _ in parts]) for parts in covers]


def _whole(proof: Sequence[bytes], first: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in (*proof, first)):
        raise ProofFailed(f"every hash of a proof has {HASH_BYTES} bytes")
