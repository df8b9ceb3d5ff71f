"""Where in the words it happened (点位): the road, estate or market named right after the last place name, coarse
enough that people who tell of one spot in many ways mean the same, and without house number or door."""

from __future__ import annotations

import re

from minsheng.ground.city.gazetteer import Gazetteer

LOOKED_AT = 24
"""Characters behind a place name in which a spot is looked for."""

_OFFICES = "社区居民委员会|居民委员会|村民委员会|街道办事处|社区居委会|居委会|村委会|办事处|社区|街道"
_FILLER = re.compile(rf"^(?:[的在、 ]|{_OFFICES}|附近|这边|那边|这里|居民)*")
_CROSSING = re.compile(r"^([\u4e00-\u9fff]{2,8}[与和][\u4e00-\u9fff]{2,8}?)(?:交叉口|路口|交口)")
_ENDING = (
    "(?:小区|家园|花园|雅居|公寓|大街|大道|大厦|市场|超市|学校|小学|中学|幼儿园|医院|公园|广场|车站|大桥|"
    "[路街巷厂院苑园居府城桥渠河坑塘场站湾郡])"
)
_SPOT = re.compile(rf"^([\u4e00-\u9fff]{{1,8}}?{_ENDING})")
_REST_OF_A_NAME = re.compile(rf"^{_ENDING}")


def spot(text: str, gazetteer: Gazetteer) -> str:
    """The spot that `text` names, '' when none is understood."""
    place = gazetteer.place(text)
    for mention in reversed(place.mentions if place else ()):
        rest = text[mention.end : mention.end + LOOKED_AT]
        if ending := _REST_OF_A_NAME.match(rest):
            return mention.word + ending.group()
        rest = _FILLER.sub("", rest)
        if found := _CROSSING.match(rest) or _SPOT.match(rest):
            return found.group(1)
    return ""
