"""Claim: a million leaves of the open ledger are appended at 20,000 a second or more in batches, each settled on the
disk before it is signed; their release is verified whole, from public files alone, within three minutes, by the house's
own verifier and by the file that is published beside the data; a proof to take home stays within 2 kB.

Orders of 300 agencies (Zipf) are taken in, dispatched, answered and closed, their leaves shuffled by batches, a month's
release is made of them as the house makes it, and both verifiers read it. Beside them, in the same run, the least that
must be done in each case: of appending, SHA-256 of every leaf and node; of verifying, the same, and unpacking the file,
decoding its lines and hashing what they open."""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from minsheng.account import releases
from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import CosignatureSigner, Ed25519Signer, write_vkey
from minsheng.account.log.policy import Policy
from minsheng.account.log.proof import prove
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.writer import Head, Log
from minsheng.account.releases import STANDARD, Held, Memory, Opening, Terms, publish, verify
from minsheng.core.ledger import Leaf, LeafKind, commit, leaf_key

ORIGIN, MONTH, BEGINS = "ledger.example/line", "2026-11", date(2026, 11, 1)
LEAVES, BATCH, PROOFS = 1_000_000, 10_000, 500
LEAST_A_SECOND, LONGEST, LARGEST_PROOF = 20_000, 180.0, 2_000
LOG_KEY = Ed25519Signer(ORIGIN, sha256(b"log").digest())
NOON = 1_796_126_400
WITNESSES = [CosignatureSigner(f"witness{n}.example", bytes([n + 1] * 32), lambda: NOON) for n in range(3)]
STANDALONE = Path(releases.__file__ or "").with_name("standalone.py")


class Month:
    """The leaves of a month, made anew at every walk."""

    def __init__(self, leaves: int) -> None:
        self.leaves = leaves

    def __iter__(self) -> Iterator[Held]:
        chance = random.Random(1)
        for at, metric in enumerate(STANDARD):
            yield _held(LeafKind.METRIC, BEGINS - timedelta(days=2), [dict(metric.fields)], bytes([at + 1] * 32))
        made, number = len(STANDARD), 0
        while made < self.leaves:
            batch: list[Held] = []
            while len(batch) < BATCH:
                batch += _order(number, chance)
                number += 1
            chance.shuffle(batch)
            yield from batch
            made += len(batch)


def _order(number: int, chance: random.Random) -> Iterator[Held]:
    """The leaves of one order's life."""
    agency = f"u{min(int(chance.paretovariate(0.6)), 300):03}"
    category, channel = f"{chance.randrange(1, 16):02}", chance.choice(("phone", "phone", "web"))
    street, day = f"s{chance.randrange(9)}", BEGINS + timedelta(days=chance.randrange(28))
    outcome = chance.choice(("resolved", "resolved", "resolved", "unresolved", "unsaid"))
    secret, (year, week, _) = sha256(b"%d" % number).digest(), day.isocalendar()
    place = {"street": street, "category": f"{category}01", "week": f"{year}-W{week:02d}"}
    steps: list[tuple[LeafKind, str | None, str, str | None, str, bool | None]] = [
        (LeafKind.INTAKE, None, "open", None, "12345", None),
        (LeafKind.DISPATCH, "open", "open", "12345", agency, None),
        (LeafKind.CHANGE, "open", "open", agency, agency, chance.random() < 0.9),
        (LeafKind.CHANGE, "open", "open", agency, agency, None),
        (LeafKind.OUTCOME, "open", outcome, agency, agency, None),
        (LeafKind.RETURN_VISIT, outcome, outcome, agency, agency, None),
    ]
    for seq, (kind, before, after, giver, taker, on_time) in enumerate(steps):
        move = {"cohort": MONTH, "from": before, "to": after, "on_time": on_time, "second": False, "reason": kind.name}
        never = {"tag": secret.hex()[:32], "seq": seq, "at": f"{day}T08:00:00+00:00", "digest": "", "role": "agent"}
        matter = {"category": category, "channel": channel}
        groups = [move, {"agency": giver}, {"agency": taker}, matter, place, never]
        yield _held(kind, day, groups, leaf_key(secret, seq), (str(number), seq))


def _held(kind: LeafKind, day: date, groups: list[dict[str, Any]], key: bytes, of: tuple[str, int] = ("", 0)) -> Held:
    made = commit(key, groups)
    pieces = tuple(Opening(salt, fields) for salt, fields in zip(made.salts, made.groups, strict=True))
    return Held(Leaf(kind, day, made.value), pieces, *of)


