"""What residents say: every leaf can be spoken of, in words that fit its kind, at a place of the pack."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from statistics import median

import pytest

from minsheng.core.codes import Kind
from minsheng.ground.city.pack import CityPack
from minsheng.respond.redact import redact
from minsheng.sim.words import Matter, Said, Words
from minsheng.sim.words.grammar import grammar
from minsheng.sim.words.hearing import Hearing
from minsheng.sim.words.people import PHONE_HEAD

PACK = Path(__file__).parents[3] / "cities" / "anyang"
AREA = "410502001001"
REAL = re.compile("淘宝|拼多多|美团|滴滴(?!答|响)|菜鸟|抖音|殷墟|红旗渠|太行大峡谷|郑州|豫事办|京东|河南")
MARKS = {
    Kind.INQUIRY: "吗|？|怎|什么|多少|哪|能不|请问|是否|咨询|几|想问|啥|咋",
    Kind.HELP: "帮|麻烦|请|求|希望|恳|救",
    Kind.REPORT: "举报|查",
    Kind.SUGGESTION: "建议|希望|能不能|应该|改进|采纳|研究",
    Kind.PRAISE: "感谢|谢|表扬|点赞|好人|夸|谢意",
}


@pytest.fixture(scope="module")
def many(words: Words, matters) -> list[tuple[Matter, Said]]:
    chance = Random(11)
    drawn = [matters.draw(chance) for _ in range(5000)]
    return [(matter, words.request(matter, chance)) for matter in drawn]


def test_every_leaf_is_spoken_of_in_every_kind_it_has(pack: CityPack, words: Words) -> None:
    chance = Random(2)
    for leaf in pack.taxonomy.leaves:
        for kind in (*leaf.kinds, Kind.OTHER):
            for spoken in (False, True):
                said = words.request(Matter(leaf.code, kind, AREA, "村东头机井", spoken=spoken), chance)
                assert len(said.text) >= 4, (leaf.code, said)
                assert said.title, (leaf.code, said)


def test_nothing_is_left_unfilled(many: list[tuple[Matter, Said]]) -> None:
    for _, said in many:
        assert not re.search(r"[{}\[\]|]", said.title + said.text + said.address), said


def test_nobody_real_and_no_year_is_named(pack: CityPack, words: Words) -> None:
    chance = Random(3)
    for leaf in pack.taxonomy.leaves:
        for kind in leaf.kinds:
            for _ in range(12):
                said = words.request(Matter(leaf.code, kind, "", "青石路"), chance)
                assert not REAL.search(said.title + said.text), said
                assert not re.search(r"20[0-9]{2}年", said.text), said


def test_the_grammars_name_no_place_of_the_pack(pack: CityPack, words: Words) -> None:
    names = {area.name for area in pack.areas.values() if area.level in ("city", "county", "township")}
    chance = Random(4)
    for leaf in pack.taxonomy.leaves:
        said = words.request(Matter(leaf.code, leaf.kinds[0], ""), chance)
        assert not any(name in said.text for name in names), said


def test_a_place_of_the_pack_is_named_in_most_messages(pack: CityPack, many: list[tuple[Matter, Said]]) -> None:
    written = [(matter, said) for matter, said in many if not matter.spoken]
    named = sum(any(_stem(area.name) in said.text for area in pack.area_path(matter.area)) for matter, said in written)
    assert named >= 0.6 * len(written)


def test_the_finest_known_place_is_said_when_no_village_is_known(words: Words) -> None:
    texts = [words.request(Matter("010301", Kind.COMPLAINT, "410502001"), Random(n)).text for n in range(60)]
    assert sum("东大街" in text for text in texts) > 40


def test_an_area_that_the_city_does_not_have_is_refused(words: Words) -> None:
    with pytest.raises(KeyError):
        words.request(Matter("010301", Kind.COMPLAINT, "999999"), Random(1))


@pytest.mark.parametrize("kind", list(MARKS))
def test_the_words_agree_with_the_kind(pack: CityPack, words: Words, kind: Kind) -> None:
    chance = Random(5)
    for leaf in pack.taxonomy.leaves:
        if kind in leaf.kinds:
            for _ in range(5):
                said = words.request(Matter(leaf.code, kind, AREA, anger=0.5), chance)
                assert re.search(MARKS[kind], said.text), (leaf.code, said)


def test_the_same_matter_and_chance_give_the_same_message(words: Words, matters) -> None:
    drawn = [matters.draw(Random(n)) for n in range(200)]
    once = [words.request(matter, Random(n)) for n, matter in enumerate(drawn)]
    again = [words.request(matter, Random(n)) for n, matter in enumerate(drawn)]
    assert once == again


def test_messages_do_not_depend_on_the_order_of_hashes() -> None:
    def digest(seed: int) -> str:
        script = _SCRIPT.format(pack=str(PACK))
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        return done.stdout.decode()

    assert digest(1) == digest(2) != ""


def test_hardly_two_messages_are_the_same(many: list[tuple[Matter, Said]]) -> None:
    assert len({said.text for _, said in many}) >= 0.98 * len(many)


def test_messages_are_as_long_as_people_make_them(many: list[tuple[Matter, Said]]) -> None:
    lengths = [len(said.text) for _, said in many]
    assert 40 <= median(lengths) <= 90
    assert 0.03 <= sum(length < 15 for length in lengths) / len(lengths) <= 0.10
    assert 0.03 <= sum(length > 160 for length in lengths) / len(lengths) <= 0.10


def test_angry_people_are_heard_to_be_angry(words: Words) -> None:
    def shouting(anger: float) -> int:
        matter = Matter("020101", Kind.COMPLAINT, AREA, anger=anger)
        return sum("！" in words.request(matter, Random(n)).text.removeprefix("尊敬的领导：您好！") for n in range(300))

    assert shouting(1.0) > 2 * shouting(0.0)


def test_who_has_asked_before_says_so(words: Words) -> None:
    def referring(before: int) -> int:
        matter = Matter("010303", Kind.COMPLAINT, AREA, before=before)
        texts = (words.request(matter, Random(n)).text for n in range(200))
        return sum(bool(re.search("次|回|上次|打过|反映过", text)) for text in texts)

    assert referring(3) > 140
    assert referring(0) < 100


def test_a_second_matter_stands_in_the_same_message(words: Words) -> None:
    second = Matter("190201", Kind.PRAISE, AREA)
    texts = [words.request(Matter("030201", Kind.HELP, AREA, second=second), Random(n)).text for n in range(100)]
    assert sum(bool(re.search("感谢|谢|点赞|暖", text)) for text in texts) > 70


def test_only_spoken_words_are_misheard(pack: CityPack, words: Words) -> None:
    def fillers(spoken: bool) -> int:
        matter = Matter("030101", Kind.COMPLAINT, "", spoken=spoken)
        texts = "".join(words.request(matter, Random(n)).text for n in range(400))
        return len(re.findall("嗯|呃|就是说|那什么", texts))

    written = "".join(words.request(Matter("030101", Kind.COMPLAINT, ""), Random(n)).text for n in range(400))
    heard = "".join(
        words.request(Matter("030101", Kind.COMPLAINT, "", spoken=True), Random(n)).text for n in range(400)
    )
    assert not set(heard) <= set(written)
    assert fillers(spoken=True) > 100
    assert fillers(spoken=False) == 0


def test_between_two_and_six_of_a_hundred_characters_are_misheard() -> None:
    hearing, chance = Hearing(grammar().heard, grammar().fillers), Random(6)
    text = "小区的水管坏了三天没有人来修，家里老人做饭都成问题" * 40
    for _ in range(50):
        wrong = sum(a != b for a, b in zip(text, hearing.mistaken(text, chance), strict=True))
        assert 0.019 <= wrong / len(text) <= 0.061


def test_some_people_put_their_name_and_number_in_and_the_number_cannot_ring(many: list[tuple[Matter, Said]]) -> None:
    numbers = [found for _, said in many for found in re.findall(r"1\d{10}", said.text)]
    assert 0.01 <= len(numbers) / len(many) <= 0.05
    assert all(number.startswith(PHONE_HEAD) for number in numbers)
    assert all(PHONE_HEAD not in redact(said.text) for _, said in many if PHONE_HEAD in said.text)


def test_confusable_leaves_share_phrasings() -> None:
    shared = grammar().shared
    assert {id(t) for t in shared["050101"]["say"]} & {id(t) for t in shared["050105"]["say"]}
    assert {id(t) for t in shared["060101"]["say"]} & {id(t) for t in shared["060102"]["say"]}


def test_the_addresses_given_are_of_many_kinds(many: list[tuple[Matter, Said]]) -> None:
    given = Counter("none" if not said.address else "long" if len(said.address) > 12 else "short" for _, said in many)
    assert min(given[what] for what in ("none", "long", "short")) > 0.05 * len(many)


_SCRIPT = """
import hashlib
from random import Random
from minsheng.ground.city.pack import load_pack
from minsheng.sim.words import Matter, Words, spots_of
pack = load_pack({pack!r})
words, chance, total = Words(pack), Random(1), hashlib.sha256()
for leaf in pack.taxonomy.leaves:
    for spoken in (False, True):
        area = pack.areas["410502001001"]
        spot = spots_of(area, chance)[-1].name
        matter = Matter(leaf.code, leaf.kinds[0], area.code, spot, 9, 1, 0.5, spoken)
        total.update(repr(words.request(matter, chance)).encode())
print(total.hexdigest())
"""


def _stem(name: str) -> str:
    return re.sub("(?:村民委员会|居民委员会|社区居委会|居委会|村委会|社区|街道|[市县区镇乡村])$", "", name) or name
