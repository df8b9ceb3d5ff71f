"""The run of the year (时令): weather, seasons, weekdays and holidays as arrays by day.

Temperatures and rain are drawn about a continental climate of hot wet summers and cold dry winters; the shapes say
how much more or less of a kind of request a day brings than the year's average (1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from minsheng.ground.city import CityPack
from minsheng.ground.city.rows import DayMark

Days = NDArray[np.float64]
WEEKDAY = np.array([1.17, 1.10, 1.06, 1.04, 1.02, 0.83, 0.78])
"""Requests by day of the week, Monday first: fewer at weekends, when offices are shut."""
HOLIDAY = 0.62
STORM_MM = 55.0
GROWTH_A_YEAR = 0.05
SPRING_FESTIVAL = "春节"


@dataclass(frozen=True, slots=True)
class Year:
    """Every day of the run: mean temperature (°C), rain (mm), storms, and the shapes by name."""

    first: date
    temperature: Days
    rain: Days
    storm: NDArray[np.bool_]
    shapes: dict[str, Days]
    office: Days

    def day(self, index: int) -> date:
        """The date of a day."""
        return self.first + timedelta(days=index)


def year_of(pack: CityPack, first: date, days: int, chance: np.random.Generator) -> Year:
    """Draw the weather of `days` days and compute the shapes."""
    dates = [first + timedelta(days=i) for i in range(days)]
    of_year = np.array([d.timetuple().tm_yday for d in dates], dtype=float)
    temperature = _temperature(of_year, chance)
    rain = _rain(of_year, chance)
    festival = _days_from_festival(pack, dates)
    kinds = [pack.calendar.day_kind(d) for d in dates]
    office = np.array(
        [
            HOLIDAY if kind == "holiday" else WEEKDAY[0 if kind == "makeup" else d.weekday()]
            for kind, d in zip(kinds, dates, strict=True)
        ]
    )
    holiday = np.array([kind == "holiday" for kind in kinds])
    shapes = _shapes(of_year, temperature, rain, festival, holiday)
    growth = (1 + GROWTH_A_YEAR) ** (np.arange(days) / 365.25)
    return Year(first, temperature, rain, rain >= STORM_MM, {k: v * growth for k, v in shapes.items()}, office)


def _temperature(of_year: Days, chance: np.random.Generator) -> Days:
    noise = np.zeros(len(of_year))
    shocks = chance.normal(0, 2.2, len(of_year))
    for i in range(1, len(of_year)):
        noise[i] = 0.75 * noise[i - 1] + shocks[i]
    return np.asarray(14.5 - 14.0 * np.cos(2 * np.pi * (of_year - 18) / 365.25) + noise)


def _rain(of_year: Days, chance: np.random.Generator) -> Days:
    summer = np.exp(-(((of_year - 205) / 38) ** 2))
    wet = chance.random(len(of_year)) < 0.10 + 0.25 * summer
    return np.where(wet, chance.gamma(0.6, 6 + 24 * summer), 0.0)


def _days_from_festival(pack: CityPack, dates: list[date]) -> Days:
    """Days to (negative) or since the first day of the nearest Spring Festival holiday."""
    starts: list[date] = []
    for day in sorted(d.day for d in pack.calendar_days if d.mark is DayMark.HOLIDAY and SPRING_FESTIVAL in d.name):
        if not starts or (day - starts[-1]).days > 30:
            starts.append(day)
    if not starts:
        starts = [date(year, 2, 5) for year in range(dates[0].year - 1, dates[-1].year + 2)]
    return np.array([min(((d - s).days for s in starts), key=abs) for d in dates], dtype=float)


def _bell(of_year: Days, middle: float, width: float) -> Days:
    apart = np.minimum(np.abs(of_year - middle), 365.25 - np.abs(of_year - middle))
    return np.asarray(np.exp(-((apart / width) ** 2)))


def _shapes(
    of_year: Days, temperature: Days, rain: Days, festival: Days, holiday: NDArray[np.bool_]
) -> dict[str, Days]:
    heating = (of_year >= 319) | (of_year <= 74)
    since_start = np.where(of_year >= 319, of_year - 319, 99.0)
    yesterday = np.concatenate([[0.0], rain[:-1]])
    return {
        "flat": np.ones_like(of_year),
        "heating": np.where(
            heating, 1.5 + 4.5 * np.exp(-since_start / 9) + 0.22 * np.clip(2 - temperature, 0, 12), 0.05
        )
        + 0.5 * _bell(of_year, 305, 12),
        "summer_power": 0.35 + 0.42 * np.clip(temperature - 24, 0, 12),
        "water": 0.75 + 0.9 * _bell(of_year, 200, 45) + 0.14 * np.clip(-2 - temperature, 0, 10),
        "rain": 0.45 + np.clip(0.10 * rain + 0.06 * yesterday, 0, 14),
        "warm": 0.55 + 0.9 / (1 + np.exp(-(temperature - 17) / 3.5)),
        "school": 0.4 + 2.9 * _bell(of_year, 220, 32) + 0.8 * _bell(of_year, 160, 15),
        "wages": 0.72 + 2.6 * np.exp(-(((festival + 24) / 19) ** 2)),
        "straw": 0.15 + 6.0 * _bell(of_year, 161, 9) + 4.5 * _bell(of_year, 282, 13),
        "fireworks": 0.05 + 22.0 * np.exp(-((festival / 5) ** 2)) + 6.0 * np.exp(-(((festival - 14) / 2) ** 2)),
        "catkins": 0.08 + 7.0 * _bell(of_year, 117, 15),
        "winter": 0.7 + 0.9 * _bell(of_year, 10, 55),
        "tourism": np.where(holiday, 3.2, 0.85),
        "outdoor": 0.6 + 0.75 * _bell(of_year, 165, 80),
        "year_end": 0.85 + 0.9 * _bell(of_year, 5, 28),
    }
