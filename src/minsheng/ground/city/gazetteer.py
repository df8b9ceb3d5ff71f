"""Finds the place that a request speaks of (属地识别): longest match of the city's area names, then agreement.

Names are matched as residents write them: 宝莲寺镇, 宝莲寺, 东大街办事处, 王庄村. A name that several areas share
(同名村) is settled by the parents that the text or the address mentions; what stays open is answered with the
deepest area that holds all candidates, at a lower confidence. The address as written is kept beside the code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from minsheng.ground.city.pack import CityPack
from minsheng.ground.city.rows import Area, AreaLevel

Where = Literal["address", "text"]

_SUFFIXES = {
    AreaLevel.CITY: re.compile(r"(?:市|地区|自治州|盟)$"),
    AreaLevel.COUNTY: re.compile(r"(?:自治县|县|市|区|旗)$"),
    AreaLevel.TOWNSHIP: re.compile(r"(?:街道办事处|街道|办事处|民族乡|镇|乡|苏木)$"),
    AreaLevel.VILLAGE: re.compile(
        r"(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|嘎查|社区|村委|村)$"
    ),
}
_ENDINGS = {
    AreaLevel.CITY: (("市",),),
    AreaLevel.COUNTY: (),
    AreaLevel.TOWNSHIP: (("街道", "街道办事处", "办事处", "街道办"), ("镇", "乡")),
    AreaLevel.VILLAGE: (
        ("村", "村委会", "村民委员会"),
        ("社区", "居委会", "居民委员会", "社区居委会", "社区居民委员会"),
    ),
}
_STEM_WEIGHT = {
    AreaLevel.CITY: 0.6,
    AreaLevel.COUNTY: 0.6,
    AreaLevel.TOWNSHIP: 0.6,
    AreaLevel.VILLAGE: 0.5,
}
_STREET = re.compile(r"(?:路|街|巷|道)$")
_STOP = re.compile(r"[，。；！？,;!?\s]")

_FULL, _OTHER_ENDING, _STREET_STEM = 1.0, 0.8, 0.35
_CERTAIN = 0.97
_IN_ADDRESS = 2.0
_WRITTEN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found, and where: characters `start` to `end` of the address or of the text."""

    word: str
    where: Where
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """The area a request speaks of. `candidates` are the areas among which the words did not decide (or the one
    area); `mentions` are the words that decided, for the clerk to see; `written` is the address as written."""

    area: str
    level: AreaLevel
    confidence: float
    mentions: tuple[Mention, ...]
    candidates: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class _Found:
    mention: Mention
    areas: dict[str, float]


_Word = tuple[dict[str, float], float]
"""Areas that a word may name, with the weight of each, and the factor of the place where the word stands."""


