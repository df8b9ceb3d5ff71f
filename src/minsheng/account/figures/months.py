"""The figures of finished months (月度数字): counts by part of the city, and the rates that the published definitions
make of them (`releases.metrics`), each with both sides, what is left out and Wilson's interval.

Shown are whole months only: a month that is under way would let a part that is still small be told from tomorrow's
figures. No part is summed over months, since a sum less its shown months would tell the one that is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from minsheng.account.figures.cells import REST, named_parts
from minsheng.account.figures.intervals import wilson
from minsheng.account.figures.questions import BY, COUNTS, standings
from minsheng.account.releases.cells import FEWEST
from minsheng.account.releases.metrics import STANDARD, Metric
from minsheng.account.releases.tally import WHOLE_CITY
from minsheng.ground.lake import Engine

CITY = ""
"""What the whole city is a part of: nothing, so that its `by` is empty."""
UNSHIELDED = frozenset({"kind"})
"""Parts that reports of wrongdoing and secret orders may be counted in: these tell neither place nor channel."""
_EVENTS = frozenset({"second"})
"""Metrics that count events by replies and are no share: they have no interval."""
Counts = Mapping[str, int]
Ballots = Mapping[str, Counts]
"""Answers of the sealed ballots of a month by grade."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate: `part` of `whole`, `left_out` of both, the 95 % interval (None of what is no share). `value` and interval
    are None when the whole is smaller than a cell may be."""

    metric: Metric
    part: int
    whole: int
    left_out: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """The counts of a month in one part: `by` one of BY and a `code` of it, REST for what is kept together; or the
    whole city, `by` empty."""

    month: str
    by: str
    code: str
    counts: Counts
    rates: tuple[Rate, ...]

    def rate(self, name: str) -> Rate | None:
        """The rate of a metric by its name, if this cell has it."""
        return next((rate for rate in self.rates if rate.metric.name == name), None)


@dataclass(frozen=True, slots=True)
class Figures:
    """Cells of all months, oldest month first, in each the city, then its parts by size; what is kept together last."""

    asof: datetime
    k: int
    metrics: tuple[Metric, ...]
    cells: tuple[Cell, ...]

    @property
    def months(self) -> list[str]:
        """The months that are shown, oldest first."""
        return [cell.month for cell in self.cells if not cell.by]

    def city(self, month: str) -> Cell:
        """The whole city in a month. KeyError when the month is not shown."""
        for cell in self.cells:
            if cell.month == month and not cell.by:
                return cell
        raise KeyError(month)

    def parts(self, month: str, by: str) -> list[Cell]:
        """The parts of a month."""
        return [cell for cell in self.cells if cell.month == month and cell.by == by]


def figures(
    lake: Engine,
    until: date,
    months: int,
    asof: datetime,
    *,
    ballots: Ballots | None = None,
    k: int = FEWEST,
    metrics: tuple[Metric, ...] = STANDARD,
) -> Figures:
    """The figures of the `months` whole months before `until`, a first of a month, as they stand at `asof`. A month
    with fewer than `k` orders in the whole city is left out; `ballots` are those that were published, by month."""
    rows = lake.ask(standings(_months_before(until, months), until, asof)).to_pylist()
    by_month: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_month[f"{row['month'] // 100}-{row['month'] % 100:02d}"].append(row)
    cells: list[Cell] = []
    for month in sorted(by_month):
        cells += _cells(month, by_month[month], (ballots or {}).get(month, {}), k, metrics)
    return Figures(asof, k, metrics, tuple(cells))


def rate_of(metric: Metric, counts: Counts, k: int = FEWEST) -> Rate:
    """The rate that a definition makes of counts."""
    part, whole, left_out = metric.of(counts)
    if whole < k:
        return Rate(metric, part, whole, left_out, None, None, None)
    low, high = (None, None) if metric.name in _EVENTS else wilson(part, whole)
    return Rate(metric, part, whole, left_out, part / whole, low, high)


def _cells(month: str, rows: list[dict[str, Any]], ballots: Counts, k: int, metrics: tuple[Metric, ...]) -> list[Cell]:
    city = _sum(rows)
    if city["intake"] < k:
        return []
    of_orders = tuple(metric for metric in metrics if not metric.of_ballots)
    voted = tuple(rate_of(metric, ballots, k) for metric in metrics if metric.of_ballots and ballots)
    made = [Cell(month, CITY, WHOLE_CITY, city, tuple(rate_of(m, city, k) for m in of_orders) + voted)]
    for by in BY:
        for code, counts in _parts(by, rows, k).items():
            made.append(Cell(month, by, code, counts, tuple(rate_of(m, counts, k) for m in of_orders)))
    return made


def _parts(by: str, rows: list[dict[str, Any]], k: int) -> dict[str, Counts]:
    """The parts that may stand alone, the largest first, and the rest together."""
    whole: dict[str, list[dict[str, Any]]] = defaultdict(list)
    shielded: list[dict[str, Any]] = []
    for row in rows:
        hidden = row["shielded"] and by not in UNSHIELDED
        (shielded if hidden else whole[row[by]]).append(row)
    sums: dict[str, Counts] = {code: _sum(found) for code, found in whole.items()}
    named = named_parts({code: counts["intake"] for code, counts in sums.items()}, _sum(shielded)["intake"], k)
    shown = {code: sums[code] for code in sorted(named, key=lambda code: (-sums[code]["intake"], code))}
    rest = _sum([*shielded, *(row for code, found in whole.items() if code not in named for row in found)])
    return shown | ({REST: rest} if rest["intake"] else {})


def _sum(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = dict.fromkeys(COUNTS, 0)
    for row in rows:
        for name in COUNTS:
            found[name] += row[name]
    return found


def _months_before(until: date, months: int) -> date:
    number = until.year * 12 + until.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
