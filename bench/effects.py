"""Claim: the effect of an action is told without being fooled by bad months, at intervals that hold what they promise.

    ./minsheng bench effects [--reps 500] [--yardsticks 25] [--seed 1] [--processes 2] [--city TRUTH]

Invented panels: 60 units × 104 weeks, negative binomial counts of about 20 a week, unit deviations AR(0.7) on the log
scale, common shocks, and a common season whose crest lies within six weeks of week 78, when 12 units are acted on. Four
cells: the treated are drawn at random, or are those whose last four weeks stood highest above their own mean; the
action does nothing, or takes away 20 %. Printed: mean estimate, bias with its Monte Carlo error, share of 95 %
intervals that hold the truth with both sides, mean width; beside it in the same panels the naive eight weeks
before/after, year on year, difference-in-differences on the whole and on the last eight weeks before, and synthetic
difference-in-differences with placebo errors (the first --yardsticks panels only).

With --city: actions planted into the counts of a simulated city (`minsheng sim`, docs/truth.md), second-level category
× township by week, on townships of one category where no action of the city's own runs: 1, 4, 8 or 12 of them at random
or those with most requests in the 30 days before, nothing or −20 % by thinning; one panel a rep, half as many as
--reps; and the city's own actions, each over at most 26 weeks, against the share that they truly take away.
"""

import argparse
import multiprocessing
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from minsheng.foresee.effects import Panel, Unusable, effect, panel_of, synthetic

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
UNITS, WEEKS, TREATED, START = 60, 104, 12, 78
MEAN, SIZES, MEMORY, DEVIATION, UNREST, SEASON, SHOCK = 20.0, 0.5, 0.7, 0.3, 0.05, 0.17, 0.1
CELLS = tuple((chosen, true) for chosen in ("random", "worst") for true in (0.0, -0.2))
MOST_AFTER = 26
NUMBERS = (1, 4, 8, 12)


@dataclass(frozen=True)
class Row:
    """One panel: the truth and (estimate, low, high) by method, in percent; NaN where there is no interval."""

    cell: tuple[str, float]
    read: dict[str, tuple[float, float, float]]


def draw(rng: np.random.Generator, chosen: str, true: float) -> Panel:
    """One invented panel."""
    t = np.arange(WEEKS)
    shock, deviation = np.zeros(WEEKS), np.zeros((UNITS, WEEKS))
    common, own = 0.0, DEVIATION * rng.standard_normal(UNITS)
    for week in t:
        common = MEMORY * common + SHOCK * np.sqrt(1 - MEMORY**2) * rng.standard_normal()
        own = MEMORY * own + DEVIATION * np.sqrt(1 - MEMORY**2) * rng.standard_normal(UNITS)
        shock[week], deviation[:, week] = common, own
    season = SEASON * np.cos(2 * np.pi * (t - START - rng.uniform(-6, 6)) / 52)
    level = np.log(MEAN) + SIZES * rng.standard_normal(UNITS) - SIZES**2 / 2
    mean = np.exp(level[:, None] + season + shock + deviation)
    counts = rng.poisson(mean * rng.gamma(1 / UNREST, UNREST, mean.shape))
    if chosen == "worst":
        height = counts[:, START - 4 : START].mean(axis=1) / np.maximum(counts[:, : START - 4].mean(axis=1), 0.5)
        treated = np.argsort(-height, kind="stable")[:TREATED]
    else:
        treated = rng.choice(UNITS, TREATED, replace=False)
    after = mean[treated, START:] * (1 + true)
    counts[treated, START:] = rng.poisson(after * rng.gamma(1 / UNREST, UNREST, after.shape))
    return _panel(counts, treated, START)


def _panel(counts: NDArray[np.int64], treated: NDArray[np.intp], start: int) -> Panel:
    names = tuple(f"{i:04d}" for i in range(len(counts)))
    return panel_of(names, counts.astype(np.float64), tuple(names[i] for i in sorted(treated)), start)


