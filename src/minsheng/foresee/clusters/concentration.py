"""Concentration (集中度): which few places make most of the requests, beside what chance alone would show.

Lorenz curve and Gini coefficient of requests over places. Even a city where everyone is equally likely to call has
places with many calls: chance deals the same number of requests to places of the same sizes (people, when they are
known, else all places alike), and the observed figures stand beside the range of those. A named place is beyond chance
by its binomial tail, false discoveries held to 5 % of the names (Benjamini and Hochberg 1995)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, false_discovery_control

from minsheng.foresee.clusters.tables import Cases, Places, Unusable, write_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COLUMNS = (
    "rank",
    "place",
    "cases",
    "share",
    "cumulative_share",
    "per_10000",
    "expected",
    "ratio",
    "p",
    "beyond_chance",
)
FALSE_DISCOVERIES = 0.05
RANGE = (0.025, 0.5, 0.975)


@dataclass(frozen=True, slots=True)
class HeavyPlace:
    """A place with many requests: its `share` and that of it and all before it; `per_10000` people, `expected` of
    chance and `p` = P(as many or more by chance). None where nobody lives."""

    name: str
    cases: int
    share: float
    cumulative_share: float
    per_10000: float | None
    expected: float | None
    p: float | None
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure, the 2.5 %, 50 % and 97.5 % points of what chance shows, and P(chance is as concentrated or more)."""

    seen: float
    low: float
    middle: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Concentration:
    """How concentrated `cases` over `places` are: `gini` (0 all alike, 1 all in one place), `half` (the share of the
    places that suffices for half of the requests), `lorenz` the points (share of places, share of requests) from the
    lightest place on, and the heaviest places by name, most requests first, that make half of all."""

    places: int
    cases: int
    gini: Beside
    half: Beside
    lorenz: Floats
    heaviest: list[HeavyPlace]

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return (
            f"{round(self.half.seen * self.places)} of {self.places} places ({self.half.seen:.1%}) make half of the "
            f"{self.cases:,} requests; chance would need {round(self.half.middle * self.places)} "
            f"({self.half.low:.1%} to {self.half.high:.1%}). {sum(place.beyond_chance for place in self.heaviest)} of "
            "the places named have more than chance explains."
        )


def concentration(
    cases: Cases,
    places: Places,
    *,
    since: date | None = None,
    asof: date | None = None,
    replicates: int = 999,
    seed: int = 1,
) -> Concentration:
    """Concentration of the requests from `since` to `asof` (both included) over all the places.

    Sizes are the places' population when it is known; places without people keep their requests in every replicate.
    Raises Unusable when there is no request or only one place."""
    counts = _by_place(cases, places, since, asof)
    if len(counts) < 2:
        raise Unusable("There is one place only: concentration compares places; give two or more.")
    if counts.sum() == 0:
        raise Unusable("There is no request in this time: nothing to compare. Check the dates.")
    sizes = np.ones(len(counts)) if places.population is None else places.population
    if sizes.sum() <= 0:
        raise Unusable("Column population: nobody lives anywhere; give people, or leave the column out.")
    dealt = _dealt(counts, sizes, replicates, np.random.default_rng(seed))
    all_counts = np.concatenate([counts[None], dealt])
    ginis, halves = _gini(all_counts), _half(all_counts)
    climb = np.concatenate([[0.0], np.cumsum(np.sort(counts)) / counts.sum()])
    return Concentration(
        places=len(counts),
        cases=int(counts.sum()),
        gini=_beside(ginis, ginis[1:] >= ginis[0]),
        half=_beside(halves, halves[1:] <= halves[0]),
        lorenz=np.column_stack([np.linspace(0.0, 1.0, len(counts) + 1), climb]),
        heaviest=_heaviest(counts, sizes, places, round(halves[0] * len(counts))),
    )


def write_concentration(path: Path, found: Concentration) -> None:
    """One row a heavy place, heaviest first."""
    write_table(path, COLUMNS, _lines(found))


