"""The demo's last day (演示的最近一天): orders of the past hours, so that every desk of the accounts shown has work and
each of the order's states can be seen. All of it passes `intake.receive` and `casework.handle`, at times gone by."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from minsheng.core import Actor
from minsheng.core import commands as say
from minsheng.core.codes import (
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
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.city import CityPack
from minsheng.ground.city.rows import Unit
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake
from minsheng.sim.centre import EMERGENCY, EXPLAINED, LEGAL
from minsheng.sim.demand import Leaf, leaves_of
from minsheng.sim.place import Community, Place
from minsheng.sim.words import Matter, Words

SEED = 12345
WRITTEN = ("web", "web", "wechat", "app")
BY_PHONE = 0.5
WORK = frozenset({Kind.COMPLAINT, Kind.HELP, Kind.REPORT})
"""Kinds that ask for something to be done."""
URGENCIES = (Urgency.ORDINARY, Urgency.ORDINARY, Urgency.PROMPT, Urgency.URGENT)
PACE = 14
LONGEST_PACE = timedelta(hours=6)
"""From one step to the next: so many parts of the time since the intake, and no longer than that."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The county and its township whose accounts the demo shows."""

    county: Unit
    town: Unit

    def account(self, role: Role, unit: Unit | None = None, second: bool = False) -> Actor:
        """The account that acts in a role, of the centre or of one of the two units."""
        name = f"demo-{role}{'2' if second else ''}"
        return Actor(name, role) if unit is None else Actor(f"{name}-{unit.code}", role, unit.code)


class Walk:
    """One order's way through the house, a step at a time."""

    def __init__(self, no: str, matter: Matter, day: Day, chance: random.Random) -> None:
        self.no, self.matter, self.day, self.chance, self.words = no, matter, day, chance, day.words
        self.at = casework.view(no, SYSTEM)[1].received_at
        self.pace = min((day.now - self.at) / PACE, LONGEST_PACE)

    def do(self, command: say.Command, role: Role, unit: Unit | None = None, *, second: bool = False) -> None:
        """The next step, by the demo's account of that role."""
        self.by(command, self.day.shown.account(role, unit, second))

    def by(self, command: say.Command, actor: Actor) -> None:
        """The next step, by anybody."""
        self.at = min(self.at + self.pace, self.day.now)
        casework.handle(self.no, command, actor, self.at)

    def grounds(self, what: str) -> str:
        """Why."""
        return self.words.grounds(what, self.chance)

    def ask_detail(self) -> None:
        """要求补充."""
        self.do(say.AskDetail(question=self.words.question(self.matter.leaf, self.chance)), Role.AGENT)

    def answer(self) -> None:
        """Answered, not told yet."""
        self.do(say.Answer(answer=self.words.answer(self.matter.leaf, self.chance)), Role.AGENT)

    def explain(self) -> None:
        """Told the proper path."""
        disposition = EXPLAINED.get(self.matter.leaf, Disposition.LEGAL_PATH)
        explanation = self.words.explanation(self.matter.leaf, disposition, self.chance)
        self.do(say.Explain(disposition=disposition, explanation=explanation), Role.AGENT)

    def transfer(self) -> None:
        """转接."""
        self.do(say.Transfer(line="110", note=self.grounds("transfer")), Role.AGENT)

    def submit(self) -> None:
        """Into the pool."""
        urgency = self.chance.choice(URGENCIES)
        self.do(say.Submit(category=self.matter.leaf, urgency=urgency, area=self.matter.area), Role.AGENT)

    def merge(self) -> None:
        """Joins the order about the same matter."""
        self.do(say.Merge(into=self.day.main), Role.AGENT)

    def withdraw(self) -> None:
        """The requester thinks again."""
        self.by(say.Withdraw(grounds=self.grounds("withdraw")), intake.RESIDENT)

    def arbitrate(self) -> None:
        """Nobody's duty is clear."""
        self.do(say.Arbitrate(minutes=self.grounds("minutes")), Role.DISPATCHER)

    def dispatch(self) -> None:
        """To the county."""
        lead, copy = self.day.ref(self.day.shown.county), self.words.visible(self.matter)
        self.do(say.Dispatch(lead=lead, visible_text=copy), Role.DISPATCHER)

    def sign(self) -> None:
        """签收."""
        self.do(say.Sign(), Role.UNIT_DESK, self.day.shown.county)

    def ask_return(self) -> None:
        """申请退单."""
        request = say.RequestReturn(reason=ReturnReason.WRONG_DUTY, legal_basis=self.grounds("return"))
        self.do(request, Role.UNIT_DESK, self.day.shown.county)

    def ask_extension(self) -> None:
        """申请延期, for the head to decide."""
        self.do(say.RequestExtension(grounds=self.grounds("extension")), Role.UNIT_DESK, self.day.shown.county)

    def ask_exclusion(self) -> None:
        """申请剔除."""
        request = say.RequestExclusion(reason=ExclusionReason.PRIVATE_MATTER, grounds=self.grounds("exclusion"))
        self.do(request, Role.UNIT_DESK, self.day.shown.county)

    def pass_down(self) -> None:
        """To the township."""
        self.do(say.PassDown(to=self.day.ref(self.day.shown.town)), Role.UNIT_DESK, self.day.shown.county)

    def take(self) -> None:
        """The township signs."""
        self.do(say.Sign(), Role.HANDLER, self.day.shown.town)

    def take_again(self) -> None:
        """Another handler signs the second handling."""
        self.do(say.Sign(), Role.HANDLER, self.day.shown.town, second=True)

    def nudge(self) -> None:
        """催办 by the requester."""
        self.by(say.GiveCard(note=self.grounds("appeal")), intake.RESIDENT)

    def sheet(self) -> None:
        """督办单."""
        self.do(say.GiveCard(card=Card.SHEET, note=self.grounds("sheet")), Role.SUPERVISOR)

    def reply(self) -> None:
        """The township replies."""
        internal, public = self.words.reply(self.matter.leaf, "solved", self.chance)
        self.do(say.Reply(contacted=True, reply=internal, public_reply=public), Role.HANDLER, self.day.shown.town)

    def county_accepts(self) -> None:
        """The county reviews."""
        self.do(say.ReviewReply(accepted=True), Role.UNIT_DESK, self.day.shown.county)

    def centre_accepts(self) -> None:
        """The centre reviews."""
        self.do(say.ReviewReply(accepted=True), Role.REVIEWER)

    def park(self) -> None:
        """挂账."""
        until = self.day.now + timedelta(days=100)
        self.do(say.Park(promise=self.grounds("park"), until=until), Role.REVIEWER)

    def terminate(self) -> None:
        """终止办理."""
        self.do(say.Terminate(final_reply=self.grounds("terminate")), Role.REVIEWER)

    def rates_alone(self) -> None:
        """Solved; the requester rates by SMS."""
        self.do(say.CallBack(contacted=True, resolved=True, rating_by=Told.SMS), Role.CALLER_BACK)

    def solved(self) -> None:
        """Solved and closed."""
        self.do(say.CallBack(contacted=True, resolved=True, grade=Grade.SATISFIED), Role.CALLER_BACK)

    def not_solved(self) -> None:
        """Not solved: a second handling."""
        opinion = self.words.opinion(False, False, self.chance)
        answer = say.CallBack(contacted=True, resolved=False, grade=Grade.DISSATISFIED, opinion=opinion)
        self.do(answer, Role.CALLER_BACK)


