"""The open ledger over HTTP (C2SP tlog-tiles): checkpoint, tiles and entries as static files; the log's keys, the
policy that says whose word counts, and the time stamps under heads.

A web server may as well serve the folder itself (data/ledger, without `.writing`)."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from minsheng.account.ledger import folder, policy, verifiers
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.tiles import CHECKPOINT
from minsheng.account.witnesses import timestamps

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
    """The keys with which heads are signed, one a line, as signed notes write them: Ed25519, then SM2 if there is
    one."""
    return _text("".join(f"{write_vkey(each)}\n" for each in verifiers()).encode())


@require_safe
def trust(_request: HttpRequest) -> HttpResponse:
    """Log, witnesses and quorum as a policy file (C2SP tlog-policy)."""
    return _text(policy().text())


@require_safe
def timestamp(_request: HttpRequest, size: int) -> HttpResponse:
    """The time stamp under the head of `size` leaves (RFC 3161), if an authority set one."""
    token = timestamps.token_of(size)
    if token is None:
        raise Http404
    return _answer(token, "application/timestamp-reply", FOREVER)


def _text(content: bytes) -> HttpResponse:
    return _answer(content, "text/plain; charset=utf-8", "no-cache")


def _file(path: str, kind: str, cache: str) -> HttpResponse:
    try:
        found = (folder() / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Http404 from error
    return _answer(found, kind, cache)


def _answer(content: bytes, kind: str, cache: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Cache-Control": cache, "Access-Control-Allow-Origin": "*"}
    )
