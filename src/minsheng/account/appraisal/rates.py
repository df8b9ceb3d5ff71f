"""The three rates (三率) of a unit with both sides of every ratio, gross and net, and the score that weighs them.

Weights, months and what a net rate leaves out are rows of the city pack's appraisal.csv; nothing of them is code. A
rate is never shown without its numerator, its denominator and what is missing from it: excluded, unreached, unrated.
*Answered in time* stands for the response rate, for the clock can be checked; whether the requester was spoken to is
asked in the call-back and is not in the lake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from minsheng.ground.city import AppraisalRule, RateCode
from minsheng.ground.city.rows import in_force

Row = Mapping[str, object]
SIDES = {RateCode.RESPONSE: ("on_time", "judged"), RateCode.RESOLUTION: ("resolved", "asked")}
"""Numerator and denominator among the lake's counts; satisfaction comes from ballots."""


class NoRules(Exception):
    """The city pack has no rules of appraisal for that time."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with both its sides."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share; None when there is nothing to share."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Ballots:
    """Totals of a unit's sealed ballots of a month (满意度密封票): `rated` gave a grade, of them `satisfied` a
    good one; `unrated` were reached and gave none, `unreached` were not reached. `month` is its first day."""

    unit: str
    month: date
    satisfied: int
    rated: int
    unrated: int = 0
    unreached: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.satisfied <= self.rated:
            raise ValueError(f"{self.unit} {self.month:%Y-%m}: {self.satisfied} satisfied of {self.rated} rated.")


@dataclass(frozen=True, slots=True)
class UnitRate:
    """One of the three rates of one unit. `excluded` orders are in the gross ratio and not in the net one; ballots
    leave nobody out, there both are the same."""

    rule: AppraisalRule
    net: Ratio
    gross: Ratio
    excluded: int
    unreached: int
    unrated: int


@dataclass(frozen=True, slots=True)
class Score:
    """Points of 100 that the net rates earn. `covered` is the weight of those that have a denominator: below 100 the
    score is of these alone."""

    points: float | None
    covered: int


def rules_on(rules: Sequence[AppraisalRule], day: date) -> tuple[AppraisalRule, ...]:
    """The rules in force on a day, in the order of RateCode. NoRules when there are none."""
    held = [rule for rule in rules if in_force(rule.valid_from, rule.valid_to, day)]
    if not held:
        raise NoRules(f"The city pack has no rules of appraisal on {day}: fill in appraisal.csv.")
    return tuple(sorted(held, key=lambda rule: list(RateCode).index(rule.rate)))


def rate_from_counts(rule: AppraisalRule, rows: Iterable[Row]) -> UnitRate:
    """Response or resolution of one unit from its rows of `questions.counts`."""
    part, whole = SIDES[rule.rate]
    every = list(rows)
    kept = [row for row in every if row["left_out"] not in rule.leaves_out]
    return UnitRate(
        rule,
        net=Ratio(total(kept, part), total(kept, whole)),
        gross=Ratio(total(every, part), total(every, whole)),
        excluded=total(every, "n") - total(kept, "n"),
        unreached=total(kept, "unreached") if rule.rate is RateCode.RESOLUTION else 0,
        unrated=0,
    )


def rate_from_ballots(rule: AppraisalRule, ballots: Iterable[Ballots]) -> UnitRate:
    """Satisfaction of one unit from its ballots."""
    cast = list(ballots)
    ratio = Ratio(sum(b.satisfied for b in cast), sum(b.rated for b in cast))
    return UnitRate(rule, ratio, ratio, 0, sum(b.unreached for b in cast), sum(b.unrated for b in cast))


def score(rates: Iterable[UnitRate]) -> Score:
    """Weighted mean of the net rates that have a denominator, in points of 100."""
    known = [(rate.rule.weight, rate.net.value) for rate in rates if rate.net.value is not None]
    covered = sum(weight for weight, _ in known)
    if not covered:
        return Score(None, 0)
    return Score(100 * sum(weight * value for weight, value in known if value is not None) / covered, covered)


def total(rows: Iterable[Row], name: str) -> int:
    """Sum of a count over rows."""
    return sum(int(str(row[name])) for row in rows)
