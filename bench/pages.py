"""Claim: pages of foresight answer within 300 ms, on the lake of whatever house is asked.

    ./minsheng demo &                                   in one window
    ./minsheng bench pages [--base http://127.0.0.1:8012]

Logs in as the demo's analyst and reads every page of foresight, and the first topic's, nine times; the median is shown
beside that of the login page of the same server in the same run, which asks the database for nothing. The first reading
of all is shown apart: it opens the lake."""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

LIMIT_MS, TIMES = 300.0, 9
LOGIN = "/staff/login"
PAGES = ("board", "calendar", "map", "volumes", "topics", "months", "library")


def analyst(base: str) -> OpenerDirector:
    """A browser in which the demo's analyst is logged in."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = browser.open(base + LOGIN).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None or "demo-analyst" not in page:
        sys.exit(f"{base} is no demo: start ./minsheng demo and give its address.")
    form = urlencode({"csrfmiddlewaretoken": token[1], "demo": "demo-analyst"}).encode()
    browser.open(Request(base + LOGIN, data=form, headers={"Referer": base + LOGIN}))
    return browser


def milliseconds(browser: OpenerDirector, address: str) -> tuple[float, float]:
    """The first reading of a page and the median of those after it."""
    taken = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        with browser.open(address) as answer:
            answer.read()
        taken.append(1000 * (time.perf_counter() - began))
    return taken[0], statistics.median(taken[1:])


def main() -> int:
    """Print the figures; 1 when a page is slower."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--base", default="http://127.0.0.1:8012")
    base = parser.parse_args().base.rstrip("/")
    browser = analyst(base)
    with browser.open(f"{base}/staff/topics") as answer:
        topic = re.search(r'href="(/staff/topics/T[^"/]+)"', answer.read().decode())
    pages = [f"/staff/{page}" for page in PAGES] + ([topic[1], f"{topic[1]}/portrait"] if topic else [])
    _, yardstick = milliseconds(build_opener(), base + LOGIN)
    print(f"{LOGIN:36} {yardstick:7.0f} ms (yardstick)")
    kept = True
    for page in pages:
        first, median = milliseconds(browser, base + page)
        kept &= median <= LIMIT_MS
        print(f"{page:36} {median:7.0f} ms, {median / yardstick:5.1f} times; first {first:.0f} ms")
    print(f"every page within {LIMIT_MS:.0f} ms: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
