"""`test`, `bench` and `pictures`: verbs of the source tree."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from minsheng.doors.cli.main import Mistake

ROOT = Path(__file__).resolve().parents[4]


def test(args: argparse.Namespace) -> int:
    """Run the checks of `ground.selftest`."""
    from minsheng.ground.selftest import run

    return run(args.rest)


def bench(args: argparse.Namespace) -> int:
    """Run bench/NAME.py."""
    script = ROOT / "bench" / f"{args.name}.py"
    if not script.is_file():
        known = sorted(p.stem for p in (ROOT / "bench").glob("[a-z]*.py"))
        raise Mistake(f"there is no bench/{args.name}.py; benches are {', '.join(known)}")
    return subprocess.call([sys.executable, str(script), *args.rest], env={**os.environ, "PYTHONPATH": str(ROOT)})


def pictures(args: argparse.Namespace) -> int:
    """Photograph the pages of a demo city."""
    script = ROOT / "tools" / "pictures.py"
    return subprocess.call([sys.executable, str(script), str(args.out), *(["--docs"] if args.docs else [])])
