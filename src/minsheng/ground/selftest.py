"""The house's own checks (自检), in the order in which they fail fastest; ./minsheng test runs them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
STEPS = (
    ("ruff", [str(BIN / "ruff"), "check", "."]),
    ("mypy", [str(BIN / "mypy")]),
    ("imports", [str(BIN / "lint-imports")]),
    ("tests", [sys.executable, "-m", "pytest", "-q"]),
)


def run(argv: Sequence[str]) -> int:
    """Run every step; the first failure ends it with its exit code. `argv` goes to pytest."""
    for name, command in STEPS:
        began = time.monotonic()
        code = subprocess.call([*command, *(argv if name == "tests" else ())], cwd=ROOT)
        print(f"— {name}: {time.monotonic() - began:.1f} s", flush=True)
        if code:
            return code
    return 0
