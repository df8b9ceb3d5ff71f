"""Counts as detectors take them (计数矩阵): a row a series, a column a week or day, straight from the lake by Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from minsheng.ground.lake.engines import Engine
from minsheng.ground.lake.questions import daily_counts, weekly_counts

WEEK = 7
MOST_NUMBERED = 50_000_000
"""Pairs of codes up to which a table of all pairs finds those that occur, which sorting finds beyond."""


@dataclass(frozen=True, slots=True)
class Counts:
    """`counts[i, t]` orders of series i in the period that begins on `begins[t]`, int32. `levels` names the columns of
    orders by which series were made, `codes` gives for each level the code of every series; series are in order of
    their codes. A series that had no order in the whole span is not there: its counts are all zero."""

    levels: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    begins: tuple[date, ...]
    counts: NDArray[np.int32]

    @property
    def names(self) -> list[str]:
        """A name for each series: its codes with a blank between, so that names stand in the order of codes."""
        return [" ".join(codes) for codes in zip(*(self.codes[level] for level in self.levels), strict=True)]

    def series(self, row: int) -> dict[str, str]:
        """Level → code of series `row`, as `questions.orders_behind` takes it."""
        return {level: self.codes[level][row] for level in self.levels}


def weekly(
    engine: Engine, levels: Sequence[str], first: date, weeks: int, where: Mapping[str, str] | None = None
) -> Counts:
    """Orders by `levels` and week, `weeks` weeks from `first` on (choose a Monday). ValueError on a level that is not
    known, or fewer than one week."""
    if weeks < 1:
        raise ValueError(f"{weeks} weeks hold no counts: give 1 or more.")
    begins = tuple(first + timedelta(days=WEEK * t) for t in range(weeks))
    found = engine.ask(weekly_counts(levels, first, first + timedelta(days=WEEK * weeks), where))
    return _matrix(found, levels, found["week"].to_numpy(), begins)


def daily(
    engine: Engine, levels: Sequence[str], since: date, days: int, where: Mapping[str, str] | None = None
) -> Counts:
    """Orders by `levels` and local day, `days` days from `since` on."""
    if days < 1:
        raise ValueError(f"{days} days hold no counts: give 1 or more.")
    begins = tuple(since + timedelta(days=t) for t in range(days))
    found = engine.ask(daily_counts(levels, since, since + timedelta(days=days), where))
    numbers = pc.cast(found["day"], pa.int32()).to_numpy() - (since - date(1970, 1, 1)).days
    return _matrix(found, levels, numbers, begins)


def _matrix(found: pa.Table, levels: Sequence[str], when: NDArray[np.int64], begins: tuple[date, ...]) -> Counts:
    """Rows (codes, period, n) as a rectangle; codes are numbered in their order, level by level."""
    known: dict[str, NDArray[np.object_]] = {}
    key = np.zeros(found.num_rows, dtype=np.int64)
    for level in levels:
        column = found[level].combine_chunks().dictionary_encode()
        words = column.dictionary.to_numpy(zero_copy_only=False)
        order = np.argsort(words, kind="stable")
        rank = np.empty(len(words), dtype=np.int64)
        rank[order] = np.arange(len(words))
        known[level] = words[order]
        key = key * max(len(words), 1) + rank[column.indices.to_numpy()]
    present, row = _numbered(key)
    counts = np.zeros((len(present), len(begins)), dtype=np.int32)
    counts[row, when] = found["n"].to_numpy()
    codes: dict[str, tuple[str, ...]] = {}
    for level in reversed(levels):
        present, place = np.divmod(present, max(len(known[level]), 1))
        codes[level] = tuple(known[level][place].tolist())
    return Counts(tuple(levels), codes, begins, counts)


def _numbered(key: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The keys that occur, in order, and the place of each row's key among them."""
    highest = int(key.max(initial=-1)) + 1
    if highest > MOST_NUMBERED:
        present, row = np.unique(key, return_inverse=True)
        return present, row
    seen = np.zeros(highest, dtype=bool)
    seen[key] = True
    place = np.cumsum(seen) - 1
    return np.flatnonzero(seen), place[key]
