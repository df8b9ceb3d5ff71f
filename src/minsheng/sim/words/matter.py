"""What a message is about and what it says (诉求事由与文本): the two records that pass in and out of the words."""

from __future__ import annotations

from dataclasses import dataclass

from minsheng.core.codes import Kind


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody comes about. `area` is the finest code known; `since_days` how long it has gone on; `before` how
    often this person has asked already; `anger` from 0 to 1; `spoken` when it came by telephone."""

    leaf: str
    kind: Kind
    area: str
    spot: str = ""
    since_days: int = 0
    before: int = 0
    anger: float = 0.0
    spoken: bool = False
    second: Matter | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it reaches the line; `address` is what the requester gives as address, "" when none."""

    title: str
    text: str
    address: str
