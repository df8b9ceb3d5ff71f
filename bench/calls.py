"""Claim: half-hours of calls are forecast with a WAPE of ≤ 6.02 % one day ahead and ≤ 7.31 % five days ahead.

Set: the shared calls of a bank's line, 164 open days of 28 half-hours (07:00–21:00), summed from its 5 minutes. Each of
the last 40 days is forecast from the calls known one open day before, and five open days before (a week of that line);
shapes are learnt anew each time, memories every fifth day. Model, rank and thresholds were chosen on days 55–124 alone
(`--tuning` judges those); the last 40 had no part in it. WAPE = Σ|forecast − calls| / Σ calls over all half-hours.

Yardsticks in the same run from the same calls: the day five open days before (seasonal naive), the means of the last 4
and the last 8 days of the same weekday, and AutoETS on what multiple seasons leave (MSTL, `statsforecast`; once
`tools/apart.py yardsticks` has installed it). Intervals: the share of half-hours inside. Staffing (handling 3 min,
patience 2 min, 95 % within 15 s): agents for the forecast calls against agents for the calls that came, mean absolute
error.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.calls.forecast import CallModel, Forecast
from minsheng.foresee.calls.staffing import Line, agents_by_slot, agents_for_loads
from minsheng.foresee.calls.table import Calls, read_calls

Floats = NDArray[np.float64]
CLAIMS = {1: 6.02, 5: 7.31}
COVERED = {0.80: (0.75, 0.85), 0.95: (0.92, 0.98)}
JUDGED, TUNED = range(124, 164), range(54, 124)
SLOTS = slice(14, 42)
LINE = Line(handling_minutes=3, patience_minutes=2)
CHANCE = 0.8
YARDSTICK_PYTHON = Path(__file__).resolve().parents[1] / ".tools" / "yardsticks" / "bin" / "python"


def shared() -> Path:
    """The folder of shared data: MINSHENG_SHARED, else ``shared`` beside the repository."""
    return Path(os.environ.get("MINSHENG_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def find() -> Path | None:
    """The table of calls, or None where the shared data are missing."""
    places = (shared() / "calls" / "bank_calls.csv", shared() / "data" / "calls" / "bank_calls.csv")
    return next((place for place in places if place.is_file()), None)


@dataclass(frozen=True)
class Bank:
    """The calls, the dates of the open days and their calls (days × 28)."""

    calls: Calls
    dates: list[date]
    open_days: Floats

    @classmethod
    def read(cls, path: Path) -> "Bank":
        """The calls from 07:00 to 21:00; the five minutes that the table has after 21:00 are left out."""
        whole = read_calls(path)
        inside = np.arange(whole.counts.shape[1])
        calls = Calls(whole.first, whole.minutes, np.where((inside >= 14) & (inside < 42), whole.counts, np.nan))
        known = np.flatnonzero(np.nansum(calls.counts, axis=1) > 0)
        return cls(calls, [calls.days[i] for i in known], calls.counts[known, SLOTS])


def forecasts(bank: Bank, days: range, ahead: int) -> list[Forecast]:
    """Each day forecast from the calls known `ahead` open days before."""
    found, model = [], None
    for step, day in enumerate(days):
        known = bank.calls.until(bank.dates[day - ahead])
        model = CallModel.fit(known, frozenset(), like=model if step % 5 else None)
        found.append(model.ahead([bank.dates[day]]))
    return found


def same_weekday(bank: Bank, day: int, ahead: int, days: int) -> Floats:
    """Mean of the last `days` days of the same weekday known `ahead` open days before."""
    alike = [i for i in range(day - ahead + 1) if bank.dates[i].weekday() == bank.dates[day].weekday()]
    return np.asarray(bank.open_days[alike[-days:]].mean(axis=0))


YARDSTICKS: dict[str, Callable[[Bank, int, int], Floats]] = {
    "last week": lambda bank, day, ahead: bank.open_days[day - max(ahead, 5)],
    "mean of 4 same weekdays": lambda bank, day, ahead: same_weekday(bank, day, ahead, 4),
    "mean of 8 same weekdays": lambda bank, day, ahead: same_weekday(bank, day, ahead, 8),
}


def by_autoets(bank: Bank, days: range, ahead: int) -> Floats | None:
    """MSTL and AutoETS for each day; None where the library is not installed."""
    if not YARDSTICK_PYTHON.exists():
        return None
    until = [day - ahead + 1 for day in days]
    histories = [bank.open_days[:known].ravel().tolist() for known in until]
    asked = json.dumps({"season": [28, 140], "days": 28 * ahead, "histories": histories})
    script = Path(__file__).with_name("apart") / "autoets.py"
    answer = subprocess.run([YARDSTICK_PYTHON, script], input=asked, capture_output=True, text=True, check=True)
    return np.array([np.maximum(found[-28:], 0.0) for found in json.loads(answer.stdout)])


def wape(guess: Floats, truth: Floats) -> float:
    """Weighted absolute percentage error."""
    return float(100 * np.abs(guess - truth).sum() / truth.sum())


@dataclass(frozen=True)
class Judged:
    """Ours and the yardsticks over the judged days: WAPE, mean agents in error, coverage by nominal share."""

    errors: dict[str, float]
    agents: dict[str, float]
    covered: dict[float, float]
    served: float

    def holds(self, ahead: int) -> bool:
        """Whether the claim holds at this distance."""
        inside = all(low <= self.covered[share] <= high for share, (low, high) in COVERED.items())
        return self.errors["ours"] <= CLAIMS[ahead] and inside


def judge(bank: Bank, days: range, ahead: int) -> Judged:
    """Everything at one distance."""
    truth = bank.open_days[days.start : days.stop]
    needed = agents_for_loads(truth.ravel(), 30, LINE)
    ours = forecasts(bank, days, ahead)
    guesses = {name: np.array([rule(bank, day, ahead) for day in days]) for name, rule in YARDSTICKS.items()}
    if (fitted := by_autoets(bank, days, ahead)) is not None:
        guesses["MSTL and AutoETS"] = fitted
    guesses["ours"] = np.array([each.mean for each in ours])
    agents = {
        name: float(np.abs(agents_for_loads(guess.ravel(), 30, LINE) - needed).mean())
        for name, guess in guesses.items()
    }
    covered = {}
    for share in COVERED:
        bounds = [each.interval(share) for each in ours]
        inside = [(low <= day) & (day <= high) for (low, high), day in zip(bounds, truth, strict=True)]
        covered[share] = float(np.mean(inside))
    staffed = np.concatenate([agents_by_slot(each, LINE, chance=CHANCE) for each in ours])
    errors = {name: wape(guess, truth) for name, guess in guesses.items()}
    return Judged(errors, agents, covered, float((staffed >= needed).mean()))


def say(ahead: int, found: Judged, held_to_claim: bool) -> None:
    """Print one distance."""
    print(f"\n{ahead} open day{'s' * (ahead > 1)} ahead: WAPE · agents in error a half-hour")
    for name, error in found.errors.items():
        print(f"  {name:<26} {error:5.2f} %   {found.agents[name]:5.2f}")
    best = min(error for name, error in found.errors.items() if name != "ours")
    print(f"  ours / best yardstick: {found.errors['ours']:.2f} / {best:.2f} = {found.errors['ours'] / best:.3f}")
    for share, inside in found.covered.items():
        low, high = COVERED[share]
        print(f"  {share:.0%} interval holds {inside:.1%} of half-hours (accepted {low:.0%}–{high:.0%})")
    print(f"  staffed for {CHANCE:.0%}: enough agents in {found.served:.1%} of half-hours")
    if held_to_claim:
        print(f"  claim (WAPE ≤ {CLAIMS[ahead]} %, intervals): {'holds' if found.holds(ahead) else 'DOES NOT HOLD'}")


def main() -> int:
    """Print the figures; 1 when the claim does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tuning", action="store_true", help="judge days 55-124, on which the model was chosen")
    tuning = parser.parse_args().tuning
    path = find()
    if path is None:
        print(
            f"No calls/bank_calls.csv in {shared()}: set MINSHENG_SHARED to the folder that holds it.", file=sys.stderr
        )
        return 2
    bank, days = Bank.read(path), TUNED if tuning else JUDGED
    print(f"{len(bank.dates)} open days, mean {bank.open_days.mean():.0f} calls a half-hour; judged: {len(days)} days")
    print(
        f"settings chosen on days {TUNED.start + 1}–{TUNED.stop} only" + (", which are judged here" if tuning else "")
    )
    if not YARDSTICK_PYTHON.exists():
        print("AutoETS is left out: `python3 tools/apart.py yardsticks` installs it")
    held = True
    for ahead in CLAIMS:
        found = judge(bank, days, ahead)
        say(ahead, found, not tuning)
        held &= tuning or found.holds(ahead)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
