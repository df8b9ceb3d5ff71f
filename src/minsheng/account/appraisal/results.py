"""Visible results (显绩) and groundwork (潜绩): two lists that stand apart and are never added up into one score.

Mechanisms that last, causes removed and effects that were measured show late or never in a month's rates; a unit that
lays them must be seen to. Doors fill these plain rows from foresight and from the monthly session; each names its
evidence. Tolerance (容错) is a decision of its own, with who took it and why; it changes no count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ground(StrEnum):
    """What kind of groundwork it is: 机制, 成因消除, 成效."""

    MECHANISM = "mechanism"
    CAUSE_REMOVED = "cause_removed"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class VisibleResult:
    """Something that was done and can be counted: `part` of `whole`."""

    unit: str
    title: str
    part: int
    whole: int
    evidence: str

    def __post_init__(self) -> None:
        _evident(self.unit, self.title, self.evidence)


@dataclass(frozen=True, slots=True)
class Groundwork:
    """Work below the surface. An effect has its estimate and 95 % interval in per cent (minus: fewer requests)."""

    unit: str
    kind: Ground
    title: str
    since: date
    evidence: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        _evident(self.unit, self.title, self.evidence)
        if self.kind is Ground.EFFECT and None in (self.estimate, self.low, self.high):
            raise ValueError(f"{self.unit}, {self.title}: an effect has an estimate and an interval, or is none.")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A decision not to hold something against a unit, or an appeal against its figures (容错、申诉)."""

    unit: str
    matter: str
    grounds: str
    decided_by: str
    decided_on: date
    granted: bool
    evidence: str

    def __post_init__(self) -> None:
        _evident(self.unit, self.matter, self.evidence)


def _evident(unit: str, title: str, evidence: str) -> None:
    if not evidence.strip():
        raise ValueError(f"{unit}, {title}: name the evidence; what has none does not count.")
