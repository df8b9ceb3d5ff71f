"""The lake as those who ask see it (读湖): `Lake(folder).ask(question)`, DuckDB embedded.

A lake that is written while it is read shows each question one state, the newest when it was asked; it may be shared by
threads."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa
from ibis.expr.types import Table

from minsheng.ground.lake import manifest as listing
from minsheng.ground.lake.engines import DUCKDB, shaped, table, text
from minsheng.ground.lake.manifest import Manifest
from minsheng.ground.lake.schema import EVENTS, ORDERS, SCHEMAS, TEXTS
from minsheng.ground.lake.views import all_rows


class NoLake(Exception):
    """There is no lake in that folder yet."""


class Lake:
    """A lake of facts, to ask questions of. NoLake when `folder` holds none."""

    def __init__(self, folder: Path, memory: str = "2GB") -> None:
        self.folder, self._memory = folder, memory
        self.events, self.orders, self.texts = table(EVENTS), table(ORDERS), table(TEXTS)
        self._lock = Lock()
        self._seen = self._stamp()
        self._manifest, self._connection = self._open()

    @property
    def manifest(self) -> Manifest:
        """The state that is shown now."""
        self._cursor()
        return self._manifest

    def ask(self, question: Table) -> pa.Table:
        """The rows that answer `question`, in its own columns and types."""
        words = text(question, DUCKDB)
        try:
            answer = self._cursor().sql(words).to_arrow_table()
        except duckdb.IOException:
            answer = self._cursor(anew=True).sql(words).to_arrow_table()
        return shaped(question, answer)

    def close(self) -> None:
        """Let go of memory and files."""
        self._connection.close()

    def _stamp(self) -> tuple[int, int]:
        try:
            found = (self.folder / listing.NAME).stat()
        except FileNotFoundError as error:
            raise NoLake(f"{self.folder} holds no facts yet: run ./minsheng lake catch-up.") from error
        return found.st_ino, found.st_mtime_ns

    def _cursor(self, *, anew: bool = False) -> duckdb.DuckDBPyConnection:
        with self._lock:
            stamp = self._stamp()
            if anew or stamp != self._seen:
                self._seen = stamp
                self._manifest, self._connection = self._open()
            return self._connection.cursor()

    def _open(self) -> tuple[Manifest, duckdb.DuckDBPyConnection]:
        found = listing.read(self.folder)
        assert found is not None, "a manifest is replaced, never taken away"
        connection = duckdb.connect(config={"memory_limit": self._memory})
        for name in SCHEMAS:
            all_rows(connection, self.folder, found, name).create_view(name)
        return found, connection
