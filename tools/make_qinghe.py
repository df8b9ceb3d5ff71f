"""Makes the generated tables of the city pack cities/qinghe: a city that does not exist, for simulated data.

清和市 has the shape of a prefecture-level city (ten counties, 137 townships, some 3,300 villages, 997 handling units),
an invented geography and a population. The lists in tools/qinghe hold what a person named; village names, places and
residents are drawn with a fixed seed. `--check` writes nothing and fails when a table differs. Every run fails when an
area bears the name of a real one: of cities/anyang, of the division codes in the shared data (MINSHENG_SHARED), or of
a list given by `--against`, such as the whole national one.
"""

from __future__ import annotations

import csv
import io
import random
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from packmaking import (
    ROOT,
    SHARED,
    START,
    TEMPLATE,
    TOOLS,
    CityPlan,
    County,
    Origins,
    Row,
    Tables,
    Township,
    parser,
    read,
    run,
    write,
)
from packmaking import catalogue as catalogue_of
from packmaking import units as units_of
from qinghe.geography import ROOM, degrees, halve, middle, residents, rings
from qinghe.names import Namer

INPUTS = TOOLS / "qinghe"
COMMON = TOOLS / "anyang"
"""Lists that name no place: bureaus of a county, duties by national law."""
EXAMPLE = ROOT / "cities" / "anyang"
PACK = ROOT / "cities" / "qinghe"

SEED = 990100
NAME = "清和市"
CITY = "990100"
"""No province has the digits 99 (GB/T 2260 goes from 11 to 82)."""
POPULATION = 5_400_000
RINGS = (
    ("990102", "990171"),
    ("990103", "990105", "990106"),
    ("990122", "990123", "990126", "990127", "990181"),
)
"""Counties from the centre outwards, in the order of the compass."""
ZONE_PREFIX = "开发区"
INVENTED = "invented"
FIRST_COMMUNITY, FIRST_VILLAGE = 1, 200

_ENDING = re.compile(r"(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村)$")
_TOWN_ENDING = re.compile(r"[镇乡]$")


@cache
def counties() -> tuple[County, ...]:
    """The ten counties and districts."""
    return tuple(
        County(
            row["code"],
            row["name"],
            row["name_en"],
            row["aliases"],
            row["short"],
            outer=row["outer"] == "true",
            zone=row["zone"] == "true",
        )
        for row in read(INPUTS / "counties.csv")
    )


@cache
def townships() -> tuple[tuple[Township, int, int], ...]:
    """The 137 townships and sub-districts, each with its number of communities and of villages."""
    return tuple(
        (
            Township(row["code"], row["county"], row["name"], row["name_en"]),
            int(row["communities"]),
            int(row["villages"]),
        )
        for row in read(INPUTS / "townships.csv")
    )


@cache
def villages() -> dict[str, tuple[tuple[str, str, bool], ...]]:
    """Code, official name and whether it is a community, of every village, by township."""
    lines = (INPUTS / "stems.txt").read_text(encoding="utf-8").splitlines()
    stems = [stem for line in lines if not line.startswith("#") for stem in line.split()]
    namer = Namer(stems, random.Random(f"{SEED} names"))
    found = {}
    for town, communities, count in townships():
        seat = _TOWN_ENDING.sub("", town.name) if town.name[-1] in "镇乡" else ""
        urban = enumerate(namer.communities(communities), FIRST_COMMUNITY)
        rural = enumerate(namer.villages(count, seat), FIRST_VILLAGE)
        found[town.code] = (
            *((f"{town.code}{number:03}", name, True) for number, name in urban),
            *((f"{town.code}{number:03}", name, False) for number, name in rural),
        )
    return found


def places() -> dict[str, tuple[float, float]]:
    """Kilometres east and north of the centre, of every area."""
    rng = random.Random(f"{SEED} places")
    inside = {c.code: [t.code for t, _, _ in townships() if t.county == c.code] for c in counties()}
    room = {town: sum(ROOM[urban] for _, _, urban in found) for town, found in villages().items()}
    boxes = rings([[(code, sum(room[town] for town in inside[code])) for code in ring] for ring in RINGS])
    at: dict[str, tuple[float, float]] = {CITY: (0.0, 0.0)}
    for county, box in boxes:
        ordered = _from_the_middle(inside[county]) if county in RINGS[-1] else _from_the_centre(inside[county])
        for town, part in halve(box, [(town, room[town]) for town in ordered]):
            for code, cell in halve(part, [(code, ROOM[urban]) for code, _, urban in villages()[town]]):
                at[code] = cell.point(rng)
            at[town] = middle([at[code] for code, _, _ in villages()[town]])
        at[county] = middle([at[code] for town in inside[county] for code, _, _ in villages()[town]])
    return at


def _urban_share(town: str) -> float:
    found = villages()[town]
    return sum(urban for _, _, urban in found) / len(found)


def _from_the_centre(towns: Iterable[str]) -> list[str]:
    """The most urban townships first: next to the city's centre."""
    return sorted(towns, key=lambda town: (-_urban_share(town), town))


