"""A month through the pages: a candidate, its support, the choice, the registered measure, tasks, the end."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import docx
import pytest

from minsheng.core import Actor
from minsheng.core.codes import Role
from minsheng.core.session import Topic
from minsheng.core.session.codes import ItemState, TopicState
from minsheng.foresee import sessions, topics
from minsheng.foresee.topics import Finding, FindingKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.respond import facts, intake
from support.agenda import Agenda
from support.staff import browser, text

pytestmark = pytest.mark.db
TODAY = date(2026, 11, 20)


def topic(no: str) -> Topic:
    return sessions.topic(no, SYSTEM)[0]


@pytest.fixture
def pages(house):
    pack = present.city()
    units = [u.code for u in pack.units.values() if u.level == 2][:3]
    leaf = pack.taxonomy.leaves[0].code
    area = next(a.code for a in pack.areas.values() if a.parent)
    return units, leaf, area


def test_a_month_is_walked_through_the_pages(pages) -> None:
    (lead, verifier, _), leaf, area = pages
    analyst, leader, supervisor = browser(Role.ANALYST), browser(Role.LEADER), browser(Role.SUPERVISOR)
    month = present.policy(present.now()).calendar.local_date(present.now()).strftime("%Y-%m")
    opened = supervisor.post("/staff/months", {"month": month, "chair": "市委书记", "held_on": f"{month}-28"})
    assert opened.headers["Location"] == f"/staff/months/{month}"
    made = analyst.post(
        "/staff/topics/new",
        {"title": "管网泄漏", "source": "season", "category": leaf, "area": area, "basis": "连续三年同期反复"},
    )
    address = made.headers["Location"]
    no = address.rpartition("/")[2]
    choice = {"command": "choose", "month": month, "reasons": "群众反映集中", "lead": lead}
    early = leader.post(f"{address}/do", choice)
    assert early.status_code == 409
    assert "还没有群众意见" in text(early)
    assert "群众反映集中" in early.content.decode(), "nothing typed is lost"
    for kind in ("voice", "route", "expert"):
        analyst.post(f"{address}/do", {"command": "add_evidence", "kind": kind, "title": "材料", "text": "如附件"})
    assert leader.post(f"{address}/do", choice).status_code == 302
    start = (present.now().date() + timedelta(days=3)).isoformat()
    plan = {"command": "register", "category": leaf, "area": area, "start": start, "before": "78", "after": "13"}
    assert analyst.post(f"{address}/do", {**plan, "selection": "seasonal"}).status_code == 302
    task = {"command": "give_item", "list": "measure", "title": "更换立管", "unit": lead, "verifier": verifier}
    assert supervisor.post(f"{address}/do", {**task, "term": "10wd"}).status_code == 302
    desk, other = browser(Role.UNIT_DESK, lead), browser(Role.UNIT_DESK, verifier)
    assert "更换立管" in text(desk.get("/staff/tasks"))
    assert "更换立管" not in text(other.get("/staff/tasks"))
    desk.post(f"{address}/do", {"command": "sign_item", "item": "1"})
    desk.post(f"{address}/do", {"command": "report_item", "item": "1", "text": "换完，附验收单", "done": "1"})
    assert "更换立管" in text(other.get("/staff/tasks"))
    other.post(f"{address}/do", {"command": "verify_item", "item": "1", "accepted": "1", "text": "现场看过"})
    leader.post(f"{address}/do", {"command": "end", "reasons": "立管全部更换"})
    assert topic(no).state is TopicState.ENDED
    assert topic(no).items[0].state is ItemState.TICKED
    closed = supervisor.post(f"/staff/months/{month}/do", {"command": "close_session"})
    assert closed.status_code == 302
    page = text(supervisor.get(f"/staff/months/{month}"))
    assert "已归档" in page
    assert "销号清单" in page
    mechanism = {"kind": "policy", "title": "立管更新办法", "text": "谁供热谁更新", "basis": "市政府文件"}
    kept = analyst.post("/staff/library/new", {**mechanism, "valid_from": "2026-12-01", "topic": no, "category": leaf})
    assert "立管更新办法" in text(desk.get(kept.headers["Location"]))
    assert "立管更新办法" in text(analyst.get(address)), "a mechanism is offered where its category arises"


def test_an_overdue_task_is_red_for_its_unit_and_for_the_session(house, monkeypatch) -> None:
    agenda = Agenda()
    due = topic(agenda.topic).items[0].due
    monkeypatch.setattr(present, "clock", [lambda: due + timedelta(days=2)])
    for client, address in (
        (browser(Role.UNIT_DESK, agenda.lead.code), "/staff/tasks"),
        (browser(Role.LEADER), f"/staff/months/{agenda.month}"),
    ):
        page = client.get(address).content.decode()
        assert 'class="light late"' in page
        assert "已超 2 天" in page


def test_the_pack_is_a_word_file_that_names_topics_lists_and_measure(house) -> None:
    agenda = Agenda()
    answer = browser(Role.LEADER).get(f"/staff/months/{agenda.month}/pack")
    assert "attachment" in answer.headers["Content-Disposition"]
    paper = docx.Document(BytesIO(answer.content))
    said = "\n".join(p.text for p in paper.paragraphs)
    cells = {c.text for t in paper.tables for row in t.rows for c in row.cells}
    assert "议题1　供热季前的管网泄漏" in said
    assert "成效量法已事前登记" in said
    assert {"更换立管", "季节性反复"} <= cells


def test_reports_and_a_topics_special_report_are_word_files_with_both_sides_of_each_rate(house) -> None:
    agenda = Agenda()
    for n in range(3):
        intake.receive(intake.Request(text=f"路灯不亮{n}"), at=present.now() - timedelta(days=1))
    facts.lake_now()
    leader = browser(Role.LEADER)
    daily = docx.Document(BytesIO(leader.get("/staff/reports/day").content))
    assert "共受理 3 件" in "\n".join(p.text for p in daily.paragraphs)
    assert "100.0 %（3/3）" in {c.text for t in daily.tables for row in t.rows for c in row.cells}
    for address in ("/staff/reports/week", "/staff/reports/month", f"/staff/topics/{agenda.topic}/special"):
        docx.Document(BytesIO(leader.get(address).content))
    assert leader.get("/staff/reports/decade").status_code == 404


def test_a_unit_sees_only_its_own_lines_and_strangers_nothing(house) -> None:
    agenda = Agenda()
    mine = browser(Role.UNIT_DESK, agenda.lead.code).get(f"/staff/topics/{agenda.topic}")
    assert mine.status_code == 200
    assert browser(Role.UNIT_DESK, agenda.other.code).get(f"/staff/topics/{agenda.topic}").status_code == 404
    assert browser(Role.AGENT).get(f"/staff/topics/{agenda.topic}").status_code == 403


def test_inspection_sees_no_form(house) -> None:
    agenda = Agenda()
    page = browser(Role.INSPECTOR).get(f"/staff/topics/{agenda.topic}").content.decode()
    assert "更换立管" in page
    assert 'name="command"' not in page
    answer = browser(Role.INSPECTOR).post(f"/staff/topics/{agenda.topic}/do", {"command": "end", "reasons": "办成"})
    assert answer.status_code == 403


def test_a_finding_becomes_a_candidate_once(house) -> None:
    leaf = present.city().taxonomy.leaves[0]
    found = Finding(
        FindingKind.RISING, "x", leaf.name, TODAY - timedelta(days=7), TODAY, 12.0, 3.1, 0.0004, leaf.code,
        orders=("A1", "A2"), data={"begins": ["2026-11-07", "2026-11-14"], "counts": [3, 12], "expected": [3.1],
                                   "limit": [8], "alarm": [True], "series": 9, "alpha": 0.01},
    )  # fmt: skip
    assert topics.keep(TODAY, FindingKind.RISING, [found], SYSTEM) == 1
    number = topics.findings(SYSTEM)[0].id
    analyst = browser(Role.ANALYST)
    page = analyst.get(f"/staff/board/{number}").content.decode()
    assert "最近一周 12 件，预计 3.1 件" in page
    first = analyst.post(f"/staff/board/{number}/propose").headers["Location"]
    again = analyst.post(f"/staff/board/{number}/propose").headers["Location"]
    assert first == again
    made = topic(first.rpartition("/")[2])
    assert dict(made.evidence[0].figures)["实际"] == "12 件"
    assert made.evidence[0].orders == ("A1", "A2")
    assert topics.keep(TODAY, FindingKind.RISING, [found], SYSTEM) == 1, "what became a topic stands"
    assert topics.findings(SYSTEM)[0].topic == made.no


def test_findings_are_not_for_units(house) -> None:
    unit = next(u.code for u in present.city().units.values() if u.level == 2)
    found = Finding(FindingKind.HARD, "x", "难案", TODAY, TODAY, 3.0)
    topics.keep(TODAY, FindingKind.HARD, [found], SYSTEM)
    assert topics.findings(Actor("desk", Role.UNIT_DESK, unit)) == []
    assert browser(Role.UNIT_DESK, unit).get("/staff/board").status_code == 403


def test_what_is_not_there_is_said_so(house) -> None:
    analyst = browser(Role.ANALYST)
    for address in ("topics/T9901-01", "months/2031-01", "board/99", "sparrow/X1", "library/M99-01"):
        assert analyst.get(f"/staff/{address}").status_code == 404, address
    wrong = analyst.post("/staff/topics/new", {"title": "无类别"})
    assert wrong.status_code == 422
    assert "无类别" in wrong.content.decode()
