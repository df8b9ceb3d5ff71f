"""A log for tests: its keys, its entries and a folder of tiles filled and signed."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import Ed25519Signer
from minsheng.account.log.merkle import Node, leaf_hash, node_hash
from minsheng.account.log.writer import Log

ORIGIN = "ledger.example/line"
SIGNER = Ed25519Signer(ORIGIN, sha256(b"the log").digest())
STRANGER = Ed25519Signer(ORIGIN, sha256(b"a stranger").digest())


def entry(index: int) -> bytes:
    """A leaf of forty bytes, like the ledger's."""
    return b"\x01" * 8 + sha256(b"%d" % index).digest()


def entries(start: int, stop: int) -> list[bytes]:
    """Leaves start … stop - 1."""
    return [entry(index) for index in range(start, stop)]


def signed(log: Log, signer: Ed25519Signer = SIGNER) -> bytes:
    """A checkpoint of the log as it stands."""
    return sign_checkpoint(Checkpoint(ORIGIN, log.head.size, log.head.root), [signer])


def filled(folder: Path, *sizes: int) -> Log:
    """An open log grown and published at each size in turn."""
    log = Log(folder)
    try:
        for size in sizes:
            log.append(entries(log.head.size, size))
            log.publish(signed(log))
    except BaseException:
        log.close()
        raise
    return log


class Plain:
    """The tree by RFC 6962's own recursive definition, to compare with."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = [leaf_hash(each) for each in leaves]
        self._made: dict[tuple[int, int], bytes] = {}

    def root(self, start: int, stop: int) -> bytes:
        """MTH(D[start:stop])."""
        if stop - start == 1:
            return self.leaves[start]
        if (start, stop) not in self._made:
            k = 1
            while 2 * k < stop - start:
                k *= 2
            self._made[start, stop] = node_hash(self.root(start, start + k), self.root(start + k, stop))
        return self._made[start, stop]

    def nodes(self, wanted: list[Node]) -> list[bytes]:
        """Complete subtrees, as provers ask for them."""
        return [self.root(place << level, (place + 1) << level) for level, place in wanted]
