"""Making a release (编制公开包): every leaf of the range opened as far as small cells allow (阳光账本 §2.4–2.5).

Leaves are opened by cells, never singly. An agency of a cohort is named on every side of every leaf from the release
on in which it has k orders to show, or on none. Where it is named, category and channel of a leaf are opened if k
orders have arrived with it under both, and street, finer category and week if k have arrived under these besides.
Whatever is unnamed has at least two parts of k orders together (`cells`).

Exact at any time: all figures of the city. Exact for a named agency: where its orders stand, since its orders from
before it was named are handed over by outcome in `joined`. Those orders are its stated remainder: the word of the
centre, bounded by the pool, and their earlier replies and second handlings stay in the pool. To which agency a shut
side belongs is the centre's word too; an agency can check its own cell, for it knows its orders, and the auditor all.

An order that was erased keeps the openings of its move and both agencies, which tell nothing of a person; its matter
and place stay shut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from minsheng.account.releases.ballots import BallotRefused, Ballots
from minsheng.account.releases.cells import FEWEST, Cell, named_cells
from minsheng.account.releases.lines import (
    FORMAT,
    ORDERS,
    Ledger,
    Line,
    Opening,
    Piece,
    Writer,
    manifest,
    manifest_commitment,
)
from minsheng.account.releases.metrics import STANDARD, Metric
from minsheng.account.releases.tally import AT, OUTCOMES, POOL, Row, Tally
from minsheng.core.ledger.leaf import Fields, Leaf, LeafKind, opened
from minsheng.core.ledger.telling import Group

LEVELS = ((1, 2), (2, 4), (4, 7))
"""How many texts tell a whole and its parts: agencies of a cohort, matters of an agency, places of a matter."""


class NothingToRelease(Exception):
    """A release cannot be made; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf as the centre holds it: its openings (of a SEALED one the bare commitment), and of which order it is and
    the number of its event there, which are never written."""

    leaf: Leaf
    groups: tuple[Piece, ...]
    order: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a release is of. `metrics` are the definitions in force, logged before the month."""

    city: str
    log: str
    month: str
    k: int = FEWEST
    metrics: Sequence[Metric] = STANDARD


