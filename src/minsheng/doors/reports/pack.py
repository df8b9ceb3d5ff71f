"""The agenda pack (月调度议题材料): one document for the room, and the minutes with all lists when it is over.

Each topic begins a page: what it is about, the figures with both sides, trend, seasonal strip, where, who handled it
and how that went, typical orders, what was tried before, the dissected orders, the lists, the registered measure."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from minsheng.core import Actor
from minsheng.core.codes import term
from minsheng.core.session import Item, Mechanism, Session, Topic
from minsheng.core.session.codes import ItemState, ListKind, Presence, Support
from minsheng.doors.reports import drawing
from minsheng.doors.reports.writing import Paper
from minsheng.foresee import sessions
from minsheng.foresee.topics import Portrait, portrait
from minsheng.ground import present
from minsheng.ground.lake import Lake

SIMULATED = "模拟数据：本市及其数据均为虚构，仅供演示和测试"


def mark() -> str:
    """What stands above every page when the data are simulated."""
    return SIMULATED if present.simulated() else ""


def unit(code: str | None) -> str:
    """A unit's name."""
    found = present.city().units.get(code or "")
    return found.name if found else code or "—"


def area(code: str) -> str:
    """An area's name with those around it."""
    path = present.city().area_path(code)
    return "".join(a.name for a in path[1:] or path) or code


def category(code: str) -> str:
    """A category's name."""
    found = present.city().taxonomy.categories.get(code)
    return found.name if found else code


def rate(part: int, whole: int) -> str:
    """81.2 %（1,204/1,487）, or a dash when nobody was asked."""
    return f"{100 * part / whole:.1f} %（{part:,}/{whole:,}）" if whole else "—"


def agenda(month: str, by: Actor, facts: Lake | None, on: date | None = None) -> bytes:
    """The pack of `month` as a Word file. Without a lake the figures are left out and it says so. NotFound without a
    session."""
    session, topics = sessions.session(month, by)
    now = present.now()
    day = on or present.policy(now).calendar.local_date(now)
    city = present.city().city.name
    paper = Paper(f"{city} {_month(month)}月调度议题材料", f"{session.held_on}　主持：{session.chair}", mark())
    paper.head("议题一览")
    rows = [
        (n, t.title, term(t.source), unit(t.lead), "；".join(unit(u) for u in t.with_units))
        for n, t in _numbered(topics)
    ]
    paper.table(("序", "议题", "来源", "牵头单位", "配合单位"), rows, (1, 5.5, 2.3, 3.5, 3.5))
    for n, topic in _numbered(topics):
        shown = portrait(facts, topic.categories, topic.areas, day) if facts else None
        earlier = sessions.mechanisms(by, categories=topic.categories) if topic.categories else []
        _topic(paper, n, topic, shown, earlier)
    _lists(paper, topics)
    _meeting(paper, session)
    return paper.bytes()


def special_of(topic: Topic, facts: Lake, by: Actor, on: date) -> bytes:
    """One topic's special report (专报): what the pack says of it, and what was measured since."""
    paper = Paper(f"{present.city().city.name} 专报：{topic.title}", on.isoformat(), mark())
    earlier = sessions.mechanisms(by, categories=topic.categories) if topic.categories else []
    _topic(paper, 1, topic, portrait(facts, topic.categories, topic.areas, on), earlier)
    if topic.effects:
        paper.head("成效", 2)
        rows = [
            (
                f"{e.estimate:+.1f} %",
                f"{e.low:+.1f} 至 {e.high:+.1f}",
                f"{e.happened}/{e.expected:.0f}",
                "—" if e.naive is None else f"{e.naive:+.1f} %",
            )
            for e in topic.effects
        ]
        paper.table(("估计", "95 % 区间", "实际/预计", "简单前后对比（不能作数）"), rows, (3, 4, 4, 4.8))
    _lists(paper, [topic])
    return paper.bytes()


def _month(month: str) -> str:
    year, number = month.split("-")
    return f"{year}年{int(number)}月"


def _numbered(topics: list[Topic]) -> list[tuple[int, Topic]]:
    return list(enumerate(topics, 1))


