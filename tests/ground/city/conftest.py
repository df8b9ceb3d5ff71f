"""City packs for the tests: the repository's own, and a small good one to corrupt."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from minsheng.ground.city import CityPack, load_pack

ROOT = Path(__file__).parents[3]

AREAS = """code,parent,level,name,name_en,aliases,population,valid_from,valid_to,source
1,,city,丙市,Bing,丙城,1000000,2024-01-01,,test
11,1,county,东区,East,,,2024-01-01,,test
12,1,county,西县,West,,,2024-01-01,,test
111,11,township,柳林镇,Liulin,,,2024-01-01,,test
121,12,township,马上乡,Mashang,,,2024-01-01,,test
1111,111,village,王庄村民委员会,,,,2024-01-01,,test
1112,111,village,桃花园社区居委会,,,,2024-01-01,,test
1211,121,village,王庄村民委员会,,,,2024-01-01,,test
"""
UNITS = """code,parent,level,name,name_en,kind,area,dept_type,state_organ,valid_from,valid_to,source,provisional
c,,1,热线中心,Centre,centre,1,hotline,true,2024-01-01,,test,false
urban,c,2,市城管局,Urban,department,1,urban,true,2024-01-01,,test,false
old,c,2,市市容局,Former,department,1,urban,true,2024-01-01,2025-06-30,test,false
east,c,2,东区政府,East,county,11,county,true,2024-01-01,,test,false
west,c,2,西县政府,West,county,12,county,true,2024-01-01,,test,false
east-urban,east,3,东区城管局,East urban,county_department,11,urban,true,2024-01-01,,test,false
liulin,east,3,柳林镇政府,Liulin,township,111,town,true,2024-01-01,,test,false
water,urban,3,供水公司,Water,utility,1,water,no,2024-01-01,,test,是
"""
HOTLINES = """number,name,name_en,unit,mode,source,provisional
12319,城管热线,Urban line,urban,merged,test,true
"""
CHANNELS = """code,group,name,name_en,is_external_order,deadline_override,reply_route,source,provisional
web,门户,门户,Portal,false,,requester,test,false
upper,四平台,省平台,Province,true,15wd,channel,test,true
"""
TAXONOMY = """code,level,parent,name,name_en,dept_type,dept,kinds,urgency,deadline,basis,keywords
010000,1,,城市管理,Urban,urban,,,,,,
010100,2,010000,市容,Appearance,urban,,,,,,
010101,3,010100,占道经营,Vending,urban,,complaint|report,ordinary,3wd,,摆摊|占道
010102,3,010100,井盖,Manhole,urban,,help,urgent,1wd,,井盖
020000,1,,村务,Village,town,,,,,,
020100,2,020000,村务公开,Openness,town,,,,,,
020101,3,020100,财务公开,Accounts,town,,complaint,ordinary,5wd,,村账
"""
CATALOGUE = """category,area,unit,co_units,legal_basis,valid_from,valid_to,source
010000,1,old,,law,2024-01-01,2025-06-30,test
010000,1,urban,,law,2025-07-01,,test
010000,11,east,urban,law,2024-01-01,,test
010102,1,urban,water|east-urban,law,2024-01-01,,test
020000,1,urban,,law,2024-01-01,,test
020000,12,west,,law,2024-01-01,,test
"""
CALENDAR = """date,kind,name,source,provisional
2026-01-01,holiday,元旦,test,false
2026-01-02,holiday,元旦,test,false
2026-01-04,makeup,元旦,test,false
"""
OVERRIDES = """date,kind,name,source,provisional
2026-01-02,plain,照常上班,test,false
2026-05-04,holiday,市节,test,false
"""
CITY = """code = "bing"
name = "丙市"
name_en = "Bing"
number_prefix = "BI"
tz = "Asia/Shanghai"
phone = "12345"
taxonomy_version = "7"

[calendar]
first = 2024-01-01
last = 2026-12-31
hours = ["09:00-12:00", "13:00-17:00"]

[thresholds]
category = 0.6
kind = 0.6
urgency = 0.6
place = 0.5
unit = 0.6
similar = 0.8
"""
BOOK = """[[book]]
version = "{version}"
valid_from = {valid_from}

[book.dispatch]
ordinary = "4wh"
prompt = "2h"
urgent = "30min"

[book.handling]
ordinary = "5wd"
prompt = "2wd"
urgent = "24h"

[book.clocks]
sign = "24h"
detail = "3wd"
tell = "1wd"
return_window = "24h"
ask_decision = "1wd"
arbitration = "2wd"
extension = "5wd"
review = "1wd"
call_back = "2wd"
rating_wait = "3d"
rework = "3wd"
parking_max = "180d"
withdrawal_think = "48h"
reopen_within = "30d"
archive_after = "90d"
yellow_card_before = "1wd"

[book.limits]
returns_before_arbitration = 1
extensions_by_unit_head = 1
extensions_max = 1
call_back_attempts = 3
reworks_before_meeting = 1
reworks_before_raise = 2
lookback_per_mille = 20
soon_share = 0.25
"""
RULEBOOK = (
    BOOK.format(version="a", valid_from="2024-01-01").replace(
        "valid_from = 2024-01-01", "valid_from = 2024-01-01\nvalid_to = 2025-12-31"
    )
    + BOOK.format(version="b", valid_from="2026-01-01")
    + '[book.by_category]\n"010101" = "4wd"\n"020000" = "30min"\n[book.by_channel]\nweb = "6wd"\n'
)


@pytest.fixture(scope="session")
def anyang() -> CityPack:
    return load_pack(ROOT / "cities" / "anyang")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small good pack."""
    template = ROOT / "src" / "minsheng" / "ground" / "city" / "template"
    files = {
        "areas.csv": AREAS,
        "units.csv": UNITS,
        "hotlines.csv": HOTLINES,
        "channels.csv": CHANNELS,
        "taxonomy.csv": TAXONOMY,
        "catalogue.csv": CATALOGUE,
        "calendar.csv": CALENDAR,
        "calendar_overrides.csv": OVERRIDES,
        "city.toml": CITY,
        "rulebook.toml": RULEBOOK,
        "callback_script.toml": (template / "callback_script.toml").read_text(encoding="utf-8"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def locate(folder: Path) -> Callable[[Mapping[str, tuple[str, str]]], None]:
    """Gives the small pack's areas the columns lon and lat, filled for the codes that are named."""

    def add_columns(points: Mapping[str, tuple[str, str]]) -> None:
        path = folder / "areas.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [[*header, "lon", "lat"], *([*row, *points.get(row[0], ("", ""))] for row in rows)]
            )

    return add_columns


@pytest.fixture
def bing(folder: Path) -> CityPack:
    return load_pack(folder)
