"""What happened to a topic, in words (议题经过), and how much time an item has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minsheng.core.codes import Card, Role, term
from minsheng.core.session import Item
from minsheng.core.session import events as happened
from minsheng.doors.frame import showing
from minsheng.foresee.sessions import Stored
from minsheng.ground import present

TITLES: dict[str, Any] = {
    "proposed": _("列入备选"),
    "evidence_added": _("补充支撑材料"),
    "dissected": _("解剖麻雀"),
    "chosen": _("选为议题"),
    "declined": _("本次不选"),
    "registered": _("登记成效的量法"),
    "item_given": _("列入清单并交办"),
    "item_signed": _("签收"),
    "item_reported": _("报送进展"),
    "item_ticked": _("核验销号"),
    "item_sent_back": _("核验退回"),
    "item_extended": _("延期"),
    "item_carded": _("亮牌督办"),
    "carried_over": _("转入下月"),
    "ended": _("闭环"),
    "effect_recorded": _("成效入账"),
    "session_opened": _("开启月调度"),
    "attended": _("登记参会"),
    "minuted": _("记入纪要"),
    "session_closed": _("散会归档"),
    "adopted": _("机制入库"),
    "reused": _("用于另一议题"),
    "retired": _("废止"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a timeline (components/timeline.html)."""

    title: Any
    at: datetime
    who: str
    lay: str = ""
    facts: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)


def told(events: Sequence[Stored]) -> list[Told]:
    """A stream's events as lines, oldest first, each with how long it lay."""
    lines, before = [], None
    for stored in events:
        e = stored.event
        lay = showing.length((e.at - before).total_seconds()) if before and (e.at - before).total_seconds() > 60 else ""
        before = e.at
        lines.append(Told(TITLES[e.NAME], e.at, _who(stored), lay, _facts(e), _said(e)))
    return lines


def _who(stored: Stored) -> str:
    role = term(Role(stored.role), "zh" if showing.chinese() else "en")
    if stored.unit:
        return f"{showing.name_of(present.city().units.get(stored.unit), stored.unit)} · {role}"
    return role


def _facts(e: happened.SessionEvent) -> list[str]:
    language = "zh" if showing.chinese() else "en"
    if isinstance(e, happened.ItemGiven):
        return [e.item.title, showing.name_of(present.city().units.get(e.item.unit), e.item.unit)]
    if isinstance(e, happened.ItemCarded):
        return [term(Card(e.card), language)]
    if isinstance(e, happened.EvidenceAdded):
        return [term(e.evidence.kind, language), e.evidence.title]
    if isinstance(e, happened.Chosen | happened.CarriedOver):
        return [e.month]
    if isinstance(e, happened.EffectRecorded):
        return [f"{e.effect.estimate:+.1f} % ({e.effect.low:+.1f} – {e.effect.high:+.1f})"]
    return []


def _said(e: happened.SessionEvent) -> list[tuple[str, str]]:
    for name in ("reasons", "text", "reason"):
        words = getattr(e, name, "")
        if words:
            return [("", words)]
    if isinstance(e, happened.Dissected):
        return [(e.obstacle.order, e.obstacle.obstacle)]
    return []


def left(item: Item, now: datetime) -> str:
    """还剩 3 天 / 已超 2 天; nothing for what is reported or ticked off."""
    if item.late(now):
        return gettext("已超 %(span)s") % {"span": showing.length((now - item.due).total_seconds())}
    if item.state.value in ("given", "doing"):
        return gettext("还剩 %(span)s") % {"span": showing.length((item.due - now).total_seconds())}
    return ""
