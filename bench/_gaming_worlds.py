"""Worlds of the simulation in which a third of the units games, recorded as a lake with the truth beside (gaming.py).

Days of requests come first, then what is left is worked off. The place of an order is that of the truth."""

from __future__ import annotations

import gc
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from minsheng.account.gaming.report import facts_of
from minsheng.account.gaming.signs import Facts
from minsheng.core.codes import Kind, Part
from minsheng.core.rulebook import category_and_parents
from minsheng.core.wire import plain
from minsheng.ground.city import load_pack
from minsheng.ground.city.rows import AreaLevel
from minsheng.ground.lake import Lake
from minsheng.ground.lake.manifest import Manifest, commit, read
from minsheng.ground.lake.schema import EVENTS, ORDERS, SCHEMAS
from minsheng.ground.lake.writing import add_part
from minsheng.sim.agencies import expected_load
from minsheng.sim.chance import Chance
from minsheng.sim.life import Life
from minsheng.sim.plan import Plan, Strength, Switch
from minsheng.sim.requests import Asked
from minsheng.sim.world import World

CITY = Path(__file__).parent.parent / "cities" / "qinghe"
FIRST, DAYS, REST, PER_DAY = date(2025, 3, 3), 14, 30, 20_000.0
ALL = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
REPEAT_DAYS = 3
"""Requests come for DAYS days only, so that repeats are looked for within so many."""
_KEPT = ("received", "passed_down", "progressed", "replied", "reclassified", "exclusion_asked", "called_back")
_CODES = ("category", "area", "result", "reason", "channel")
_SAID = ("granted", "accepted", "resolved")
_GONE = {*_CODES, *_SAID, "at", "by", "reached", "due", "no", "given", "complained_of", "evidence"}
_BLANK = {f.name: None if f.nullable else {"string": "", "bool": False}.get(str(f.type), 0) for f in SCHEMAS[ORDERS]}


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _event(order: int, seq: int, event: Any, by: Any, day: date) -> dict[str, Any]:
    """One event as the lake keeps it (respond's facts_events.sql)."""
    data = {k: v for k, v in plain(event).items() if v is not None and k not in ("at", "by")}
    said = [data[k] for k in _SAID if k in data]
    given = data.get("given") or {}
    rest = {k: v for k, v in data.items() if k not in _GONE}
    return {
        "order_id": order, "seq": seq, "name": event.NAME, "at": event.at, "day": day, "role": str(by.role),
        "unit": by.unit or "", "category": data.get("category", ""), "area": data.get("area", ""),
        "to_unit": given["unit"] if isinstance(given, dict) and given else "",
        "code": data.get("result") or data.get("reason") or data.get("channel") or "",
        "yes": _yes(said[0]) if said else "", "reached": _yes(data.get("reached")), "due": getattr(event, "due", None),
        "rest": json.dumps(rest, ensure_ascii=False) if rest else "",
    }  # fmt: skip


def _order(life: Life, world: World, version: int) -> dict[str, Any]:
    """One order as the lake keeps it, in the columns that signs ask for; the place is that of the truth."""
    o, pack = life.o, world.pack
    chain = category_and_parents(o.category) if o.category else ("",)
    county = next((a.code for a in pack.area_path(o.area or "") if a.level is AreaLevel.COUNTY), "")
    known = bool(life.truth.spot) and not o.secret
    events = [event for step in life.steps for event in step.events]
    lead = {a.id for a in o.assignments if a.part is Part.LEAD}
    replied = next((e.at for e in events if e.NAME in ("replied", "reply_reviewed") and getattr(e, "due", None)), None)
    dues = [
        e.due for e in events
        if (e.NAME == "dispatched" or (e.NAME == "extension_decided" and e.due is not None and e.assignment in lead))
        and (replied is None or e.at < replied)
    ]  # fmt: skip
    return _BLANK | {
        "order_id": life.number, "no": o.no, "version": version, "received_at": events[0].at, "channel": o.channel,
        "day": events[0].at.astimezone(pack.calendar.zone).date(), "kind": str(o.kind), "category": o.category or "",
        "category2": chain[min(1, len(chain) - 1)], "category1": chain[-1], "county": county, "units": [],
        "place": sha256(f"{county} {life.truth.area} {life.truth.spot}".encode()).hexdigest()[:16] if known else "",
        "unit": o.lead.unit if o.lead else "", "due": dues[-1] if dues else None, "first_replied_at": replied,
        "closed_at": o.closed_at, "closing": str(o.closing or ""), "resolved": _yes(o.resolved), "reworks": o.reworks,
        "calls": sum(e.NAME == "called_back" for e in events), "excluded": o.excluded,
        "merged_into": o.merged_into or "",
    }  # fmt: skip


