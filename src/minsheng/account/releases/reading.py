"""Reading a release line by line (逐行核对): each leaf is made anew, compared with the log's, counted; the trailer must
state what was counted. What the log as a whole says of the leaves is for `verify`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from minsheng.account.log import merkle
from minsheng.account.log.tiles import Tiles
from minsheng.account.releases.ballots import BallotRefused, Ballots
from minsheng.account.releases.cells import FEWEST
from minsheng.account.releases.lines import FORMAT, ORDERS, Ledger, Line, LineRefused, manifest, manifest_commitment
from minsheng.account.releases.metrics import Metric
from minsheng.account.releases.publish import NothingToRelease, account, check_metrics, rates
from minsheng.account.releases.tally import AT, POOL, Row, Unbalanced
from minsheng.core.ledger.leaf import LeafKind
from minsheng.core.ledger.telling import Group

HEADER = {"format", "city", "log", "month", "from", "to", "k", "previous", "metrics", "carried", "joined"}


class Fault(Exception):
    """The first thing wrong: `name` for programs, `sentence` for people."""

    def __init__(self, name: str, sentence: str) -> None:
        sentence = sentence[:1].upper() + sentence[1:]
        super().__init__(f"{name}: {sentence}")
        self.name, self.sentence = name, sentence


class Reading:
    """A release being read against the log of `origin` that `tiles` reads.

    Afterwards: `header`, `ledger` at the closing, `ballots`, `rates`, whether the metrics were `late`, `hashes` of its
    leaves concatenated, `places` of their commitments, `latest` day of any leaf and `earliest` of those from leaf
    `since` on. Raises Fault and LineRefused."""

    def __init__(self, tiles: Tiles, origin: str, since: int) -> None:
        self._tiles, self._origin, self._since = tiles, origin, since
        self.header: dict[str, Any] = {}
        self.ledger = Ledger()
        self.ballots = Ballots()
        self.rates: list[Row] = []
        self.hashes = bytearray()
        self.places: dict[bytes, int] = {}
        self.latest, self.earliest = date.min, date.max
        self.late = self._told = False
        self._counters: dict[str, int] = {}
        self._intakes = 0

    def take(self, lines: Iterator[dict[str, Any]]) -> None:
        """The whole file."""
        self._begin(next(lines, {}))
        stop = self.header["to"]
        for entry in self._tiles.entries(self.ledger.size, stop):
            content = next(lines, {})
            if content.get("i") != self.ledger.size:
                raise Fault("missing", f"Leaf {self.ledger.size} is not in the release where it should be.")
            self._leaf(Line.parse(content), entry)
        self._end(next(lines, {}))
        if next(lines, None) is not None:
            raise Fault("trailer", "Something follows the release's trailer.")

    @property
    def closing(self) -> dict[str, Any]:
        """The state at the end."""
        return self.ledger.state

    def _begin(self, header: dict[str, Any]) -> None:
        if header.keys() != HEADER or header["format"] != FORMAT:
            raise Fault("header", f"The release does not begin with a header of {FORMAT}.")
        start, stop, k = (header[name] for name in ("from", "to", "k"))
        if not all(type(each) is int for each in (start, stop, k)) or not 0 <= start <= stop or k < FEWEST:
            raise Fault("header", f"The header's range, or its k of at least {FEWEST}, is none.")
        if header["log"] != self._origin:
            raise Fault("origin", f"The release is of the log {header['log']!r}, the checkpoint of {self._origin!r}.")
        if stop > self._tiles.size:
            raise Fault("range", f"The release goes up to leaf {stop}, the checkpoint only up to {self._tiles.size}.")
        self.header, self.ledger = header, Ledger.read(header["carried"])
        first = self.ledger.state == Ledger().state
        if self.ledger.size != start or first != (header["previous"] is None):
            raise Fault("range", f"The release begins at leaf {start}, the one before ended at {self.ledger.size}.")
        if not _is_month(header["month"]) or header["month"] <= self.ledger.month:
            raise Fault("range", f"The month {header['month']!r} does not come after {self.ledger.month!r}.")
        self._told = first
        self._intakes = sum(counts[AT["intake"]] for counts in self.ledger.tally.counts.values())
        self._balanced("carries over")
        self.ledger.month = header["month"]
        self._join(header["joined"])

    def _join(self, joined: Any) -> None:
        try:
            for cohort, agency, *standing in joined:
                if len(standing) != AT["intake"] or any(type(each) is not int or each < 0 for each in standing):
                    raise Fault("header", f"{agency} of {cohort} is newly named with numbers that are none.")
                self.ledger.tally.join(cohort, agency, standing)
        except (TypeError, ValueError) as error:
            raise Fault("header", f"The agencies newly named are malformed: {error}.") from error
        except Unbalanced as error:
            raise Fault("header", f"{error}.") from error

    def _leaf(self, line: Line, entry: bytes) -> None:
        try:
            leaf = line.leaf
            packed = leaf.pack()
        except (ValueError, TypeError) as error:
            raise LineRefused(f"leaf {line.index} cannot be made from its line: {error}") from error
        if packed != entry:
            raise Fault("leaf", f"Leaf {line.index} as the release opens it is not the one in the log.")
        if self.places.setdefault(leaf.commitment, line.index) != line.index:
            raise Fault("twice", f"Leaf {line.index} opens again what leaf {self.places[leaf.commitment]} has opened.")
        if line.kind is LeafKind.METRIC and line.day < self.latest:
            raise Fault("metric", f"Leaf {line.index} defines a metric and is dated before leaves that came earlier.")
        self.hashes += merkle.leaf_hash(packed)
        self.latest = max(self.latest, line.day)
        if line.index >= self._since:
            self.earliest = min(self.earliest, line.day)
        if line.kind in ORDERS:
            self._check_cells(line)
            self._intakes += line.kind is LeafKind.INTAKE
        elif line.kind is LeafKind.RELEASE:
            self._check_last(line)
        elif line.kind is LeafKind.COUNTER:
            self._check_counter(line)
        try:
            account(self.ledger, self.ballots, line)
        except BallotRefused as error:
            raise Fault("ballot", f"Leaf {line.index} is no ballot: {error}.") from error
        except (KeyError, TypeError, ValueError) as error:
            raise LineRefused(f"leaf {line.index} does not open the fields of its kind: {error}") from error

    def _check_cells(self, line: Line) -> None:
        """An agency may be named only where the release says that its cohort's orders are opened."""
        cohort = str((line.fields() or {})["cohort"])
        for side in (Group.FROM, Group.TO):
            agency = line.agency(side)
            if agency and (cohort, agency) not in self.ledger.tally.counts:
                raise Fault("cell", f"Leaf {line.index} names {agency} of {cohort}, which is not among the named.")
            if agency == POOL and line.fields(side) is not None:
                raise LineRefused(f"leaf {line.index} names an agency without a name")

    def _check_counter(self, line: Line) -> None:
        """A channel's counter rises, and the log has no fewer intakes than the counters of this release say that
        receipts were given whose leaves are before them."""
        fields = line.fields() or {}
        channel, last = fields.get("channel"), fields.get("last")
        if not isinstance(channel, str) or type(last) is not int or last < 1:
            raise LineRefused(f"leaf {line.index} counts no channel's receipts")
        if last <= self._counters.get(channel, 0):
            raise Fault("counter", f"Leaf {line.index} counts the receipts of {channel} back to {last}.")
        self._counters[channel] = last
        if (given := sum(self._counters.values())) > self._intakes:
            raise Fault(
                "counter", f"By leaf {line.index} {given} receipts were given and {self._intakes} requests entered."
            )

    def _check_last(self, line: Line) -> None:
        """The first RELEASE leaf of the range is the last release's, and says what this one carries over."""
        if self._told:
            raise Fault("manifest", f"Leaf {line.index} is of a release that this one does not follow.")
        fields = line.fields() or {}
        carried = self.header["carried"]
        expected = (self.header["previous"], carried["month"], carried["size"], Ledger.read(carried).digest)
        if tuple(fields.get(name) for name in ("release", "month", "to", "closing")) != expected:
            raise Fault("carried", "What the release carries over is not what the last release's leaf committed to.")
        self._told = True

    def _end(self, trailer: dict[str, Any]) -> None:
        if trailer.keys() != {"closing", "late", "ballots", "rates"}:
            raise Fault("missing", f"The release has other leaves than those up to {self.header['to']}.")
        if not self._told:
            raise Fault("manifest", "The leaf of the last release is not in the log where this one must open it.")
        self._balanced("closes")
        small = self._smallest()
        if small is not None and small[2] < self.header["k"]:
            raise Fault("small", f"{small[1]} of {small[0]} is named with {small[2]} orders, fewer than k.")
        if trailer["closing"] != self.closing:
            raise Fault("closing", "The closing balances that the release states are not those of its leaves.")
        metrics = [Metric.parse(text) for text in self.header["metrics"]]
        try:
            self.late = check_metrics(self.ledger, metrics)
            self.ballots.check()
        except NothingToRelease as error:
            raise Fault("metric", f"{error}.") from error
        except BallotRefused as error:
            raise Fault("ballot", f"{error}.") from error
        if trailer["late"] is not self.late:
            raise Fault("metric", "Whether metrics were defined before the month is not as the release says.")
        if trailer["ballots"] != self.ballots.rows:
            raise Fault("ballot", "The ballots that the release states are not those of its leaves.")
        self.rates = rates(self.ledger.tally, self.ballots, metrics)
        self._compare(trailer["rates"])

    def _compare(self, stated: Any) -> None:
        if stated == self.rates:
            return
        both = zip(stated, self.rates, strict=False) if isinstance(stated, list) else []
        differs = next((f"it states {one}, the leaves give {other}" for one, other in both if one != other), "")
        raise Fault("rate", f"The rates stated are not those of the leaves: {differs or 'there are others'}.")

    def _smallest(self) -> tuple[str, str, int] | None:
        sizes = [(*key, counts[AT["arrived"]]) for key, counts in self.ledger.tally.counts.items() if key[1] != POOL]
        return min(sizes, key=lambda each: each[2]) if sizes else None

    def _balanced(self, when: str) -> None:
        try:
            self.ledger.tally.check()
        except Unbalanced as error:
            raise Fault("balance", f"What the release {when} does not add up: {error}.") from error

    def check_tail(self, digest: str, trailing: Iterator[bytes]) -> int | None:
        """Where after the range the release's own leaf stands, `trailing` being the entries there; None when the log
        has no RELEASE leaf yet. The entries looked at are added to `hashes`."""
        fields = manifest(self.header, self.closing, digest)
        for index, entry in enumerate(trailing, self.header["to"]):
            self.hashes += merkle.leaf_hash(entry)
            if entry[1:2] == bytes([LeafKind.RELEASE]):
                if entry[8:] != manifest_commitment(fields):
                    raise Fault("manifest", f"The release is not the file to which leaf {index} of the log committed.")
                return index
        return None


def _is_month(written: Any) -> bool:
    try:
        return isinstance(written, str) and f"{date.fromisoformat(f'{written}-01'):%Y-%m}" == written
    except ValueError:
        return False
