"""A witness for tests, after C2SP tlog-witness: it keeps the latest checkpoint of each log it knows and refuses what
would not be its continuation. Reached by `post`, in place of HTTP, or served on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from minsheng.account.log import merkle, notes
from minsheng.account.log.checkpoint import Checkpoint, read_number
from minsheng.account.log.keys import CosignatureSigner, Verifier, decode_base64
from minsheng.account.log.notes import NoteRefused
from support import serving

Answer = tuple[int, bytes]


class Watcher:
    """A witness called `name` that trusts, for each origin, the keys given."""

    def __init__(self, name: str, logs: dict[str, Sequence[Verifier]], second: int = 1_700_000_000) -> None:
        self.second = second
        self.signer = CosignatureSigner(name, sha256(name.encode()).digest(), lambda: self.second)
        self.verifier = self.signer.verifier
        self.latest: dict[str, Checkpoint] = {}
        self.asked: list[bytes] = []
        self._logs = logs
        self._lock = threading.Lock()

    def post(self, url: str, body: bytes) -> Answer:
        """Answer a request as if posted to `url`."""
        if not url.endswith("/add-checkpoint"):
            return 404, b""
        self.asked.append(body)
        try:
            old_size, proof, signed = _take_apart(body)
            unopened = notes.split(signed)
            checkpoint = Checkpoint.parse(unopened.text)
        except (ValueError, NoteRefused) as error:
            return 400, str(error).encode()
        if checkpoint.origin not in self._logs:
            return 404, b"unknown log\n"
        try:
            notes.open_note(signed, self._logs[checkpoint.origin])
        except NoteRefused:
            return 403, b"no trusted signature\n"
        if old_size > checkpoint.size:
            return 400, b"the old size is larger\n"
        with self._lock:
            return self._consider(old_size, proof, checkpoint, unopened.text)

    def _consider(self, old_size: int, proof: list[bytes], new: Checkpoint, text: bytes) -> Answer:
        old = self.latest.get(new.origin)
        known = old.size if old else 0
        if old_size != known or (old and old.size == new.size and old.root != new.root):
            return 409, b"%d\n" % known
        try:
            if old is None or not old.size:
                if proof:
                    return 422, b"nothing to prove\n"
            else:
                merkle.check_consistency(proof, old.size, old.root, new.size, new.root)
        except merkle.ProofFailed as error:
            return 422, str(error).encode()
        self.latest[new.origin] = new
        return 200, notes.sign(text, [self.signer])[len(text) + 1 :]

    def served(self) -> AbstractContextManager[str]:
        """Serve on a free port; gives the submission prefix."""

        def answer(path: str, body: bytes) -> serving.Answer:
            status, said = self.post(path, body)
            return status, "text/x.tlog.size" if status == 409 else "text/plain", said

        return serving.served(answer)


@dataclass(frozen=True)
class Published:
    """A log's folder, copies of its older checkpoints, and the witness that cosigned them all."""

    folder: Path
    older: list[Path]
    watcher: Watcher


def _take_apart(body: bytes) -> tuple[int, list[bytes], bytes]:
    head, gap, signed = body.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    if not gap or not lines[0].startswith("old ") or len(lines) > 64:
        raise ValueError("malformed request")
    return read_number(lines[0][4:]), [decode_base64(line) for line in lines[1:]], signed
