"""How figures, times and clocks read (时间与四色灯): the same words on every page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from minsheng.core.calendar import Term, TermUnit
from minsheng.core.codes import Card, Urgency
from minsheng.core.order import ClockName
from minsheng.core.rulebook import RuleBook
from minsheng.ground import present

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
DAY_KINDS = {"work": _("工作日"), "rest": _("休息日"), "holiday": _("节假日"), "makeup": _("调休上班")}
_WATCHED = frozenset({Card.SHEET.value, Card.JOINT.value, Card.RAISED.value})
CLOCKS = {
    ClockName.DISPATCH: _("派单时限"),
    ClockName.DETAIL: _("补充时限"),
    ClockName.TELL: _("告知时限"),
    ClockName.MEETING: _("会商时限"),
    ClockName.HANDLING: _("办理时限"),
    ClockName.REVIEW: _("审核时限"),
    ClockName.PARKED: _("承诺日期"),
    ClockName.CALL_BACK: _("回访时限"),
    ClockName.RATING: _("等待评价"),
    ClockName.REWORK: _("二次办理时限"),
    ClockName.THINK: _("撤回考虑期"),
    ClockName.FOLLOW: _("随主单办理"),
    ClockName.ARCHIVE: _("归档"),
}


def chinese() -> bool:
    """Whether the page is in Chinese."""
    return (get_language() or "zh").startswith("zh")


def name_of(row: Any, code: str | None = "") -> str:
    """The name of a row of the city pack in the page's language, else its code."""
    if row is None:
        return code or ""
    return str(row.name if chinese() or not row.name_en else row.name_en)


def area_name(code: str | None) -> str:
    """An area with those around it, the city itself left out: 文峰区东大街街道."""
    path = present.city().area_path(code or "")
    return ("" if chinese() else ", ").join(name_of(a) for a in path[1:] or path)


def when(at: datetime, *, time: bool = True) -> str:
    """11月21日 周六 14:05, or 21 Nov 14:05; with the year when it is not this one."""
    zone = present.city().calendar.zone
    local, now = at.astimezone(zone), present.now().astimezone(zone)
    clock = f" {local:%H:%M}" if time else ""
    if chinese():
        year = "" if local.year == now.year else f"{local.year}年"
        return f"{year}{local.month}月{local.day}日 {WEEKDAYS[local.weekday()]}{clock}"
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}{clock}"


def today() -> str:
    """周六 休息日 14:05: the kind of day that the clocks count by."""
    calendar = present.city().calendar
    local = present.now().astimezone(calendar.zone)
    day = WEEKDAYS[local.weekday()] if chinese() else f"{local:%a}"
    return f"{day} {DAY_KINDS[calendar.day_kind(local.date())]} {local:%H:%M}"


def length(seconds: float) -> str:
    """A stretch of real time in its two largest units."""
    minutes = int(seconds // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _join(_days(days), _hours(hours) if hours else "")
    if hours:
        return _join(_hours(hours), _minutes(minutes) if minutes else "")
    return _minutes(minutes) if minutes else gettext("不到 1 分钟")


def _join(*parts: str) -> str:
    return " ".join(p for p in parts if p)


def _days(n: int) -> str:
    return ngettext("%(n)d 天", "%(n)d 天", n) % {"n": n}


def _hours(n: int) -> str:
    return ngettext("%(n)d 小时", "%(n)d 小时", n) % {"n": n}


def _minutes(n: int) -> str:
    return ngettext("%(n)d 分钟", "%(n)d 分钟", n) % {"n": n}


def _working(left: timedelta) -> str:
    minutes, day = int(left.total_seconds() // 60), _office_minutes()
    days, minutes = divmod(minutes, day)
    hours, minutes = divmod(minutes, 60)
    if days:
        text = ngettext("%(n)d 个工作日", "%(n)d 个工作日", days) % {"n": days}
        return _join(text, _hours(hours) if hours else "")
    if hours:
        return _join(_hours(hours), _minutes(minutes) if minutes else "")
    return _minutes(minutes) if minutes else gettext("不到 1 分钟")


@cache
def _office_minutes() -> int:
    windows = present.city().calendar.hours
    return sum((b.hour - a.hour) * 60 + b.minute - a.minute for a, b in windows)


_FIXED = {
    ClockName.DETAIL: "detail",
    ClockName.TELL: "tell",
    ClockName.MEETING: "arbitration",
    ClockName.REVIEW: "review",
    ClockName.PARKED: "parking_max",
    ClockName.CALL_BACK: "call_back",
    ClockName.RATING: "rating_wait",
    ClockName.REWORK: "rework",
    ClockName.THINK: "withdrawal_think",
    ClockName.ARCHIVE: "archive_after",
}


def term_of(book: RuleBook, clock: str, urgency: str, category: str | None, at: datetime) -> Term:
    """The term that a clock was set by: in what its time is counted."""
    name = ClockName(clock)
    if name is ClockName.DISPATCH:
        return book.dispatch[Urgency(urgency)]
    if name in _FIXED:
        found: Term = getattr(book, _FIXED[name])
        return found
    return book.handling_term(at, category or "", Urgency(urgency))


@dataclass(frozen=True, slots=True)
class Light:
    """One of the four lights: shape and word say it, colour repeats it. `left` is the time, `due` its end in words."""

    kind: str
    shape: str
    word: Any
    left: str = ""
    due: str = ""
    clock: Any = ""


LIGHTS: Mapping[str, tuple[str, Any]] = {
    "calm": ("●", _("正常")),
    "soon": ("◐", _("将到期")),
    "late": ("▲", _("超期")),
    "watched": ("■", _("督办")),
    "none": ("○", _("无时限")),
}


def light(due: datetime | None, clock: str | None, urgency: str, category: str | None, card: str | None) -> Light:
    """The light of a running clock, by the rule book in force; working clocks say how much office time is left. What
    is overdue says so in real time: a rest day does not make it less late."""
    if due is None or clock is None:
        shape, word = LIGHTS["none"]
        return Light("none", shape, word)
    now = present.now()
    book = present.policy(now)
    term = term_of(book, clock, urgency, category, now)
    late = now >= due
    if card in _WATCHED:
        kind = "watched"
    elif late:
        kind = "late"
    else:
        kind = "soon" if book.ending_soon(book.calendar.before(due, term), due, now, term) else "calm"
    shape, word = LIGHTS[kind]
    first, last = (due, now) if late else (now, due)
    if not late and term.unit in (TermUnit.WORKING_DAYS, TermUnit.WORKING_HOURS):
        span = _working(book.calendar.working_time_between(first, last))
    else:
        span = length((last - first).total_seconds())
    left = gettext("已超 %(span)s") % {"span": span} if late else gettext("还剩 %(span)s") % {"span": span}
    return Light(kind, shape, word, left, when(due), CLOCKS[ClockName(clock)])
