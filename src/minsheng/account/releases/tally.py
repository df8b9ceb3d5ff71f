"""The tally (台账): how many orders of each cohort stand where, by agency, kept by double entry. Every leaf takes one
from a standing and adds one to another; intake takes from nowhere (阳光账本 §2.4, cohort identity).

    intake = open + resolved + unresolved + unsaid + excluded + withdrawn + merged      for every cohort
    arrived − left = the same sum                                                       for every agency of a cohort

The agency of a shut side is unknown: it is counted under POOL. Agency and pool together make the city, so the figures
of the city are exact whatever is shut. On-time replies and second handlings are the agency's that had the order before
the move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from minsheng.core.ledger.leaf import Fields
from minsheng.core.ledger.telling import Outcome

OUTCOMES = tuple(each.value for each in Outcome)
FLOWS = ("intake", "arrived", "left", "joined", "on_time", "judged", "second")
COLUMNS = OUTCOMES + FLOWS
AT = {name: at for at, name in enumerate(COLUMNS)}
POOL, WHOLE_CITY = "", "*"
"""How a release calls the agencies that it does not name, and all of them together."""

Key = tuple[str, str]
"""A cohort (YYYY-MM) and an agency."""
Row = list[str | int]


class Unbalanced(Exception):
    """A tally does not add up; the message says where."""


@dataclass(slots=True)
class Tally:
    """Counts by cohort and agency, in the order of COLUMNS."""

    counts: dict[Key, list[int]] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Tally:
        """The tally of written rows. ValueError when they are none, are not sorted or one stands twice."""
        tally = cls()
        last: Key | None = None
        for cohort, agency, *counts in rows:
            if not (isinstance(cohort, str) and isinstance(agency, str)) or len(counts) != len(COLUMNS):
                raise ValueError("a row of the tally is a cohort, an agency and its counts")
            whole = [count for count in counts if type(count) is int]
            if len(whole) != len(counts) or min(whole) < 0:
                raise ValueError(f"a count of {cohort} {agency} is not a whole number")
            key = (cohort, agency)
            if last is not None and key <= last:
                raise ValueError(f"the tally is not sorted at {cohort} {agency}")
            tally.counts[key] = whole
            last = key
        return tally

    @property
    def rows(self) -> list[Row]:
        """All rows, sorted."""
        return [[*key, *self.counts[key]] for key in sorted(self.counts)]

    def copy(self) -> Tally:
        """Another tally of the same counts."""
        return Tally({key: list(counts) for key, counts in self.counts.items()})

    def row(self, cohort: str, agency: str) -> list[int]:
        """The counts of an agency of a cohort, to be added to."""
        return self.counts.setdefault((cohort, agency), [0] * len(COLUMNS))

    def move(self, move: Fields, giver: str | None, taker: str) -> None:
        """Count one leaf: its opened MOVE, and the agencies on both sides (`giver` None at intake)."""
        cohort, before, on_time = str(move["cohort"]), move["from"], move["on_time"]
        to = self.row(cohort, taker)
        to[AT[str(move["to"])]] += 1
        if giver is None:
            to[AT["intake"]] += 1
            to[AT["arrived"]] += 1
            return
        at = self.row(cohort, giver)
        at[AT[str(before)]] -= 1
        if giver != taker:
            to[AT["arrived"]] += 1
            at[AT["left"]] += 1
        if on_time is not None:
            at[AT["judged"]] += 1
            at[AT["on_time"]] += int(on_time)
        at[AT["second"]] += int(bool(move["second"]))

    def join(self, cohort: str, agency: str, standing: list[int]) -> None:
        """Name an agency from now on: its orders so far, by outcome, leave the pool. Unbalanced if it has a name."""
        if (cohort, agency) in self.counts or agency == POOL:
            raise Unbalanced(f"{agency or 'the pool'} of {cohort} is opened a second time")
        number = sum(standing)
        to = self.row(cohort, agency)
        if number:
            pool = self.row(cohort, POOL)
            pool[AT["left"]] += number
            for at, count in enumerate(standing):
                pool[at] -= count
        to[: len(OUTCOMES)] = standing
        to[AT["arrived"]] = to[AT["joined"]] = number

    def check(self) -> None:
        """Unbalanced unless no count is negative and both identities hold."""
        intake: dict[str, int] = {}
        for (cohort, agency), counts in sorted(self.counts.items()):
            name = agency or "the pool"
            if min(counts) < 0:
                raise Unbalanced(f"{COLUMNS[counts.index(min(counts))]} of {name} of {cohort} is {min(counts)}")
            standing = sum(counts[: len(OUTCOMES)])
            if standing != counts[AT["arrived"]] - counts[AT["left"]]:
                raise Unbalanced(f"{standing} orders of {cohort} stand with {name}, other than arrived less left")
            intake[cohort] = intake.get(cohort, 0) + counts[AT["intake"]] - standing
        for cohort, rest in intake.items():
            if rest:
                raise Unbalanced(f"intake of {cohort} is {rest} more than all its outcomes together")

    def named(self) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """Cohort, agency and counts by name: for every cohort the whole city first, the pool and each agency after."""
        cohorts: dict[str, list[tuple[str, list[int]]]] = {}
        for (cohort, agency), counts in sorted(self.counts.items()):
            cohorts.setdefault(cohort, []).append((agency, counts))
        for cohort, parts in cohorts.items():
            city = [sum(column) for column in zip(*(counts for _, counts in parts), strict=True)]
            for agency, counts in [(WHOLE_CITY, city), *parts]:
                yield cohort, agency, dict(zip(COLUMNS, counts, strict=True))
