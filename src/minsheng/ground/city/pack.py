"""A city pack (城市包) read whole: everything the house knows about its city, in one frozen object.

Nothing about a city stands in code; a deployer fills in a folder of tables (see docs/guide/en/city-pack.md) and
`load_pack` reads it or lists everything that is wrong with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from minsheng.core.calendar import Calendar, Term
from minsheng.core.rulebook import RuleBooks, category_and_parents
from minsheng.ground.city import check, tables
from minsheng.ground.city.catalogue import Catalogue
from minsheng.ground.city.errors import PackError, PackErrors, Report
from minsheng.ground.city.rows import (
    AppraisalRule,
    Area,
    CalendarDay,
    CallBackScript,
    CatalogueRow,
    Category,
    Channel,
    City,
    DayMark,
    Hotline,
    Unit,
    WitnessRow,
)
from minsheng.ground.city.settings import (
    CITY,
    RULEBOOK,
    SCRIPT,
    OfficeTime,
    read_city,
    read_rulebooks,
    read_script,
)
from minsheng.ground.city.tables import Rows

FILES = (
    CITY,
    tables.AREAS,
    tables.UNITS,
    tables.HOTLINES,
    tables.CHANNELS,
    tables.TAXONOMY,
    tables.CATALOGUE,
    tables.CALENDAR,
    tables.OVERRIDES,
    tables.APPRAISAL,
    tables.WITNESSES,
    RULEBOOK,
    SCRIPT,
)
"""Every file a pack consists of; other files in the folder are left alone. Two may be missing: a city without
`appraisal.csv` appraises nobody, the ledger of one without `witnesses.csv` has none."""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The classification of one version (诉求分类体系); an order keeps the version it was filed under."""

    version: str
    categories: Mapping[str, Category]

    @property
    def leaves(self) -> tuple[Category, ...]:
        """The categories that orders are filed under."""
        return tuple(category for category in self.categories.values() if category.is_leaf)

    def path(self, code: str) -> tuple[Category, ...]:
        """The category and its parents, outermost first: 城市管理 → 市容秩序 → 占道经营."""
        return tuple(self.categories[c] for c in reversed(category_and_parents(code)) if c in self.categories)


@dataclass(frozen=True, slots=True)
class CityPack:
    """One city: head, tables by code in the order of their files, calendar, rules and script.

    `digest` (SHA-256 over the files, hexadecimal) tells whether a pack has been loaded before.
    """

    city: City
    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    hotlines: Mapping[str, Hotline]
    channels: Mapping[str, Channel]
    taxonomy: Taxonomy
    catalogue: Catalogue
    calendar_days: tuple[CalendarDay, ...]
    calendar: Calendar
    rulebooks: RuleBooks
    script: CallBackScript
    digest: str
    appraisal: tuple[AppraisalRule, ...] = ()
    witnesses: tuple[WitnessRow, ...] = ()

    @property
    def root_area(self) -> Area:
        """The city itself as an area."""
        return next(area for area in self.areas.values() if not area.parent)

    @property
    def centre(self) -> Unit:
        """The hotline centre, the only unit of level 1."""
        return next(unit for unit in self.units.values() if unit.level == 1)

    def unit_path(self, code: str) -> tuple[Unit, ...]:
        """The unit and those above it, level 1 first."""
        chain: list[Unit] = []
        while code in self.units:
            chain.append(self.units[code])
            code = self.units[code].parent
        return tuple(reversed(chain))

    def area_path(self, code: str) -> tuple[Area, ...]:
        """The area and those around it, the city first."""
        chain: list[Area] = []
        while code in self.areas:
            chain.append(self.areas[code])
            code = self.areas[code].parent
        return tuple(reversed(chain))


def load_pack(path: Path | str) -> CityPack:
    """Reads a city pack from a folder; PackErrors lists every error when it cannot be used."""
    report = Report()
    pack = _read(Path(path), report)
    if pack is None or report.errors:
        raise PackErrors(report.in_order())
    return pack


def check_pack(path: Path | str) -> list[PackError]:
    """Everything that is wrong with the pack in a folder, by file and row; an empty list is a good pack."""
    report = Report()
    _read(Path(path), report)
    return report.in_order()


