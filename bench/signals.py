"""Claim: alarms on rising counts reach what an oracle of single series can, at a false-alarm rate that is kept.

    ./minsheng bench signals [--quick] [--reps 30] [--null-series 100000] [--seed 1]

Detection: the 42 scenarios of Noufaily et al. (2013, Stat Med 32:1206): 7 rows of level, trend, season and dispersion ×
trend 0/1 × 0–2 yearly waves, 624 weeks, the last 49 judged. Counts are negative binomial with variance = dispersion ×
mean. An outbreak begins in a judged week drawn evenly; its number of cases is Poisson with mean k standard deviations
of that week's count (drawn again when 0), k = 1…10 evenly; each case comes lognormal(0, 0.5) weeks later, rounded down.
Past outbreaks: four of 0 or 5 standard deviations in weeks 313–575. Each method's threshold is set on series without a
present outbreak to a false-alarm rate of 0.0074; an outbreak is found when any of its weeks alarms, in its first week
when the first week with a case does. Yardsticks in the same run: an oracle that knows the true mean and dispersion of
every week (single weeks; smallest p of windows of 1–4 weeks), and the improved Farrington method.

False alarms: 100,000 series without any outbreak, 2 and 5 years, rates e^-3…e^3 a week evenly in the logarithm,
dispersion 1 + Gamma(1, 1). Share of randomised p ≤ α and of real alarms, by the true rate, as multiples of α; with 2
years the last 49 of 104 weeks are judged, the first of them on 55 weeks of history. Beside it Farrington on the same
data, and the false discoveries of the Benjamini–Hochberg rule in one week.

Speed: three years of weekly counts, one thread, reading and writing apart.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom
from threadpoolctl import threadpool_limits

from minsheng.foresee.signals import Signals, discoveries, farrington, panel_of, read_counts, signals, write
from minsheng.foresee.signals.farrington import Rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = (0.1, -2, 1.5, 0.5, 2.5, 3.75, 5)
TREND = (0.0025, 0.005, 0.003, 0.002, 0.001, 0.001, 0.0001)
COSINE = (0.6, 0.1, 0.2, 0.5, 1, 0.1, 0.05)
SINE = (0.6, 0.3, -0.4, 0.5, 0.1, -0.1, 0.01)
DISPERSION = (1.5, 2, 1, 5, 3, 1.1, 1.2)
WEEKS, PRESENT, PAST = 624, 575, 312
JUDGED = WEEKS - PRESENT
RATE = 0.0074
FARRINGTON_YEARS = 5
BANDS = ((0.0, np.inf), (0.0, 0.1), (0.1, 1.0), (1.0, 5.0), (5.0, np.inf))
BAND_NAMES = ("all", "< 0.1", "0.1–1", "1–5", "> 5")


@dataclass(frozen=True)
class Set:
    """Series with their truth: counts, true means, dispersions, and the cases of the present outbreak."""

    counts: Ints
    means: Floats
    dispersion: Floats
    cases: Ints


def scenarios() -> list[tuple[Floats, float]]:
    """Weekly means and dispersion of the 42 scenarios."""
    t = np.arange(1, WEEKS + 1)
    found = []
    for level, slope, cosine, sine, dispersion in zip(LEVEL, TREND, COSINE, SINE, DISPERSION, strict=True):
        for trend in (0, 1):
            for waves in (0, 1, 2):
                eta = level + trend * slope * t
                for j in range(1, waves + 1):
                    eta = eta + cosine * np.cos(2 * np.pi * j * t / 52) + sine * np.sin(2 * np.pi * j * t / 52)
                found.append((np.exp(eta), float(dispersion)))
    return found


def noise(rng: np.random.Generator, mean: Floats, dispersion: Floats | float) -> Ints:
    """Negative binomial counts, Poisson at dispersion 1."""
    if np.all(np.asarray(dispersion) == 1.0):
        return rng.poisson(mean)
    excess = np.asarray(dispersion) - 1.0
    return rng.negative_binomial(mean / excess, 1.0 / (1.0 + excess))


def outbreak(rng: np.random.Generator, mean: Floats, dispersion: float, size: float, start: int) -> Ints:
    """The cases of one outbreak by week."""
    n = 0
    while n == 0:
        n = rng.poisson(size * np.sqrt(dispersion * mean[start]))
    week = start + np.floor(rng.lognormal(0.0, 0.5, n)).astype(int)
    return np.bincount(week[week < WEEKS], minlength=WEEKS)


def draw(rng: np.random.Generator, reps: int, past: float, present: bool) -> Set:
    """`reps` series of every scenario; with a present outbreak k goes round 1…10."""
    counts, means, dispersions, cases = [], [], [], []
    for mean, dispersion in scenarios():
        for rep in range(reps):
            y = noise(rng, mean, dispersion)
            for start in rng.integers(PAST, PRESENT, 4) if past else ():
                old = outbreak(rng, mean, dispersion, past, int(start))
                y[:PRESENT] += old[:PRESENT]
            new = np.zeros(WEEKS, dtype=np.int64)
            if present:
                new = outbreak(rng, mean, dispersion, 1 + rep % 10, int(rng.integers(PRESENT, WEEKS)))
            counts.append(y + new)
            means.append(mean)
            dispersions.append(dispersion)
            cases.append(new[PRESENT:])
    return Set(np.array(counts), np.array(means), np.array(dispersions), np.array(cases))


def oracle(found: Set, windows: tuple[int, ...]) -> Floats:
    """The smallest mid-p over windows, from the true means and dispersions (1.000001 stands for 1)."""
    dispersion = np.maximum(found.dispersion, 1.000001)[:, None]
    smallest = np.ones((len(found.counts), JUDGED))
    for w in windows:
        y, mean = (np.cumsum(part, axis=1) for part in (found.counts, found.means))
        y, mean = (part[:, PRESENT:] - part[:, PRESENT - w : -w] for part in (y, mean))
        known = nbinom(mean / (dispersion - 1), 1 / dispersion)
        smallest = np.minimum(smallest, (known.sf(y) + known.sf(y - 1)) / 2)
    return smallest


def by_farrington(found: Set) -> Floats:
    """P(Y ≥ y) by Farrington's plug-in negative binomial distribution."""
    return farrington(found.counts, range(PRESENT, WEEKS)).p_ge