def main() -> int:
    """Print the figures; 1 when one of the claims does not hold."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--leaves", type=int, default=LEAVES)
    folder = Path(tempfile.mkdtemp(prefix="release-"))
    try:
        return _measured(folder, Month(asked.parse_args().leaves))
    finally:
        shutil.rmtree(folder)


def _measured(folder: Path, month: Month) -> int:
    entries = [each.leaf.pack() for each in month]
    leaves, log, file = len(entries), folder / "log", folder / f"{MONTH}.jsonl.gz"
    hashing = _seconds(lambda: _least(entries))
    appending = _seconds(lambda: _append(log, entries))
    with file.open("wb") as to:
        making = _seconds(lambda: publish(month, Terms("example", ORIGIN, MONTH), Memory(), to))
    unpacking = _seconds(lambda: _unpack(file))
    (folder / "policy").write_bytes(_policy().text())
    read = in_folder(log)
    signed = read("checkpoint")
    ours = _seconds(lambda: verify(read, signed, _policy(), file))
    outside = _seconds(lambda: _outside(folder, file))
    proof = max(len(prove(Tiles(read, leaves), at, signed).text()) for at in range(0, leaves, leaves // PROOFS))

    least = hashing + unpacking
    print(f"{leaves:,} leaves in batches of {BATCH:,}, each settled on the disk, signed and published")

    def tell(name: str, seconds: float, words: str) -> None:
        print(f"  {name:11} {leaves / seconds:10,.0f} leaves/s {seconds:7.1f} s  {words}")

    tell("append", appending, f"{appending / hashing:.1f} × hashing alone")
    tell("hashing", hashing, "SHA-256 of every leaf and node")
    tell("release", making, f"to make, {file.stat().st_size / leaves:.0f} bytes a leaf")
    tell("verify", ours, f"{ours / least:.1f} × the least")
    tell("standalone", outside, f"{outside / least:.1f} × the least")
    tell("the least", least, "to hash the tree, unpack, decode, and hash what is opened")
    print(f"  proof       {proof:10,} bytes at most, with three cosignatures")
    kept = leaves / appending >= LEAST_A_SECOND and max(ours, outside) <= LONGEST and proof <= LARGEST_PROOF
    print("the claim holds" if kept else "THE CLAIM DOES NOT HOLD")
    return 0 if kept else 1


def _append(folder: Path, entries: list[bytes]) -> None:
    with Log(folder) as log:
        for start in range(0, len(entries), BATCH):
            head = log.append(entries[start : start + BATCH])
            log.publish(sign_checkpoint(_checkpoint(head), [LOG_KEY]))
        log.publish(notes.sign(_checkpoint(head).text(), [LOG_KEY, *WITNESSES]))


def _checkpoint(head: Head) -> Checkpoint:
    return Checkpoint(ORIGIN, head.size, head.root)


def _least(entries: list[bytes]) -> None:
    """Hash every leaf and as many inner nodes, keeping nothing."""
    node = bytes(65)
    for entry in entries:
        sha256(b"\x00" + entry).digest()
        sha256(node).digest()


def _unpack(file: Path) -> None:
    """Unpack and decode a release; hash each opened group and each commitment, keeping nothing."""
    with gzip.open(file) as unzipped:
        for raw in unzipped:
            groups = json.loads(raw).get("g", [])
            for group in groups:
                if len(group) == 2:
                    sha256(raw[:100]).digest()
            sha256(raw[:200]).digest()


def _outside(folder: Path, file: Path) -> None:
    """The file that stands alone, in a process of its own. SystemExit with its words when it finds a fault."""
    command = [sys.executable, "-I", str(STANDALONE), "--log", str(folder / "log"), "--release", str(file)]
    said = subprocess.run([*command, "--policy", str(folder / "policy")], capture_output=True, text=True, check=False)
    if said.returncode:
        raise SystemExit(said.stderr)


def _policy() -> Policy:
    lines = [f"log {write_vkey(LOG_KEY.verifier)}"]
    lines += [f"witness w{n} {write_vkey(each.verifier)}" for n, each in enumerate(WITNESSES)]
    return Policy.parse("".join(f"{line}\n" for line in [*lines, "group two 2 w0 w1 w2", "quorum two"]).encode())


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