@dataclass(frozen=True, slots=True)
class _Tables:
    """The CSV tables as read, with their row numbers."""

    areas: Rows[Area]
    units: Rows[Unit]
    hotlines: Rows[Hotline]
    channels: Rows[Channel]
    categories: Rows[Category]
    catalogue: Rows[CatalogueRow]
    days: Rows[CalendarDay]
    overrides: Rows[CalendarDay]
    appraisal: Rows[AppraisalRule]
    witnesses: Rows[WitnessRow]

    @classmethod
    def read(cls, folder: Path, report: Report) -> _Tables:
        """Reads every table and checks each against the others."""
        found = cls(
            areas=tables.AREA_TABLE.read(folder, report),
            units=tables.UNIT_TABLE.read(folder, report),
            hotlines=tables.HOTLINE_TABLE.read(folder, report),
            channels=tables.CHANNEL_TABLE.read(folder, report),
            categories=tables.CATEGORY_TABLE.read(folder, report),
            catalogue=tables.CATALOGUE_TABLE.read(folder, report),
            days=tables.CALENDAR_TABLE.read(folder, report),
            overrides=tables.OVERRIDE_TABLE.read(folder, report),
            appraisal=tables.APPRAISAL_TABLE.read(folder, report),
            witnesses=tables.WITNESS_TABLE.read(folder, report),
        )
        check.check_areas(found.areas, report)
        check.check_units(found.units, found.areas, report)
        check.check_hotlines(found.hotlines, found.units, report)
        check.check_channels(found.channels, report)
        check.check_taxonomy(found.categories, report)
        check.check_catalogue(found.catalogue, found.categories, found.areas, found.units, report)
        check.check_appraisal(found.appraisal, report)
        return found


def _read(folder: Path, report: Report) -> CityPack | None:
    if not folder.is_dir():
        report.add(str(folder), 0, "", "there is no such folder", "Name another, or run `minsheng city new`")
        return None
    found = _Tables.read(folder, report)
    head = read_city(folder, report)
    script = read_script(folder, report)
    if head is None:
        return None
    city, office = head
    check.check_witnesses(found.witnesses, city.quorum, report)
    for days in (found.days, found.overrides):
        check.check_days(days, office, report)
    marked = _merged(found.days, found.overrides, office)
    calendar = _calendar(marked, office)
    books = read_rulebooks(folder, calendar, _category_terms(found), _channel_terms(found), report)
    if report.errors or script is None:
        return None
    areas, units = found.areas.by(lambda area: area.code), found.units.by(lambda unit: unit.code)
    kinds = {
        code: replace(category, version=city.taxonomy_version)
        for code, category in found.categories.by(lambda category: category.code).items()
    }
    pack = CityPack(
        city=city,
        areas=MappingProxyType(areas),
        units=MappingProxyType(units),
        hotlines=MappingProxyType(found.hotlines.by(lambda hotline: hotline.number)),
        channels=MappingProxyType(found.channels.by(lambda channel: channel.code)),
        taxonomy=Taxonomy(city.taxonomy_version, MappingProxyType(kinds)),
        catalogue=Catalogue((row.value for row in found.catalogue.good), areas, units, kinds),
        calendar_days=marked,
        calendar=calendar,
        rulebooks=RuleBooks(books),
        script=script,
        digest=_digest(folder),
        appraisal=tuple(row.value for row in found.appraisal.good),
        witnesses=tuple(row.value for row in found.witnesses.good),
    )
    check.check_coverage(pack.catalogue, pack.taxonomy.leaves, pack.root_area.code, office, report)
    return pack


def _category_terms(found: _Tables) -> dict[str, Term | None]:
    return {code: category.deadline for code, category in found.categories.by(lambda c: c.code).items()}


def _channel_terms(found: _Tables) -> dict[str, Term | None]:
    return {code: channel.deadline_override for code, channel in found.channels.by(lambda c: c.code).items()}


def _merged(days: Rows[CalendarDay], overrides: Rows[CalendarDay], office: OfficeTime) -> tuple[CalendarDay, ...]:
    """The marked days of the calendar's range; an override replaces what the calendar says of its day."""
    found = days.by(lambda day: str(day.day)) | overrides.by(lambda day: str(day.day))
    inside = (day for day in found.values() if office.first <= day.day <= office.last)
    return tuple(sorted(inside, key=lambda day: day.day))


def _calendar(days: tuple[CalendarDay, ...], office: OfficeTime) -> Calendar:
    return Calendar(
        tz=office.tz,
        holidays=frozenset(day.day for day in days if day.mark is DayMark.HOLIDAY),
        workdays=frozenset(day.day for day in days if day.mark is DayMark.MAKEUP),
        hours=office.hours,
        first=office.first,
        last=office.last,
    )


def _digest(folder: Path) -> str:
    """SHA-256 over names and contents of the pack's files, line ends aside."""
    total = hashlib.sha256()
    for name in FILES:
        if name in tables.MAY_BE_MISSING and not (folder / name).exists():
            continue
        content = (folder / name).read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()
