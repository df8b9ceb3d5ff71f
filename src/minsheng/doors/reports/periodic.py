"""Daily, weekly, monthly and special reports (日报、周报、月报、专报) in Word, from the figures of the lake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from minsheng.core import Actor
from minsheng.core.codes import TERMS, term
from minsheng.doors.reports.pack import area, category, mark, rate, special_of
from minsheng.doors.reports.writing import Paper
from minsheng.foresee import sessions, topics
from minsheng.foresee.topics.digest import Change, Digest, Rate, Span, digest
from minsheng.ground import present
from minsheng.ground.lake import Lake


def report(span: Span, day: date, facts: Lake, by: Actor) -> bytes:
    """The report of the whole period that ended before `day`, as a Word file."""
    d = digest(facts, span, day)
    city = present.city().city.name
    days = d.since.isoformat() if span is Span.DAY else f"{d.since.isoformat()} 至 {d.until.isoformat()}"
    paper = Paper(f"{city} 12345 热线{term(span)}", days, mark())
    _summary(paper, d)
    _changes(paper, "诉求类型", d.kinds, lambda code: TERMS.get(("Kind", code), (code,))[0])
    _changes(paper, "来自哪些渠道", d.channels, _channel)
    _changes(paper, "多发诉求", d.categories, category)
    _changes(paper, "各县（市、区）", d.counties, area)
    found = topics.findings(by)
    paper.head("研判发现")
    rows = [
        (term(f.kind), f.name, f.since.isoformat(), f"{f.seen:g}", "" if f.expected is None else f"{f.expected:.1f}")
        for f in found[:15]
    ]
    paper.table(("种类", "什么、在哪里", "自", "实际", "预计"), rows, (2.4, 7.4, 2.6, 1.7, 1.7))
    return paper.bytes()


def special(no: str, facts: Lake, by: Actor, on: date) -> bytes:
    """The special report of one topic (专报). NotFound outside the actor's sight."""
    topic, _ = sessions.topic(no, by)
    return special_of(topic, facts, by, on)


def _channel(code: str) -> str:
    found = present.city().channels.get(code)
    return found.name if found else code


def _summary(paper: Paper, d: Digest) -> None:
    paper.head("总体")
    t = d.total
    paper.say(f"共受理 {t.n:,} 件，{_against(t)}。")
    rows: Sequence[tuple[str, Rate]] = (
        ("当场答复", d.at_once),
        ("按时答复", d.on_time),
        ("诉求人说已解决", d.resolved),
        ("二次办理", d.reworked),
    )
    paper.table(("指标", "比率（分子/分母）"), [(name, rate(r.part, r.whole)) for name, r in rows], (8, 7.8))
    paper.say(f"尚未结案 {d.open:,} 件。按时以第一次答复为准；是否解决以回访答复为准，未接通和未表态的不在分母内。")


def _against(c: Change) -> str:
    ago = "" if c.year_ago is None else f"，上年同期 {c.year_ago:,} 件{_percent(c.n, c.year_ago)}"
    return f"上一期 {c.before:,} 件{_percent(c.n, c.before)}{ago}"


def _percent(now: int, then: int) -> str:
    return f"（{100 * (now - then) / then:+.1f} %）" if then else ""


def _changes(paper: Paper, head: str, changes: Sequence[Change], name: Callable[[str], str]) -> None:
    paper.head(head)
    rows = [
        (
            name(c.code),
            f"{c.n:,}",
            f"{c.before:,}{_percent(c.n, c.before)}",
            "—" if c.year_ago is None else f"{c.year_ago:,}",
        )
        for c in changes
    ]
    paper.table(("", "本期", "上一期（增减）", "上年同期"), rows, (6, 2.6, 4.4, 2.8))
