"""How long a place remembers (自相关): the covariance of a place's own deviations from the common course.

A place that is bad today is bad next week, less so in a month; some drift for years, some have a season of their own.
The covariance over time is a sum of known shapes with unknown variances, none negative, which all places share. They
are estimated from the products of residuals before the action, level and counting noise set aside: restricted maximum
likelihood by Fisher scoring with the shapes as basis (Patterson and Thompson 1971, Biometrika 58:545; Rao 1971, J
Multivariate Anal 1:257), in classes of places of like size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]
HALF_LIVES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0)
"""Of fading memories, in weeks."""
CLASSES = 4
IN_CLASS = 8
LEAST_COUNT = 5
LONGEST = 104
LASTING = 8.0
ROUNDS = 3
USUAL = 0.12
IMAGINED = 3.0
"""Places with the usual memory that stand beside those seen, so that few places do not claim to know everything."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Variances (log scale) of the shapes of one panel: `fading` by half-life, `own_season`, `swing` along the common
    course, `drift` a straight line a year; and `unrest`, extra noise of a single period, as in a negative binomial."""

    shapes: tuple[str, ...]
    variance: Floats
    unrest: float
    covariance: Floats
    """(periods, periods), the level apart."""
    liveliness: float
    """Variance of a period's deviations and unrest together, on the relative scale."""


def shapes(factor: Floats, start: int, weeks: float) -> tuple[tuple[str, ...], list[Floats]]:
    """The names and covariances (periods, periods) of what a place may remember; `weeks` of a period; `factor` the
    common course."""
    t = np.arange(len(factor)) * weeks
    gap = np.abs(t[:, None] - t[None, :])
    names, found = [], []
    for life in HALF_LIVES:
        if life * 2 >= weeks:
            names.append(f"fading {life:g}")
            found.append(0.5 ** (gap / life))
    if t[start - 1] >= 52:
        names.append("own season")
        found.append(np.cos(2 * np.pi * gap / 52.18))
    course = np.log(factor)
    course -= course[:start].mean()
    spread = float(np.sqrt(np.mean(course[:start] ** 2)))
    if spread > 0.02:
        names.append("swing")
        found.append(np.outer(course, course) / spread**2)
    slope = (t - t[:start].mean()) / 52.18
    names.append("drift")
    found.append(np.outer(slope, slope))
    return tuple(names), found


def memory(
    counts: Floats, level: Floats, factor: Floats, start: int, *, weeks: float, doubts: tuple[float, ...]
) -> list[Memory]:
    """The memory of the places of `counts` (units, periods), from the last LONGEST periods before `start`, once for
    each of `doubts`.

    Variances that cannot be negative are too large on average where there is nothing; what lasts is therefore believed
    only beyond `doubt` standard errors."""
    names, found = shapes(factor, start, weeks)
    seen = slice(max(start - LONGEST, 0), start)
    basis = [np.eye(start)[seen, seen]] + [shape[seen, seen] for shape in found]
    usual = np.array([0.02] + [0.1 / len(basis)] * len(found))
    usual[1 + names.index("drift")] = 0.002
    lasting = np.array([False] + [not name.startswith("fading") or float(name[7:]) >= LASTING for name in names])
    classes = _classes(counts[:, seen], level, factor[seen])
    usual = usual * _liveliness(classes) / max(float(usual.sum()), 1e-12)
    variance = usual
    for _ in range(ROUNDS - 1):
        variance = _scored(basis, classes, variance, usual, np.array([np.mean(doubts)]) * lasting)[0]
    last = _scored(basis, classes, variance, usual, np.array(doubts)[:, None] * lasting)
    return [_memory(names, found, each, start) for each in last]


def _memory(names: tuple[str, ...], found: list[Floats], variance: Floats, start: int) -> Memory:
    """Variances of relative residuals brought to the log scale: log(1 + total) in all."""
    size = [1.0] + [float(shape.diagonal()[:start].mean()) for shape in found]
    total = float(variance @ size)
    to_log = float(np.log1p(total)) / total if total > 0 else 1.0
    on_log = variance[1:] * to_log
    covariance = np.einsum("k,kst->st", on_log, np.array(found))
    return Memory(names, on_log, float(variance[0]), covariance, total)


@dataclass(frozen=True, slots=True)
class _Class:
    """Places of like size: how many, the mean product of their residuals, and the counting noise of each period."""

    number: int
    products: Floats
    noise: Floats


def _classes(before: Floats, level: Floats, factor: Floats) -> list[_Class]:
    enough = np.flatnonzero(before.sum(axis=1) >= LEAST_COUNT)
    if not len(enough):
        return []
    order = enough[np.argsort(level[enough], kind="stable")]
    parts = np.array_split(order, min(CLASSES, max(len(order) // IN_CLASS, 1)))
    shrunk = 1.0 - 1.0 / len(before)
    made = []
    for part in parts:
        due = level[part, None] * factor[None, :]
        residual = before[part] / due - 1.0
        made.append(_Class(len(part), residual.T @ residual / len(part) / shrunk, (1.0 / due).mean(axis=0)))
    return made


def _liveliness(classes: list[_Class]) -> float:
    """Variance of a place's residuals in one period beyond counting noise, each class by what it can tell."""
    if not classes:
        return USUAL
    excess = np.array([float((each.products.diagonal() - each.noise).mean()) for each in classes])
    weight = np.array([each.number / (USUAL + float(each.noise.mean())) ** 2 for each in classes])
    return float(np.clip(weight @ excess / weight.sum(), 0.01 * USUAL, 10 * USUAL))


def _scored(
    basis: list[Floats], classes: list[_Class], variance: Floats, usual: Floats, doubts: Floats
) -> list[Floats]:
    """One step: weighted least squares of the products on the shapes, variances from 0 on; for each row of `doubts`."""
    if not classes:
        return [usual] * (len(doubts) if doubts.ndim > 1 else 1)
    n = len(basis)
    inform, seen = np.zeros((n, n)), np.zeros(n)
    stack = np.array(basis)
    signal = np.einsum("k,kst->st", variance, stack)
    for each in classes:
        inverse = np.linalg.inv(signal + np.diag(each.noise))
        ones = inverse.sum(axis=1)
        apart = inverse - np.outer(ones, ones) / ones.sum()
        turned = apart @ stack
        own = turned.reshape(n, -1) @ turned.transpose(0, 2, 1).reshape(n, -1).T
        target = apart @ (each.products - np.diag(each.noise)) @ apart
        imagined = IMAGINED / len(classes)
        inform += (each.number + imagined) * own
        seen += each.number * (stack.reshape(n, -1) @ target.ravel()) + imagined * (own @ usual)
    error = np.sqrt(2 * inform.diagonal())
    return [_not_negative(inform, seen - row * error) for row in np.atleast_2d(doubts)]


def _not_negative(inform: Floats, seen: Floats) -> Floats:
    """Minimise v'Iv − 2v's over v ≥ 0, by a Cholesky factor."""
    scale = np.sqrt(np.maximum(inform.diagonal(), 1e-300))
    values, vectors = np.linalg.eigh(inform / np.outer(scale, scale))
    root = np.sqrt(np.maximum(values, 1e-10 * values[-1]))
    found, _ = nnls((vectors * root).T, (vectors / root).T @ (seen / scale))
    return np.asarray(found / scale)
