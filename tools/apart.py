"""Environments apart from the house (旁设环境), in .tools, held to the hashes of a lock of their own; doing it again
costs nothing until the lock changes.

    python3 tools/apart.py engines       Spark and ClickHouse's engine, which tests ask the lake's questions
                                         (`pytest -m engines`). Spark also needs Java 17 or newer.
    python3 tools/apart.py verifiers     readers of transparency logs that others wrote (`pytest -m outside`, which
                                         also wants Go: golang-go and golang-golang-x-mod-dev)
    python3 tools/apart.py yardsticks    forecasting libraries that benches stand beside (`./minsheng bench calls`)"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Apart:
    """One environment by its name: .tools/NAME after requirements-NAME.lock."""

    name: str

    @property
    def lock(self) -> Path:
        """The packages and their hashes."""
        return ROOT / f"requirements-{self.name}.lock"

    @property
    def python(self) -> Path:
        """The Python that has them."""
        return ROOT / ".tools" / self.name / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """What the environment was made from."""
        return ROOT / ".tools" / self.name / ".made-from"

    def ready(self) -> bool:
        """Whether it stands there as its lock says."""
        return self.python.exists() and self.stamp.exists() and self.stamp.read_text("utf-8") == self._wanted()

    def install(self) -> None:
        """Make it stand there."""
        setup = _setup()
        uv = setup.find_uv()
        folder = self.stamp.parent
        setup.say(f"installing {self.lock.name} into .tools/{self.name} (once)")
        setup.call(
            [*uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, folder],
            f"the environment .tools/{self.name} could not be made",
        )
        setup.call(
            [*uv, "pip", "sync", "--quiet", "--python", self.python, "--require-hashes", self.lock],
            f"{self.lock.name} could not be installed: see whether this machine reaches its package index",
        )
        self.stamp.write_text(self._wanted(), "utf-8")

    def _wanted(self) -> str:
        return hashlib.sha256(self.lock.read_bytes() + str(ROOT).encode()).hexdigest()


ENGINES, VERIFIERS, YARDSTICKS = Apart("engines"), Apart("verifiers"), Apart("yardsticks")
ALL = {each.name: each for each in (ENGINES, VERIFIERS, YARDSTICKS)}


def _setup() -> ModuleType:
    """The set-up script ./minsheng, whose ways of calling uv are used here too."""
    loader = SourceFileLoader("minsheng_setup", str(ROOT / "minsheng"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def main() -> int:
    """Install those named."""
    names = sys.argv[1:]
    if not names or not set(names) <= set(ALL):
        print(f"Name what to install: {' or '.join(ALL)}.", file=sys.stderr)
        return 2
    for name in names:
        if not ALL[name].ready():
            ALL[name].install()
    return 0


if __name__ == "__main__":
    sys.exit(main())
