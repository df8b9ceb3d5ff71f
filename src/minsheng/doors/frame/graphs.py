"""Charts of a page (图表): figures and words here, drawn by ECharts in the browser (graphs.js), each with its sentence,
its table, PNG and CSV. Without JavaScript the sentence and the table say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Value = float | int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of values: `look` is line, dashed, bars or dots."""

    name: str
    values: Sequence[Value]
    look: str = "line"


@dataclass(frozen=True, slots=True)
class Graph:
    """A chart over `x` (dates or names): lines, a band between two rows of values, and the places to mark.

    `says` is the sentence below it. All rows are as long as `x`; None is a gap."""

    id: str
    title: str
    says: str
    x: Sequence[str]
    lines: Sequence[Line]
    band: tuple[str, Sequence[Value], Sequence[Value]] | None = None
    marks: Sequence[int] = ()
    height: int = 260
    x_name: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """What the browser draws."""
        return {
            "title": self.title,
            "x": list(self.x),
            "lines": [{"name": r.name, "values": list(r.values), "look": r.look} for r in self.lines],
            "band": [self.band[0], list(self.band[1]), list(self.band[2])] if self.band else None,
            "marks": list(self.marks),
        }

    @property
    def head(self) -> list[str]:
        """The table's head."""
        names = [r.name for r in self.lines]
        return [self.x_name, *names, *([f"{self.band[0]} −", f"{self.band[0]} +"] if self.band else [])]

    @property
    def rows(self) -> list[list[Any]]:
        """The table's rows."""
        columns = [r.values for r in self.lines]
        if self.band:
            columns += [self.band[1], self.band[2]]
        return [
            [x, *("" if (v := c[i]) is None else round(v, 3) if isinstance(v, float) else v for c in columns)]
            for i, x in enumerate(self.x)
        ]