@dataclass(frozen=True, slots=True)
class Way:
    """How so many orders came to stand where they stand; received between `hours` ago. `leaf` when the way asks for
    one; `same` when it is one message that neighbours pass on."""

    count: int
    hours: tuple[float, float]
    steps: tuple[Callable[[Walk], None], ...]
    leaf: str = ""
    same: bool = False


_SENT = (Walk.submit, Walk.dispatch)
_SIGNED = (*_SENT, Walk.sign)
_PASSED = (*_SIGNED, Walk.pass_down)
_TAKEN = (*_PASSED, Walk.take)
_REPLIED = (*_TAKEN, Walk.reply)
_REVIEWED = (*_REPLIED, Walk.county_accepts)
_ACCEPTED = (*_REVIEWED, Walk.centre_accepts)
_AGAIN = (*_ACCEPTED, Walk.not_solved)
LONG_AGO = (3400, 3500)
"""So many hours ago that a closed order has been archived since."""
WAYS = (
    Way(1, (10, 11), (Walk.submit,), same=True),
    Way(1, (3, 4), (Walk.merge,), same=True),
    Way(2, (0.3, 1), (), same=True),
    Way(8, (0.3, 6), ()),
    Way(1, (2, 6), (Walk.ask_detail,)),
    Way(1, (1, 6), (Walk.answer,)),
    Way(1, (1, 6), (Walk.explain,), leaf=LEGAL),
    Way(1, (0.5, 3), (Walk.transfer,), leaf=EMERGENCY),
    Way(10, (1, 8), (Walk.submit,)),
    Way(1, (4, 8), (Walk.submit, Walk.withdraw)),
    Way(1, (8, 20), (Walk.submit, Walk.arbitrate)),
    Way(4, (2, 20), _SENT),
    Way(2, (8, 20), (*_SENT, Walk.ask_return)),
    Way(2, (8, 20), _SIGNED),
    Way(2, (8, 20), (*_SIGNED, Walk.ask_extension)),
    Way(1, (8, 20), (*_SIGNED, Walk.ask_exclusion)),
    Way(3, (8, 20), _PASSED),
    Way(3, (8, 24), _TAKEN),
    Way(3, (12, 24), (*_TAKEN, Walk.nudge)),
    Way(1, (12, 24), (*_TAKEN, Walk.sheet)),
    Way(3, (12, 30), _REPLIED),
    Way(3, (12, 40), _REVIEWED),
    Way(1, (20, 40), (*_REVIEWED, Walk.park)),
    Way(1, (20, 40), (*_REVIEWED, Walk.terminate)),
    Way(3, (20, 40), _ACCEPTED),
    Way(1, (20, 40), (*_ACCEPTED, Walk.rates_alone)),
    Way(2, (20, 40), (*_ACCEPTED, Walk.solved)),
    Way(2, (20, 40), _AGAIN),
    Way(2, (20, 40), (*_AGAIN, Walk.sign, Walk.pass_down, Walk.take_again)),
    Way(2, LONG_AGO, (*_ACCEPTED, Walk.solved)),
)
"""The day's orders. The first one is what those of the same matter are merged into."""


