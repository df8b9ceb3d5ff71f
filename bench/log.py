"""Claim: the transparency log takes 20,000 leaves a second or more in batches of ten minutes' size, each settled on the
disk before it is signed; a million of them are audited whole in three minutes; a proof stays within 2 kB.

A million leaves of forty bytes are appended, a checkpoint signed and published after every batch. Beside it, in the
same run, the least that any such log must do: SHA-256 once over each leaf and each inner node, nothing kept, and as
many files of a tile's size written, settled and renamed as the log has full tiles and bundles, one after the other.
Then proofs are made from the files and checked against a policy of three witnesses, and all files are read and hashed
anew as an outsider would."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import CosignatureSigner, Ed25519Signer, write_vkey
from minsheng.account.log.policy import Policy
from minsheng.account.log.proof import Proof, prove
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.writer import Log

ORIGIN = "ledger.example/line"
LEAVES, BATCH, PROOFS, SETTLED = 1_000_000, 10_000, 2_000, 1_000
LEAST_A_SECOND, LONGEST_AUDIT, LARGEST_PROOF = 20_000, 180.0, 2_000


def main() -> int:
    """Print the figures; 1 when one of the claims does not hold."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--leaves", type=int, default=LEAVES)
    leaves = asked.parse_args().leaves
    log_key = Ed25519Signer(ORIGIN, sha256(b"log").digest())
    folder = Path(tempfile.mkdtemp(prefix="log-"))
    try:
        return _measured(folder, log_key, leaves)
    finally:
        shutil.rmtree(folder)


def _measured(folder: Path, log_key: Ed25519Signer, leaves: int) -> int:
    entries = [b"\x01" * 8 + sha256(b"%d" % number).digest() for number in range(leaves)]
    hashing = _seconds(lambda: _least(entries))
    batches: list[float] = []
    with Log(folder) as log:
        for start in range(0, leaves, BATCH):
            batches.append(_seconds(lambda start=start: _appended(log, log_key, entries[start : start + BATCH])))
        head = log.head
    appending = sum(batches)
    files = 2 * (leaves >> 8)
    settling = _seconds(lambda: _settled(folder / "beside", min(files, SETTLED))) * files / max(min(files, SETTLED), 1)
    audit = _seconds(lambda: sum(1 for _ in Tiles(in_folder(folder), leaves).audit(head.root)))

    witnesses = [CosignatureSigner(f"witness{n}.example", bytes([n] * 32), lambda: 1_700_000_000) for n in range(3)]
    cosigned = notes.sign(Checkpoint(ORIGIN, leaves, head.root).text(), [log_key, *witnesses])
    policy = _policy(log_key, witnesses)
    chance = random.Random(1)
    drawn = [chance.randrange(leaves) for _ in range(PROOFS)]
    tiles = Tiles(in_folder(folder), leaves)
    written: list[bytes] = []
    making = _seconds(lambda: written.extend(prove(tiles, index, cosigned).text() for index in drawn))
    checking = _seconds(
        lambda: [Proof.parse(each).verify(entries[index], policy) for index, each in zip(drawn, written, strict=True)]
    )
    largest = max(map(len, written))
    slowest = max(batches)
    ratio, measured = appending / (hashing + settling), min(files, SETTLED)
    print(f"{leaves:,} leaves, {len(batches)} batches of {BATCH:,}, each settled on the disk, signed and published")
    print(f"  append     {leaves / appending:12,.0f} leaves/s   {appending:6.1f} s, {ratio:.2f} of the yardstick's;")
    print(f"             {statistics.median(batches):.2f} s a batch in the middle, {slowest:.2f} s the slowest")
    print(f"  yardstick  {leaves / hashing:12,.0f} leaves/s   {hashing:6.1f} s for SHA-256 of every leaf and node;")
    print(f"             {settling:.1f} s for {files:,} files settled one by one ({measured:,} of them measured)")
    print(f"  audit      {leaves / audit:12,.0f} leaves/s   {audit:6.1f} s to read and hash all files anew")
    print(f"  proofs     {PROOFS / making:12,.0f} made/s, {PROOFS / checking:,.0f} checked/s with three cosignatures")
    print(f"  proof      {largest:12,} bytes at most")
    kept = leaves / appending >= LEAST_A_SECOND and audit <= LONGEST_AUDIT and largest <= LARGEST_PROOF
    print("the claim holds" if kept else "THE CLAIM DOES NOT HOLD")
    return 0 if kept else 1


def _appended(log: Log, key: Ed25519Signer, entries: list[bytes]) -> None:
    head = log.append(entries)
    log.publish(sign_checkpoint(Checkpoint(ORIGIN, head.size, head.root), [key]))


def _settled(folder: Path, files: int) -> None:
    """Write, settle and rename files of a tile's size."""
    folder.mkdir()
    content = bytes(8192)
    for number in range(files):
        with open(folder / "apart", "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(folder / "apart", folder / str(number))


def _least(entries: list[bytes]) -> None:
    """Hash every leaf and as many inner nodes, keeping nothing."""
    node = bytes(65)
    for entry in entries:
        sha256(b"\x00" + entry).digest()
        sha256(node).digest()


def _policy(log_key: Ed25519Signer, witnesses: list[CosignatureSigner]) -> Policy:
    lines = [f"log {write_vkey(log_key.verifier)}"]
    lines += [f"witness w{n} {write_vkey(each.verifier)}" for n, each in enumerate(witnesses)]
    return Policy.parse(
        "".join(f"{line}\n" for line in [*lines, "group all-of-us 2 w0 w1 w2", "quorum all-of-us"]).encode()
    )


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
