"""What the makers of city packs share: the network of handling units, the dispatch catalogue, writing and checking.

A maker (make_anyang.py, make_qinghe.py) describes its city as a `CityPlan` and lists its tables for `run`. The
shape of the network (单位目录) follows what such a city has: bureaus of the city, a government for every county with
its own bureaus, an office with three sub-offices for every township, and utilities (DOMAIN §3: 997 handling units).
"""

from __future__ import annotations

import argparse
import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MINSHENG_SHARED", ROOT.parent / "shared"))
TOOLS = Path(__file__).resolve().parent
TEMPLATE = ROOT / "src" / "minsheng" / "ground" / "city" / "template"

START = "2010-01-01"
"""The first day of every area, unit and catalogue row: before the oldest order."""
HANDLING_UNITS = 997

Row = Sequence[str]
Tables = Sequence[tuple[Path, Callable[[], str]]]


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division. `short` begins the names of its bureaus; an `outer` one has utilities of its own;
    a `zone` has an administrative committee in place of a government."""

    code: str
    name: str
    name_en: str
    aliases: str = ""
    short: str = ""
    outer: bool = False
    zone: bool = False

    @property
    def government(self) -> str:
        """The unit of level 2 that answers for it."""
        return f"{self.name}管理委员会" if self.zone else f"{self.name}人民政府"


@dataclass(frozen=True, slots=True)
class Township:
    """A township or sub-district (乡镇、街道)."""

    code: str
    county: str
    name: str
    name_en: str

    @property
    def office(self) -> str:
        """The unit that works for it."""
        if self.name[-1] in "镇乡":
            return f"{self.name}人民政府"
        return f"{self.name}办事处" if self.name.endswith("街道") else self.name


@dataclass(frozen=True, slots=True)
class Origins:
    """What the `source` column says of a unit's name."""

    generic: str
    county: str
    township: str
    invented: str


@dataclass(frozen=True, slots=True)
class CityPlan:
    """All that `units` and `catalogue` need to know of a city.

    `departments`, `county_departments` and `utilities` are rows of the hand-kept lists of these names; codes of
    units begin with `prefix`. `provisional`: no official list of units is at hand.
    """

    code: str
    name: str
    name_en: str
    prefix: str
    counties: Sequence[County]
    townships: Sequence[Township]
    departments: Sequence[Mapping[str, str]]
    county_departments: Sequence[Mapping[str, str]]
    utilities: Sequence[Mapping[str, str]]
    origins: Origins
    provisional: bool

    def unit_code(self, code: str) -> str:
        """The code of a unit of this city."""
        return f"{self.prefix}-{code}"


def read(path: Path) -> list[dict[str, str]]:
    """A CSV file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(header: str, rows: Iterable[Row], comment: str = "") -> str:
    """A CSV table as text."""
    out = io.StringIO()
    out.write(f"# {comment}\n" if comment else "")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(rows)
    return out.getvalue()


def units(city: CityPlan) -> str:
    """units.csv: the centre and exactly 997 handling units on levels 2 and 3."""
    rows = [_centre(city), *_departments(city)]
    for county in city.counties:
        rows.extend(_county_units(city, county))
    for town in city.townships:
        rows.extend(_township_units(city, town))
    rows.extend(_utilities(city))
    if len(rows) != HANDLING_UNITS + 1:
        raise SystemExit(f"{len(rows) - 1} handling units instead of {HANDLING_UNITS}: correct the lists in tools")
    header = "code parent level name name_en kind area dept_type state_organ valid_from valid_to source provisional"
    return write(header, rows)


def _unit(  # noqa: PLR0917
    city: CityPlan,
    code: str,
    parent: str,
    level: int,
    name: str,
    name_en: str,
    kind: str,
    area: str,
    dept_type: str,
    source: str,
    state_organ: bool = True,
) -> Row:
    return (
        city.unit_code(code),
        city.unit_code(parent) if parent else "",
        str(level),
        name,
        name_en,
        kind,
        area,
        dept_type,
        str(state_organ).lower(),
        START,
        "",
        source,
        str(city.provisional).lower(),
    )


def _centre(city: CityPlan) -> Row:
    names = (f"{city.name}12345政务服务便民热线中心", f"{city.name_en} 12345 Centre")
    return _unit(city, "12345", "", 1, *names, "centre", city.code, "hotline", city.origins.generic)


def _departments(city: CityPlan) -> Iterable[Row]:
    """Level 2: the city's bureaus and the governments of its counties."""
    for d in city.departments:
        head = (d["code"], "12345", 2, d["name"], d["name_en"], "department", city.code, d["dept_type"])
        yield _unit(city, *head, city.origins.generic, d["state_organ"] == "true")
    for c in city.counties:
        names = (c.government, f"{c.name_en} Government")
        yield _unit(city, c.code, "12345", 2, *names, "county", c.code, "county", city.origins.county)