def judged(panel: Panel, cell: tuple[str, float], seed: int, yardsticks: bool) -> Row:
    """Every method on one panel."""
    found = effect(panel, seed=seed, companions=False, earlier=False)
    y, acted, start = panel.counts, panel.treated, panel.start
    unknown = (float("nan"), float("nan"))
    read = {
        "ours": (found.found.ratio, found.found.low, found.found.high),
        "naive, 8 weeks before/after": (found.parts.naive, *unknown),
        "difference-in-differences, all weeks": (_change(y, acted, start, start), *unknown),
        "difference-in-differences, 8 weeks": (_change(y, acted, start, 8), *unknown),
    }
    if found.year_on_year is not None:
        read["year on year"] = (found.year_on_year, *unknown)
    if yardsticks:
        beside = synthetic(y, acted, start, panel.weeks, rng=np.random.default_rng(seed), placebos=40)
        read["synthetic DiD, placebo error"] = (beside.ratio, beside.low, beside.high)
    return Row(cell, {name: tuple(100 * (np.array(values) - 1)) for name, values in read.items()})


def _change(y: Floats, acted: Bools, start: int, length: int) -> float:
    before = [float(y[part, start - length : start].mean()) for part in (acted, ~acted)]
    after = [float(y[part, start:].mean()) for part in (acted, ~acted)]
    due = before[0] * after[1]
    return after[0] * before[1] / due if due > 0 else float("nan")


def one(task: tuple[int, int, bool]) -> Row:
    """A panel of one cell."""
    seed, number, yardsticks = task
    cell = CELLS[number % len(CELLS)]
    return judged(draw(np.random.default_rng([seed, number]), *cell), cell, number, yardsticks)


def table(rows: list[Row]) -> None:
    """Figures of each cell and pooled."""
    covered: dict[str, list[bool]] = {}
    for cell in CELLS:
        chosen, true = cell
        mine = [row for row in rows if row.cell == cell]
        print(f"\n  treated {chosen}, true effect {100 * true:+.0f} %, {len(mine)} panels")
        print(f"  {'':38}{'mean':>8}{'bias':>8}{'± MC':>7}{'median':>8}{'covered':>18}{'width':>8}")
        for name in sorted({name for row in mine for name in row.read}, key=_order):
            read = np.array([row.read[name] for row in mine if name in row.read])
            read = read[np.isfinite(read[:, 0])]
            bias = read[:, 0] - 100 * true
            line = f"  {name:38}{read[:, 0].mean():8.2f}{bias.mean():+8.2f}{bias.std() / np.sqrt(len(bias)):7.2f}"
            line += f"{np.median(read[:, 0]):8.2f}"
            if np.isfinite(read[:, 1]).any():
                held = (read[:, 1] <= 100 * true) & (100 * true <= read[:, 2])
                covered.setdefault(name, []).extend(held.tolist())
                line += f"{int(held.sum()):6d}/{len(held):<4d}={held.mean():.3f}{(read[:, 2] - read[:, 1]).mean():8.1f}"
            print(line)
    for name, held in covered.items():
        print(f"  all cells, {name}: {sum(held)}/{len(held)} = {np.mean(held):.3f} covered")


def _order(name: str) -> tuple[bool, str]:
    return name != "ours", name


@dataclass(frozen=True)
class City:
    """Requests (categories, townships, days) and the actions of the city itself."""

    counts: NDArray[np.int64]
    categories: dict[str, int]
    townships: dict[str, int]
    first: date
    actions: list[tuple]


def city_of(truth: Path) -> City:
    """The truth's requests, counted by the day of the city's own clock (UTC + 8)."""
    with duckdb.connect() as base:
        rows = base.execute(
            "select leaf[1:4] || '00', area[1:9], cast(\"at\" + interval 8 hour as date), count(*) "
            "from read_parquet(?) where area is not null group by all",
            [str(truth / "requests.parquet")],
        ).fetchall()
        actions = base.execute(
            "select intervention, began, category, townships, chosen, effect, dropped, delay_days "
            "from read_parquet(?) order by 1",
            [str(truth / "interventions.parquet")],
        ).fetchall()
    categories, townships = ({name: i for i, name in enumerate(sorted({row[k] for row in rows}))} for k in (0, 1))
    first, last = min(row[2] for row in rows), max(row[2] for row in rows)
    counts = np.zeros((len(categories), len(townships), (last - first).days + 1), dtype=np.int64)
    for category, township, day, number in rows:
        counts[categories[category], townships[township], (day - first).days] += number
    return City(counts, categories, townships, first, actions)


def by_week(daily: NDArray[np.int64], day: int, after: int) -> tuple[NDArray[np.int64], int]:
    """Weekly counts around `day`, at most `after` weeks from it on, and the weeks before."""
    before, width = day // 7, min(after, (daily.shape[1] - day) // 7)
    part = daily[:, day - 7 * before : day + 7 * width]
    return part.reshape(len(part), before + width, 7).sum(axis=2), before


