"""What is wrong with a city pack, said so that a clerk can mend it: file, row, column, problem and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PackError:
    """One error. `row` is the row as a spreadsheet counts it (1 = header; a line of a TOML file), 0 = the whole
    file. `column` is the column's header, or the dotted key of a TOML file; empty = the whole row."""

    file: str
    row: int
    column: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", {self.column}"
        return f"{place}: {self.problem}. {self.remedy}"


class PackErrors(Exception):
    """A city pack that cannot be used; `errors` lists everything that is wrong with it."""

    def __init__(self, errors: Iterable[PackError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


@dataclass(slots=True)
class Report:
    """Collects the errors of one reading of a pack."""

    errors: list[PackError] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def add(self, file: str, row: int, column: str, problem: str, remedy: str) -> None:
        """Notes one error; one cell is complained of once."""
        if not any((e.file, e.row, e.column) == (file, row, column) and column for e in self.errors):
            self.errors.append(PackError(file, row, column, problem, remedy))

    def add_broken(self, file: str, row: int, column: str, problem: str, remedy: str) -> None:
        """Notes an error that hides part of a file, so that nobody is told to look for what stands there."""
        self.broken.add(file)
        self.add(file, row, column, problem, remedy)

    def in_order(self) -> list[PackError]:
        """The errors by file and row, as a person would work through them."""
        return sorted(self.errors, key=lambda e: (e.file, e.row, e.column))
