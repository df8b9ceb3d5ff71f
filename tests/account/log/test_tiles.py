"""Tiles: their paths, and a reader that finds any tampering with the files of a log."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from functools import partial

import pytest

from minsheng.account.log import merkle
from minsheng.account.log.merkle import ProofFailed
from minsheng.account.log.tiles import Tiles, at_address, in_folder, number_path, tile_path
from minsheng.account.log.writer import Log
from support.log import entries, entry, filled
from support.tampering import SIZE, TAMPERINGS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    filled(folder, SIZE).close()
    return folder


@pytest.fixture
def root(folder):
    return Tiles(in_folder(folder), SIZE).root()


@pytest.mark.parametrize(
    ("number", "path"), [(0, "000"), (7, "007"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")]
)
def test_a_tile_number_is_written_in_groups_of_three(number, path):
    assert number_path(number) == path


def test_a_partial_tile_says_its_width():
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tile_path("entries", 1000) == "tile/entries/x001/000"


def test_any_entry_and_any_span_can_be_read(folder):
    tiles = Tiles(in_folder(folder), SIZE)
    assert [tiles.entry(at) for at in (0, 255, 256, 699)] == [entry(at) for at in (0, 255, 256, 699)]
    for start, stop in [(0, 0), (0, 256), (200, 300), (255, 257), (512, 700), (700, 700)]:
        assert list(tiles.entries(start, stop)) == entries(start, stop)
    for start, stop in [(0, 701), (5, 4), (-1, 4)]:
        with pytest.raises(IndexError):
            list(tiles.entries(start, stop))


def test_a_reader_far_behind_the_log_finds_the_full_tile_where_the_partial_is_gone(tmp_path):
    filled(tmp_path, 100, SIZE).close()
    for path in (tile_path(0, 0, 100), tile_path("entries", 0, 100)):
        (tmp_path / path).unlink()
    tiles = Tiles(in_folder(tmp_path), 100)
    assert list(tiles.audit(tiles.root())) == entries(0, 100)


def test_a_proof_reads_each_tile_once(folder):
    seen: Counter[str] = Counter()

    def read(path: str) -> bytes:
        seen[path] += 1
        return (folder / path).read_bytes()

    Tiles(read, SIZE).inclusion(300)
    assert set(seen) == {tile_path(0, 1), tile_path(1, 0, 2), tile_path(0, 2, 188)}
    assert set(seen.values()) == {1}


def test_a_log_behind_a_web_address_reads_as_its_folder_does(folder, root):
    handler = partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        read = at_address(f"http://127.0.0.1:{server.server_address[1]}/")
        tiles = Tiles(read, SIZE)
        assert list(tiles.audit(root)) == entries(0, SIZE)
        merkle.check_inclusion(tiles.inclusion(5), SIZE, root, 5, merkle.leaf_hash(entry(5)))
        with pytest.raises(FileNotFoundError):
            read("tile/0/999")
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_an_audit_of_the_files_finds(tmp_path, tampering, root):
    filled(tmp_path, SIZE).close()
    TAMPERINGS[tampering](tmp_path)
    with pytest.raises((ProofFailed, FileNotFoundError)):
        list(Tiles(in_folder(tmp_path), SIZE).audit(root))


@pytest.mark.parametrize("size", [SIZE - 1, 512, 1])
def test_an_audit_at_another_size_than_the_roots_finds_it(folder, root, size):
    tiles = Tiles(in_folder(folder), size)
    with pytest.raises((ProofFailed, FileNotFoundError)):
        list(tiles.audit(root))


def test_an_audit_compares_the_full_tiles_of_upper_levels_too(tmp_path):
    with Log(tmp_path) as log:
        head = log.append([b"the same"] * 65_536)
    place = tmp_path / tile_path(1, 0)
    place.write_bytes(bytes(32) + place.read_bytes()[32:])
    with pytest.raises(ProofFailed, match="tile/1/000 is not"):
        list(Tiles(in_folder(tmp_path), head.size).audit(head.root))
