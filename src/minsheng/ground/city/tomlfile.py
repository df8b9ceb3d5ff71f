"""Reads the TOML files of a city pack and knows on which line a key stands, so that errors can name it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from minsheng.core.calendar import Term
from minsheng.ground.city.errors import Report
from minsheng.ground.city.table import TERM_REMEDY, read_text

_AT_LINE = re.compile(r"line (\d+)")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*=""")


@dataclass(slots=True)
class Section:
    """A table of a TOML file with its place. Readers return the value, or note the error and a stand-in."""

    file: str
    path: str
    values: dict[str, Any]
    lines: dict[str, int]
    report: Report

    def fail(self, key: str, problem: str, remedy: str) -> None:
        """Notes an error at a key of this section (at the section itself when the key is missing)."""
        dotted = ".".join(part for part in (self.path, key) if part)
        row = self.lines.get(dotted) or self.lines.get(self.path, 1)
        self.report.add(self.file, row, dotted, problem, remedy)

    def only(self, *keys: str) -> None:
        """Reports keys that nobody reads: most often a misspelling."""
        for key in self.values:
            if key not in keys:
                self.fail(key, "the key is unknown", f"The keys here are: {', '.join(keys)}")

    def _get(self, key: str, example: str) -> Any:
        if key not in self.values:
            self.fail(key, "the key is missing", f"Add it, e.g. {key} = {example}")
        return self.values.get(key)

    def text(self, key: str, example: str = '"…"') -> str:
        """A text that is not empty."""
        value = self._get(key, example)
        if value is not None and not (isinstance(value, str) and value.strip()):
            self.fail(key, "this is not a text", f"Write {key} = {example}")
        return value if isinstance(value, str) else ""

    def whole(self, key: str, default: int) -> int:
        """A whole number ≥ 0."""
        value = self._get(key, str(default))
        if value is None or (type(value) is int and value >= 0):
            return default if value is None else value
        self.fail(key, f"{value!r} is not a whole number", f"Write e.g. {key} = {default}")
        return default

    def share(self, key: str, default: str) -> Decimal:
        """A number between 0 and 1."""
        value = self._get(key, default)
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and 0 <= value <= 1:
            return Decimal(value)
        if value is not None:
            self.fail(key, f"{value} is not a share", f"Write a number from 0 to 1, e.g. {default}")
        return Decimal(default)

    def day(self, key: str) -> date:
        """A day, written 2026-01-31 without quotation marks."""
        value = self._get(key, "2026-01-31")
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.fail(key, f"{value!r} is not a day", f"Write {key} = 2026-01-31, without quotation marks")
        return date.min

    def day_or_none(self, key: str) -> date | None:
        """A day, or None when the key is left out."""
        return self.day(key) if key in self.values else None

    def term(self, key: str, default: Term) -> Term:
        """A term such as "5wd"."""
        value = self._get(key, f'"{default}"')
        try:
            return default if value is None else Term.parse(value)
        except (ValueError, TypeError, AttributeError):
            self.fail(key, f"{value!r} is not a term", TERM_REMEDY)
            return default

    def yes(self, key: str) -> bool:
        """true or false."""
        value = self._get(key, "false")
        if value is not None and not isinstance(value, bool):
            self.fail(key, f"{value!r} is neither true nor false", f"Write {key} = false")
        return value is True

    def section(self, key: str) -> Section:
        """A table inside this one; a missing one is reported and empty."""
        value = self._get(key, "…")
        if value is not None and not isinstance(value, dict):
            self.fail(key, "this is not a section", f"Write [{key}] and its keys below")
        return self._inner(key, value if isinstance(value, dict) else {})

    def sections(self, key: str) -> list[Section]:
        """Repeated tables, written [[key]]."""
        value = self.values.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            self.fail(key, f"there is no [[{key}]]", f"Add one: a line [[{key}]] and its keys below")
            return []
        return [self._inner(f"{key}[{n}]", item) for n, item in enumerate(value)]

    def _inner(self, key: str, values: dict[str, Any]) -> Section:
        path = ".".join(part for part in (self.path, key) if part)
        return Section(self.file, path, values, self.lines, self.report)


def read_toml(path: Path, report: Report) -> Section | None:
    """The file as its outermost section; None (and an error) when it is missing or no TOML."""
    text = read_text(path, report)
    if text is None:
        return None
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        found = _AT_LINE.search(str(fault))
        row = int(found[1]) if found else text.count("\n") + 1
        report.add(path.name, row, "", f"the line cannot be read ({fault})", "Check quotation marks and brackets")
        return None
    return Section(path.name, "", values, _lines(text), report)


def _lines(text: str) -> dict[str, int]:
    """Dotted path of every section and key, repeated tables numbered `name[0]`, → line."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = _resolve(header[2], counts, repeated=header[1] == "[[")
            lines.setdefault(section, number)
        elif key := _KEY.match(line):
            name = key[1] or key[2] or key[3]
            lines.setdefault(f"{section}.{name}" if section else name, number)
    return lines


def _resolve(name: str, counts: dict[str, int], *, repeated: bool) -> str:
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    path = ""
    for depth, part in enumerate(parts, start=1):
        path = f"{path}.{part}" if path else part
        last = depth == len(parts)
        if last and repeated:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path
