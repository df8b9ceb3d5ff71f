"""Photograph the pages of a demo city: every page at 1440 and 390 px, in Chinese and English (./minsheng pictures).

The pictures are for the guides and for looking: an ugly page is a defect. With `--docs` those that the guides show go
to docs/pictures."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
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
    "unit_desk": ("unit_desk", ["/staff/inbox"]),
}
PUBLIC = ["/", "/new/what", "/track", "/styleguide", "/staff/login"]
KEPT = {
    "order": "unit_desk-order-wide-zh",
    "pool": "dispatcher-staff-pool-wide-zh",
    "inbox": "unit_desk-staff-inbox-wide-zh",
    "callback": "caller_back-staff-callback-wide-zh",
    "agent": "agent-staff-agent-call-wide-zh",
    "portal": "public-new-what-phone-zh",
}
"""Names in docs/pictures, and the pictures that they are."""
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
                page.screenshot(path=out / name, full_page=width == "phone")
            if who in ("dispatcher", "unit_desk"):
                page.goto(BASE + paths[0])
                numbers = page.locator("main table a").all_inner_texts()
                longest = next((n for n in reversed(numbers) if n.startswith("AY")), None)
                if longest is not None:
                    page.goto(f"{BASE}/staff/orders/{longest}")
                    name = f"{who}-order-{width}-{'zh' if lang == 'zh-hans' else 'en'}.png"
                    page.screenshot(path=out / name, full_page=width == "phone")
            context.close()
    return bad


def enter(page: Page, role: str) -> None:
    """Log in as the demo account of `role` (the first unit's for unit roles)."""
    page.goto(f"{BASE}/staff/login")
    page.locator(f"button[value^='demo-{role}']").first.click()
    page.wait_for_load_state()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")))
