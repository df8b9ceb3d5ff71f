"""Agencies good and bad (承办单位): what each can do in a day, how it works, and the switches by which it cheats.

An agency is one queue: orders wait for their turn in office time, work at the rate of its capacity. Capacity follows
from the demand that the dispatch catalogue sends it on an average day, and from the agency's style."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from minsheng.sim.chance import Chance
from minsheng.sim.demand import ALONE, Leaf
from minsheng.sim.hours import Hours
from minsheng.sim.place import Place
from minsheng.sim.plan import Gaming, Switch

LEAST_A_DAY = 1.5
"""Even the smallest office can finish so many orders on a working day."""


class Style(StrEnum):
    """How an agency works (办事作风)."""

    DILIGENT = "diligent"
    ORDINARY = "ordinary"
    SLOW = "slow"
    PING_PONG = "ping_pong"
    PERFUNCTORY = "perfunctory"


@dataclass(frozen=True, slots=True)
class Manner:
    """What a style means: slack of capacity, quality of the work (0–1), share of the limit that it takes (median),
    chance to return an order that is its own, to report progress, and mean hours until it signs."""

    slack: float
    quality: float
    pace: float
    returns: float
    progress: float
    sign_hours: float


MANNERS = {
    Style.DILIGENT: Manner(4.0, 0.95, 0.56, 0.00, 0.40, 1.5),
    Style.ORDINARY: Manner(3.4, 0.86, 0.68, 0.01, 0.20, 3.0),
    Style.SLOW: Manner(2.2, 0.80, 0.84, 0.01, 0.10, 7.0),
    Style.PING_PONG: Manner(3.0, 0.74, 0.70, 0.30, 0.08, 5.0),
    Style.PERFUNCTORY: Manner(3.2, 0.52, 0.60, 0.03, 0.03, 4.0),
}
SHARES = {
    Style.DILIGENT: 0.42,
    Style.ORDINARY: 0.40,
    Style.SLOW: 0.08,
    Style.PING_PONG: 0.05,
    Style.PERFUNCTORY: 0.05,
}


@dataclass(slots=True)
class Agency:
    """One handling unit. `free_at` is the position in office time when its queue will be empty."""

    unit: str
    style: Style
    a_day: float
    switches: Mapping[Switch, float]
    free_at: int = 0

    @property
    def manner(self) -> Manner:
        """What its style means."""
        return MANNERS[self.style]

    def cheats(self, switch: Switch, chance: random.Random) -> bool:
        """Whether it uses the switch this time. Draws nothing where the switch is off."""
        often = self.switches.get(switch)
        return often is not None and chance.random() < often

    def turn(self, hours: Hours, t: int, work: float) -> int:
        """Join the queue at `t` with so much work (1 is an ordinary order); the moment when it is done."""
        begin = max(self.free_at, hours.position(t))
        self.free_at = begin + round(work * hours.day / self.a_day)
        return hours.moment(self.free_at)


@dataclass(slots=True)
class Agencies:
    """All handling units of the city."""

    all: dict[str, Agency] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Place, leaves: tuple[Leaf, ...], per_day: float, gaming: Gaming, chance: Chance) -> Agencies:
        """Draw the character of every unit; capacity by the demand that the catalogue sends it."""
        load = expected_load(place, leaves, per_day)
        draws, cheats = chance.stream("agencies"), chance.stream("cheats")
        found = {}
        for unit in place.pack.units.values():
            if unit.level == 1:
                continue
            style = draws.choices(list(SHARES), list(SHARES.values()))[0]
            switches = {s: g.often for s, g in gaming.items() if cheats.random() < g.share}
            a_day = max(LEAST_A_DAY, load.get(unit.code, 0.0) * MANNERS[style].slack)
            found[unit.code] = Agency(unit.code, style, a_day, switches)
        return cls(found)

    def __getitem__(self, unit: str) -> Agency:
        return self.all[unit]


def expected_load(place: Place, leaves: tuple[Leaf, ...], per_day: float) -> dict[str, float]:
    """Orders a working day that the catalogue sends each unit, when all matters are dispatched."""
    people: dict[str, int] = {}
    for community in place.communities:
        people[community.township] = people.get(community.township, 0) + community.people
    whole = sum(people.values())
    load: dict[str, float] = {}
    for leaf in leaves:
        for township, n in people.items():
            path = place.path(leaf.code, township)
            if path is not None:
                unit = (path.below or path.lead).code
                worked = (leaf.matters / ALONE**0.5 + 0.1 * leaf.inquiries) * per_day * n / whole * 7 / 5
                load[unit] = load.get(unit, 0.0) + worked
    return load