def planted(city: City, rng: np.random.Generator, chosen: str, true: float) -> Panel:
    """An action planted where no other ran."""
    categories, _, days = city.counts.shape
    while True:
        category, number = int(rng.integers(categories)), int(rng.choice(NUMBERS))
        day, after = int(rng.integers(52 * 7, days - 8 * 7)), int(rng.integers(8, MOST_AFTER + 1))
        acted = {
            city.townships[name]
            for _, began, code, names, *_ in city.actions
            if city.categories[code] == category and (began - city.first).days < day + 7 * after
            for name in names
        }
        daily = np.delete(city.counts[category], sorted(acted), axis=0)
        counts, start = by_week(daily, day, after)
        seen = counts[:, :start].sum(axis=1) > 0
        counts, recent = counts[seen], daily[seen, day - 30 : day].sum(axis=1)
        if len(counts) < number + 10:
            continue
        treated = np.argsort(-recent, kind="stable")[:number]
        if chosen == "random":
            treated = rng.choice(len(counts), number, replace=False)
        counts[treated, start:] = rng.binomial(counts[treated, start:], 1 + true)
        try:
            return _panel(counts, treated, start)
        except Unusable:
            continue


def _planted_one(task: tuple[City, int, int]) -> Row:
    city, seed, number = task
    cell = CELLS[number % len(CELLS)]
    return judged(planted(city, np.random.default_rng([seed, number, 7]), *cell), cell, number, False)


def own_actions(city: City) -> None:
    """The city's own actions against what they truly take away."""
    print("\nc. The city's own actions (truth: share taken away over the weeks seen)")
    held = number = 0
    for action, began, code, names, chosen, kind, dropped, delay in city.actions:
        day = (began - city.first).days
        mine = {city.townships[name] for name in names}
        others = {
            city.townships[name] for each in city.actions if each[2] == code and each[0] != action for name in each[3]
        }
        kept = [row for row in range(city.counts.shape[1]) if row in mine or row not in others]
        counts, start = by_week(city.counts[city.categories[code]][kept], day, MOST_AFTER)
        label = f"  {action:3d} {code} {chosen:6} {kind:9}"
        try:
            panel = _panel(counts, np.flatnonzero(np.isin(kept, sorted(mine))), start)
        except Unusable as error:
            print(f"{label} refused: {error}")
            continue
        found = effect(panel, companions=False, earlier=False)
        days = 7 * panel.after
        true = 1 - dropped * max(0, days - delay) / days
        seen = found.found
        inside = seen.low <= true <= seen.high
        held, number = held + inside, number + 1
        print(
            f"{label} true {100 * (true - 1):+6.1f} %, found {100 * (seen.ratio - 1):+6.1f} % "
            f"[{100 * (seen.low - 1):+.1f}, {100 * (seen.high - 1):+.1f}] {'' if inside else 'OUTSIDE '}"
            f"({seen.happened:.0f}/{seen.expected:.0f}), naive {100 * (found.parts.naive - 1):+.1f} %, "
            f"placebo p {found.space.p:.3f}"
        )
    print(f"  {held}/{number} intervals hold the truth")


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reps", type=int, default=500, help="panels a cell")
    parser.add_argument("--yardsticks", type=int, default=25, help="panels a cell for synthetic DiD")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--city", type=Path, help="folder of a simulated city's truth")
    args = parser.parse_args()
    began = time.perf_counter()
    fork = multiprocessing.get_context("fork")
    with threadpool_limits(1), fork.Pool(args.processes) as pool:
        if args.city is None:
            print(f"a. {args.reps} panels a cell, {UNITS} units × {WEEKS} weeks, {TREATED} treated from week {START}")
            some = args.yardsticks * len(CELLS)
            tasks = [(args.seed, number, number < some) for number in range(args.reps * len(CELLS))]
            table(pool.map(one, tasks, chunksize=8))
        else:
            city = city_of(args.city)
            reps = max(args.reps // 2, 1)
            print(f"b. {reps} planted actions a cell in a city of {city.counts.sum():,} requests")
            table(pool.map(_planted_one, [(city, args.seed, n) for n in range(reps * len(CELLS))], chunksize=8))
            own_actions(city)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
