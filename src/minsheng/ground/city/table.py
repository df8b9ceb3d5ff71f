"""Reads the CSV tables of a city pack cell by cell, and says of every bad cell what to write instead.

UTF-8 with or without a byte-order mark, any line ends, quoted newlines; a row whose first cell begins with `#` is
a comment. Rows are numbered as a spreadsheet numbers them, so a quoted newline does not shift them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TypeVar

from minsheng.core.calendar import Term
from minsheng.ground.city.errors import Report

E = TypeVar("E", bound=Enum)

_YES = {"true", "yes", "1", "是"}
_NO = {"false", "no", "0", "否"}
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?")


@dataclass(slots=True)
class Record:
    """One row of a table. Each reader returns the cell's value, or notes the error and returns a stand-in."""

    file: str
    row: int
    cells: dict[str, str]
    report: Report
    ok: bool = True

    def fail(self, column: str, problem: str, remedy: str) -> None:
        """Notes an error of this row and marks the row as unusable."""
        self.ok = False
        self.report.add(self.file, self.row, column, problem, remedy)

    def text(self, column: str, *, needed: bool = True) -> str:
        """The cell without surrounding space."""
        value = self.cells.get(column, "").strip()
        if needed and not value:
            self.fail(column, "the cell is empty", "Fill it in")
        return value

    def many(self, column: str) -> tuple[str, ...]:
        """The parts of a cell written `a|b|c`; an empty cell has none."""
        parts = tuple(part.strip() for part in self.text(column, needed=False).split("|"))
        if parts == ("",):
            return ()
        if "" in parts or len(set(parts)) != len(parts):
            self.fail(column, "a part is empty or stands twice", "Write each part once, with | between them")
        return parts

    def day(self, column: str) -> date:
        """A day, written 2026-01-31."""
        value = self.text(column)
        found = _DATE.fullmatch(value)
        try:
            return date(*map(int, found.groups())) if found else self._no_day(column, value)
        except ValueError:
            return self._no_day(column, value)

    def day_or_none(self, column: str) -> date | None:
        """A day, or None for an empty cell."""
        return self.day(column) if self.text(column, needed=False) else None

    def _no_day(self, column: str, value: str) -> date:
        if value:
            self.fail(column, f"{value!r} is not a day", "Write year-month-day with ten characters: 2026-01-31")
        return date.min

    def flag(self, column: str) -> bool:
        """true/false, yes/no, 1/0 or 是/否."""
        value = self.text(column).lower()
        if value and value not in _YES | _NO:
            self.fail(column, f"{value!r} is neither yes nor no", "Write true or false")
        return value in _YES

    def whole(self, column: str) -> int | None:
        """A whole number ≥ 0, or None for an empty cell."""
        value = self.text(column, needed=False)
        if value and not (value.isascii() and value.isdigit()):
            self.fail(column, f"{value!r} is not a whole number", "Write digits only, or leave the cell empty")
            return None
        return int(value) if value else None

    def degrees(self, column: str, limit: int) -> float | None:
        """Decimal degrees from -limit to limit, or None for an empty cell."""
        value = self.text(column, needed=False)
        if value and not _DEGREES.fullmatch(value):
            self.fail(column, f"{value!r} is not a number of degrees", "Write decimal degrees such as 36.0975")
        elif value and abs(float(value)) > limit:
            remedy = f"Write {column} in decimal degrees from -{limit} to {limit}; lon and lat may be exchanged"
            self.fail(column, f"{value} lies outside the globe", remedy)
        elif value:
            return float(value)
        return None

    def term_or_none(self, column: str) -> Term | None:
        """A term such as 5wd or 24h, or None for an empty cell."""
        value = self.text(column, needed=False)
        try:
            return Term.parse(value) if value else None
        except ValueError:
            self.fail(column, f"{value!r} is not a term", TERM_REMEDY)
            return None

    def choice(self, column: str, among: type[E]) -> E:
        """One of the codes of an enumeration."""
        value = self.text(column)
        for member in among:
            if member.value == value:
                return member
        if value:
            self.fail(column, f"{value!r} is unknown", f"Write one of: {codes_of(among)}")
        return next(iter(among))

    def choices(self, column: str, among: type[E]) -> tuple[E, ...]:
        """Several codes of an enumeration, written `a|b`."""
        known = {member.value: member for member in among}
        parts = self.many(column)
        if unknown := [part for part in parts if part not in known]:
            self.fail(column, f"{unknown[0]!r} is unknown", f"Write some of: {codes_of(among)}")
        return tuple(known[part] for part in parts if part in known)


TERM_REMEDY = "Write a number and a unit: 5wd (working days), 4wh (working hours), 48h, 30min or 7d"


def codes_of(among: type[Enum]) -> str:
    """The codes of an enumeration for a remedy."""
    return ", ".join(str(member.value) for member in among)


def read_text(path: Path, report: Report) -> str | None:
    """The text of a file of the pack; None (and an error) when it is missing or not UTF-8."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        report.add_broken(
            path.name, 0, "", "the file is missing", "Add it; `minsheng city new` writes one to start from"
        )
        return None
    except OSError as fault:
        report.add_broken(path.name, 0, "", f"the file cannot be read ({fault.strerror})", "Allow reading it")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = raw.count(b"\n", 0, fault.start) + 1
        report.add_broken(path.name, row, "", "the file is not UTF-8 text", "Save it as “CSV UTF-8” and try again")
        return None


def read_table(path: Path, columns: Sequence[str], report: Report, optional: Sequence[str] = ()) -> Iterator[Record]:
    """The rows of a table below its header; errors of the file or the header end the reading.

    A header has all of `columns` and any of `optional`, whose cells are empty where the column is left out.
    """
    text = read_text(path, report)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                if problems := _header_problems(header, columns, optional):
                    remedy = f"The header is: {','.join(columns)}"
                    remedy += f"; it may add: {','.join(optional)}" if optional else ""
                    for column, problem in problems:
                        report.add_broken(path.name, row, column, problem, remedy)
                    return
            elif len(cells) != len(header):
                report.add_broken(
                    path.name,
                    row,
                    "",
                    f"the row has {len(cells)} cells, the header {len(header)}",
                    'Give every column a cell; put a cell that holds a comma into "quotation marks"',
                )
            else:
                yield Record(path.name, row, dict(zip(header, cells, strict=True)), report)
    except csv.Error as fault:
        report.add_broken(path.name, row + 1, "", f"the row cannot be read ({fault})", "Check its quotation marks")
    if header is None:
        report.add_broken(path.name, 1, "", "the header is missing", f"Begin with a row: {','.join(columns)}")


def _header_problems(header: list[str], columns: Sequence[str], optional: Sequence[str]) -> list[tuple[str, str]]:
    """Columns of a header that are missing, unknown or repeated, each with what is wrong with it."""
    problems = [(column, "the column is missing") for column in columns if column not in header]
    for column in dict.fromkeys(header):
        if column not in columns and column not in optional:
            problems.append((column, "the column is unknown"))
        elif header.count(column) > 1:
            problems.append((column, "the column stands twice"))
    return problems
