"""Space-time clusters (时空聚集): which neighbourhood has lately had more requests than place and day explain.

Prospective space-time permutation scan (Kulldorff et al. 2005, PLoS Medicine 2:e59): circles around every place ×
windows that end today; what is expected follows from the margins alone (requests of the place × requests of the day ÷
all), so that neither people nor habits of calling need be known; chance is what remains when the days are dealt anew
among the requests. Retrospective Poisson scan (Kulldorff 1997, 2001): any window, expectation given. Further clusters
share no place with better ones; their p-values are those of the best cluster of a replicate, hence cautious.

A p-value holds for one day's scan. Who scans daily reads the recurrence interval (1 ÷ p days): one such alarm by chance
in so many days (Kleinman, Lazarus and Platt 2004)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.clusters.circles import Circles, circles
from minsheng.foresee.clusters.likelihood import DUST, Chance
from minsheng.foresee.clusters.scan import Due, by_circle, highest
from minsheng.foresee.clusters.tables import Cases, Places, Unusable, read_cases, read_places, write_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)
COLUMNS = (
    *("rank", "centre", "radius_km", "places", "from", "to", "cases", "expected", "ratio", "llr", "p"),
    "recurrence_days",
)
BATCH_BYTES = 128_000_000
NOT_WORTH_A_LINE = 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    """How to scan: windows of at most `longest` periods; circles of at most `largest_share` of the cases (or people);
    `replicates` of chance drawn from `seed`; a cluster has at least `least_cases`; at most `most` are named."""

    longest: int = 30
    largest_share: float = 0.5
    replicates: int = 499
    seed: int = 1
    least_cases: int = 2
    most: int = 20

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise Unusable(f"The longest window is {self.longest} days: give 1 or more.")
        if not 0.0 < self.largest_share <= 1.0:
            raise Unusable(f"The largest share of a circle is {self.largest_share}: give a share such as 0.5 or 0.1.")
        if self.replicates < 9:
            raise Unusable(f"{self.replicates} replicates say nothing about chance: give 99 or 999.")


USUAL = Settings()


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cylinder: the `members` within `radius` of `centre` (km; plain coordinates: their unit), periods `first` to
    `last` counted from the first period of the study. `p` follows Monte Carlo, in the tail Gumbel."""

    centre: str
    radius: float
    members: tuple[str, ...]
    first: int
    last: int
    cases: int
    expected: float
    llr: float
    p: float
    p_monte_carlo: float
    p_gumbel: float

    @property
    def ratio(self) -> float:
        """Seen ÷ expected."""
        return self.cases / self.expected

    @property
    def recurrence_days(self) -> float:
        """Days between alarms of this strength by chance, when the scan is repeated each day."""
        return 1.0 / self.p


@dataclass(frozen=True, slots=True)
class _Study:
    """Cases on places × periods with the windows to look at and a way to draw counts as chance would give them."""

    places: Places
    counts: Ints
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    circles: Circles
    due: Due
    draw: Callable[[np.random.Generator], Ints]


def prospective_clusters(
    cases: Cases, places: Places, asof: date, settings: Settings = USUAL, since: date | None = None
) -> list[Cluster]:
    """Clusters that are alive on `asof`, best first, by the space-time permutation scan.

    The study begins on `since`, else on the day of the first case; cases after `asof` are not known yet. The best
    cluster is always named, others while chance gives their like less often than every second time; none when no
    cylinder holds more cases than expected. `first` and `last` count days from the beginning of the study: `dated`
    makes days of them. Raises Unusable when there is nothing to compare."""
    counts = _daily(cases, places, asof, since)
    days = counts.shape[1]
    longest = min(settings.longest, days - 1)
    of_place, of_day = counts.sum(axis=1), counts.sum(axis=0)
    where, when = np.nonzero(counts)
    where, when = np.repeat(where, counts[where, when]), np.repeat(when, counts[where, when])

    def dealt(generator: np.random.Generator) -> Ints:
        return _grid(where, generator.permutation(when), counts.shape)

    first = np.arange(days - 1, days - 1 - longest, -1)
    in_window = np.cumsum(of_day[::-1])[:longest]
    total = int(of_day.sum())
    due = Due(np.outer(of_place, in_window).astype(np.float64), float(total), total, settings.least_cases)
    around = circles(places.points, of_place.astype(np.float64), settings.largest_share, places.degrees)
    study = _Study(places, counts, first, np.full(longest, days - 1), around, due, dealt)
    return _clusters(study, settings)


