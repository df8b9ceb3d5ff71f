"""The closed loop in a real browser: a resident files on a phone, and it ends only when the resident says solved."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest

pytestmark = pytest.mark.journey

TEXT = "我家暖气片不热，室温只有十三度，家里有老人，已经三天了。"
GRADES = ("非常满意", "基本满意", "不满意", "very_satisfied", "dissatisfied", "basically")


class Desk:
    """One person at a desk, in a browser of their own."""

    def __init__(self, browser, city: str, account: str) -> None:
        self.page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
        self.city, self.account = city, account
        self.page.goto(f"{city}/staff/login")
        self.page.locator(f"button[value='{account}']").click()
        assert "/staff/" in self.page.url

    def do(self, no: str, command: str, **fields: str) -> None:
        """Open the order, fill the command's form, send it, and see that it was taken."""
        self.page.goto(f"{self.city}/staff/orders/{no}")
        form = self.page.locator(f"#act-{command}")
        assert form.count(), f"{self.account} is not offered {command}: {self.page.locator('main').inner_text()[:400]}"
        form.evaluate("e => e.open = true")
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
        form.locator("form button").last.click()
        self.page.wait_for_load_state()
        assert not self.page.locator(".note.bad").count(), self.page.locator(".note.bad").first.inner_text()

    def call_back(self, no: str, **answers: str) -> None:
        """Answer the call-back desk's questions."""
        self.page.goto(f"{self.city}/staff/callback?no={no}")
        for name, value in answers.items():
            self.page.locator(f"[name='{name}'][value='{value}']").check()
        self.page.locator("button[value='reached']").click()
        self.page.wait_for_load_state()
        assert not self.page.locator(".note.bad").count(), self.page.locator(".note.bad").first.inner_text()

    def never_shows_a_rating(self, no: str) -> None:
        """No page of the unit holds a grade, nor what was answered at the call-back."""
        for path in (f"/staff/orders/{no}", "/staff/inbox", "/staff/approvals", "/staff/orders"):
            self.page.goto(self.city + path)
            body = self.page.content()
            assert not [g for g in GRADES if g in body], f"{path} shows a rating"


def test_from_a_phone_through_second_handling_to_closed(browser, city: str) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    phone.goto(f"{city}/new/what")
    phone.fill("[name=text]", TEXT)
    phone.locator("main form button").first.click()
    phone.fill("[name=address]", "东大街 5 号院")
    phone.locator("main form button").first.click()
    phone.fill("[name=name]", "王小明")
    phone.fill("[name=phone]", "13812345678")
    phone.locator("main form button").first.click()
    assert TEXT in phone.content()
    phone.locator("main form button").first.click()
    phone.wait_for_load_state()
    no = re.search(r"QH\d{14,}", phone.locator("main").inner_text())
    assert no, phone.locator("main").inner_text()
    no = no.group()
    code = re.search(r"\b[A-Z2-7]{10}\b", phone.locator("main").inner_text().replace(no, ""))
    assert code
    assert code.group() not in phone.url

    county, town = units(browser, city)
    agent = Desk(browser, city, "demo-agent")
    agent.do(no, "submit", category=leaf(agent))
    dispatcher = Desk(browser, city, "demo-dispatcher")
    dispatcher.do(no, "dispatch", lead=county, visible_text="群众反映暖气不热，请上门测温处理。")
    desk, head = (Desk(browser, city, f"demo-{role}-{county}") for role in ("unit_desk", "unit_head"))
    first, second = (Desk(browser, city, f"demo-{role}-{town}") for role in ("handler", "handler2"))
    reviewer, caller = Desk(browser, city, "demo-reviewer"), Desk(browser, city, "demo-caller_back")
    desk.do(no, "sign")
    desk.do(no, "pass_down", to=town)
    first.do(no, "sign")
    assert TEXT not in first.page.content(), "level 3 reads the reviewed copy"
    reply = {"result": "solved", "reply": "已上门处理", "public_reply": "已清洗滤网", "contacted": "1"}
    first.do(no, "reply", **reply)
    desk.do(no, "review_reply", accepted="1")
    reviewer.do(no, "review_reply", accepted="1")
    caller.call_back(no, contacted="yes", solved="no")

    phone.goto(f"{city}/my/{no}")
    assert "二次办理" in phone.content() or "重新办理" in phone.content()
    desk.page.goto(f"{city}/staff/orders/{no}")
    assert "二次办理" in desk.page.content()
    desk.do(no, "sign")
    desk.do(no, "pass_down", to=town)
    second.do(no, "sign")
    second.do(no, "reply", **(reply | {"public_reply": "已更换阀门，室温二十度"}))
    head.do(no, "review_reply", accepted="1")
    reviewer.do(no, "review_reply", accepted="1")
    caller.call_back(no, contacted="yes", solved="yes", alone="web")
    rate_on_the_phone(phone, city, no)
    phone.goto(f"{city}/my/{no}")
    assert "已更换阀门" in phone.content()

    for unit in (desk, head, first, second):
        unit.never_shows_a_rating(no)
    reviewer.page.goto(f"{city}/staff/orders/{no}")
    assert "已结案" in reviewer.page.content()


def rate_on_the_phone(phone, city: str, no: str) -> None:
    """The requester rates alone, on their own door."""
    phone.goto(f"{city}/my/{no}")
    phone.locator(f"a[href*='/my/{no}/answer/']").first.click()
    for _ in range(6):
        if "/answer/" not in phone.url:
            return
        for value in ("satisfied", "yes", "no"):
            choice = phone.locator(f"main input[type=radio][value='{value}']")
            if choice.count():
                choice.first.check()
                break
        phone.locator("main form button").first.click()
        phone.wait_for_load_state()
    raise AssertionError(f"the rating does not end: {phone.url}")


def units(browser, city: str) -> tuple[str, str]:
    """The county and the township at which the demo has accounts, from its login page."""
    page = browser.new_page()
    page.goto(f"{city}/staff/login")
    names = page.locator("button[name=demo]").evaluate_all("all => all.map(b => b.value)")
    town = next(n for n in names if n.startswith("demo-handler2-")).removeprefix("demo-handler2-")
    county = next(n for n in names if n.startswith("demo-unit_desk-") and not n.endswith(town))
    page.close()
    return county.removeprefix("demo-unit_desk-"), town


def leaf(agent: Desk) -> str:
    """A leaf of the city's classification, as the agent's page offers it."""
    answer = agent.page.request.get(f"{agent.city}/staff/names/category?q=供暖")
    assert answer.ok
    return re.search(r"\d{6}", answer.text()).group()


def test_the_house_answers_programs_too(city: str) -> None:
    with urllib.request.urlopen(f"{city}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
