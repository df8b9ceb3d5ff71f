"""Run by the Python of `.tools/verifiers`: tlog-scales reads the folder of a log, checks its signatures, recomputes its
root and checks proofs that it makes itself; pymerkle builds the tree anew from the entries.

    python verifiers.py FOLDER LOG-VKEY WITNESS-VKEY OLDER-CHECKPOINT …"""

from __future__ import annotations

import sys
from pathlib import Path

from pymerkle import InmemoryTree
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint

EVERY = 97


def main(folder: str, log_vkey: str, witness_vkey: str, *older: str) -> None:
    """Print what holds; any exception is a verdict."""
    keys = VkeySet(Vkey.from_string(log_vkey), Vkey.from_string(witness_vkey))
    reader = TilesReader(LocalBackend(Path(folder)))
    checkpoint = reader.get_checkpoint()
    signed_by = {vkey.name for vkey, _ in keys.verify(checkpoint.signatures, checkpoint)}
    assert len(signed_by) == 2, f"signed by {signed_by} alone"
    assert reader.calculate_root_hash() == checkpoint.root_hash, "the tiles do not lead to the root"
    entries = [reader.get_entry(index) for index in range(checkpoint.size)]
    for index in range(0, checkpoint.size, EVERY):
        reader.get_inclusion_proof(index, checkpoint.size).check(leaf_hash(entries[index]), checkpoint.root_hash)
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(entries)
    assert tree.get_state() == checkpoint.root_hash, "pymerkle finds another root"
    for path in older:
        old = Checkpoint.from_text(Path(path).read_text("utf-8"))
        assert len(keys.verify(old.signatures, old)) == 2, f"{path} is not signed by both"
        reader.get_consistency_proof(old.size, checkpoint.size).check(old.root_hash, checkpoint.root_hash)
        assert tree.get_state(old.size) == old.root_hash, f"pymerkle finds another root of {old.size}"
    print(f"{checkpoint.size} entries and {len(older)} older checkpoints hold")


if __name__ == "__main__":
    main(*sys.argv[1:])
