"""Claim: with a third of the units gaming, each switch is found in nine unit-periods of ten or more at one false alarm
in a hundred; honest units are called no more often than the chance that is told; re-calls separate what they promise.

    ./minsheng bench gaming [--worlds 6] [--weaker 0.25] [--kept FOLDER] [--jobs 2]

Worlds of the simulation (sim.world) run DAYS days at PER_DAY requests and then until they are worked off; inquiries are
left out for speed, few of which reach a unit. A third of the units game, each by one switch, on half of the orders that
tempt it (_gaming_worlds.deal); one world each with --weaker tampering fills the power table. What happened goes into a
lake and through the questions of the product; what the simulation does not write down is added (_gaming_signs). A
unit-period is a run of so many closed orders of one unit, in order of receipt; peers are the unit-periods of the same
world and size. *Found at 1 %* takes the chance that calls one honest unit-period in a hundred of the same run, whatever
it is; *as told* takes those with p ≤ 0.01, and shows how many honest ones that calls. A unit-period games when at
least TEMPTED of its orders were tampered with; units that never run late, say, have nothing to close early. Those that
were tempted less stand apart (*hardly tempted*), found of all.

Honest unit-periods: an honest world, compared in groups of PEERS; the honest units of the worlds where others game; and
invented units with shares of 2 to 50 %. Whether the chance that is told holds can be seen only when it is drawn evenly
between that of more hits and that of as many, for counts leave gaps: that must hold within a fifth at 5 and 1 %."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from _gaming_signs import Tails, after_contact, cases_of, planted, tails_counted, tails_of, tampered
from _gaming_worlds import Recorded, record
from minsheng.account.gaming import UnitBallots, copies, recall
from minsheng.account.gaming.ballots import expected_satisfied
from minsheng.account.gaming.cases import Cases, Counted
from minsheng.account.gaming.contact import NAME as VISITS
from minsheng.sim.plan import Switch

Floats = NDArray[np.float64]
OFTEN, SIZE, SIZES, NULL_SIZES, PEERS = 0.5, 300, (50, 100, 200, 300), (25, 40, 100), 60
ALPHA, RECALL, TOLERANCE, LEAST_GAMED = 0.01, 0.9, 0.2, 1_000
TEMPTED, SMALLER = 0.01, 3
"""Least share of tampered orders of a unit-period that games; worlds that are looked at in smaller units too."""
FINDS: Mapping[str, str] = {
    Switch.EARLY_CLOSE: "hollow_in_time",
    Switch.PRESS: "too_good",
    Switch.RECLASSIFY: "reclassified",
    Switch.EXCLUDE: "exclusion",
    Switch.MERGE: "merged_away",
    Switch.SPLIT: "doubled",
    Switch.COPY: copies.NAME,
    Switch.NEVER_ENTER: "never_entered",
    Switch.LEAK: "viewed_by_others",
    "choosing": "not_covered",
    "sham calls": "short_call",
    "accomplices": "one_number_for_many",
    "visits": "visited_before",
    "visits, within": VISITS,
}
"""The sign that is to find each switch; the last five are planted, and the last shown only."""
SHOWN_ONLY = "visits, within"


@dataclass
class Tally:
    """Chances (mid-p) of unit-periods that game by one switch, of those that did so on fewer than TEMPTED of their
    orders (none among them), and of honest ones."""

    gamed: list[float] = field(default_factory=list)
    hardly: list[float] = field(default_factory=list)
    honest: list[float] = field(default_factory=list)

    def add(self, tails: Tails, gamed: set[str], hardly: set[str], honest: set[str]) -> None:
        """Take the unit-periods of one world; a gamed one of which the sign says nothing is not found."""
        told = {unit: more + exactly / 2 for unit, (more, exactly) in tails.items()}
        self.gamed += [told.get(unit, 1.0) for unit in sorted(gamed)]
        self.hardly += [told.get(unit, 1.0) for unit in sorted(hardly)]
        self.honest += [told[unit] for unit in told if unit in honest]

    def join(self, other: Tally) -> None:
        """Take another world's."""
        self.gamed += other.gamed
        self.hardly += other.hardly
        self.honest += other.honest

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


@dataclass
class Seen:
    """What one world tells at one size: tallies by switch, and by sign chances of honest unit-periods (mid-p, even)."""

    tallies: dict[str, Tally]
    honest: dict[str, list[tuple[float, float]]]


