"""What the detector says (预警清单), and its table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signals:
    """The judged periods of every series; every array is series × periods.

    `p_gt` and `p_ge` are P(Y > y) and P(Y ≥ y) of the combined statistic of windows.py, `score` is −log10 of their
    mean, `limit` the highest count that raises no alarm given the periods before, `expected` the mean of the newest
    period; `alarm` is p_ge ≤ α."""

    names: tuple[str, ...]
    periods: tuple[str, ...]
    count: NDArray[np.int64]
    score: Floats
    expected: Floats
    limit: Floats
    p_gt: Floats
    p_ge: Floats
    alarm: NDArray[np.bool_]

    @property
    def mid_p(self) -> Floats:
        """The mean of P(Y > y) and P(Y ≥ y), for `discoveries`."""
        return (self.p_gt + self.p_ge) / 2.0


def write(path: Path, found: Signals) -> None:
    """Write series,t,score,expected,limit,p_gt,p_ge,alarm as CSV, a row for each judged period of each series."""
    series, t = (part.ravel() for part in np.indices(found.p_ge.shape, dtype=np.int32))
    columns = {
        "series": pa.array(found.names).take(pa.array(series)),
        "t": pa.array(found.periods).take(pa.array(t)),
        "score": np.round(found.score.ravel(), 6),
        "expected": np.round(found.expected.ravel(), 6),
        "limit": found.limit.ravel().astype(np.int64),
        "p_gt": found.p_gt.ravel(),
        "p_ge": found.p_ge.ravel(),
        "alarm": found.alarm.ravel().astype(np.int8),
    }
    csv.write_csv(pa.table(columns), path, csv.WriteOptions(quoting_style="needed"))
