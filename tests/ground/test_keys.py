"""The city's keys: one a purpose, whoever asks first and however many ask at once."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from minsheng.ground.keys import PURPOSES, Keys

ASKING = 8
ROUNDS = 60


def test_threads_that_ask_at_once_for_a_key_not_yet_made_get_the_one_that_is_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(ASKING) as pool:
        for n in range(ROUNDS):
            folder, together = tmp_path / str(n), threading.Barrier(ASKING)

            def ask(folder: Path = folder, together: threading.Barrier = together) -> bytes:
                together.wait()
                return Keys(folder).get("digest")

            got = {answer.result() for answer in [pool.submit(ask) for _ in range(ASKING)]}
            assert got == {(folder / "digest.key").read_bytes()}
            assert len(got.pop()) == 32


def test_processes_that_ask_at_once_for_a_key_not_yet_made_get_the_one_that_is_kept(tmp_path: Path) -> None:
    ask = f"from minsheng.ground.keys import *; print(Keys(Path({str(tmp_path)!r})).get('kek').hex())"
    asking = [subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    got = {process.communicate(timeout=60)[0].strip() for process in asking}
    assert got == {(tmp_path / "kek.key").read_bytes().hex()}


def test_every_key_is_made_at_set_up_readable_by_its_owner_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    Keys(folder).make()
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(made) == {f"{purpose}.key" for purpose in PURPOSES}
    assert len(set(made.values())) == len(PURPOSES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    Keys(folder).make()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made


def test_a_purpose_nobody_knows_has_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Keys(tmp_path).get("master")
