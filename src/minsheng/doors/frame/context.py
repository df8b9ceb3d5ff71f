"""What every page knows: the city and the time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from minsheng.ground import present


def frame(_request: HttpRequest) -> dict[str, Any]:
    """The city's head for the top bar, and the present moment."""
    return {"city": present.city().city, "now": present.now()}
