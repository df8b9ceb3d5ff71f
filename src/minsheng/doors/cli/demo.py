"""The demo city (演示数据): one account a role, knowledge, and some hundred invented orders in every state.

Everything passes the same doors as real life: `intake.receive` and `casework.handle`, with times in the past."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import connection

from minsheng.core import Actor, Refused
from minsheng.core import commands as say
from minsheng.core.codes import (
    CENTRE_ROLES,
    Card,
    Disposition,
    ExclusionReason,
    Grade,
    Kind,
    ReturnReason,
    Role,
    State,
    Told,
    Urgency,
)
from minsheng.core.order import UnitRef
from minsheng.doors.cli.demo_texts import GIVEN, KNOWLEDGE, NAMES, REPLIES, TEXTS
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.models import Account
from minsheng.respond import casework, intake
from minsheng.respond.dispatch import propose_for
from minsheng.respond.supervision import sweep
from minsheng.respond.vault import Person

ORDERS = 240
PASSWORD = "demo"
UNIT_ROLES = (Role.UNIT_DESK, Role.UNIT_HEAD, Role.HANDLER)


def fill() -> None:
    """Fill an empty city; one that has orders is left as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ground_account WHERE demo")
        if cursor.fetchone()[0]:
            return
    Story(random.Random(12345)).tell()


