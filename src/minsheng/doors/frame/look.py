"""How a reader sees the pages (外观): theme and size of letters, kept in a cookie, without script."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from minsheng.doors.frame.context import SIZES, THEMES

_YEAR = 365 * 24 * 3600


def back(request: HttpRequest, default: str = "/") -> str:
    """The address in `next` if it is ours (path and query only), else `default`."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return default
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or default


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme or size and go back."""
    response = redirect(back(request))
    for name, known in (("theme", THEMES), ("size", SIZES)):
        if request.POST.get(name) in known:
            response.set_cookie(name, request.POST[name], max_age=_YEAR, samesite="Lax", httponly=True)
    return response
