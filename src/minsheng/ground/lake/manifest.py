"""What the lake consists of (清单): one small file, replaced in one step; what it does not name is not there.

Every change of the lake — a part that came, a fold of parts, words forgotten — first writes new files under
names of their own and then the next manifest. A process that dies in between has changed nothing; what it left behind
is swept by the next. Readers hold to the manifest they opened: files that it names stay for one fold more, save those
that must not stay (forgotten words)."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from minsheng.ground.disk import whole
from minsheng.ground.lake.schema import SCHEMAS

FORMAT = 1
NAME = "manifest.json"
SPILL = ".spill"


class LakeBusy(Exception):
    """Another process is writing this lake."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A Parquet file of the lake, by its path in the lake, and how many rows it has."""

    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class Part:
    """What came in one go: the facts of the transactions from `since` (included) to `upto`; tables without rows have no
    file."""

    since: int
    upto: int
    files: Mapping[str, Listed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of a lake: `lake` is its name for life, `number` counts changes, facts of transactions below `upto`
    are in. `folded` maps each table to its file of each span, a day (2026-03-02) of the newest month or a month before
    it (2026-02); `parts` are not yet folded into them."""

    lake: str
    number: int = 0
    upto: int = 0
    folded: Mapping[str, Mapping[str, Listed]] = field(default_factory=lambda: {table: {} for table in SCHEMAS})
    parts: tuple[Part, ...] = ()
    retired: tuple[str, ...] = ()

    def files(self) -> frozenset[str]:
        """All files that must stay."""
        folded = (f.file for table in self.folded.values() for f in table.values())
        return frozenset((*folded, *(f.file for p in self.parts for f in p.files.values()), *self.retired))

    def next(self, **changes: Any) -> Manifest:
        """The manifest after one change more."""
        return replace(self, number=self.number + 1, **changes)

    def base(self, table: str) -> list[str]:
        """The files of a table's spans, in order of time."""
        return [f.file for _, f in sorted(self.folded[table].items())]

    def fresh(self, table: str) -> list[str]:
        """The files of a table's parts, oldest first."""
        return [p.files[table].file for p in self.parts if table in p.files]


def read(folder: Path) -> Manifest | None:
    """The manifest of the lake in `folder`; None when there is no lake. ValueError when a later version wrote it."""
    try:
        known = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    if known["format"] != FORMAT:
        raise ValueError(f"{folder / NAME} has format {known['format']}: use the version of minsheng that wrote it.")
    folded = {table: {span: Listed(**f) for span, f in known["folded"][table].items()} for table in SCHEMAS}
    parts = tuple(Part(p["since"], p["upto"], {t: Listed(**f) for t, f in p["files"].items()}) for p in known["parts"])
    return Manifest(known["lake"], known["number"], known["upto"], folded, parts, tuple(known["retired"]))


def commit(folder: Path, manifest: Manifest) -> None:
    """Make `manifest` the state of the lake."""
    written = asdict(manifest) | {"format": FORMAT}
    with whole(folder / NAME) as fresh:
        fresh.write_text(json.dumps(written, ensure_ascii=False, separators=(",", ":"), sort_keys=True), "utf-8")


def sweep(folder: Path, manifest: Manifest) -> int:
    """Remove every file of the lake that `manifest` does not name; returns how many. Needs `written_alone`."""
    shutil.rmtree(folder / SPILL, ignore_errors=True)
    kept, gone = manifest.files(), 0
    for path in sorted(p for table in SCHEMAS for p in (folder / table).rglob("*") if p.is_file()):
        if path.relative_to(folder).as_posix() not in kept:
            path.unlink()
            gone += 1
    return gone


@contextmanager
def written_alone(folder: Path) -> Iterator[None]:
    """Hold the lake for writing; LakeBusy when another process does. The kernel lets go at any death (flock(2))."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".writing").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LakeBusy(f"{folder} is being written by another process; wait until it has done.") from error
        yield
