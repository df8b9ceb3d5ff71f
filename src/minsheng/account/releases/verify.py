"""Checking a release (公开包核验) against the log and a signed checkpoint, from public files alone (阳光账本 §2).

Whoever checks needs the release, the log's files and a policy of whose signatures count. Every leaf is made anew
from what its line opens; the root over these leaves must be the signed one; every figure is counted again. The same
rules stand in `standalone`, written apart. What no check can show is said in the design §2.12 and in `publish`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any

from minsheng.account.log import merkle
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.keys import Verifier
from minsheng.account.log.merkle import ProofFailed
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.policy import Cosigned, Policy
from minsheng.account.log.tiles import Read, Tiles
from minsheng.account.releases.lines import LineRefused, read
from minsheng.account.releases.metrics import MetricRefused
from minsheng.account.releases.reading import Fault, Reading
from minsheng.account.releases.tally import AT, Row
from minsheng.account.releases.tree import check_tiles, root_over
from minsheng.core.ledger.leaf import Leaf, LeafKind

LATE, EARLY = timedelta(days=1), timedelta(days=31)
"""A leaf is absurd if dated so long after the checkpoint was cosigned, or before the one it came after."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found right. `manifest` is the place of the release's own leaf, None while the log has none; `late` that
    metrics were defined only after the month began; `remainders` are orders of named agencies that came over from the
    pool unproven: cohort, agency, number."""

    month: str
    start: int
    stop: int
    checkpoint: Checkpoint
    manifest: int | None
    rates: list[Row]
    late: bool
    remainders: list[tuple[str, str, int]]
    receipt: int | None = None

    @property
    def text(self) -> str:
        """For people: both sides of every ratio."""
        return "\n".join(self._words())

    def _words(self) -> Iterator[str]:
        yield f"{self.month}: leaves {self.start} to {self.stop - 1} are in the log of {self.checkpoint.size}, whole"
        for cohort, agency, name, part, whole, out in self.rates:
            share = f" = {int(part) / int(whole):.1%}" if whole else ""
            yield f"{cohort} {agency or '(unnamed)'} {name}: {part}/{whole}{share}, left out {out}"
        if self.late:
            yield "no metric was defined before the month began: these are the first that came after"
        for cohort, agency, number in self.remainders:
            yield f"{cohort} {agency}: {number} orders came from the unnamed, unproven"
        file = "the log does not commit to the file yet"
        yield file if self.manifest is None else f"the file is leaf {self.manifest} of the log"
        if self.receipt is not None:
            yield f"the receipt is kept: leaf {self.receipt}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt promises: an intake's commitment, and its day by UTC. Its signature is for its reader to check."""

    commitment: bytes
    day: date


def verify(
    log: Read,
    signed: bytes,
    policy: Policy,
    release: Path,
    *,
    logs: Iterable[Verifier] = (),
    previous: Path | None = None,
    receipt: Receipt | None = None,
    seen: bytes | None = None,
) -> Report:
    """Check a release file against the log's files and its signed checkpoint. Raises Fault, the first one.

    `logs` are keys to trust besides the policy's; `previous` is the release before; `seen` another checkpoint of the
    log, which this one must continue."""
    keys = tuple(logs)
    cosigned = _opened(signed, policy, keys, "checkpoint")
    head = cosigned.checkpoint
    tiles = Tiles(log, head.size)
    older = _opened(seen, policy, keys, "seen") if seen is not None else None
    try:
        if older is not None:
            _continues(tiles, head, older.checkpoint)
        reading = Reading(tiles, head.origin, older.checkpoint.size if older else head.size)
        with release.open("rb") as file:
            reading.take(read(file))
            file.seek(0)
            digest = file_digest(file, "sha256").hexdigest()
        own = reading.check_tail(digest, tiles.entries(reading.header["to"]))
        hashes = bytes(reading.hashes)
        check_tiles(tiles, reading.header["from"], hashes)
        if root_over(tiles, reading.header["from"], hashes) != head.root:
            raise Fault("root", "The log's leaves and tiles do not lead to the root that was signed.")
        if previous is not None:
            _follows(reading.header, previous)
        _dated(reading, cosigned, older)
        place = _kept(tiles, head, receipt, reading) if receipt else None
    except (LineRefused, MetricRefused) as error:
        raise Fault("malformed", f"{error}.") from error
    except (OSError, ProofFailed, IndexError) as error:
        raise Fault("log", f"The files cannot be read whole: {error}.") from error
    return _report(reading, head, own, place)


