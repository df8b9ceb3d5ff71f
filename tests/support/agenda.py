"""A month's session with one topic among units of the city, in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from minsheng.core import Actor
from minsheng.core.calendar import Term
from minsheng.core.codes import Role
from minsheng.core.order import UnitRef
from minsheng.core.session import Topic
from minsheng.core.session import commands as say
from minsheng.core.session.codes import ListKind, MechanismKind
from minsheng.foresee import sessions
from minsheng.ground import present
from support.life import SUPERVISOR
from support.month import ANALYST, CHOOSE, EVIDENCE, PLAN, PROPOSE

ADOPT = say.Adopt("?", MechanismKind.POLICY, "立管更新办法", "谁供热谁更新", "市政府文件", "全市", "2027-01-01")


class Agenda:
    """Three units of the city that have nothing to do with one another, and a topic among them."""

    def __init__(self, lead: str | None = None) -> None:
        pack = present.city()
        counties = [u.code for u in pack.units.values() if u.level == 2 and u.code != lead]
        self.lead, self.verifier, self.other = (self.ref(code) for code in (lead or counties[0], *counties[1:3]))
        self.month = present.policy(present.now()).calendar.local_date(present.now()).strftime("%Y-%m")
        sessions.open_session(say.OpenSession(self.month, "市委书记", f"{self.month}-28"), ANALYST)
        leaf, area = pack.taxonomy.leaves[0].code, next(iter(pack.areas))
        self.topic = sessions.propose(replace(PROPOSE, no="?", categories=(leaf,), areas=(area,)), ANALYST).no
        start = present.now().date() + timedelta(days=2)
        plan = replace(PLAN, categories=(leaf,), areas=(area,), siblings=(), controls=(), start=start.isoformat())
        for command in (
            *(say.AddEvidence(e) for e in EVIDENCE),
            replace(CHOOSE, month=self.month, lead=self.lead.code, with_units=()),
            say.Register(plan),
            say.GiveItem(ListKind.MEASURE, "更换立管", self.lead, self.verifier, Term.parse("10wd")),
        ):
            self.say(command, SUPERVISOR)
        self.mechanism = sessions.adopt(replace(ADOPT, topic=self.topic), ANALYST).no

    @staticmethod
    def ref(code: str) -> UnitRef:
        found = present.unit_ref(code)
        assert found is not None
        return found

    def desk(self, unit: UnitRef) -> Actor:
        """The liaison of a unit."""
        return Actor(f"desk@{unit.code}", Role.UNIT_DESK, unit.code)

    def say(self, command: say.AnyCommand, by: Actor) -> Topic:
        """A command to the topic."""
        return sessions.handle(Topic, self.topic, command, by)
