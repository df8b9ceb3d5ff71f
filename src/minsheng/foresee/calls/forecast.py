"""Calls of the days to come, half-hour by half-hour, with intervals (话务预测).

Days are split into a few curves (`profiles`, Shen & Huang 2008), each curve's strength is followed from day to day
(`dayscores`), and what is forecast is a distribution of the arrival rate: a gamma law with the variance of the day and
of the slot, under which calls are Poisson, hence negative-binomial (Taylor 2012, Management Science 58:534). One day in
ten is unusual and has a larger variance: the laws are mixtures of two, as wide in the tails as history was."""

from __future__ import annotations

import csv
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special
from threadpoolctl import threadpool_limits

from .dayscores import UNUSUAL, DayModel, fit_days
from .opening import Opening
from .profiles import Profiles, root, split
from .table import Calls, Floats

LONGEST = 400
"""Days of history that are used."""
SHORTEST = 5
RANK = 4
DAYS_A_CURVE = 8
POISSON = 0.25
LEAST = 1e-3
HOLIDAY_PRIOR_DAYS, HOLIDAY_SPREAD = 0.5, 0.3
"""An unseen holiday counts as this many days like a Sunday; one holiday's factor departs from others by this share."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Calls by slot, one entry a slot in order of time, for every slot of the day of which the table tells.

    `mean` calls and the variance of their rate on a usual day: `day_variance` is common to a day (a busy day is busy
    all day), `slot_variance` the slot's own; `unusual_variance` is the variance of the rate on an unusual day. All are
    zero where the line is closed, as is the mean.
    """

    times: list[datetime]
    minutes: int
    mean: Floats
    day_variance: Floats
    slot_variance: Floats
    unusual_variance: Floats

    @property
    def rate_variance(self) -> Floats:
        """Variance of the expected number of calls of each slot, over usual and unusual days."""
        return (1 - UNUSUAL) * (self.day_variance + self.slot_variance) + UNUSUAL * self.unusual_variance

    def rate_quantile(self, chance: float) -> Floats:
        """The number of calls that the slot's rate does not exceed with this chance (two gamma laws mixed)."""
        return self._quantile(chance, lambda calls, shape, scale: special.gammainc(shape, calls / scale))

    def quantile(self, chance: float) -> Floats:
        """The smallest number of calls that is not exceeded with this chance (two negative-binomial laws mixed)."""

        def not_more(calls: Floats, shape: Floats, scale: Floats) -> Floats:
            return np.asarray(special.betainc(shape, np.floor(calls) + 1, 1 / (1 + scale)))

        return np.floor(self._quantile(chance, not_more))

    def _quantile(self, chance: float, law: Callable[[Floats, Floats, Floats], Floats]) -> Floats:
        """Where the mixture of `law(calls, shape, scale)` for usual and unusual days reaches `chance`, from above."""
        if not 0 < chance < 1:
            raise ValueError(f"The chance {chance} is not between 0 and 1: choose one such as 0.8.")
        mean = np.maximum(self.mean, 1e-9)
        usual = np.maximum(self.day_variance + self.slot_variance, 1e-6 * mean)
        unusual = np.maximum(self.unusual_variance, usual)
        low, high = np.zeros_like(mean), mean + 40 * np.sqrt(mean + unusual) + 40
        while np.any(high - low > 1e-6 * (1 + high)):
            middle = (low + high) / 2
            below = (1 - UNUSUAL) * law(middle, mean**2 / usual, usual / mean)
            below = below + UNUSUAL * law(middle, mean**2 / unusual, unusual / mean)
            reached = below >= chance
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return np.where(self.mean > 0, high, 0.0)

    def interval(self, share: float) -> tuple[Floats, Floats]:
        """Bounds between which the calls of a slot fall with this share, as much below as above."""
        return self.quantile((1 - share) / 2), self.quantile((1 + share) / 2)

    def write(self, path: Path) -> None:
        """The table `t,mean,lo80,hi80,lo95,hi95`."""
        bounds = [*self.interval(0.80), *self.interval(0.95)]
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["t", "mean", "lo80", "hi80", "lo95", "hi95"])
            for i, each in enumerate(self.times):
                rows.writerow([each.isoformat(), f"{self.mean[i]:.3f}", *(f"{bound[i]:.0f}" for bound in bounds)])


