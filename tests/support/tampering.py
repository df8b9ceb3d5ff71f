"""Ways to tamper with the files of a log of 700 leaves, each of which any verifier must find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from minsheng.account.log import merkle
from minsheng.account.log.tiles import tile_path

SIZE = 700
Tamper = Callable[[Path], None]


def _flip(path: str, at: int) -> Tamper:
    def tamper(folder: Path) -> None:
        content = bytearray((folder / path).read_bytes())
        content[at] ^= 1
        (folder / path).write_bytes(content)

    return tamper


def _swap_entries(folder: Path) -> None:
    place = folder / tile_path("entries", 0)
    content = place.read_bytes()
    place.write_bytes(content[42:84] + content[:42] + content[84:])


def _drop_entry(folder: Path) -> None:
    place = folder / tile_path("entries", 1)
    place.write_bytes(place.read_bytes()[42:])


def _cut_tile(folder: Path) -> None:
    place = folder / tile_path(0, 1)
    place.write_bytes(place.read_bytes()[:-1])


def _swap_tiles(folder: Path) -> None:
    one, two = folder / tile_path(0, 0), folder / tile_path(0, 1)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def _delete_bundle(folder: Path) -> None:
    (folder / tile_path("entries", 1)).unlink()


def _rewrite_entry_and_tile(folder: Path) -> None:
    bundle, tile = folder / tile_path("entries", 0), folder / tile_path(0, 0)
    other = b"\x01" * 8 + bytes(32)
    bundle.write_bytes(b"\x00\x28" + other + bundle.read_bytes()[42:])
    tile.write_bytes(merkle.leaf_hash(other) + tile.read_bytes()[32:])


TAMPERINGS = {
    "a bit of an entry": _flip(tile_path("entries", 1), 50),
    "a length of an entry": _flip(tile_path("entries", 2, 188), 1),
    "a bit of a leaf hash": _flip(tile_path(0, 0), 900),
    "a bit of the open tile": _flip(tile_path(0, 2, 188), 31),
    "a bit of an upper tile": _flip(tile_path(1, 0, 2), 40),
    "two entries exchanged": _swap_entries,
    "an entry dropped": _drop_entry,
    "a tile cut short": _cut_tile,
    "two tiles exchanged": _swap_tiles,
    "a bundle deleted": _delete_bundle,
    "an entry and its hash rewritten": _rewrite_entry_and_tile,
}
