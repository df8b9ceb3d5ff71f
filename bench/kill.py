"""Claim: whatever is killed at whatever moment, every word that the house gave still holds: no acknowledged order or
command is lost, every receipt is kept, every head that was ever published is continued by every later one.

A house under load (six connections that file on five channels and work on orders), one that numbers and publishes all
the time, and an outsider who keeps every head. kill -9 of one process after the other: of the web server, `minsheng
up`, the worker, the publisher in the midst of a round, PostgreSQL's first process, one of its backends. After every
kill and at the end all of it is asked; the same harness must find losses in a house that answers before its commits
are durable (synchronous_commit=off).

    ./minsheng bench kill [--kills 60] [--seed 12345]"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from reliability.campaign import Campaign, Found
from reliability.house import VICTIMS

PLANTED_KILLS = 6


def main() -> int:
    """Print the figures; 1 when a word did not hold, or when the planted fault was not found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--kills", type=int, default=60)
    asked.add_argument("--seed", type=int, default=12345)
    args = asked.parse_args()
    os.environ.pop("DATABASE_URL", None)
    began = time.monotonic()
    sound = _campaign(args.kills, args.seed, VICTIMS, planted=False)
    print(f"seed {args.seed}, {time.monotonic() - began:.0f} s")
    print("\n".join(sound.lines()), flush=True)
    planted = _campaign(PLANTED_KILLS, args.seed, ("postmaster", "backend"), planted=True)
    print("planted: synchronous_commit=off")
    print("\n".join(planted.lines()))
    caught = bool(planted.lost or planted.unkept)
    print(f"every word held: {sound.sound}; the planted fault was found: {caught}")
    return 0 if sound.sound and caught else 1


def _campaign(kills: int, seed: int, victims: Sequence[str], *, planted: bool) -> Found:
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        data = Path(folder) / "house" / "data"
        data.mkdir(parents=True)
        os.environ.setdefault("MINSHENG_DATA", str(data))
        began = time.monotonic()

        def say(words: str) -> None:
            print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

        return Campaign(data, seed, say).run(kills, victims, planted=planted)


if __name__ == "__main__":
    sys.exit(main())
