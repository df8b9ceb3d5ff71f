"""Requests of a day (诉求的产生): who wants what, where, by which channel and when — before anybody at the hotline
hears of it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from minsheng.core.codes import Kind
from minsheng.ground.vault import Person
from minsheng.sim.causes import Cause, CauseKind, Causes, Voice
from minsheng.sim.chance import Chance, seed_of
from minsheng.sim.demand import Demand, Leaf, second_of_day
from minsheng.sim.interventions import Interventions
from minsheng.sim.place import Community, Place
from minsheng.sim.words import Matter, Words

BY_PHONE = 0.80
KNOWN_CALLERS = 0.12
"""Share of requests without a common cause that come from people who ask often, some of them very often."""
TWO_MATTERS = 0.03


@dataclass(slots=True)
class Asked:
    """One request as it is meant. `person` is a number for life; `cause` None for a matter of one's own."""

    number: int
    at: int
    person: int
    leaf: int
    kind: Kind
    community: int
    spot: str
    channel: str
    cause: Cause | None
    again: bool
    anger: float
    since_days: int
    before: int


class Requests:
    """Draws the requests of each day from causes and demand, through the interventions."""

    def __init__(self, place: Place, demand: Demand, causes: Causes, actions: Interventions, chance: Chance) -> None:
        self._place, self._demand, self._causes, self._actions = place, demand, causes, actions
        self._leaves = demand.leaves
        self._random = chance.stream("people")
        self._seed = chance.seed
        self._count = 0
        self._newest_person = 0
        self._often: list[int] = []
        others = [c.code for c in place.pack.channels.values() if c.code != "phone"]
        self._channels = (others, [1 / (n + 1.5) for n in range(len(others))])

    def of_day(self, day: int, midnight: int) -> list[Asked]:
        """The day's requests in order of time."""
        found = [self._voiced(voice, day, midnight) for voice in self._causes.of_day(day)]
        matters, inquiries = self._demand.of_day(day)
        for leaf, n, q in zip(self._leaves, matters, inquiries, strict=True):
            found += [self._alone(leaf, leaf.matter_kind(self._random), day, midnight) for _ in range(n)]
            found += [self._alone(leaf, Kind.INQUIRY, day, midnight) for _ in range(q)]
        kept = [asked for asked in found if asked is not None]
        kept.sort(key=lambda a: a.at)
        for asked in kept:
            self._count += 1
            asked.number = self._count
        return kept

    def _voiced(self, voice: Voice, day: int, midnight: int) -> Asked | None:
        cause, chance = voice.cause, self._random
        community = self._place.communities[cause.community]
        if cause.kind is CauseKind.SHOCK:
            community = self._place.draw("any", chance)
        leaf = self._through(voice.leaf, community, day)
        if leaf is None:
            return None
        kind = leaf.matter_kind(chance)
        if cause.kind is CauseKind.SHOCK and leaf.inquiries > leaf.matters:
            kind = Kind.INQUIRY
        spot = cause.spot if cause.spot else ""
        asked = self._asked(leaf, kind, community, spot, midnight)
        asked.cause, asked.again = cause, voice.again
        asked.person = cause.id * 1_000_000 + voice.person
        asked.since_days = max(0, day - max(cause.born, day - 400))
        asked.before = cause.unhappy.count(voice.person) if voice.again else 0
        asked.anger = min(1.0, asked.anger + (0.3 if voice.again else 0.0) + min(asked.since_days, 60) / 200)
        return asked

    def _alone(self, leaf: Leaf, kind: Kind, day: int, midnight: int) -> Asked | None:
        community = self._place.draw(leaf.place, self._random)
        through = self._through(leaf.index, community, day)
        if through is None:
            return None
        spot = self._random.choice(self._place.spots(community)).name if kind is not Kind.INQUIRY else ""
        return self._asked(through, kind, community, spot, midnight)

    def _through(self, leaf: int, community: Community, day: int) -> Leaf | None:
        found = self._actions.let_through(leaf, self._place.township_index[community.township], day)
        return None if found is None else self._leaves[found]

    def _asked(self, leaf: Leaf, kind: Kind, community: Community, spot: str, midnight: int) -> Asked:
        chance = self._random
        phone = chance.random() < BY_PHONE
        return Asked(
            number=0,
            at=midnight + second_of_day(leaf.hours, chance),
            person=self._somebody(),
            leaf=leaf.index,
            kind=kind,
            community=community.index,
            spot=spot,
            channel="phone" if phone else chance.choices(*self._channels)[0],
            cause=None,
            again=False,
            anger=chance.betavariate(1.3, 5) if kind is not Kind.INQUIRY else chance.betavariate(1, 12),
            since_days=min(int(chance.expovariate(1 / 6)), 90),
            before=0,
        )

    def _somebody(self) -> int:
        chance = self._random
        if self._often and chance.random() < KNOWN_CALLERS:
            return self._often[int(len(self._often) * chance.random() ** 2.5)]
        self._newest_person += 1
        if chance.random() < 0.05:
            self._often.append(self._newest_person)
        return self._newest_person

    def matter(self, asked: Asked, chance: random.Random) -> Matter:
        """What the request is about, as its words will say it; now and then with a second matter."""
        matter = self._matter(asked, asked.leaf, asked.kind)
        if asked.kind is not Kind.INQUIRY and chance.random() < TWO_MATTERS:
            other = chance.choice(self._leaves)
            if other.matters:
                second = self._matter(asked, other.index, other.matter_kind(chance))
                return Matter(
                    matter.leaf, matter.kind, matter.area, matter.spot, matter.since_days, matter.before, matter.anger,
                    matter.spoken, second,
                )  # fmt: skip
        return matter

    def _matter(self, asked: Asked, leaf: int, kind: Kind) -> Matter:
        return Matter(
            leaf=self._leaves[leaf].code,
            kind=kind,
            area=self._place.communities[asked.community].area.code,
            spot=asked.spot,
            since_days=asked.since_days,
            before=asked.before,
            anger=asked.anger,
            spoken=asked.channel == "phone",
        )

    def person(self, asked: Asked, words: Words, address: str) -> Person:
        """Who asks: the same name and number for the same person at every request."""
        name, phone = words.person(random.Random(seed_of(self._seed, "person", asked.person)))
        community = self._place.communities[asked.community]
        spot = next((s for s in self._place.spots(community) if s.name == asked.spot), None)
        return Person(name, phone, address, spot.lon if spot else None, spot.lat if spot else None)