def _without_inquiries(asked: Callable[[int, int], list[Asked]]) -> Callable[[int, int], list[Asked]]:
    return lambda day, midnight: [a for a in asked(day, midnight) if a.kind is not Kind.INQUIRY]


def _nobody(_day: int, _midnight: int) -> list[Asked]:
    return []


def deal(world: World, often: float, draw: random.Random) -> None:
    """Give a third of the units each one switch that they can use, whatever their size: of every three neighbours in
    order of expected orders one games, and switches go round. Who leads by the catalogue may keep calls from being
    entered; the other switches are those of who handles."""
    leads, load = Counter[str](), Counter(expected_load(world.place, world.leaves, world.plan.per_day))
    for leaf in world.leaves:
        for township in sorted({c.township for c in world.place.communities}):
            if path := world.place.path(leaf.code, township):
                leads[path.lead.code] += 1
    for agency in world.agencies.all.values():
        agency.switches = {}
    leading, handling = [u for u, _ in leads.most_common()], [u for u, _ in load.most_common() if u not in leads]
    of_handlers = [s for s in Switch if s is not Switch.NEVER_ENTER]
    for units, switches in ((leading, [Switch.NEVER_ENTER]), (handling, of_handlers)):
        turns = [s for _ in units for s in draw.sample(switches, len(switches))]
        for turn, of in enumerate(range(0, len(units), 3)):
            world.agencies[draw.choice(units[of : of + 3])].switches = {turns[turn]: often}


def lived(seed: int, often: float, per_day: float = PER_DAY, days: int = DAYS) -> World:
    """A world run to its end in which a third of the units games on `often` of the orders that tempt it."""
    pack = load_pack(CITY)
    every = {s: Strength(often, 1.0) for s in Switch}
    world = World(Plan(CITY, 4, per_day, seed, FIRST, every), pack, lambda number, _: str(number))
    deal(world, often, Chance(seed).stream("who games"))
    asked = world.requests.of_day
    gc.disable()
    for day in range(days + REST):
        world.requests.of_day = _without_inquiries(asked) if day < days else _nobody  # type: ignore[method-assign]
        world.run_day()
    world.close()
    gc.enable()
    return world


def record(seed: int, often: float, folder: Path, per_day: float = PER_DAY, days: int = DAYS) -> Path:
    """A lake of a world in `folder`, with its truth, replies and units beside; done already, nothing is done."""
    if (folder / "units.pq").exists():
        return folder
    world = lived(seed, often, per_day, days)
    rows = _rows([life for life in world.finished if life.order is not None], world)
    folder.mkdir(parents=True, exist_ok=True)
    commit(folder, Manifest("simulated"))
    begun = read(folder)
    assert begun is not None
    add_part(folder, begun, 10, {t: [pa.table(c, schema=SCHEMAS[t])] for t, c in rows.items()}, {"data": "simulated"})
    truth, replies = [], []
    for life in (life for life in world.finished if life.order is not None):
        said = next((s for s in life.steps if s.events[0].NAME == "replied"), None)
        replies.append({"order_id": life.number, "text": said.spoken.get("public_reply", "") if said else ""})
        truth.append(_truth(life))
    for t in world.truths:
        if t.fate == "never_entered":
            path = world.place.path(t.leaf, world.pack.areas[t.area].parent or "")
            truth.append({"order_id": -t.request, "unit": path.lead.code if path else "", "cheats": ["never_enter"]})
    pq.write_table(pa.Table.from_pylist(truth), folder / "truth.pq")
    pq.write_table(pa.Table.from_pylist(replies), folder / "replies.pq")
    units = [{"unit": a.unit, "switch": str(next(iter(a.switches), ""))} for a in world.agencies.all.values()]
    pq.write_table(pa.Table.from_pylist(units), folder / "units.pq")
    return folder