def _topic(paper: Paper, n: int, topic: Topic, shown: Portrait | None, earlier: list[Mechanism]) -> None:
    paper.head(f"议题{n}　{topic.title}", new_page=True)
    what = "、".join(category(c) for c in topic.categories) or "全部类别"
    where = "、".join(area(a) for a in topic.areas) or "全市"
    paper.say(f"范围：{what}；{where}。选题理由：{topic.reasons or '—'}")
    if topic.carried_from:
        paper.say(f"自 {'、'.join(topic.carried_from)} 转入。")
    if shown is None:
        paper.say("数据湖尚未建立，本材料不含趋势和分布。")
    else:
        _figures(paper, shown)
    paper.head("支撑材料", 2)
    rows = [(term(e.kind), e.title, _evidence(e.text, e.figures)) for k in Support for e in topic.supports(k)]
    paper.table(("种类", "材料", "内容"), rows, (2.3, 4, 9.5))
    if topic.problems:
        paper.head("问题清单（草稿）", 2)
        paper.points(topic.problems)
    if topic.obstacles:
        paper.head("解剖麻雀", 2)
        stopped = [(o.order, o.waited, o.rule, o.obstacle) for o in topic.obstacles]
        paper.table(("工单", "在哪里等", "卡在哪条规定", "体制机制障碍"), stopped, (3.6, 3.4, 4, 4.8))
    _earlier(paper, earlier)
    if topic.registration:
        r = topic.registration
        paper.say(
            f"成效量法已事前登记：自 {r.start} 起，前 {r.before} 周、后 {r.after} 周，与未采取措施的同类区域比较。"
        )


def _evidence(text: str, figures: tuple[tuple[str, str], ...]) -> str:
    return "；".join(part for part in (text, *(f"{name} {value}" for name, value in figures)) if part)


def _figures(paper: Paper, p: Portrait) -> None:
    paper.head("数据", 2)
    paper.say(f"近一年（至 {p.on.isoformat()} 前）{p.n:,} 件，占全市 {rate(p.n, p.total)}。")
    season = "，".join(f"{year} 年 {n:,} 件" for year, n in p.years)
    paper.say(f"历年同期（截至今日的四周）：{season or '记录不足四周'}。记录始于 {p.since.isoformat()}。")
    if p.weekly:
        paper.picture(
            drawing.trend(p.begins, p.weekly), f"每周件数，{p.begins[0].isoformat()} 起，最近一周 {p.weekly[-1]} 件。"
        )
    years = range(p.on.year - 2, p.on.year + 1)
    paper.picture(
        drawing.strip(list(years), p.months), "各年各月件数；颜色越深件数越多，空白为没有记录的月份，本月尚未过完。"
    )
    paper.head("分布（前十个乡镇街道，近一年）", 2)
    paper.table(("乡镇街道", "件数"), [(area(code), n) for code, n in p.townships[:10]], (11, 4.8))
    paper.head("谁在办、办得怎样（近一年）", 2)
    rows = [(unit(h.unit), h.n, rate(h.on_time, h.judged), rate(h.resolved, h.asked)) for h in p.handlers]
    paper.table(("主办单位", "件数", "按时", "诉求人说已解决"), rows, (5.8, 2, 4, 4))
    if p.lead:
        beside = "、".join(f"{unit(code)}（{n} 件）" for code, n in p.partners)
        paper.say(f"按经办件数，建议牵头：{unit(p.lead)}。" + (f"建议配合：{beside}。" if beside else ""))
    paper.head("典型工单（已由机器去除身份信息）", 2)
    said = [(t.no, t.day.isoformat(), f"{t.title}　{t.text}".strip()[:160]) for t in p.typical]
    paper.table(("单号", "日期", "诉求"), said, (4.2, 2.6, 9))


def _earlier(paper: Paper, found: list[Mechanism]) -> None:
    paper.head("已有的机制", 2)
    rows = [(m.title, m.basis, "已废止" if m.retired else m.valid_from) for m in found]
    paper.table(("名称", "依据", "生效"), rows, (6.5, 6, 3.3))


def _lists(paper: Paper, topics: list[Topic]) -> None:
    every = sorted(((list(ListKind).index(i.list), t, i) for t in topics for i in t.items), key=lambda r: r[0])
    if not every:
        return
    paper.head("清单", new_page=True)
    now = present.now()
    for place, rows in groupby(every, key=lambda r: r[0]):
        paper.head(term(list(ListKind)[place]), 2)
        lines = [
            (t.title, i.title, unit(i.unit), unit(i.verifier), _due(i), _stand(i, i.late(now))) for _, t, i in rows
        ]
        paper.table(("议题", "事项", "责任单位", "核验单位", "期限", "状态"), lines, (3, 4.4, 2.6, 2.6, 1.6, 1.6))
    ticked = [(i.title, unit(i.unit), unit(i.verifier), i.report) for _, _, i in every if i.state is ItemState.TICKED]
    if ticked:
        paper.head("销号清单", 2)
        paper.table(("事项", "责任单位", "核验单位", "证明"), ticked, (4.4, 3, 3, 5.4))


def _due(item: Item) -> str:
    local = item.due.astimezone(present.city().calendar.zone)
    return f"{local.month}月{local.day}日"


def _stand(item: Item, late: bool) -> str:
    return "超期" if late else term(item.state)


def _meeting(paper: Paper, session: Session) -> None:
    if not (session.attendance or session.minutes):
        return
    paper.head("会议")
    for how in Presence:
        names = "、".join(unit(a.unit) for a in session.attendance if a.presence is how)
        if names:
            paper.say(f"{term(how)}：{names}")
    for text in session.minutes:
        paper.say(text)
