"""The release file (公开包) `YYYY-MM.jsonl.gz`: header, one line a leaf, trailer, each in canonical JSON (RFC 8785),
the same bytes for the same content (gzip without time or name). Its SHA-256 is a RELEASE leaf after those it opens.

    header   {"format","city","log","month","from","to","k","previous","metrics":[text…],
              "carried":state,"joined":[row…]}
    leaf     {"i":index,"k":kind,"d":day,"g":[group…]}   group: [salt, fields] opened · [hash] shut, in hex;
             of a SEALED leaf [commitment] alone: only the auditor may open it, and it counts for nothing
    trailer  {"closing":state,"late":yes or no,"ballots":[[period, agency, count…]…],
              "rates":[[cohort or period, agency, metric, part, whole, left out]…]}
    state    {"month","size","tally":[[cohort, agency, count…]…],"metrics":[[index, day, name, version, sha256]…]}

The state at the closing of a release is to the letter the one that the next carries, and its digest stands in the
RELEASE leaf, so that a month's rates are recomputed from its file alone. `joined` names agencies of a cohort that have
become large enough: [cohort, agency, orders standing with it by outcome…]. `late` says that no metric had been defined
when the month began, as can happen before a first release. Ballots are all of the release's own: a period's come in one
batch."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import IO, Any, Self

from minsheng.account.releases.tally import POOL, WHOLE_CITY, Row, Tally
from minsheng.core.ledger.leaf import SALT_BYTES, Fields, Leaf, LeafKind, commit, joined, opened
from minsheng.core.ledger.telling import Group, Outcome

FORMAT = "minsheng/release/v1"
LONGEST_LINE = 64_000_000
ORDERS = frozenset({LeafKind.INTAKE, LeafKind.DISPATCH, LeafKind.CHANGE, LeafKind.OUTCOME, LeafKind.RETURN_VISIT})
"""Kinds of leaves that move an order; the others open a fact of the house in their first group."""
NAMES = {
    Group.MOVE: {"cohort", "from", "to", "on_time", "second", "reason"},
    Group.FROM: {"agency"},
    Group.TO: {"agency"},
    Group.MATTER: {"category", "channel"},
    Group.PLACE: {"street", "category", "week"},
}
_OUTCOMES = {each.value for each in Outcome}
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class LineRefused(ValueError):
    """A line of a release is malformed; the message says how."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A group with its salt."""

    salt: bytes
    fields: Fields


Piece = Opening | bytes
"""A group, opened or as its hash."""


@dataclass(slots=True)
class Ledger:
    """Where a release begins or ends: what it leaves to the next."""

    month: str = ""
    size: int = 0
    tally: Tally = field(default_factory=Tally)
    metrics: list[Row] = field(default_factory=list)
    """METRIC leaves so far: index, day, name, version, SHA-256 of the text."""

    @property
    def state(self) -> dict[str, Any]:
        """As it is written."""
        return {"month": self.month, "size": self.size, "tally": self.tally.rows, "metrics": self.metrics}

    @property
    def digest(self) -> str:
        """SHA-256 of the written state, in hex."""
        return sha256(_encode(self.state).encode()).hexdigest()

    @classmethod
    def read(cls, state: dict[str, Any]) -> Self:
        """The ledger of a written state. LineRefused when it is none."""
        try:
            ledger = cls(state["month"], state["size"], Tally.of_rows(state["tally"]), list(state["metrics"]))
        except (KeyError, TypeError, ValueError) as error:
            raise LineRefused(f"the state is malformed: {error}") from error
        if ledger.state != state or type(ledger.size) is not int:
            raise LineRefused("the state has fields that it should not have")
        return ledger

    def in_force(self, month: str) -> tuple[dict[str, Row], bool]:
        """The definitions that hold for a month, by name: of each the last that was logged before the month began.

        If none at all was, the first that came after hold, and the answer says that they were late."""
        before = [row for row in self.metrics if str(row[1]) < f"{month}-01"]
        rows = before or self.metrics[::-1]
        return {str(row[2]): row for row in rows}, not before

    def note_metric(self, index: int, day: date, fields: Fields) -> None:
        """Remember a METRIC leaf. ValueError when it opens no definition."""
        name, version, digest = fields["metric"], fields["version"], fields["sha256"]
        if not (isinstance(name, str) and type(version) is int and isinstance(digest, str)):
            raise ValueError("a definition has a name, a version and a digest")
        self.metrics.append([index, day.isoformat(), name, version, digest])


def bytes_of(written: str, length: int) -> bytes:
    """So many bytes of lower-case hex. LineRefused otherwise."""
    try:
        content = bytes.fromhex(written)
    except (ValueError, TypeError) as error:
        raise LineRefused("a salt or hash is not hex") from error
    if len(content) != length or content.hex() != written:
        raise LineRefused(f"a salt or hash does not have {length} bytes")
    return content


