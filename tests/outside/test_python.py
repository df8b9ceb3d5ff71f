"""tlog-scales and pymerkle, written by others and installed apart, agree with our log of 70,000 leaves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from minsheng.account.log.keys import write_vkey
from minsheng.account.log.tiles import tile_path
from support.log import SIGNER
from support.witness import Published

pytestmark = [pytest.mark.outside, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".tools" / "verifiers" / "bin" / "python"


@pytest.fixture(autouse=True)
def _installed() -> None:
    if not PYTHON.exists():
        pytest.skip("tlog-scales and pymerkle are missing: python3 tools/apart.py verifiers")


def test_tlog_scales_and_pymerkle_find_the_log_of_70_000_leaves_whole(published: Published):
    done = _verify(published.folder, published)
    assert done.stdout == f"70000 entries and {len(published.older)} older checkpoints hold\n", done.stderr


@pytest.mark.parametrize("path", [tile_path(0, 0), tile_path(1, 0), tile_path("entries", 100)])
def test_tlog_scales_and_pymerkle_find_one_bit_altered(published: Published, tmp_path, path):
    folder = tmp_path / "log"
    shutil.copytree(published.folder, folder)
    content = bytearray((folder / path).read_bytes())
    content[1000] ^= 1
    (folder / path).write_bytes(content)
    assert _verify(folder, published).returncode == 1


def _verify(folder: Path, published: Published) -> subprocess.CompletedProcess[str]:
    keys = (write_vkey(SIGNER.verifier), write_vkey(published.watcher.verifier))
    command = [PYTHON, Path(__file__).parent / "verifiers.py", folder, *keys, *published.older]
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
