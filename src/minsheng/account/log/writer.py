"""The writer of the log (日志写入): appends entries to a folder of tiles that any web server can serve as it stands.

Files are written apart, brought to the disk and renamed; full tiles are never altered. The last `checkpoint` file says
what is valid, and a folder is opened at that size whatever a crash left beyond it: appending the same entries again
finds full tiles as they must be and makes partial ones anew (C2SP tlog-tiles; design §2.8)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from minsheng.account.log import merkle, notes
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.merkle import HASH_BYTES, ProofFailed
from minsheng.account.log.tiles import (
    CHECKPOINT,
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tiles,
    check_lengths,
    edge_root,
    in_folder,
    pack,
    tile_path,
)
from minsheng.ground.disk import settle

TILE_BYTES = WIDTH * HASH_BYTES
APART = ".writing"
BATCH = 1 << 16
SETTLING_AT_ONCE = 16


class LogBroken(Exception):
    """The folder holds what this log cannot have written; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """A tree: its size in leaves and its root."""

    size: int
    root: bytes


class Log:
    """The one writer of a log's folder; a second one at a time is refused. Not for use by several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the log at its last checkpoint, or an empty folder as an empty log.

        LogBroken if the tiles do not lead to the checkpoint's root, or if another writer has the folder open."""
        self.folder = folder
        self._apart = folder / APART
        self._apart.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._apart / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.published = self._last_checkpoint()
            self._size, self._edge, self._open_entries = self._right_edge(self.published)
        except BlockingIOError as error:
            os.close(self._lock)
            raise LogBroken(f"another writer has {folder} open: stop it first") from error
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the folder go."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def head(self) -> Head:
        """The tree as it stands, published or not."""
        return Head(self._size, edge_root(self._edge))

    def tiles(self) -> Tiles:
        """A reader of the tree as it stands."""
        return Tiles(in_folder(self.folder), self._size)

    def append(self, entries: Sequence[bytes]) -> Head:
        """Write `entries` after those there are; when it returns they are on the disk, not yet published.

        ValueError on an entry of more than 65,535 bytes; LogBroken if a full tile beyond the checkpoint holds others.
        After any error the log stands where it stood before the call or at a batch boundary; append what is missing."""
        check_lengths(entries)
        start = 0
        while start < len(entries):
            stop = start + BATCH - self._size % BATCH
            self._append_batch(entries[start:stop])
            start = stop
        return self.head

    def publish(self, signed: bytes) -> None:
        """Make the signed checkpoint of the tree as it stands the log's checkpoint.

        ValueError if it speaks of another tree."""
        checkpoint = Checkpoint.parse(notes.split(signed).text)
        if Head(checkpoint.size, checkpoint.root) != self.head:
            raise ValueError(
                f"the checkpoint speaks of {checkpoint.size} leaves, the log has {self._size}, or its root differs"
            )
        self._bring_to_disk({CHECKPOINT: signed})
        self.published = Head(checkpoint.size, checkpoint.root)

    def _append_batch(self, entries: Sequence[bytes]) -> None:
        files, open_entries = self._bundles(entries)
        added = b"".join([merkle.leaf_hash(entry) for entry in entries])
        edge = list(self._edge)
        level = 0
        while added:
            if level == len(edge):
                edge.append(b"")
            first = (self._size >> HEIGHT * level) // WIDTH
            hashes = edge[level] + added
            full = len(hashes) // TILE_BYTES
            for number in range(full):
                files[tile_path(level, first + number)] = hashes[number * TILE_BYTES : (number + 1) * TILE_BYTES]
            edge[level] = hashes[full * TILE_BYTES :]
            if edge[level]:
                files[tile_path(level, first + full, len(edge[level]) // HASH_BYTES)] = edge[level]
            added = _tops(hashes[: full * TILE_BYTES])
            level += 1
        self._bring_to_disk(files)
        self._size, self._edge, self._open_entries = self._size + len(entries), edge, open_entries

    def _bundles(self, entries: Sequence[bytes]) -> tuple[dict[str, bytes], list[bytes]]:
        """The bundles that change, by their paths, and the entries of the one that is not full."""
        pending = [*self._open_entries, *entries]
        first = self._size // WIDTH
        files: dict[str, bytes] = {}
        for at in range(0, len(pending), WIDTH):
            part = pending[at : at + WIDTH]
            files[tile_path(ENTRIES, first + at // WIDTH, len(part))] = pack(part)
        return files, pending[len(pending) - len(pending) % WIDTH :]

    def _bring_to_disk(self, files: dict[str, bytes]) -> None:
        """Write files apart, settle them on the disk, rename them to their places and settle the folders.

        LogBroken, with nothing written, if a full tile or bundle is there with other content."""
        new = {path: content for path, content in files.items() if not self._there_already(path, content)}
        staged = [self._apart / str(number) for number in range(len(new))]
        for place, content in zip(staged, new.values(), strict=True):
            place.write_bytes(content)
        with ThreadPoolExecutor(max_workers=SETTLING_AT_ONCE) as pool:
            list(pool.map(settle, staged))
        for place, path in zip(staged, new, strict=True):
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(place, self.folder / path)
        for folder in sorted({above for path in files for above in Path(path).parents}):
            settle(self.folder / folder)

    def _there_already(self, path: str, content: bytes) -> bool:
        """Whether a full tile or bundle stands as it must, left by a crash; whatever else is there is made anew."""
        if path == CHECKPOINT or Path(path).parent.suffix == ".p":
            return False
        try:
            found = (self.folder / path).read_bytes()
        except FileNotFoundError:
            return False
        if found != content:
            raise LogBroken(f"{path} already holds other content: the entries given are not those first numbered so")
        return True

    def _last_checkpoint(self) -> Head:
        try:
            signed = (self.folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return Head(0, merkle.EMPTY_ROOT)
        checkpoint = Checkpoint.parse(notes.split(signed).text)
        return Head(checkpoint.size, checkpoint.root)

    def _right_edge(self, head: Head) -> tuple[int, list[bytes], list[bytes]]:
        """The size, the open tile of each level and the entries of the open bundle."""
        tiles = Tiles(in_folder(self.folder), head.size)
        edge: list[bytes] = []
        try:
            while head.size >> HEIGHT * len(edge):
                edge.append(tiles.open_tile(len(edge)))
            open_entries = list(tiles.entries(head.size - head.size % WIDTH))
        except (FileNotFoundError, ProofFailed) as error:
            raise LogBroken(
                f"the checkpoint says {head.size} leaves but tiles are missing ({error}): restore the folder"
            ) from error
        hashed = b"".join([merkle.leaf_hash(entry) for entry in open_entries])
        if edge_root(edge) != head.root or (edge and hashed != edge[0]):
            raise LogBroken(f"the tiles do not lead to the checkpoint's root of {head.size} leaves: restore the folder")
        return head.size, edge, open_entries


def _tops(hashes: bytes) -> bytes:
    """The root of each full tile of a run of them."""
    for _ in range(HEIGHT):
        hashes = merkle.pair_up(hashes)
    return hashes
