"""litewitness, the stock witness that outside bodies run, cosigns our heads and refuses a fork and a rollback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import CosignatureVerifier, write_vkey
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.witness import Fork, Witness
from minsheng.account.log.writer import Log
from support.log import ORIGIN, SIGNER, entries, filled, signed

pytestmark = [pytest.mark.outside, pytest.mark.slow]

NEEDED = ("litewitness", "witnessctl", "ssh-agent", "ssh-add", "ssh-keygen")
NAME = "witness.example"
PATH = os.pathsep.join(filter(None, (os.environ.get("MINSHENG_LITEWITNESS", ""), os.environ["PATH"])))


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    """A litewitness that was told of our log; its key lies in an ssh-agent of its own.

    Where it is missing the tests are expected to fail and say why: CI takes no skip, and Debian 12 has no torchwood."""
    if missing := [name for name in NEEDED if shutil.which(name, path=PATH) is None]:
        pytest.xfail(
            f"{' and '.join(missing)} not found: install Debian's torchwood (0.9.0 or newer, from Debian 14 on) and "
            "openssh-client, or name the folder of the programs in MINSHENG_LITEWITNESS"
        )
    database, key, agent = tmp_path / "state.db", tmp_path / "key", tmp_path / "agent"
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    fingerprint = _run("ssh-keygen", "-l", "-E", "sha256", "-f", f"{key}.pub").split()[1]
    _run("witnessctl", "add-log", "-db", str(database), "-origin", ORIGIN)
    _run("witnessctl", "add-key", "-db", str(database), "-origin", ORIGIN, "-key", write_vkey(SIGNER.verifier))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    keeping = _start("ssh-agent", "-D", "-a", str(agent))
    try:
        _wait(agent.exists)
        _run("ssh-add", "-q", str(key), SSH_AUTH_SOCK=str(agent))
        options = ("-db", str(database), "-name", NAME, "-key", fingerprint, "-ssh-agent", str(agent))
        serving = _start("litewitness", *options, "-listen", f"127.0.0.1:{port}")
        try:
            _wait(lambda: _listens(port))
            public = load_ssh_public_key(Path(f"{key}.pub").read_bytes()).public_bytes_raw()
            yield Witness(f"http://127.0.0.1:{port}", CosignatureVerifier(NAME, public))
        finally:
            _stop(serving)
    finally:
        _stop(keeping)


def test_litewitness_cosigns_heads_as_the_log_grows(tmp_path: Path, witness: Witness):
    with Log(tmp_path / "log") as log:
        for size in (1, 5, 256, 300, 300, 700):
            log.append(entries(log.head.size, size))
            witness.cosign(log.tiles(), signed(log))
            assert witness.seen == size


@pytest.mark.parametrize("size", [300, 400])
def test_litewitness_refuses_a_fork(tmp_path: Path, witness: Witness, size: int):
    with filled(tmp_path / "one", 300) as log:
        witness.cosign(log.tiles(), signed(log))
    with Log(tmp_path / "two") as log:
        log.append([b"other", *entries(1, size)])
        with pytest.raises(Fork):
            witness.cosign(log.tiles(), signed(log))


def test_litewitness_refuses_a_rollback(tmp_path: Path, witness: Witness):
    with filled(tmp_path / "log", 300) as log:
        witness.cosign(log.tiles(), signed(log))
    older = Tiles(in_folder(tmp_path / "log"), 256)
    witness.seen = 256
    with pytest.raises(Fork, match="300 leaves"):
        witness.cosign(older, sign_checkpoint(Checkpoint(ORIGIN, 256, older.root()), [SIGNER]))


def _run(*command: str, **environment: str) -> str:
    env = {**os.environ, "PATH": PATH, **environment}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout


def _start(*command: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PATH": PATH}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)


def _stop(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    program.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _wait(until) -> None:
    for _ in range(200):
        if until():
            return
        time.sleep(0.05)
    raise TimeoutError("the program did not start within ten seconds")
