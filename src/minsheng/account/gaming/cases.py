"""Cases of one sign (线索个案): orders, replies, calls or views of many units, some of which are hits.

Every sign that counts is judged alike: which of a unit's cases are hits, how many its own mix of cases would lead one
to expect at other units, how surprising that is among its peers (peers.py) and beside what is usual here (usual.py).
Over the units of one sign the share of false leads is held down (chances.py). 线索，不是结论: a lead opens an inquiry,
it never ends one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from minsheng.account.gaming.chances import FALSE_LEADS, Chances, Floats, false_shares
from minsheng.account.gaming.peers import OUTSIDE, Honest, TooFewPeers, honest
from minsheng.account.gaming.usual import Usual

CITY_ORDERS = 20.0
"""A stratum's share at other units is drawn to the city's as if so many cases of the city were among its own."""
LEAST_LIKE = 20
"""Cases of which others have fewer like ones cannot be compared."""
ALONE = ""
"""The stratum of matters that one unit alone handles."""
FAR, _ROUNDS = 3.0, 5
"""So many robust deviations above the others (median, MAD), a unit tells nothing of what is to be expected."""
WORDS = "线索，不是结论"


@dataclass(frozen=True, slots=True)
class Cases:
    """One row a case: the `unit` whose case it is, whether it is a `hit`, the `stratum` of like cases that it belongs
    to, and the number of the `order` that is its evidence."""

    unit: NDArray[np.str_]
    hit: NDArray[np.bool_]
    stratum: NDArray[np.str_]
    order: NDArray[np.str_]
    manner: bool = False
    """Honest units differ much by how they work, so that only far larger shares are taken for gaming."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What one sign says of one unit: `hits` of `base` cases, the range of shares in which 95 % of honest units like it
    lie, the chance of so many or more at an honest unit (mid-p), the share of false leads among those at least as
    strong (q), and the numbers of the orders to look at. It is a lead, never a verdict."""

    unit: str
    sign: str
    hits: int
    base: int
    value: float
    expected_low: float
    expected_high: float
    p: float
    q: float
    orders: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether an inquiry should be opened: no more than FALSE_LEADS of such leads are false."""
        return self.q <= FALSE_LEADS


@dataclass(frozen=True, slots=True)
class Counted:
    """Units with their hits, bases and expected shares."""

    units: NDArray[np.str_]
    hits: Floats
    base: Floats
    expected: Floats
    manner: bool = False


def comparable(cases: Cases, bodies: NDArray[np.str_] | None = None) -> Cases:
    """Those of whose stratum other units (or other `bodies`, as in `count`) have LEAST_LIKE or more. A matter that one
    unit alone handles says nothing of it: there is nobody to expect it from."""
    strata, s = np.unique(cases.stratum, return_inverse=True)
    body = np.unique(cases.unit if bodies is None else bodies, return_inverse=True)[1]
    own = np.unique(body * len(strata) + s, return_inverse=True)[1]
    kept = np.bincount(s)[s] - np.bincount(own)[own] >= LEAST_LIKE
    return replace(
        cases, unit=cases.unit[kept], hit=cases.hit[kept], stratum=cases.stratum[kept], order=cases.order[kept]
    )


def lone_matters_together(cases: Cases) -> Cases:
    """The same, with the matters that one unit alone handles as one stratum: where the matter says little of how often
    honest units have hits, such units are compared with one another instead of not at all."""
    like = comparable(cases)
    compared = set(zip(like.unit.tolist(), like.stratum.tolist(), strict=True))
    own = zip(cases.unit.tolist(), cases.stratum.tolist(), strict=True)
    return replace(cases, stratum=np.array([each[1] if each in compared else ALONE for each in own], np.str_))


