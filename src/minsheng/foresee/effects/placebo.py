"""Placebos (安慰剂检验): the same estimate where nothing was done.

In space, sets of controls stand for the treated: how often they show as much as the treated do is the placebo p-value,
how often their own interval holds 0 the check of the interval. The worst controls of the last month stand for a choice
by bad months. In time, the treated are estimated at earlier dates (Abadie, Diamond and Hainmueller 2010, JASA
105:493)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.effects.estimate import Estimate, Reading, estimate, read

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SETS = 199
MONTH_WEEKS = 4.0
CHOICE_WEEKS = 8.0
DATES = 3
NORMAL = 1.959964


@dataclass(frozen=True, slots=True)
class InSpace:
    """`ratios` and `z` (sets,) of sets of `size` controls each; `p` the share with |z| at least the treated's; `held`
    of them had an interval that holds 1; `widening` what the interval must be widened by (1 when it need not)."""

    size: int
    ratios: Floats
    z: Floats
    p: float
    held: int
    widening: float


@dataclass(frozen=True, slots=True)
class InTime:
    """An estimate at an earlier `start` over `after` periods, in which nothing was done yet."""

    start: int
    after: int
    found: Estimate


def in_space(reading: Reading, seen: Estimate, rng: np.random.Generator) -> InSpace:
    """Placebo sets of the treated's number, of at most half of the controls."""
    controls = np.flatnonzero(~reading.treated)
    size = max(min(int(reading.treated.sum()), len(controls) // 2), 1)
    chosen = [rng.choice(controls, size, replace=False) for _ in range(SETS)]
    if size == 1:
        chosen = [controls[i : i + 1] for i in rng.permutation(len(controls))[:SETS]]
    found = [estimate(reading, _mask(len(reading.treated), each), limits=False) for each in chosen]
    z, ratios = np.array([each.z for each in found]), np.array([each.ratio for each in found])
    held = int((np.abs(z) <= NORMAL).sum())
    widening = 1.0
    if held < 0.90 * len(z) and len(z) >= 20:
        widening = max(float(np.quantile(np.abs(z), 0.95)) / NORMAL, 1.0)
    p = float(1 + (np.abs(z) >= abs(seen.z)).sum()) / (1 + len(z))
    return InSpace(size, ratios, z, p, held, widening)


def worst_controls(counts: Floats, reading: Reading, start: int, weeks: float) -> tuple[Estimate, float]:
    """The estimate for those controls whose last month stood highest above their level, as many as a placebo set has,
    and their naive ratio of the periods after to the last eight weeks before."""
    month = max(round(MONTH_WEEKS / weeks), 1)
    recent = counts[:, start - month : start].sum(axis=1)
    usual = reading.course.level * reading.course.factor[start - month : start].sum()
    height = np.where(reading.treated, -np.inf, (recent - usual) / np.sqrt(usual + 1.0))
    size = max(min(int(reading.treated.sum()), int((~reading.treated).sum()) // 2), 1)
    chosen = _mask(len(counts), np.argsort(-height, kind="stable")[:size])
    length = max(round(CHOICE_WEEKS / weeks), 1)
    before = float(counts[chosen, start - length : start].mean())
    naive = float(counts[chosen, start:].mean()) / before if before > 0 else float("nan")
    return estimate(reading, chosen), naive


def chosen_for_badness(counts: Floats, reading: Reading, start: int, weeks: float) -> float:
    """How far the treated's last month stood above what their level and the common course let expect: ratio."""
    month = max(round(MONTH_WEEKS / weeks), 1)
    seen = float(counts[reading.treated, start - month : start].sum())
    usual = float(reading.course.level[reading.treated].sum() * reading.course.factor[start - month : start].sum())
    return seen / usual if usual > 0 else float("nan")


def in_time(
    counts: Floats, treated: Bools, start: int, weeks: float, *, least: int, rng: np.random.Generator
) -> list[InTime]:
    """Estimates at up to DATES earlier dates; the periods after them end before the eight weeks in which the choice
    fell."""
    after = counts.shape[1] - start
    end = start - max(round(CHOICE_WEEKS / weeks), 1)
    length = min(after, max((end - least) // 2, 1))
    found = []
    for number in range(1, DATES + 1):
        begin = end - number * length
        if begin < least or counts[treated, :begin].sum() < 10:
            break
        reading = read(counts[:, : begin + length], treated, begin, weeks, rng)
        found.append(InTime(begin, length, estimate(reading)))
    return found[::-1]


def _mask(length: int, chosen: NDArray[np.intp]) -> Bools:
    mask = np.zeros(length, dtype=np.bool_)
    mask[chosen] = True
    return mask
