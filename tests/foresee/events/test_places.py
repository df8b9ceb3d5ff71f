"""Names of places in running text."""

from __future__ import annotations

from minsheng.foresee.events.places import Letters, PlaceNames

LEARNED = [
    *["栖柳沟村路灯不亮", "位于柳沟村的井盖坏了", "住在柳沟村委会旁", "柳沟村民委员会不管", "我们柳沟村停水"],
    *["和泰花园噪音大", "家住和泰花园", "和泰花园停电", "在和泰小区附近", "和泰小区没水", "和泰小区太吵"],
]


def names(text: str) -> set[int]:
    learned = PlaceNames(Letters.of(LEARNED))
    return set(learned.mentions(Letters.of([text])).name.tolist())


def said(text: str) -> set[str]:
    letters = Letters.of([text])
    found = PlaceNames(Letters.of(LEARNED)).mentions(letters)
    return {letters.text[a : a + n] for a, n in zip(found.at.tolist(), found.size.tolist(), strict=True)}


def test_a_village_and_its_committee_are_one_place() -> None:
    assert names("柳沟村没水") & names("柳沟村民委员会不管事")


def test_estates_of_one_stem_share_the_stem_but_not_the_name() -> None:
    garden, estate = names("和泰花园停电"), names("和泰小区停电")
    assert garden & estate
    assert garden != estate


def test_a_known_name_is_found_where_its_suffix_is_left_out() -> None:
    assert names("柳沟那边又停水了") & names("柳沟村没水")


def test_what_stands_before_a_name_is_no_part_of_it() -> None:
    assert said("我家住在和泰花园旁边") >= {"和泰花园"}
    assert not any("住在" in name for name in said("我家住在和泰花园旁边"))


def test_a_masked_county_is_a_name() -> None:
    assert "a7" in said("A7县的公交太少")


def test_a_text_without_a_place_has_no_name() -> None:
    assert names("请问怎么交费") == set()


def test_a_name_does_not_reach_back_over_the_name_before_it() -> None:
    assert said("和泰花园屋里漏水") == {"和泰花园"}


def test_a_misheard_name_is_the_well_known_one_it_differs_from_in_one_character() -> None:
    learned = PlaceNames(Letters.of([*LEARNED, *["和泰花园漏水"] * 6]))
    right, wrong, other = (
        set(learned.mentions(Letters.of([text])).name.tolist()) for text in ("和泰花园", "和太花园", "安康花园")
    )
    assert wrong & right
    assert not other & right


def test_what_follows_the_last_name_of_an_address_is_a_name_in_texts_too() -> None:
    addresses = ["柳沟村大槐树底"] * 4
    texts = [*LEARNED, *addresses]
    told = Letters.of(["大槐树底又停水了"])
    found = PlaceNames(Letters.of(texts), addresses).mentions(told)
    assert [told.text[a : a + n] for a, n in zip(found.at.tolist(), found.size.tolist(), strict=True)] == ["大槐树底"]
    assert not len(PlaceNames(Letters.of(texts)).mentions(told).name)