@dataclass(frozen=True, slots=True, eq=False)
class CallModel:
    """What was learnt from a history of calls; `slots` are the columns in which the line is ever open."""

    opening: Opening
    slots: NDArray[np.int64]
    profiles: Profiles
    scores: list[DayModel]
    holiday: tuple[float, float]

    @classmethod
    def fit(cls, calls: Calls, holidays: Set[date], *, like: CallModel | None = None) -> CallModel:
        """Learn from `calls`; the memories of `like`, an earlier model of the same line, are kept when given."""
        recent = _recent(calls)
        opening = Opening.of(recent, holidays)
        slots = np.flatnonzero(opening.open_slots.any(axis=0))
        used = [
            i for i, day in enumerate(recent.days) if opening.came[i] and opening.is_open(day) and day not in holidays
        ]
        if len(used) < SHORTEST:
            raise ValueError(
                f"The history holds calls on {len(used)} ordinary days; a forecast needs at least {SHORTEST}: "
                "give a longer table."
            )
        dates = [recent.days[i] for i in used]
        shut = ~opening.open_slots[[day.weekday() for day in dates]][:, slots]
        rooted = root(np.where(shut, np.nan, recent.counts[used][:, slots]))
        heard = ~np.isnan(rooted).all(axis=0)
        slots, rooted = slots[heard], rooted[:, heard]
        rank = min(max(1, min(RANK, len(used) // DAYS_A_CURVE)), len(slots))
        profiles = split(rooted, rank)
        days = opening.days(dates)
        earlier = [] if like is None else [model.parameters for model in like.scores[:rank]]
        kept = [*earlier, *[None] * (rank - len(earlier))]
        with threadpool_limits(limits=1):
            scores = [
                fit_days(profiles.scores[:, k], days, extra_noise=profiles.extra_noise[:, k], parameters=kept[k])
                for k in range(rank)
            ]
        model = cls(opening, slots, profiles, scores, (1.0, 0.0))
        return cls(opening, slots, profiles, scores, model._holiday_factor())

    def ahead(self, dates: list[date]) -> Forecast:
        """The calls of `dates`, which follow the history."""
        mean, *variances = self._rates(dates)
        factor, spread = self.holiday
        off = np.array([day in self.opening.holidays for day in dates])[:, None]
        by_day, by_slot, unusual = (np.where(off, factor**2 * each, each) for each in variances)
        apart = np.where(off, mean**2 * spread, 0.0)
        mean = np.where(off, factor * mean, mean)
        minutes, zone = self.opening.calls.minutes, self.opening.calls.zone
        listed = np.flatnonzero(~np.isnan(self.opening.calls.counts).all(axis=0))
        begins = [timedelta(minutes=int(slot) * minutes) for slot in listed]
        times = [datetime.combine(day, time(), zone) + begin for day in dates for begin in begins]
        whole = np.zeros((4, len(dates), self.opening.calls.counts.shape[1]))
        whole[:, :, self.slots] = mean, by_day + apart, by_slot, unusual + apart
        return Forecast(times, minutes, *(each[:, listed].ravel() for each in whole))

    def _rates(self, dates: list[date]) -> tuple[Floats, Floats, Floats, Floats]:
        """Mean, day's and slot's variance of the rate and its variance on an unusual day, each days × slots, zero
        where closed; from the root scale, where the rate is the square of a normal variable."""
        days, shapes = self.opening.days(dates), self.profiles
        found = [model.ahead(days) for model in self.scores]
        rooted = np.maximum(shapes.centre + np.column_stack([mean for mean, _ in found]) @ shapes.basis, 0.0)
        variance = np.column_stack([variance for _, variance in found])
        by_day = variance @ shapes.basis**2
        by_unusual_day = variance * [model.unusual for model in self.scores] @ shapes.basis**2
        by_slot = np.broadcast_to(np.maximum(shapes.left_over - POISSON, 0.0), by_day.shape)
        usual, unusual = by_day + by_slot, by_unusual_day + by_slot
        steep, unusually_steep = 4 * rooted**2 + 2 * usual, 4 * rooted**2 + 2 * unusual
        mean_calls = np.maximum(rooted**2 + by_day + shapes.left_over - POISSON, LEAST)
        tables = (mean_calls, steep * by_day, steep * by_slot, unusually_steep * unusual)
        is_open = self.opening.open_slots[[day.weekday() for day in dates]][:, self.slots]
        mean, day_variance, slot_variance, unusual_variance = (np.where(is_open, each, 0.0) for each in tables)
        return mean, day_variance, slot_variance, unusual_variance

    def _holiday_factor(self) -> tuple[float, float]:
        """Share of an ordinary day's calls that comes on a holiday, with its variance."""
        calls, opening = self.opening.calls, self.opening
        past = [(i, day) for i, day in enumerate(calls.days) if day in opening.holidays and opening.is_open(day)]
        sunday = self._sunday()
        seen, weight = sunday * HOLIDAY_PRIOR_DAYS, HOLIDAY_PRIOR_DAYS
        factors = []
        if past:
            expected = self._rates([day for _, day in past])[0]
            for (i, _), usual in zip(past, expected, strict=True):
                counts = calls.counts[i, self.slots]
                known = ~np.isnan(counts)
                factors.append(counts[known].sum() / max(usual[known].sum(), 1e-9) if known.any() else 0.0)
        factor = (seen + sum(factors)) / (weight + len(factors))
        if factors and max(factors) == 0.0:
            return 0.0, 0.0
        spread = float(np.std(factors)) if len(factors) > 2 else HOLIDAY_SPREAD * factor
        return float(factor), spread**2 * (1 + 1 / (weight + len(factors)))

    def _sunday(self) -> float:
        """Calls of a Sunday as a share of those of the open weekdays from Monday to Friday."""
        monday = self.opening.calls.days[-1] + timedelta(1)
        week = [monday + timedelta(i) for i in range(7)]
        total = self._rates(week)[0].sum(axis=1)
        working = [total[i] for i, day in enumerate(week) if day.weekday() < 5 and total[i] > 0]
        sunday = next(total[i] for i, day in enumerate(week) if day.weekday() == 6)
        return float(sunday / np.mean(working)) if working else 1.0


def forecast(calls: Calls, horizon_days: int, *, holidays: Set[date] = frozenset()) -> Forecast:
    """The calls of the `horizon_days` days after the last day of `calls`.

    Days on which the line is closed by its history are forecast as zero. On `holidays` the share of an ordinary day's
    calls is forecast that came on past ones; without any in the history, that of a Sunday.

    Raises:
        ValueError: the horizon is not positive, or the history holds fewer than five ordinary days with calls.
    """
    if horizon_days < 1:
        raise ValueError(f"A horizon of {horizon_days} days forecasts nothing: give 1 or more.")
    last = calls.days[-1]
    return CallModel.fit(calls, holidays).ahead([last + timedelta(i + 1) for i in range(horizon_days)])


def _recent(calls: Calls) -> Calls:
    """The last `LONGEST` days."""
    skipped = max(0, len(calls.counts) - LONGEST)
    return Calls(calls.first + timedelta(skipped), calls.minutes, calls.counts[skipped:], calls.zone)
