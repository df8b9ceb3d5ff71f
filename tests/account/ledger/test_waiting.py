"""What waits too long for its number is told: by the ledger's status and by the health page, with the cause."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.test import Client

from minsheng.account.ledger import late, number, status, waiting
from minsheng.ground import present
from minsheng.respond import intake

pytestmark = pytest.mark.db


@pytest.fixture
def later(monkeypatch):
    """Puts the clock on by so many minutes."""

    def put(minutes: int) -> None:
        now = present.now() + timedelta(minutes=minutes)
        monkeypatch.setattr(present, "clock", [*present.clock, lambda: now])

    return put


def test_nothing_waits_when_all_is_numbered(house) -> None:
    assert waiting() is None
    intake.receive(intake.Request("第一件", category="010101"))
    number()
    assert waiting() is None
    assert Client().get("/healthz").json()["ledger"] == "ok"


def test_a_commitment_may_wait_half_an_hour(house, later) -> None:
    intake.receive(intake.Request("第一件", category="010101"))
    assert waiting().count == 1
    later(29)
    assert late() is None
    later(2)
    assert late().count == 1


def test_without_a_worker_the_health_page_says_that_nobody_numbers(house, later) -> None:
    intake.receive(intake.Request("第一件", category="010101"))
    later(31)
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["ledger"].startswith("late since ")
    assert "worker" in answer.json()["ledger"]


def test_an_open_transaction_of_any_database_of_the_server_is_named_as_the_cause(
    house, another_database, later
) -> None:
    with psycopg.connect(another_database.conninfo("loader")) as forgotten:
        forgotten.execute("SELECT pg_current_xact_id()")
        intake.receive(intake.Request("第一件", category="010101"))
        assert number() == 0
        later(31)
        assert status().waiting.held
        assert "pg_stat_activity" in Client().get("/healthz").json()["ledger"]
        forgotten.rollback()
    assert not late().held
    assert number() == 1
    assert late() is None


def test_on_another_server_what_has_a_number_does_not_wait(house) -> None:
    intake.receive(intake.Request("第一件", category="010101"))
    number()
    intake.receive(intake.Request("第二件", category="010101"))
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("UPDATE account_ledger SET server = server - 1")
    assert waiting().count == 1
