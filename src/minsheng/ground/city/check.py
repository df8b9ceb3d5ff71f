"""What one table of a city pack says of another: codes that exist, trees without gaps, validities that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Protocol

from minsheng.ground.city import settings, tables
from minsheng.ground.city.catalogue import Catalogue
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
    RateCode,
    Unit,
    WitnessRow,
    in_force,
)
from minsheng.ground.city.tables import Numbered, Rows

WEB = "web"
"""The channel of the city's own portal; every pack has it."""

POLICY_WORDS = ("none", "quorum")
"""What a policy calls itself by, so that no witness may: no quorum, and the group that is one."""

_DAY = timedelta(days=1)
_DEPTH = {level: depth for depth, level in enumerate(AreaLevel, start=1)}


class _Node(Protocol):
    """A row of a tree."""

    @property
    def code(self) -> str: ...

    @property
    def parent(self) -> str: ...


class _Valid(Protocol):
    """A row with a validity."""

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date | None: ...


def check_areas(areas: Rows[Area], report: Report) -> None:
    """One city; counties in it, townships in these, villages in these; nothing outlives what it lies in."""
    depth = {row.value.code: _DEPTH[row.value.level] for row in areas.good}
    _check_tree(areas, depth, "area", report)
    _check_validity(areas, report)
    by_code = areas.by(lambda area: area.code)
    for row in areas.good:
        _check_within(areas.file, row, row.value, by_code.get(row.value.parent), report)


def check_units(units: Rows[Unit], areas: Rows[Area], report: Report) -> None:
    """One centre on level 1, handling units on levels 2 and 3, each with an area that exists."""
    depth = {row.value.code: row.value.level for row in units.good}
    _check_tree(units, depth, "unit", report)
    _check_validity(units, report)
    by_code = units.by(lambda unit: unit.code)
    for row in units.good:
        _check_within(units.file, row, row.value, by_code.get(row.value.parent), report)
        _check_known((units.file, row.row, "area"), row.value.area, areas, report)


def check_hotlines(hotlines: Rows[Hotline], units: Rows[Unit], report: Report) -> None:
    """Every joined hotline belongs to a unit."""
    for row in hotlines.good:
        _check_known((hotlines.file, row.row, "unit"), row.value.unit, units, report)


def check_channels(channels: Rows[Channel], report: Report) -> None:
    """The portal's own channel exists and its orders are the city's own."""
    if not channels.knows(WEB):
        report.add(channels.file, 0, "code", f"the channel {WEB!r} is missing", "Add a row for the city's own portal")
    for row in channels.good:
        if row.value.code == WEB and row.value.is_external_order:
            problem = "orders of the portal are the city's own"
            report.add(channels.file, row.row, "is_external_order", problem, "Write false")


def check_taxonomy(categories: Rows[Category], report: Report) -> None:
    """Parents exist and agree with the 2+2+2 code; there is something to file under."""
    for row in categories.good:
        category = row.value
        due = {1: "", 2: f"{category.code[:2]}0000", 3: f"{category.code[:4]}00"}[category.level]
        if category.parent != due:
            problem = f"the parent of {category.code} is not {category.parent!r}"
            report.add(categories.file, row.row, "parent", problem, f"Write {due or 'nothing'}, or correct the code")
        elif due:
            _check_known((categories.file, row.row, "parent"), due, categories, report)
    if categories.complete and not any(row.value.is_leaf for row in categories.good):
        report.add(categories.file, 0, "code", "there is no leaf", "Add a category of level 3, such as 010101")