@dataclass(slots=True)
class Memory:
    """What the centre keeps from one release to the next, none of it public: where orders truly stand, which cells are
    named, and the orders that have arrived in each cell that is not."""

    closing: Ledger = field(default_factory=Ledger)
    previous: str | None = None
    told: bytes | None = None
    """C of the last release's leaf, which has to be in the next one's range."""
    true: Tally = field(default_factory=Tally)
    named: set[Cell] = field(default_factory=set)
    arrived: dict[Cell, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Released:
    """A release that was written: the fields of its RELEASE leaf, its bytes, and what to keep for the next."""

    manifest: Fields
    size: int
    memory: Memory


def publish(leaves: Iterable[Held], terms: Terms, memory: Memory, to: IO[bytes]) -> Released:
    """Write the release of `leaves`, which follow those of the last one. They are walked twice.

    `memory` is left as it was. NothingToRelease when a leaf lacks an opening or a metric was not logged in time."""
    if terms.k < FEWEST:
        raise NothingToRelease(f"k is {terms.k}: give {FEWEST} or more")
    survey = _Survey(memory)
    for each in leaves:
        survey.take(each)
    carried = memory.closing
    named, joined = _named(survey, memory, terms.k)
    closing, ballots = Ledger(terms.month, carried.size, carried.tally.copy(), list(carried.metrics)), Ballots()
    for cohort, agency, *standing in joined:
        closing.tally.join(str(cohort), str(agency), [int(count) for count in standing])
    header = _header(terms, carried, joined, memory.previous, carried.size + survey.leaves)
    told = memory.told is None
    with Writer(to) as writer:
        writer.content(header)
        for each in leaves:
            line = Line(closing.size, each.leaf.kind, each.leaf.day, _groups(each, named))
            writer.line(line.text())
            told = told or each.leaf.commitment == memory.told
            try:
                account(closing, ballots, line)
            except BallotRefused as error:
                raise NothingToRelease(f"leaf {line.index} is no ballot: {error}") from error
        if not told:
            raise NothingToRelease("the leaf of the last release is not in this range: add it to the log first")
        writer.content(_trailer(closing, ballots, terms.metrics))
    kept = {cell: orders for cell, orders in survey.arrived.items() if cell not in named}
    fields = manifest(header, closing.state, writer.digest)
    memory = Memory(closing, writer.digest, manifest_commitment(fields), survey.true, named, kept)
    return Released(fields, writer.size, memory)


def account(ledger: Ledger, ballots: Ballots, line: Line) -> None:
    """Add a line to where the ledger stands: the public's way and the centre's, which are the same."""
    ledger.size += 1
    fields = line.fields() or {}
    if line.kind in ORDERS:
        ledger.tally.move(fields, line.agency(Group.FROM), line.agency(Group.TO) or POOL)
    elif line.kind is LeafKind.METRIC:
        ledger.note_metric(line.index, line.day, fields)
    elif line.kind is LeafKind.BALLOT:
        ballots.add(fields)


def rates(tally: Tally, ballots: Ballots, metrics: Sequence[Metric]) -> list[Row]:
    """Cohort (or period, of ballots), agency, metric, part, whole and left out; of each cohort the city first."""
    return [
        [cohort, agency, metric.name, *metric.of(counts)]
        for counted in (tally, ballots)
        for cohort, agency, counts in counted.named()
        for metric in metrics
        if metric.of_ballots == (counted is ballots)
    ]


def check_metrics(ledger: Ledger, metrics: Sequence[Metric]) -> bool:
    """Whether the definitions were late. NothingToRelease unless they are those in force in the ledger's month."""
    in_force, late = ledger.in_force(ledger.month)
    given = {metric.name: [metric.version, metric.digest] for metric in metrics}
    wrong = [name for name in {**in_force, **given} if given.get(name) != in_force.get(name, [])[3:]]
    if wrong or len(given) != len(metrics):
        raise NothingToRelease(f"the definition of {wrong[:1]} is not the one that the log has for {ledger.month}")
    return late


def _trailer(closing: Ledger, ballots: Ballots, metrics: Sequence[Metric]) -> dict[str, Any]:
    late = check_metrics(closing, metrics)
    try:
        ballots.check()
    except BallotRefused as error:
        raise NothingToRelease(f"{error}: give them a longer period") from error
    found = rates(closing.tally, ballots, metrics)
    return {"closing": closing.state, "late": late, "ballots": ballots.rows, "rates": found}


def _header(terms: Terms, carried: Ledger, joined: list[Row], previous: str | None, to: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "city": terms.city,
        "log": terms.log,
        "month": terms.month,
        "from": carried.size,
        "to": to,
        "k": terms.k,
        "previous": previous,
        "metrics": [metric.text for metric in terms.metrics],
        "carried": carried.state,
        "joined": joined,
    }


def _sides(each: Held) -> tuple[Fields, str | None, str]:
    """The move of an order's leaf and the agencies on both sides."""
    sides = each.groups[Group.MOVE], each.groups[Group.FROM], each.groups[Group.TO]
    known = [piece.fields for piece in sides if isinstance(piece, Opening)]
    if len(known) != len(sides):
        raise NothingToRelease(f"a leaf of {each.leaf.day} has lost the opening of its move: restore it")
    giver = known[1]["agency"]
    return known[0], None if giver is None else str(giver), str(known[2]["agency"])


def _cells(each: Held, cohort: str, agency: str) -> list[Cell]:
    """The cells of a leaf below its agency's: matter, and place within it."""
    cells: list[Cell] = []
    matter, place = each.groups[Group.MATTER], each.groups[Group.PLACE]
    if isinstance(matter, Opening):
        cells.append((cohort, agency, str(matter.fields["category"]), str(matter.fields["channel"])))
        if isinstance(place, Opening):
            cells.append((*cells[0], *(str(place.fields[name]) for name in ("street", "category", "week"))))
    return cells


class _Survey:
    """What a first walk over the leaves finds, whatever their order, besides what was kept from the last release.

    `leaves` is their number, `true` where orders stand, `arrived` the orders that came to each cell not named."""

    def __init__(self, memory: Memory) -> None:
        self.leaves = 0
        self.true = memory.true.copy()
        self.arrived = {cell: set(orders) for cell, orders in memory.arrived.items()}
        self._memory = memory
        self._first: dict[tuple[str, str], tuple[int, bool, str]] = {}

    def take(self, each: Held) -> None:
        """Move the order of a leaf where it truly stands, and note to whom and to which cells it came."""
        self.leaves += 1
        if each.leaf.kind not in ORDERS:
            return
        move, giver, taker = _sides(each)
        self.true.move(move, giver, taker)
        cohort, came = str(move["cohort"]), giver != taker
        for agency, arrives in ((giver, False), (taker, came)):
            key = each.order, agency or ""
            if agency is not None and (key not in self._first or each.seq < self._first[key][0]):
                self._first[key] = each.seq, arrives, cohort
        for cell in _cells(each, cohort, taker) if came else ():
            if cell not in self._memory.named:
                self.arrived.setdefault(cell, set()).add(each.order)

    @property
    def sizes(self) -> dict[Cell, int]:
        """The orders that each agency of a cohort has to show: those that stood with it before the first of these
        leaves, and those that came to it since: an order's first event with an agency tells which."""
        sizes: dict[Cell, int] = {key: sum(row[: len(OUTCOMES)]) for key, row in self._memory.true.counts.items()}
        for (_, agency), (_, arrives, cohort) in self._first.items():
            sizes[cohort, agency] = sizes.get((cohort, agency), 0) + arrives
        return sizes


def _named(survey: _Survey, memory: Memory, k: int) -> tuple[set[Cell], list[Row]]:
    """All cells to name, and the agencies among them that are new, with their orders of before by outcome."""
    named = _by_whole(survey.sizes, memory.named, *LEVELS[0], k)
    joined: list[Row] = []
    for cohort, agency in sorted(cell for cell in named if cell not in memory.named):
        counts = memory.true.counts.get((cohort, agency), [0] * len(AT))
        joined.append([cohort, agency, *counts[: len(OUTCOMES)]])
    below = {cell: len(orders) for cell, orders in survey.arrived.items()}
    for above, length in LEVELS[1:]:
        parts = {cell: size for cell, size in below.items() if len(cell) == length and cell[:above] in named}
        named |= _by_whole(parts, memory.named, above, length, k)
    return named, joined


def _by_whole(sizes: Mapping[Cell, int], before: set[Cell], above: int, length: int, k: int) -> set[Cell]:
    """The parts to name of every whole: cells of `length` texts, of which the first `above` tell the whole."""
    wholes: dict[Cell, dict[Cell, int]] = {}
    known: dict[Cell, set[Cell]] = {}
    for cell in before:
        if len(cell) == length:
            known.setdefault(cell[:above], set()).add(cell)
    for cell, size in sizes.items():
        wholes.setdefault(cell[:above], {})[cell] = size
    named = {cell for cells in known.values() for cell in cells}
    for whole, parts in wholes.items():
        named |= named_cells(parts, known.get(whole, set()), k)
    return named


def _groups(each: Held, named: set[Cell]) -> tuple[Piece, ...]:
    """The groups of a leaf as they are released: opened where their cells are named, else shut."""
    if each.leaf.kind not in ORDERS:
        return each.groups
    move, giver, taker = _sides(each)
    cohort = str(move["cohort"])
    cells = [(cohort, taker), *_cells(each, cohort, taker)]
    depth = next((at for at, cell in enumerate(cells) if cell not in named), len(cells))
    open_ones = {Group.MOVE} | set([Group.TO, Group.MATTER, Group.PLACE][:depth])
    if giver is None or (cohort, giver) in named:
        open_ones.add(Group.FROM)
    return tuple(
        opened(i, piece.salt, piece.fields) if isinstance(piece, Opening) and Group(i) not in open_ones else piece
        for i, piece in enumerate(each.groups)
    )
