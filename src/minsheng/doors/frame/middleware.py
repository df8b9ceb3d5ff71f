"""Headers that every answer carries (安全响应头), among them that a city's data are simulated (模拟数据)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header, parse_header_parameters

from minsheng.ground import present

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Content security, no caching of anything that a person sees (ASVS 5.0 V14), and the mark of simulated data."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
            if _simulated(request, response):
                mark(response)
        return response

    return answer


def _simulated(request: HttpRequest, response: HttpResponse) -> bool:
    """Reading asks, at most once a minute; what writes takes what reading knows, so that filing a request costs no
    statement more, and a failure is not asked about again."""
    asks = request.method in ("GET", "HEAD") and response.status_code < 500
    return present.simulated() if asks else present.known_simulated()


def mark(response: HttpResponse) -> None:
    """Say that the answer's data are simulated: in a header, and in the name of a file that is handed over."""
    response.headers["X-Minsheng-Data"] = "simulated"
    place, given = parse_header_parameters(response.headers.get("Content-Disposition", ""))
    if "filename" in given:
        name = PurePosixPath(given["filename"])
        marked = content_disposition_header(place == "attachment", f"{name.stem}-模拟数据{name.suffix}")
        assert marked is not None
        response.headers["Content-Disposition"] = marked
