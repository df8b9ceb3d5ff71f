"""The appraisal on staff pages: both sides of every rate, no ranks, and for a unit's head the own unit alone."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import numpy as np
import pytest
from openpyxl import load_workbook

from minsheng.account.appraisal import Appraisal, Place, Score, Standing, UnitAppraisal, funnel
from minsheng.account.audit import About, CaseKind, StepName, cases
from minsheng.account.audit.cases import Claim
from minsheng.core.codes import Role
from minsheng.ground import present
from support.audit import (
    AFTER,
    CLOSED,
    OCTOBER,
    QUALITY,
    SUPERVISOR,
    another_county,
    closed,
    county,
    head_of,
    lake_of_the_house,
)  # fmt: skip
from support.staff import browser, text

pytestmark = pytest.mark.db

PAGE = f"/staff/appraisal?month={OCTOBER}"


@pytest.fixture
def month(house, monkeypatch):
    """Four orders of one county, of which one was not resolved, and one each of three others."""
    times = [CLOSED]
    monkeypatch.setattr(present, "clock", [lambda: times[-1]])
    for n in range(4):
        closed(resolved=n > 0)
    for unit in [u.code for u in present.city().units.values() if u.kind == "county"][1:4]:
        closed(unit=unit)
    times.append(AFTER)
    lake_of_the_house()


def name(unit: str) -> str:
    return present.city().units[unit].name


def test_every_rate_has_both_its_sides_and_units_stand_in_the_packs_order(month) -> None:
    page = text(browser(Role.ANALYST).get(PAGE))
    assert "75.0 % 3 / 4" in page
    assert page.index(name(county())) < page.index(name(another_county()))
    assert "不排名次" in page


def test_a_units_head_sees_the_own_unit_alone(month) -> None:
    page = text(browser(Role.UNIT_HEAD, county()).get(PAGE))
    assert name(county()) in page
    assert name(another_county()) not in page
    assert "下载考核表" not in page
    assert browser(Role.UNIT_HEAD, county()).get(f"/staff/appraisal/workbook?month={OCTOBER}").status_code == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.CALLER_BACK, Role.ADMINISTRATOR])
def test_who_has_no_part_in_appraisal_is_told_so(house, role) -> None:
    assert browser(role).get(PAGE).status_code == 403


def test_before_the_first_facts_the_page_says_what_to_do(house) -> None:
    assert "minsheng lake catch-up" in text(browser(Role.LEADER).get("/staff/appraisal"))


def test_the_workbook_is_the_same_appraisal(month) -> None:
    answer = browser(Role.LEADER).get(f"/staff/appraisal/workbook?month={OCTOBER}")
    book = load_workbook(BytesIO(answer.content))
    assert {"三率", "公平比较", "显绩", "潜绩", "容错与申诉"} <= set(book.sheetnames)
    assert county() in [row[0].value for row in book["三率"].iter_rows(min_row=2)]


def test_where_peers_are_too_few_for_a_funnel_the_workbook_waits_and_says_why(house, monkeypatch) -> None:
    times = [CLOSED]
    monkeypatch.setattr(present, "clock", [lambda: times[-1]])
    closed()
    times.append(AFTER)
    lake_of_the_house()
    assert "同类单位太少" in text(browser(Role.LEADER).get(f"/staff/appraisal/workbook?month={OCTOBER}"))
    assert name(county()) in text(browser(Role.LEADER).get(PAGE))


def test_a_granted_appeal_stands_beside_the_figure_and_changes_none(month) -> None:
    before = text(browser(Role.ANALYST).get(PAGE))
    made = cases.lodge(Claim(CaseKind.APPEAL, OCTOBER, About.RESOLUTION, "回访打错了人"), head_of(county()))
    cases.step(made.no, StepName.DECIDED, {"granted": True, "reasons": "属实"}, SUPERVISOR)
    assert made.no not in text(browser(Role.ANALYST).get(PAGE))
    cases.step(made.no, StepName.CONFIRMED, {}, QUALITY)
    page = text(browser(Role.ANALYST).get(PAGE))
    assert f"申诉成立 {made.no}" in page
    assert page.replace(f"申诉成立 {made.no} ", "") == before
    book = load_workbook(BytesIO(browser(Role.LEADER).get(f"/staff/appraisal/workbook?month={OCTOBER}").content))
    assert made.no in [row[7].value for row in book["容错与申诉"].iter_rows(min_row=2)]


def test_residents_judge_units_by_published_ballots_and_by_coming_back(month) -> None:
    page = text(browser(Role.ANALYST).get(f"/staff/appraisal/evaluation?month={OCTOBER}"))
    assert "票数不足" in page
    assert "75.0 % 3 / 4" in page
    own = text(browser(Role.UNIT_HEAD, another_county()).get(f"/staff/appraisal/evaluation?month={OCTOBER}"))
    assert name(county()) not in own
    assert name(another_county()) in own


def test_no_menu_has_more_than_eight_desks(house) -> None:
    from minsheng.doors.frame import menu

    for role in Role:
        assert len(menu.desks_of(role)) <= 8, role


def appraised(units: int = 12) -> Appraisal:
    """Units of one group that all have the same rate but the last, which has a far lower one."""
    codes = [u.code for u in present.city().units.values() if u.kind == "county"][:1]
    codes += [f"u{n}" for n in range(units - 1)]
    n = np.full(units, 200.0)
    y = np.full(units, 160.0)
    y[-1] = 20.0
    known = funnel(y[:-1], n[:-1], np.full(units - 1, 0.8))
    group = ("2", "county")
    made = []
    for i, code in enumerate(codes):
        place = Place.VERY_LOW if i == units - 1 else Place.WITHIN
        s = Standing(200, int(y[i]), 160.0, 0.8, 0.7, 0.9, 6.0, 1, 12, 11, place, (0.7, 0.9), (0.6, 1.0))
        made.append(UnitAppraisal(code, group, (), Score(None, 0), {}, {}, {}, s))
    return Appraisal(date(2026, 10, 1), AFTER, (), tuple(made), {group: (known, 0.8)}, {}, ())


def test_a_funnel_draws_all_units_and_names_only_those_outside(house) -> None:
    from minsheng.doors.account.funnels import funnels, group_name

    ((group, graph),) = funnels(appraised())
    assert group_name(group) == "2 级单位 · 县区"
    dots = {row.name: [v for v in row.values if v is not None] for row in graph.lines if row.look == "dots"}
    assert len(dots["界内单位"]) == 11
    assert dots["u10"] == [10.0]
    assert "1 个在 99.8% 界限之外" in graph.says
    assert all(len(row.values) == len(graph.x) for row in graph.lines)


def test_a_funnel_for_a_units_head_holds_no_other_units_dot(house) -> None:
    from minsheng.doors.account.funnels import funnels

    only = appraised().units[0].unit
    ((_, graph),) = funnels(appraised(), only)
    dots = [v for row in graph.lines if row.look == "dots" for v in row.values if v is not None]
    assert dots == [80.0]
    assert "您的单位在界限之内" in graph.says
    assert funnels(appraised(), "another") == []