def seen(folder: Path, size: int, often: float) -> Seen:
    """Look at a world in which a third games."""
    rng = np.random.default_rng((size, *folder.name.encode()))
    whole = Recorded.of(folder)
    world = whole.periods(size)
    every = cases_of(whole, size, rng)
    signs = {name: tails_of(cases) for name, cases in every.items()}
    signs[VISITS] = after_contact(world)
    tallies = {way: Tally() for way in FINDS}
    by_switch = tampered(world, every["never_entered"])
    for switch in Switch:
        tails = signs[FINDS[switch]]
        often_ = by_switch[switch]
        gamed = {unit for unit, n in often_.items() if n >= max(TEMPTED * size, 1)}
        uses = {unit for unit in {*tails, *often_} if whole.switch_of(unit) == switch}
        tallies[switch].add(tails, gamed, uses - gamed, {unit for unit in tails if not whole.switch_of(unit)})
    cases, visits, games = planted(world, often, rng)
    added = {name: tails_of(c) for name, c in cases.items()} | {VISITS: visits}
    for way in list(FINDS)[len(Switch) :]:
        tallies[way].add(added[FINDS[way]], games, set(), set(added[FINDS[way]]) - games)
    clean = {name: {u: t for u, t in tails.items() if not whole.switch_of(u)} for name, tails in signs.items()}
    del added[VISITS]
    clean |= {name: {u: t for u, t in tails.items() if u not in games} for name, tails in added.items()}
    return Seen(tallies, {name: drawn(tails, rng) for name, tails in clean.items()})