def clusters_of_tables(
    case_table: Path, place_table: Path, asof: date, out: Path, settings: Settings = USUAL
) -> list[Cluster]:
    """`prospective_clusters` of two tables (`read_cases`, `read_places`), written to a third (`write_clusters`)."""
    places = read_places(place_table)
    cases = read_cases(case_table, places)
    found = prospective_clusters(cases, places, asof, settings)
    write_clusters(out, found, study_begin(cases))
    return found


def retrospective_clusters(
    counts: Ints, expected: Floats, places: Places, settings: Settings = USUAL, weights: Floats | None = None
) -> list[Cluster]:
    """Clusters anywhere in the past, best first, by the Poisson scan: `counts` and `expected` are (places, periods),
    `expected` in any proportion (`standardised_expectation` adjusts it for age, sex, …). Circles hold at most the
    largest share of `weights` (people), else of what is expected. Raises Unusable when there is nothing to compare."""
    total = int(counts.sum())
    if counts.shape != expected.shape or counts.shape[0] != len(places.names):
        raise Unusable("Counts and expectations must have one row a place and one column a period, in the same order.")
    if np.any(expected < 0) or expected.sum() <= 0:
        raise Unusable("Expectations must be 0 or more, and not all 0.")
    _enough(places, total, counts.shape[1])
    chance = (expected / expected.sum()).ravel()

    def drawn(generator: np.random.Generator) -> Ints:
        return generator.multinomial(total, chance).reshape(counts.shape)

    periods = counts.shape[1]
    lengths = range(1, min(settings.longest, periods) + 1)
    first = np.concatenate([np.arange(periods - length + 1) for length in lengths])
    last = np.concatenate([np.arange(periods - length + 1) + length - 1 for length in lengths])
    scaled = expected * (total / expected.sum())
    due = Due(_in_windows(scaled, first, last), 1.0, total, settings.least_cases)
    heavy = scaled.sum(axis=1) if weights is None else np.asarray(weights, dtype=np.float64)
    around = circles(places.points, heavy, settings.largest_share, places.degrees)
    return _clusters(_Study(places, counts, first, last, around, due, drawn), settings)


def write_clusters(path: Path, clusters: Sequence[Cluster], begin: date) -> None:
    """One row a cluster, best first; `begin` is the first day of the study. Members are parted by semicolons."""
    write_table(path, COLUMNS, (_line(rank, cluster, begin) for rank, cluster in enumerate(clusters, start=1)))


def dated(cluster: Cluster, begin: date) -> tuple[date, date]:
    """First and last day of a cluster of a study by days that begins on `begin`."""
    return begin + timedelta(days=cluster.first), begin + timedelta(days=cluster.last)


def study_begin(cases: Cases, since: date | None = None) -> date:
    """The first day of the study: `since`, else that of the first case. Raises Unusable when there is none."""
    if since is not None:
        return since
    if cases.total == 0:
        raise Unusable("There is no case: nothing to scan.")
    return date.fromordinal(int(cases.day[cases.count > 0].min()))


def _line(rank: int, cluster: Cluster, begin: date) -> list[object]:
    first, last = dated(cluster, begin)
    return [
        *(rank, cluster.centre, f"{cluster.radius:.3f}", ";".join(cluster.members), first, last, cluster.cases),
        *(f"{cluster.expected:.4f}", f"{cluster.ratio:.3f}", f"{cluster.llr:.4f}", f"{cluster.p:.4g}"),
        f"{cluster.recurrence_days:.6g}",
    ]


def _daily(cases: Cases, places: Places, asof: date, since: date | None) -> Ints:
    """Counts by place and day from the first day of the study to `asof`."""
    known = (cases.day <= asof.toordinal()) & (cases.count > 0)
    if since is not None:
        known &= cases.day >= since.toordinal()
    if not known.any():
        raise Unusable(f"There is no case up to {asof}: nothing to scan. Check the date and the column t.")
    begin = study_begin(cases, since)
    days = asof.toordinal() - begin.toordinal() + 1
    counts = np.zeros((len(places.names), days), dtype=np.int64)
    np.add.at(counts, (cases.place[known], cases.day[known] - begin.toordinal()), cases.count[known])
    _enough(places, int(counts.sum()), days)
    return counts


