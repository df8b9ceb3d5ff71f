"""A topic's month in tests: say commands to it, see what it becomes. No database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from minsheng.core.calendar import Term
from minsheng.core.codes import Role
from minsheng.core.order import Actor
from minsheng.core.rulebook import RuleBook
from minsheng.core.session import Evidence, Item, Registration, SessionEvent, Thing, Topic, decide
from minsheng.core.session import commands as say
from minsheng.core.session.codes import ListKind, Source, Support
from support.life import MONDAY, POLICY, SUPERVISOR, centre, county, town, unit

ANALYST, LEADER = centre(Role.ANALYST), centre(Role.LEADER)
PROPOSE = say.Propose("T2611-01", "供热季前的管网泄漏", Source.SEASON, ("SHI-GR",), ("t1", "t2"), ("老旧管网没有更换",))
EVIDENCE = tuple(Evidence(kind, kind.value, "如附件") for kind in (Support.DATA, Support.VOICE, Support.ROUTE))
CHOOSE = say.Choose("2026-11", "连续三年同期反复", "c1", ("c2",))
PLAN = Registration(("SHI-GR",), ("t1", "t2"), "2026-12-01", 78, 26, ("t3", "t4"), ("SHI-SW",), "上月最多的两个街道")
GIVE = say.GiveItem(ListKind.MEASURE, "更换十二栋楼立管", county("c1"), county("c2"), Term.parse("10wd"))


class Month:
    """One topic, session or mechanism, from its first command on."""

    def __init__(self, policy: RuleBook = POLICY, at: datetime = MONDAY) -> None:
        self.policy, self.at, self.events = policy, at, list[SessionEvent]()
        self.thing: Thing | None = None

    def say(self, *commands: Any, by: Actor = SUPERVISOR) -> Month:
        """Each command, five minutes apart."""
        for command in commands:
            self.at += timedelta(minutes=5)
            for event in decide(self.thing, command, self.policy, self.at, by):
                self.events.append(event)
                self.thing = event.on(self.thing)
        return self

    @property
    def topic(self) -> Topic:
        assert isinstance(self.thing, Topic)
        return self.thing

    @property
    def item(self) -> Item:
        return self.topic.items[-1]

    def candidate(self) -> Month:
        return self.say(PROPOSE, by=ANALYST)

    def chosen(self) -> Month:
        self.candidate().say(*(say.AddEvidence(e) for e in EVIDENCE), by=ANALYST)
        return self.say(CHOOSE, by=LEADER)

    def dispatched(self) -> Month:
        return self.chosen().say(say.Register(PLAN), GIVE)

    def reported(self) -> Month:
        return self.dispatched().say(say.SignItem(1), say.ReportItem(1, "已更换，附验收单", done=True), by=unit("c1"))

    def ticked(self) -> Month:
        return self.reported().say(say.VerifyItem(1, True, "现场看了十二栋"), by=unit("c2"))


TOWN = town("t1", "c1")