def _from_the_middle(towns: Iterable[str]) -> list[str]:
    """The most urban townships in the middle: the seat of an outer county lies inside it."""
    ordered = _from_the_centre(towns)
    return [*reversed(ordered[1::2]), *ordered[0::2]]


def population() -> dict[str, int]:
    """Residents of every area; an area has those of the areas in it."""
    drawn = residents(
        [[urban for _, _, urban in villages()[town.code]] for town, _, _ in townships()],
        POPULATION,
        random.Random(f"{SEED} residents"),
    )
    found = {CITY: 0} | {county.code: 0 for county in counties()}
    for (town, _, _), people in zip(townships(), drawn, strict=True):
        found |= {code: number for (code, _, _), number in zip(villages()[town.code], people, strict=True)}
        for code in (town.code, town.county, CITY):
            found[code] = found.get(code, 0) + sum(people)
    return found


def areas() -> str:
    """areas.csv: the city, its counties, townships, villages and communities, with residents and a point each."""
    at, people = places(), population()

    named: list[Row] = [(CITY, "", "city", NAME, "Qinghe", "清和")]
    named += [(c.code, CITY, "county", c.name, c.name_en, c.aliases) for c in counties()]
    for town, _, _ in townships():
        alias = town.name.removeprefix(ZONE_PREFIX) if town.name.startswith(ZONE_PREFIX) else ""
        named.append((town.code, town.county, "township", town.name, town.name_en, alias))
    for town, found in villages().items():
        named += [(code, town, "village", name, "", "") for code, name, _ in found]
    rows = [(*row, str(people[row[0]]), START, "", INVENTED, *degrees(at[row[0]])) for row in named]
    return write("code parent level name name_en aliases population valid_from valid_to source lon lat", rows)


def city_plan() -> CityPlan:
    """Qinghe for the network of units and the catalogue."""
    return CityPlan(
        code=CITY,
        name=NAME,
        name_en="Qinghe",
        prefix="qh",
        counties=counties(),
        townships=[town for town, _, _ in townships()],
        departments=read(INPUTS / "departments.csv"),
        county_departments=read(COMMON / "county_departments.csv"),
        utilities=read(INPUTS / "utilities.csv"),
        origins=Origins(generic=INVENTED, county=INVENTED, township=INVENTED, invented=INVENTED),
        provisional=False,
    )


def units() -> str:
    """units.csv: the centre and exactly 997 handling units on levels 2 and 3."""
    return units_of(city_plan())


def catalogue() -> str:
    """catalogue.csv: duties by national law; where a city's own ordinance is the basis, Qinghe's invented one."""
    nodes = read(COMMON / "catalogue_nodes.csv")
    for node in nodes:
        node["legal_basis"] = node["legal_basis"].replace("安阳市", "清和市")
    return catalogue_of(city_plan(), nodes, "invented, from statutory duties")


def taxonomy() -> str:
    """taxonomy.csv: the project's list, as the example pack has it, without the name of a province's application."""
    rows = list(csv.reader(io.StringIO((EXAMPLE / "taxonomy.csv").read_text(encoding="utf-8"))))
    words = rows[0].index("keywords")
    for row in rows[1:]:
        row[words] = "|".join(word for word in row[words].split("|") if "豫" not in word)
    return write(" ".join(rows[0]), rows[1:])


def calendar() -> str:
    """calendar.csv: the national calendar of the template."""
    return (TEMPLATE / "calendar.csv").read_text(encoding="utf-8")


def real_names_met(lists: Iterable[Path]) -> list[str]:
    """Areas that bear the name of a real one in these tables (column `name`), villages without their endings."""
    real: set[str] = set()
    for path in lists:
        real.update(row["name"] for row in read(path))
    bare = {_bare(name) for name in real if _ENDING.search(name)}
    upper = [NAME, *(c.name for c in counties()), *(t.name for t, _, _ in townships())]
    lower = [_bare(name) for found in villages().values() for _, name, _ in found]
    return [name for name in upper if name in real] + [name for name in lower if name in bare]


def _bare(name: str) -> str:
    return _ENDING.sub("", name)


TABLES: Tables = (
    (PACK / "areas.csv", areas),
    (PACK / "units.csv", units),
    (PACK / "taxonomy.csv", taxonomy),
    (PACK / "catalogue.csv", catalogue),
    (PACK / "calendar.csv", calendar),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the tables, or with --check names those that differ; refuses names of real areas."""
    command = parser(__doc__)
    command.add_argument("--against", type=Path, nargs="*", default=[], help="tables of real areas, column `name`")
    given = command.parse_args(arguments)
    shared = sorted((SHARED / "data" / "cn_admin").glob("*.csv"))
    if met := real_names_met([EXAMPLE / "areas.csv", *shared, *given.against]):
        print(f"names of real areas: {' '.join(met)}. Rename them, or change their stems, in tools/qinghe")
        return 1
    return run(TABLES, "make_qinghe.py", check=given.check)


if __name__ == "__main__":
    sys.exit(main())
