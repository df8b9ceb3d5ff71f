"""`GET /healthz`: 200 when the house can serve, 503 when its database cannot be reached. What runs late is said beside
it: the house serves on, and a monitor that reads the answer can call somebody."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from minsheng.account.ledger import late
from minsheng.ground import present


def healthz(_request: HttpRequest) -> JsonResponse:
    """The city, whether the database answers, and whether the ledger keeps its hour."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ground_unit")
            (units,) = cursor.fetchone()
        waiting = late()
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    ledger = f"late since {waiting.since.isoformat(timespec='seconds')}: {waiting.words()}" if waiting else "ok"
    return JsonResponse({"status": "ok", "city": present.city().city.code, "units": units, "ledger": ledger})
