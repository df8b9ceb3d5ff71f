"""Effects over topics (多专题合并): the mean of the topics' effects and the pooled effect, both.

The mean counts each topic once: what a topic can expect. The pooled effect counts each request once: what the city
got. They differ when large topics fare otherwise than small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from minsheng.foresee.effects.estimate import Estimate
from minsheng.foresee.effects.words import percent


@dataclass(frozen=True, slots=True)
class Pooled:
    """In percent with 95 % intervals; `happened` and `expected` are both sides of the pooled ratio."""

    topics: int
    mean_pct: float
    mean_low: float
    mean_high: float
    pooled_pct: float
    pooled_low: float
    pooled_high: float
    happened: float
    expected: float


def pooled(effects: Sequence[Estimate]) -> Pooled:
    """Mean and pooled effect of topics that were estimated apart. Raises ValueError for none.

    The mean's interval follows from the spread among topics (Student's t), never narrower than their own errors give;
    the pooled one's from the topics' own errors, as if independent."""
    if not effects:
        raise ValueError("There is no effect to pool: give the estimate of one topic or more.")
    ratios = np.array([each.ratio for each in effects])
    errors = np.array([each.spread for each in effects])
    happened, expected = sum(each.happened for each in effects), sum(each.expected for each in effects)
    number = len(effects)
    mean = float(ratios.mean())
    own = float(np.sqrt(np.sum((np.maximum(ratios, 1e-9) * errors) ** 2))) / number
    among = float(ratios.std(ddof=1)) / np.sqrt(number) if number > 1 else 0.0
    reach = max(1.96 * own, float(t.ppf(0.975, number - 1)) * among if number > 1 else 0.0)
    low, high = mean - reach, mean + reach
    if number == 1:
        low, high = effects[0].low, effects[0].high
    ratio = happened / expected
    share = np.array([each.expected for each in effects]) * ratios / max(happened, 1e-9)
    error = float(np.sqrt(np.sum((share * errors) ** 2)))
    ends = (ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error))
    if number == 1:
        ends = (effects[0].low, effects[0].high)
    return Pooled(
        topics=number,
        mean_pct=percent(mean),
        mean_low=percent(max(low, 0.0)),
        mean_high=percent(high),
        pooled_pct=percent(ratio),
        pooled_low=percent(ends[0]),
        pooled_high=percent(ends[1]),
        happened=happened,
        expected=expected,
    )
