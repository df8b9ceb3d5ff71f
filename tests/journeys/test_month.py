"""A month in a real browser: alarm → topic → pack → lists → tasks → an overdue task shown red → closed → the effect
three months later → a mechanism in the library.

The house runs in this process, so that its clock can be moved; database, pages and browser are the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import docx
import numpy as np
import pytest

from minsheng.core.codes import Role
from minsheng.foresee import sessions, topics
from minsheng.foresee.sessions.desk import give_cards
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from support.lake import folded, order

pytestmark = [pytest.mark.journey, pytest.mark.db]
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
START = date(2026, 11, 30)
WEEKS_BEFORE, WEEKS_AFTER = 60, 14


@pytest.fixture
def moment(monkeypatch) -> Callable[[datetime], None]:
    """Sets the clock of the house."""
    now = [MORNING]
    monkeypatch.setattr(present, "clock", [lambda: now[0]])
    return lambda at: now.__setitem__(0, at)


@pytest.fixture
def lake(house) -> tuple[str, list[str]]:
    """A year and more of one category in forty townships: it rises in one last week, and falls in three from START."""
    from django.conf import settings

    pack, rng, rows = present.city(), np.random.default_rng(4), []
    leaf = pack.taxonomy.leaves[0].code
    group = pack.taxonomy.path(leaf)[1].code
    towns = [a.code for a in pack.areas.values() if len(pack.area_path(a.code)) == 3][:40]
    monday = MORNING.date()
    for i, town in enumerate(towns):
        county = pack.area_path(town)[1].code
        for week in range(-WEEKS_BEFORE, WEEKS_AFTER):
            first = monday + timedelta(days=7 * week)
            n = 26 if i == 0 and week == -1 else rng.poisson(4.0 if i < 3 and first >= START else 10.0)
            for _ in range(n):
                day = first + timedelta(days=int(rng.integers(7)))
                where = {"township": town, "county": county, "area": town}
                rows.append(order(len(rows) + 1, day, category=leaf, category2=group, channel="phone", **where))
    folded(Path(settings.DATA) / "lake", rows)
    return leaf, towns


@pytest.fixture
def address(house, moment, lake) -> Iterator[str]:
    """The house's address, served from this process."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait(20)
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


class Person:
    """Somebody at a desk, in a browser of their own."""

    def __init__(self, browser, address: str, role: Role, unit: str | None = None) -> None:
        from minsheng.ground.models import Account

        name = f"{role.value}-{unit or 'centre'}"
        Account.objects.make(name, role, unit, name, "a-long-password")
        self.address = address
        self.page = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", accept_downloads=True
        ).new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.go("/staff/login")
        self.page.fill("#username", name)
        self.page.fill("#password", "a-long-password")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("nav.menu")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def fill(self, form, **fields: str) -> None:
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']")
            kind = field.first.evaluate("e => e.type || e.tagName.toLowerCase()")
            if kind == "radio":
                form.locator(f"[name='{name}'][value='{value}']").check()
            elif kind == "checkbox":
                field.check()
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.fill(value)

    def do(self, command: str, **fields: str) -> str:
        """Open the command's form on the page, fill it, send it; the sentence that answers."""
        box = self.page.locator(f"#act-{command}").first
        assert box.count(), f"{command} is not offered: {self.text()[:600]}"
        box.evaluate("e => e.open = true")
        self.fill(box, **fields)
        box.locator("form button").last.click()
        self.page.wait_for_load_state()
        note = self.page.locator(".note")
        return note.first.inner_text() if note.count() else ""


