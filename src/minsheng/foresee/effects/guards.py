"""Guards (防注水): what else could make requests fall when no trouble went away.

Each guard takes counts before and after the action and returns one finding with both sides of its ratio: requests that
came back under sibling categories or under 'other', another channel, orders excluded from judgement, and silence that
is not success: callers who gave up, requests refused, visits that find trouble nobody reports. A finding is a lead to
look at, no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

SURE = 0.01
WORTH = 0.05


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A count in the periods before and after the action."""

    before: int
    after: int

    def __post_init__(self) -> None:
        if self.before < 0 or self.after < 0:
            raise ValueError(f"Counts of {self.before} before and {self.after} after: give whole numbers from 0.")

    def __add__(self, other: BeforeAfter) -> BeforeAfter:
        return BeforeAfter(self.before + other.before, self.after + other.after)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guard found: `numerator` ÷ `denominator` is its figure, `p` the chance of such a one when nothing is
    amiss, `warns` whether to look."""

    guard: str
    numerator: float
    denominator: float
    p: float
    warns: bool
    zh: str
    en: str


def displacement(treated: BeforeAfter, siblings: BeforeAfter, other: BeforeAfter, controls: BeforeAfter) -> Finding:
    """Whether what went away came back beside it: requests under sibling categories and under 'other' of the treated
    places beyond what the `controls` (the same categories elsewhere) let expect, over the treated category's fall.
    Raises ValueError without controls."""
    if not controls.before or not controls.after:
        raise ValueError("The controls count nothing before or after: without them nobody can say what was expected.")
    course = controls.after / controls.before
    beside = siblings + other
    fell = treated.before * course - treated.after
    rose = beside.after - beside.before * course
    due = max(beside.before * course, 0.5)
    noise = due + due**2 * (1 / max(beside.before, 1) + 1 / controls.after + 1 / controls.before)
    p = float(norm.sf(rose / np.sqrt(noise)))
    warns = p <= SURE and rose > WORTH * max(fell, 0.0) and rose > 0
    return Finding(
        "displacement", rose, fell, p, warns,
        f"被治理类别比预期少{fell:.0f}件；同级类别与“其他”应有{due:.0f}件、实有{beside.after}件，"
        f"多出{rose:.0f}件{'，请查是否改头换面' if warns else '，属正常波动'}。",
        f"The treated category had {fell:.0f} fewer than expected; siblings and 'other' were due {due:.0f} and had "
        f"{beside.after}, {rose:.0f} more{': see whether they came back there' if warns else ', as chance has it'}.",
    )  # fmt: skip


def channel_change(channels: Mapping[str, BeforeAfter]) -> Finding:
    """Whether people came by other channels than before (a hotline that is quiet because another door is used)."""
    names = sorted(channels)
    table = np.array([[channels[name].before, channels[name].after] for name in names], dtype=np.float64)
    totals = table.sum(axis=0)
    if len(names) < 2 or (totals == 0).any():
        raise ValueError("A change of channels needs two channels and requests before and after: give both.")
    table, names = table[table.sum(axis=1) > 0], [n for n, row in zip(names, table, strict=True) if row.sum() > 0]
    due = np.outer(table.sum(axis=1), totals) / totals.sum()
    p = float(chi2.sf(((table - due) ** 2 / due).sum(), max(len(names) - 1, 1)))
    shift = table[:, 1] / totals[1] - table[:, 0] / totals[0]
    most = int(np.argmax(np.abs(shift)))
    was, now = table[most, 0] / totals[0], table[most, 1] / totals[1]
    warns = p <= SURE and abs(float(shift[most])) >= WORTH
    return Finding(
        "channel", table[most, 1], totals[1], p, warns,
        f"渠道“{names[most]}”占比由{was:.1%}({table[most, 0]:.0f}/{totals[0]:.0f})变为{now:.1%}"
        f"({table[most, 1]:.0f}/{totals[1]:.0f}){'，诉求可能改走别处' if warns else ''}。",
        f"The share of channel {names[most]} went from {was:.1%} ({table[most, 0]:.0f}/{totals[0]:.0f}) to {now:.1%} "
        f"({table[most, 1]:.0f}/{totals[1]:.0f}){': requests may have gone elsewhere' if warns else ''}.",
    )  # fmt: skip


def exclusion_change(excluded: BeforeAfter, orders: BeforeAfter) -> Finding:
    """Whether a larger share of orders was excluded from judgement after the action."""
    return _share("exclusion", "剔除不考核", "orders excluded from judgement", excluded, orders)


def silence(
    *,
    abandoned: BeforeAfter | None = None,
    calls: BeforeAfter | None = None,
    refused: BeforeAfter | None = None,
    requests: BeforeAfter | None = None,
    found_unreported: BeforeAfter | None = None,
    visits: BeforeAfter | None = None,
) -> list[Finding]:
    """Silence that is not success, as far as it was counted: calls `abandoned` of `calls`, requests `refused` of
    `requests`, `visits` that found trouble nobody had reported. Raises ValueError when a part has no whole."""
    pairs = (
        ("abandoned", "呼叫放弃", "calls given up", abandoned, calls),
        ("refused", "不予受理", "requests refused", refused, requests),
        ("unreported", "走访发现无人反映的问题", "visits that found trouble nobody reported", found_unreported, visits),
    )
    found = []
    for name, zh, en, part, whole in pairs:
        if part is None:
            continue
        if whole is None:
            raise ValueError(f"{en} were given without all of them: a rate needs both sides.")
        found.append(_share(name, zh, en, part, whole))
    return found


def _share(guard: str, zh: str, en: str, part: BeforeAfter, whole: BeforeAfter) -> Finding:
    """A share before and after, one-sided: warns when it rose."""
    if part.before > whole.before or part.after > whole.after:
        raise ValueError(f"{en}: the part is larger than the whole; check the counts.")
    if not whole.before or not whole.after:
        raise ValueError(f"{en}: nothing was counted before or after; a change needs both.")
    was, now = part.before / whole.before, part.after / whole.after
    both = (part.before + part.after) / (whole.before + whole.after)
    error = np.sqrt(both * (1 - both) * (1 / whole.before + 1 / whole.after))
    p = float(norm.sf((now - was) / error)) if error > 0 else 1.0
    warns = p <= SURE
    return Finding(
        guard, part.after, whole.after, p, warns,
        f"{zh}由{was:.1%}({part.before}/{whole.before})变为{now:.1%}({part.after}/{whole.after})"
        f"{'，下降可能是沉默而非解决' if warns else ''}。",
        f"{en[0].upper()}{en[1:]}: {was:.1%} ({part.before}/{whole.before}) before, {now:.1%} "
        f"({part.after}/{whole.after}) after{': the fall may be silence, no success' if warns else ''}.",
    )  # fmt: skip
