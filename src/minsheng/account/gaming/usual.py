"""What is usual here (本市常情): the model's chances, held against what the city's own earlier periods showed.

A model of honest units (peers.py) errs in ways of its own: some are slow, some work badly, some matters differ more
than their category tells. Earlier periods show how often units that nothing speaks against get so small a chance, and
that is what is told. As counts leave gaps, each of those chances lies evenly between its two ends (Czado, Gneiting and
Held, Biometrics 2009). Below the smallest of them goes a power law (Hill, Annals of Statistics 1975), which never falls
faster than the model.

Who games must not set the yardstick. A unit that often stands under any sign says nothing of what is usual. Of the
others the periods in which they stand are taken out, and as many honest ones put back as a power law through the
chances just above lets one expect. Who stands is asked of the model first, and then of what was found
to be usual. Signs in which honest units differ by how they work accuse nobody that way: all are usual there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.account.gaming.chances import FALSE_LEADS, LEAST_P, Chances, Floats, false_shares

LEAST_PERIODS = 300
"""With fewer unit-periods to hold it against, the model's chance is told as it is."""
ROUNDS, TAIL = 2, 10.0
"""So often it is asked who stands; so many of the smallest chances give the tail."""
NEAR, USUAL_NEAR = 5.0, 0.05
"""Chances just above the edge of what is missing: up to so many times it, and at least up to so much."""
POWERS, USUAL_POWER = np.geomspace(0.2, 2.0, 24), 0.5
"""Powers that are considered, and how far from 1, in their logarithm, they usually are (a normal prior)."""
OFTEN = 0.25
"""A unit that stands in so great a share of its periods says nothing of what is usual; by chance few honest ones do."""
PUT_BACK = 20
"""Steps in which the power law is put back."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Of one sign: chances of the model in rising order (`points`), the share of honest unit-periods below each
    (`shares`), between which it rises in straight lines, and the `power` of the tail below the first."""

    points: Floats
    shares: Floats
    power: float

    def told(self, chances: Chances) -> Chances:
        """The same units with the chances that hold here."""
        low = self._below(chances.more)
        high = self._below(np.minimum(chances.more + chances.exactly, 1.0))
        return Chances(chances.units, low, high - low)

    def level(self, share: float) -> float:
        """The chance of the model below which `share` of honest unit-periods lie."""
        if share < self.shares[0]:
            return float(self.points[0] * (share / self.shares[0]) ** (1 / self.power))
        return float(np.interp(share, self.shares, self.points))

    def _below(self, chance: Floats) -> Floats:
        tail = self.shares[0] * (np.maximum(chance, 0.0) / self.points[0]) ** self.power
        return np.where(chance < self.points[0], tail, np.interp(chance, self.points, self.shares))


@dataclass(frozen=True, slots=True)
class Spans:
    """Unit-periods, each by the two ends of its chance and its weight."""

    low: Floats
    high: Floats
    weight: Floats

    def within(self, low: float, high: float = np.inf) -> Spans:
        """Of each span that reaches between two chances that part, with its part of the weight."""
        least, most = np.maximum(self.low, low), np.minimum(self.high, high)
        reach = most > least
        part = self.weight * (most - least) / (self.high - self.low)
        return Spans(least[reach], most[reach], part[reach])

    @property
    def middle(self) -> Floats:
        """Halfway between both ends."""
        return (self.low + self.high) / 2

    def upto(self) -> tuple[Floats, Floats]:
        """All ends in rising order, and the weight below each."""
        ends = np.concatenate([self.low, self.high])
        slope = self.weight / (self.high - self.low)
        order = np.argsort(ends, kind="stable")
        ends, steps = ends[order], np.concatenate([slope, -slope])[order]
        below = np.concatenate([[0.0], np.cumsum(np.cumsum(steps)[:-1] * np.diff(ends))])
        return ends, np.maximum.accumulate(below)


def usual(
    periods: Sequence[Mapping[str, Chances]],
    by_manner: Collection[str] = (),
    body: Callable[[str], str] = str,
) -> dict[str, Usual]:
    """By sign what is usual, from earlier `periods`, each by sign the model's chances. `by_manner` names signs in which
    honest units differ by how they work; units of the same `body` are one. Signs of which too little is known are left
    out."""
    found = dict[str, Usual]()
    for _round in range(ROUNDS):
        found = _usual(periods, found, by_manner, body)
    return found


