"""A simulated year against raw COPY (模拟一年): the whole simulation, from causes to committed rows, reaches at least a
quarter of the speed of copying the same rows into the same empty tables.

Runs `minsheng sim` into a new data directory, then `minsheng check` (timed apart), then takes every row out and puts
it by one COPY a table into a second, freshly prepared city: the yardstick. Prints both.

    ./minsheng bench sim [--months 12] [--orders-per-day 700] [--seed 1] [--keep DIR]"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from minsheng.ground.embedded import PostgreSQL

TABLES = (
    *("respond_order", "respond_event", "respond_assignment", "respond_timer", "respond_copy", "respond_decision"),
    *("vault.order_key", "vault.words", "vault.person", "vault.rating"),
)
CLI = [sys.executable, "-m", "minsheng.doors.cli"]
CITY = Path(__file__).resolve().parents[1] / "cities" / "qinghe"


def run(*argv: str) -> tuple[float, str]:
    """Wall seconds of a command and what it printed; its progress goes to stderr."""
    began = time.monotonic()
    done = subprocess.run([*CLI, *argv], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(argv)} ended with {done.returncode}: {done.stdout}")
    return time.monotonic() - began, done.stdout.strip()


def table(name: str) -> sql.Identifier:
    """A table's quoted name."""
    return sql.Identifier(*name.split("."))


def columns(connection: psycopg.Connection, name: str) -> sql.Composed:
    """The columns that hold something in this run (the likeness of texts is made by another job)."""
    names = [
        c.name for c in connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(table(name))).description or ()
    ]
    return sql.SQL(", ").join(sql.Identifier(n) for n in names if n != "likeness")


def raw(source: str, target: str, folder: Path) -> tuple[float, int]:
    """Seconds and rows of copying every row of `source` into the empty tables of `target`, one COPY a table."""
    seconds, rows = 0.0, 0
    with psycopg.connect(source) as out, psycopg.connect(target) as into:
        for name in TABLES:
            listed = columns(out, name)
            file = folder / f"{name}.copy"
            copy_out = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(listed, table(name))
            with file.open("wb") as spool, out.cursor() as cursor, cursor.copy(copy_out) as copy:
                for block in copy:
                    spool.write(block)
            began = time.monotonic()
            with file.open("rb") as spool, into.cursor() as cursor:
                with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table(name), listed)) as copy:
                    while block := spool.read(1 << 20):
                        copy.write(block)
                rows += cursor.rowcount
            seconds += time.monotonic() - began
            file.unlink()
        began = time.monotonic()
        into.commit()
        seconds += time.monotonic() - began
    return seconds, rows


def against(data: Path, folder: Path) -> tuple[float, int]:
    """`raw` from the city of `data` into a second one, made for it in `folder`."""
    from minsheng.doors.cli.house import adopt, environment
    from minsheng.ground.setup import prepare

    source, target = PostgreSQL(data, join=True), PostgreSQL(folder / "raw")
    source.start()
    try:
        target.start()
        adopt(environment(target, folder / "raw", CITY))
        prepare(target.conninfo("owner"))
        return raw(source.conninfo("loader"), target.conninfo("loader"), folder)
    finally:
        target.stop()
        source.stop()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", default="12")
    parser.add_argument("--orders-per-day", default="700")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep", type=Path, help="leave the data directory here")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ms-sim-"))
    data = args.keep or folder / "data"
    plan = ["--months", args.months, "--orders-per-day", args.orders_per_day, "--seed", args.seed]
    simulated, said = run("sim", "--city", str(CITY), *plan, "--into", str(data))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(said)
    checked, verdict = run("check", "--data", str(data))
    print(f"check: {verdict} in {checked:.1f} s (not part of the figures below)")
    seconds, rows = against(data, folder)
    shutil.rmtree(folder, ignore_errors=True)
    share = seconds / simulated
    print(f"raw COPY of the same {rows} rows: {seconds:.1f} s; simulation with start and set-up: {simulated:.1f} s")
    print(
        f"share of raw speed: {100 * share:.1f} % (target 25 % at least); largest process {peak:.0f} MiB (limit 3,072)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
