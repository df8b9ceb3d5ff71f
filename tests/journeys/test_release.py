"""A release recounted in a real browser: it finds what the house published right, and what was tampered with not."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def month(city, data) -> str:
    """The month before this one, released."""
    found = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    command = [sys.executable, "-m", "minsheng.doors.cli", "release", found, "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True)
    return found


@pytest.fixture
def published(city, month) -> tuple[str, str]:
    """The page's address, and the release's text."""
    with urllib.request.urlopen(f"{city}/releases/{month}.jsonl.gz", timeout=20) as answer:
        return f"{city}/releases/verify", gzip.decompress(answer.read()).decode()


@pytest.fixture
def page(browser):
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    return page


def recounted(page) -> str:
    page.get_by_role("button", name="重算").click()
    page.locator("#state").filter(has_text=re.compile("^(不对|按您|谁的)")).wait_for()
    return page.locator("main").inner_text()


def test_the_browser_finds_the_release_right_and_counts_what_its_trailer_says(published, month, page) -> None:
    address, content = published
    page.goto(address)
    told = recounted(page)
    assert f"{month} 没有问题" in told
    assert "账本记下的就是这个文件" in told
    rates = json.loads(content.splitlines()[-1])["rates"]
    rows = page.locator("#rates tbody tr").all_inner_texts()
    assert len(rows) == len(rates)
    assert [row.split("\t")[3:5] for row in rows] == [[str(rate[3]), str(rate[4])] for rate in rates]
    assert page.faults == []


def turned(texts: list[str], said: str, other: str) -> None:
    """The first leaf that says `said` says something else."""
    at = next(i for i, text in enumerate(texts[1:-1], 1) if said in text)
    texts[at] = texts[at].replace(said, other, 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda texts: texts.pop(5), "缺第 4 片叶子"),
        (lambda texts: turned(texts, '"open"', '"resolved"'), "和账本里的不一样"),
        (lambda texts: texts.__setitem__(-1, texts[-1].replace('"late":true', '"late":false')), "不是由叶子算出来的"),
        (lambda texts: texts.__setitem__(0, texts[0].replace("those solved", "those said solved", 1)), "口径不是"),
        (lambda texts: texts.append(texts[-1]), "文件尾后面还有东西"),
    ],
)
def test_the_browser_names_what_was_tampered_with(published, page, tmp_path, change, fault) -> None:
    address, content = published
    texts = content.splitlines()
    before = list(texts)
    change(texts)
    assert texts != before
    (tmp_path / "release.gz").write_bytes(gzip.compress("".join(f"{text}\n" for text in texts).encode()))
    page.goto(address)
    page.locator("#file").set_input_files(tmp_path / "release.gz")
    assert fault in recounted(page)
