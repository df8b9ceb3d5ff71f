"""A small demo city and a real browser for the journeys. Without Chromium they skip aloud (in CI that fails)."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


MINSHENG = (sys.executable, "-m", "minsheng.doors.cli")


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("MINSHENG_D")}


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city's data directory: a month of a quiet city, which the demo takes as it finds it."""
    folder = tmp_path_factory.mktemp("demo")
    first = (datetime.now(UTC) - timedelta(days=33)).date().isoformat()
    command = [*MINSHENG, "sim", "--into", str(folder), "--months", "1", "--orders-per-day", "5", "--first", first]
    subprocess.run(command, check=True, capture_output=True, env=_environment())
    return folder


@pytest.fixture(scope="session")
def city(data: Path) -> Iterator[str]:
    """The address of a demo city of this session's own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*MINSHENG, "demo", "--data", str(data), "--port", str(port)]
    house = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
    try:
        assert house.stdout is not None
        line = house.stdout.readline()
        assert line.startswith("ready "), "the demo city did not start"
        yield line.split()[1]
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's Chromium, driven by Playwright."""
    path = os.environ.get("MINSHENG_CHROMIUM") or shutil.which("chromium") or ""
    if not Path(path).exists():
        pytest.skip("no Chromium here: apt-get install -y chromium, or set MINSHENG_CHROMIUM")
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread, and no coroutine of ours
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