def check_catalogue(
    catalogue: Rows[CatalogueRow],
    categories: Rows[Category],
    areas: Rows[Area],
    units: Rows[Unit],
    report: Report,
) -> None:
    """Rows point at what exists, to a handling unit that works as long as the row holds; one lead at a time."""
    by_code = units.by(lambda unit: unit.code)
    earlier: dict[tuple[str, str], list[Numbered[CatalogueRow]]] = {}
    _check_validity(catalogue, report)
    for row in catalogue.good:
        entry = row.value
        _check_known((catalogue.file, row.row, "category"), entry.category, categories, report)
        _check_known((catalogue.file, row.row, "area"), entry.area, areas, report)
        for column, code in [("unit", entry.unit), *(("co_units", co) for co in entry.co_units)]:
            _check_known((catalogue.file, row.row, column), code, units, report)
            _check_handler(row, column, by_code.get(code), report)
        if entry.unit in entry.co_units:
            problem = f"{entry.unit} is lead and co-handler"
            report.add(catalogue.file, row.row, "co_units", problem, "Take the lead out of the co-handlers")
        for other in earlier.setdefault((entry.category, entry.area), []):
            if _overlap(entry, other.value):
                problem = f"row {other.row} names a lead for the same category and area at the same time"
                report.add(catalogue.file, row.row, "valid_from", problem, "End one row before the other begins")
        earlier[entry.category, entry.area].append(row)


def check_appraisal(rules: Rows[AppraisalRule], report: Report) -> None:
    """Whenever any rate has a rule all three have one, and together they weigh 100 points."""
    _check_validity(rules, report)
    if any(error.file == rules.file for error in report.errors):
        return
    ends = (row.value.valid_to for row in rules.good if row.value.valid_to)
    for day in sorted({*(row.value.valid_from for row in rules.good), *(end + _DAY for end in ends)}):
        held = [row for row in rules.good if in_force(row.value.valid_from, row.value.valid_to, day)]
        codes, weight = [row.value.rate for row in held], sum(row.value.weight for row in held)
        if held and (sorted(codes) != sorted(RateCode) or weight != 100):
            problem = f"on {day} the rules are for {', '.join(codes)} and weigh {weight} points together"
            remedy = "Give each of the three rates one rule at a time; their weights add up to 100"
            report.add(rules.file, held[-1].row, "weight", problem, remedy)


def check_witnesses(witnesses: Rows[WitnessRow], quorum: int, report: Report) -> None:
    """No two witnesses share a key, none is called as a word of the policy, and the quorum can be met."""
    keys: set[str] = set()
    for row in witnesses.good:
        if row.value.name in POLICY_WORDS:
            problem, remedy = f"{row.value.name!r} is a word of the policy", "Call the witness otherwise"
            report.add(witnesses.file, row.row, "name", problem, remedy)
        if row.value.vkey in keys:
            remedy = "Each witness has a key of its own, which it alone holds"
            report.add(witnesses.file, row.row, "vkey", "another witness has this key", remedy)
        keys.add(row.value.vkey)
    if witnesses.complete and quorum > len(witnesses.good):
        problem = f"{quorum} witnesses must cosign, {tables.WITNESSES} names {len(witnesses.good)}"
        report.add(settings.CITY, 0, "ledger.quorum", problem, "Ask for fewer, or add witnesses")


def _check_handler(row: Numbered[CatalogueRow], column: str, unit: Unit | None, report: Report) -> None:
    if unit is None:
        return
    if unit.level == 1:
        problem = f"{unit.code} is the centre, not a handling unit"
        report.add(tables.CATALOGUE, row.row, column, problem, "Name a unit of level 2 or 3")
    elif not _covers(unit, row.value):
        problem = f"{unit.code} is not there during the whole validity of the row"
        remedy = "End the row with the unit, and add one for its successor"
        report.add(tables.CATALOGUE, row.row, column, problem, remedy)


def check_days(days: Rows[CalendarDay], office: settings.OfficeTime, report: Report) -> None:
    """Marked days lie in the calendar's range, and make-up days on weekends."""
    for row in days.good:
        day = row.value.day
        if not office.first <= day <= office.last:
            problem = f"{day} lies outside the calendar ({office.first} to {office.last})"
            report.add(days.file, row.row, "date", problem, f"Correct the day, or the range in {settings.CITY}")
        elif row.value.mark is DayMark.MAKEUP and day.weekday() < 5:
            problem = f"{day} is a weekday, on which people work anyway"
            report.add(days.file, row.row, "kind", problem, "A make-up day is a Saturday or Sunday")
        elif row.value.mark is DayMark.PLAIN and days.file == tables.CALENDAR:
            problem = "plain days need no row"
            report.add(days.file, row.row, "kind", problem, f"Leave the row out; {tables.OVERRIDES} may say plain")


