"""Answers by hours since the unit's last contact (联系后时段): does "resolved" come when the unit has just called?

Within one unit, answers given soon after it spoke to the requester are compared with later ones, so that good units
need no excuse. Given a unit's own totals, the number of good answers among the early ones follows Fisher's noncentral
hypergeometric distribution. Chances are mid-p."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nchypergeom_fisher

from minsheng.account.gaming.cases import Cases, Lead
from minsheng.account.gaming.chances import Chances, false_shares
from minsheng.account.gaming.peers import LEAST_PEERS, OUTSIDE
from minsheng.account.gaming.usual import Usual

NAME = "soon_after_contact"
LEAST_EARLY = 5


@dataclass(frozen=True, slots=True)
class Split:
    """Answers of units: early ones, good early ones, all, all good ones."""

    units: NDArray[np.str_]
    early: NDArray[np.int64]
    good_early: NDArray[np.int64]
    answers: NDArray[np.int64]
    good: NDArray[np.int64]


def split(cases: Cases, early: NDArray[np.bool_]) -> Split:
    """Answers (hits are good ones) by unit and whether they came `early`."""
    units, at = np.unique(cases.unit, return_inverse=True)

    def counted(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(at[mask], minlength=len(units)).astype(np.int64)

    whole = np.bincount(at, minlength=len(units)).astype(np.int64)
    return Split(units, counted(early), counted(early & cases.hit), whole, counted(cases.hit))


def odds_ratio(found: Split) -> float:
    """The odds ratio of good answers, early to late, that honest units may be taken to have: 1, for answers do not hang
    on the hour, or that of the unit a third of the way up, when even that is higher. It is the lower third because a
    third of units gaming must not set the yardstick. Cells are counted with a half more (Haldane, 1956)."""
    if not len(found.units):
        return 1.0
    late, late_good = found.answers - found.early, found.good - found.good_early
    odds_early = (found.good_early + 0.5) / (found.early - found.good_early + 0.5)
    odds_late = (late_good + 0.5) / (late - late_good + 0.5)
    told = (found.early >= LEAST_EARLY) & (late >= LEAST_EARLY)
    return max(1.0, float(np.quantile(np.where(told, odds_early / odds_late, 1.0), 1 / 3)))


def chances(found: Split) -> Chances:
    """By unit whose totals leave a choice the chances of its good early answers, at the odds ratio of the others."""
    known = dict(_distributions(found))
    y = [(each, found.good_early[i]) for i, each in known.items()]
    return Chances(
        found.units[list(known)],
        np.array([each.sf(good) for each, good in y]),
        np.array([each.pmf(good) for each, good in y]),
    )


def leads(cases: Cases, early: NDArray[np.bool_], usual: Usual | None = None) -> list[Lead]:
    """One lead a unit; its value is the share of good answers among the early ones. None with few units. Chances are
    held against what is `usual` here, where that is known."""
    found = split(cases, early)
    if len(found.units) < LEAST_PEERS:
        return []
    told = chances(found)
    p = (usual.told(told) if usual else told).mid
    above = usual.level(OUTSIDE) if usual else OUTSIDE
    leads = []
    for (i, known), chance, q in zip(_distributions(found), p, false_shares(p), strict=True):
        n, y, unit = int(found.early[i]), int(found.good_early[i]), str(found.units[i])
        low, high = float(known.ppf(OUTSIDE)) / n, float(known.isf(above)) / n
        orders = tuple(sorted(cases.order[(cases.unit == unit) & early & cases.hit].tolist()))
        leads.append(Lead(unit, NAME, y, n, y / n, low, high, float(chance), float(q), orders))
    return leads


def _distributions(found: Split) -> Iterator[tuple[int, Any]]:
    """The distribution of good early answers if it were honest, by place of unit whose totals leave a choice."""
    ratio = odds_ratio(found)
    for i in range(len(found.units)):
        whole, good, early = int(found.answers[i]), int(found.good[i]), int(found.early[i])
        if 0 < early < whole and 0 < good < whole:
            yield i, nchypergeom_fisher(whole, good, early, ratio)
