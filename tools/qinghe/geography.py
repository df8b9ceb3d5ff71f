"""An invented geography (虚构地理): where the villages of a city that does not exist lie, and who lives there.

The city is a disc about its centre, cut into rings of counties, counties into townships and townships into one cell a
village by halving: each cut is made across the longer side and gives both parts room by what they hold, so regions
are connected, nobody's cells overlap, and distances between neighbours are those asked for. In the coordinates (θ, r²)
of the disc equal rectangles have equal areas. Last, a smooth warp that keeps the order of places along every ray takes
away the compass-drawn look.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

CENTRE = (100.5, 41.6)
"""Longitude and latitude in a desert where nobody lives."""

ROOM = {True: 0.35, False: 2.6}
"""Square kilometres of a community (True) and of a village (False): about 0.6 and 1.6 km to the next."""

PEOPLE = {True: 8500.0, False: 1150.0}
"""Median residents before the city's total is met."""

_KM_PER_DEGREE = 111.2
_JITTER = 0.2
_WAVES = ((2, 0.07, 1.0), (3, 0.05, 2.2), (5, 0.02, 0.4))
_SPREAD_OF_TOWNSHIPS, _SPREAD_OF_VILLAGES = 0.25, 0.55

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the disc: angles in radians, radii in kilometres."""

    angle: tuple[float, float]
    radius: tuple[float, float]

    def cut(self, share: float) -> tuple[Box, Box]:
        """Two parts, the first with this share of the area, cut across the longer side."""
        (a, b), (r, s) = self.angle, self.radius
        if s - r >= (b - a) * (r + s) / 2:
            middle = math.sqrt(r * r + (s * s - r * r) * share)
            return Box(self.angle, (r, middle)), Box(self.angle, (middle, s))
        turn = a + (b - a) * share
        return Box((a, turn), self.radius), Box((turn, b), self.radius)

    def point(self, rng: random.Random) -> tuple[float, float]:
        """Kilometres east and north of the centre: the warped middle of the box, a little off."""
        (a, b), (r, s) = self.angle, self.radius
        angle = (a + b) / 2 + (b - a) * rng.uniform(-_JITTER, _JITTER)
        reach = math.sqrt((r * r + s * s) / 2) + (s - r) * rng.uniform(-_JITTER, _JITTER)
        reach *= 1 + sum(height * math.sin(n * angle + phase) for n, height, phase in _WAVES)
        return reach * math.cos(angle), reach * math.sin(angle)


def rings(members: Sequence[Sequence[tuple[T, float]]]) -> Iterator[tuple[T, Box]]:
    """A box for every member of every ring, the innermost ring first; each member comes with its area in km²."""
    inner = 0.0
    for number, ring in enumerate(members):
        room = sum(area for _, area in ring)
        outer = math.sqrt(inner * inner + room / math.pi)
        angle = number * 0.7
        for member, area in ring:
            turn = angle + 2 * math.pi * area / room
            yield member, Box((angle, turn), (inner, outer))
            angle = turn
        inner = outer


def halve(box: Box, members: Sequence[tuple[T, float]]) -> Iterator[tuple[T, Box]]:
    """A part of the box for every member, by the area it asks for; neighbours in the list are neighbours there."""
    if len(members) == 1:
        yield members[0][0], box
        return
    total = sum(area for _, area in members)
    first, at = members[0][1], 1
    while at < len(members) - 1 and first + members[at][1] / 2 < total / 2:
        first += members[at][1]
        at += 1
    left, right = box.cut(first / total)
    yield from halve(left, members[:at])
    yield from halve(right, members[at:])


def degrees(point: tuple[float, float]) -> tuple[str, str]:
    """Longitude and latitude (WGS84) of a point in kilometres, to about ten metres."""
    east, north = point
    lon = CENTRE[0] + east / (_KM_PER_DEGREE * math.cos(math.radians(CENTRE[1])))
    return f"{lon:.4f}", f"{CENTRE[1] + north / _KM_PER_DEGREE:.4f}"


def middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The mean of points."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def residents(townships: Sequence[Sequence[bool]], total: int, rng: random.Random) -> list[list[int]]:
    """Residents of every village of every township (True: a community), log-normal about their medians.

    Townships differ as wholes, too. Scaled so that all together come to `total`, give or take the rounding.
    """
    raw = []
    for villages in townships:
        town = rng.lognormvariate(0.0, _SPREAD_OF_TOWNSHIPS)
        raw.append([PEOPLE[urban] * town * rng.lognormvariate(0.0, _SPREAD_OF_VILLAGES) for urban in villages])
    scale = total / sum(map(sum, raw))
    return [[round(people * scale) for people in villages] for villages in raw]
