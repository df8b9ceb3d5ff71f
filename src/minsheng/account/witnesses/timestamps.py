"""Time stamps (时间戳): a time authority sets its time under the first head of each day (RFC 3161), kept beside the
head.

MINSHENG_TSA_URL names the authority, MINSHENG_TSA_CA the file of the root certificates that it is verified under;
without them there are no stamps. The stamp is over the head's text, so that it holds whatever lines stand under it; the
machine's OpenSSL asks and verifies."""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection

from minsheng.account.log import notes
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight

SECONDS = 10.0
LARGEST_TOKEN = 1 << 17
_log = logging.getLogger(__name__)


class NoStamp(Exception):
    """The authority gave no good time stamp; the message says why."""


def stamp(size: int, signed: bytes) -> bool:
    """Have the day's first head stamped, if an authority is configured; whether it was.

    An authority that does not answer, or not well, is logged and asked again with the next head."""
    url, roots = os.environ.get("MINSHENG_TSA_URL", ""), os.environ.get("MINSHENG_TSA_CA", "")
    if not url or _stamped_today():
        return False
    try:
        token = ask(url, roots, notes.split(signed).text)
    except NoStamp as reason:
        _log.warning("the head of %s leaves has no time stamp: %s", size, reason)
        return False
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO account_timestamp (size, at, token) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [size, present.now(), token],
        )
    return True


def token_of(size: int) -> bytes | None:
    """The stamp of the head of `size` leaves, as the authority answered (DER TimeStampResp)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM account_timestamp WHERE size = %s", [size])
        row = cursor.fetchone()
    return bytes(row[0]) if row else None


def ask(url: str, roots: str, text: bytes) -> bytes:
    """The authority's answer over `text`, verified under the certificates in `roots`. NoStamp when there is none."""
    if not roots:
        raise NoStamp("set MINSHENG_TSA_CA to the root certificates of the authority, so that its stamps are verified")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "text").write_bytes(text)
        _openssl(folder, "-query", "-data", "text", "-sha256", "-cert", "-out", "query")
        answer = _post(url, (folder / "query").read_bytes())
        (folder / "answer").write_bytes(answer)
        _openssl(folder, "-verify", "-in", "answer", "-queryfile", "query", "-CAfile", str(Path(roots).resolve()))
    return answer


def _post(url: str, query: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(url, data=query, method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            body: bytes = answer.read(LARGEST_TOKEN)
            return body
    except OSError as error:
        raise NoStamp(f"{url} does not answer: {error}") from error


def _openssl(folder: Path, *arguments: str) -> None:
    """Run `openssl ts` in `folder`. NoStamp with its last words when it does not do as it is asked."""
    try:
        done = subprocess.run(
            ["openssl", "ts", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise NoStamp(f"openssl cannot be used: {error}") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["no words"]
        raise NoStamp(f"openssl ts {arguments[0]}: {said[-1]}")


def _stamped_today() -> bool:
    zone = ZoneInfo(present.city().city.tz)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM account_timestamp")
        (last,) = cursor.fetchone()
    return last is not None and last.astimezone(zone).date() == present.now().astimezone(zone).date()