def _lines(found: Concentration) -> Iterator[list[object]]:
    for rank, place in enumerate(found.heaviest, start=1):
        yield [
            *(rank, place.name, place.cases, f"{place.share:.4f}", f"{place.cumulative_share:.4f}"),
            "" if place.per_10000 is None else f"{place.per_10000:.2f}",
            "" if place.expected is None else f"{place.expected:.3f}",
            f"{place.cases / place.expected:.3f}" if place.expected else "",
            "" if place.p is None else f"{place.p:.4g}",
            int(place.beyond_chance),
        ]


def _by_place(cases: Cases, places: Places, since: date | None, asof: date | None) -> Ints:
    chosen = np.ones(len(cases.day), dtype=np.bool_)
    if since is not None:
        chosen &= cases.day >= since.toordinal()
    if asof is not None:
        chosen &= cases.day <= asof.toordinal()
    counts = np.zeros(len(places.names), dtype=np.int64)
    np.add.at(counts, cases.place[chosen], cases.count[chosen])
    return counts


def _dealt(counts: Ints, sizes: Floats, replicates: int, generator: np.random.Generator) -> Ints:
    """(replicates, places): the requests of inhabited places dealt among them by size."""
    inhabited = sizes > 0
    dealt = np.tile(counts, (replicates, 1))
    chance = sizes[inhabited] / sizes[inhabited].sum()
    dealt[:, inhabited] = generator.multinomial(int(counts[inhabited].sum()), chance, size=replicates)
    return dealt


def _gini(counts: Ints) -> Floats:
    """Gini coefficient of each row, as the share of the largest that so many places allow."""
    rising = np.sort(counts, axis=1)
    n = counts.shape[1]
    ranks = np.arange(1, n + 1)
    plain = (2.0 * (rising * ranks).sum(axis=1) / rising.sum(axis=1) - (n + 1)) / n
    return np.asarray(plain * n / (n - 1))


def _half(counts: Ints) -> Floats:
    """Share of the places, heaviest first, that suffices for half of the requests of each row."""
    falling = np.cumsum(-np.sort(-counts, axis=1), axis=1)
    return np.asarray(((2 * falling < falling[:, -1:]).sum(axis=1) + 1) / counts.shape[1])


def _beside(figures: Floats, as_concentrated: NDArray[np.bool_]) -> Beside:
    """The first figure beside the others, which chance gave."""
    low, middle, high = (float(point) for point in np.quantile(figures[1:], RANGE))
    return Beside(float(figures[0]), low, middle, high, float(1 + as_concentrated.sum()) / len(figures))


def _heaviest(counts: Ints, sizes: Floats, places: Places, number: int) -> list[HeavyPlace]:
    """The `number` places with most requests; of equals the first."""
    inhabited = sizes > 0
    total = int(counts.sum())
    dealt = int(counts[inhabited].sum())
    chance = sizes[inhabited] / sizes[inhabited].sum()
    p, expected = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    p[inhabited], expected[inhabited] = binom.sf(counts[inhabited] - 1, dealt, chance), dealt * chance
    beyond = np.zeros(len(counts), dtype=np.bool_)
    beyond[inhabited] = false_discovery_control(p[inhabited]) <= FALSE_DISCOVERIES
    order = np.argsort(-counts, kind="stable")[:number]
    so_far = np.cumsum(counts[order])
    people = places.population
    return [
        HeavyPlace(
            name=places.names[i],
            cases=int(counts[i]),
            share=float(counts[i]) / total,
            cumulative_share=float(so_far[rank]) / total,
            per_10000=None if people is None or people[i] <= 0 else float(counts[i] / people[i] * 10_000),
            expected=float(expected[i]) if inhabited[i] else None,
            p=float(p[i]) if inhabited[i] else None,
            beyond_chance=bool(beyond[i]),
        )
        for rank, i in enumerate(order)
    ]
