"""Sealed ballots (密封评价) in a release: what residents answered, by agency and period, counted one ballot a leaf.

A period's ballots come into the log in one shuffled batch after it has closed, each with all its fields: agency,
period, answer, tracker (阳光账本 §2.7). An agency stands in a period only when at least ten answered for it and not
all of them the same way; fewer ballots are given a longer period (month, quarter, year), and what is left of a year
the whole city's name (§2.5). Nobody but its resident knows whose a tracker is; each stands once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from minsheng.account.releases.cells import FEWEST
from minsheng.account.releases.tally import WHOLE_CITY, Row
from minsheng.core.codes import Grade
from minsheng.core.ledger.leaf import Fields
from minsheng.core.ledger.telling import CITY

GRADES = tuple(each.value for each in Grade)[:5]
"""The five grades, the best first."""
BAD = GRADES.index(Grade.DISSATISFIED)
"""Where the bad ones begin."""
NAMES = {"agency", "period", "answer", "tracker"}
_PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?", re.ASCII)


class BallotRefused(ValueError):
    """Ballots that may not be released so; the message says why."""


class Ballots:
    """Answers by period and agency, in the order of GRADES."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], list[int]] = {}
        self._trackers: set[str] = set()

    def add(self, fields: Fields) -> None:
        """Count a ballot. BallotRefused when it is none, or its tracker has stood before."""
        agency, period, answer, tracker = (fields.get(name) for name in ("agency", "period", "answer", "tracker"))
        if fields.keys() != NAMES or not (isinstance(agency, str) and agency and isinstance(period, str)):
            raise BallotRefused("a ballot opens agency, period, answer and tracker")
        if answer not in GRADES or not _PERIOD.fullmatch(period):
            raise BallotRefused(f"there is no answer {answer!r}, or no period {period!r}")
        if not (isinstance(tracker, str) and tracker) or tracker in self._trackers:
            raise BallotRefused(f"the tracker {tracker!r} is none or stands twice")
        self._trackers.add(tracker)
        self.counts.setdefault((period, agency), [0] * len(GRADES))[GRADES.index(str(answer))] += 1

    def check(self) -> None:
        """BallotRefused when an agency has too few ballots in a period, or all of them good or all bad."""
        for (period, agency), counts in sorted(self.counts.items()):
            if sum(counts) < FEWEST:
                raise BallotRefused(f"{agency} has {sum(counts)} ballots in {period}, fewer than {FEWEST}")
            if agency != CITY and not (sum(counts[:BAD]) and sum(counts[BAD:])):
                raise BallotRefused(f"the ballots of {agency} in {period} all say the same")

    @property
    def rows(self) -> list[Row]:
        """Period, agency and answers by grade, sorted."""
        return [[*key, *self.counts[key]] for key in sorted(self.counts)]

    def named(self) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """Period, agency and counts by grade: for every period the whole city first, each agency after."""
        for period in sorted({period for period, _ in self.counts}):
            parts = [(key[1], counts) for key, counts in sorted(self.counts.items()) if key[0] == period]
            city = [sum(column) for column in zip(*(counts for _, counts in parts), strict=True)]
            for agency, counts in [(WHOLE_CITY, city), *parts]:
                yield period, agency, dict(zip(GRADES, counts, strict=True))