def check_coverage(
    catalogue: Catalogue, leaves: Iterable[Category], root: str, office: settings.OfficeTime, report: Report
) -> None:
    """On every day of the calendar, every leaf has a lead unit for the city as a whole."""
    ends = (row.valid_to for row in catalogue.rows if row.valid_to)
    turns = {office.first, *(row.valid_from for row in catalogue.rows), *(end + _DAY for end in ends)}
    for leaf in leaves:
        for day in sorted(turns):
            if office.first <= day <= office.last and catalogue.lead(leaf.code, root, day) is None:
                problem = f"nobody leads {leaf.code} {leaf.name} in {root} on {day}"
                remedy = f"Add a row for the area {root} and {leaf.code} or one of its parents"
                report.add(tables.CATALOGUE, 0, "", problem, remedy)
                break


def _check_tree(rows: Rows[_Node], depth: Mapping[str, int], noun: str, report: Report) -> None:
    by_code = rows.by(lambda node: node.code)
    roots = [row for row in rows.good if not row.value.parent]
    for row in roots:
        if depth[row.value.code] != 1:
            problem = f"the {noun} has no parent but is not the outermost"
            report.add(rows.file, row.row, "parent", problem, f"Write the code of the {noun} above it")
    tops = [row for row in rows.good if depth[row.value.code] == 1]
    for row in tops[1:]:
        problem = f"a second {noun} of the first level stands here (the other is {tops[0].value.code})"
        report.add(rows.file, row.row, "level", problem, f"Exactly one {noun} is of the first level")
    if rows.complete and not tops:
        report.add(rows.file, 0, "level", f"no {noun} is of the first level", "Add one, without a parent")
    for row in rows.good:
        parent = row.value.parent
        if not parent:
            continue
        if loop := _loop(row.value.code, by_code):
            problem = f"the {noun} lies below itself ({' → '.join(loop)})"
            report.add(rows.file, row.row, "parent", problem, "Break the circle: correct one of these parents")
        elif not rows.knows(parent):
            report.add(rows.file, row.row, "parent", f"{parent!r} is unknown", "Add it, or correct the code")
        elif parent in by_code and depth[row.value.code] != depth[parent] + 1:
            problem = f"the level does not follow that of the parent {parent}"
            report.add(rows.file, row.row, "level", problem, f"A {noun} is one level below its parent")


def _loop(code: str, by_code: Mapping[str, _Node]) -> list[str]:
    """The way from a code up to itself, or nothing."""
    way = [code]
    while way[-1] in by_code and len(way) <= len(by_code) + 1:
        way.append(by_code[way[-1]].parent)
        if way[-1] == code:
            return way
        if way[-1] in way[:-1]:
            return []
    return []


def _check_known(at: tuple[str, int, str], code: str, among: Rows[object], report: Report) -> None:
    if code and not among.knows(code):
        report.add(*at, f"{code!r} stands not in {among.file}", "Add it there, or correct the code")


def _check_validity(rows: Rows[_Valid], report: Report) -> None:
    for row in rows.good:
        end = row.value.valid_to
        if end is not None and end < row.value.valid_from:
            problem = f"the validity ends ({end}) before it begins ({row.value.valid_from})"
            report.add(rows.file, row.row, "valid_to", problem, "Correct one of the two days")


def _check_within(file: str, row: Numbered[object], inner: _Valid, outer: _Valid | None, report: Report) -> None:
    if outer is None:
        return
    if inner.valid_from < outer.valid_from:
        problem = f"it begins before its parent ({outer.valid_from})"
        report.add(file, row.row, "valid_from", problem, "Let it begin with its parent, or later")
    if outer.valid_to is not None and (inner.valid_to is None or inner.valid_to > outer.valid_to):
        problem = f"its parent ends on {outer.valid_to}"
        report.add(file, row.row, "valid_to", problem, "End it too, or give it another parent")


def _overlap(a: _Valid, b: _Valid) -> bool:
    return in_force(a.valid_from, a.valid_to, b.valid_from) or in_force(b.valid_from, b.valid_to, a.valid_from)


def _covers(outer: _Valid, inner: _Valid) -> bool:
    if inner.valid_from < outer.valid_from:
        return False
    return outer.valid_to is None or (inner.valid_to is not None and inner.valid_to <= outer.valid_to)
