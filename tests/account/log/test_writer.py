"""The writer keeps the folder right whatever befalls it: the same entries give the same files, a crash at any write
leaves a log that goes on, and a full tile once written stays."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from minsheng.account.log import merkle
from minsheng.account.log.tiles import Tiles, in_folder, tile_path
from minsheng.account.log.witness import Witness, gather
from minsheng.account.log.writer import Head, Log, LogBroken
from support.log import ORIGIN, SIGNER, Plain, entries, entry, filled, signed
from support.witness import Watcher

TREE = Plain(entries(0, 1400))


class Crash(Exception):
    """The machine stops."""


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 700])
def test_a_log_grown_in_any_steps_has_the_root_of_its_entries(tmp_path, size):
    chance = random.Random(size)
    with Log(tmp_path) as log:
        while log.head.size < size:
            stop = min(size, log.head.size + chance.randint(1, 300))
            log.append(entries(log.head.size, stop))
        assert log.head == Head(size, TREE.root(0, size) if size else merkle.EMPTY_ROOT)
        assert list(log.tiles().entries()) == entries(0, size)


def test_a_log_reopened_goes_on_from_its_checkpoint(tmp_path):
    filled(tmp_path, 300, 700).close()
    with Log(tmp_path) as log:
        assert log.head.size == 700
        log.append(entries(700, 1400))
        assert log.head.root == TREE.root(0, 1400)


def test_a_tree_of_70_000_has_the_tiles_that_the_format_names(tmp_path):
    with Log(tmp_path) as log:
        log.append([b"the same"] * 70_000)
    files = {str(each.relative_to(tmp_path)) for each in (tmp_path / "tile").rglob("*") if each.is_file()}
    levels = {"0": 273, "1": 1, "entries": 273}
    wanted = {tile_path(level, number) for level, count in levels.items() for number in range(count)}
    wanted |= {tile_path(0, 273, 112), tile_path("entries", 273, 112), tile_path(1, 1, 17), tile_path(2, 0, 1)}
    assert files == wanted


def test_every_checkpoint_ever_published_can_still_be_read_from_the_files(tmp_path):
    sizes = [1, 2, 255, 256, 257, 600, 1400]
    filled(tmp_path, *sizes).close()
    for size in sizes:
        tiles = Tiles(in_folder(tmp_path), size)
        assert tiles.root() == TREE.root(0, size)
        assert list(tiles.audit(TREE.root(0, size))) == entries(0, size)


@pytest.mark.parametrize("from_size", [0, 200, 256])
def test_a_crash_at_any_write_leaves_a_log_that_goes_on_to_the_same_files(tmp_path, monkeypatch, from_size):
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    filled(tmp_path / "whole", *([from_size] if from_size else []), 900, 1400).close()
    wanted = _files(tmp_path / "whole")
    crashes = 0
    while True:
        folder = tmp_path / str(crashes)
        filled(folder, *([from_size] if from_size else [])).close()
        with monkeypatch.context() as crashing:
            _crash_after(crashing, crashes)
            done = _grow(folder)
        if done:
            break
        published = _last_size(folder)
        assert published in (from_size, 900, 1400)
        filled(folder, *[size for size in (900, 1400) if size > published]).close()
        assert _files(folder) == wanted
        crashes += 1
    assert crashes > 15


def test_every_file_and_folder_is_settled_before_the_checkpoint_takes_its_place(tmp_path, monkeypatch):
    settled: list[Path] = []
    renamed: list[Path] = []
    fsync, replace = os.fsync, os.replace

    def settle(handle: int) -> None:
        settled.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    def rename(source: Path, target: Path) -> None:
        assert source in settled, f"{source} is renamed to {target} before it is on the disk"
        if target.name == "checkpoint":
            unsettled = {above for each in renamed for above in each.parents if above.is_relative_to(tmp_path)}
            assert unsettled <= set(settled), "a checkpoint before the folders are on the disk"
        renamed.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", settle)
    monkeypatch.setattr(os, "replace", rename)
    filled(tmp_path, 1400).close()
    assert tmp_path / "checkpoint" in renamed
    assert settled[-1] == tmp_path


def test_an_append_that_failed_can_be_done_again_by_the_same_writer(tmp_path, monkeypatch):
    with filled(tmp_path, 200) as log:
        _crash_after(monkeypatch, 1)
        with pytest.raises(Crash):
            log.append(entries(200, 900))
        monkeypatch.undo()
        assert log.head.size == 200
        log.append(entries(200, 900))
        assert log.head.root == TREE.root(0, 900)


def test_a_full_tile_is_never_written_anew_with_other_entries(tmp_path):
    with Log(tmp_path) as log:
        log.append(entries(0, 300))
    with Log(tmp_path) as log:
        with pytest.raises(LogBroken, match="other content"):
            log.append([*entries(0, 100), b"another", *entries(101, 300)])
        log.append(entries(0, 300))
        assert log.head.root == TREE.root(0, 300)


def test_what_was_written_partly_beyond_the_checkpoint_may_come_out_otherwise(tmp_path):
    with filled(tmp_path, 256) as log:
        log.append([b"a first try"] * 10)
    with filled(tmp_path, 266) as log:
        assert log.head.root == TREE.root(0, 266)


@pytest.mark.parametrize("path", [tile_path(0, 1, 44), tile_path("entries", 1, 44), tile_path(1, 0, 1)])
def test_a_folder_whose_edge_was_altered_is_not_opened(tmp_path, path):
    filled(tmp_path, 300).close()
    content = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(LogBroken, match="restore"):
        Log(tmp_path)
    (tmp_path / path).unlink()
    with pytest.raises(LogBroken, match="missing"):
        Log(tmp_path)


def test_a_folder_has_one_writer_at_a_time(tmp_path):
    with Log(tmp_path), pytest.raises(LogBroken, match="another writer"):
        Log(tmp_path)
    Log(tmp_path).close()


def test_a_checkpoint_of_another_tree_is_not_published(tmp_path):
    with filled(tmp_path, 10) as log:
        old = signed(log)
        log.append([entry(10)])
        with pytest.raises(ValueError, match="10 leaves"):
            log.publish(old)


def test_a_checkpoint_can_be_published_again_when_cosignatures_have_come(tmp_path):
    with filled(tmp_path, 300) as log:
        watcher = Watcher("w.example", {ORIGIN: [SIGNER.verifier]})
        gathered = gather(log.tiles(), signed(log), {"w": Witness("w", watcher.verifier, post=watcher.post)})
        log.publish(gathered.checkpoint)
    assert (tmp_path / "checkpoint").read_bytes() == gathered.checkpoint != signed(log)


def test_an_entry_too_long_for_a_bundle_is_refused_before_anything_is_written(tmp_path):
    with Log(tmp_path) as log:
        with pytest.raises(ValueError, match="65535"):
            log.append([*entries(0, 300), bytes(65_536)])
        assert not (tmp_path / "tile").exists()
        log.append([bytes(65_535), b""])
        assert list(log.tiles().entries()) == [bytes(65_535), b""]


def _grow(folder: Path) -> bool:
    """Open, grow and publish to 900, then 1400; whether no crash came."""
    try:
        filled(folder, *[size for size in (900, 1400) if size > _last_size(folder)]).close()
    except Crash:
        return False
    return True


def _crash_after(monkeypatch: pytest.MonkeyPatch, renames: int) -> None:
    """Stop the machine at the rename after so many."""
    left = [renames]
    replace = os.replace

    def renamed(source: Path, target: Path) -> None:
        if not left[0]:
            raise Crash
        left[0] -= 1
        replace(source, target)

    monkeypatch.setattr(os, "replace", renamed)


def _last_size(folder: Path) -> int:
    with Log(folder) as log:
        return log.published.size


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file() and ".writing" not in each.parts
    }
