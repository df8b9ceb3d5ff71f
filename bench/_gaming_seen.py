"""One recorded world as the signs see it at one size of unit-periods, with who games in it (gaming.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from _gaming_signs import after_contact, body, cases_of, chances_of, planted, tampered
from _gaming_worlds import Recorded
from minsheng.account.gaming import copies
from minsheng.account.gaming.cases import Cases
from minsheng.account.gaming.chances import Chances, Floats
from minsheng.account.gaming.contact import NAME as VISITS
from minsheng.account.gaming.report import BY_MANNER
from minsheng.account.gaming.usual import Usual, usual
from minsheng.sim.plan import Switch

TEMPTED, PEERS = 0.01, 60
"""Least share of tampered orders of a unit-period that games; units that are compared in an honest world."""
ENDS = ("units", "more", "exactly")
PLANTED = "planted "
"""Before the names of signs in which a way that the simulation does not know was planted."""
FINDS: Mapping[str, str] = {
    Switch.EARLY_CLOSE: "hollow_in_time",
    Switch.PRESS: "too_good",
    Switch.RECLASSIFY: "reclassified",
    Switch.EXCLUDE: "exclusion",
    Switch.MERGE: "merged_away",
    Switch.SPLIT: "doubled",
    Switch.COPY: copies.NAME,
    Switch.NEVER_ENTER: "never_entered",
    Switch.LEAK: "viewed_by_others",
    "choosing": PLANTED + "not_covered",
    "sham calls": PLANTED + "short_call",
    "accomplices": PLANTED + "one_number_for_many",
    "visits": PLANTED + "visited_before",
    "visits, within": PLANTED + VISITS,
}
"""The sign that is to find each switch; the last five are planted, and the last shown only."""
Told = dict[str, Chances]


@dataclass(frozen=True)
class Acted:
    """Unit-periods that game in one way, that hardly were tempted to, and that are honest."""

    gamed: set[str]
    hardly: set[str]
    honest: set[str]


@dataclass(frozen=True)
class Seen:
    """What one world tells at one size: the model's chances by sign, who did what by way of gaming, and who is honest
    by sign."""

    world: str
    model: Told
    acted: dict[str, Acted]
    honest: dict[str, set[str]]

    def held(self, others: Sequence[Seen]) -> Held:
        """This, and what is usual in other worlds; planted ways are a story of their own."""
        here = usual([one.named(False) for one in others], BY_MANNER, body)
        return Held(self, here | usual([one.named(True) for one in others], BY_MANNER, body))

    def named(self, planted: bool) -> Told:
        """The chances of signs that are `planted`, or that are not, of units that are named after their world."""
        return {
            name: Chances(np.char.add(f"{self.world} ", some.units), some.more, some.exactly)
            for name, some in self.model.items()
            if name.startswith(PLANTED) == planted
        }


@dataclass(frozen=True)
class Held:
    """One world, held against what is usual in others."""

    seen: Seen
    here: Mapping[str, Usual]

    def told(self, sign: str) -> Chances:
        """The chances that are told."""
        model = self.seen.model[sign]
        return self.here[sign].told(model) if sign in self.here else model

    def drawn(self, sign: str, rng: np.random.Generator) -> Floats:
        """By honest unit-period as many columns: the chance as told, that of the model and the one that holds here, the
        last two drawn evenly between the chance of more hits and that of as many."""
        model, told = self.seen.model[sign], self.told(sign)
        even = model.more + rng.random(len(model.units)) * model.exactly
        alike = Chances(model.units, even, np.zeros(len(even)))
        holds = self.here[sign].told(alike).more if sign in self.here else even
        of = np.isin(model.units, sorted(self.seen.honest[sign]))
        return np.stack([told.mid, even, holds], axis=1)[of]


def seen(folder: Path, size: int) -> Seen:
    """Look at a world in which a third games."""
    often = float(folder.name.partition("-")[0])
    rng = np.random.default_rng((size, *folder.name.encode()))
    whole = Recorded.of(folder)
    world = whole.periods(size)
    every = cases_of(whole, size, rng)
    model = {name: chances_of(cases) for name, cases in every.items()} | {VISITS: after_contact(world)}
    honest = {name: {u for u in some.units.tolist() if not whole.switch_of(u)} for name, some in model.items()}
    acted = {}
    for switch, often_ in tampered(world, every["never_entered"]).items():
        units = model[FINDS[switch]].units.tolist()
        gamed = {unit for unit, n in often_.items() if n >= max(TEMPTED * size, 1)}
        uses = {unit for unit in {*units, *often_} if whole.switch_of(unit) == switch}
        acted[switch] = Acted(gamed, uses - gamed, honest[FINDS[switch]])
    cases, visits, games = planted(world, often, rng)
    added = {PLANTED + name: chances_of(some) for name, some in cases.items()} | {PLANTED + VISITS: visits}
    honest |= {name: set(some.units.tolist()) - games for name, some in added.items()}
    acted |= {way: Acted(games, set(), honest[sign]) for way, sign in FINDS.items() if way not in set(Switch)}
    return Seen(folder.name, model | added, acted, honest)


def peaceful(folder: Path, size: int) -> Seen:
    """Look at an honest world, in groups of PEERS units."""
    rng, whole = np.random.default_rng((size, *folder.name.encode())), Recorded.of(folder)
    model: Told = {}
    for name, cases in cases_of(whole, size, rng).items():
        names, at = np.unique([body(u) for u in cases.unit.tolist()], return_inverse=True)
        group = (rng.permutation(len(names)) * max(len(names) // PEERS, 1) // len(names))[at]
        parts = [chances_of(_some(cases, group == g)) for g in range(max(len(names) // PEERS, 1))]
        model[name] = Chances(*(np.concatenate([getattr(p, end) for p in parts]) for end in ENDS))
    model[VISITS] = after_contact(whole.periods(size))
    return Seen(folder.name, model, {}, {name: set(some.units.tolist()) for name, some in model.items()})


def _some(cases: Cases, mine: NDArray[np.bool_]) -> Cases:
    return Cases(cases.unit[mine], cases.hit[mine], cases.stratum[mine], cases.order[mine], cases.manner)
