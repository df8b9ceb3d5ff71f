"""The fast way to drive a city (快速驱动): the world in memory, its orders by COPY into the house's own tables.

A run goes in stretches of days. At the end of each, orders that are finished, the progress row and the mark that the
data are simulated are committed in one transaction, after the world's state and the truth's parts are on disk; so an
interrupted run goes on at its last stretch and ends exactly as one that was never interrupted."""

from __future__ import annotations

import gc
import json
import multiprocessing
import pickle
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg

from minsheng.ground.city import CityPack
from minsheng.respond import bulk
from minsheng.sim.hours import when
from minsheng.sim.life import Life
from minsheng.sim.plan import BadPlan, Plan
from minsheng.sim.truth import Folder, request_row
from minsheng.sim.words import Words
from minsheng.sim.world import Numbering, World

STRETCH = 15
"""Days between two commits."""
_FORK = multiprocessing.get_context("fork")
_SQL = Path(__file__).parent / "sql"
_ALONE = (_SQL / "alone.sql").read_text("utf-8")
_FOUND = (_SQL / "found.sql").read_text("utf-8")
_BEGUN = (_SQL / "begun.sql").read_text("utf-8")
_GOT_TO = (_SQL / "got_to.sql").read_text("utf-8")
Progress = Callable[[int, int, int], None]
"""Told after each day: days done, days in all, orders so far."""


@dataclass(slots=True)
class Report:
    """What a run did: orders and rows by table that it wrote, commands the rules refused, where it was taken up."""

    orders: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    resumed_at: int = 0
    finished_before: bool = False


def said(plan: Plan, pack: CityPack) -> dict[str, Any]:
    """The plan as it is kept with the data."""
    return {
        "city": pack.city.code,
        "months": plan.months,
        "first": plan.first.isoformat(),
        "last": plan.last.isoformat(),
        "orders_per_day": plan.per_day,
        "seed": plan.seed,
        "interventions": plan.interventions,
        "gaming": {str(s): f"{g.often:g}@{g.share:g}" for s, g in plan.gaming.items()},
    }


@dataclass(frozen=True, slots=True)
class Into:
    """Where a run goes: the database by its loader's login, a folder for what a resumption needs, one for the truth;
    `numbering` gives orders their numbers of record."""

    conninfo: str
    state: Path
    truth: Path
    numbering: Numbering


def drive(plan: Plan, pack: CityPack, into: Into, progress: Progress = lambda *_: None) -> Report:
    """Run `plan`. BadPlan when the database holds anything else than this very run, or the plan may not be run."""
    if plan.gaming and not pack.city.invented:
        raise BadPlan(
            f"{pack.city.name} is not an invented city: no real place may be shown cheating; leave --gaming out"
        )
    mark = plan.fingerprint(pack.digest)
    with psycopg.connect(into.conninfo) as connection:
        days, finished, upto = _found(connection, mark)
        if finished:
            return Report(finished_before=True, resumed_at=days)
        if upto == 0:
            upto = bulk.first_number(connection)
            connection.execute(_BEGUN.encode(), [json.dumps(said(plan, pack), ensure_ascii=False), mark, upto])
    return _Run(plan, pack, into, progress).go(days, upto)


def _found(connection: psycopg.Connection, mark: str) -> tuple[int, bool, int]:
    """Days done, finished, next number: of this plan's run in the database; zeros when it holds nothing yet."""
    connection.execute(_ALONE.encode())
    row = connection.execute(_FOUND.encode()).fetchone()
    assert row is not None
    fingerprint, days, finished, upto, orders = row
    if fingerprint is None:
        if orders:
            raise BadPlan("this data directory already holds orders; give --into a new one")
        return 0, False, 0
    if fingerprint != mark:
        raise BadPlan(
            "this data directory holds another run (city, length, volume, seed or gaming differ); give --into a new one"
        )
    return days, finished, upto


