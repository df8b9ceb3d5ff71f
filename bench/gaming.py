"""Claim: with a third of the units gaming, each switch is found in nine unit-periods of ten or more at one false alarm
in a hundred; honest units are called no more often than the chance that is told; re-calls separate what they promise.

    ./minsheng bench gaming [--worlds 12] [--honest 5] [--weaker 0.25] [--kept FOLDER] [--jobs 2]

Worlds of the simulation (sim.world) run DAYS days at PER_DAY requests and then until they are worked off; inquiries are
left out for speed, few of which reach a unit. A third of the units game, each by one switch, on half of the orders that
tempt it (_gaming_worlds.deal); one world each with --weaker tampering fills the power table. What happened goes into a
lake and through the questions of the product; what the simulation does not write down is added (_gaming_signs). A
unit-period is a run of so many closed orders of one unit, in order of receipt; peers are the unit-periods of the same
world and size. *Found at 1 %* takes the chance that calls one honest unit-period in a hundred of the same run, whatever
it is; *as told* takes those with p ≤ 0.01, and shows how many honest ones that calls. A unit-period games when at
least TEMPTED of its orders were tampered with; units that never run late, say, have nothing to close early. Those that
were tempted less stand apart (*hardly tempted*), found of all.

What is usual (account.gaming.usual) comes from the other worlds, as from other months: they are cleaned as the product
does it, by what the signs say, never by what is true.

Honest unit-periods: those of honest worlds, compared in groups of PEERS; the honest units of the worlds where others
game; and, of the model alone, invented units with shares of 2 to 50 %. Whether the chance that is told holds can be
seen only when it is drawn evenly between that of more hits and that of as many, for counts leave gaps: that must hold
within a fifth at 5 and 1 %."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from _gaming_seen import FINDS, PEERS, PLANTED, Acted, Held, Seen, peaceful, seen
from _gaming_signs import body
from _gaming_worlds import record
from minsheng.account.gaming import UnitBallots, recall
from minsheng.account.gaming.ballots import expected_satisfied
from minsheng.account.gaming.cases import Counted, chances
from minsheng.account.gaming.chances import Chances
from minsheng.sim.plan import Switch

Floats = NDArray[np.float64]
OFTEN, SIZE, SIZES = 0.5, 300, (50, 100, 200, 300)
ALPHA, RECALL, TOLERANCE, LEAST_GAMED, LEAST_HONEST = 0.01, 0.9, 0.2, 1_000, 20_000
SHOWN_ONLY = "visits, within"


@dataclass
class Tally:
    """Chances (mid-p) of unit-periods that game by one switch, of those that did so on fewer than TEMPTED of their
    orders (none among them), and of honest ones."""

    gamed: list[float] = field(default_factory=list)
    hardly: list[float] = field(default_factory=list)
    honest: list[float] = field(default_factory=list)

    def add(self, told: Chances, one: Acted) -> None:
        """Take the unit-periods of one world; a gamed one of which the sign says nothing is not found."""
        chance = dict(zip(told.units.tolist(), told.mid.tolist(), strict=True))
        self.gamed += [chance.get(unit, 1.0) for unit in sorted(one.gamed)]
        self.hardly += [chance.get(unit, 1.0) for unit in sorted(one.hardly)]
        self.honest += [p for unit, p in chance.items() if unit in one.honest]

    @property
    def threshold(self) -> float:
        """The largest chance at which no more than ALPHA of the honest are called."""
        ranked = np.sort(self.honest)
        return float(np.nextafter(ranked[int(ALPHA * len(ranked))], 0)) if len(ranked) else 0.0

    @property
    def found(self) -> int:
        """Of the gamed, those found at the threshold."""
        return sum(p <= self.threshold for p in self.gamed)

    @property
    def words(self) -> str:
        """Found at one false alarm in a hundred, and as told; then those that were hardly tempted, as told."""
        parts = []
        for at in (self.threshold, ALPHA):
            found, false = (sum(p <= at for p in some) for some in (self.gamed, self.honest))
            parts.append(
                f"{found:4}/{len(self.gamed):<4} {found / max(len(self.gamed), 1):6.1%}  "
                f"{false:4}/{len(self.honest):<6} {false / max(len(self.honest), 1):6.2%}"
            )
        hardly = f"   | {sum(p <= ALPHA for p in self.hardly)}/{len(self.hardly)}" if self.hardly else ""
        return "   |   ".join(parts) + hardly


def alone(counted: Counted, rng: np.random.Generator) -> Floats:
    """Chances of the model alone: as told, and drawn evenly twice over, in the columns of Held.drawn."""
    told = chances(counted)
    even = told.more + rng.random(len(told.units)) * told.exactly
    return np.stack([told.mid, even, even], axis=1)


def invented(seed: int, periods: int) -> Floats:
    """Chances of invented honest units: shares 2 to 50 %, spreads 0 to 0.5, 20 to 5,000 orders, in groups of PEERS."""
    rng, found = np.random.default_rng(seed), list[Floats]()
    while len(found) * PEERS < periods:
        share, spread = rng.choice((0.02, 0.1, 0.3, 0.5)), rng.choice((0.0, 0.1, 0.2, 0.3, 0.5))
        n = np.clip(np.exp(rng.normal(5, 1, PEERS)), 20, 5000).round()
        y = _hits(n, np.full(PEERS, logit(share)), spread, rng)
        names = np.arange(PEERS).astype(str)
        found.append(alone(Counted(names, y, n, np.full(PEERS, share)), rng))
    return np.concatenate(found)


def ballots(seed: int, periods: int) -> Floats:
    """Chances of invented honest units' satisfied ballots: of the resolved 85 to 97 % are satisfied, of the others 10
    to 40 %, and units differ beside that."""
    rng, found = np.random.default_rng(seed), list[Floats]()
    while len(found) * PEERS < periods:
        n, resolved = np.clip(np.exp(rng.normal(5, 1, PEERS)), 20, 5000).round(), rng.beta(12, 4, PEERS)
        answered = rng.binomial(n.astype(int), resolved)
        share = resolved * rng.uniform(0.85, 0.97) + (1 - resolved) * rng.uniform(0.1, 0.4)
        y = _hits(n, logit(share), rng.choice((0.0, 0.1, 0.2, 0.3)), rng)
        told = [
            UnitBallots(str(i), int(n[i]), int(y[i]), int(n[i]), int(answered[i])) for i in range(PEERS)
        ]  # fmt: skip
        names = np.arange(PEERS).astype(str)
        found.append(alone(Counted(names, y, n, expected_satisfied(told)), rng))
    return np.concatenate(found)


def _hits(n: Floats, odds: Floats, spread: float, rng: np.random.Generator) -> Floats:
    chance = expit(odds + spread * rng.standard_normal(len(n)))
    return rng.binomial(n.astype(int), chance).astype(np.float64)


def called(name: str, drawn: Floats) -> bool:
    """Print how often honest unit-periods are called (columns of Held.drawn); whether the chances hold within
    TOLERANCE."""
    told, model, holds = drawn.T
    parts = [
        f"{at:.0%}: {(told <= at).sum():5} {(told <= at).mean():6.2%}  even {(holds <= at).sum():5} "
        f"{(holds <= at).mean():6.2%} (model {(model <= at).mean():6.2%})"
        for at in (0.05, ALPHA)
    ]
    held = all(abs((holds <= at).mean() / at - 1) <= TOLERANCE for at in (0.05, ALPHA))
    print(f"  {name:<42} {len(told):>6}   " + "   ".join(parts) + ("" if held else "   outside ±20 %"))
    return held


def recalls(rng: np.random.Generator, trials: int = 4000) -> bool:
    """Print what a sample sized by the tool does, and how often bounds hold; whether both keep their promise."""
    print("\nre-call sample: calls, false alarm and power by the exact binomial, and in draws")
    held = True
    for suspected, calls in ((0.85, 320), (0.8, 140), (0.7, 60)):
        s = recall.resample(0.92, suspected)
        false, power = (int((rng.binomial(s.calls, rate, trials) < s.least_yes).sum()) for rate in (0.92, suspected))
        print(
            f"  92 % or {suspected:.0%}: {s.calls:4}   {s.false_alarm:.4f} {s.power:.4f}   "
            f"{false}/{trials} {power}/{trials}"
        )
        held &= s.calls == calls and s.false_alarm <= ALPHA and s.power >= 0.95
    inside = covered = 0
    tries = trials // 4
    for _ in range(tries):
        likes = rng.random(1000) < 0.7
        called = rng.random(1000) < np.where(likes, 0.8, rng.choice((0.2, 0.5, 0.8)))
        bounds = recall.whatever_the_rest_say(int((likes & called).sum()), int(called.sum()), 1000)
        some = rng.choice(1000, 200, replace=False)
        one = recall.from_random(int(likes[some].sum()), 200, 200, 1000)
        inside += bounds.low <= likes.mean() <= bounds.high
        covered += one.low <= likes.mean() <= one.high
    print(f"  choosing whom to call: bounds hold {inside}/{tries}; 95 % interval of 200 drawn holds {covered}/{tries}")
    return held and inside == tries and covered >= 0.95 * tries - 3 * (tries * 0.05 * 0.95) ** 0.5


def switches(found: Mapping[tuple[float, int], list[Held]]) -> bool:
    """Print what is found by strength and size; whether each switch is found where it is to be."""
    held = True
    for (often, size), worlds in found.items():
        tallies = {way: Tally() for way in FINDS}
        for one in worlds:
            for way, acted in one.seen.acted.items():
                tallies[way].add(one.told(FINDS[way]), acted)
        print(f"\n{size} closed orders, {often:.0%} of tempting orders tampered with")
        print("  found at 1 % false alarms, honest called   |   found as told, honest called   | hardly tempted")
        for way, tally in tallies.items():
            enough = tally.found >= RECALL * len(tally.gamed)
            kept = enough or size < SIZE or often < OFTEN or way == SHOWN_ONLY
            print(f"  {way:<14} {FINDS[way]:<28} {tally.words}" + ("" if kept else "   too few"))
            held &= kept
        gamed = sum(len(tallies[s].gamed) for s in Switch)
        print(f"  gamed unit-periods by switches of the simulation: {gamed}", flush=True)
        held &= size < SIZE or often < OFTEN or gamed >= LEAST_GAMED
    return held


def calm(worlds: Sequence[Held]) -> bool:
    """Print by sign how often honest unit-periods of some worlds are called; whether the chances hold."""
    rng, held = np.random.default_rng(5), True
    for name in sorted({name for one in worlds for name in one.seen.model}):
        units = {f"{one.seen.world} {body(unit)}" for one in worlds for unit in one.seen.honest[name]}
        drawn = np.concatenate([one.drawn(name, rng) for one in worlds])
        held &= called(f"{name} ({len(units)} units)", drawn)
    return held


def enough(worlds: Sequence[Held]) -> bool:
    """Print the signs that say something of fewer than LEAST_HONEST honest unit-periods; whether there are none."""
    seen: Counter[str] = Counter()
    for one in worlds:
        seen.update({name: len(some) for name, some in one.seen.honest.items() if not name.startswith(PLANTED)})
    few = {name: n for name, n in seen.items() if n < LEAST_HONEST}
    print(f" of every sign {min(seen.values())} honest unit-periods or more" + (f"; too few: {few}" if few else ""))
    return not few


def held_against_others(worlds: Sequence[Seen]) -> list[Held]:
    """Each of some worlds of one size, held against what is usual in the others."""
    return [one.held([other for other in worlds if other is not one]) for one in worlds]


def measured(kept: Path, args: argparse.Namespace) -> int:
    """Run the worlds, look at them, print; 1 when a claim does not hold."""
    gaming = [(seed, OFTEN) for seed in range(1, args.worlds + 1)] + [(100 + i, o) for i, o in enumerate(args.weaker)]
    peace = [(31 + i, 0.0) for i in range(args.honest)]
    folders = {plan: kept / f"{plan[1]:g}-{plan[0]}" for plan in gaming + peace}
    with Pool(args.jobs, maxtasksperchild=1) as pool:
        pool.starmap(record, [(seed, often, folder) for (seed, often), folder in folders.items()], 1)
        looks = {
            (plan, n): pool.apply_async(seen if plan[1] else peaceful, (folders[plan], n))
            for n in SIZES
            for plan in folders
        }
        drawn_ = {
            name: [pool.apply_async(partial(made, periods=args.periods // 4), (seed,)) for seed in range(4)]
            for name, made in (("invented", invented), ("satisfied_beyond_resolved", ballots))
        }
        model_alone = {name: np.concatenate([part.get() for part in many]) for name, many in drawn_.items()}
        looked = {key: look.get() for key, look in looks.items()}
    games = {n: held_against_others([looked[plan, n] for plan in gaming]) for n in SIZES}
    calm_ones = [each for n in SIZES for each in held_against_others([looked[plan, n] for plan in peace])]
    by_strength: dict[tuple[float, int], list[Held]] = {}
    for n, worlds in games.items():
        for (_, often), each in zip(gaming, worlds, strict=True):
            by_strength.setdefault((often, n), []).append(each)
    held = switches(dict(sorted(by_strength.items(), key=lambda x: (-x[0][0], -x[0][1]))))
    held &= recalls(np.random.default_rng(3))
    print("\nhonest unit-periods called at 5 and 1 %: as told (mid-p), and drawn evenly within a count")
    print(" the model alone")
    for name, rows in model_alone.items():
        held &= called(name, rows)
    for title, some in (
        ("in honest worlds", calm_ones),
        ("beside a third that games", [each for worlds in games.values() for each in worlds]),
    ):
        print(f" {title}, {', '.join(map(str, SIZES))} closed orders")
        held &= calm(some)
    held &= enough([*calm_ones, *(each for worlds in games.values() for each in worlds)])
    print("\nclaims hold" if held else "\nA CLAIM DOES NOT HOLD")
    return 0 if held else 1


def main() -> int:
    """Print the figures; 1 when a claim does not hold."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--worlds", type=int, default=12, help="worlds in which a third games")
    asked.add_argument("--honest", type=int, default=5, help="worlds in which nobody does")
    asked.add_argument("--weaker", type=float, nargs="*", default=[0.25], help="shares of tempting orders")
    asked.add_argument("--kept", type=Path, help="where worlds are kept for the next time")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--periods", type=int, default=20_000, help="invented honest unit-periods")
    args = asked.parse_args()
    with TemporaryDirectory() as folder:
        return measured(args.kept or Path(folder), args)


if __name__ == "__main__":
    sys.exit(main())