def test_from_an_alarm_to_a_mechanism(browser, address: str, moment, lake) -> None:
    leaf, towns = lake
    pack = present.city()
    lead, verifier = [u.code for u in pack.units.values() if u.level == 2][:2]
    topics.look_now(SYSTEM)
    analyst, leader = Person(browser, address, Role.ANALYST), Person(browser, address, Role.LEADER)
    supervisor = Person(browser, address, Role.SUPERVISOR)

    analyst.go("/staff/board?kind=rising")
    analyst.page.locator("tbody a").first.click()
    analyst.page.wait_for_selector("canvas")
    assert "26" in analyst.text()
    with analyst.page.expect_download() as taken:
        analyst.page.locator("[data-save=csv]").click()
    assert "2026-11-16,26" in Path(taken.value.path()).read_text("utf-8-sig")
    analyst.page.keyboard.press("c")
    analyst.page.wait_for_url("**/staff/topics/T2611-01")
    topic = analyst.page.url.removeprefix(address)

    supervisor.go("/staff/months")
    supervisor.page.locator("details.act").evaluate("e => e.open = true")
    supervisor.fill(supervisor.page.locator("details.act"), month="2026-11", chair="市委书记", held_on="2026-11-27")
    supervisor.page.locator("details.act button").click()
    supervisor.page.wait_for_url("**/staff/months/2026-11")

    for kind, title in (("voice", "入户走访三十户"), ("route", "更换立管，资金由维修基金列支")):
        analyst.do("add_evidence", kind=kind, title=title, text="记录在案")
    leader.go(topic)
    assert "已完成" in leader.do("choose", month="2026-11", reasons="上周突然增多", lead=lead)
    analyst.go(topic)
    areas = {"area": towns[0], "area2": towns[1], "area3": towns[2]}
    analyst.do("register", category=leaf, **areas, start=START.isoformat(), before="60", after="13", selection="rising")
    supervisor.go(topic)
    for title, term in (("更换立管", "10wd"), ("公布抢修电话", "3wd")):
        given = supervisor.do("give_item", list="measure", title=title, unit=lead, verifier=verifier, term=term)
        assert "已完成" in given, given

    leader.go("/staff/months/2026-11")
    with leader.page.expect_download() as pack_file:
        leader.page.locator("a[href$='/pack']").click()
    paper = docx.Document(BytesIO(Path(pack_file.value.path()).read_bytes()))
    assert any("议题1" in p.text for p in paper.paragraphs)
    assert len(paper.inline_shapes) == 2, "trend and seasonal strip"

    unit = Person(browser, address, Role.UNIT_DESK, lead)
    unit.go("/staff/tasks")
    assert unit.page.locator(".item").count() == 2
    unit.do("sign_item")
    moment(MORNING + timedelta(days=9))
    assert give_cards() == 1
    unit.go("/staff/tasks")
    red = unit.page.locator(".item.late")
    assert red.count() == 1
    assert "公布抢修电话" in red.inner_text()
    assert "红牌" in red.inner_text()
    leader.go("/staff/months/2026-11")
    assert "公布抢修电话" in leader.page.locator("tr.late").inner_text()

    other = Person(browser, address, Role.UNIT_DESK, verifier)
    for _ in range(2):
        unit.go("/staff/tasks")
        if unit.page.locator("#act-sign_item").count():
            unit.do("sign_item")
            unit.go("/staff/tasks")
        unit.do("report_item", text="已办完，附照片", done="1")
        other.go("/staff/tasks")
        other.do("verify_item", accepted="1", text="到现场看过，属实")
    leader.go(topic)
    assert "已完成" in leader.do("end", reasons="立管换完，电话上墙")
    supervisor.go("/staff/months/2026-11")
    supervisor.do("minute", text="三个街道的立管月底前换完。")
    supervisor.do("close_session")
    assert "已归档" in supervisor.text()

    moment(datetime(2027, 3, 2, 1, 0, tzinfo=UTC))
    analyst.go(f"{topic}/effect")
    analyst.page.keyboard.press("m")
    analyst.page.wait_for_selector("[data-graph=course] canvas", timeout=60_000)
    effect = sessions.topic("T2611-01", SYSTEM)[0].effects[-1]
    assert effect.low <= -60 <= effect.high < 0
    assert f"{effect.estimate:.1f} %" in analyst.text()
    assert "简单前后对比，不能作数" in analyst.text()

    analyst.go("/staff/library/new?topic=T2611-01")
    form = analyst.page.locator("main form")
    fields = {"kind": "policy", "title": "立管更新办法", "text": "谁供热谁更新", "basis": "市政府文件"}
    analyst.fill(form, **fields, valid_from="2027-03-02", category=leaf)
    form.locator("button").last.click()
    analyst.page.wait_for_url("**/staff/library/M27-01")
    unit.go("/staff/library?q=立管")
    unit.page.locator("tbody a").first.click()
    assert "谁供热谁更新" in unit.text()
    assert [p.wrong for p in (analyst, leader, supervisor, unit, other)] == [[]] * 5