class _Run:
    """Two processes in step: the parent lives through a stretch of days while a child, forked at the end of the one
    before, writes what that one finished, its truth and the world as it stood at the fork."""

    def __init__(self, plan: Plan, pack: CityPack, into: Into, progress: Progress) -> None:
        self.plan, self.pack, self.into, self.progress = plan, pack, into, progress
        self.truth = Folder(into.truth)
        self.rows: Counter[str] = Counter()
        self._writing: tuple[BaseProcess, Connection] | None = None

    def go(self, days: int, upto: int) -> Report:
        world = self._world(days, upto)
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            while world.day < self.plan.days:
                for _ in range(min(STRETCH, self.plan.days - world.day)):
                    world.run_day()
                    self.progress(world.day, self.plan.days, world.next_number - 1)
                if world.day == self.plan.days:
                    world.close()
                self._write(world)
            self._written()
        finally:
            self._abandon()
            gc.enable()
            gc.unfreeze()
        self.truth.seal(world, said(self.plan, self.pack))
        self._finish()
        return Report(self.rows["respond_order"], self.rows, dict(sorted(world.refused.items())), resumed_at=days)

    def _world(self, days: int, upto: int) -> World:
        self.into.state.mkdir(parents=True, exist_ok=True)
        if days == 0:
            self.truth.begin()
            return World(self.plan, self.pack, self.into.numbering, upto)
        with self._file(days).open("rb") as file:
            world: World = pickle.load(file)
        return world.resumed(self.pack, self.into.numbering, Words(self.pack))

    def _file(self, days: int) -> Path:
        return self.into.state / f"world-{days:05d}.pickle"

    def _write(self, world: World) -> None:
        """Hand the stretch to a child, once the one before is committed."""
        self._written()
        ours, theirs = _FORK.Pipe()
        child = _FORK.Process(target=self._child, args=(world, ours, theirs), name=f"sim-writer-{world.day}")
        child.start()
        theirs.close()
        self._writing = (child, ours)
        world.finished.clear()
        world.truths.clear()
        world.calls.clear()

    def _written(self) -> None:
        """Let the child at work commit and wait for it; its error is raised here."""
        if self._writing is None:
            return
        child, ours = self._writing
        try:
            if (told := ours.recv()) is None:
                ours.send(True)
                told = ours.recv()
        except EOFError:
            told = "it was killed"
        child.join()
        self._writing = None
        if isinstance(told, str):
            raise RuntimeError(f"writing the stretch failed: {told}")
        self.rows.update(told)

    def _abandon(self) -> None:
        """Leave a child that waits for leave to commit: it rolls back."""
        if self._writing is not None:
            child, ours = self._writing
            ours.close()
            child.join()
            self._writing = None

    def _child(self, world: World, ours: Connection, theirs: Connection) -> None:
        """Write what is finished; commit when the parent, asked, says so. One that is dead says nothing."""
        ours.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def leave_to_commit() -> None:
            theirs.send(None)
            theirs.recv()

        try:
            with bulk.Bulk(self.into.conninfo) as writer:
                for life in world.finished:
                    writer.add(whole(life))
                self._stretch_done(world, writer, leave_to_commit)
                theirs.send(dict(writer.rows))
        except (EOFError, BrokenPipeError):
            return
        except Exception:
            theirs.send(traceback.format_exc())

    def _stretch_done(self, world: World, writer: bulk.Bulk, leave_to_commit: Callable[[], None]) -> None:
        number = -(-world.day // STRETCH)
        self.truth.part("requests", number, map(request_row, world.truths))
        self.truth.part("calls", number, (half.row() for half in world.calls))
        for handed_over in (world.finished, world.truths, world.calls):
            handed_over.clear()
        beside = self._file(world.day).with_suffix(".new")
        with beside.open("wb") as file:
            pickle.dump(world, file, protocol=pickle.HIGHEST_PROTOCOL)
        beside.rename(self._file(world.day))

        def also(connection: psycopg.Connection) -> None:
            connection.execute(_ALONE.encode())
            connection.execute(_GOT_TO.encode(), {"days": world.day, "upto": world.next_number, "finished": False})
            bulk.numbers_taken(connection, world.next_number - 1)
            leave_to_commit()

        writer.commit(also)
        for old in self.into.state.glob("world-*.pickle"):
            if old != self._file(world.day):
                old.unlink()

    def _finish(self) -> None:
        with psycopg.connect(self.into.conninfo) as connection:
            connection.execute(_GOT_TO.encode(), {"days": self.plan.days, "upto": None, "finished": True})
        self.truth.tidy()
        for old in self.into.state.glob("world-*.pickle"):
            old.unlink()


def whole(life: Life) -> bulk.Life:
    """A life of the world as the bulk writer takes it."""
    assert life.policy is not None
    return bulk.Life(
        number=life.number,
        order=life.o,
        steps=life.steps,
        person=life.person,
        title=life.title,
        text=life.text,
        policy=life.policy,
        swept=when(max(life.swept, life.last)),
        ratings=life.ratings,
    )
