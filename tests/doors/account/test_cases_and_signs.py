"""Appeals, tolerance, signs and inquiries on staff pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from minsheng.account.audit import CaseKind, cases
from minsheng.account.gaming import MEANINGS, Lead
from minsheng.account.gaming.report import Found
from minsheng.core import commands as say
from minsheng.core.codes import Card, Role
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.respond import casework
from support.audit import AFTER, AUDITOR, OCTOBER, closed, county, dispatched, head_of, lake_of_the_house
from support.staff import browser, text

pytestmark = pytest.mark.db

LEAD = {
    "sign": "hollow", "hits": 8, "base": 20, "value": 0.4, "expected_low": 0.02, "expected_high": 0.12, "p": 1e-7,
    "orders": [],
}  # fmt: skip
LODGE = {"month": OCTOBER, "about": "resolution", "text": "回访打错了人", "orders": ""}


@pytest.fixture
def later(house, monkeypatch) -> None:
    monkeypatch.setattr(present, "clock", [lambda: AFTER])


@pytest.fixture
def lead(later, monkeypatch) -> str:
    """A month with one lead that stands; gives its address."""
    made = Lead(county(), "hollow", 8, 20, 0.4, 0.02, 0.12, 1e-7, 1e-5, ("QH1", "QH2"))
    others = [Lead(f"u{n}", "hollow", 1, 20, 0.05, 0.02, 0.12, 0.5, 0.9) for n in range(5)]
    found = Found((made, *others), ("short_call",), answered=100, resolved=92, held=frozenset({"hollow"}))
    monkeypatch.setattr("minsheng.doors.account.standing.signs_of", lambda _month: found)
    return f"/staff/appraisal/signs/{OCTOBER}/hollow/{county()}"


def test_a_unit_lodges_the_centre_decides_and_a_second_person_confirms(later) -> None:
    head, supervisor, quality = (
        browser(Role.UNIT_HEAD, county()), browser(Role.SUPERVISOR), browser(Role.QUALITY),
    )  # fmt: skip
    case = head.post("/staff/appraisal/cases/new/appeal", LODGE).headers["Location"]
    assert "现在没有需要您做的操作" not in text(supervisor.get(case))
    decide = {"command": "decided", "granted": "1", "reasons": "录音核实"}
    assert supervisor.post(f"{case}/do", decide).status_code == 302
    own = supervisor.post(f"{case}/do", {"command": "confirmed", "reasons": ""})
    assert own.status_code == 403
    assert "第二人" in text(own)
    assert quality.post(f"{case}/do", {"command": "confirmed", "reasons": "同意"}).status_code == 302
    page = text(head.get(case))
    for words in ("回访打错了人", "录音核实", "成立", "supervisor-centre", "每一步都不能改动"):
        assert words in page


def test_what_was_typed_is_not_lost_when_an_appeal_is_refused(later) -> None:
    answer = browser(Role.UNIT_HEAD, county()).post(
        "/staff/appraisal/cases/new/appeal", LODGE | {"orders": "AY20261001000001"}
    )
    assert answer.status_code == 422
    assert "没有单号 AY20261001000001" in text(answer)
    assert "回访打错了人" in text(answer)


def test_tolerance_asks_for_its_ground(later) -> None:
    head = browser(Role.UNIT_HEAD, county())
    assert "请填写“容错情形”" in text(head.post("/staff/appraisal/cases/new/tolerance", LODGE))
    address = head.post("/staff/appraisal/cases/new/tolerance", LODGE | {"ground": "emergency"}).headers["Location"]
    assert "应急处突中的临机处置" in text(head.get(address))
    assert head.get("/staff/appraisal/cases/new/inquiry").status_code == 404
    assert browser(Role.SUPERVISOR).get("/staff/appraisal/cases/new/appeal").status_code == 403


def test_a_case_out_of_sight_is_not_there(later) -> None:
    made = browser(Role.UNIT_HEAD, county()).post("/staff/appraisal/cases/new/appeal", LODGE).headers["Location"]
    stranger = next(u.code for u in present.city().units.values() if u.level == 2 and u.code != county())
    assert browser(Role.UNIT_HEAD, stranger).get(made).status_code == 404
    assert made.rsplit("/", 1)[1] not in text(browser(Role.UNIT_HEAD, stranger).get("/staff/appraisal/cases"))
    assert browser(Role.AGENT).get(made).status_code == 403


def test_a_step_that_there_is_not_is_refused_in_words(later) -> None:
    made = browser(Role.UNIT_HEAD, county()).post("/staff/appraisal/cases/new/appeal", LODGE).headers["Location"]
    answer = browser(Role.SUPERVISOR).post(f"{made}/do", {"command": "opened"})
    assert (answer.status_code, "没有这个操作" in text(answer)) == (422, True)


def test_a_lead_shows_its_range_its_evidence_and_the_re_calls_that_it_takes(lead) -> None:
    listed = text(browser(Role.INSPECTOR).get(f"/staff/appraisal/signs?month={OCTOBER}"))
    assert "线索，不是结论" in listed
    assert "需独立复访 320 人" in listed
    assert "40.0 % 8 / 20" in listed
    assert "没有线索不等于没有问题" in listed
    assert "已与此前六个月的实际情况对照：虚假办结。其余按模型计算。" in listed
    page = text(browser(Role.INSPECTOR).get(lead))
    assert "2.0 % – 12.0 %" in page
    assert "QH1" in page
    assert "答复说已解决、诉求人说没有解决的" in page


def test_a_lead_opens_one_inquiry_and_is_never_a_verdict(lead) -> None:
    auditor = browser(Role.AUDITOR)
    case = auditor.post(f"{lead}/inquire", {"text": "先听录音"}).headers["Location"]
    page = text(auditor.get(case))
    assert "核查中" in page
    assert "先听录音" in page
    assert "立项核查 为什么核查" not in text(auditor.get(lead))
    again = auditor.post(f"{lead}/inquire", {}, follow=True)
    assert "这条线索已经立项" in text(again)
    conclude = {"command": "concluded", "conclusion": "explained", "reasons": "系统故障"}
    assert auditor.post(f"{case}/do", conclude).status_code == 302
    assert "有合理解释" in text(auditor.get(case))
    assert "有合理解释" in text(auditor.get("/staff/appraisal/inquiries"))


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.QUALITY, Role.AGENT])
def test_signs_are_not_shown_to_those_whom_they_are_about(lead, role) -> None:
    unit = county() if role is Role.UNIT_HEAD else None
    cases.open_inquiry(county(), OCTOBER, LEAD, "", AUDITOR)
    for address in ("/staff/appraisal/signs", "/staff/appraisal/inquiries", lead):
        assert browser(role, unit).get(address).status_code == 403
    assert cases.cases(head_of(county()), CaseKind.INQUIRY) == []


def test_whoever_worked_on_the_units_orders_is_told_to_stand_aside(house, monkeypatch) -> None:
    monkeypatch.setattr(present, "clock", [lambda: AFTER])
    reviewed = browser(Role.SUPERVISOR)
    made = cases.open_inquiry(county(), OCTOBER, LEAD, "", AUDITOR)
    no = dispatched(county())
    casework.handle(no, say.GiveCard(card=Card.NUDGE), Actor("supervisor-centre", Role.SUPERVISOR))
    said = {"command": "concluded", "conclusion": "upheld", "reasons": "属实"}
    answer = reviewed.post(f"/staff/appraisal/cases/{made.no}/do", said)
    assert (answer.status_code, "应当回避" in text(answer)) == (403, True)
    assert "属实" in text(answer)


def test_every_sign_says_in_chinese_what_it_counts(house) -> None:
    from minsheng.doors.account import signs

    assert set(signs.WHAT) == set(MEANINGS)


def test_the_signs_of_a_real_month_are_reckoned_with_what_stands_beside(house, monkeypatch) -> None:
    times = [AFTER]
    monkeypatch.setattr(present, "clock", [lambda: times[-1]])
    closed()
    lake_of_the_house()
    times.append(AFTER.replace(month=12))
    from minsheng.doors.account import standing

    found = standing.signs_of("2026-11")
    assert (found.answered, found.resolved) == (1, 1)
    assert np.isfinite([x.p for x in found.leads]).all()
    assert "short_call" in found.silent
    kept = sorted(path.name for path in (Path(settings.DATA) / "signs").iterdir())
    assert kept == [f"2026-{month:02}.npz" for month in range(5, 11)]