def count(cases: Cases, bodies: NDArray[np.str_] | None = None) -> Counted:
    """Hits and bases by unit; the expected share is that of like cases at all other units, but for those that lie FAR
    above what is expected of them: where two of five units that handle a matter game, they would excuse each other.
    With `bodies`, one a case, units of the same body tell nothing of each other, as the periods of one unit do not when
    several are judged."""
    units, u = np.unique(cases.unit, return_inverse=True)
    body = u if bodies is None else np.unique(bodies, return_inverse=True)[1]
    strata, s = np.unique(cases.stratum, return_inverse=True)
    own = np.unique(body * len(strata) + s, return_inverse=True)[1]
    base: Floats = np.bincount(u, minlength=len(units)).astype(np.float64)
    hits: Floats = np.bincount(u, cases.hit, len(units)).astype(np.float64)

    def expected(telling: NDArray[np.bool_]) -> Floats:
        tells = telling[u].astype(np.float64)
        share = _of_others(tells * cases.hit, tells, body, s, own)
        return np.asarray(np.bincount(u, share, len(units)) / base)

    telling = np.ones(len(units), bool)
    found = expected(telling)
    for _ in range(_ROUNDS if len(units) else 0):
        above = (hits - base * found) / np.sqrt(base * found * (1 - found) + 1)
        centre = np.median(above)
        far = above > centre + FAR * max(1.483 * float(np.median(np.abs(above - centre))), 1.0)
        if not (far & telling).any():
            break
        telling &= ~far
        found = expected(telling)
    return Counted(units, hits, base, found, cases.manner)


def _of_others(
    hits: Floats, cases: Floats, body: NDArray[np.intp], stratum: NDArray[np.intp], own: NDArray[np.intp]
) -> Floats:
    """By case the share of hits in its stratum without its own body's part (`own`), drawn to the city's."""

    def others(group: NDArray[np.intp], of_body: NDArray[np.intp], weight: Floats) -> Floats:
        return np.asarray(np.bincount(group, weight)[group] - np.bincount(of_body, weight)[of_body])

    everywhere = np.zeros(len(body), np.intp)
    city = (others(everywhere, body, hits) + 0.5) / (others(everywhere, body, cases) + 1)
    return (others(stratum, own, hits) + CITY_ORDERS * city) / (others(stratum, own, cases) + CITY_ORDERS)


def chances(counted: Counted) -> Chances:
    """By unit the chances of its hits if it were honest; of no unit where there are too few to compare."""
    try:
        return _chances(counted, honest(counted.hits, counted.base, counted.expected, counted.manner))
    except TooFewPeers:
        return Chances(counted.units[:0], counted.hits[:0], counted.hits[:0])


def _chances(counted: Counted, known: Honest) -> Chances:
    rows = zip(counted.hits, counted.base, counted.expected, strict=True)
    ends = np.array([known.tails(int(y), int(n), float(e)) for y, n, e in rows])
    return Chances(counted.units, ends[:, 0], ends[:, 1])


def judged(
    sign: str, counted: Counted, evidence: Mapping[str, Sequence[str]], usual: Usual | None = None
) -> list[Lead]:
    """One lead a unit, in order of unit; none where there are too few units to compare. The model's chances are held
    against what is `usual` here, where that is known."""
    try:
        known = honest(counted.hits, counted.base, counted.expected, counted.manner)
    except TooFewPeers:
        return []
    told = _chances(counted, known)
    p = (usual.told(told) if usual else told).mid
    above = usual.level(OUTSIDE) if usual else OUTSIDE
    found = []
    for i, (unit, q) in enumerate(zip(counted.units, false_shares(p), strict=True)):
        hits, base = int(counted.hits[i]), int(counted.base[i])
        low, high = known.interval(base, float(counted.expected[i]), above)
        orders = tuple(evidence.get(str(unit), ()))
        found.append(Lead(str(unit), sign, hits, base, hits / base, low, high, float(p[i]), float(q), orders))
    return found


def leads(sign: str, cases: Cases, usual: Usual | None = None) -> list[Lead]:
    """What the comparable cases of one sign say of each unit that has any, as `judged`."""
    cases = comparable(cases)
    return judged(sign, count(cases), _evidence(cases), usual)


def _evidence(cases: Cases) -> dict[str, Sequence[str]]:
    """By unit the orders that are hits, in order of number, each once."""
    found: dict[str, set[str]] = {}
    for unit, order in zip(cases.unit[cases.hit].tolist(), cases.order[cases.hit].tolist(), strict=True):
        found.setdefault(unit, set()).add(order)
    return {unit: sorted(orders) for unit, orders in found.items()}
