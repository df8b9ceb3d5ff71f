"""A house knows whether its data are simulated, and asks its database for it as rarely as it can."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from minsheng.ground import present

pytestmark = pytest.mark.db
ROW = "INSERT INTO ground_simulation (plan, fingerprint) VALUES ('{\"months\": 1}', 'abc')"


@pytest.fixture
def loader(house):
    with psycopg.connect(house.conninfo("loader"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def minute(monkeypatch):
    """The time since the process began, which stands still until it is set forward."""
    seconds = [1000.0]
    monkeypatch.setattr(present, "monotonic", lambda: seconds[0])
    return seconds


def asked() -> int:
    """How often a statement is sent while it is asked ten times."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        for _ in range(10):
            present.simulated()
    return len(queries)


def test_a_run_that_is_loaded_later_is_seen_within_a_minute(loader, minute) -> None:
    assert present.simulated() is False
    loader.execute(ROW)
    minute[0] += present.ASK_AGAIN_SECONDS - 1
    assert present.simulated() is False
    minute[0] += 1
    assert present.simulated() is True


def test_a_real_city_is_asked_about_once_a_minute_and_a_known_run_never_again(loader, minute) -> None:
    assert asked() == 1
    assert asked() == 0
    loader.execute(ROW)
    minute[0] += present.ASK_AGAIN_SECONDS
    assert asked() == 1
    minute[0] += 1000 * present.ASK_AGAIN_SECONDS
    assert asked() == 0
    assert present.simulated() is True


def test_an_invented_city_is_known_without_asking(house, monkeypatch) -> None:
    real = present.city()
    pack = replace(real, city=replace(real.city, invented=True))
    monkeypatch.setattr(present, "city", lambda: pack)
    assert asked() == 0
    assert present.simulated()
    assert present.known_simulated()


def test_what_is_known_is_of_one_database_alone(loader, house, monkeypatch) -> None:
    from django.db import connection

    loader.execute(ROW)
    assert present.simulated()
    monkeypatch.setitem(connection.settings_dict, "NAME", "another")
    assert not present.known_simulated()


def test_there_is_one_row_which_the_app_reads_and_only_the_loader_writes(loader, house) -> None:
    loader.execute(ROW)
    loader.execute("UPDATE ground_simulation SET days_done = 1, numbers_to = 700, finished = true")
    with pytest.raises(psycopg.errors.UniqueViolation):
        loader.execute(ROW)
    with psycopg.connect(house.conninfo("app"), autocommit=True) as app:
        assert app.execute("SELECT plan ->> 'months', days_done FROM ground_simulation").fetchall() == [("1", 1)]
        for change in ("UPDATE ground_simulation SET days_done = 2", "DELETE FROM ground_simulation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(change.encode())
