"""Counters of the channels: said once a day, never beyond what is in the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from minsheng.account.ledger import number
from minsheng.account.ledger.counters import count_channels
from minsheng.ground import present
from minsheng.respond import intake
from minsheng.respond.checking import check_all

pytestmark = pytest.mark.db
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def day(monkeypatch):
    def at(n: int) -> None:
        monkeypatch.setattr(present, "clock", [lambda: NOON + timedelta(days=n)])

    at(0)
    return at


def told(house) -> list[tuple[str, int]]:
    with psycopg.connect(house.conninfo("loader")) as database:
        rows = database.execute("SELECT told::text FROM account_leaf WHERE kind = 10 ORDER BY index").fetchall()
    return [(said["channel"], said["last"]) for (text,) in rows for said in json.loads(text)]


def received(*channels: str) -> None:
    for channel in channels:
        intake.receive(intake.Request("路灯不亮", channel=channel))


def test_what_is_in_the_log_is_counted_once_a_day(house, day) -> None:
    received("web", "phone", "web")
    number()
    assert count_channels() == 2
    assert told(house) == [("phone", 1), ("web", 2)]
    received("web")
    number()
    assert count_channels() == 0
    day(1)
    assert count_channels() == 1
    assert told(house)[-1] == ("web", 3)
    day(2)
    assert count_channels() == 0


def test_a_receipt_without_its_leaf_holds_the_counter_back(house, day) -> None:
    received("web", "web")
    number()
    received("web")
    assert count_channels() == 1
    assert told(house) == [("web", 2)]
    assert check_all(house.conninfo("loader")).differences == []


def test_a_request_that_was_never_entered_shows(house, day) -> None:
    received("web", "web", "web")
    with psycopg.connect(house.conninfo("superuser")) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(
            "UPDATE respond_event SET leaf = NULL, leaf_day = NULL, told = NULL, commitment = NULL "
            "WHERE order_id = (SELECT order_id FROM respond_receipt WHERE number = 2)"
        )
    number()
    assert count_channels() == 1
    assert told(house) == [("web", 1)]
    day(1)
    assert count_channels() == 0
