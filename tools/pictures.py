"""Photograph the pages of a demo city: every page at 1440 and 390 px, in Chinese and English (./minsheng pictures).

The pictures are for the guides and for looking: an ugly page is a defect. With `--docs` those that the guides show go
to docs/pictures."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PORT = 8096
BASE = f"http://127.0.0.1:{PORT}"
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
STAFF = {
    "agent": ("agent", ["/staff/agent", "/staff/agent/call"]),
    "dispatcher": ("dispatcher", ["/staff/pool", "/staff/approvals"]),
    "reviewer": ("reviewer", ["/staff/review"]),
    "caller_back": ("caller_back", ["/staff/callback"]),
    "supervisor": ("supervisor", ["/staff/supervision"]),
    "knowledge_editor": ("knowledge_editor", ["/staff/knowledge"]),
    "unit_desk": ("unit_desk", ["/staff/inbox", "/staff/tasks"]),
    "analyst": (
        "analyst",
        [
            "/staff/board",
            "/staff/calendar",
            "/staff/map",
            "/staff/volumes",
            "/staff/topics",
            "/staff/appraisal",
            "/staff/appraisal/signs",
            "/staff/appraisal/evaluation",
        ],
    ),
    "auditor": ("auditor", ["/staff/audit"]),
    "leader": ("leader", ["/staff/months", "/staff/library"]),
}
PUBLIC = ["/", "/new/what", "/track", "/styleguide", "/staff/login", "/figures", "/r", "/releases/verify"]
KEPT = {
    "order": "unit_desk-order-wide-zh",
    "pool": "dispatcher-staff-pool-wide-zh",
    "inbox": "unit_desk-staff-inbox-wide-zh",
    "callback": "caller_back-staff-callback-wide-zh",
    "agent": "agent-staff-agent-call-wide-zh",
    "portal": "public-new-what-phone-zh",
    "board": "analyst-staff-board-wide-zh",
    "volumes": "analyst-staff-volumes-wide-zh",
    "figures": "public-figures-wide-zh",
    "appraisal": "analyst-staff-appraisal-wide-zh",
    "signs": "analyst-staff-appraisal-signs-wide-zh",
    "audit": "auditor-staff-audit-wide-zh",
}
"""Names in docs/pictures, and the pictures that they are."""
NUMBER = re.compile(r"[A-Z]{2}\d{14,}")
LEARNT_SECONDS = 300
HEARD = "小区暖气三天不热，室内只有14度，家里有老人和孩子，物业说是供热公司的事，请尽快处理。"
DOCS = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CHROMIUM = os.environ.get("MINSHENG_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main(out: Path) -> int:
    """Take every picture into `out`; 1 when a page did not answer 200."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "minsheng.doors.cli", "demo", "--data", folder, "--port", str(PORT)]
        house = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert house.stdout is not None
            assert house.stdout.readline().startswith("ready"), "the demo did not start"
            _wait_until_it_has_learnt(Path(folder))
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                bad = [b for lang in ("zh-hans", "en") for b in _photograph(browser, lang, out)]
                browser.close()
        finally:
            house.send_signal(signal.SIGTERM)
            house.wait(15)
    for name, source in KEPT.items() if "--docs" in sys.argv else ():
        shutil.copyfile(out / f"{source}.png", DOCS / f"{name}.png")
    print(f"{len(list(out.glob('*.png')))} pictures in {out}; {len(bad)} pages failed")
    for line in bad:
        print(f"  {line}")
    return 1 if bad else 0


def _photograph(browser: Browser, lang: str, out: Path) -> list[str]:
    bad = []
    for width, (w, h) in WIDTHS.items():
        for who, paths in {"public": PUBLIC, **{k: v[1] for k, v in STAFF.items()}}.items():
            context = browser.new_context(
                viewport={"width": w, "height": h}, locale="zh-CN" if lang == "zh-hans" else "en-GB"
            )
            context.add_cookies([{"name": "django_language", "value": lang, "url": BASE}])
            page = context.new_page()
            if who != "public":
                enter(page, STAFF[who][0])
            for path in paths:
                answer = page.goto(BASE + path)
                if answer is None or answer.status != 200:
                    bad.append(f"{path} as {who}: {answer.status if answer else 'no answer'}")
                name = f"{who}{path.replace('/', '-').rstrip('-')}-{width}-{'zh' if lang == 'zh-hans' else 'en'}.png"
                if who == "caller_back":
                    _to_one_to_ring(page)
                if path.endswith("/call"):
                    page.fill("[name=text]", HEARD)
                    page.wait_for_timeout(3000)
                page.screenshot(path=out / name, full_page=width == "phone")
            if who in ("dispatcher", "unit_desk"):
                page.goto(BASE + paths[0])
                rows = page.locator("main tbody tr").all_inner_texts()
                told = [r for r in rows if "二次办理" in r or "Second handling" in r] or rows
                if found := [n for row in told for n in NUMBER.findall(row)]:
                    page.goto(f"{BASE}/staff/orders/{found[0]}")
                    name = f"{who}-order-{width}-{'zh' if lang == 'zh-hans' else 'en'}.png"
                    page.screenshot(path=out / name, full_page=width == "phone")
            context.close()
    return bad


def _wait_until_it_has_learnt(data: Path) -> None:
    """The worker trains the model after the first start; proposals come with it."""
    until = time.monotonic() + LEARNT_SECONDS
    while not (data / "model" / "trained").exists():
        assert time.monotonic() < until, "the demo's worker has not trained the model"
        time.sleep(1)
    time.sleep(5)


def _to_one_to_ring(page: Page) -> None:
    """The call-back desk at an order with a number to ring and a reply to ask about."""
    page.goto(f"{BASE}/staff/orders?tab=to_call_back")
    for no in NUMBER.findall(page.locator("main").inner_text()):
        page.goto(f"{BASE}/staff/callback?no={no}")
        if page.locator("form[action$='/number']").count() and page.locator(".said").last.inner_text() != "—":
            return


def enter(page: Page, role: str) -> None:
    """Log in as the demo account of `role` (the first unit's for unit roles)."""
    page.goto(f"{BASE}/staff/login")
    page.locator(f"button[value^='demo-{role}']").first.click()
    page.wait_for_load_state()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")))
