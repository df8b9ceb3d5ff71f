"""Go's own verifier of module sums (golang.org/x/mod/sumdb, from Debian) agrees with ours: on a log of 70,000 leaves,
on every kind of tampering with its files, and on 10,000 mutated notes, checkpoints and proofs, one by one."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from minsheng.account.log.keys import encode_base64, write_vkey
from support.log import ORIGIN, SIGNER, STRANGER, entry, filled
from support.mutations import CASES, Case, cases
from support.tampering import SIZE, TAMPERINGS
from support.witness import Published, Watcher

pytestmark = [pytest.mark.outside, pytest.mark.slow]

SOURCE = Path(__file__).parent / "go" / "verify.go"
PACKAGES = Path(os.environ.get("MINSHENG_GOPATH", "/usr/share/gocode"))
VKEY = write_vkey(SIGNER.verifier)


@pytest.fixture(scope="session")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built from Debian's packages."""
    if shutil.which("go") is None or not (PACKAGES / "src/golang.org/x/mod/sumdb/note").is_dir():
        pytest.skip("Go or its x/mod is missing: apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOFLAGS": ""}
    building = ["go", "build", "-o", str(folder / "verify"), str(SOURCE)]
    subprocess.run(building, check=True, env={**environment, "GOCACHE": str(folder / "cache")}, cwd=folder)
    return folder / "verify"


def test_go_finds_all_70_000_entries_included_and_every_older_checkpoint_consistent(verify, published: Published):
    done = _run([verify, "log", published.folder, VKEY, *published.older])
    assert done.stdout == f"70000 entries and {len(published.older)} older checkpoints hold\n"
    assert done.returncode == 0


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_go_finds_as_we_do(verify, tmp_path, tampering):
    filled(tmp_path, SIZE).close()
    assert _run([verify, "log", tmp_path, VKEY]).returncode == 0
    TAMPERINGS[tampering](tmp_path)
    assert _run([verify, "log", tmp_path, VKEY]).stdout.startswith("FAIL")


def test_go_does_not_take_another_key_or_history_for_ours(verify, tmp_path):
    filled(tmp_path / "one", 300).close()
    filled(tmp_path / "two", 200, 299).close()
    older = tmp_path / "two" / "checkpoint"
    assert _run([verify, "log", tmp_path / "one", VKEY, older]).returncode == 0
    assert _run([verify, "log", tmp_path / "two", VKEY, tmp_path / "one" / "checkpoint"]).returncode == 1
    assert _run([verify, "log", tmp_path / "one", write_vkey(STRANGER.verifier)]).returncode == 1


def test_go_and_we_accept_and_reject_the_same_of_10_000_mutated_notes_checkpoints_and_proofs(verify, tmp_path):
    watchers = [Watcher(f"w{n}.example", {ORIGIN: [SIGNER.verifier]}) for n in range(3)]
    chance = random.Random(5)
    made = cases(chance, filled(tmp_path, SIZE), watchers, 10_000)
    command = [verify, "stream", ORIGIN, VKEY, "2", *(write_vkey(each.verifier) for each in watchers)]
    lines = "".join(f"{each.kind} {' '.join(map(encode_base64, each.parts))}\n" for each in made)
    answers = _run(command, lines).stdout.splitlines()
    assert len(answers) == len(made) == 10_000
    verdicts = Counter((each.kind, answer == "accept") for each, answer in zip(made, answers, strict=True))
    differing = [
        (each, answer) for each, answer in zip(made, answers, strict=True) if (answer == "accept") != each.ours
    ]
    assert not differing, f"{len(differing)} differ, the first: {differing[0]}"
    for kind in CASES:
        assert verdicts[kind, True] > 20, f"too few accepted of {kind}: {verdicts}"
        assert verdicts[kind, False] > 200, f"too few rejected of {kind}: {verdicts}"


def test_a_verdict_of_ours_that_go_does_not_share_would_be_seen(verify, tmp_path):
    proof = Case("record", (b"1", SIGNER.verifier.public, b"0", entry(0)[8:]), ours=True)
    line = f"{proof.kind} {' '.join(map(encode_base64, proof.parts))}\n"
    assert _run([verify, "stream", ORIGIN, VKEY, "0"], line).stdout.startswith("reject")


def _run(command: list[object], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(each) for each in command], input=given, capture_output=True, text=True, check=False)