def drawn(tails: Tails, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Chances as told (mid-p), and drawn evenly between the chance of more hits and that of as many."""
    return [(more + exactly / 2, more + rng.random() * exactly) for more, exactly in tails.values()]


def peaceful(folder: Path, size: int) -> dict[str, list[tuple[float, float]]]:
    """By sign the chances of honest unit-periods of an honest world in groups of PEERS."""
    rng, whole = np.random.default_rng(size), Recorded.of(folder)
    found: dict[str, list[tuple[float, float]]] = {}
    for name, cases in cases_of(whole, size, rng).items():
        names, at = np.unique(cases.unit, return_inverse=True)
        group = (rng.permutation(len(names)) // PEERS)[at]
        for g in range(len(names) // PEERS):
            mine = group == g
            some = Cases(cases.unit[mine], cases.hit[mine], cases.stratum[mine], cases.order[mine], cases.manner)
            found.setdefault(name, []).extend(drawn(tails_of(some), rng))
    found[VISITS] = drawn(after_contact(whole.periods(size)), rng)
    return found


def invented(seed: int, periods: int) -> list[tuple[float, float]]:
    """Chances of invented honest units: shares 2 to 50 %, spreads 0 to 0.5, 20 to 5,000 orders, in groups of PEERS."""
    rng, found = np.random.default_rng(seed), list[tuple[float, float]]()
    while len(found) < periods:
        share, spread = rng.choice((0.02, 0.1, 0.3, 0.5)), rng.choice((0.0, 0.1, 0.2, 0.3, 0.5))
        n = np.clip(np.exp(rng.normal(5, 1, PEERS)), 20, 5000).round()
        y = _hits(n, np.full(PEERS, logit(share)), spread, rng)
        names = np.arange(PEERS).astype(str)
        found += drawn(tails_counted(Counted(names, y, n, np.full(PEERS, share))), rng)
    return found


def ballots(seed: int, periods: int) -> list[tuple[float, float]]:
    """Chances of invented honest units' satisfied ballots: of the resolved 85 to 97 % are satisfied, of the others 10
    to 40 %, and units differ beside that."""
    rng, found = np.random.default_rng(seed), list[tuple[float, float]]()
    while len(found) < periods:
        n, resolved = np.clip(np.exp(rng.normal(5, 1, PEERS)), 20, 5000).round(), rng.beta(12, 4, PEERS)
        answered = rng.binomial(n.astype(int), resolved)
        share = resolved * rng.uniform(0.85, 0.97) + (1 - resolved) * rng.uniform(0.1, 0.4)
        y = _hits(n, logit(share), rng.choice((0.0, 0.1, 0.2, 0.3)), rng)
        told = [
            UnitBallots(str(i), int(n[i]), int(y[i]), int(n[i]), int(answered[i])) for i in range(PEERS)
        ]  # fmt: skip
        names = np.arange(PEERS).astype(str)
        found += drawn(tails_counted(Counted(names, y, n, expected_satisfied(told))), rng)
    return found


def _hits(n: Floats, odds: Floats, spread: float, rng: np.random.Generator) -> Floats:
    chance = expit(odds + spread * rng.standard_normal(len(n)))
    return rng.binomial(n.astype(int), chance).astype(np.float64)


def told_even(name: str, chances: list[tuple[float, float]]) -> bool:
    """Print how often honest unit-periods are called; whether the chances hold within TOLERANCE."""
    told, even = np.array(chances).reshape(-1, 2).T

    def called(chances: Floats, at: float) -> str:
        return f"{(chances <= at).sum():5} {(chances <= at).mean():6.2%}"

    parts = [f"{a:.0%}: {called(told, a)}  even {called(even, a)}" for a in (0.05, ALPHA)]
    held = all(abs((even <= a).mean() / a - 1) <= TOLERANCE for a in (0.05, ALPHA))
    print(f"  {name:<20} of {len(told):>6}   " + "   ".join(parts) + ("" if held else "   outside ±20 %"))
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


def switches(found: Mapping[tuple[float, int], list[Seen]]) -> bool:
    """Print what is found by strength and size; whether each switch is found where it is to be."""
    held = True
    for (often, size), worlds in found.items():
        tallies = {way: Tally() for way in FINDS}
        for one in worlds:
            for way, tally in one.tallies.items():
                tallies[way].join(tally)
        print(f"\n{size} closed orders, {often:.0%} of tempting orders tampered with")
        print("  found at 1 % false alarms, honest called   |   found as told, honest called   | hardly tempted")
        for way, tally in tallies.items():
            enough = tally.found >= RECALL * len(tally.gamed)
            kept = enough or size < SIZE or often < OFTEN or way == SHOWN_ONLY
            print(f"  {way:<14} {FINDS[way]:<20} {tally.words}" + ("" if kept else "   too few"))
            held &= kept
        gamed = sum(len(tallies[s].gamed) for s in Switch)
        print(f"  gamed unit-periods by switches of the simulation: {gamed}", flush=True)
        held &= size < SIZE or often < OFTEN or gamed >= LEAST_GAMED
    return held


def measured(kept: Path, args: argparse.Namespace) -> int:
    """Run the worlds, look at them, print; 1 when a claim does not hold."""
    plans = [(31, 0.0)] + [(seed, OFTEN) for seed in range(1, args.worlds + 1)]
    plans += [(100 + i, often) for i, often in enumerate(args.weaker)]
    folders = [kept / f"{often:g}-{seed}" for seed, often in plans]
    with ProcessPoolExecutor(args.jobs, max_tasks_per_child=1) as pool:
        done = [pool.submit(record, *plan, folder) for plan, folder in zip(plans, folders, strict=True)]
        for one in done:
            one.result()
        asked = [
            (often, size, folder)
            for (_, often), folder, nth in zip(plans, folders, range(-1, len(plans)), strict=False)
            for size in SIZES
            if often and (nth < SMALLER or size == SIZE or often < OFTEN)
        ]
        alone = [pool.submit(peaceful, folders[0], size) for size in NULL_SIZES]
        looks = [pool.submit(seen, f, size, often) for often, size, f in asked]
        parts = args.periods // 4
        drawn_ = {
            name: [pool.submit(partial(made, periods=parts), seed) for seed in range(4)]
            for name, made in (("invented", invented), ("satisfied_beyond_resolved", ballots))
        }
        found: dict[tuple[float, int], list[Seen]] = {}
        for (often, size, _), look in zip(asked, looks, strict=True):
            found.setdefault((often, size), []).append(look.result())
        rows = {name: [p for one in many for p in one.result()] for name, many in drawn_.items()}
        honest_alone = [one.result() for one in alone]
    held = switches(dict(sorted(found.items(), key=lambda x: (-x[0][0], -x[0][1]))))
    held &= recalls(np.random.default_rng(3))
    print("\nhonest unit-periods called at 5 and 1 %: as told (mid-p), and drawn evenly within a count")
    for name, chances in rows.items():
        held &= told_even(name, chances)
    signs = sorted({name for worlds in found.values() for one in worlds for name in one.honest})
    for title, per_sign in (
        ("in an honest world", {n: [p for one in honest_alone for p in one.get(n, [])] for n in signs}),
        ("beside a third that games", {n: [p for w in found.values() for s in w for p in s.honest[n]] for n in signs}),
    ):
        print(f" {title}")
        for name, chances in per_sign.items():
            if chances:
                held &= told_even(name, chances)
    print("\nclaims hold" if held else "\nA CLAIM DOES NOT HOLD")
    return 0 if held else 1


def main() -> int:
    """Print the figures; 1 when a claim does not hold."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--worlds", type=int, default=6)
    asked.add_argument("--weaker", type=float, nargs="*", default=[0.25], help="shares of tempting orders")
    asked.add_argument("--kept", type=Path, help="where worlds are kept for the next time")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--periods", type=int, default=20_000, help="invented honest unit-periods")
    args = asked.parse_args()
    with TemporaryDirectory() as folder:
        return measured(args.kept or Path(folder), args)


if __name__ == "__main__":
    sys.exit(main())
