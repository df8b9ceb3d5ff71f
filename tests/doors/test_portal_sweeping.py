"""What a browser leaves behind is thrown away: drafts nobody came back to, sessions that have expired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minsheng.ground import present
from minsheng.respond import drafts, jobs

pytestmark = pytest.mark.db


def kept(monkeypatch, account: str, days: float) -> None:
    """A draft saved `days` ago."""
    then = present.now() - timedelta(days=days)
    with monkeypatch.context() as past:
        past.setattr(present, "clock", [lambda: then])
        assert drafts.keep(account, "new", {"text": "没写完"})


def test_old_drafts_go_a_browser_s_own_after_three_days_and_a_desk_s_after_thirty(house, monkeypatch) -> None:
    for account, days in [("web/old", 3.1), ("web/new", 2.9), ("agent-old", 30.1), ("agent-new", 29.9)]:
        kept(monkeypatch, account, days)
    assert drafts.sweep() == 2
    left = {a for a in ("web/old", "web/new", "agent-old", "agent-new") if drafts.find(a, "new")}
    assert left == {"web/new", "agent-new"}
    assert drafts.sweep() == 0


def test_what_a_browser_types_is_counted_among_the_browsers_drafts(house, monkeypatch) -> None:
    from django.test import Client

    client = Client()
    client.post("/new/what", {"text": "没写完的事"})
    assert "没写完的事" in client.get("/new/what").content.decode()
    later = present.now() + timedelta(days=4)
    monkeypatch.setattr(present, "clock", [lambda: later])
    assert drafts.sweep() == 1
    assert "没写完的事" not in client.get("/new/what").content.decode()


def test_the_daily_job_throws_away_old_drafts_and_expired_sessions_and_keeps_living_ones(house, monkeypatch) -> None:
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    kept(monkeypatch, "web/old", 4)
    gone, living = SessionStore(), SessionStore()
    gone.set_expiry(-60)
    for session in (gone, living):
        session["mine"] = ["AY20260101000001"]
        session.save()
    for _ in range(2):
        jobs.forget(0)
        assert set(Session.objects.values_list("session_key", flat=True)) == {living.session_key}
    assert drafts.find("web/old", "new") is None


def test_the_sweep_runs_daily_at_twenty_to_four() -> None:
    tasks = jobs.app.periodic_registry.periodic_tasks
    (daily,) = [p for (name, _), p in tasks.items() if name == "respond.forget"]
    assert daily.cron == "40 3 * * *"
