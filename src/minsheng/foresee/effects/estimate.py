"""What an action changed (成效估计): what happened against what the past and the controls let expect.

Each place's count after the action is predicted from its whole past (`expected`), with the common course taken from
the controls; the controls' own happened ÷ expected is the yardstick, the treated's over it the effect. Its uncertainty
is that of the prediction, scaled by how well the same prediction met the controls, with the treated's excess movement
together, the doubt about how long places remember, and counting noise. The interval inverts a negative binomial
distribution of the treated's total, so that few or no requests are no difficulty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import nbinom, poisson, t

from minsheng.foresee.effects.course import Course, common_course
from minsheng.foresee.effects.expected import expected
from minsheng.foresee.effects.memory import memory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DOUBTS = (0.2, 1.0)
BELIEVED = 10.0
SETS = 199
USUAL = 0.95
TOGETHER_WEEKS = 8.0
FURTHEST = 12.0
NODES = 200
PLAIN = 1.001


@dataclass(frozen=True, slots=True)
class Reading:
    """A panel read for one start: per unit what `happened` after it and what was `due` with its `variance` (of which
    `own` are deviations, the rest counting), and `doubt` = log ratio of due, much memory ÷ little (units,)."""

    treated: Bools
    happened: Floats
    due: Floats
    variance: Floats
    own: Floats
    doubt: Floats
    course: Course
    calibration: float
    together: float
    degrees: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """`ratio` = happened ÷ expected with its 95 % interval; `expected` the treated's count without the action;
    `spread` the standard deviation of the log ratio, `z` = log ratio ÷ spread."""

    ratio: float
    low: float
    high: float
    happened: float
    expected: float
    controls: float
    spread: float
    z: float


def read(counts: Floats, treated: Bools, start: int, weeks: float, rng: np.random.Generator) -> Reading:
    """Predict every unit of `counts` (units, periods) from `start` on; periods last `weeks`."""
    course = common_course(counts, treated, start)
    memories = memory(counts, course.level, course.factor, start, weeks=weeks, doubts=DOUBTS)
    course = common_course(counts, treated, start, max(memories[0].liveliness, 0.01))
    much, little = (expected(counts, course.factor, kept, start, counts.shape[1]) for kept in memories)
    due = (much.mean + little.mean) / 2
    happened = counts[:, start:].sum(axis=1)
    variance, own = (much.variance + little.variance) / 2, (much.own + little.own) / 2
    controls = ~treated
    scale = _yardstick(happened[controls], due[controls], variance[controls])[0]
    misses = (happened - scale * due)[controls] ** 2 / (scale**2 * variance[controls])
    number = int(controls.sum())
    calibration = (BELIEVED + float(misses.sum()) * number / (number - 1)) / (BELIEVED + number)
    together = _together(counts, course, treated, start, weeks=weeks, rng=rng)
    return Reading(
        treated=treated,
        happened=happened,
        due=due,
        variance=variance,
        own=own,
        doubt=np.log(much.mean / little.mean),
        course=course,
        calibration=calibration,
        together=together,
        degrees=BELIEVED + number,
    )


def estimate(reading: Reading, chosen: Bools | None = None, *, limits: bool = True, widening: float = 1.0) -> Estimate:
    """The effect on the treated, or on `chosen` controls as if they were (the treated then apart); without `limits` the
    interval is not worked out (NaN); `widening` multiplies its standard deviation."""
    chosen = reading.treated if chosen is None else chosen
    others = ~reading.treated & ~chosen
    scale, scale_variance = _yardstick(reading.happened[others], reading.due[others], reading.variance[others])
    happened, due = float(reading.happened[chosen].sum()), float(reading.due[chosen].sum())
    inflated = reading.calibration * scale_variance
    without = due * scale * (1 + inflated)
    weight = 1.0 / reading.variance[others] * reading.due[others] ** 2
    gap = float(reading.due[chosen] @ reading.doubt[chosen]) / due - float(
        weight @ reading.doubt[others] / weight.sum()
    )
    spreads = np.sqrt(reading.variance[chosen])
    shared = reading.together * (spreads.sum() ** 2 - (spreads**2).sum()) if chosen is reading.treated else 0.0
    relative = reading.calibration * (float(reading.own[chosen].sum()) + shared) / due**2 + inflated + gap**2 / 4
    relative, counting = relative * widening**2, max(reading.calibration, 1.0) * widening**2
    ratio = happened / without
    low, high = (
        interval(happened, without, relative, counting, reading.degrees) if limits else (float("nan"), float("nan"))
    )
    spread = float(np.sqrt(relative + counting / (max(ratio, 1 / without) * without)))
    z = float(np.log((happened + 0.5) / (without + 0.5)) / np.sqrt(relative + counting / without))
    return Estimate(ratio, low, high, happened, without, float(others.sum()), spread, z)


def interval(happened: float, due: float, relative: float, counting: float, degrees: float) -> tuple[float, float]:
    """Rate ratios at which `happened` or fewer, or as many or more, would come with 2.5 % (half the tie counted), when
    `due` were due at ratio 1.

    The log of what was due is uncertain with relative variance `relative` and the tails of Student's t with `degrees`;
    given it, counts vary by `counting` × Poisson. The lower limit is 0 when nothing happened."""
    log_variance = float(np.log1p(relative))
    at = t.ppf((np.arange(NODES) + 0.5) / NODES, degrees)
    luck = np.exp(at * np.sqrt(log_variance) - log_variance / 2)

    def below(log_ratio: float) -> float:
        mean = np.exp(log_ratio) * due * luck
        if counting <= PLAIN:
            tail = poisson.cdf(happened, mean) + poisson.cdf(happened - 1, mean)
        else:
            size = mean / (counting - 1)
            tail = nbinom.cdf(happened, size, 1 / counting) + nbinom.cdf(happened - 1, size, 1 / counting)
        return float(tail.mean() / 2)

    centre = np.log((happened + 0.5) / due)
    reach = FURTHEST + 8 * np.sqrt(log_variance)
    high = brentq(lambda x: below(x) - 0.025, centre - reach, centre + reach, xtol=1e-4)
    low = brentq(lambda x: below(x) - 0.975, centre - reach, centre + reach, xtol=1e-4) if happened > 0 else -np.inf
    return float(np.exp(low)), float(np.exp(high))


def _yardstick(happened: Floats, due: Floats, variance: Floats) -> tuple[float, float]:
    """Happened ÷ due of the controls, each by its precision, and the relative variance of it."""
    weight = due**2 / variance
    scale = float(weight @ (happened / due) / weight.sum())
    return max(scale, 1e-6), float(1.0 / weight.sum())


def _together(
    counts: Floats, course: Course, treated: Bools, start: int, *, weeks: float, rng: np.random.Generator
) -> float:
    """How much more the treated move together than sets of controls do: mean correlation of residuals over blocks of
    eight weeks that end eight weeks before the action, beyond what 95 % of such sets reach; 0 for one unit."""
    number = int(treated.sum())
    length = max(round(TOGETHER_WEEKS / weeks), 1)
    blocks = start // length - 1
    controls = np.flatnonzero(~treated)
    size = min(number, len(controls) // 2)
    if size < 2 or blocks < 3:
        return 0.0
    first = start - (blocks + 1) * length
    part = slice(first, first + blocks * length)
    residual = counts[:, part] - np.outer(course.level, course.factor[part])
    summed = residual.reshape(len(counts), blocks, length).sum(axis=2)
    spread = np.sqrt((summed**2).mean(axis=1))
    sets = np.array([rng.choice(controls, size, replace=False) for _ in range(SETS)])

    def correlation(total: Floats, own: Floats) -> Floats:
        alone = (own**2).sum(axis=-1)
        pairs = np.maximum(own.sum(axis=-1) ** 2 - alone, 1e-12)
        return np.asarray(((total**2).mean(axis=-1) - alone) / pairs)

    usual = float(np.quantile(correlation(summed[sets].sum(axis=1), spread[sets]), USUAL))
    seen = float(correlation(summed[treated].sum(axis=0), spread[treated]))
    return float(np.clip(seen - max(usual, 0.0), 0.0, 1.0))
