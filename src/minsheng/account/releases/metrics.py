"""Metric definitions (指标口径): each rate is a versioned text that names the counts on both sides of the ratio, and
the code computes from that text and from nothing else. The SHA-256 of the text is a METRIC leaf of the log before the
month in which it is first used (阳光账本 §2.4), so that no formula is chosen after the figures are known.

Counts are those of `tally.COLUMNS`, or the answers of `ballots.GRADES`, never both in one metric. A side is a sum of
counts, each named once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from minsheng.account.releases.ballots import GRADES
from minsheng.account.releases.tally import COLUMNS
from minsheng.core.ledger.leaf import Fields

HEADING = "minsheng/metric/v1"
_LINES = ("name", "version", "part", "whole", "left out", "meaning")


class MetricRefused(ValueError):
    """A text is no metric definition; the message says why."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A rate: part ÷ whole, and what is left out of both, each a sum of counts."""

    name: str
    version: int
    part: tuple[str, ...]
    whole: tuple[str, ...]
    left_out: tuple[str, ...]
    meaning: str

    @property
    def text(self) -> str:
        """The definition as it is published and hashed."""
        sides = (" + ".join(side) for side in (self.part, self.whole, self.left_out))
        values = (self.name, str(self.version), *sides, self.meaning)
        return "\n".join([HEADING, *(f"{line}: {value}" for line, value in zip(_LINES, values, strict=True)), ""])

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def fields(self) -> Fields:
        """What the METRIC leaf opens."""
        return {"metric": self.name, "version": self.version, "sha256": self.digest}

    @classmethod
    def parse(cls, text: str) -> Metric:
        """The metric of a text. MetricRefused unless it is one to the letter."""
        try:
            heading, *lines, end = text.split("\n")
            given = dict(line.split(": ", 1) for line in lines)
            part, whole, left_out = (_side(given[side]) for side in ("part", "whole", "left out"))
            metric = cls(given["name"], int(given["version"]), part, whole, left_out, given["meaning"])
        except (ValueError, KeyError) as error:
            raise MetricRefused(f"this is no metric definition: {error}") from error
        if heading != HEADING or end or metric.text != text:
            raise MetricRefused(f"this is no metric definition of {HEADING}")
        counts = {*part, *whole, *left_out}
        if not whole or not (counts <= set(COLUMNS) or counts <= set(GRADES)):
            raise MetricRefused(f"{metric.name} is of nothing, of what is no count, or of orders and ballots together")
        return metric

    @property
    def of_ballots(self) -> bool:
        """Whether it counts ballots, not orders."""
        return self.whole[0] in GRADES

    def of(self, counts: Mapping[str, int]) -> tuple[int, int, int]:
        """Part, whole and what is left out, of counts by their names."""
        part, whole, left_out = (sum(counts[n] for n in side) for side in (self.part, self.whole, self.left_out))
        return part, whole, left_out


def _side(written: str) -> tuple[str, ...]:
    names = tuple(written.split(" + ")) if written else ()
    if len(set(names)) != len(names):
        raise MetricRefused("a count is named twice on one side")
    return names


STANDARD = (
    Metric(
        "on_time", 1, ("on_time",), ("judged",), (), "Of the first replies of lead agencies, those that came in time."
    ),
    Metric(
        "resolved_net",
        1,
        ("resolved",),
        ("resolved", "unresolved"),
        ("open", "unsaid", "excluded", "withdrawn", "merged"),
        "Of the closed orders whose requester said so or not, those solved. Exclusions are left out.",
    ),
    Metric(
        "resolved_gross",
        1,
        ("resolved",),
        ("resolved", "unresolved", "unsaid", "excluded", "withdrawn"),
        ("open", "merged"),
        "Of all orders that ended, those solved. Exclusions, withdrawals and silence count as not solved.",
    ),
    Metric("second", 1, ("second",), ("judged",), (), "Second handlings ordered, by first replies of lead agencies."),
    Metric("satisfied", 1, GRADES[:3], GRADES, (), "Of the sealed ballots, those at least basically satisfied."),
)
"""The line's metrics in their first version."""

EVERY = STANDARD
"""Every version of every metric. One that was ever logged stays here, so that months of its time can be released."""
