"""The boards of foresight: the map, the calendar of the year ahead, calls and staffing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from minsheng.core.codes import Role
from minsheng.foresee import topics
from minsheng.foresee.topics import Finding, FindingKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from support.lake import folded, order
from support.staff import browser, text

pytestmark = pytest.mark.db


@pytest.fixture
def analyst(house):
    return browser(Role.ANALYST)


def test_the_map_counts_by_township_and_of_one_category(analyst) -> None:
    from django.conf import settings

    pack = present.city()
    towns = [a for a in pack.areas.values() if len(pack.area_path(a.code)) == 3][:2]
    day = present.now().date() - timedelta(days=3)
    leaf, other = (c.code for c in pack.taxonomy.leaves[:2])
    rows = [order(n, day, category=leaf if n < 3 else other, township=towns[n % 2].code) for n in range(5)]
    folded(Path(settings.DATA) / "lake", rows)
    page = text(analyst.get("/staff/map"))
    assert "有乡镇街道的 5 件" in page
    assert towns[0].name in page
    assert "有乡镇街道的 3 件" in text(analyst.get(f"/staff/map?category={leaf}"))
    assert "没有名称含“不存在的类别”的条目" in text(analyst.get("/staff/map?category=不存在的类别"))


def test_the_calendar_says_by_when_a_season_must_be_fixed(analyst) -> None:
    today = present.policy(present.now()).calendar.local_date(present.now())
    begins = today + timedelta(days=75)
    leaf = present.city().taxonomy.leaves[0]
    found = Finding(
        FindingKind.SEASON, "x", leaf.name, begins, begins + timedelta(days=20), 14.0, category=leaf.code,
        data={"probability": 0.92, "begins": ["2026-11-09"], "counts": [3]},
    )  # fmt: skip
    topics.keep(today, FindingKind.SEASON, [found], SYSTEM)
    page = text(analyst.get("/staff/calendar"))
    assert begins.isoformat() in page
    assert "还有 75 天" in page
    assert "92 %" in page
    number = topics.findings(SYSTEM, FindingKind.SEASON)[0].id
    assert f"预计 {begins.isoformat()} 起再次出现" in text(analyst.get(f"/staff/board/{number}"))


def calls(of: int = 20) -> bytes:
    lines = [
        f"2026-{m:02d}-{d:02d}T{h:02d}:{x:02d}:00,{of if 8 <= h < 18 else 1}"
        for m in (9, 10)
        for d in range(1, 31)
        for h in range(24)
        for x in (0, 30)
    ]
    return "\n".join(["t,count", *lines]).encode()


def test_calls_are_taken_in_forecast_and_staffed_for_what_would_be(analyst) -> None:
    assert "还没有话务表" in text(analyst.get("/staff/volumes"))
    analyst.post("/staff/volumes", {"file": SimpleUploadedFile("c.csv", calls())})
    usual = analyst.get("/staff/volumes")
    assert "最多时" in text(usual)
    more = analyst.get("/staff/volumes?more=100&handling=7")

    def most(answer) -> int:
        return int(text(answer).partition("最多时 ")[2].partition(" 人")[0])

    assert most(more) > 2 * most(usual)
    assert most(analyst.get("/staff/volumes?handling=nonsense")) == most(usual)


def test_a_table_of_calls_that_cannot_be_used_changes_nothing(analyst) -> None:
    analyst.post("/staff/volumes", {"file": SimpleUploadedFile("c.csv", calls())})
    answer = analyst.post("/staff/volumes", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}, follow=True)
    assert "这张表不能用" in text(answer)
    assert "最多时" in text(answer)
    nothing = analyst.post("/staff/volumes", {}, follow=True)
    assert "请选择一个不超过 20 MB 的 CSV 文件" in text(nothing)


def test_a_topics_portrait_shows_its_season_who_handled_it_and_whom_to_propose(analyst) -> None:
    from django.conf import settings

    pack = present.city()
    lead, helper = (u.code for u in list(pack.units.values())[:2])
    town = next(a for a in pack.areas.values() if len(pack.area_path(a.code)) == 3)
    day = present.now().date() - timedelta(days=20)
    leaf = pack.taxonomy.leaves[0].code
    rows = [
        order(n, day, category=leaf, township=town.code, unit=lead, units=[lead, helper], co_units=1) for n in range(4)
    ]
    made = {"title": "管网泄漏", "source": "season", "category": leaf, "area": town.code, "basis": "连续三年"}
    address = analyst.post("/staff/topics/new", made).headers["Location"]
    assert "数据湖尚未建立" in text(analyst.get(f"{address}/portrait"))
    folded(Path(settings.DATA) / "lake", rows)
    page = text(analyst.get(f"{address}/portrait"))
    assert f"建议牵头： {pack.units[lead].name}" in page
    assert f"建议配合：{pack.units[helper].name} 4" in page
    assert town.name in page
    assert "各年各月件数" in page