class Day:
    """The last hours before `now`, of the county and the township shown."""

    def __init__(self, shown: Shown, now: datetime) -> None:
        self.shown, self.now, self.main = shown, now, ""
        self.pack: CityPack = present.city()
        self.words = Words(self.pack)
        self.place = Place(self.pack, self.pack.calendar.local_date(now))
        self.leaves = [leaf for leaf in leaves_of(self.pack) if leaf.matters]

    def ref(self, unit: Unit) -> UnitRef:
        """The unit as the rules need it."""
        return self.place.unit(unit.code)

    def tell(self) -> None:
        """Every order in the order of its intake. One that is there is left as it is, so that a story broken off is
        told to its end; each order's way is gone whole or not at all."""
        same = self._matter(WAYS[0], random.Random(SEED))
        for began, name, way in sorted(self._days(), key=lambda x: x[:2]):
            chance = random.Random(f"{SEED}/{name}")
            matter = same if way.same else self._matter(way, chance)
            no = self._received(matter, name, began, chance, same=way.same)
            if way is WAYS[0]:
                self.main = no
            if casework.view(no, SYSTEM)[1].state is State.RECEIVED:
                walk = Walk(no, matter, self, chance)
                with transaction.atomic():
                    for step in way.steps:
                        step(walk)

    def _days(self) -> Iterator[tuple[datetime, str, Way]]:
        chance = random.Random(SEED)
        for i, way in enumerate(WAYS):
            for j in range(way.count):
                yield self.now - timedelta(hours=chance.uniform(*way.hours)), f"demo-{i}-{j}", way

    def _received(self, matter: Matter, name: str, began: datetime, chance: random.Random, *, same: bool) -> str:
        said = self.words.request(matter, random.Random(SEED) if same else chance)
        person = Person(*self.words.person(chance), said.address)
        channel = "phone" if matter.spoken else chance.choice(WRITTEN)
        request = intake.Request(said.text, said.title, person, channel, external_id=name, kind=matter.kind)
        by = self.shown.account(Role.AGENT) if matter.spoken else intake.RESIDENT
        return intake.receive(request, by, began).no

    def _matter(self, way: Way, chance: random.Random) -> Matter:
        """What an order that goes this way can be about, and where."""
        leaves = [leaf for leaf in self.leaves if leaf.code == way.leaf] or self._leaves(way)
        leaf = chance.choices(leaves, [x.matters for x in leaves])[0]
        town = self.shown.town.area
        home, kind = self.place.draw(leaf.place, chance), leaf.matter_kind(chance)
        if Walk.dispatch in way.steps:
            home = chance.choice([c for c in self.place.communities if c.township == town and _fits(leaf, c)])
        return Matter(
            leaf=leaf.code,
            kind=kind if kind in WORK else Kind.HELP,
            area=home.area.code,
            spot=chance.choice(self.place.spots(home)).name,
            since_days=chance.randrange(1, 12),
            anger=chance.random() * 0.8,
            spoken=chance.random() < BY_PHONE,
        )

    def _leaves(self, way: Way) -> list[Leaf]:
        """Categories that the dispatch catalogue sends that way: to the county, and from there to the township."""
        if Walk.dispatch not in way.steps:
            return self.leaves
        town = self.shown.town
        homes = [c for c in self.place.communities if c.township == town.area]
        here = [leaf for leaf in self.leaves if any(_fits(leaf, c) for c in homes)]
        paths = {leaf.code: self.place.path(leaf.code, town.area) for leaf in here}
        county = [x for x in here if (p := paths[x.code]) and p.lead.code == self.shown.county.code]
        if Walk.pass_down not in way.steps:
            return county or here
        return [x for x in county if (p := paths[x.code]) and p.below and p.below.code == town.code] or county or here


def _fits(leaf: Leaf, home: Community) -> bool:
    return leaf.place == "any" or (leaf.place == "urban") == home.urban
