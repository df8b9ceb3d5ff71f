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

from minsheng.account.gaming.cases import Cases, Lead, false_shares
from minsheng.account.gaming.peers import LEAST_PEERS, Floats

NAME = "soon_after_contact"
LEAST_EARLY = 5
_LEAST_P = 1e-12


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
    late, late_good = found.answers - found.early, found.good - found.good_early
    odds_early = (found.good_early + 0.5) / (found.early - found.good_early + 0.5)
    odds_late = (late_good + 0.5) / (late - late_good + 0.5)
    told = (found.early >= LEAST_EARLY) & (late >= LEAST_EARLY)
    return max(1.0, float(np.quantile(np.where(told, odds_early / odds_late, 1.0), 1 / 3)))


def tails(found: Split) -> tuple[Floats, Floats]:
    """By unit the chances of more good early answers, and of exactly so many, at the odds ratio of the other units."""
    more, exactly = np.zeros(len(found.units)), np.ones(len(found.units))
    for i, known in enumerate(_distributions(found)):
        if known is not None:
            more[i], exactly[i] = known.sf(found.good_early[i]), known.pmf(found.good_early[i])
    return more, exactly


def chances(found: Split) -> Floats:
    """By unit the chance of so many good early answers or more (mid-p)."""
    more, exactly = tails(found)
    return np.clip(more + exactly / 2, _LEAST_P, 1.0)


def leads(cases: Cases, early: NDArray[np.bool_]) -> list[Lead]:
    """One lead a unit; its value is the share of good answers among the early ones. None with few units."""
    found = split(cases, early)
    if len(found.units) < LEAST_PEERS:
        return []
    p = chances(found)
    q = false_shares(p)
    told = []
    for i, known in enumerate(_distributions(found)):
        n = int(found.early[i])
        if known is None:
            continue
        low, high = (float(x) / n for x in known.interval(0.95))
        of = (cases.unit == found.units[i]) & early & cases.hit
        orders = tuple(sorted(cases.order[of].tolist()))
        y = int(found.good_early[i])
        told.append(Lead(str(found.units[i]), NAME, y, n, y / n, low, high, float(p[i]), float(q[i]), orders))
    return told


def _distributions(found: Split) -> Iterator[Any]:
    """By unit the distribution of good early answers if it were honest; None where its totals leave no choice."""
    ratio = odds_ratio(found)
    for i in range(len(found.units)):
        whole, good, early = int(found.answers[i]), int(found.good[i]), int(found.early[i])
        open_ = 0 < early < whole and 0 < good < whole
        yield nchypergeom_fisher(whole, good, early, ratio) if open_ else None
