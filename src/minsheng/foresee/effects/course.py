"""The common course (共同走势): what all places share week by week, season and shocks alike.

Counts are read as level of a place × factor of a week. Before the action all places speak, after it the controls
alone; a place's weight falls with its own unrest, so that a few large places do not stand for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
UNREST = 0.1
ROUNDS = 30
SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Course:
    """`factor` (periods,), on average 1 before the action; `level` (units,), counts a period at factor 1."""

    factor: Floats
    level: Floats


def common_course(counts: Floats, treated: NDArray[np.bool_], start: int, unrest: float = UNREST) -> Course:
    """Level × factor fitted to `counts` (units, periods) without the treated from period `start` on; `unrest` is the
    variance of a place's own deviations on the relative scale. Alternating weighted sums, which converge at once where
    every unit is known in every period."""
    before, after = counts[:, :start], counts[~treated, start:]
    factor = np.ones(counts.shape[1])
    factor[:start] = np.maximum(before.sum(axis=0), 0.5) / max(float(before.mean(axis=0).sum()), SMALLEST)
    factor[:start] /= factor[:start].mean()
    level = np.maximum(before.mean(axis=1), SMALLEST)
    for _ in range(ROUNDS):
        weight = 1.0 / (1.0 + unrest * level)
        early = (weight @ before + 0.5 * weight.mean()) / (weight @ level)
        calm = weight[~treated]
        late = (calm @ after + 0.5 * calm.mean()) / (calm @ level[~treated])
        scale = early.mean()
        fresh = np.concatenate([early, late]) / scale
        seen = counts.sum(axis=1) / fresh.sum()
        seen[treated] = before[treated].sum(axis=1) / fresh[:start].sum()
        moved = float(np.abs(fresh - factor).max())
        factor, level = fresh, np.maximum(seen, SMALLEST)
        if moved < 1e-6:
            break
    return Course(factor, level)
