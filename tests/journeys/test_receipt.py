"""A receipt in a real browser: what was promised, whether it was kept, and that no altered letter passes."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request

import pytest

pytestmark = pytest.mark.journey


def file(city: str) -> str:
    body = json.dumps({"text": "楼道灯坏了三天", "channel": "web"}).encode()
    asked = urllib.request.Request(f"{city}/api/v1/requests", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer)["receipt"]


def sign(data) -> None:
    command = [sys.executable, "-m", "minsheng.doors.cli", "ledger", "sign", "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def page(browser):
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.asked = []
    return page


def told(page) -> str:
    page.locator("#result .checks li").last.wait_for()
    page.wait_for_load_state("networkidle")
    return page.locator("#result").inner_text()


def test_a_promise_waits_is_kept_and_is_shown_with_the_orders_course(city, data, page) -> None:
    link = file(city)
    page.goto(link)
    before = told(page)
    assert "签名有效" in before
    assert "还没到时间" in before
    sign(data)
    page.reload()
    after = told(page)
    assert "承诺兑现了" in after
    assert "受理" in page.locator("#result .course").inner_text()
    secret = link.partition("#1.")[2].split(".")[0]
    assert not [url for url in page.asked if secret in url.partition("#")[0]]
    assert page.faults == []


def test_an_altered_receipt_is_called_forged(city, page) -> None:
    head, dot, signature = file(city).rpartition(".")
    page.goto(head + dot + ("A" if signature[0] != "A" else "B") + signature[1:])
    assert "签名无效" in told(page)


def test_without_webcryptos_curve_the_signature_is_checked_all_the_same(city, page) -> None:
    page.add_init_script(
        "const own = crypto.subtle.importKey.bind(crypto.subtle);"
        "crypto.subtle.importKey = (form, key, name, ...rest) => name === 'Ed25519'"
        " ? Promise.reject(new DOMException('no curve', 'NotSupportedError')) : own(form, key, name, ...rest);"
    )
    link = file(city)
    page.goto(link)
    assert "签名有效" in told(page)
    page.goto("about:blank")
    head, dot, signature = link.rpartition(".")
    page.goto(head + dot + ("A" if signature[0] != "A" else "B") + signature[1:])
    assert "签名无效" in told(page)


def test_once_loaded_the_page_checks_without_a_network(city, data, page, tmp_path) -> None:
    link = file(city)
    sign(data)
    page.goto(link)
    assert "承诺兑现了" in told(page)
    with page.expect_download() as saved:
        page.locator("#keep").click()
    saved.value.save_as(tmp_path / "proof.json")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate("async () => { while (!(await caches.keys()).length) await new Promise((r) => setTimeout(r, 50)); }")
    page.context.set_offline(True)
    page.reload()
    assert "现在连不上账本" in told(page)
    page.locator("#saved").set_input_files(tmp_path / "proof.json")
    page.locator("#result", has_text="承诺兑现了").wait_for()
    assert page.faults == []


def test_what_was_read_out_over_the_telephone_finds_the_receipt(city, page) -> None:
    from minsheng.account.receipts import read_receipt

    receipt = read_receipt(file(city))
    page.goto(f"{city}/r")
    page.locator("#channel").select_option("web")
    page.locator("#number").fill(str(receipt.promise.number))
    page.locator("#code").fill(f"{receipt.code[:4]} {receipt.code[4:]}")
    page.locator("form[method=post] button").last.click()
    assert "签名有效" in told(page)


def test_no_page_is_wider_than_a_phone(city, page) -> None:
    page.goto(file(city))
    told(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
