"""Commitments of events (事件承诺): what each event tells the public, bound under the order's key in the transaction
that writes the event; the ledger takes them from there (core.ledger says what is told)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from minsheng.core import Actor, Event, Order, evolve
from minsheng.core.ledger import LeafKind, commit, facts_of, leaf_key
from minsheng.core.rulebook import RuleBook
from minsheng.ground import present
from minsheng.ground.city.rows import AreaLevel
from minsheng.ground.vault import Seal


@dataclass(frozen=True, slots=True)
class Told:
    """What one event tells: the kind of its leaf, the city's day, the groups of fields, and the commitment to them."""

    kind: LeafKind
    day: date
    groups: tuple[dict[str, Any], ...]
    commitment: bytes


def told(  # noqa: PLR0917
    seal: Seal,
    earlier: Order | None,
    events: Sequence[Event],
    by: Actor,
    digests: Mapping[str, str],
    policy: RuleBook,
) -> Iterator[Told | None]:
    """For each of `events`, which happened to `earlier`, what it tells; None where nothing. `digests` are the keyed
    digests of the words said with the first."""
    tag = seal.tag.hex()
    before = earlier
    for i, event in enumerate(events):
        after = evolve(before, event)
        facts = facts_of(
            before,
            event,
            after,
            local=policy.calendar.local_date,
            street=street(after.area),
            tag=tag,
            seq=after.version,
            digest=_together(digests) if i == 0 else "",
            role=by.role.value,
        )
        before = after
        if facts is None:
            yield None
        else:
            made = commit(leaf_key(seal.key, after.version), facts.groups)
            yield Told(facts.kind, facts.day, tuple(dict(group) for group in facts.groups), made.value)


def street(area: str | None) -> str:
    """The township or street around an area, or nothing."""
    if area is None:
        return ""
    return next((a.code for a in present.city().area_path(area) if a.level is AreaLevel.TOWNSHIP), "")


def _together(digests: Mapping[str, str]) -> str:
    """One digest for all words of a step."""
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()[:32] if digests else ""