def _usual(
    periods: Sequence[Mapping[str, Chances]],
    before: Mapping[str, Usual],
    by_manner: Collection[str],
    body: Callable[[str], str],
) -> dict[str, Usual]:
    """As `usual`, where what was found `before` says who stands."""
    standing = [
        {
            sign: np.zeros(len(told.units), bool) if sign in by_manner else _standing(told, before.get(sign))
            for sign, told in period.items()
        }
        for period in periods
    ]
    by_sign = {
        sign: [(p[sign], s[sign]) for p, s in zip(periods, standing, strict=True) if sign in p]
        for sign in {sign: None for period in periods for sign in period}
    }
    gone = set[str]().union(*(_stand_often(told, body) for told in by_sign.values()))
    found = {}
    for sign, told in by_sign.items():
        if (made := _made(_whole([_known(chances, stands, gone, body) for chances, stands in told]))) is not None:
            found[sign] = made
    return found


def _standing(told: Chances, here: Usual | None) -> NDArray[np.bool_]:
    return false_shares((here.told(told) if here else told).mid) <= FALSE_LEADS


def _stand_often(told: Sequence[tuple[Chances, NDArray[np.bool_]]], body: Callable[[str], str]) -> set[str]:
    """The bodies that stand under a sign in OFTEN or more of the periods in which it says anything of them."""
    whole, stands = Counter[str](), Counter[str]()
    for chances, standing in told:
        whole.update(map(body, chances.units.tolist()))
        stands.update(map(body, chances.units[standing].tolist()))
    return {unit for unit, n in stands.items() if n >= OFTEN * whole[unit]}


def _known(
    told: Chances, stands: NDArray[np.bool_], gone: Collection[str], body: Callable[[str], str]
) -> tuple[Spans, float]:
    """Of one period those that nothing speaks against; and the chance up to which units that stand are missing among
    them (0 when none stands), which is twice the greatest middle of a span that begins at 0 or later."""
    kept = ~stands & np.array([body(unit) not in gone for unit in told.units.tolist()])
    low = np.maximum(told.more[kept], 0.0)
    edge = min(2 * float(told.mid[stands].max()), 1.0) if stands.any() else 0.0
    spans = Spans(low, low + np.maximum(told.exactly[kept], LEAST_P), np.ones(len(low)))
    return spans.within(edge), edge


def _whole(known: Sequence[tuple[Spans, float]]) -> Spans:
    """Those of all periods; where units that stand are missing, as many as a power law through the chances above leads
    one to expect."""
    above = [(edge, spans.within(edge, _top(edge))) for spans, edge in known if 0 < edge < _top(edge)]
    power = _power(above)
    parts = [spans for spans, _ in known]
    for edge, near in above:
        share = edge**power / (_top(edge) ** power - edge**power)
        ends = edge * (np.arange(PUT_BACK + 1) / PUT_BACK) ** (1 / power)
        parts.append(Spans(ends[:-1], ends[1:], np.full(PUT_BACK, share * near.weight.sum() / PUT_BACK)))
    return Spans(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("low", "high", "weight")))


def _top(edge: float) -> float:
    return max(min(NEAR * edge, 1.0), USUAL_NEAR)


def _power(above: Sequence[tuple[float, Spans]]) -> float:
    """The power of the law most likely to have given the chances above each edge; 1 is the model's own."""
    told = -((np.log(POWERS) / USUAL_POWER) ** 2) / 2
    for edge, near in above:
        span = np.log(POWERS) - np.log(_top(edge) ** POWERS - edge**POWERS)
        told = told + near.weight.sum() * span + (POWERS - 1) * (near.weight * np.log(near.middle)).sum()
    return float(POWERS[np.argmax(told)])


def _made(spans: Spans) -> Usual | None:
    whole = spans.weight.sum()
    if whole < LEAST_PERIODS:
        return None
    points, below = spans.upto()
    knee = float(np.interp(TAIL, below, points))
    least = spans.within(LEAST_P, knee)
    falls = float((least.weight * np.log(knee / least.middle)).sum())
    rest = points > knee
    points = np.concatenate([[knee], points[rest], [max(1.0, points[-1])]])
    shares = np.concatenate([[TAIL / whole], below[rest] / whole, [1.0]])
    last = np.append(np.diff(points) > 0, True)
    return Usual(points[last], shares[last], min(TAIL / max(falls, LEAST_P), 1.0))
