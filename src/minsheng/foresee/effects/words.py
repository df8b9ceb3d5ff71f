"""Why the naive figure differs (为何与简单对比不同), in Chinese and English, with the amounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minsheng.foresee.effects.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Parts:
    """The naive ratio as a product: `common` (season and shocks, as the controls show) × `back` (the return to the
    usual after an unusual last eight weeks) × the effect. `height` is how far those weeks stood above what is
    usual."""

    naive: float
    common: float
    back: float
    height: float


def percent(ratio: float) -> float:
    """A ratio as a change in percent."""
    return 100.0 * (ratio - 1.0)


def why(parts: Parts, found: Estimate) -> dict[str, list[str]]:
    """Sentences by language."""
    if not np.isfinite(parts.naive):
        return {
            "zh": ["行动前八周没有诉求，无从简单对比。"],
            "en": ["No request came in the eight weeks before: there is nothing to compare plainly."],
        }
    naive, common, back = percent(parts.naive), percent(parts.common), percent(parts.back)
    zh = [
        f"行动后与之前八周简单对比为{naive:+.1f}%，扣除其他原因后的成效为{percent(found.ratio):+.1f}%"
        f"(95%区间{percent(found.low):+.1f}%至{percent(found.high):+.1f}%)。",
        f"同期未采取行动的对照单元显示，季节与共同走势本身带来{common:+.1f}%。",
        f"行动前八周为平时的{parts.height:.2f}倍，即使不采取行动也会变化{back:+.1f}%(均值回归)。",
        f"合计：{_factor(parts.common)} × {_factor(parts.back)} × {_factor(found.ratio)} = {_factor(parts.naive)}。",
    ]
    en = [
        f"Plain comparison with the eight weeks before reads {naive:+.1f} %; the effect, other reasons set aside, is "
        f"{percent(found.ratio):+.1f} % (95 % interval {percent(found.low):+.1f} % to {percent(found.high):+.1f} %).",
        f"Season and common trend, seen in the controls over the same weeks, alone make {common:+.1f} %.",
        f"The eight weeks before stood at {parts.height:.2f} times the usual and would have changed by {back:+.1f} % "
        "with no action at all (regression to the mean).",
        f"Together: {_factor(parts.common)} × {_factor(parts.back)} × {_factor(found.ratio)} = {_factor(parts.naive)}.",
    ]
    return {"zh": zh, "en": en}


def verdict(found: Estimate, p: float) -> dict[str, str]:
    """The result in one sentence by language."""
    low, high = percent(found.low), percent(found.high)
    sides = f"{found.happened:.0f}/{found.expected:.0f}"
    if high < 0:
        zh, en = "诉求确有下降", "requests fell beyond chance"
    elif low > 0:
        zh, en = "诉求确有上升", "requests rose beyond chance"
    else:
        zh, en = "尚不能断定有变化", "no change can be told from chance"
    return {
        "zh": f"{zh}：实有/预期 {sides}，{percent(found.ratio):+.1f}%(95%区间{low:+.1f}%至{high:+.1f}%，"
        f"安慰剂p={p:.3g})。",
        "en": f"{en[0].upper()}{en[1:]}: happened/expected {sides}, {percent(found.ratio):+.1f} % (95 % interval "
        f"{low:+.1f} % to {high:+.1f} %, placebo p = {p:.3g}).",
    }


def _factor(ratio: float) -> str:
    return f"{ratio:.2f}"
