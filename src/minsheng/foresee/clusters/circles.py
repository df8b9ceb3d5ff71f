"""Circles (圆形区域): around each place its neighbours from near to far, while they hold no more than the
largest share allowed.

Degrees are measured along great circles in kilometres, plain coordinates as the crow flies in their own unit. A circle
holds all places within its radius: between places equally far away none ends; the centre alone always is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EARTH_KM = 6371.0088
SLICE = 256
TOUCHING = 1e-9


@dataclass(frozen=True, slots=True)
class Circles:
    """`near` and `radius`: (places, most neighbours); row i begins with place i itself, `ends` says where a circle may
    end, `size` how many neighbours a centre reaches."""

    near: NDArray[np.intp]
    radius: Floats
    ends: NDArray[np.bool_]
    size: NDArray[np.intp]


def distances(points: Floats, others: Floats, degrees: bool) -> Floats:
    """(n, m) distances between (n, 2) and (m, 2) coordinates: km when `degrees` (longitude, latitude), else plain."""
    if not degrees:
        gap = points[:, None, :] - others[None, :, :]
        return np.asarray(np.sqrt((gap**2).sum(axis=2)))
    here, there = np.radians(points), np.radians(others)
    turn, climb = here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]
    cosines = np.cos(here[:, None, 1]) * np.cos(there[None, :, 1])
    half_chord = np.sin(climb / 2.0) ** 2 + cosines * np.sin(turn / 2.0) ** 2
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half_chord, 0.0, 1.0))))


def circles(points: Floats, weights: Floats, largest_share: float, degrees: bool) -> Circles:
    """Circles around every place whose `weights` (people, or cases) sum to at most `largest_share` of all; a place
    alone always is one, whatever its weight."""
    count = len(points)
    most = largest_share * float(weights.sum()) * (1.0 + TOUCHING)
    parts = []
    for begin in range(0, count, SLICE):
        apart = distances(points[begin : begin + SLICE], points, degrees)
        rows = np.arange(len(apart))
        apart[rows, begin + rows] = -1.0
        near = np.argsort(apart, axis=1, kind="stable")
        radius = np.maximum(np.take_along_axis(apart, near, axis=1), 0.0)
        size = np.maximum((np.cumsum(weights[near], axis=1) <= most).sum(axis=1), 1)
        reach = int(size.max())
        ends = np.ones(near.shape, dtype=np.bool_)
        ends[:, :-1] = radius[:, 1:] - radius[:, :-1] > TOUCHING * radius.max()
        ends[:, 0] = True
        ends &= np.arange(count) < size[:, None]
        parts.append((near[:, :reach], radius[:, :reach], ends[:, :reach], size))
    width = max(part[0].shape[1] for part in parts)
    near, radius, ends = (np.concatenate([_widened(part[i], width) for part in parts]) for i in range(3))
    return Circles(near, radius, ends.astype(np.bool_), np.concatenate([part[3] for part in parts]))


def _widened(part: NDArray[np.generic], width: int) -> NDArray[np.generic]:
    """`part` with columns of zeros up to `width`: beyond a centre's size nothing is read."""
    return np.pad(part, ((0, 0), (0, width - part.shape[1])))
