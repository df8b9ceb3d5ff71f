"""What comes back (冬病夏治): for every series the season that returns, when it begins next, and how sure that is.

Every candidate season of every series is weighed by its odds against chance and single bad years (recurrence.py), with
prior odds by category and season that are learnt from the panel (EM): where many places of a category come back in the
same weeks, the next one is believed sooner and its weeks are known better. The probability of a season is the sum over
those that overlap it, times the chance that a return which stood in the last year comes again. Where names say category
and place, what goes on year after year with its kin (standing.py) is known better than from seasons alone and goes
first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.seasons.ending import ended, quiet_rate
from minsheng.foresee.seasons.ordinary import Ordinary, kin_of
from minsheng.foresee.seasons.recurrence import (
    BEGINS,
    BEGINS_RETURNS,
    FACTORS,
    KEEPS,
    KEEPS_YEARS,
    LEVELS,
    SMALLER_RATHER,
    Learnt,
    levels_of,
    likelihoods,
    odds,
    path_prior,
    paths_of,
    prone_of,
)
from minsheng.foresee.seasons.standing import CELL_WEEKS, YEAR_CELLS, Standing, standing
from minsheng.foresee.seasons.years import LEAD_DAYS, Season, Weeks, candidates

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
LEAST = 0.05
SAMPLE = 20_000
PRIOR_EXPOSED = 100.0
"""Occurrences at which a category's own chance of bursts is believed by half."""
BURST_CHANCES = (5e-3, 0.5)
BURST_COURSE = (0.3, 4.0)
"""Bounds of how much likelier bursts are where the category has its season."""
BURST_WEEKS = 8
"""A burst shows in a season that it overlaps; it lasts about so long."""
ROUNDS = 20
PRIOR_RETURNS, PRIOR_SERIES = 0.01, 100.0
"""Before any data this share of series returns, as sure as so many series seen."""
PRIOR_WEEKS = 5.0
"""Returns at which a category's own weeks are believed by half."""
APART = 6
OWN_WEEKS = 0.5
"""A season of its own that is so sure names the weeks; otherwise the course of its kin does."""
"""Weeks that two seasons of one series lie apart at least."""
BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Return:
    """A season that comes back: the series, the first days of its first and last week, and how sure it is."""

    series: str
    begins: date
    last_week: date
    probability: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pairs of series and season that are worth weighing: their numbers, and the odds of each run of years."""

    series: Ints
    season: Ints
    paths: Floats


def returns(
    names: Sequence[str],
    counts: NDArray[np.integer],
    begins: list[date],
    asof: date,
    *,
    lead_days: int = LEAD_DAYS,
    least: float = LEAST,
) -> list[Return]:
    """Seasons that begin `lead_days` or more after `asof` and return with a probability of at least `least`, the surest
    first. `counts` is series × weeks, `begins` the first day of each week; what is not over on `asof` is not used.

    ValueError when the weeks have gaps or none is over."""
    weeks = Weeks.until(begins, asof)
    seasons = candidates(weeks, asof, lead_days)
    known = np.asarray(counts, dtype=np.int64)[:, : weeks.number]
    kin = kin_of(names, known)
    first = np.array([int(np.argmax(np.diff(s.spans(weeks), axis=1)[:, 0] > 0)) for s in seasons])
    kept = standing(known, kin)
    ordinary = Ordinary(known, weeks, kin, kept.was > 0.5)
    weighed = _weighed(ordinary, seasons, _bursts(ordinary, seasons))
    found = _posterior(weighed, kin.group, first, weeks.years)
    found = _not_ended(found, known, ordinary, min(found.keeps, kept.lasts_a_year))
    of_kin = _seasons_of_courses(kept.course, seasons, weeks)[kin.group]
    chosen = _joined(_chosen(found, seasons), kept, of_kin, seasons)
    rows = [
        Return(names[i], weeks.begin(s.start), weeks.begin(s.start + s.length - 1), p)
        for i, s, p in chosen
        if p >= least
    ]
    return sorted(rows, key=lambda row: (-row.probability, row.series, row.begins))


def _seasons_of_courses(course: Floats, seasons: list[Season], weeks: Weeks) -> Ints:
    """The candidate that stands out most of each category's course through the year, by number."""
    over = np.zeros((len(course), len(seasons)))
    for number, season in enumerate(seasons):
        back = weeks.number - 1 - np.arange(season.start, season.start + season.length)
        cells = YEAR_CELLS - 1 - back % 52 // CELL_WEEKS
        over[:, number] = (course[:, cells] - 1).sum(axis=1)
    return np.asarray(over.argmax(axis=1))


