"""Claim: durable intake by HTTP reaches at least a quarter of what the raw database does with the same rows.

Both in one run, on the same server with synchronous_commit=on: first the raw rows (psycopg, no Django, no sight, the
parameters made beforehand), then requests over HTTP/1.1 keep-alive. Workers are paused; the backlog is printed."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psycopg

from minsheng.ground.embedded import PostgreSQL

CONNECTIONS = (1, 8, 32)
SECONDS = float(os.environ.get("MINSHENG_BENCH_SECONDS", "6"))
PORT = 8095
PROCESSES = 2
ROWS_A_CELL = 16_000
SQL = Path(__file__).resolve().parents[1] / "src" / "minsheng" / "respond" / "sql"
RECEIVE = (SQL / "events.sql").read_bytes() + (SQL / "receive.sql").read_bytes()
TEXT = "东大街3号楼暖气停了两天，家里有八十岁的老人，物业说等通知，一直没有人来修，请尽快处理。"


def main() -> int:
    """Print the table; 1 when the share at 32 connections is under a quarter."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        command = [sys.executable, "-m", "minsheng.doors.cli", "up", "--paused", "--data", folder, "--port", str(PORT)]
        house = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert house.stdout is not None
            assert house.stdout.readline().startswith("ready"), "the house did not start"
            return measure(data)
        finally:
            house.send_signal(signal.SIGTERM)
            house.wait(15)


def measure(data: Path) -> int:
    """Raw and HTTP at each number of connections, interleaved."""
    server = PostgreSQL(data, join=True)
    server.start()
    rows = prepare(server, data)
    owner = server.conninfo("superuser", "minsheng")
    with psycopg.connect(owner) as connection:
        (sync,) = connection.execute("SHOW synchronous_commit").fetchone() or ("",)
    print(f"synchronous_commit={sync}; {os.cpu_count()} cores; {SECONDS:.0f} s a cell; client on the same cores")
    print("connections |  raw rows/s | HTTP requests/s | share | HTTP p50 ms | p99 ms")
    share = 0.0
    for n in CONNECTIONS:
        raw = raw_rate(owner, rows, n)
        web, p50, p99 = asyncio.run(http_rate(n))
        share = web / raw
        print(f"{n:11d} | {raw:11.0f} | {web:15.0f} | {share:5.1%} | {p50:11.1f} | {p99:6.1f}")
    with psycopg.connect(owner) as connection:
        (orders, events, timers, backlog) = connection.execute(
            "SELECT (SELECT count(*) FROM respond_order), (SELECT count(*) FROM respond_event), "
            "(SELECT count(*) FROM respond_timer), (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo')"
        ).fetchall()[0]
    print(f"orders {orders} = events {events} = timers {timers}; backlog of proposal jobs {backlog}")
    print(f"share at {CONNECTIONS[-1]} connections: {share:.1%} (target >= 25 %)")
    server.stop()
    return 0 if share >= 0.25 and 0 < orders == events == timers else 1


def prepare(server: PostgreSQL, data: Path) -> list[dict[str, object]]:
    """Parameters of real intake rows, made by the house's own code but not sent."""
    from minsheng.doors.cli.house import adopt, environment

    adopt(environment(server, data, None))
    from minsheng.ground.vault import Person
    from minsheng.respond import gate, intake

    made: list[dict[str, object]] = []
    enter, gate.enter = gate.enter, lambda entry: made.append(entry.row)
    for i in range(ROWS_A_CELL * len(CONNECTIONS)):
        intake.receive(
            intake.Request(text=TEXT, person=Person("王小明", f"138{i:08d}", "东大街3号楼"), external_id=f"r{i}")
        )
    gate.enter = enter
    return made


def raw_rate(conninfo: str, rows: list[dict[str, object]], connections: int) -> float:
    """Committed rows a second by `connections` of plain psycopg, shared out over as many processes as the web has."""
    processes = min(PROCESSES, connections)
    took = [rows.pop() for _ in range(min(len(rows), ROWS_A_CELL))]
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(processes)
    done = context.Queue()
    workers = [
        context.Process(target=raw_process, args=(conninfo, took[i::processes], connections // processes, start, done))
        for i in range(processes)
    ]
    for w in workers:
        w.start()
    rates = [done.get() for _ in workers]
    for w in workers:
        w.join()
    return sum(rates)


def raw_process(conninfo: str, rows: list[dict[str, object]], connections: int, start: Any, done: Any) -> None:
    """One process of the yardstick; tells `done` its committed rows a second."""
    counts = [0] * connections
    opened = [psycopg.connect(conninfo) for _ in range(connections)]
    start.wait()
    began = time.monotonic()

    def work(i: int) -> None:
        with opened[i] as connection:
            while time.monotonic() < began + SECONDS and rows:
                connection.execute(RECEIVE, rows.pop())
                connection.commit()
                counts[i] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(connections)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    done.put(sum(counts) / (time.monotonic() - began))


async def http_rate(connections: int) -> tuple[float, float, float]:
    """Answered requests a second, and the 50th and 99th percentile in milliseconds."""
    stop, lags = time.monotonic() + SECONDS, []

    async def work(i: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        n = 0
        while time.monotonic() < stop:
            body = json.dumps(
                {
                    "text": TEXT,
                    "name": "王小明",
                    "phone": f"139{n:08d}",
                    "address": "东大街3号楼",
                    "external_id": f"{connections}-{i}-{n}",
                },
                ensure_ascii=False,
            ).encode()
            began = time.perf_counter()
            writer.write(
                b"POST /api/v1/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 201"), head
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            lags.append((time.perf_counter() - began) * 1000)
            n += 1
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*(work(i) for i in range(connections)))
    lags.sort()
    return len(lags) / (time.monotonic() - began), lags[len(lags) // 2], lags[len(lags) * 99 // 100]


if __name__ == "__main__":
    sys.exit(main())
