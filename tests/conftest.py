"""A PostgreSQL for the tests (测试数据库): one server a session, one template, one clone a test.

The server is the same that a city runs on, less fsync. ``prepare`` of ``minsheng.ground.setup`` fills the
template once; a clone by ``STRATEGY wal_log`` copies it in some 60 ms. In CI nothing may be skipped: a
skip is a failure; and Hypothesis draws the same examples at every run, so that a commit is judged by itself.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from minsheng.ground.city.rows import Unit
from minsheng.ground.embedded import PostgreSQL

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

TEMPLATE = "minsheng_template"
QUICK = {"fsync": "off", "shared_buffers": "64MB", "autovacuum": "off"}


@dataclass(frozen=True, slots=True)
class Database:
    """One test's own database."""

    server: PostgreSQL
    name: str

    def conninfo(self, role: str = "app") -> str:
        """Connection string to this database for owner, app, vault, loader or superuser."""
        return self.server.conninfo(role, self.name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """The session's server; stopped with the session."""
    data = tmp_path_factory.mktemp("postgres")
    with PostgreSQL(data, settings=QUICK) as server:
        yield server
    shutil.rmtree(data)


@pytest.fixture(scope="session")
def template(postgres: PostgreSQL) -> str:
    """Name of a database that holds the whole schema and takes no connections."""
    with _administrator(postgres) as connection:
        owner, name = sql.Identifier("minsheng_owner"), sql.Identifier(TEMPLATE)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE minsheng OWNER {}").format(name, owner))
        if importlib.util.find_spec("minsheng.ground.setup"):
            importlib.import_module("minsheng.ground.setup").prepare(postgres.conninfo("owner", TEMPLATE))
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false IS_TEMPLATE true").format(name))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [TEMPLATE])
    return TEMPLATE


@contextmanager
def _clone(postgres: PostgreSQL, template: str) -> Iterator[Database]:
    clone = Database(postgres, f"test_{next(_numbers)}")
    name = sql.Identifier(clone.name)
    with _administrator(postgres) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER minsheng_owner STRATEGY wal_log").format(
                name, sql.Identifier(template)
            )
        )
    yield clone
    with _administrator(postgres) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def database(postgres: PostgreSQL, template: str) -> Iterator[Database]:
    """A database of the test's own, dropped after it."""
    with _clone(postgres, template) as clone:
        yield clone


@pytest.fixture
def another_database(postgres: PostgreSQL, template: str) -> Iterator[Database]:
    """A second one, to compare with."""
    with _clone(postgres, template) as clone:
        yield clone


_numbers = itertools.count(1)


def _administrator(server: PostgreSQL) -> psycopg.Connection:
    return psycopg.connect(server.conninfo("superuser", "postgres"), autocommit=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data, from MINSHENG_SHARED or beside the repository; skips aloud without it."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("MINSHENG_SHARED") or root.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}: set MINSHENG_SHARED to the folder that holds it")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI=true, a test that skips has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself."""
    report = yield
    if report.skipped:
        _refuse_skip(report, collector.nodeid)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport, name: str) -> None:
    if os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"CI allows no skip, and {name} was skipped: {report.longrepr}"


@pytest.fixture
def house(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    """The whole house on a database and a data directory of the test's own: Django's aliases point to it, the city is
    Anyang, and no random look-back falls."""
    from minsheng.ground.databases import point
    from minsheng.ground.setup import configure

    configure()
    from django.conf import settings

    from minsheng.respond import casework, store

    monkeypatch.setattr(settings, "DATA", tmp_path / "data")
    monkeypatch.setattr(casework, "drawn", lambda _per_mille: False)
    point("default", database.conninfo("app"))
    point("vault", database.conninfo("vault"))
    store.numbers.forget()
    yield database
    from django.db import connections

    connections.close_all()


@pytest.fixture
def county_and_town(house: Database) -> tuple[Unit, Unit]:
    """A county of the city and one of its townships."""
    from minsheng.ground import present

    pack = present.city()
    town = next(u for u in pack.units.values() if u.level == 3 and u.kind == "township")
    return pack.units[town.parent], town