class Gazetteer:
    """The names of a pack's areas, ready for matching. Build once, use for every request."""

    def __init__(self, pack: CityPack) -> None:
        self._areas = pack.areas
        self._path = {code: tuple(area.code for area in pack.area_path(code)) for code in pack.areas}
        self._names: dict[str, dict[str, float]] = {}
        for area in pack.areas.values():
            outer = {_stem(pack.areas[code]) for code in self._path[area.code][:-1]}
            for name, weight in _written_forms(area):
                if weight < _FULL and name in outer:
                    continue
                known = self._names.setdefault(name, {})
                known[area.code] = max(weight, known.get(area.code, 0.0))
        self._common_words = {
            name
            for name, known in self._names.items()
            if len(name) == 2
            and max(known.values()) < _FULL
            and all(pack.areas[code].level is AreaLevel.TOWNSHIP for code in known)
        }
        self._lengths: dict[str, tuple[int, ...]] = {}
        for name in self._names:
            self._lengths[name[:2]] = (*self._lengths.get(name[:2], ()), len(name))
        self._lengths = {head: tuple(sorted(set(n), reverse=True)) for head, n in self._lengths.items()}

    def place(self, text: str, address: str = "") -> Place | None:
        """The deepest area that the words agree on, or None when no name of the city occurs.

        What stands in `address` counts twice as much as what stands in `text`.
        """
        found = [*self._find(address, "address"), *self._find(text, "text")]
        if not found:
            return None
        words = _distinct(found)
        scores = self._scores(words)
        best = max(scores.values())
        winners = sorted(code for code, score in scores.items() if score > best - 1e-9)
        area = winners[0] if len(winners) == 1 else self._common(winners)
        mentions = tuple(f.mention for f in found if self._explains(area, f.areas))
        return Place(
            area=area,
            level=self._areas[area].level,
            confidence=self._confidence(area, winners, best, words),
            mentions=mentions,
            candidates=tuple(winners),
            written=_as_written(text, address, mentions),
        )

    def _find(self, text: str, where: Where) -> Iterator[_Found]:
        """Leftmost-longest names of a text, never overlapping.

        A township's bare name of two characters may be a common word (马上, 东风): in running text it counts only
        right behind another name.
        """
        names, lengths = self._names, self._lengths
        start, last, previous = 0, len(text) - 1, -1
        while start < last:
            for length in lengths.get(text[start : start + 2], ()):
                word = text[start : start + length]
                areas = names.get(word)
                if areas and (where == "address" or start == previous or word not in self._common_words):
                    previous = start + length
                    yield _Found(Mention(word, where, start, start + length), areas)
                    start += length - 1
                    break
            start += 1

    def _scores(self, words: list[_Word]) -> dict[str, float]:
        """Support of each area named: the weight of every distinct word that names it or an area around it."""
        scores: dict[str, float] = {}
        for code in {code for areas, _ in words for code in areas}:
            path = self._path[code]
            support = 0.0
            for areas, factor in words:
                support += factor * max((areas[step] for step in path if step in areas), default=0.0)
            scores[code] = support
        return scores

    def _common(self, codes: list[str]) -> str:
        """The deepest area around all of them."""
        paths = [self._path[code] for code in codes]
        common = paths[0][0]
        for steps in zip(*paths, strict=False):
            if len(set(steps)) > 1:
                break
            common = steps[0]
        return common

    def _explains(self, area: str, areas: dict[str, float]) -> bool:
        """Whether one of the areas lies in the given one, or around it."""
        path = self._path[area]
        return any(code in path or area in self._path[code] for code in areas)

    def _confidence(self, area: str, winners: list[str], best: float, words: list[_Word]) -> float:
        """How sure the area is: the best word's weight, raised by a parent that is named too, lowered by names
        that contradict it and by every further area that the words fit as well."""
        own = max(areas.get(code, 0.0) for areas, _ in words for code in winners)
        inner_parents = self._path[winners[0]][1:-1]
        supported = any(parent in areas for areas, _ in words for parent in inner_parents)
        against = sum(factor * max(areas.values()) for areas, factor in words if not self._explains(area, areas))
        sure = min(0.9 * own + (0.07 if supported else 0.0), _CERTAIN)
        return round(sure * best / (best + against) / math.sqrt(len(winners)), 3)


def _distinct(found: list[_Found]) -> list[_Word]:
    """Each word once, with the greater of its factors."""
    words: dict[str, _Word] = {}
    for f in found:
        factor = _IN_ADDRESS if f.mention.where == "address" else 1.0
        if f.mention.word not in words:
            words[f.mention.word] = (f.areas, factor)
    return list(words.values())


def _stem(area: Area) -> str:
    return _SUFFIXES[area.level].sub("", area.name)


def _written_forms(area: Area) -> Iterator[tuple[str, float]]:
    """The ways in which residents write an area's name, with the weight that each carries."""
    yield from ((alias, _FULL) for alias in area.aliases if len(alias) > 1)
    for name in (area.name, *(alias for alias in area.aliases if area.level is AreaLevel.TOWNSHIP)):
        yield name, _FULL
        stem = _SUFFIXES[area.level].sub("", name)
        if stem == name or len(stem) < 2:
            continue
        for family in _ENDINGS[area.level]:
            weight = _FULL if name.endswith(family) else _OTHER_ENDING
            yield from ((stem + ending, weight) for ending in family)
        if _STREET.search(stem):
            if area.level is not AreaLevel.VILLAGE:
                yield stem, _STREET_STEM
        elif area.level is not AreaLevel.VILLAGE or len(stem) > 2:
            yield stem, _STEM_WEIGHT[area.level]


def _as_written(text: str, address: str, mentions: tuple[Mention, ...]) -> str:
    """The address as the requester wrote it; without one, the words around the first name in the text."""
    if address.strip():
        return address.strip()
    inside = [mention for mention in mentions if mention.where == "text"]
    if not inside:
        return ""
    rest = text[inside[0].start : inside[0].start + _WRITTEN_LENGTH]
    return _STOP.split(rest, maxsplit=1)[0]
