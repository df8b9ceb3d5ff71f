"""The root of a log from one's own leaves (由叶算根): the leaves of a span are hashed by the reader, only what lies
outside is taken from the log's tiles. If the root is the checkpoint's, the span is in the log as it was read (RFC 6962
§2.1). What the tiles say of the span itself is compared, so that nobody else is served others."""

from __future__ import annotations

from minsheng.account.log import merkle
from minsheng.account.log.merkle import HASH_BYTES, ProofFailed
from minsheng.account.log.tiles import HEIGHT, WIDTH, Tiles


def root_over(tiles: Tiles, first: int, hashes: bytes) -> bytes:
    """The root of the tree that `tiles` reads, where the leaf hashes from `first` on are `hashes`, concatenated."""
    return _over(tiles, first, memoryview(hashes), 0, tiles.size) if tiles.size else merkle.EMPTY_ROOT


def _over(tiles: Tiles, first: int, hashes: memoryview, start: int, stop: int) -> bytes:
    last = first + len(hashes) // HASH_BYTES
    width = stop - start
    whole = width & (width - 1) == 0
    if stop <= first or last <= start:
        return merkle.fold(tiles.nodes(merkle.cover(start, stop)))
    if whole and first <= start and stop <= last:
        return merkle.top(bytes(hashes[(start - first) * HASH_BYTES : (stop - first) * HASH_BYTES]))
    middle = start + (1 << ((width - 1).bit_length() - 1))
    return merkle.node_hash(_over(tiles, first, hashes, start, middle), _over(tiles, first, hashes, middle, stop))


def check_tiles(tiles: Tiles, first: int, hashes: bytes) -> None:
    """ProofFailed unless every complete subtree that tiles hold of the leaves from `first` on is what they hash to."""
    level = 0
    while hashes:
        count = len(hashes) // HASH_BYTES
        if b"".join(tiles.nodes([(HEIGHT * level, first + at) for at in range(count)])) != hashes:
            raise ProofFailed(f"a tile of level {level} is not what the leaves hash to")
        above = -(-first // WIDTH)
        inner = hashes[(above * WIDTH - first) * HASH_BYTES :]
        inner = inner[: len(inner) // (WIDTH * HASH_BYTES) * WIDTH * HASH_BYTES]
        for _ in range(HEIGHT):
            inner = merkle.pair_up(inner)
        level, first, hashes = level + 1, above, inner
