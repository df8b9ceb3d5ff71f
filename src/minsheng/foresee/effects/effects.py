"""What an action did (治理成效): estimate, interval, placebos, and the naive figure beside it with the reason why they
differ; from tables, to a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from minsheng.foresee.effects.companions import Companion, interrupted, synthetic
from minsheng.foresee.effects.estimate import Estimate, Reading, estimate, read
from minsheng.foresee.effects.panel import LEAST_BEFORE_MONTHS, LEAST_BEFORE_WEEKS, Panel, read_panel, read_units
from minsheng.foresee.effects.placebo import (
    CHOICE_WEEKS,
    InSpace,
    InTime,
    chosen_for_badness,
    in_space,
    in_time,
    worst_controls,
)
from minsheng.foresee.effects.words import Parts, percent, verdict, why

METHOD = (
    "counterfactual predicted from each unit's whole past (log-Gaussian process with pooled memory, negative binomial "
    "counts) and the controls' common course; interval calibrated on the controls"
)
BADLY_CHOSEN = 1.15


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole finding on a panel; ratios are happened ÷ expected."""

    found: Estimate
    reading: Reading
    parts: Parts
    year_on_year: float | None
    space: InSpace
    time: list[InTime]
    worst: tuple[Estimate, float]
    badness: float
    companions: list[Companion]


def effect(panel: Panel, *, seed: int = 1, companions: bool = True, earlier: bool = True) -> Effect:
    """Estimate what the action of `panel` did. `companions` and `earlier` (placebos in time) can be left out for
    speed; the estimate is the same."""
    rng = np.random.default_rng(seed)
    counts, start, weeks = panel.counts, panel.start, panel.weeks
    reading = read(counts, panel.treated, start, weeks, rng)
    found = estimate(reading)
    space = in_space(reading, found, rng)
    if space.widening > 1.0:
        found = estimate(reading, widening=space.widening)
    least = LEAST_BEFORE_MONTHS if weeks > 4 else LEAST_BEFORE_WEEKS
    beside = []
    if companions:
        beside = [
            synthetic(counts, panel.treated, start, weeks, rng=rng),
            interrupted(counts, panel.treated, start, panel.a_year),
        ]
    return Effect(
        found,
        reading,
        _parts(panel, reading, found),
        _year_on_year(panel),
        space,
        in_time(counts, panel.treated, start, weeks, least=least, rng=rng) if earlier else [],
        worst_controls(counts, reading, start, weeks),
        chosen_for_badness(counts, reading, start, weeks),
        beside,
    )


def effect_of_tables(panel: Path, units_treated: Path, start: date | str, out: Path, *, seed: int = 1) -> Effect:
    """`effect` of a table `unit,t,count` and a file of the treated units, one a line, written to `out` as JSON. `start`
    is the first day of the action (or its period number where the panel has those). Raises Unusable, a ValueError with
    one sentence for the person who asked, when the tables give no answer."""
    made = read_panel(panel, read_units(units_treated), start)
    found = effect(made, seed=seed)
    out.write_text(json.dumps(as_json(made, found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return found


def as_json(panel: Panel, found: Effect) -> dict[str, Any]:
    """The finding as plain values; unknown figures are null."""
    seen, length = found.found, _months(panel)
    made = {
        "estimate_pct": percent(seen.ratio),
        "low": percent(seen.low),
        "high": percent(seen.high),
        "naive_pct": percent(found.parts.naive),
        "year_on_year_pct": None if found.year_on_year is None else percent(found.year_on_year),
        "method": METHOD,
        "placebo_p": found.space.p,
        "happened": seen.happened,
        "expected": seen.expected,
        "verdict": verdict(seen, found.space.p),
        "why_naive_differs": why(found.parts, seen),
        "parts_pct": {
            "common_course": percent(found.parts.common),
            "regression_to_the_mean": percent(found.parts.back),
            "effect": percent(seen.ratio),
        },
        "periods": {
            "weeks_a_period": panel.weeks,
            "before": [panel.periods[0], panel.periods[panel.start - 1], panel.start],
            "naive_before": [panel.periods[panel.start - length], panel.periods[panel.start - 1], length],
            "after": [panel.periods[panel.start], panel.periods[-1], panel.after],
        },
        "treated": int(panel.treated.sum()),
        "controls": int((~panel.treated).sum()),
        "exclusions": list(panel.left_out),
        "choice": _choice(found),
        "calibration": {"on_controls": found.reading.calibration, "treated_together": found.reading.together},
        "placebo_in_space": {
            "sets": len(found.space.z),
            "units_a_set": found.space.size,
            "estimates_pct": [percent(float(ratio)) for ratio in found.space.ratios],
            "held": found.space.held,
            "widening": found.space.widening,
        },
        "placebo_of_the_worst_controls": _sided(found.worst[0]) | {"naive_pct": percent(found.worst[1])},
        "placebo_in_time": [
            {"from": panel.periods[each.start], "periods": each.after} | _sided(each.found) for each in found.time
        ],
        "companions": [
            {
                "method": each.method,
                "estimate_pct": percent(each.ratio),
                "low": percent(each.low),
                "high": percent(each.high),
            }
            for each in found.companions
        ],
        "series": {
            "t": list(panel.periods),
            "treated": panel.counts[panel.treated].sum(axis=0).tolist(),
            "controls": panel.counts[~panel.treated].sum(axis=0).tolist(),
        },
        "estimate": asdict(seen),
    }
    return {key: _plain(value) for key, value in made.items()}


def _sided(found: Estimate) -> dict[str, float]:
    return {
        "estimate_pct": percent(found.ratio),
        "low": percent(found.low),
        "high": percent(found.high),
        "happened": found.happened,
        "expected": found.expected,
    }


def _choice(found: Effect) -> dict[str, Any]:
    bad = found.badness >= BADLY_CHOSEN
    height = found.badness
    return {
        "last_month_ratio": height,
        "chosen_because_bad": bad,
        "zh": f"行动前一个月为平时的{height:.2f}倍" + ("，像是因上月差而选中，简单对比会高估成效。" if bad else "。"),
        "en": f"The last month stood at {height:.2f} times the usual"
        + (": chosen, it seems, because it was bad; plain comparison flatters." if bad else "."),
    }


def _plain(value: Any) -> Any:
    """NaN and infinities are unknown: null."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _months(panel: Panel) -> int:
    """Periods of the naive comparison: eight weeks."""
    return max(round(CHOICE_WEEKS / panel.weeks), 1)


def _parts(panel: Panel, reading: Reading, found: Estimate) -> Parts:
    length, start = _months(panel), panel.start
    last = slice(start - length, start)
    factor = reading.course.factor
    before = float(panel.counts[panel.treated, last].sum()) / length
    after = float(panel.counts[panel.treated, start:].sum()) / panel.after
    common = float(factor[start:].mean() / factor[last].mean())
    without = found.expected / panel.after
    usual = float(reading.course.level[panel.treated].sum() * factor[last].mean())
    if before == 0:
        return Parts(float("nan"), common, float("nan"), 0.0)
    return Parts(after / before, common, without / before / common, before / usual)


def _year_on_year(panel: Panel) -> float | None:
    """The periods after against the same of a year before; None when they are not in the panel or counted nothing."""
    year, start = panel.a_year, panel.start
    width = min(panel.after, year)
    if start < year:
        return None
    before = panel.counts[panel.treated, start - year : start - year + width].sum()
    return float(panel.counts[panel.treated, start : start + width].sum() / before) if before > 0 else None
