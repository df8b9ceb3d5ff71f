"""What offices say, the spots that are invented, and the people."""

from __future__ import annotations

import re
from random import Random

import pytest

from minsheng.core.codes import Disposition, Kind
from minsheng.ground.city.pack import CityPack
from minsheng.ground.city.rows import AreaLevel
from minsheng.sim.words import Matter, Words, spots_of
from minsheng.sim.words.office import REPLIES

GROUNDS = (
    "return",
    "extension",
    "park",
    "exclusion",
    "rework",
    "reopen",
    "withdraw",
    "refuse_return",
    "grant",
    "reject_reply",
    "minutes",
    "terminate",
    "nudge",
    "declined",
    "merge",
    "refuse",
    "appeal",
    "look_back",
)


def test_every_leaf_is_answered_explained_and_replied_to(pack: CityPack, words: Words) -> None:
    chance = Random(1)
    for leaf in (leaf.code for leaf in pack.taxonomy.leaves):
        texts = [words.question(leaf, chance), words.answer(leaf, chance), words.progress(leaf, chance)]
        texts += [words.explanation(leaf, disposition, chance) for disposition in Disposition]
        texts += [text for what in REPLIES for text in words.reply(leaf, what, chance)]
        texts += words.copied(leaf, chance)
        assert all(text and not re.search(r"[{}\[\]|]", text) for text in texts), texts


def test_replies_vary_and_copied_ones_do_not(words: Words) -> None:
    chance = Random(2)
    replies = {words.reply("030101", "solved", chance) for _ in range(300)}
    copied = {words.copied(leaf, chance) for leaf in ("030101", "010101", "060101") for _ in range(100)}
    assert len(replies) > 60
    assert len(copied) <= 6


def test_an_empty_reply_says_nothing_of_what_was_done(words: Words) -> None:
    chance = Random(3)
    internal = {words.reply("030101", "empty", chance)[0] for _ in range(100)}
    assert max(map(len, internal)) < 15


@pytest.mark.parametrize("what", GROUNDS)
def test_there_are_grounds_for_every_step(words: Words, what: str) -> None:
    assert len({words.grounds(what, Random(n)) for n in range(60)}) >= 2


def test_unknown_steps_and_replies_are_told_with_the_known_ones(words: Words) -> None:
    with pytest.raises(ValueError, match="extension"):
        words.grounds("dancing", Random(1))
    with pytest.raises(ValueError, match="unfounded"):
        words.reply("030101", "dancing", Random(1))


def test_details_bring_the_place(pack: CityPack, words: Words) -> None:
    matter = Matter("010301", Kind.COMPLAINT, "410502001001", since_days=9)
    details = [words.detail(matter, Random(n)) for n in range(80)]
    assert sum("楼东" in detail or "东大街" in detail for detail in details) > 50


def test_the_visible_copy_is_always_the_same_and_names_no_building(words: Words) -> None:
    matter = Matter("030101", Kind.HELP, "410502001001", "锦和苑3号楼", since_days=4)
    assert (
        words.visible(matter)
        == words.visible(matter)
        == "东大街街道楼东社区锦和苑，反映室温不达标，已持续4天，请核实办理。"
    )


def test_the_dissatisfied_say_other_things_than_the_satisfied(words: Words) -> None:
    said = {
        (solved, happy): {words.opinion(solved, happy, Random(n)) for n in range(100)} - {""}
        for solved in (True, False)
        for happy in (True, False)
    }
    assert not said[True, True] & said[False, False]
    assert "" in {words.opinion(True, True, Random(n)) for n in range(100)}


def test_people_are_invented_and_their_numbers_cannot_ring(words: Words) -> None:
    people = [words.person(Random(n)) for n in range(200)]
    assert len(set(people)) > 190
    assert all(re.fullmatch(r"1400\d{7}", phone) and 2 <= len(name) <= 3 for name, phone in people)


def test_spots_fit_their_area(pack: CityPack) -> None:
    areas = [area for area in pack.areas.values() if area.level is AreaLevel.VILLAGE]
    for number, area in enumerate(areas[::20]):
        spots = spots_of(area, Random(number))
        assert 3 <= len(spots) <= 8
        assert len({spot.name for spot in spots}) == len(spots)
        assert {spot.kind for spot in spots} <= {"estate", "road", "shop", "school", "works", "field", "square", "site"}
        kinds = {spot.kind for spot in spots}
        assert area.name.endswith("村民委员会") <= ("field" in kinds and "estate" not in kinds)
        assert area.name.endswith("社区居委会") <= ("estate" in kinds and "field" not in kinds)
        assert spots == spots_of(area, Random(number))
