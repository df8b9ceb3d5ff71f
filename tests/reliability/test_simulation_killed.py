"""A simulation that is killed again and again (断电): taken up by the same command, it ends as one that never was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from minsheng.ground.embedded import PostgreSQL

pytestmark = [pytest.mark.db, pytest.mark.slow]
SIM = [sys.executable, "-m", "minsheng.doors.cli", "sim", "--months", "2", "--orders-per-day", "40", "--seed", "9"]
KILLS = 4
CANONICAL = (
    "SELECT o.no, e.seq, e.name, e.at, e.by, e.role, e.unit, e.data::text FROM respond_event e"
    " JOIN respond_order o ON o.id = e.order_id ORDER BY o.id, e.seq"
)


def started(data: Path) -> subprocess.Popen[str]:
    argv = [*SIM, "--gaming", "all=0.4", "--interventions", "2", "--into", str(data)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def left(data: Path) -> tuple[str, dict[str, str]]:
    """A digest of every event without keys, and one of each file of the truth."""
    with PostgreSQL(data) as server, psycopg.connect(server.conninfo("loader")) as connection:
        events = sha256()
        for row in connection.execute(CANONICAL):
            events.update(repr(row).encode())
    return events.hexdigest(), {p.name: sha256(p.read_bytes()).hexdigest() for p in (data / "truth").iterdir()}


def test_a_simulation_killed_four_times_ends_as_one_that_was_not(tmp_path: Path) -> None:
    dice = random.Random(99)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for _ in range(KILLS):
        running = started(killed)
        lines = dice.randrange(1, 7)
        assert running.stderr
        for _ in range(lines):
            running.stderr.readline()
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
    for data in (killed, whole):
        ending = started(data)
        out, errors = ending.communicate(timeout=300)
        assert ending.returncode == 0, errors
        assert "模拟数据" in out or "nothing was done" in out
    assert left(killed) == left(whole)
    checked = subprocess.run(
        [*SIM[:3], "check", "--data", str(killed)], capture_output=True, text=True, check=False, timeout=300
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.strip().endswith("0 differences")
