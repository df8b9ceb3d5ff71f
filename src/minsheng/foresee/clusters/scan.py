"""The scan itself (扫描): of all cylinders, circle × window, the one whose count is most surprising.

Counts of nested circles are added up neighbour by neighbour for all centres, windows and replicates at once. A
cylinder's expectation is the same in every replicate, so the count that it needs to reach a level of the
log-likelihood ratio is worked out once; replicates are then compared with it as small integers, and logarithms are
taken of the few that reach it. The maxima are exact: a replicate that reaches one level nowhere is scanned again at
the next lower."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.clusters.circles import Circles
from minsheng.foresee.clusters.likelihood import largest_expected, log_likelihood_ratio

Floats = NDArray[np.float64]
Counts = NDArray[np.integer]
LEVELS = (4.0, 1.0, 0.0)
BLOCK_CELLS = 4_000_000
CHUNK_CELLS = 128_000


@dataclass(frozen=True, slots=True)
class Due:
    """What is expected: `base` / `scale` is (places, windows); whole numbers over a scale stay exact when added up.
    `total`: all cases; `least_cases`: fewer are no cluster."""

    base: Floats
    scale: float
    total: int
    least_cases: int

    @property
    def counts_as(self) -> np.dtype[np.integer]:
        """The smallest type that holds every count and the count that no cylinder reaches."""
        return np.dtype(np.int16 if self.total + 2 <= np.iinfo(np.int16).max else np.int64)


@dataclass(frozen=True, slots=True)
class Block:
    """Some centres, largest reach first: `near` and `expected`, `needed` by (neighbour, centre[, window]); `active`
    centres reach as far as each neighbour."""

    centres: NDArray[np.intp]
    near: NDArray[np.intp]
    expected: Floats
    needed: Counts
    active: NDArray[np.intp]


def highest(counts: Counts, circles: Circles, due: Due) -> Floats:
    """The highest log-likelihood ratio of each replicate: `counts` is (replicates, places, windows)."""
    maxima = np.zeros(len(counts))
    for level in LEVELS:
        left = np.flatnonzero(maxima == 0.0)
        if not len(left):
            break
        chosen = counts if len(left) == len(counts) else counts[left]
        reached = np.zeros(len(left))
        for block in _blocks(circles, due, level):
            _raise_maxima(reached, chosen, block, due.total)
        maxima[left] = reached
    return maxima


def by_circle(counts: Counts, circles: Circles, due: Due, level: float) -> tuple[Floats, NDArray[np.intp]]:
    """Of each circle, (places, neighbours), the highest log-likelihood ratio over its windows and the first window
    that reaches it; 0 where none reaches `level`. `counts` is (places, windows)."""
    shape = circles.near.shape
    ratios, windows = np.zeros(shape), np.zeros(shape, dtype=np.intp)
    for block in _blocks(circles, due, level):
        inside = np.zeros((len(block.centres), counts.shape[1]), dtype=np.int64)
        for k, active in enumerate(block.active):
            inside[:active] += counts[block.near[k, :active]]
            seen, expected = inside[:active], block.expected[k, :active]
            ratio = log_likelihood_ratio(np.where(seen >= block.needed[k, :active], seen, 0), expected, due.total)
            centres, best = block.centres[:active], ratio.argmax(axis=1)
            ratios[centres, k], windows[centres, k] = ratio[np.arange(active), best], best
    return ratios, windows


def _blocks(circles: Circles, due: Due, level: float) -> Iterator[Block]:
    """Centres in blocks of bounded memory, with what each of their cylinders needs to reach `level`."""
    bounds = largest_expected(level, due.total, due.least_cases)
    by_reach = np.argsort(-circles.size, kind="stable")
    windows = due.base.shape[1]
    begin = 0
    while begin < len(by_reach):
        reach = int(circles.size[by_reach[begin]])
        centres = by_reach[begin : begin + max(1, BLOCK_CELLS // (reach * windows))]
        begin += len(centres)
        near = np.ascontiguousarray(circles.near[centres, :reach].T)
        expected = due.base[near]
        np.cumsum(expected, axis=0, out=expected)
        expected /= due.scale
        needed = (np.searchsorted(bounds, expected) + 1).astype(due.counts_as)
        needed[~circles.ends[centres, :reach].T] = due.total + 2
        active = (circles.size[centres][None, :] > np.arange(reach)[:, None]).sum(axis=1)
        yield Block(centres, near, expected, needed, active)


def _raise_maxima(maxima: Floats, counts: Counts, block: Block, total: int) -> None:
    """Raise each replicate's maximum to what the cylinders of the block reach."""
    windows = counts.shape[2]
    width = len(block.centres) * windows
    at_once = max(1, CHUNK_CELLS // width)
    room = np.empty(at_once * width, dtype=counts.dtype)
    for begin in range(0, len(counts), at_once):
        part = counts[begin : begin + at_once]
        inside = np.zeros((len(part), len(block.centres), windows), dtype=counts.dtype)
        for k, active in enumerate(block.active):
            joining = room[: len(part) * active * windows].reshape(len(part), active, windows)
            np.take(part, block.near[k, :active], axis=1, out=joining, mode="clip")
            within = inside[:, :active]
            within += joining
            cells = np.flatnonzero(within >= block.needed[k, :active])
            if len(cells):
                replicate, cylinder = np.divmod(cells, active * windows)
                centre, window = np.divmod(cylinder, windows)
                ratio = log_likelihood_ratio(
                    within[replicate, centre, window], block.expected[k, centre, window], total
                )
                np.maximum.at(maxima, begin + replicate, ratio)
