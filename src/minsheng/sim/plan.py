"""The plan of a run (运行计划): which city, how long, how busy, which seed, who cheats and how much.

Everything that a run makes follows from its plan; the plan's fingerprint tells an interrupted run from another one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from pathlib import Path


class BadPlan(ValueError):
    """The plan cannot be run; the message says what to change."""


class Switch(StrEnum):
    """Ways of cheating (弄虚作假的手法), after DOMAIN §2."""

    EARLY_CLOSE = "early_close"
    PRESS = "press"
    RECLASSIFY = "reclassify"
    EXCLUDE = "exclude"
    MERGE = "merge"
    SPLIT = "split"
    COPY = "copy"
    NEVER_ENTER = "never_enter"
    LEAK = "leak"


@dataclass(frozen=True, slots=True)
class Strength:
    """How often a cheating unit cheats when it could (0–1), and the share of units that do at all (0–1)."""

    often: float
    share: float = 0.3


Gaming = Mapping[Switch, Strength]


def gaming(spec: str) -> Gaming:
    """`none` (or `off`), `all`, or switches with strengths: `press=0.5,early_close=0.8@0.2`. @ is the share of units,
    0.3 when left out; `all=0.5@0.2` sets every switch. BadPlan says what cannot be read."""
    found: dict[Switch, Strength] = {}
    for part in filter(None, (p.strip() for p in spec.split(","))):
        name, _, value = part.partition("=")
        if name in ("none", "off"):
            found.clear()
            continue
        often, _, share = value.partition("@")
        try:
            strength = Strength(float(often or 0.5), float(share or 0.3))
            named = list(Switch) if name == "all" else [Switch(name.replace("-", "_"))]
        except ValueError as error:
            known = ", ".join(Switch)
            raise BadPlan(
                f"--gaming {part!r}: write SWITCH=STRENGTH or SWITCH=STRENGTH@SHARE; switches: {known}"
            ) from error
        if not (0 <= strength.often <= 1 and 0 <= strength.share <= 1):
            raise BadPlan(f"--gaming {part!r}: strength and share lie between 0 and 1")
        found.update(dict.fromkeys(named, strength))
    return {switch: s for switch, s in sorted(found.items()) if s.often and s.share}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: `months` from `first` on, `per_day` orders registered on an average day."""

    city: Path
    months: int
    per_day: float
    seed: int
    first: date = date(2025, 1, 1)
    gaming: Gaming = field(default_factory=dict)
    interventions: int = 0

    def __post_init__(self) -> None:
        if self.months < 1:
            raise BadPlan("--months: at least 1")
        if not 0 < self.per_day <= 100_000:
            raise BadPlan("--orders-per-day: more than 0 and at most 100,000")
        if self.interventions < 0:
            raise BadPlan("--interventions: 0 or more")

    @property
    def last(self) -> date:
        """The last day of the run (included)."""
        whole = self.first.month - 1 + self.months
        year, month = self.first.year + whole // 12, whole % 12 + 1
        last_of = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
        return date.fromordinal(date(year, month, min(self.first.day, last_of)).toordinal() - 1)

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1

    def fingerprint(self, digest: str) -> str:
        """What tells this run from others: the plan and the digest of the city pack."""
        said = [digest, self.months, self.per_day, self.seed, self.first.isoformat(), self.interventions]
        said += [[s, g.often, g.share] for s, g in sorted(self.gaming.items())]
        return sha256(json.dumps(said).encode()).hexdigest()[:16]
