"""`up`, `demo` and `worker`: the house as processes under one supervisor."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from minsheng.doors.cli.house import adopt, environment
from minsheng.doors.cli.main import SIMULATED, Mistake
from minsheng.ground.embedded import EmbeddedError, PostgreSQL
from minsheng.ground.service import Service, ServiceError, Supervisor, claim_port

STATIC = Path(__file__).resolve().parents[1] / "static"
WEB_PROCESSES, WEB_THREADS = 2, 8


def up(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; prints `ready URL` when it does."""
    return _serve(args, demo=False)


def demo(args: argparse.Namespace) -> int:
    """Serve fourteen months of an invented city, with a login page of one account a role."""
    os.environ["MINSHENG_DEMO"] = "1"
    args.city = _city_of_demo(args.data, args.city)
    return _serve(args, demo=True)


def _city_of_demo(data: Path, given: Path | None) -> Path:
    """The pack that the demo of `data` serves: `given`, else the invented one. Mistake when `data` holds another's."""
    wanted = (given or SIMULATED).resolve()
    remembered = data / "city"
    if remembered.exists():
        there = Path(remembered.read_text("utf-8"))
    else:
        there = Path("anyang") if (data / "pg").exists() else wanted
    if there != wanted:
        raise Mistake(f"{data} holds a demo of {there.name}: remove that directory, or give --data another one")
    return wanted


def _forget_again() -> None:
    """A database restored from a backup forgets what was erased since."""
    from minsheng.doors.account.erasing import erase_again

    if risen := erase_again():
        print(f"{risen} erased orders had come back with a backup; they were erased again", file=sys.stderr, flush=True)


def _serve(args: argparse.Namespace, *, demo: bool) -> int:
    data: Path = args.data
    data.mkdir(parents=True, exist_ok=True)
    remembered = data / "city"
    if args.city is not None:
        remembered.write_text(str(args.city.resolve()), "utf-8")
    elif remembered.exists():
        args.city = Path(remembered.read_text("utf-8"))
    server = PostgreSQL(data)
    url = f"http://127.0.0.1:{args.port}"

    def services() -> list[Service]:
        env = environment(server, data, args.city)
        adopt(env)
        from minsheng.ground.setup import prepare

        prepare(server.conninfo("owner"))
        _forget_again()
        if demo:
            from minsheng.doors.cli.demo import fill

            try:
                with _stoppable():
                    fill(server.conninfo("loader"), data)
            except _Told as told:
                signal.raise_signal(told.number)
                return []
        started = [Service("web", _web(args.port), env)]
        if not getattr(args, "paused", False):
            started.append(Service("worker", [sys.executable, "-m", "minsheng.doors.cli", "worker"], env))
        from django.db import connections

        connections.close_all()
        return started

    try:
        claim_port(args.port)
        return Supervisor(server, services, url).run()
    except (EmbeddedError, ServiceError) as error:
        raise Mistake(str(error)) from error


class _Told(SystemExit):
    """This process, or a child that it forked, was told to end while it filled the city."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM and SIGINT break off what is inside with _Told; afterwards they go where they went before."""

    def hear(number: int, _frame: FrameType | None) -> None:
        raise _Told(number)

    earlier = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _web(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS), "--no-ws", "--log-level", "warning"),
        *("--backlog", "1024", "--static-path-route", "/static", "--static-path-mount", str(STATIC)),
        "minsheng.doors.wsgi:application",
    ]


def worker(args: argparse.Namespace) -> int:
    """Run the queue's jobs in this process until SIGTERM."""
    if "MINSHENG_DSN_APP" not in os.environ:
        raise Mistake("worker is started by `minsheng up`; use that")
    from minsheng.ground.setup import configure

    configure()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(concurrency=1, delete_jobs="successful", listen_notify=True)
    return 0