def _report(reading: Reading, head: Checkpoint, own: int | None, place: int | None) -> Report:
    counts = sorted(reading.ledger.tally.counts.items())
    remainders = [(*key, row[AT["joined"]]) for key, row in counts if row[AT["joined"]]]
    header = reading.header
    return Report(
        header["month"], header["from"], header["to"], head, own, reading.rates, reading.late, remainders, place
    )


def _opened(signed: bytes, policy: Policy, logs: tuple[Verifier, ...], name: str) -> Cosigned:
    try:
        return policy.open(signed, logs)
    except NoteRefused as error:
        raise Fault(name, f"The checkpoint is not one that the policy accepts: {error}.") from error


def _continues(tiles: Tiles, head: Checkpoint, older: Checkpoint) -> None:
    """Whether the log continues the one whose checkpoint was seen."""
    if older.origin != head.origin:
        raise Fault("seen", f"The checkpoint seen is of the log {older.origin!r}.")
    if older.size > head.size:
        raise Fault("seen", f"The log had {older.size} leaves when seen and has {head.size} now: it was put back.")
    try:
        if older.size:
            merkle.check_consistency(tiles.consistency(older.size), older.size, older.root, head.size, head.root)
    except ProofFailed as error:
        raise Fault("seen", f"The log is another than the one whose checkpoint was seen: {error}.") from error


def _follows(header: dict[str, Any], previous: Path) -> None:
    """Whether the release follows the file given as the one before."""
    with previous.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != header["previous"]:
            raise Fault("previous", "The file given as the release before is not the one that this release names.")
        file.seek(0)
        last = deque(read(file), maxlen=1).pop()
    if last.get("closing") != header["carried"]:
        raise Fault("previous", "What the release carries over is not what the one before closed with.")


def _dated(reading: Reading, cosigned: Cosigned, older: Cosigned | None) -> None:
    """Whether the leaves' days are possible beside the times at which witnesses saw the log."""
    times = cosigned.witnessed_at.values()
    if times and reading.latest > _day(max(times)) + LATE:
        raise Fault("day", f"A leaf is dated {reading.latest}, after the log was cosigned.")
    before = older.witnessed_at.values() if older else ()
    if before and reading.earliest < _day(max(before)) - EARLY:
        raise Fault("day", f"A leaf is dated {reading.earliest}, long before a log that does not have it yet.")


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()


def _kept(tiles: Tiles, head: Checkpoint, receipt: Receipt, reading: Reading) -> int:
    """Where the leaf of a receipt stands: in the release, or elsewhere in the log by proof."""
    place = reading.places.get(receipt.commitment)
    entries = enumerate(tiles.entries())
    if place is None:
        place = next((at for at, entry in entries if entry[8:] == receipt.commitment), None)
    if place is None:
        raise Fault("receipt", "The log has no leaf of the receipt: the promise is broken if its hour is over.")
    entry = tiles.entry(place)
    try:
        merkle.check_inclusion(tiles.inclusion(place), head.size, head.root, place, merkle.leaf_hash(entry))
        leaf = Leaf.parse(entry)
    except (ProofFailed, ValueError) as error:
        raise Fault("receipt", f"Leaf {place} of the receipt is not in the log that was signed: {error}.") from error
    if leaf.kind is not LeafKind.INTAKE or abs(leaf.day - receipt.day) > LATE:
        raise Fault("receipt", f"Leaf {place} is not an intake of {receipt.day} as the receipt says.")
    return place
