"""Places are found as residents write them, and what stays open is said to be open."""

import pytest

from minsheng.ground.city import AreaLevel, Gazetteer


@pytest.fixture
def gazetteer(bing):
    return Gazetteer(bing)


@pytest.mark.parametrize(
    ("text", "address", "area"),
    [
        ("东区柳林镇的路灯不亮", "", "111"),
        ("柳林路灯不亮", "东区", "11"),
        ("东区柳林路灯不亮", "", "111"),
        ("柳林镇王庄村没水", "", "1111"),
        ("西县王庄村委会不公开账目", "", "1211"),
        ("王庄村没水", "西县", "1211"),
        ("王庄村没水", "", "1"),
        ("桃花园社区停电", "", "1112"),
        ("桃花园居委会停电", "", "1112"),
        ("桃花园停电", "", "1112"),
        ("丙城停电", "", "1"),
        ("从东区到西县的路", "", "1"),
        ("从东区到西县的路", "西县", "12"),
        ("西县马上乡修路", "", "121"),
    ],
)
def test_the_deepest_area_that_the_words_agree_on_is_found(gazetteer, text, address, area):
    assert gazetteer.place(text, address).area == area


@pytest.mark.parametrize("text", ["", "区", "请马上派人来", "我想咨询社保", "王庄"])
def test_common_words_are_no_places(gazetteer, text):
    assert gazetteer.place(text) is None


def test_a_shared_name_gives_the_common_parent_its_candidates_and_less_confidence(gazetteer):
    open_question = gazetteer.place("王庄村没水")
    settled = gazetteer.place("柳林镇王庄村没水")
    assert open_question.candidates == ("1111", "1211")
    assert open_question.level is AreaLevel.CITY
    assert settled.candidates == ("1111",)
    assert settled.confidence > 0.9
    assert open_question.confidence < 0.7


def test_a_contradiction_lowers_the_confidence(gazetteer):
    plain = gazetteer.place("柳林镇没水")
    torn = gazetteer.place("东区柳林镇没水，西县也没水")
    assert torn.area == plain.area == "111"
    assert torn.confidence < plain.confidence


def test_the_words_that_decided_and_the_written_address_are_kept(gazetteer):
    place = gazetteer.place("我住东区柳林镇桃花园小区，没水", "")
    assert [(m.word, m.where, m.start, m.end) for m in place.mentions] == [
        ("东区", "text", 2, 4),
        ("柳林镇", "text", 4, 7),
        ("桃花园", "text", 7, 10),
    ]
    assert place.written == "东区柳林镇桃花园小区"
    assert gazetteer.place("没水", " 柳林镇3号楼 ").written == "柳林镇3号楼"


@pytest.mark.parametrize(
    ("text", "address", "path"),
    [
        ("文峰区宝莲寺镇西街路灯不亮", "", ["文峰区", "宝莲寺镇"]),
        ("林州任村镇盘阳村", "", ["林州市", "任村镇", "盘阳村民委员会"]),
        ("城关镇下雨积水", "汤阴县", ["汤阴县", "城关镇"]),
        ("垃圾没人清", "高新区银杏大街办事处", ["安阳高新技术产业开发区", "开发区银杏大街街道"]),
        ("滑县王庄镇的路", "", ["滑县", "王庄镇"]),
    ],
)
def test_anyangs_places_are_found(anyang, text, address, path):
    place = Gazetteer(anyang).place(text, address)
    assert [area.name for area in anyang.area_path(place.area)][1:] == path
    assert place.confidence > 0.85


def test_every_village_is_found_by_its_full_path(anyang):
    gazetteer = Gazetteer(anyang)
    villages = [area for area in anyang.areas.values() if area.level is AreaLevel.VILLAGE]
    missed = []
    for village in villages:
        address = "".join(area.name for area in anyang.area_path(village.code))
        place = gazetteer.place("", address)
        if place.area != village.code:
            missed.append(address)
    assert len(missed) <= len(villages) // 100, missed[:20]
