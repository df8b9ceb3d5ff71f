"""The invented city has the shape of a real one, the names of none, and places and people that add up."""

import csv
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from minsheng.ground.city import Area, AreaLevel, CityPack, Gazetteer, check_pack, load_pack

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("MINSHENG_SHARED", ROOT.parent / "shared"))
PACK = ROOT / "cities" / "qinghe"
CODES_OF_PROVINCES = range(11, 83)
KM_PER_DEGREE = 111.2
URBAN = ("社区", "居委会", "居民委员会")
REAL_WORDS = ("安阳", "河南", "豫", "Anyang", "Henan", "中国移动", "中国联通", "中国电信", "国网清和", "人民网", "微信")


@pytest.fixture(scope="session")
def qinghe() -> CityPack:
    return load_pack(PACK)


def inner(pack: CityPack, code: str) -> list[Area]:
    return [area for area in pack.areas.values() if area.parent == code]


def levels(pack: CityPack, level: AreaLevel) -> list[Area]:
    return [area for area in pack.areas.values() if area.level is level]


def town_kind(name: str) -> str:
    return "街道" if name.endswith("街道") else name[-1]


def km(a: Area, b: Area) -> float:
    east = (a.lon - b.lon) * KM_PER_DEGREE * math.cos(math.radians(41.6))
    return math.hypot(east, (a.lat - b.lat) * KM_PER_DEGREE)


def test_the_pack_is_sound_and_says_that_the_place_does_not_exist(qinghe, anyang):
    assert check_pack(PACK) == []
    assert qinghe.city.invented
    assert not anyang.city.invented


def test_units_have_the_kinds_and_levels_of_the_example_pack(qinghe, anyang):
    def shape(pack: CityPack) -> Counter:
        return Counter((unit.kind, unit.level, unit.state_organ, unit.dept_type) for unit in pack.units.values())

    assert shape(qinghe) == shape(anyang)
    assert sum(unit.level in (2, 3) for unit in qinghe.units.values()) == 997


def test_tables_have_the_codes_of_the_example_pack(qinghe, anyang):
    assert list(qinghe.hotlines) == list(anyang.hotlines)
    assert len(qinghe.hotlines) == 42
    assert list(qinghe.channels) == list(anyang.channels)
    assert list(qinghe.taxonomy.categories) == list(anyang.taxonomy.categories)
    assert len(qinghe.catalogue.rows) == len(anyang.catalogue.rows)
    assert (qinghe.calendar.first, qinghe.calendar.last) == (anyang.calendar.first, anyang.calendar.last)


def test_areas_have_the_shape_of_the_example_pack(qinghe, anyang):
    ours, theirs = (levels(pack, AreaLevel.COUNTY) for pack in (qinghe, anyang))
    assert len(ours) == len(theirs) == 10
    for mine, other in zip(ours, theirs, strict=True):
        kinds = [Counter(town_kind(t.name) for t in inner(p, c.code)) for p, c in ((qinghe, mine), (anyang, other))]
        assert kinds[0] == kinds[1], mine.name
        counts = [sum(len(inner(p, t.code)) for t in inner(p, c.code)) for p, c in ((qinghe, mine), (anyang, other))]
        assert counts[0] == pytest.approx(counts[1], rel=0.1), mine.name
    assert len(levels(qinghe, AreaLevel.VILLAGE)) == pytest.approx(len(levels(anyang, AreaLevel.VILLAGE)), rel=0.03)


def test_sub_offices_of_the_city_have_communities_and_towns_have_villages(qinghe):
    core = [t for t in levels(qinghe, AreaLevel.TOWNSHIP) if t.parent == "990102" and t.name.endswith("街道")]
    rural = [t for t in levels(qinghe, AreaLevel.TOWNSHIP) if t.name[-1] in "镇乡"]
    for towns, low, high in ((core, 0.6, 1.0), (rural, 0.0, 0.1)):
        found = [village for town in towns for village in inner(qinghe, town.code)]
        assert low <= sum(village.name.endswith(URBAN) for village in found) / len(found) <= high


def test_codes_are_in_the_range_of_no_province_and_grow_by_level(qinghe):
    digits = {AreaLevel.CITY: 6, AreaLevel.COUNTY: 6, AreaLevel.TOWNSHIP: 9, AreaLevel.VILLAGE: 12}
    for area in qinghe.areas.values():
        assert int(area.code[:2]) not in CODES_OF_PROVINCES
        assert len(area.code) == digits[area.level]
        if area.level in (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE):
            assert area.code.startswith(area.parent)


