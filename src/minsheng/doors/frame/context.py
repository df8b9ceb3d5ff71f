"""What every page knows: the city and the time, whether its data are simulated; how the reader wants to see
it, and where they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from minsheng.doors.frame import showing
from minsheng.ground import present

THEMES, SIZES = ("light", "dark"), ("normal", "big")


def frame(request: HttpRequest) -> dict[str, Any]:
    """The city's head for the top bar, the mark of simulated data, the present moment, the chosen look, and the address
    to come back to."""
    theme, size = request.COOKIES.get("theme"), request.COOKIES.get("size")
    return {
        "city": present.city().city,
        "simulated": present.simulated(),
        "now": present.now(),
        "today": showing.today(),
        "look": {"theme": theme if theme in THEMES else "", "size": size if size in SIZES else ""},
        "here": request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/"),
    }
