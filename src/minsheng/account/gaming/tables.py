"""Facts beside the lake, read from a folder of CSV files (湖外记录的表).

One file a list of `Beside`, named after it (views.csv, calls_made.csv, …), with the columns of its rows by name in any
order; listed.csv has the one column `order`. Yes and no are written yes/no, 是/否, true/false or 1/0. A list whose file
is missing is not brought."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from minsheng.account.gaming.ballots import UnitBallots
from minsheng.account.gaming.beside import Beside, CallMade, CallReceived, Recall, View
from minsheng.account.gaming.copies import Reply

ROWS: Mapping[str, type] = {
    "views": View,
    "calls_made": CallMade,
    "calls_received": CallReceived,
    "recalls": Recall,
    "replies": Reply,
    "ballots": UnitBallots,
}
LISTED = "listed"
_SAID = {"yes": True, "是": True, "true": True, "1": True, "no": False, "否": False, "false": False, "0": False}


class BadTable(ValueError):
    """A file beside that cannot be read; the message names the file, the line and what to put right."""


def beside_of(folder: Path) -> Beside:
    """What the files of `folder` tell. BadTable when none of them is there, one has another name, or a row is wrong."""
    known = {f"{name}.csv" for name in (*ROWS, LISTED)}
    found = {path.name: path for path in sorted(folder.glob("*.csv"))}
    if strange := sorted(set(found) - known):
        raise BadTable(
            f"{folder / strange[0]} is no list that a sign rests on: name it one of {', '.join(sorted(known))}."
        )
    if not found:
        raise BadTable(f"{folder} holds none of {', '.join(sorted(known))}.")
    brought: dict[str, Any] = {
        name: [_row(made, line, where) for where, line in _lines(path, [f.name for f in fields(made)])]
        for name, made in ROWS.items()
        if (path := found.get(f"{name}.csv"))
    }
    if listed := found.get(f"{LISTED}.csv"):
        brought[LISTED] = [line["order"] for _, line in _lines(listed, ["order"])]
    return Beside(**brought)


def _lines(path: Path, columns: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with the words for where it stands."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if missing := [c for c in columns if c not in (rows.fieldnames or ())]:
            raise BadTable(f"{path} has no column {missing[0]}: its columns are {', '.join(columns)}.")
        for row in rows:
            yield f"{path}, line {rows.line_num}", {c: (row[c] or "").strip() for c in columns}


def _row(made: type, line: Mapping[str, str], where: str) -> Any:
    return made(**{f.name: _value(str(f.type), f.name, line[f.name], where) for f in fields(made)})


def _value(kind: str, column: str, written: str, where: str) -> str | bool | int:
    if kind == "bool":
        if (said := _SAID.get(written.lower())) is None:
            raise BadTable(f"{where}: {column} is {written!r}; write yes or no.")
        return said
    if kind == "int":
        if not written.isdecimal():
            raise BadTable(f"{where}: {column} is {written!r}; write a whole number.")
        return int(written)
    if not written and column in ("unit", "order", "call"):
        raise BadTable(f"{where}: {column} is empty.")
    return written