def by_ours(found: Set) -> Floats:
    """Our mid-p."""
    return signals(panel_of([f"{i:06d}" for i in range(len(found.counts))], found.counts), last=JUDGED).mid_p


def measured(p_null: Floats, p: Floats, cases: Ints) -> tuple[float, ...]:
    """False-alarm rate, detection, first-week detection, sensitivity, specificity at the threshold of RATE."""
    threshold = np.quantile(p_null, RATE)
    return scored(p_null < threshold, p < threshold, cases)


def scored(null: NDArray[np.bool_], alarm: NDArray[np.bool_], cases: Ints) -> tuple[float, ...]:
    """The five figures of given alarms; outbreaks without a case before the end of the data are left out."""
    sick = cases > 0
    real = sick.any(axis=1)
    first = alarm[np.arange(len(sick)), sick.argmax(axis=1)]
    return (
        float(null.mean()),
        float((alarm & sick).any(axis=1)[real].mean()),
        float(first[real].mean()),
        float(alarm[sick].mean()),
        float(1 - alarm[~sick].mean()),
    )


def detection(reps: int, seed: int) -> None:
    """Part a: the 42 scenarios."""
    print(f"\na. 42 scenarios × {reps} series with and {reps} without a present outbreak")
    methods: dict[str, Callable[[Set], Floats]] = {
        "oracle, single weeks": lambda found: oracle(found, (1,)),
        "oracle, windows 1–4": lambda found: oracle(found, (1, 2, 3, 4)),
        "Farrington": by_farrington,
        "ours": by_ours,
    }
    head = ("", "false alarms", "found", "first week", "sensitivity", "specificity")
    for past, share in ((0, 0.96), (5, 0.92)):
        rng = np.random.default_rng([seed, past])
        null, event = draw(rng, reps, past, False), draw(rng, reps, past, True)
        print(f"\n  past outbreaks of {past} SD\n  " + f"{head[0]:34}" + "".join(f"{h:>13}" for h in head[1:]))
        rows = {}
        for name, method in methods.items():
            rows[name] = measured(method(null), method(event), event.cases)
            print(f"  {name:34}" + "".join(f"{value:13.4f}" for value in rows[name]), flush=True)
        ours_null, ours = (
            signals(panel_of([f"{i:06d}" for i in range(len(s.counts))], s.counts), alpha=RATE, last=JUDGED).alarm
            for s in (null, event)
        )
        nominal = scored(ours_null, ours, event.cases)
        print(f"  {'ours, its own alarms at α = .0074':34}" + "".join(f"{value:13.4f}" for value in nominal))
        best = max(rows["oracle, single weeks"][1], rows["oracle, windows 1–4"][1])
        ratio = rows["ours"][1] / best
        print(f"  found: ours / oracle = {ratio:.3f} (target {share}): {_met(ratio >= share)}")
        early = rows["ours"][2], rows["Farrington"][2]
        print(f"  first week: ours {early[0]:.3f}, Farrington {early[1]:.3f}: {_met(early[0] >= early[1])}")


def _met(good: bool) -> str:
    return "met" if good else "MISSED"


def null_panel(rng: np.random.Generator, n: int, weeks: int) -> tuple[Ints, Floats]:
    """Counts without outbreaks and the true weekly rates."""
    rate = np.exp(rng.uniform(-3, 3, n))
    dispersion = 1 + rng.gamma(1.0, 1.0, n)
    return noise(rng, np.repeat(rate[:, None], weeks, axis=1), dispersion[:, None]), rate


