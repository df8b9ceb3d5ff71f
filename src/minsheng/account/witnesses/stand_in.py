"""A witness of our own (自备见证) to rehearse with, after C2SP tlog-witness: it keeps the latest head of each log it
was told of in a folder of its own, cosigns what continues it and refuses the rest. It proves nothing to anybody else,
since the house runs it itself: witnesses that count are run by others."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from minsheng.account.log import merkle, notes
from minsheng.account.log.checkpoint import Checkpoint, read_number
from minsheng.account.log.keys import CosignatureSigner, Verifier, decode_base64, encode_base64
from minsheng.account.log.merkle import EMPTY_ROOT, ProofFailed
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.writer import Head
from minsheng.ground.disk import whole
from minsheng.ground.loopback import serving

LARGEST_REQUEST = 1 << 16
Reply = tuple[int, bytes]


class StandIn:
    """A witness called `name` that trusts, for each origin in `logs`, the keys given; its key and what it saw stay in
    `folder`."""

    def __init__(self, name: str, folder: Path, logs: Mapping[str, Sequence[Verifier]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._seen = folder / "seen.json"
        self._logs = logs
        self._lock = threading.Lock()
        seed = folder / "key"
        if not seed.exists():
            _write(seed, secrets.token_bytes(32))
        self._signer = CosignatureSigner(name, seed.read_bytes(), lambda: int(time.time()))
        self.verifier = self._signer.verifier

    def answer(self, body: bytes) -> Reply:
        """Status and body that answer a request to add a checkpoint."""
        try:
            old_size, proof, signed = _taken_apart(body)
            unopened = notes.split(signed)
            new = Checkpoint.parse(unopened.text)
        except (ValueError, NoteRefused) as fault:
            return 400, f"{fault}\n".encode()
        if new.origin not in self._logs:
            return 404, b"unknown log\n"
        try:
            notes.open_note(signed, self._logs[new.origin])
        except NoteRefused as fault:
            return 403, f"{fault}\n".encode()
        if old_size > new.size:
            return 400, b"the old size is larger than the new one\n"
        with self._lock:
            return self._considered(old_size, proof, new, unopened.text)

    def served(self) -> AbstractContextManager[str]:
        """Serve on a free port of this machine; gives the address for a policy."""
        return serving(_handler(self))

    def _considered(self, old_size: int, proof: Sequence[bytes], new: Checkpoint, text: bytes) -> Reply:
        seen = self._heads()
        last = seen.get(new.origin, Head(0, EMPTY_ROOT))
        if old_size != last.size or (new.size == last.size and new.root != last.root):
            return 409, b"%d\n" % last.size
        try:
            if last.size:
                merkle.check_consistency(proof, last.size, last.root, new.size, new.root)
            elif proof:
                raise ProofFailed("a first head has nothing to prove")
        except ProofFailed as fault:
            return 422, f"{fault}\n".encode()
        self._keep(seen | {new.origin: Head(new.size, new.root)})
        return 200, notes.sign(text, [self._signer])[len(text) + 1 :]

    def _heads(self) -> dict[str, Head]:
        if not self._seen.exists():
            return {}
        found = json.loads(self._seen.read_text("utf-8"))
        return {origin: Head(size, decode_base64(root)) for origin, (size, root) in found.items()}

    def _keep(self, heads: Mapping[str, Head]) -> None:
        """On the disk before the cosignature is given away."""
        written = {origin: (head.size, encode_base64(head.root)) for origin, head in heads.items()}
        _write(self._seen, json.dumps(written).encode())


def _handler(witness: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                status, answer = 404, b"no such address\n"
            elif not length.isdecimal() or int(length) > LARGEST_REQUEST:
                status, answer = 413, b"the request says no length, or is too long\n"
            else:
                status, answer = witness.answer(self.rfile.read(int(length)))
            self.send_response(status)
            self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _taken_apart(body: bytes) -> tuple[int, list[bytes], bytes]:
    """The old size, the proof and the signed checkpoint of a request. ValueError or NoteRefused if it is malformed."""
    head, gap, signed = body.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    if not gap or not lines[0].startswith("old ") or len(lines) > 64:
        raise ValueError("a request is “old SIZE”, at most 63 hashes, an empty line and a checkpoint")
    return read_number(lines[0].removeprefix("old ")), [decode_base64(line) for line in lines[1:]], signed


def _write(place: Path, content: bytes) -> None:
    """Replace a file in one step, on the disk when this returns; nobody else may read it."""
    with whole(place) as fresh:
        fresh.touch(0o600)
        fresh.write_bytes(content)
