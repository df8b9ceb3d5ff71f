"""Somebody outside (外部观察者): keeps every head that was ever shown and asks whether each receipt is kept, by what
anybody may fetch and nothing else. Asks again where the house is not up; only what it answers counts."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from minsheng.account.log import merkle
from minsheng.account.log.checkpoint import Checkpoint, open_checkpoint
from minsheng.account.log.keys import read_vkey
from minsheng.account.log.merkle import ProofFailed
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.policy import Policy
from minsheng.account.log.proof import Proof
from minsheng.account.log.tiles import Tiles
from minsheng.account.receipts import Receipt, ReceiptRefused, check
from minsheng.core.ledger import Leaf, LeafKind

POLL_SECONDS = 0.05
WAIT_SECONDS = 120.0
ASKED_AT_ONCE = 4
ATTEMPTS, PAUSE_SECONDS = 300, 0.5


class Outsider:
    """Polls the log's head from the first moment on; keys are those that were shown first."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.fetched = self.unanswered = 0
        self._log = read_vkey(self._patiently("log/key").decode().splitlines()[0])
        self._gateway = read_vkey(self._patiently("log/gateway").decode().strip())
        self._policy = Policy.parse(self._patiently("log/policy"))
        self.seen: list[bytes] = []
        """Heads that differ from the one fetched before, as they were signed."""
        self._held: list[Checkpoint] = []
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._watching.join(WAIT_SECONDS)

    def inconsistent(self) -> list[str]:
        """What is wrong with the heads fetched since this was asked last: wrongly signed, another log's, or one that
        does not continue the one before it by a proof from the tiles."""
        wrong = []
        for signed in self.seen[len(self._held) :]:
            try:
                head = self._opened(signed)
            except NoteRefused as error:
                wrong.append(f"a head was refused: {error}")
                head = Checkpoint(self._log.name, 0, merkle.EMPTY_ROOT)
            if self._held:
                wrong += self._does_not_continue(self._held[-1], head)
            self._held.append(head)
        return wrong

    def inconsistent_with_the_last(self) -> list[str]:
        """The same of every head ever fetched against the one that stands now; and whether that log audits whole."""
        last = self._opened(self._patiently("log/checkpoint"))
        wrong = [problem for head in self._held for problem in self._does_not_continue(head, last)]
        tiles = self._tiles(last.size)
        try:
            leaves = sum(1 for _ in tiles.audit(last.root))
        except (ProofFailed, FileNotFoundError) as error:
            return [*wrong, f"the last log does not audit: {error}"]
        return (
            wrong if leaves == last.size else [*wrong, f"the last log has {leaves} leaves, its head says {last.size}"]
        )

    def unkept(self, receipts: Iterable[Receipt]) -> list[str]:
        """What is wrong with these receipts, all of which must be in the log by now."""
        with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
            return [problem for problem in pool.map(self._broken, receipts) if problem]

    def size(self) -> int:
        """Leaves under the head that stands now."""
        return self._opened(self._patiently("log/checkpoint")).size

    def _broken(self, receipt: Receipt) -> str:
        """Why a receipt is not kept; nothing when it is."""
        promise = receipt.promise
        name = f"receipt {promise.channel} {promise.number}"
        try:
            check(receipt, self._gateway)
            proof = Proof.parse(self._patiently(f"log/proof/{receipt.tag}"))
            proof.verify(proof.extra, self._policy)
            leaf = Leaf.parse(proof.extra)
        except (ReceiptRefused, ProofFailed, NoteRefused, ValueError, FileNotFoundError) as error:
            return f"{name}: {error}"
        if leaf.commitment != promise.commitment or leaf.kind is not LeafKind.INTAKE:
            return f"{name}: the leaf at {proof.index} is not the promised one"
        return ""

    def _does_not_continue(self, old: Checkpoint, new: Checkpoint) -> list[str]:
        if old.size == 0:
            return []
        if old.size == new.size:
            return [] if old.root == new.root else [f"two heads of {old.size} leaves"]
        try:
            if new.size < old.size:
                raise ProofFailed(f"a head of {new.size} leaves came after one of {old.size}")
            proof: Sequence[bytes] = self._tiles(new.size).consistency(old.size)
            merkle.check_consistency(proof, old.size, old.root, new.size, new.root)
        except (ProofFailed, FileNotFoundError) as error:
            return [f"{old.size} → {new.size}: {error}"]
        return []

    def _opened(self, signed: bytes) -> Checkpoint:
        return open_checkpoint(signed, [self._log], self._log.name)[0]

    def _tiles(self, size: int) -> Tiles:
        return Tiles(lambda path: self._patiently(f"log/{path}"), size)

    def _patiently(self, path: str) -> bytes:
        """A file, asked for again while the house is not up or a connection of its own is broken."""
        for _ in range(ATTEMPTS):
            try:
                return self._get(path)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise FileNotFoundError(path) from error
            except (OSError, HTTPException):
                self.unanswered += 1
            time.sleep(PAUSE_SECONDS)
        raise AssertionError(f"no answer to {path}")

    def _watch(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            try:
                signed = self._get("log/checkpoint")
            except (OSError, HTTPException):
                time.sleep(POLL_SECONDS)
                continue
            self.fetched += 1
            if not self.seen or signed != self.seen[-1]:
                self.seen.append(signed)

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self._address}/{path}", timeout=WAIT_SECONDS) as answer:
            body: bytes = answer.read()
            return body