@dataclass(frozen=True, slots=True)
class Line:
    """A leaf of a release: its place in the log and its groups."""

    index: int
    kind: LeafKind
    day: date
    groups: tuple[Piece, ...]

    @property
    def leaf(self) -> Leaf:
        """The leaf that the groups make. ValueError when a field cannot stand in a leaf."""
        hashes = [opened(i, p.salt, p.fields) if isinstance(p, Opening) else p for i, p in enumerate(self.groups)]
        return Leaf(self.kind, self.day, hashes[0] if self.kind is LeafKind.SEALED else joined(hashes))

    def fields(self, group: int = 0) -> Fields | None:
        """The fields of a group; None when it is shut."""
        piece = self.groups[group]
        return piece.fields if isinstance(piece, Opening) else None

    def agency(self, side: Group) -> str | None:
        """The agency on a side of the move: POOL when it is shut, None before intake."""
        fields = self.fields(side)
        if fields is None:
            return POOL
        agency = fields["agency"]
        return None if agency is None else str(agency)

    def text(self) -> str:
        """The line, without newline."""
        groups = [[p.salt.hex(), p.fields] if isinstance(p, Opening) else [p.hex()] for p in self.groups]
        return _encode({"i": self.index, "k": self.kind, "d": self.day.isoformat(), "g": groups})

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Self:
        """The line of decoded JSON. LineRefused when it breaks a rule of the format."""
        try:
            index, kind, groups = content["i"], LeafKind(content["k"]), content["g"]
            line = cls(index, kind, date.fromisoformat(content["d"]), tuple(_piece(group) for group in groups))
        except (KeyError, TypeError, ValueError) as error:
            raise LineRefused(f"a leaf's line is malformed: {error}") from error
        sealed = kind is LeafKind.SEALED
        if len(content) != 4 or type(index) is not int or not groups or isinstance(line.groups[0], Opening) == sealed:
            raise LineRefused(f"leaf {index} does not open its first group, or has fields that it should not have")
        if kind in ORDERS:
            _check_order(line)
        elif len(groups) != 1:
            raise LineRefused(f"leaf {index} moves no order and has other groups than its one")
        return line


def _piece(written: Any) -> Piece:
    if len(written) == 1:
        return bytes_of(written[0], 32)
    salt, fields = written
    if not isinstance(fields, dict):
        raise LineRefused("an opened group is a salt and fields")
    return Opening(bytes_of(salt, SALT_BYTES), fields)


def _check_order(line: Line) -> None:
    """Whether an order's leaf opens the fields it may, and no more. LineRefused otherwise."""
    if len(line.groups) != len(Group) or isinstance(line.groups[Group.NEVER], Opening):
        raise LineRefused(f"leaf {line.index} does not have six groups, the last of them shut")
    for group, names in NAMES.items():
        fields = line.fields(group)
        if fields is not None and fields.keys() != names:
            raise LineRefused(f"leaf {line.index} opens other fields in group {group.value} than the format has")
    move = line.fields() or {}
    if move["from"] not in {None, *_OUTCOMES} or move["to"] not in _OUTCOMES:
        raise LineRefused(f"leaf {line.index} moves an order between standings that there are not")
    if type(move["second"]) is not bool or not (move["on_time"] is None or type(move["on_time"]) is bool):
        raise LineRefused(f"leaf {line.index} says on time or second handling otherwise than by yes or no")
    start = move["from"] is None
    if start != (line.agency(Group.FROM) is None) or (start and move["on_time"] is not None):
        raise LineRefused(f"leaf {line.index} comes from nowhere on one side only")
    finer = [isinstance(line.groups[g], Opening) for g in (Group.TO, Group.MATTER, Group.PLACE)]
    if finer != sorted(finer, reverse=True) or line.agency(Group.TO) in (None, WHOLE_CITY):
        raise LineRefused(f"leaf {line.index} opens a finer group while a coarser one is shut")


class Writer:
    """Writes a release to a file. Use as a context; afterwards `digest` is its SHA-256 in hex."""

    def __init__(self, to: IO[bytes]) -> None:
        self._to, self._hash, self.digest, self.size = to, sha256(), "", 0
        self._zip = gzip.GzipFile("", "wb", 6, _Through(self._count), 0)  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self.digest = self._hash.hexdigest()

    def line(self, text: str) -> None:
        """Write a line that stands already in canonical JSON."""
        self._zip.write(text.encode() + b"\n")

    def content(self, content: dict[str, Any]) -> None:
        """Write a line."""
        self.line(_encode(content))

    def _count(self, part: bytes) -> int:
        part = bytes(part)
        self._hash.update(part)
        self.size += len(part)
        return self._to.write(part)


@dataclass(frozen=True, slots=True)
class _Through:
    write: Any

    def flush(self) -> None:
        """Nothing is kept back."""


def read(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The lines of a release, decoded. LineRefused when one is not canonical JSON or the file is cut or damaged."""
    try:
        with gzip.GzipFile(fileobj=file) as unzipped:
            while raw := unzipped.readline(LONGEST_LINE):
                text = raw.decode()
                content = json.loads(text)
                if not isinstance(content, dict) or _encode(content) + "\n" != text:
                    raise LineRefused("a line is not an object in canonical JSON")
                yield content
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        if isinstance(error, LineRefused):
            raise
        raise LineRefused(f"the file cannot be read: {error}") from error


def manifest(header: dict[str, Any], closing: dict[str, Any], digest: str) -> Fields:
    """What the RELEASE leaf of a release opens."""
    return {
        "month": header["month"],
        "from": header["from"],
        "to": header["to"],
        "release": digest,
        "closing": sha256(_encode(closing).encode()).hexdigest(),
        "previous": header["previous"],
    }


def manifest_commitment(fields: Fields) -> bytes:
    """C of a RELEASE leaf. Its key is the release's own SHA-256: there is nothing to hide, and whoever has the file
    finds its leaf."""
    return commit(bytes.fromhex(str(fields["release"])), (fields,)).value
