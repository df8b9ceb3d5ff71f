"""Connections of the pool: one that the server has dropped meets no request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from minsheng.ground.databases import django_database

if TYPE_CHECKING:
    from conftest import Database


@pytest.fixture
def pooled(database: Database) -> Iterator[BaseDatabaseWrapper]:
    """A connection of a pool to a database of the test's own."""
    connections.databases["pooled"] = django_database(database.conninfo(), pool=True)
    yield connections["pooled"]
    connections["pooled"].close()
    connections["pooled"].close_pool()
    del connections["pooled"], connections.databases["pooled"]


def backend(connection: BaseDatabaseWrapper) -> int:
    """Ask for the server's process as a request does: take a connection, give it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    connection.close()
    return int(pid)


def test_connections_that_the_server_dropped_are_made_anew_before_a_request_has_them(
    database: Database, pooled: BaseDatabaseWrapper
) -> None:
    before = {backend(pooled) for _ in range(3)}
    with psycopg.connect(database.conninfo("superuser"), autocommit=True) as other:
        others = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        dropped = {pid for (pid,) in other.execute(others, [database.name])}
        for pid in dropped:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert before <= dropped
    assert not before & {backend(pooled) for _ in range(3)}
