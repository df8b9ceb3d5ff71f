"""The log as static files (瓦片): where C2SP tlog-tiles keeps tree hashes and entries, and the reader that makes proofs
from them, be they in a folder or behind a web address. What a reader finds is proved only by the root it leads to:
callers check proofs, or walk the whole tree with `audit`, against a checkpoint they trust."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from minsheng.account.log import merkle
from minsheng.account.log.merkle import HASH_BYTES, Node, ProofFailed

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = "entries"
CHECKPOINT = "checkpoint"
LONGEST_ENTRY = 0xFFFF
KEPT_TILES = 64

Read = Callable[[str], bytes]
"""Gives a file of the log by its path below the prefix; FileNotFoundError if there is none."""


def number_path(number: int) -> str:
    """A tile's number as a path: 1234067 → x001/x234/067 (tlog-tiles, “Merkle Tree”)."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """The path of a tile of `width` hashes at a tile level, or of a bundle when `level` is "entries"."""
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{number_path(number)}{partial}"


def pack(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length in two bytes (tlog-tiles, “Log entries”)."""
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def check_lengths(entries: Sequence[bytes]) -> None:
    """ValueError on an entry longer than 65,535 bytes, which no bundle can hold."""
    longest = max(map(len, entries), default=0)
    if longest > LONGEST_ENTRY:
        raise ValueError(f"an entry has at most {LONGEST_ENTRY} bytes, one has {longest}")


def unpack(bundle: bytes, count: int) -> list[bytes]:
    """The first `count` entries of a bundle. ProofFailed if it is cut short."""
    entries: list[bytes] = []
    at = 0
    while len(entries) < count:
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or at > len(bundle):
            raise ProofFailed(f"an entry bundle ends within entry {len(entries)} of {count}")
        entries.append(bundle[start:at])
    return entries


def in_folder(folder: Path) -> Read:
    """Reads a log from a folder."""

    def read(path: str) -> bytes:
        return (folder / path).read_bytes()

    return read


def at_address(prefix: str, seconds: float = 20.0) -> Read:
    """Reads a log from a web address, waiting `seconds` for each file."""

    def read(path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{prefix.rstrip('/')}/{path}", timeout=seconds) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                raise FileNotFoundError(path) from error
            raise

    return read


class Tiles:
    """The tree of the first `size` leaves, read tile by tile; the last few tiles are kept."""

    def __init__(self, read: Read, size: int) -> None:
        self.read = read
        self.size = size
        self._kept: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def root(self) -> bytes:
        """The root that the tiles lead to."""
        return merkle.root(self.size, self.nodes)

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that leaf `index` is in the tree."""
        return merkle.prove_inclusion(self.size, index, self.nodes)

    def consistency(self, old_size: int) -> list[bytes]:
        """The proof that the tree of `old_size` leaves begins this one."""
        return merkle.prove_consistency(old_size, self.size, self.nodes)

    def leaf(self, index: int) -> bytes:
        """The hash of leaf `index`."""
        return self.nodes([(0, index)])[0]

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """The hashes of complete subtrees, in the order asked. ProofFailed if a tile is cut short."""
        return [self._node(level, place) for level, place in wanted]

    def open_tile(self, level: int) -> bytes:
        """The hashes of the last tile of a tile level that is not full, concatenated; none if all are full."""
        number, width = divmod(self.size >> HEIGHT * level, WIDTH)
        return self._tile(level, number) if width else b""

    def entry(self, index: int) -> bytes:
        """Entry `index`."""
        if not 0 <= index < self.size:
            raise IndexError(f"entry {index} is not in a log of {self.size}")
        return self._bundle(index // WIDTH)[index % WIDTH]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Entries start … stop - 1, bundle by bundle."""
        stop = self.size if stop is None else stop
        if not 0 <= start <= stop <= self.size:
            raise IndexError(f"entries {start} to {stop} are not in a log of {self.size}")
        for number in range(start // WIDTH, -(-stop // WIDTH)):
            first = number * WIDTH
            yield from self._bundle(number)[max(start - first, 0) : stop - first]

    def audit(self, tree_root: bytes) -> Iterator[bytes]:
        """Every entry in turn; after the last, ProofFailed unless entries, every tile and `tree_root` agree.

        A reader who stops early has checked only the bundles and level-0 tiles he has seen."""
        levels: list[bytearray] = [bytearray()]
        for number in range(-(-self.size // WIDTH)):
            bundle = self._bundle(number)
            levels[0] += b"".join([merkle.leaf_hash(entry) for entry in bundle])
            self._fill(levels, 0, number)
            yield from bundle
        for level, hashes in enumerate(levels):
            count = self.size >> HEIGHT * level
            if hashes and self._tile(level, count // WIDTH) != bytes(hashes):
                raise ProofFailed(f"{tile_path(level, count // WIDTH, count % WIDTH)} is not what the entries hash to")
        if edge_root([bytes(hashes) for hashes in levels]) != tree_root:
            raise ProofFailed(f"the {self.size} entries do not lead to the root of the checkpoint")

    def _fill(self, levels: list[bytearray], level: int, number: int) -> None:
        """Compare a tile that has become full and carry its hash to the level above."""
        hashes = levels[level]
        if len(hashes) < WIDTH * HASH_BYTES:
            return
        if self._tile(level, number) != bytes(hashes):
            raise ProofFailed(f"{tile_path(level, number)} is not what the entries hash to")
        if level + 1 == len(levels):
            levels.append(bytearray())
        levels[level + 1] += merkle.top(bytes(hashes))
        hashes.clear()
        if number % WIDTH == WIDTH - 1:
            self._fill(levels, level + 1, number // WIDTH)

    def _node(self, level: int, place: int) -> bytes:
        above, within = divmod(level, HEIGHT)
        first = place << within
        if (place + 1) << level > self.size:
            raise ValueError(f"subtree {place} of level {level} is not complete in a tree of {self.size}")
        start = first % WIDTH * HASH_BYTES
        return merkle.top(self._tile(above, first // WIDTH)[start : start + (HASH_BYTES << within)])

    def _tile(self, level: int, number: int) -> bytes:
        kept = self._kept.get((level, number))
        if kept is None:
            width = min(WIDTH, (self.size >> HEIGHT * level) - number * WIDTH)
            kept = self._whole_or_part(level, number, width)
            if len(kept) < width * HASH_BYTES:
                raise ProofFailed(f"{tile_path(level, number, width)} is cut short")
            kept = kept[: width * HASH_BYTES]
            self._kept[level, number] = kept
            if len(self._kept) > KEPT_TILES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end((level, number))
        return kept

    def _bundle(self, number: int) -> list[bytes]:
        width = min(WIDTH, self.size - number * WIDTH)
        return unpack(self._whole_or_part(ENTRIES, number, width), width)

    def _whole_or_part(self, level: int | str, number: int, width: int) -> bytes:
        """The file of that width, or the full one that has taken its place (tlog-tiles, “Partial Tiles”)."""
        try:
            return self.read(tile_path(level, number, width))
        except FileNotFoundError:
            if width == WIDTH:
                raise
            return self.read(tile_path(level, number))


def edge_root(edge: Sequence[bytes]) -> bytes:
    """The root over the right edge of a tree: for each tile level, from the lowest, the hashes of its last tile that no
    level above holds yet, concatenated."""
    parts: list[bytes] = []
    for hashes in reversed(edge):
        count = len(hashes) // HASH_BYTES
        for level, place in merkle.cover(0, count):
            start = (place << level) * HASH_BYTES
            parts.append(merkle.top(hashes[start : start + (HASH_BYTES << level)]))
    return merkle.fold(parts) if parts else merkle.EMPTY_ROOT
