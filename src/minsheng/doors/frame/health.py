"""`GET /healthz`: 200 when the house can serve, 503 when its database cannot be reached."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from minsheng.ground import present


def healthz(_request: HttpRequest) -> JsonResponse:
    """The city and whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ground_unit")
            (units,) = cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok", "city": present.city().city.code, "units": units})