def _by_band(values: NDArray[np.bool_], rate: Floats, alpha: float) -> list[float]:
    return [float(values[(rate >= low) & (rate < high)].mean() / alpha) for low, high in BANDS]


def false_alarms(n: int, seed: int) -> None:
    """Part b: the null panels."""
    print(f"\nb. {n} series without outbreaks; multiples of α by true weekly rate")
    for years in (2, 5):
        rng = np.random.default_rng([seed, 77, years])
        counts, rate = null_panel(rng, n, 52 * years)
        found = signals(panel_of([f"{i:06d}" for i in range(n)], counts), last=JUDGED)
        random_p = found.p_gt + rng.random(found.p_gt.shape) * (found.p_ge - found.p_gt)
        print(f"\n  {years} years{'':31}" + "".join(f"{name:>9}" for name in BAND_NAMES))
        for alpha in (0.01, 0.005):
            shares = _by_band(random_p <= alpha, rate, alpha)
            real = _by_band(found.p_ge <= alpha, rate, alpha)
            good = all(0.8 <= share <= 1.2 for share in shares), max(real) <= 1.2
            rows = (("randomised p ≤ α", shares, _met(good[0])), ("real alarms", real, _met(good[1])))
            for name, row, verdict in rows:
                print(f"  α = {alpha:<6} {name:28}" + "".join(f"{value:9.2f}" for value in row) + f"  {verdict}")
        false = [int(discoveries(p[:, -1]).sum()) for p in (found.mid_p, random_p)]
        print(
            f"  false discoveries in the last week at q = 0.05: {false[0]} of {n} by mid-p, {false[1]} by randomised p"
        )
        if years == FARRINGTON_YEARS:
            _farrington_alone(counts[: max(n // 50, 200)], rate[: max(n // 50, 200)])


def _farrington_alone(counts: Ints, rate: Floats) -> None:
    """The false alarms of Farrington's method on some of the series; four years before the judged weeks."""
    weeks = range(counts.shape[1] - JUDGED, counts.shape[1])
    p = farrington(counts, weeks, rule=Rule(years=FARRINGTON_YEARS - 1)).p_ge
    for alpha in (0.01, 0.005):
        row = _by_band(p <= alpha, rate, alpha)
        print(f"  α = {alpha:<6} {'real alarms of Farrington':28}" + "".join(f"{value:9.2f}" for value in row))
    print(f"  false discoveries of Farrington: {int(discoveries(p[:, -1]).sum())} of {len(counts)}")


def speed(n: int, seed: int) -> None:
    """Part c: CPU time and memory."""
    print(f"\nc. speed: {n} weekly series of three years")
    counts, _ = null_panel(np.random.default_rng([seed, 99]), n, 156)
    panel = panel_of([f"{i:06d}" for i in range(n)], counts)
    for last in (JUDGED, 1):
        wall, cpu = time.perf_counter(), time.process_time()
        found = signals(panel, last=last)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"  ours, {last:2} weeks judged: {n / cpu:10.0f} series a CPU-second ({wall:.1f} s wall)", end="")
        print(f", target 10000: {_met(n / cpu >= 10_000)}")
        if last == JUDGED:
            with tempfile.TemporaryDirectory() as folder:
                _files(Path(folder), panel.names, counts, found)
    few = np.tile(counts[:200], (1, 2))
    cpu = time.process_time()
    farrington(few, range(311, 312))
    cpu = time.process_time() - cpu
    print(f"  our Farrington, 1 week judged:  {200 / cpu:6.0f} series a CPU-second (R's: about 40)")
    print(f"  most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def _files(folder: Path, names: tuple[str, ...], counts: Ints, found: Signals) -> None:
    """Times of writing the alarms and of reading the counts."""
    source = folder / "counts.csv"
    with source.open("w") as file:
        file.write("series,t,count\n")
        for name, row in zip(names, counts.tolist(), strict=True):
            file.write("".join(f"{name},{t},{y}\n" for t, y in enumerate(row)))
    start = time.perf_counter()
    read_counts(source)
    read = time.perf_counter() - start
    start = time.perf_counter()
    write(folder / "alarms.csv", found)
    print(f"    reading the CSV {read:.1f} s, writing the alarms {time.perf_counter() - start:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Detection, false alarms and speed of the signals.")
    parser.add_argument("--quick", action="store_true", help="a small version")
    parser.add_argument("--reps", type=int, default=30, help="series of each scenario, with and without outbreak")
    parser.add_argument("--null-series", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    reps, n = (10, 10_000) if args.quick else (args.reps, args.null_series)
    detection(reps, args.seed)
    false_alarms(n, args.seed)
    with threadpool_limits(1):
        speed(n, args.seed)


if __name__ == "__main__":
    main()