def _enough(places: Places, total: int, periods: int) -> None:
    if len(places.names) < 2:
        raise Unusable("There is one place only: a cluster is one place against others; give two places or more.")
    if periods < 2:
        raise Unusable("There is one day only: a cluster is some days against others; give two days or more.")
    if total == 0:
        raise Unusable("There is no case: nothing to scan.")


def _grid(where: NDArray[np.intp], when: NDArray[np.intp], shape: tuple[int, ...]) -> Ints:
    """Cases counted by place and period."""
    return np.bincount(where * shape[1] + when, minlength=shape[0] * shape[1]).reshape(shape)


def _in_windows(grid: NDArray[Number], first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[Number]:
    """(places, periods) summed over each window."""
    so_far = np.zeros((grid.shape[0], grid.shape[1] + 1), dtype=grid.dtype)
    np.cumsum(grid, axis=1, out=so_far[:, 1:])
    return np.asarray(so_far[:, last + 1] - so_far[:, first])


def _chance(study: _Study, settings: Settings) -> Chance:
    """The highest log-likelihood ratio of each replicate, in batches of bounded memory."""
    generator = np.random.default_rng(settings.seed)
    cell_bytes = study.due.counts_as.itemsize
    batch = max(1, BATCH_BYTES // (len(study.counts) * len(study.first) * cell_bytes))
    maxima = np.empty(settings.replicates)
    for begin in range(0, settings.replicates, batch):
        size = min(batch, settings.replicates - begin)
        counts = np.empty((size, len(study.counts), len(study.first)), dtype=study.due.counts_as)
        for replicate in range(size):
            counts[replicate] = _in_windows(study.draw(generator), study.first, study.last)
        maxima[begin : begin + size] = highest(counts, study.circles, study.due)
    return Chance(maxima)


def _clusters(study: _Study, settings: Settings) -> list[Cluster]:
    """The best cylinder and further ones that share no place with better ones."""
    chance = _chance(study, settings)
    counts = _in_windows(study.counts, study.first, study.last).astype(study.due.counts_as)
    best = float(highest(counts[None], study.circles, study.due)[0])
    if best == 0.0:
        return []
    level = min(best, float(np.quantile(chance.maxima, 1.0 - NOT_WORTH_A_LINE))) * (1.0 - DUST)
    ratios, windows = by_circle(counts, study.circles, study.due, level)
    found: list[Cluster] = []
    taken = np.zeros(len(counts), dtype=np.bool_)
    while len(found) < settings.most and ratios.max() > 0.0:
        centre, k = _best(ratios, study.circles)
        cluster = _cylinder(study, chance, (centre, k, int(windows[centre, k])), float(ratios[centre, k]))
        if found and cluster.p > NOT_WORTH_A_LINE:
            break
        found.append(cluster)
        taken[study.circles.near[centre, : k + 1]] = True
        ratios[np.logical_or.accumulate(taken[study.circles.near], axis=1)] = 0.0
    return found


def _best(ratios: Floats, around: Circles) -> tuple[int, int]:
    """Centre and last neighbour of the best circle; of equals the smallest, then the first."""
    centres, ks = np.nonzero(ratios >= ratios.max() * (1.0 - DUST))
    chosen = np.lexsort((centres, around.radius[centres, ks], ks))[0]
    return int(centres[chosen]), int(ks[chosen])


def _cylinder(study: _Study, chance: Chance, at: tuple[int, int, int], llr: float) -> Cluster:
    """The cluster at (centre, last neighbour, window)."""
    centre, k, window = at
    inside = study.circles.near[centre, : k + 1]
    first, last = int(study.first[window]), int(study.last[window])
    return Cluster(
        centre=study.places.names[centre],
        radius=float(study.circles.radius[centre, k]),
        members=tuple(study.places.names[place] for place in inside),
        first=first,
        last=last,
        cases=int(study.counts[inside, first : last + 1].sum()),
        expected=float(study.due.base[inside, window].sum() / study.due.scale),
        llr=llr,
        p=chance.p(llr),
        p_monte_carlo=chance.monte_carlo(llr),
        p_gumbel=chance.gumbel(llr),
    )
