"""Claim: units are compared fairly: shrinkage as in the textbook, limits that hold, ranks near what can be known.

    ./minsheng bench ranking [--draws 100000] [--seed 1] [--city TRUTH]

Baseball: 18 batting averages after 45 at bats and over the rest of the season (B. Efron and C. Morris, Data analysis
using Stein's estimator and its generalizations, JASA 70, 1975, 311-319, table 1): total squared error of the raw
averages over that of James and Stein's. Funnels: honest units of sizes 10 to 5,000 (log-normal about 150) whose log
odds differ, in peer groups that tell their own target and spread; share outside the limits, with both sides, beside
plain binomial limits; sizes apart. Some honest units are drawn from the limits' own model (beta), others are not.

With --city, the truth of a simulated city (docs/truth.md). *True quality* is the number between 0 and 1 of the unit's
style (sim.agencies.MANNERS), the chance of its work to be good; nothing else of a unit is meant by it, and it takes
five values, so that no ranking reaches 1. What residents told the house about the first handling goes into a lake and
from there through the appraisal's own questions, over the whole run. Beside ours: raw shares; the true model's
posterior mean, which is given the shares of styles, how often work of each quality satisfies a matter of one's own,
and by category how many matters are and how the others end, all but the unit's own orders, on the same orders and the
same facts; and, as a ceiling, one that is told which orders have a hidden cause."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import spearmanr

from minsheng.account.appraisal import Funnel, funnels_of_others, james_stein, plain, questions
from minsheng.account.appraisal.appraise import fair_of
from minsheng.account.appraisal.ranks import ranks
from minsheng.ground.lake import Lake
from minsheng.ground.lake.manifest import Manifest, commit, read
from minsheng.ground.lake.schema import ORDERS, SCHEMAS
from minsheng.ground.lake.writing import add_part
from minsheng.sim.agencies import MANNERS, SHARES
from minsheng.sim.residents import SOLVED_AFTER
from minsheng.sim.units import SOLVES_ALONE

Floats = NDArray[np.float64]
EARLY = (400, 378, 356, 333, 311, 311, 289, 267, 244, 244, 222, 222, 222, 222, 222, 200, 178, 156)
SEASON = (346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200)
AT_BATS, PUBLISHED = 45, 3.54
OUTSIDE = (0.001, 0.003)
NEAR = 0.95
GROUP = 60
ALONE_ENDS = {"explained": 5, "relieved": 3, "unfounded": 1, "nothing": 2}
"""What an attempt that does not solve a matter of one's own comes to, by weight (sim.units)."""
PRIOR_ORDERS = 10.0


def baseball() -> tuple[float, float]:
    """Total squared error of raw averages and of James and Stein's."""
    early, season = np.array(EARLY) / 1000, np.array(SEASON) / 1000
    mean = early.mean()
    drawn = james_stein(early, float(mean * (1 - mean) / AT_BATS))
    return float(((early - season) ** 2).sum()), float(((drawn - season) ** 2).sum())


@dataclass(frozen=True)
class Honest:
    """A population of honest units: common share, spread of log odds, and whether they are drawn from a beta."""

    share: float
    spread: float
    beta: bool = False

    def draw(self, n: Floats, rng: np.random.Generator) -> Floats:
        """Good ends of units of sizes `n`."""
        if self.beta:
            whole = 1 / (self.spread**2 * self.share * (1 - self.share))
            chance = rng.beta(self.share * whole, (1 - self.share) * whole, len(n))
        else:
            chance = expit(logit(self.share) + self.spread * rng.standard_normal(len(n)))
        return rng.binomial(n.astype(np.int64), chance).astype(np.float64)


POPULATIONS = (Honest(0.8, 0.2), Honest(0.8, 0.2, beta=True), Honest(0.9, 0.2), Honest(0.6, 0.3), Honest(0.85, 0.4))


