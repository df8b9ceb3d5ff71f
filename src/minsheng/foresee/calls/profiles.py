"""The few shapes that days of calls are made of (日话务曲线): a mean curve and a low-rank basis of departures from it.

Shen & Huang (2008, Manufacturing & Service Operations Management 10:391): on the root scale, where Poisson noise has
variance 1/4, days × slots is a matrix of low rank; its left vectors are a day's scores, its right vectors curves over
the slots. Here with cells unknown, days that are unlike all others held back, and single wild cells set aside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS = 6
FAR_DAY = 2.5
"""Days further from the mean curve than this many times the median distance weigh less in the shapes."""
WILD = 6.0
"""Cells further from their day's curve than this many deviations of their slot are taken as unknown."""
RIDGE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """`centre` (slots), `basis` (rank × slots, orthonormal rows), `scores` and `extra_noise` (days × rank: the score
    and the variance that it has beyond a day seen whole), `left_over` (slots: variance around the curves)."""

    centre: Floats
    basis: Floats
    scores: Floats
    extra_noise: Floats
    left_over: Floats


def root(counts: Floats) -> Floats:
    """Counts on the root scale: Poisson noise has variance about 1/4, mean² + variance is the mean count + 1/4."""
    return np.asarray(np.sqrt(counts + 0.25))


def split(rooted: Floats, rank: int) -> Profiles:
    """Days × slots on the root scale (NaN where unknown; each slot known on some day) as curves and scores."""
    known: NDArray[np.bool_] = np.asarray(~np.isnan(rooted))
    centre = np.nanmedian(rooted, axis=0)
    filled = np.where(known, rooted, centre + _level(rooted, centre)[:, None])
    basis = np.zeros((rank, rooted.shape[1]))
    scores = extra = np.zeros((len(rooted), rank))
    for _ in range(ROUNDS):
        distance = np.linalg.norm(filled - centre, axis=1)
        usual = float(np.median(distance))
        weight = np.minimum(1.0, FAR_DAY * usual / np.maximum(distance, 1e-9)) if usual > 0 else np.ones(len(filled))
        centre = weight @ filled / weight.sum()
        basis = np.linalg.svd((filled - centre) * weight[:, None], full_matrices=False)[2][:rank]
        scores, extra = _scores(np.where(known, rooted, np.nan) - centre, basis)
        curve = centre + scores @ basis
        apart = np.where(known, rooted - curve, np.nan)
        spread = np.maximum(1.4826 * np.nanmedian(np.abs(apart), axis=0), 0.5)
        known &= ~(np.abs(np.where(known, apart, 0.0)) > WILD * spread)
        filled = np.where(known, rooted, curve)
    squares = np.where(known, rooted - (centre + scores @ basis), 0.0) ** 2
    left_over = squares.sum(axis=0) / np.maximum(known.sum(axis=0) * (1 - rank / max(len(rooted), rank + 1)), 1.0)
    return Profiles(centre, basis, scores, extra * left_over.mean(), left_over)


def _level(rooted: Floats, centre: Floats) -> Floats:
    """How far a day stands above the centre in the median of its known slots."""
    return np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else 0.0 for row in rooted - centre])


def _scores(departures: Floats, basis: Floats) -> tuple[Floats, Floats]:
    """Least-squares scores of days from their known slots, and the noise factor of each beyond that of a whole day."""
    whole = np.asarray(~np.isnan(departures).any(axis=1))
    scores = np.where(whole[:, None], np.nan_to_num(departures) @ basis.T, 0.0)
    extra = np.zeros_like(scores)
    for day in np.flatnonzero(~whole):
        seen = ~np.isnan(departures[day])
        part = basis[:, seen]
        inverse = np.linalg.inv(part @ part.T + RIDGE * np.eye(len(basis)))
        scores[day] = inverse @ (part @ departures[day, seen])
        extra[day] = np.maximum(np.diag(inverse) - 1, 0.0)
    return scores, extra
