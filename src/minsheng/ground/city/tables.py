"""The CSV tables of a city pack: their columns, and how one row becomes a record of `rows`."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

from minsheng.core.codes import Kind, Urgency
from minsheng.ground.city.errors import Report
from minsheng.ground.city.rows import (
    AppraisalRule,
    Area,
    AreaLevel,
    CalendarDay,
    CatalogueRow,
    Category,
    Channel,
    DayMark,
    Hotline,
    HotlineMode,
    LeftOut,
    RateCode,
    Unit,
    UnitKind,
    WitnessRow,
)
from minsheng.ground.city.table import Record, read_table

T = TypeVar("T", covariant=True)  # noqa: PLC0105

AREAS = "areas.csv"
UNITS = "units.csv"
HOTLINES = "hotlines.csv"
CHANNELS = "channels.csv"
TAXONOMY = "taxonomy.csv"
CATALOGUE = "catalogue.csv"
CALENDAR = "calendar.csv"
OVERRIDES = "calendar_overrides.csv"
APPRAISAL = "appraisal.csv"
WITNESSES = "witnesses.csv"
MAY_BE_MISSING = (APPRAISAL, WITNESSES)

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_VKEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+(B[A-P][A-Za-z0-9+/]{42})")


@dataclass(frozen=True, slots=True)
class Numbered(Generic[T]):
    """A record with the row it came from."""

    row: int
    value: T


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """The good rows of a table. `seen` also holds the keys of bad rows; `whole` is False when rows are hidden."""

    file: str
    good: tuple[Numbered[T], ...]
    seen: frozenset[str]
    whole: bool

    def knows(self, key: str) -> bool:
        """Whether the key stands in the table, as far as the table could be read."""
        return key in self.seen or not self.whole

    @property
    def complete(self) -> bool:
        """Whether every row is a good one."""
        return self.whole and len(self.good) == len(self.seen)

    def by(self, key: Callable[[T], str]) -> dict[str, T]:
        """The good rows by a key of theirs, in the order of the file."""
        return {key(row.value): row.value for row in self.good}


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """What a table is called, which columns it has or may have, and what makes a row unique."""

    file: str
    columns: tuple[str, ...]
    build: Callable[[Record], T]
    key: str
    optional: tuple[str, ...] = ()
    may_be_missing: bool = False

    def read(self, folder: Path, report: Report) -> Rows[T]:
        """All good rows; bad ones and repeated keys are reported and left out. A table that may be missing and is has
        no rows."""
        if self.may_be_missing and not (folder / self.file).exists():
            return Rows(self.file, (), frozenset(), whole=True)
        rows: list[Numbered[T]] = []
        first_at: dict[str, int] = {}
        for record in read_table(folder / self.file, self.columns, report, self.optional):
            value = self.build(record)
            key = record.cells[self.key].strip() if self.key else ""
            if key in first_at and key:
                record.fail(self.key, f"{key!r} stands already in row {first_at[key]}", "Codes are used once")
            elif key:
                first_at[key] = record.row
            if record.ok:
                rows.append(Numbered(record.row, value))
        return Rows(self.file, tuple(rows), frozenset(first_at), self.file not in report.broken)


def _code(record: Record, column: str = "code") -> str:
    value = record.text(column)
    if value and not _CODE.fullmatch(value):
        record.fail(column, f"{value!r} is not a code", "Use letters, digits, dot, hyphen and underscore (≤ 64)")
    return value


def _area(record: Record) -> Area:
    lon, lat = _point(record)
    return Area(
        code=_code(record),
        parent=record.text("parent", needed=False),
        level=record.choice("level", AreaLevel),
        name=record.text("name"),
        name_en=record.text("name_en", needed=False),
        aliases=record.many("aliases"),
        population=record.whole("population"),
        valid_from=record.day("valid_from"),
        valid_to=record.day_or_none("valid_to"),
        source=record.text("source"),
        lon=lon,
        lat=lat,
    )


def _point(record: Record) -> tuple[float | None, float | None]:
    """Longitude and latitude, both or neither."""
    given = {column for column in ("lon", "lat") if record.text(column, needed=False)}
    for column, other in (("lon", "lat"), ("lat", "lon")):
        if given == {other}:
            record.fail(column, f"{other} is given without {column}", "Fill in both, or leave both empty")
    return record.degrees("lon", 180), record.degrees("lat", 90)


def _unit(record: Record) -> Unit:
    level = record.text("level")
    if level and level not in ("1", "2", "3"):
        record.fail("level", f"{level!r} is not a level", "Write 1 (the centre), 2 or 3")
    return Unit(
        code=_code(record),
        parent=record.text("parent", needed=False),
        level=int(level) if level in ("1", "2", "3") else 0,
        name=record.text("name"),
        name_en=record.text("name_en", needed=False),
        kind=record.choice("kind", UnitKind),
        area=record.text("area"),
        dept_type=record.text("dept_type", needed=False),
        state_organ=record.flag("state_organ"),
        valid_from=record.day("valid_from"),
        valid_to=record.day_or_none("valid_to"),
        source=record.text("source"),
        provisional=record.flag("provisional"),
    )


def _hotline(record: Record) -> Hotline:
    return Hotline(
        number=record.text("number"),
        name=record.text("name"),
        name_en=record.text("name_en", needed=False),
        unit=record.text("unit"),
        mode=record.choice("mode", HotlineMode),
        source=record.text("source"),
        provisional=record.flag("provisional"),
    )


def _channel(record: Record) -> Channel:
    return Channel(
        code=_code(record),
        group=record.text("group"),
        name=record.text("name"),
        name_en=record.text("name_en", needed=False),
        is_external_order=record.flag("is_external_order"),
        deadline_override=record.term_or_none("deadline_override"),
        reply_route=record.text("reply_route"),
        source=record.text("source"),
        provisional=record.flag("provisional"),
    )


def _category(record: Record) -> Category:
    code = record.text("code")
    if code and not (len(code) == 6 and code.isascii() and code.isdigit() and code[:2] != "00"):
        record.fail("code", f"{code!r} is not a category code", "Write six digits, 2+2+2: 010203")
    level = 1 if code[2:] == "0000" else 2 if code[4:] == "00" else 3
    if record.text("level") not in ("", str(level)):
        record.fail("level", f"code {code} is of level {level}", f"Write {level}, or correct the code")
    leaf = level == 3
    kinds = record.choices("kinds", Kind)
    if leaf and not record.text("kinds", needed=False):
        record.fail("kinds", "a leaf says which kinds of request it takes", "Write e.g. inquiry|complaint")
    deadline = record.term_or_none("deadline")
    if leaf and not record.text("deadline", needed=False):
        record.fail("deadline", "a leaf has a handling term", "Write e.g. 5wd")
    return Category(
        code=code,
        level=level,
        parent=record.text("parent", needed=False),
        name=record.text("name"),
        name_en=record.text("name_en", needed=False),
        dept_type=record.text("dept_type"),
        dept=record.text("dept", needed=False),
        kinds=kinds,
        urgency=record.choice("urgency", Urgency) if leaf or record.text("urgency", needed=False) else None,
        deadline=deadline,
        basis=record.text("basis", needed=False),
        keywords=record.many("keywords"),
        version="",
    )


def _catalogue_row(record: Record) -> CatalogueRow:
    return CatalogueRow(
        category=record.text("category"),
        area=record.text("area"),
        unit=record.text("unit"),
        co_units=record.many("co_units"),
        legal_basis=record.text("legal_basis"),
        valid_from=record.day("valid_from"),
        valid_to=record.day_or_none("valid_to"),
        source=record.text("source"),
    )


def _calendar_day(record: Record) -> CalendarDay:
    return CalendarDay(
        day=record.day("date"),
        mark=record.choice("kind", DayMark),
        name=record.text("name"),
        source=record.text("source"),
        provisional=record.flag("provisional"),
    )


def _appraisal_rule(record: Record) -> AppraisalRule:
    weight, months = record.whole("weight"), record.whole("months")
    if weight is None or weight > 100:
        record.fail("weight", "a rate weighs from 0 to 100 points", "Write a whole number from 0 to 100")
    if not months or months > 12:
        record.fail("months", "a rate is counted over 1 to 12 months", "Write a whole number from 1 to 12")
    return AppraisalRule(
        rate=record.choice("rate", RateCode),
        name=record.text("name"),
        name_en=record.text("name_en", needed=False),
        weight=weight or 0,
        months=months or 1,
        leaves_out=record.choices("leaves_out", LeftOut),
        valid_from=record.day("valid_from"),
        valid_to=record.day_or_none("valid_to"),
        source=record.text("source"),
        provisional=record.flag("provisional"),
    )


def _witness(record: Record) -> WitnessRow:
    vkey, url = record.text("vkey"), record.text("url")
    if vkey and not _whole(vkey):
        problem = f"{vkey!r} is not the key of a witness, or was copied wrongly"
        record.fail("vkey", problem, "Copy it whole from what the witness printed: name+8 digits+base64")
    if url and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", url):
        record.fail("url", f"{url!r} is not an address", "Write where the witness takes checkpoints: https://…")
    return WitnessRow(
        name=_code(record, "name"),
        body=record.text("body"),
        body_en=record.text("body_en", needed=False),
        vkey=vkey,
        url=url,
        source=record.text("source"),
    )


def _whole(vkey: str) -> bool:
    """Whether this is an Ed25519 key of a witness (type 0x04) whose id fits it (C2SP signed-note)."""
    found = _VKEY.fullmatch(vkey)
    if not found:
        return False
    name, key_id, material = found.groups()
    return sha256(f"{name}\n".encode() + base64.b64decode(material)).hexdigest()[:8] == key_id


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


AREA_TABLE = Table(
    AREAS,
    _columns("code parent level name name_en aliases population valid_from valid_to source"),
    _area,
    "code",
    optional=_columns("lon lat"),
)
UNIT_TABLE = Table(
    UNITS,
    _columns("code parent level name name_en kind area dept_type state_organ valid_from valid_to source provisional"),
    _unit,
    "code",
)
HOTLINE_TABLE = Table(HOTLINES, _columns("number name name_en unit mode source provisional"), _hotline, "number")
CHANNEL_TABLE = Table(
    CHANNELS,
    _columns("code group name name_en is_external_order deadline_override reply_route source provisional"),
    _channel,
    "code",
)
CATEGORY_TABLE = Table(
    TAXONOMY,
    _columns("code level parent name name_en dept_type dept kinds urgency deadline basis keywords"),
    _category,
    "code",
)
CATALOGUE_TABLE = Table(
    CATALOGUE,
    _columns("category area unit co_units legal_basis valid_from valid_to source"),
    _catalogue_row,
    "",
)
CALENDAR_TABLE = Table(CALENDAR, _columns("date kind name source provisional"), _calendar_day, "date")
OVERRIDE_TABLE = Table(OVERRIDES, _columns("date kind name source provisional"), _calendar_day, "date")
APPRAISAL_TABLE = Table(
    APPRAISAL,
    _columns("rate name name_en weight months leaves_out valid_from valid_to source provisional"),
    _appraisal_rule,
    "",
    may_be_missing=True,
)
WITNESS_TABLE = Table(WITNESSES, _columns("name body body_en vkey url source"), _witness, "name", may_be_missing=True)