def _joined(
    rows: list[tuple[int, Season, float]], kept: Standing, of_kin: Ints, seasons: list[Season]
) -> list[tuple[int, Season, float]]:
    """The seasons that series show by themselves and by the course of their kin. Where there is a trouble that returns,
    its going on is the chance of its season; where kin were asked and know of none, what a series shows by itself has
    to stand twice (its chance is squared)."""
    joined, met = [], np.zeros(len(kept.was), dtype=bool)
    for i, season, alone in rows:
        kin_says = kept.goes_on[i] * (alone if met[i] else 1.0)
        named = season if met[i] or alone >= OWN_WEEKS or kept.was[i] < OWN_WEEKS else seasons[of_kin[i]]
        joined.append((i, named, float(kin_says + (1 - kept.was[i]) * alone ** (2 if kept.asked else 1))))
        met[i] = True
    rest = np.flatnonzero(~met & (kept.goes_on > 0))
    return joined + [(int(i), seasons[of_kin[i]], float(kept.goes_on[i])) for i in rest]


def _bursts(ordinary: Ordinary, seasons: list[Season]) -> Learnt:
    """The chance and sizes of bursts, from seasons that do not overlap in an even sample of the series. The chance goes
    by category and by the size of the place."""
    teach = np.flatnonzero(ordinary.teaches)
    sample = teach[np.unique(np.linspace(0, len(teach) - 1, SAMPLE).astype(np.intp))]
    length = seasons[1].length
    some = [s for s in seasons if s.length == length and (s.start - seasons[0].start) % (length + length % 2) == 0]
    by_factor, whose = [], []
    for season in some:
        seen = ordinary.seen(season).of(sample)
        levels, like = levels_of(seen.level_shape), likelihoods(seen)
        at = [
            np.einsum("sl,syl->sy", levels, like[:, :, j : j + len(LEVELS)]) for j in (0, *range(2, 2 + len(FACTORS)))
        ]
        observed = np.flatnonzero(np.diff(season.spans(ordinary.weeks), axis=1)[:, 0] > length // 2)
        by_factor.append(np.stack(at, axis=2)[:, observed].reshape(-1, len(at)))
        whose.append(np.repeat(sample, len(observed)))
    like, who = np.concatenate(by_factor), np.concatenate(whose)
    group, size = ordinary.kin.group, ordinary.size
    groups = int(group.max()) + 1
    exposed = np.bincount(group[who], size[who], minlength=groups)
    rate, sizes = np.full(groups, 0.05), np.full(len(FACTORS), 1 / len(FACTORS))
    for _ in range(ROUNDS):
        chance = np.clip(rate[group[who]] * size[who], *BURST_CHANCES)
        part = like[:, 1:] * sizes
        bursting = chance * part.sum(axis=1) / ((1 - chance) * like[:, 0] + chance * part.sum(axis=1))
        sizes = 1.0 + (part * (bursting / part.sum(axis=1))[:, None]).sum(axis=0)
        sizes /= sizes.sum()
        seen_bursts = np.bincount(group[who], bursting, minlength=groups)
        common = seen_bursts.sum() / exposed.sum()
        rate = (seen_bursts + common * PRIOR_EXPOSED) / (exposed + PRIOR_EXPOSED)
    had, expected = (np.bincount(who, each, minlength=len(group))[sample] for each in (bursting, chance))
    beyond = float(((had - expected) ** 2).sum() - (bursting * (1 - bursting)).sum() - expected.sum())
    prone = float(np.clip((expected**2).sum() / max(beyond, 1e-9), 0.1, 5.0))
    chances = np.clip(rate[group] * size, *BURST_CHANCES)
    return Learnt(chances, sizes, 0.5 * sizes + 0.5 * SMALLER_RATHER, prone_of(prone))


def _weighed(ordinary: Ordinary, seasons: list[Season], learnt: Learnt) -> Weighed:
    """The odds of all pairs in which the counts of all years stand out from what was expected."""
    series, numbers, paths = [], [], []
    for number, season in enumerate(seasons):
        seen = ordinary.seen(season)
        total, mean = seen.counts.sum(axis=1), seen.expected.sum(axis=1)
        rows = np.flatnonzero((total >= 3) & (total > 1.25 * mean + np.sqrt(mean)))
        for block in np.array_split(rows, max(1, -(-len(rows) // BLOCK))):
            chance = learnt.burst[block] * (season.length + BURST_WEEKS) / (seasons[1].length + BURST_WEEKS)
            found = odds(seen.of(block), learnt, chance * np.clip(seen.times[block], *BURST_COURSE))
            series.append(block)
            numbers.append(np.full(len(block), number, dtype=np.intp))
            paths.append(found)
    return Weighed(np.concatenate(series), np.concatenate(numbers), np.concatenate(paths))


@dataclass(frozen=True, slots=True)
class Posterior:
    """Odds of each pair, prior included, that there was a return and that it comes again; against 1 for none."""

    series: Ints
    season: Ints
    was: Floats
    comes: Floats
    keeps: float


def _posterior(weighed: Weighed, group: Ints, first: Ints, years: int) -> Posterior:
    groups, of, seasons = int(group.max()) + 1, group[weighed.series], len(first)
    alike = np.bincount(group, minlength=groups)
    runs = np.array(paths_of(years))
    stays, ends = runs[:, 1] - runs[:, 0], runs[:, 1] < years - 1
    since = first[weighed.season]
    late = (runs[None, :, 0] > np.arange(years)[:, None]) & (stays > 0)
    keeps, begins = KEEPS, BEGINS
    part = np.zeros(len(of))
    for _ in range(ROUNDS):
        own = np.bincount(weighed.series, part, minlength=len(group))
        returning = np.bincount(group, own, minlength=groups)
        everywhere = (PRIOR_RETURNS * PRIOR_SERIES + own.sum()) / (PRIOR_SERIES + len(group))
        share = (everywhere * PRIOR_SERIES + returning[of] - own[weighed.series]) / (PRIOR_SERIES + alike[of])
        week = np.zeros((groups, seasons))
        np.add.at(week, (of, weighed.season), part)
        others = np.maximum(returning[of] - own[weighed.series], 0)
        when = np.maximum(week[of, weighed.season] - part, 0) + PRIOR_WEEKS / seasons
        prior = np.stack([path_prior(years, y, keeps, begins) for y in range(years)])[since]
        each = (share / (1 - share) * when / (others + PRIOR_WEEKS))[:, None] * weighed.paths * prior
        was = each.sum(axis=1)
        total = 1 + np.bincount(weighed.series, was, minlength=len(group))
        part = was / total[weighed.series]
        runs_had = each / total[weighed.series][:, None]
        run, chances = runs_had.sum(axis=0), (runs_had[:, stays > 0].sum(axis=1) * (years - 1 - since)).sum()
        begins = (BEGINS * BEGINS_RETURNS + (runs_had * late[since]).sum()) / (BEGINS_RETURNS + chances)
        keeps = (KEEPS * KEEPS_YEARS + run @ stays) / (KEEPS_YEARS + run @ stays + run @ ends)
    comes = each[:, ~ends].sum(axis=1) * keeps
    return Posterior(weighed.series, weighed.season, was, comes, keeps)


def _not_ended(found: Posterior, counts: NDArray[np.int64], ordinary: Ordinary, keeps: float) -> Posterior:
    """The same, the silence of the last year weighed; a priori a return comes again with the chance `keeps`."""
    hopeful = np.unique(found.series[found.comes > LEAST / 10])
    gone = np.full(len(counts), 1 - keeps)
    seen = counts[hopeful].astype(np.float64)
    ordinarily = quiet_rate(seen) if ordinary.kin.place is None else ordinary.usual[hopeful] / counts.shape[1]
    gone[hopeful] = ended(seen, ordinarily, 1 - keeps)
    return replace(found, comes=found.comes * ((1 - gone) / found.keeps)[found.series])


def _chosen(found: Posterior, seasons: list[Season]) -> list[tuple[int, Season, float]]:
    """The likeliest season of each series, and the likeliest of those apart from it, each with its probability."""
    rows: list[tuple[int, Season, float]] = []
    order = np.argsort(found.series, kind="stable")
    bounds = np.flatnonzero(np.diff(found.series[order], prepend=-1, append=-1))
    start, length = (np.array([getattr(s, part) for s in seasons]) for part in ("start", "length"))
    for low, high in pairwise(bounds):
        pairs = order[low:high]
        for _ in range(2):
            if not len(pairs):
                break
            number = found.season[pairs]
            best = number[np.argmax(found.comes[pairs])]
            after, before = (start[number] - start[best]) % 52, (start[best] - start[number]) % 52
            near = (after < length[best]) | (before < length[number])
            probability = found.comes[pairs[near]].sum() / (1 + found.was[pairs[near]].sum())
            rows.append((int(found.series[pairs[0]]), seasons[best], float(probability)))
            pairs = pairs[(after >= length[best] + APART) & (before >= length[number] + APART)]
    return rows