class Story:
    """How the demo's orders came to stand where they stand."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        pack = present.city()
        self.towns = [u for u in pack.units.values() if u.kind == "township"]
        self.leaves = {c.name: c.code for c in pack.taxonomy.leaves}
        town = self.towns[0]
        self.shown = (pack.units[town.parent], town)
        self.staff = {r: Actor(f"demo-{r}", r) for r in CENTRE_ROLES}

    def tell(self) -> None:
        """Knowledge, orders, cards; the accounts last, which says that the story is told."""
        self.knowledge()
        now = present.now()
        endings = self.endings()
        for i in range(ORDERS):
            name, depth = endings[i % len(endings)]
            hours = ((1, 8), (2, 20), (8, 90), (60, 500), (3000, 4000))[depth]
            self.order(now - timedelta(hours=self.chance.uniform(*hours)), now, name)
        sweep(now)
        self.accounts()

    def accounts(self) -> None:
        """One account a role; of the unit roles, at one county and one of its townships, with a second handler."""
        for role in Role:
            if role not in (*UNIT_ROLES, Role.RESIDENT, Role.SYSTEM):
                self._account(f"demo-{role}", role, None)
        for unit in self.shown:
            for unit_role in UNIT_ROLES:
                self._account(f"demo-{unit_role}-{unit.code}", unit_role, unit.code)
        self._account(f"demo-handler2-{self.shown[1].code}", Role.HANDLER, self.shown[1].code)

    def _account(self, username: str, role: Role, unit: str | None) -> None:
        name = self.chance.choice(NAMES) + self.chance.choice(GIVEN)
        account = Account.objects.make(username, role, unit, name, PASSWORD)
        account.demo = True
        account.save()

    def knowledge(self) -> None:
        """A few entries that answer inquiries."""
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO respond_knowledge (version, title, content, keywords, by) VALUES (1, %s, %s, %s, 'demo')",
                KNOWLEDGE,
            )

    def endings(self) -> list[tuple[str, int]]:
        """Where orders stand, mixed: name of the way, and how deep it goes."""
        ways = [("received", 0)] * 4 + [("incomplete", 1), ("answered", 1), ("answered", 1), ("explained", 1)]
        ways += [("transferred", 1), ("to_dispatch", 1), ("to_dispatch", 1), ("to_dispatch", 1), ("merged", 1)]
        ways += [("to_sign", 2)] * 3 + [("handling", 2)] * 4 + [("returning", 1), ("extension", 2), ("arbitrating", 2)]
        ways += [("exclusion", 2), ("child_replied", 2), ("to_review", 2), ("to_review", 2), ("parked", 2)]
        ways += [("to_call_back", 3)] * 3 + [("rating", 3), ("reworking", 3), ("reworked", 3), ("withdrawn", 1)]
        ways += [("closed", 3)] * 6 + [("unsolved", 3), ("terminated", 3), ("told", 1), ("archived", 4)]
        self.chance.shuffle(ways)
        return ways

    def order(self, began: datetime, now: datetime, way: str) -> None:
        """One order along `way`, its steps spread between `began` and `now`."""
        unit = self.shown[1] if self.chance.random() < 0.5 else self.chance.choice(self.towns)
        area = present.city().areas[unit.area]
        villages = [a for a in present.city().areas.values() if a.parent == area.code]
        village = self.chance.choice(villages).name if villages else ""
        place = area.name + village.removesuffix("居民委员会").removesuffix("村民委员会")
        text, leaf = self.chance.choice(TEXTS)
        person = Person(
            self.chance.choice(NAMES) + self.chance.choice(GIVEN), f"1{self.chance.randrange(10**9):010d}"[:11], place
        )
        request = intake.Request(
            text=text.format(place=place),
            person=person,
            channel=self.chance.choice(["web", "phone", "phone", "wechat", "mailbox"]),
            kind=self.chance.choice([Kind.COMPLAINT, Kind.HELP, Kind.INQUIRY, Kind.OTHER]),
        )
        receipt = intake.receive(request, at=began)
        propose_for(receipt.no)
        if way == "received":
            return
        found = casework.view(receipt.no, SYSTEM)
        town = present.unit_ref(unit.code)
        category = self.leaves.get(leaf) or self._leaf(found)
        walk = Walk(self, receipt.no, began, now, town=town, category=category)
        getattr(walk, way)()

    def _leaf(self, found: tuple[int, object, object]) -> str:
        from minsheng.ground.access import sight

        with sight(SYSTEM), connection.cursor() as cursor:
            cursor.execute(
                "SELECT proposals -> 'category' ->> 'value' FROM respond_copy WHERE order_id = %s", [found[0]]
            )
            return str(cursor.fetchone()[0])


class Walk:
    """One order's way through the house, step by step."""

    def __init__(
        self, story: Story, no: str, began: datetime, now: datetime, *, town: UnitRef | None, category: str
    ) -> None:
        assert town is not None
        self.story, self.no, self.at, self.now, self.town, self.category = story, no, began, now, town, category
        self.county = present.unit_ref(town.above[-1])
        self.step = (now - began) / 14

    def do(self, command: say.Command, by: Actor) -> None:
        """The next step."""
        self.at = min(self.at + self.step, self.now)
        casework.handle(self.no, command, by, self.at)

    def centre(self, role: Role) -> Actor:
        """Somebody of the centre."""
        return self.story.staff[role]

    def desk(self, role: Role = Role.UNIT_DESK) -> Actor:
        """Somebody of the county."""
        assert self.county is not None
        return Actor(f"demo-{role}-{self.county.code}", role, self.county.code)

    def handler(self, which: str = "handler") -> Actor:
        """Somebody of the township."""
        return Actor(f"demo-{which}-{self.town.code}", Role.HANDLER, self.town.code)

    def answered(self) -> None:
        """Answered on the telephone."""
        answer = say.Answer(answer="请携带身份证到就近的政务服务大厅办理，也可以在手机上办理。", told=Told.PHONE)
        self.do(answer, self.centre(Role.AGENT))

    def told(self) -> None:
        """Answered, not told yet."""
        self.do(say.Answer(answer="已查询，结果稍后短信告知。"), self.centre(Role.AGENT))

    def explained(self) -> None:
        """Told the legal path."""
        self.do(
            say.Explain(disposition=Disposition.LEGAL_PATH, explanation="该事项正在诉讼中，请通过法院解决。"),
            self.centre(Role.AGENT),
        )

    def transferred(self) -> None:
        """Handed to another line."""
        self.do(say.Transfer(line="110", note="非警务咨询转回"), self.centre(Role.AGENT))

    def incomplete(self) -> None:
        """Waiting for the requester."""
        self.do(say.AskDetail(question="请问具体是哪一栋楼、哪个单元？"), self.centre(Role.AGENT))

    def merged(self) -> None:
        """Merged into an order of the same place and time."""
        text = "同一小区也反映暖气不热的问题，已有几户一起反映。"
        other = intake.receive(intake.Request(text=text, person=Person("刘敏", "13900001111")), at=self.at)
        self.do(say.Merge(into=other.no), self.centre(Role.AGENT))

    def to_dispatch(self) -> None:
        """In the pool."""
        urgency = self.story.chance.choice([Urgency.ORDINARY, Urgency.ORDINARY, Urgency.PROMPT, Urgency.URGENT])
        area = present.city().units[self.town.code].area
        self.do(say.Submit(category=self.category, urgency=urgency, area=area), self.centre(Role.AGENT))

    def withdrawn(self) -> None:
        """The requester thinks again."""
        self.to_dispatch()
        self.do(say.Withdraw(grounds="已经自己解决了"), intake.RESIDENT)

    def to_sign(self) -> None:
        """At the county."""
        self.to_dispatch()
        self.do(
            say.Dispatch(lead=self.county, visible_text="群众反映的问题，请现场核实处理并回复。"),
            self.centre(Role.DISPATCHER),
        )

    def arbitrating(self) -> None:
        """Nobody's duty is clear."""
        self.to_dispatch()
        self.do(say.Arbitrate(minutes="两家单位均认为不属本单位职责"), self.centre(Role.DISPATCHER))

    def handling(self) -> None:
        """At the township, some signed."""
        self.to_sign()
        self.do(say.Sign(), self.desk())
        self.do(say.PassDown(to=self.town), self.desk())
        if self.story.chance.random() < 0.7:
            self.do(say.Sign(), self.handler())
        if self.story.chance.random() < 0.3:
            self.do(say.GiveCard(note="请尽快办理"), intake.RESIDENT)
        elif self.story.chance.random() < 0.15:
            self.do(say.GiveCard(card=Card.SHEET, note="请于两日内书面说明进展"), self.centre(Role.SUPERVISOR))

    def returning(self) -> None:
        """Asked to be taken back."""
        self.to_sign()
        request = say.RequestReturn(reason=ReturnReason.WRONG_DUTY, legal_basis="按三定规定由市级主管部门负责")
        self.do(request, self.desk())

    def extension(self) -> None:
        """More time asked for."""
        self.to_sign()
        self.do(say.Sign(), self.desk())
        self._may(say.RequestExtension(grounds="需要等待管材到货"), self.desk())

    def exclusion(self) -> None:
        """Left out of scoring, asked for."""
        self.to_sign()
        self.do(say.Sign(), self.desk())
        self.do(say.RequestExclusion(reason=ExclusionReason.PRIVATE_MATTER, grounds="邻里私人纠纷"), self.desk())

    def child_replied(self) -> None:
        """The county has to review."""
        self.to_sign()
        self.do(say.Sign(), self.desk())
        self.do(say.PassDown(to=self.town), self.desk())
        self.do(say.Sign(), self.handler())
        self.do(self._reply(), self.handler())

    def to_review(self) -> None:
        """The centre has to review."""
        self.child_replied()
        self.do(say.ReviewReply(accepted=True), self.desk())

    def parked(self) -> None:
        """Promised for later."""
        self.to_review()
        self.do(
            say.Park(promise="列入明年改造计划，开春后施工。", until=self.now + timedelta(days=100)),
            self.centre(Role.REVIEWER),
        )

    def terminated(self) -> None:
        """Ended by a final reply."""
        self.to_review()
        self.do(say.Terminate(final_reply="经核查，政策不支持，已书面答复。"), self.centre(Role.REVIEWER))

    def to_call_back(self) -> None:
        """The centre has to call."""
        self.to_review()
        self.do(say.ReviewReply(accepted=True), self.centre(Role.REVIEWER))

    def rating(self) -> None:
        """Solved; the requester rates alone."""
        self.to_call_back()
        self._call(say.CallBack(contacted=True, resolved=True, rating_by=Told.SMS))

    def reworking(self) -> None:
        """Handled again."""
        self.to_call_back()
        self._call(say.CallBack(contacted=True, resolved=False, grade=Grade.DISSATISFIED))

    def reworked(self) -> None:
        """Handled again, then solved."""
        self.reworking()
        self.do(say.Sign(), self.desk())
        self.do(say.PassDown(to=self.town), self.desk())
        self.do(say.Sign(), self.handler("handler2"))
        self.do(self._reply(), self.handler("handler2"))
        self.do(say.ReviewReply(accepted=True), self.desk(Role.UNIT_HEAD))
        self.do(say.ReviewReply(accepted=True), self.centre(Role.REVIEWER))
        self._call(say.CallBack(contacted=True, resolved=True, grade=Grade.SATISFIED))

    def closed(self) -> None:
        """Solved and closed."""
        self.to_call_back()
        grade = self.story.chance.choice([Grade.VERY_SATISFIED, Grade.SATISFIED, Grade.BASICALLY, Grade.REFUSED])
        self._call(say.CallBack(contacted=True, resolved=True, grade=grade))

    def unsolved(self) -> None:
        """Closed and not solved: the requester wanted no second handling."""
        self.to_call_back()
        self._call(say.CallBack(contacted=True, resolved=False, declined="不用再办了，我自己想办法"))

    def archived(self) -> None:
        """Closed long ago."""
        self.step = timedelta(hours=6)
        self.closed()
        order = casework.view(self.no, SYSTEM)[1]
        if order.state is State.CLOSED and order.clock is not None:
            casework.as_system(self.no, say.Archive(), order.clock.due)

    def _reply(self) -> say.Reply:
        reply, public = self.story.chance.choice(REPLIES)
        return say.Reply(contacted=True, reply=reply, public_reply=public)

    def _call(self, answer: say.CallBack) -> None:
        if casework.view(self.no, SYSTEM)[1].state is State.TO_CALL_BACK:
            self.do(answer, self.centre(Role.CALLER_BACK))

    def _may(self, command: say.Command, by: Actor) -> None:
        try:
            self.do(command, by)
        except Refused as refused:
            if refused.code != "overdue_already":
                raise
