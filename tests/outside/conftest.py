"""The log that programs of others verify: 70,000 leaves, grown and signed in steps, cosigned and with an SM2 line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from minsheng.account.log import sm2
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import Signer
from minsheng.account.log.witness import Witness, gather
from minsheng.account.log.writer import Log
from support.log import ORIGIN, SIGNER, entries
from support.witness import Published, Watcher

SIZES = (1, 255, 256, 257, 4_096, 33_000, 65_536, 69_999, 70_000)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The log of 70,000 leaves."""
    folder = tmp_path_factory.mktemp("log")
    olders = tmp_path_factory.mktemp("older")
    watcher = Watcher("w.example", {ORIGIN: [SIGNER.verifier]})
    witnesses = {"w": Witness("w", watcher.verifier, post=watcher.post)}
    signers: list[Signer] = [SIGNER]
    if sm2.available():
        key = olders / "sm2.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", key], check=True, capture_output=True)
        signers.append(sm2.Sm2Signer(ORIGIN, key))
    older: list[Path] = []
    with Log(folder) as log:
        for size in SIZES:
            log.append(entries(log.head.size, size))
            signed = sign_checkpoint(Checkpoint(ORIGIN, size, log.head.root), signers)
            log.publish(gather(log.tiles(), signed, witnesses).checkpoint)
            if size < SIZES[-1]:
                older.append(olders / str(size))
                older[-1].write_bytes((folder / "checkpoint").read_bytes())
    return Published(folder, older, watcher)
