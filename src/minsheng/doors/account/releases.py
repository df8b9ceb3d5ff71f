"""Monthly releases over HTTP (公开包): the files, their index, the definitions of the rates, and the verifier that
stands alone. A web server may as well serve the folder itself (data/releases)."""

from __future__ import annotations

import json
import re
from importlib.resources import files

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from minsheng.account import monthly, releases

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
ANYBODY = {"Access-Control-Allow-Origin": "*"}


@require_safe
def release(_request: HttpRequest, month: str) -> HttpResponseBase:
    """The release of a month, as it was committed to."""
    if not _MONTH.fullmatch(month):
        raise Http404
    try:
        file = (monthly.folder() / f"{month}.jsonl.gz").open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    kept = ANYBODY | {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(file, content_type="application/gzip", headers=kept)


@require_safe
def index(_request: HttpRequest) -> HttpResponse:
    """All releases, each with its file's SHA-256 and its place in the log; 404 before the first."""
    try:
        found = (monthly.folder() / monthly.INDEX).read_bytes()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(found, content_type="application/json", headers=ANYBODY | {"Cache-Control": "no-cache"})


@require_safe
def verifier(_request: HttpRequest) -> HttpResponse:
    """The verifier in one file, to be read and run by anybody."""
    text = files(releases).joinpath("standalone.py").read_bytes()
    return HttpResponse(text, content_type="text/x-python; charset=utf-8", headers=ANYBODY)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page that recounts a release in the reader's browser."""
    try:
        listed = json.loads((monthly.folder() / monthly.INDEX).read_bytes())["releases"]
    except FileNotFoundError:
        listed = []
    months = [each["month"] for each in reversed(listed)]
    return render(request, "account/release.html", {"months": months})


@require_safe
def metrics(_request: HttpRequest) -> JsonResponse:
    """Every definition in the log, oldest first: its text, and the leaf with day and salt that committed to it."""
    found = [
        {
            "metric": each.metric.name,
            "version": each.metric.version,
            "sha256": each.metric.digest,
            "text": each.metric.text,
            "leaf": each.leaf,
            "day": each.day.isoformat(),
            "salt": each.salt.hex(),
        }
        for each in monthly.defined()
    ]
    return JsonResponse({"metrics": found}, headers=ANYBODY, json_dumps_params={"ensure_ascii": False})