def test_no_area_bears_the_name_of_a_real_one(qinghe, anyang):
    real = {area.name for area in anyang.areas.values()}
    for path in sorted((SHARED / "data" / "cn_admin").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            real.update(row["name"] for row in csv.DictReader(file))
    assert [area.name for area in qinghe.areas.values() if area.name in real] == []


def test_no_file_of_the_pack_speaks_of_a_real_place_or_firm():
    for path in sorted(PACK.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert [word for word in REAL_WORDS if word in text] == [], path.name


def test_every_area_has_the_residents_of_the_areas_in_it(qinghe):
    total: Counter[str] = Counter()
    for area in qinghe.areas.values():
        assert area.population is not None
        assert area.population > 0
        total[area.parent] += area.population
    for area in qinghe.areas.values():
        if area.level is not AreaLevel.VILLAGE:
            assert area.population == total[area.code], area.name
    assert qinghe.root_area.population == pytest.approx(5_400_000, rel=0.001)


def test_residents_are_spread_as_in_a_city(qinghe):
    """Median community several times the median village; the largest township several times the median one."""
    villages = levels(qinghe, AreaLevel.VILLAGE)
    urban, rural = (sorted(v.population for v in villages if v.name.endswith(URBAN) is want) for want in (True, False))
    assert 3 < urban[len(urban) // 2] / rural[len(rural) // 2] < 12
    towns = sorted(town.population for town in levels(qinghe, AreaLevel.TOWNSHIP))
    assert 2 < towns[-1] / towns[len(towns) // 2] < 10


def test_every_village_lies_near_its_township_and_among_its_county(qinghe):
    villages = levels(qinghe, AreaLevel.VILLAGE)
    for village in villages:
        town = qinghe.areas[village.parent]
        assert km(village, town) < 12, village.name
        assert km(village, qinghe.areas[town.parent]) < 40, village.name
    some = villages[::5]
    nearest = (min((v for v in villages if v is not village), key=lambda other: km(village, other)) for village in some)
    at_home = sum(near.code[:6] == village.code[:6] for near, village in zip(nearest, some, strict=True))
    assert at_home / len(some) > 0.95


def test_neighbouring_villages_lie_one_to_three_kilometres_apart_and_communities_closer(qinghe):
    villages = levels(qinghe, AreaLevel.VILLAGE)
    for urban, low, high in ((True, 0.3, 0.9), (False, 1.0, 3.0)):
        some = [v for v in villages if v.name.endswith(URBAN) is urban][::5]
        nearest = sorted(min(km(v, other) for other in villages if other is not v) for v in some)
        assert low < nearest[len(nearest) // 2] < high
        assert nearest[-1] < 3.0


def test_the_city_lies_about_its_centre_with_its_urban_districts_inside(qinghe):
    centre = qinghe.root_area
    assert (centre.lon, centre.lat) == (100.5, 41.6)
    away = {c.code: km(c, centre) for c in levels(qinghe, AreaLevel.COUNTY)}
    urban = ("990102", "990103", "990105", "990106", "990171")
    assert max(away[code] for code in urban) < min(d for code, d in away.items() if code not in urban)
    assert max(km(area, centre) for area in qinghe.areas.values()) < 60


@pytest.mark.parametrize(
    ("text", "address", "path"),
    [
        ("鸥池镇鸥池村的路灯不亮", "", ["澜阳区", "鸥池镇", "鸥池村委会"]),
        ("苇川区虹屏街道的路口积水", "", ["苇川区", "虹屏街道"]),
        ("我是栖宁县粟滨村的，自来水停了三天", "", ["栖宁县", "雁渡镇", "粟滨村民委员会"]),
        ("垃圾没人清", "高新区沚坪大街办事处", ["清和高新技术产业开发区", "开发区沚坪大街街道"]),
        ("澄川漪溪镇的班车不来", "", ["澄川市", "漪溪镇"]),
    ],
)
def test_places_are_found_as_residents_write_them(qinghe, text, address, path):
    place = Gazetteer(qinghe).place(text, address)
    assert [area.name for area in qinghe.area_path(place.area)][1:] == path
    assert place.confidence > 0.85


def test_every_village_is_found_from_a_text_that_names_it_and_its_township(qinghe):
    gazetteer = Gazetteer(qinghe)
    villages = levels(qinghe, AreaLevel.VILLAGE)
    missed = []
    for village in villages:
        text = f"我住在{qinghe.areas[village.parent].name}{village.name}，反映道路坑洼。"
        if gazetteer.place(text).area != village.code:
            missed.append(text)
    assert len(missed) <= len(villages) // 100, missed[:20]


def test_some_villages_share_a_name_and_are_told_apart_by_their_township(qinghe):
    names = Counter(village.name for village in levels(qinghe, AreaLevel.VILLAGE))
    shared = [village for village in levels(qinghe, AreaLevel.VILLAGE) if names[village.name] > 1]
    assert 0.04 < len(shared) / names.total() < 0.15
    gazetteer = Gazetteer(qinghe)
    assert len(gazetteer.place(f"{shared[0].name}没水").candidates) > 1


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "make_qinghe.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_generated_tables_are_those_that_the_tool_makes():
    done = tool("--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tool_refuses_the_name_of_a_real_area(tmp_path):
    path = tmp_path / "real.csv"
    path.write_text("code,name\n1,鸥池镇\n2,粟滨村委会\n3,东关镇\n", encoding="utf-8")
    done = tool("--check", "--against", str(path))
    assert done.returncode == 1
    assert "names of real areas: 鸥池镇 粟滨." in done.stdout
