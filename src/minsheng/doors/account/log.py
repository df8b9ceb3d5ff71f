"""The open ledger over HTTP (C2SP tlog-tiles): checkpoint, tiles and entries as static files, the log's key.

A web server may as well serve the folder itself (data/ledger, without `.writing`)."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from minsheng.account.ledger import folder, signer
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.tiles import CHECKPOINT

_NUMBER = r"(?:x\d{3}/)*\d{3}(?:\.p/(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]))?"
_TILE = re.compile(rf"(?:entries|[0-9]|[1-5]\d|6[0-3])/{_NUMBER}")
_ENTRIES = re.compile(_NUMBER)
FOREVER = "public, max-age=31536000, immutable"


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The newest signed head; 404 before the first."""
    return _file(CHECKPOINT, "text/plain; charset=utf-8", "no-cache")


@require_safe
def tile(_request: HttpRequest, path: str) -> HttpResponse:
    """One tile of hashes, or a bundle of entries."""
    if not _TILE.fullmatch(path):
        raise Http404
    return _file(f"tile/{path}", "application/octet-stream", FOREVER)


@require_safe
def entries(request: HttpRequest, path: str) -> HttpResponse:
    """A bundle of entries by its number alone."""
    if not _ENTRIES.fullmatch(path):
        raise Http404
    return tile(request, f"entries/{path}")


@require_safe
def key(_request: HttpRequest) -> HttpResponse:
    """The key with which heads are signed, as signed notes write it."""
    return HttpResponse(f"{write_vkey(signer().verifier)}\n", content_type="text/plain; charset=utf-8")


def _file(path: str, kind: str, cache: str) -> HttpResponse:
    try:
        found = (folder() / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Http404 from error
    return HttpResponse(found, content_type=kind, headers={"Cache-Control": cache, "Access-Control-Allow-Origin": "*"})