def _county_units(city: CityPlan, county: County) -> Iterable[Row]:
    """A county's bureaus, its title office and, away from the city's pipes, its own utilities."""
    code, short, english = county.code, county.short or county.name, county.name_en
    for d in city.county_departments:
        names = (f"{short}{d['name']}", f"{english} {d['name_en']}")
        head = (f"{code}-{d['suffix']}", d["under"] or code, 3, *names, "county_department", code, d["dept_type"])
        yield _unit(city, *head, city.origins.generic)
    title = (f"{code}-title", "title", 3, f"{short}不动产登记服务点", f"{english} Title Registration Office")
    yield _unit(city, *title, "sub_office", code, "land", city.origins.invented)
    if county.outer:
        for kind, zh, en in (
            ("water", "供水企业", "water company"),
            ("gas", "燃气企业", "gas company"),
            ("heat", "供热企业", "heating company"),
            ("power", "供电企业", "power company"),
        ):
            under = "devreform" if kind == "power" else code
            head = (f"{code}-{kind}", under, 3, f"{short}{zh}", f"{english} {en}", "utility", code, kind)
            yield _unit(city, *head, city.origins.invented, False)


def _township_units(city: CityPlan, town: Township) -> Iterable[Row]:
    """A township's office and the sub-offices that county bureaus keep there."""
    names = (town.office, town.name_en)
    yield _unit(city, town.code, town.county, 3, *names, "township", town.code, "town", city.origins.township)
    for suffix, zh, en, under in (
        ("market", "市场监督管理所", "Market Supervision Office", town.county),
        ("justice", "司法所", "Justice Office", town.county),
        ("land", "自然资源所", "Natural Resources Office", "land"),
    ):
        names = (f"{town.name}{zh}", f"{town.name_en} {en}")
        head = (f"{town.code}-{suffix}", under, 3, *names, "sub_office", town.code, suffix)
        yield _unit(city, *head, city.origins.invented)


def _utilities(city: CityPlan) -> Iterable[Row]:
    """The city's utilities and firms, which are no state organs, and the outposts of its bureaus."""
    for u in city.utilities:
        organ = u["kind"] not in ("utility", "firm")
        head = (u["code"], u["under"], 3, u["name"], u["name_en"], u["kind"], city.code, u["dept_type"])
        yield _unit(city, *head, city.origins.invented, organ)


def catalogue(city: CityPlan, nodes: Iterable[Mapping[str, str]], source: str) -> str:
    """catalogue.csv: a lead for the city as a whole, and the counties where the matter is theirs.

    A node says how far it reaches: `city` only, every `county`, or the `outer` ones, which have their own pipes.
    """
    reach = {
        "city": (),
        "county": tuple(county.code for county in city.counties),
        "outer": tuple(county.code for county in city.counties if county.outer),
    }
    rows: list[Row] = []
    for node in nodes:
        category, basis = node["category"], node["legal_basis"]
        rows.append((category, city.code, city.unit_code(node["department"]), "", basis, START, "", source))
        for county in reach[node["reach"]]:
            rows.append((category, county, city.unit_code(county), "", basis, START, "", source))
    return write("category area unit co_units legal_basis valid_from valid_to source", rows)


def parser(description: str | None) -> argparse.ArgumentParser:
    """The command line that all makers have; a maker may add options of its own."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--check", action="store_true", help="write nothing; fail when a table differs")
    return found


def run(tables: Tables, tool: str, *, check: bool) -> int:
    """Writes the tables, or with `check` names those that differ; the exit status is 1 when one does."""
    differing = 0
    for path, make in tables:
        text = make()
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(f"{path.relative_to(ROOT)} differs: run python tools/{tool}")
            differing += 1
        elif not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    return min(differing, 1)
