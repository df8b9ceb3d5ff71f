"""Enter the house from the command line: join its database (or start it for the moment) and set Django up on it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from minsheng.doors.cli.main import Mistake
from minsheng.ground.embedded import EmbeddedError, PostgreSQL


def environment(server: PostgreSQL, data: Path, city: Path | None) -> dict[str, str]:
    """What a process of the house finds in its environment."""
    env = {
        "MINSHENG_DATA": str(data.resolve()),
        "MINSHENG_DSN_APP": server.conninfo("app"),
        "MINSHENG_DSN_VAULT": server.conninfo("vault"),
        "DJANGO_SETTINGS_MODULE": "minsheng.ground.settings",
    }
    if city is not None:
        env["MINSHENG_CITY"] = str(city.resolve())
    return env


def adopt(env: Mapping[str, str]) -> None:
    """Make `env` this process's and start Django."""
    os.environ.update(env)
    from minsheng.ground.setup import configure

    configure()


@contextmanager
def house(data: Path, *, make: bool = False) -> Iterator[PostgreSQL]:
    """The house of `data`, entered by this process. Mistake when there is none and `make` is not set."""
    if not make and not (data / "pg").exists() and not os.environ.get("DATABASE_URL"):
        raise Mistake(f"{data} is not the data directory of a city: run ./minsheng up --data {data} first")
    remembered = data / "city"
    city = Path(remembered.read_text("utf-8")) if remembered.exists() else None
    server = PostgreSQL(data, join=True)
    try:
        server.start()
    except EmbeddedError as error:
        raise Mistake(str(error)) from error
    try:
        adopt(environment(server, data, city))
        from minsheng.ground.setup import behind, prepare

        if make:
            prepare(server.conninfo("owner"))
        elif behind(server.conninfo("owner")):
            raise Mistake(
                f"{data} was last used by an earlier version: run ./minsheng up --data {data} once, then this"
            )
        yield server
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()
