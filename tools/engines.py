"""Installs Spark and ClickHouse's engine into .tools/engines, held to the hashes of requirements-engines.lock, for the
tests that ask them the lake's questions (`pytest -m engines`). Spark also needs Java 17 or newer. Doing it again costs
nothing until the lock changes."""

from __future__ import annotations

import hashlib
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-engines.lock"
ENGINES = ROOT / ".tools" / "engines"
PYTHON = ENGINES / "bin" / "python"
STAMP = ENGINES / ".made-from"


def ready() -> bool:
    """Whether the engines stand there as the lock names them."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text("utf-8") == _wanted()


def install() -> None:
    """Make them stand there."""
    setup = _setup()
    uv = setup.find_uv()
    setup.say("installing Spark and ClickHouse's engine into .tools/engines (once; more than a gigabyte)")
    setup.call(
        [*uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, ENGINES],
        "the environment .tools/engines could not be made",
    )
    setup.call(
        [*uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", LOCK],
        "the engines could not be installed: see whether this machine reaches its package index",
    )
    STAMP.write_text(_wanted(), "utf-8")


def _wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes() + str(ROOT).encode()).hexdigest()


def _setup() -> ModuleType:
    """The set-up script ./minsheng, whose ways of calling uv are used here too."""
    loader = SourceFileLoader("minsheng_setup", str(ROOT / "minsheng"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


if __name__ == "__main__":
    if not ready():
        install()
