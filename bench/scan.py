"""Claim: the space-time scan finds what the usual examples hold, and scans a city in seconds.

Sets (shared data, `scan/`): brain cancer in New Mexico 1973–1991, 1,175 cases in 32 counties with population of three
censuses by age and sex (Poisson scan of the past, expectation adjusted for both, circles of up to half of the people,
windows of up to half of the time); fever syndromes in New York in November 2001, 194 cases in 192 zip codes
(space-time permutation scan on the last day, windows of up to seven days). Beside ours the values that another
implementation, written apart from this one, found with the same settings. Speed: 1,000 places × 90 days × 10,000
cases, circles of up to half and of up to a tenth of the cases, windows of up to 30 days, 99 replicates and Gumbel
p-values.
"""

import argparse
import csv
import os
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from minsheng.foresee.clusters import (
    Cases,
    Cluster,
    Places,
    Settings,
    between_censuses,
    dated,
    prospective_clusters,
    retrospective_clusters,
    standardised_expectation,
    study_begin,
)

MOST_CPU_S = 15.0
YEARS = range(1973, 1992)
ALBUQUERQUE = {"seen": 232.0, "expected": 175.1, "LLR": 10.02, "p": 0.022}
FEVER = {"LLR": 3.85, "p": 0.346}
TOLERANCE = {"seen": 0.0, "expected": 0.05, "LLR": 0.005}
SIGMAS = 3.0


def shared() -> Path:
    """The folder of shared data: MINSHENG_SHARED, else ``shared`` beside the repository."""
    return Path(os.environ.get("MINSHENG_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def new_mexico(folder: Path, replicates: int, seed: int) -> Cluster:
    """The best cluster of the brain cancers, in periods of a year from 1973."""
    geography = read(folder / "NMgeo.csv")
    names = tuple(row["county"] for row in geography)
    places = Places(names, np.array([[float(row["lat"]), float(row["long"])] for row in geography]), degrees=False)
    index = places.index
    counts, by_stratum = np.zeros((len(names), len(YEARS)), dtype=np.int64), np.zeros((18, 2), dtype=np.int64)
    for row in read(folder / "NMcas.csv"):
        counts[index[row["county"]], int(row["year"]) - YEARS[0]] += int(row["cases"])
        by_stratum[int(row["agegroup"]) - 1, int(row["sex"]) - 1] += int(row["cases"])
    censuses = [1973.0, 1982.0, 1991.0]
    people = np.zeros((len(names), len(censuses), 18, 2))
    for row in read(folder / "NMpop.csv"):
        census = censuses.index(1900.0 + float(row["year"]))
        people[index[row["county"]], census, int(row["agegroup"]) - 1, int(row["sex"]) - 1] = float(row["population"])
    people = between_censuses(np.array(censuses), people.reshape(len(names), len(censuses), -1), np.array(YEARS, float))
    expected = standardised_expectation(by_stratum.ravel(), people)
    settings = Settings(longest=len(YEARS) // 2, replicates=replicates, seed=seed)
    return retrospective_clusters(counts, expected, places, settings, weights=people.sum(axis=(1, 2)))[0]


def new_york(folder: Path, replicates: int, seed: int) -> tuple[Cluster, date]:
    """The best cluster of the fevers that is alive on the last day, and the first day."""
    geography = read(folder / "NYCfevergeo.csv")
    names = tuple(row["zip"] for row in geography)
    places = Places(names, np.array([[float(row["long"]), float(row["lat"])] for row in geography]))
    rows = read(folder / "NYCfevercas.csv")
    days = [date(*map(int, row["date"].split("/"))) for row in rows]
    cases = Cases(
        np.array([places.index[row["zip"]] for row in rows]),
        np.array([day.toordinal() for day in days]),
        np.array([int(row["cases"]) for row in rows]),
    )
    settings = Settings(longest=7, replicates=replicates, seed=seed)
    return prospective_clusters(cases, places, max(days), settings)[0], study_begin(cases)


def city(seed: int) -> tuple[Cases, Places, date]:
    """1,000 places of unequal size, 10,000 cases over 90 days, no cluster."""
    generator = np.random.default_rng(seed)
    places = Places(tuple(f"p{i}" for i in range(1000)), generator.uniform(0.0, 40.0, (1000, 2)), degrees=False)
    sizes = generator.lognormal(0.0, 1.0, 1000)
    last = date(2024, 6, 30)
    cases = Cases(
        generator.choice(1000, 10_000, p=sizes / sizes.sum()),
        last.toordinal() - generator.integers(0, 90, 10_000),
        np.ones(10_000, dtype=np.int64),
    )
    return cases, places, last


def compare(name: str, ours: Cluster, reference: dict[str, float], replicates: int) -> bool:
    """Print ours beside the reference values; whether they agree, the p-value within its Monte Carlo error."""
    got = {"seen": float(ours.cases), "expected": ours.expected, "LLR": ours.llr, "p": ours.p_monte_carlo}
    grain = SIGMAS * np.sqrt(2.0 * reference["p"] * (1.0 - reference["p"]) / replicates)
    fine = all(abs(got[key] - value) <= TOLERANCE.get(key, grain) for key, value in reference.items())
    print(name)
    for key, value in got.items():
        beside = f"{reference[key]:.4g}" if key in reference else "–"
        print(f"  {key:<9} ours {value:>9.4g}   reference {beside:>9}")
    print(f"  Gumbel p  ours {ours.p_gumbel:>9.4g}   {'agrees' if fine else 'DIFFERS'}")
    return fine


def main() -> int:
    """Both sets and the speed; 1 when something differs or is too slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=999, help="replicates of the two examples (999)")
    parser.add_argument("--seed", type=int, default=1, help="seed of chance (1)")
    chosen = parser.parse_args()
    folder = shared() / "scan" if (shared() / "scan").is_dir() else shared() / "data" / "scan"
    if not folder.is_dir():
        print(f"no examples at {folder}: set MINSHENG_SHARED to the folder of shared data")
        return 2
    began = time.process_time()
    brain = new_mexico(folder, chosen.replicates, chosen.seed)
    fine = compare("New Mexico, brain cancer, retrospective Poisson scan", brain, ALBUQUERQUE, chosen.replicates)
    print(f"  {len(brain.members)} counties around {brain.centre}: {', '.join(brain.members)}")
    print(f"  {YEARS[brain.first]}–{YEARS[brain.last]}; {time.process_time() - began:.1f} s of CPU")
    began = time.process_time()
    fever, begin = new_york(folder, chosen.replicates, chosen.seed)
    fine &= compare("New York, fever, prospective permutation scan", fever, FEVER, chosen.replicates)
    first, last = dated(fever, begin)
    print(f"  {len(fever.members)} zip codes around {fever.centre}, {first} to {last}", end="")
    print(f"; {time.process_time() - began:.1f} s of CPU")
    print("Speed: 1,000 places × 90 days × 10,000 cases, windows of up to 30 days, 99 replicates, Gumbel p")
    cases, places, asof = city(chosen.seed)
    for share in (0.5, 0.1):
        began = time.process_time()
        prospective_clusters(cases, places, asof, Settings(largest_share=share, replicates=99))
        took = time.process_time() - began
        fine &= took <= MOST_CPU_S
        print(f"  circles of up to {share:.0%}: {took:.1f} s of CPU   limit {MOST_CPU_S:.0f} s")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