def outside(population: Honest, draws: int, rng: np.random.Generator) -> dict[str, tuple[Floats, Floats]]:
    """By kind of limits: sizes of the units drawn and the chances (mid-p) that limits read from."""
    sizes, found = [], {"plain": [], "spread known": [], "spread estimated": []}
    known = Funnel(0.0, np.array([population.spread]), np.ones(1))
    for _ in range(-(-draws // GROUP)):
        n = np.clip(np.exp(rng.normal(5, 1.3, GROUP)), 10, 5000).round()
        y, expected = population.draw(n, rng), np.full(GROUP, population.share)
        sizes.append(n)
        found["plain"].append(plain().below(y, n, expected))
        found["spread known"].append(known.below(y, n, expected))
        others = funnels_of_others(y, n, expected)
        found["spread estimated"].append(
            np.array([f.below(y[i : i + 1], n[i : i + 1], expected[:1])[0] for i, f in enumerate(others)])
        )
    whole = np.concatenate(sizes)
    return {name: (whole, np.concatenate(chances)) for name, chances in found.items()}


def funnels(draws: int, rng: np.random.Generator) -> bool:
    """Print shares outside; whether ours hold."""
    every: dict[str, list[tuple[Floats, Floats]]] = {}
    for population in POPULATIONS:
        found = outside(population, draws // len(POPULATIONS), rng)
        kind = "beta" if population.beta else "normal"
        print(f"\nshare {population.share}, spread {population.spread} ({kind})")
        for name, (n, chance) in found.items():
            every.setdefault(name, []).append((n, chance))
            print(f"  {name:<17} {_outside(chance)}")
    print("\nall populations")
    held = True
    for name, parts in every.items():
        n, chance = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        print(f"  {name:<17} {_outside(chance)}")
        for low, high in ((10, 50), (50, 200), (200, 1000), (1000, 5001)):
            print(f"    sizes {low:>4} to {high - 1:<4} {_outside(chance[(n >= low) & (n < high)])}")
        if name != "plain":
            held &= OUTSIDE[0] <= float(_beyond(chance, 0.998).mean()) <= OUTSIDE[1]
    return held


def _beyond(chance: Floats, share: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(chance - 0.5) > share / 2)


def _outside(chance: Floats) -> str:
    words = []
    for share in (0.998, 0.95):
        out = _beyond(chance, share)
        words.append(f"outside {share:.1%}: {out.mean():.2%} ({out.sum():,}/{len(out):,})")
    return ", ".join(words)


@dataclass(frozen=True)
class City:
    """A simulated city: requests as its truth has them, and the true quality of every unit."""

    requests: list[dict[str, Any]]
    quality: dict[str, float]

    @classmethod
    def read(cls, truth: Path) -> City:
        """The orders that units handled. FileNotFoundError without a truth."""
        rows = pq.read_table(truth / "requests.parquet").to_pylist()
        styles = pq.read_table(truth / "agencies.parquet", columns=["unit", "style"]).to_pylist()
        return cls(
            [r for r in rows if r["fate"] == "registered" and r["no"] and r["first_did"]],
            {row["unit"]: MANNERS[row["style"]].quality for row in styles},
        )

    def lake(self, folder: Path) -> Lake:
        """A lake of what the house was told: `resolved` is the last answer; a first handling that
        failed was handled again."""
        rows = [_order(i, r) for i, r in enumerate(self.requests, 1)]
        fields = [[row.get(f.name, _blank(f)) for row in rows] for f in SCHEMAS[ORDERS]]
        table = pa.table([pa.array(v, f.type) for v, f in zip(fields, SCHEMAS[ORDERS], strict=True)], SCHEMAS[ORDERS])
        commit(folder, Manifest("bench"))
        state = read(folder)
        assert state is not None
        add_part(folder, state, state.upto + 10, {ORDERS: [table]}, {})
        return Lake(folder)


def _order(number: int, r: dict[str, Any]) -> dict[str, Any]:
    told = r["told_solved"]
    place = f"{r['area'][:6]}|{r['spot']}" if r["spot"] else ""
    return {
        "order_id": number, "no": r["no"], "version": 1, "day": (r["at"] + timedelta(hours=8)).date(),
        "received_at": r["at"], "kind": r["kind"], "urgency": "ordinary", "category": r["leaf"],
        "category2": r["leaf"][:4] + "00", "category1": r["leaf"][:2] + "0000", "area": r["area"], "place": place,
        "unit": r["unit"], "state": "closed", "resolved": "" if told is None else "yes" if told else "no",
        "reworks": 0 if r["first_solved"] else 1, "calls": 1,
    }  # fmt: skip


def _blank(field: pa.Field) -> Any:
    if field.nullable:
        return None
    if pa.types.is_list(field.type):
        return []
    return {"string": "", "bool": False}.get(str(field.type), 0)


def first_words(city: City) -> list[dict[str, Any]]:
    """The requests that the comparison rests on: told, and no other of that trouble in the 30 days before."""
    last: dict[tuple[str, str, str], datetime] = {}
    found = []
    for r in sorted(city.requests, key=lambda r: (r["at"], r["no"])):
        follows = False
        if r["spot"] and r["kind"] != "inquiry":
            key = (r["area"], r["spot"], r["leaf"][:4])
            before = last.get(key)
            follows = before is not None and r["at"] - before <= timedelta(days=questions.SAME_TROUBLE_DAYS)
            last[key] = r["at"]
        if not follows and r["told_solved"] is not None:
            found.append(r)
    return found


def true_model(rows: list[dict[str, Any]], units: list[str], *, told_causes: bool) -> Floats:
    """Posterior mean of the quality of `units`, given the orders `rows` and the generating model."""
    quality = np.array([MANNERS[style].quality for style in SHARES])
    solves = SOLVES_ALONE * quality
    else_ = sum(SOLVED_AFTER[did] * w for did, w in ALONE_ENDS.items()) / sum(ALONE_ENDS.values())
    alone_ends = solves + (1 - solves) * else_
    at = {unit: i for i, unit in enumerate(units)}
    codes = sorted({r["leaf"] for r in rows})
    leaf_of = {code: i for i, code in enumerate(codes)}
    unit, leaf = (np.array(x) for x in zip(*((at[r["unit"]], leaf_of[r["leaf"]]) for r in rows), strict=True))
    alone = np.array([r["cause"] is None and not r["unreasonable"] for r in rows])
    y = np.array([bool(r["first_solved"]) for r in rows])
    shape = (len(units), len(codes))

    def without_own(what: NDArray[np.bool_], among: NDArray[np.bool_]) -> Floats:
        """By order: the share of `what` among its category's orders of other units, drawn to the city's share."""
        part, whole = np.zeros(shape), np.zeros(shape)
        np.add.at(part, (unit[among], leaf[among]), what[among])
        np.add.at(whole, (unit[among], leaf[among]), 1)
        others = part.sum(0)[leaf] - part[unit, leaf]
        count = whole.sum(0)[leaf] - whole[unit, leaf]
        return np.asarray((others + PRIOR_ORDERS * what[among].mean()) / (count + PRIOR_ORDERS))

    is_alone = alone.astype(float) if told_causes else without_own(alone, np.ones(len(rows), bool))
    otherwise = without_own(y, ~alone)
    chance = is_alone[:, None] * alone_ends + ((1 - is_alone) * otherwise)[:, None]
    logs = np.where(y[:, None], np.log(np.maximum(chance, 1e-9)), np.log(np.maximum(1 - chance, 1e-9)))
    total = np.tile(np.log(list(SHARES.values())), (len(units), 1))
    np.add.at(total, unit, logs)
    weights = np.exp(total - total.max(axis=1, keepdims=True))
    return np.asarray(weights @ quality / weights.sum(axis=1))


def _raw(rows: list[dict[str, Any]], units: list[str], good: Callable[[dict[str, Any]], bool | None]) -> Floats:
    """Share of good orders by unit; a unit of which nothing is known has the mean."""
    at = {unit: i for i, unit in enumerate(units)}
    part, whole = np.zeros(len(units)), np.zeros(len(units))
    for r in rows:
        known = good(r)
        if known is not None and r["unit"] in at:
            part[at[r["unit"]]] += known
            whole[at[r["unit"]]] += 1
    return np.where(whole > 0, part / np.maximum(whole, 1), part.sum() / whole.sum())


CONTENT = ("very_satisfied", "satisfied", "basically")


def ranking(truth: Path, rng: np.random.Generator) -> bool:
    """Print how near each ranking comes to true quality; whether ours holds its claim."""
    city = City.read(truth)
    days = [r["at"].date() for r in city.requests]
    with tempfile.TemporaryDirectory() as folder:
        lake = city.lake(Path(folder))
        asof = datetime.combine(max(days) + timedelta(days=60), datetime.min.time(), UTC)
        rows = lake.ask(questions.counts(min(days), date.fromordinal(max(days).toordinal() + 2), asof)).to_pylist()
        lake.close()
    units, found = fair_of(rows, sorted(city.quality), ())
    first = first_words(city)
    if {r["unit"] for r in first} != set(units) or len(first) != round(found.n.sum()):
        raise AssertionError("the lake's question and the true model do not see the same orders")
    quality = np.array([city.quality[unit] for unit in units])
    rankings = {
        "raw satisfaction (last grade)": _raw(
            city.requests, units, lambda r: r["told_grade"] in CONTENT if r["told_grade"] else None
        ),
        "raw resolution (last answer)": _raw(city.requests, units, lambda r: r["told_solved"]),
        "raw first handling": _raw(city.requests, units, lambda r: r["told_solved"] is not None and r["first_solved"]),
        "observed over expected": found.y / found.expected,
        "ours, posterior mean": found.rate,
        "ours, expected rank": -ranks(found.posterior, rng, draws=200).expected,
        "true model's posterior mean": true_model(first, units, told_causes=False),
        "ceiling: told hidden causes": true_model(first, units, told_causes=True),
    }
    print(f"\n{len(units)} units, {found.n.sum():,.0f} first words of {len(city.requests):,} orders handled;")
    print(f"spread between units {found.spread:.2f}, clustering {found.clustering:.3f}; Spearman to true quality")
    print(f"  {'':<32} {'all':>7}" + "".join(f" {f'n>={k}':>7}" for k in (10, 30, 100)))
    reached = {}
    for name, values in rankings.items():
        by_size = [float(spearmanr(values[found.n >= k], quality[found.n >= k])[0]) for k in (1, 10, 30, 100)]
        reached[name] = by_size[0]
        print(f"  {name:<32} " + " ".join(f"{value:7.3f}" for value in by_size))
    ours, best = reached["ours, expected rank"], reached["true model's posterior mean"]
    print(f"  ours / true model: {ours:.4f} / {best:.4f} = {ours / best:.3f} (claimed: at least {NEAR})")
    low, high = found.interval()
    print(f"  mean width of 95 % intervals of the rate: {np.mean(high - low):.3f}")
    return ours >= NEAR * best


def main() -> int:
    """Print the figures; 1 when a claim does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=100_000, help="honest unit draws")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--city", type=Path, help="the folder of a simulated city's truth")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    raw, drawn = baseball()
    held = round(raw / drawn, 2) == PUBLISHED
    print(
        f"baseball: squared error raw {raw:.4f} / James-Stein {drawn:.4f} = {raw / drawn:.2f} (published {PUBLISHED})"
    )
    held &= funnels(args.draws, rng)
    if args.city:
        held &= ranking(args.city, rng)
    print("\nclaims hold" if held else "\nA CLAIM DOES NOT HOLD")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
