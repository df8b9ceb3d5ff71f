"""What the house remembers of a resident's browser (本机记录): which orders it has proven, and what is being typed.

The session holds order numbers and a random name; what was typed is kept sealed (`respond.drafts`), so that no name,
number or word of a request stands in the session's table."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from minsheng.respond import drafts
from minsheng.respond.casework import NotFound

MOST = 20
"""Orders that one browser remembers."""
FILING = "new"
"""The draft of a request."""


def prove(request: HttpRequest, no: str) -> None:
    """This browser may read order `no` from now on."""
    numbers = [n for n in mine(request) if n != no]
    request.session["mine"] = [no, *numbers][:MOST]


def mine(request: HttpRequest) -> list[str]:
    """Numbers of the orders that this browser has proven, the last first."""
    return list(request.session.get("mine", ()))


def proven(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only a browser in that has shown the code of order `no`; others are asked for it. An order that is gone is
    a 404."""

    @wraps(view)
    def guarded(request: HttpRequest, no: str, **given: Any) -> HttpResponse:
        if no not in mine(request):
            return redirect(f"{reverse('portal:track')}?no={no}" if no.isalnum() else reverse("portal:track"))
        try:
            return view(request, no, **given)
        except NotFound as gone:
            raise Http404 from gone

    return guarded


def draft(request: HttpRequest, form: str) -> dict[str, str]:
    """What this browser has typed into `form` so far."""
    name = request.session.get("browser")
    found = drafts.find(name, form) if name else None
    return found[0] if found else {}


def keep(request: HttpRequest, form: str, fields: Mapping[str, str]) -> None:
    """Keep what was typed into `form`."""
    if "browser" not in request.session:
        request.session["browser"] = f"{drafts.BROWSER}{secrets.token_urlsafe(16)}"
    drafts.keep(request.session["browser"], form, fields)


def drop(request: HttpRequest, form: str) -> None:
    """What was typed has been sent."""
    if name := request.session.get("browser"):
        drafts.drop(name, form)


def drop_all(request: HttpRequest) -> None:
    """Forget this browser: orders proven, drafts, and the session itself but for who is logged in on a desk."""
    for form in (FILING, *(f"answer/{no}" for no in mine(request))):
        drop(request, form)
    for key in ("mine", "browser", "danger"):
        request.session.pop(key, None)
