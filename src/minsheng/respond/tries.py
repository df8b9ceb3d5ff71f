"""Limited tries (尝试限制) at a door that takes a secret, counted in the database for all processes."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from minsheng.ground import present

LIMIT = 10
"""Wrong tries an hour."""


def _hour() -> datetime:
    return present.now().replace(minute=0, second=0, microsecond=0)


def may_try(what: str) -> bool:
    """Whether another try at `what` is allowed in this hour."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tries FROM respond_try WHERE what = %s AND hour = %s", [what, _hour()])
        row = cursor.fetchone()
    return row is None or row[0] < LIMIT


def failed(what: str) -> None:
    """Count a wrong try."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO respond_try (what, hour, tries) VALUES (%s, %s, 1) "
            "ON CONFLICT (what, hour) DO UPDATE SET tries = respond_try.tries + 1",
            [what, _hour()],
        )
