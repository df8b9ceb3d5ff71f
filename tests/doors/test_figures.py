"""The public figures page and its open data: for anybody, without a script, nothing small, nothing without its
sides."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from minsheng.account.figures import Rate
from minsheng.account.releases.metrics import STANDARD
from minsheng.doors.account import figures as door
from minsheng.doors.account.trend import trend
from minsheng.doors.templatetags.figures import share
from minsheng.ground import present
from support.lake import begin, order, part

pytestmark = pytest.mark.db


def month_before(months: int) -> date:
    now = present.now().astimezone(present.city().calendar.zone).date()
    number = now.year * 12 + now.month - 1 - months
    return date(number // 12, number % 12 + 1, 5)


@pytest.fixture
def lake(house, tmp_path) -> None:
    """Three months of orders: a large county, a smaller one and one with three orders."""
    from minsheng.foresee.topics import facts

    facts._opened.cache_clear()
    door._made.clear()
    folder = Path(settings.DATA) / "lake"
    begin(folder)
    counties = [a.code for a in present.city().areas.values() if a.level.value == "county"]
    solved = {"state": "closed", "closing": "called_back", "calls": 1, "on_time": "yes", "kind": "complaint"}
    rows = []
    for months in (1, 2, 3):
        for place, count in ((0, 60), (1, 30), (2, 3)):
            rows += [
                order(
                    1000 * months + 100 * place + n,
                    month_before(months),
                    **{**solved, "channel": "web", "county": counties[place], "resolved": "yes" if n % 5 else "no"},
                )
                for n in range(count)
            ]
    part(folder, orders=rows)


def page(**asked: str) -> str:
    answer = Client().get("/figures", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_newest_month_stands_with_both_sides_interval_and_version(lake) -> None:
    said = page()
    assert f"{month_before(1):%Y-%m}" in said
    assert "74 / 93" in said
    assert share(74 / 93) in said
    assert "区间 " in said
    for metric in STANDARD:
        assert metric.digest in said
        assert f'id="d-{metric.name}"' in said


def test_a_county_with_three_orders_is_not_told_apart(lake) -> None:
    said = page()
    counties = [a for a in present.city().areas.values() if a.level.value == "county"]
    assert counties[0].name in said
    assert counties[1].name not in said
    assert counties[2].name not in said
    assert "合并列出" in said


def test_the_page_needs_no_script_and_no_inline_style_and_stays_light(lake) -> None:
    said = page()
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", said)
    assert len(said.encode()) < 60_000


def test_another_month_can_be_chosen_and_one_that_is_not_shown_is_not_there(lake) -> None:
    assert f"{month_before(3):%Y-%m}：全市收到 93 件" in page(month=f"{month_before(3):%Y-%m}")
    for wrong in (f"{month_before(0):%Y-%m}", "2026-13", "x"):
        assert Client().get("/figures", {"month": wrong}).status_code == 404


def test_what_the_figures_cannot_prove_is_said(lake) -> None:
    said = page()
    assert "证明不了现场真的办了" in said
    assert "证明不了没有凭空造出来的工单" in said


def test_open_data_are_for_anybody_under_their_licence(lake) -> None:
    for path, kind in (
        ("table.csv", "text/csv"),
        ("table.parquet", "vnd.apache.parquet"),
        ("dictionary.csv", "text/csv"),
    ):
        answer = Client().get(f"/figures/{path}")
        assert answer.status_code == 200
        assert kind in answer["Content-Type"]
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "creativecommons.org/licenses/by/4.0" in answer["Link"]
    assert Client().get("/figures/table.xlsx").status_code == 404


def test_before_the_first_facts_the_page_says_so_and_there_is_no_file(house) -> None:
    from minsheng.foresee.topics import facts

    facts._opened.cache_clear()
    assert "还没有可以公开的月份" in page()
    assert Client().get("/figures/table.csv").status_code == 404


def rate(value: float, low: float, high: float) -> Rate:
    return Rate(STANDARD[0], 0, 0, 0, value, low, high)


def test_a_trend_lies_within_its_frame_and_says_where_its_scale_begins() -> None:
    drawn = trend("t", "s", [("2026-01", rate(0.9, 0.85, 0.95)), ("2026-02", rate(1.0, 0.97, 1.0))])
    assert drawn is not None
    assert drawn.floor == "80\u00a0%"
    heights = [float(pair.split(",")[1]) for pair in f"{drawn.band} {drawn.line}".split()]
    assert min(heights) == 12.0
    assert max(heights) <= 160.0
    assert trend("t", "s", [("2026-01", rate(0.9, 0.85, 0.95))]) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.9342, "93.4 %"), (0.9998, "> 99.9 %"), (1.0, "100.0 %"), (0.0001, "< 0.1 %"), (0.0, "0.0 %"), (None, "—")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(value, said) -> None:
    assert share(value) == said.replace(" %", "\u00a0%")