def _rows(lives: list[Life], world: World) -> dict[str, dict[str, list[Any]]]:
    zone = world.pack.calendar.zone
    rows: dict[str, dict[str, list[Any]]] = {t: {f.name: [] for f in SCHEMAS[t]} for t in (ORDERS, EVENTS)}
    for life in lives:
        events = [(event, step.by) for step in life.steps for event in step.events]
        for name, value in _order(life, world, len(events)).items():
            rows[ORDERS][name].append(value)
        for seq, (event, by) in enumerate(events, 1):
            if event.NAME in _KEPT:
                for name, value in _event(life.number, seq, event, by, event.at.astimezone(zone).date()).items():
                    rows[EVENTS][name].append(value)
    return rows


def _truth(life: Life) -> dict[str, Any]:
    t = life.truth
    return {
        "order_id": life.number, "unit": t.unit or "", "solved": t.solved, "person": t.person,
        "told_grade": str(t.told_grade or ""), "told_solved": t.told_solved, "cheats": sorted(map(str, t.cheats)),
    }  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """A world as signs see it, and what is true of it."""

    facts: Facts
    truth: dict[str, dict[str, Any]]
    texts: dict[str, str]
    switch: dict[str, str]
    never_entered: list[str]
    """The lead unit of each call that was never entered."""

    @classmethod
    def of(cls, folder: Path) -> Recorded:
        """Read what `record` wrote."""
        lake = Lake(folder)
        facts = facts_of(lake, *ALL, REPEAT_DAYS)
        lake.close()
        rows = pq.read_table(folder / "truth.pq").to_pylist()
        truth = {str(t["order_id"]): t for t in rows if t["order_id"] > 0}
        missed = [t["unit"] for t in rows if t["order_id"] < 0]
        texts = {str(r["order_id"]): r["text"] for r in pq.read_table(folder / "replies.pq").to_pylist()}
        switch = {u["unit"]: u["switch"] for u in pq.read_table(folder / "units.pq").to_pylist()}
        return cls(facts, truth, texts, switch, missed)

    def periods(self, size: int, by: str = "unit") -> Recorded:
        """With runs of `size` or more orders of one unit (column `by`), named unit#number, in place of units."""
        of = self.facts.text(by) if by != "unit" else self.facts.unit
        return self.named(_runs(of, self.facts.rows["received_at"].to_numpy().astype(np.int64), size))

    def named(self, names: NDArray[np.str_]) -> Recorded:
        """With these names in place of units; orders named '' are left out."""
        kept = names != ""
        repeated = self.facts.rows.filter(pa.array(self.facts.repeated))
        facts = Facts(self.facts.rows.filter(pa.array(kept)), repeated, self.facts.settled[kept])
        facts.unit = names[kept]
        return replace(self, facts=facts)

    def switch_of(self, period: str) -> str:
        """The switch of a unit-period's unit."""
        return self.switch.get(period.partition("#")[0], "")


def _runs(unit: NDArray[np.str_], at: NDArray[np.int64], size: int) -> NDArray[np.str_]:
    """The name of the run that each order belongs to, '' at units with fewer orders than `size`."""
    order = np.lexsort((at, unit))
    of = unit[order]
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    lengths = np.diff(np.r_[starts, len(of)])
    place, whole = np.arange(len(of)) - np.repeat(starts, lengths), np.repeat(lengths, lengths)
    run = np.minimum(place // size, np.maximum(whole // size - 1, 0))
    names = np.where(whole >= size, np.char.add(np.char.add(of, "#"), run.astype(str)), "")
    found = np.empty(len(of), names.dtype)
    found[order] = names
    return found
