"""The truth (真相), kept apart: Parquet tables of what is true of a run, beside the city's data and never among them.

No room of the product reads these files: an import contract and a test hold that. Times are UTC; codes are those of
the city pack and of DOMAIN §6.3. Tables: requests, causes, agencies, interventions, calls; `SCHEMAS` says what each
column means. The same plan gives the same files, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from minsheng.sim.life import Truth
from minsheng.sim.plan import Switch
from minsheng.sim.world import World

_TIME = pa.timestamp("s", tz="UTC")
_CODES = pa.list_(pa.string())


def _schema(what: str, **columns: tuple[pa.DataType, str]) -> pa.Schema:
    made = [pa.field(name, kind, metadata={"meaning": meaning}) for name, (kind, meaning) in columns.items()]
    return pa.schema(made, metadata={"table": what, "data": "模拟数据 simulated"})


SCHEMAS: Mapping[str, pa.Schema] = {
    "requests": _schema(
        "One row a request that somebody made and one an order split off, whether or not the house came to know of it.",
        request=(pa.int64(), "number of the request in order of time"),
        at=(_TIME, "when it was said (calls: when the talk ended; abandoned: when the call came)"),
        no=(pa.string(), "order number; null when no order was made"),
        fate=(pa.string(), "registered, abandoned (the caller gave up waiting) or never_entered"),
        person=(pa.int64(), "who asked: one number a person"),
        again=(pa.bool_(), "the person has asked before about this cause and was not content"),
        cause=(pa.int64(), "the cause behind it; null for a matter of one's own"),
        duplicate_of=(pa.string(), "the order about the same cause that was open when it came"),
        second_of=(pa.string(), "the order from whose message it was split"),
        leaf=(pa.string(), "true category"),
        kind=(pa.string(), "true kind"),
        area=(pa.string(), "true area, a village or community"),
        spot=(pa.string(), "true spot"),
        lon=(pa.float64(), "degrees, WGS 84"),
        lat=(pa.float64(), "degrees, WGS 84"),
        unreasonable=(pa.bool_(), "no lawful handling can content it"),
        unit=(pa.string(), "unit that handled it last"),
        first_did=(pa.string(), "what the first handling truly did: solved, relieved, explained, unfounded, nothing"),
        first_done_at=(_TIME, "when that work was done; null when it was not done before it was reported as done"),
        first_due=(_TIME, "until when it was due"),
        first_solved=(pa.bool_(), "whether the resident then found it solved"),
        first_grade=(pa.string(), "the grade that the resident then felt"),
        did=(pa.string(), "what the last handling truly did"),
        done_at=(_TIME, "when"),
        solved=(pa.bool_(), "whether the resident found it solved in the end"),
        grade=(pa.string(), "the grade felt in the end"),
        told_solved=(pa.bool_(), "what the resident told the house in the end"),
        told_grade=(pa.string(), "the grade given in the end"),
        cheats=(_CODES, "switches that were used on it"),
    ),
    "causes": _schema(
        "One row a cause, whether or not it ever made a request.",
        cause=(pa.int64(), "number"),
        kind=(pa.string(), "chronic, seasonal, emergent, shock, private"),
        name=(pa.string(), "what it is, in English"),
        leaf=(pa.string(), "category"),
        area=(pa.string(), "village or community; null when it is city-wide"),
        spot=(pa.string(), "spot"),
        lon=(pa.float64(), "degrees, WGS 84"),
        lat=(pa.float64(), "degrees, WGS 84"),
        began=(pa.date32(), "first day"),
        ended=(pa.date32(), "day from which it made no requests any more; null when it went on after the run"),
        removed=(pa.bool_(), "somebody removed it; otherwise its own life ended or the run did"),
        people=(pa.int64(), "residents affected"),
        asked=(pa.int64(), "requests that it made"),
    ),
    "agencies": _schema(
        "One row a handling unit.",
        unit=(pa.string(), "code"),
        style=(pa.string(), "diligent, ordinary, slow, ping_pong, perfunctory"),
        a_day=(pa.float64(), "orders that it can finish on a working day"),
        **{str(s): (pa.float64(), f"how often it uses the switch {s} when it could; 0 never") for s in Switch},
    ),
    "interventions": _schema(
        "One row a governance action.",
        intervention=(pa.int64(), "number"),
        began=(pa.date32(), "first day"),
        category=(pa.string(), "second-level category"),
        townships=(_CODES, "areas"),
        units=(_CODES, "units that lead the category there"),
        chosen=(pa.string(), "random, or worst: the places with most requests in the 30 days before"),
        effect=(pa.string(), "none, partial, full, delayed, displaced"),
        dropped=(pa.float64(), "share of requests that it takes away once it works"),
        delay_days=(pa.int64(), "days until it works"),
        moved=(pa.float64(), "of those taken away, the share that comes back under a sibling category"),
        before=(pa.int64(), "requests of its cells in the 30 days before"),
        without=(pa.int64(), "requests that its cells would have made from the first day to the end of the run"),
        happened=(pa.int64(), "requests that they made"),
        displaced=(pa.int64(), "requests that came under a sibling category instead"),
    ),
    "calls": _schema(
        "One row a half-hour of the telephone.",
        at=(_TIME, "its beginning"),
        agents=(pa.int64(), "agents on duty"),
        offered=(pa.int64(), "calls that came"),
        answered=(pa.int64(), "calls answered"),
        abandoned=(pa.int64(), "callers who gave up"),
        in_time=(pa.int64(), "answered within 15 s (GB/T 33358-2016)"),
        waited=(pa.int64(), "seconds waited by the answered"),
        talked=(pa.int64(), "seconds talked"),
    ),
}
"""Every table with its columns; each column carries its meaning in the file itself."""


def request_row(truth: Truth) -> dict[str, Any]:
    """One request as the table holds it."""
    row = {f.name: getattr(truth, f.name) for f in fields(truth) if f.name != "cheats"}
    return {**row, "cheats": sorted(truth.cheats)}


class Folder:
    """The folder of a run's truth. Requests and calls come in parts as the run goes; `seal` joins them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / ".parts"

    def begin(self) -> None:
        """An empty folder; what another run left there goes."""
        self._parts.mkdir(parents=True, exist_ok=True)
        for path in [*self.folder.glob("*.parquet"), *self._parts.glob("*.parquet")]:
            path.unlink()

    def part(self, table: str, number: int, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write part `number` of a table; the same part again replaces it."""
        self._parts.mkdir(parents=True, exist_ok=True)
        _write(self._parts / f"{table}-{number:05d}.parquet", table, list(rows))

    def seal(self, world: World, plan: Mapping[str, Any]) -> None:
        """Join the parts and write what is known at the end; doing it again gives the same files."""
        for table in ("requests", "calls"):
            schema = _with(SCHEMAS[table], plan)
            with pq.ParquetWriter(self.folder / f"{table}.parquet", schema) as out:
                for part in sorted(self._parts.glob(f"{table}-*.parquet")):
                    out.write_table(pq.read_table(part).cast(schema))
        for table, rows in (
            ("causes", _causes(world)),
            ("agencies", _agencies(world)),
            ("interventions", _interventions(world)),
        ):
            _write(self.folder / f"{table}.parquet", table, rows, plan)

    def tidy(self) -> None:
        """Remove the parts of a sealed truth."""
        for part in self._parts.glob("*.parquet"):
            part.unlink()
        self._parts.rmdir()


def _with(schema: pa.Schema, plan: Mapping[str, Any]) -> pa.Schema:
    known = dict(schema.metadata or {})
    return schema.with_metadata({**known, **{f"plan.{k}": str(v) for k, v in plan.items()}})


def _write(path: Path, table: str, rows: Sequence[Mapping[str, Any]], plan: Mapping[str, Any] | None = None) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema=_with(SCHEMAS[table], plan or {})), path)


def _causes(world: World) -> list[dict[str, Any]]:
    rows = []
    for cause in world.causes.all:
        community = world.place.communities[cause.community]
        spot = next((s for s in world.place.spots(community) if s.name == cause.spot), None)
        wide = cause.spot == ""
        last = world.plan.days
        removed = cause.removed_at is not None
        ended = (cause.removed_at - world.start) // 86400 + 1 if cause.removed_at is not None else cause.ends
        rows.append(
            {
                "cause": cause.id,
                "kind": cause.kind,
                "name": world.causes.templates[cause.template].name,
                "leaf": world.leaves[cause.leaf].code,
                "area": None if wide else community.area.code,
                "spot": cause.spot,
                "lon": None if wide else spot.lon if spot else community.area.lon,
                "lat": None if wide else spot.lat if spot else community.area.lat,
                "began": world.year.day(cause.born),
                "ended": world.year.day(ended) if ended <= last else None,
                "removed": removed,
                "people": cause.people,
                "asked": cause.asked,
            }
        )
    return rows


def _agencies(world: World) -> list[dict[str, Any]]:
    return [
        {"unit": a.unit, "style": a.style, "a_day": a.a_day, **{str(s): a.switches.get(s, 0.0) for s in Switch}}
        for a in world.agencies.all.values()
    ]


def _interventions(world: World) -> list[dict[str, Any]]:
    rows = []
    for action in world.actions.all:
        townships = [world.place.townships[i] for i in sorted(action.townships)]
        leaf = world.leaves[min(action.leaves)].code
        units = sorted({p.lead.code for t in townships if (p := world.place.path(leaf, t)) is not None})
        rows.append(
            {
                "intervention": action.id,
                "began": world.year.day(action.day),
                "category": action.category,
                "townships": townships,
                "units": units,
                "chosen": action.chosen,
                "effect": action.effect,
                "dropped": action.dropped,
                "delay_days": action.delay,
                "moved": action.share_moved,
                "before": action.before,
                "without": action.expected,
                "happened": action.happened,
                "displaced": action.moved,
            }
        )
    return rows
