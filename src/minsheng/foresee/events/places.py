"""Places named in running text (地点归一), of any city and without a gazetteer: 「沙沟村委会」 and
「沙沟村」 are one place, 「和泰花园」 and 「和泰小区」 two of one stem.

A name is the characters before a suffix (村, 花园, 路, 学校 …). Where it begins is learned from the texts themselves: a
longer name is taken as long as the next character to the left nearly always stands there (the test of new-word
discovery: the freedom of a word's left neighbour). Names learned so are found again where people leave the suffix out.
A name does not reach back over the name before it. Where places stand in a field of their own, what follows the last
name of a line (「柳沟村大槐树底下」) is a name too. A name that is hardly ever told and differs from a known one in one
character is that one, misheard. How much a name says is a matter of how often it occurs: a name that is everywhere
identifies nothing. Codes that stand for masked names (A7县) count as names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
ALIKE = (
    ("社区", "居委会", "社区居委会", "居民委员会", "社区居民委员会"),
    ("村", "村委会", "村委", "村民委员会", "村子"),
    ("街道", "办事处", "街道办事处", "街道办"),
    ("镇", "乡"),
    ("县", "区", "市", "旗"),
)
"""Suffixes of administrative areas; those of one row say the same."""
BUILT = (
    *("小区", "花园", "家园", "嘉园", "佳苑", "新村", "公寓", "雅居", "庭院", "北院", "南苑", "家属院"),
    *("家属楼", "老院", "宿舍", "生活区", "新居", "新城", "广场", "大厦", "国际", "华府", "公馆", "别墅"),
    *("商城", "府", "苑", "院", "园", "城", "里", "湾", "大道", "东路", "西路", "南路", "北路", "中路"),
    *("路", "东街", "西街", "南街", "北街", "中街", "大街", "步行街", "街", "巷", "胡同", "桥", "河"),
    *("渠", "塘", "沟", "水库", "学校", "小学", "中学", "初中", "高中", "大学", "学院", "幼儿园", "医院"),
    *("卫生院", "卫生室", "诊所", "药房", "公园", "游园", "市场", "超市", "商场", "酒店", "宾馆", "饭店"),
    *("餐馆", "面馆", "火锅店", "烧烤店", "早餐店", "便利店", "理发店", "水果店", "五金店", "洗车店"),
    *("歌厅", "棋牌室", "健身房", "培训班", "小吃摊", "店", "厂", "养猪场", "养鸡场", "沙场", "石料场"),
    *("搅拌站", "站", "场", "馆", "工地", "项目", "施工处", "机井", "码头", "车站", "物流园", "工业园"),
    *("产业园", "开发区", "公司", "集团", "楼盘", "戏台", "坑塘", "石桥"),
)
"""Suffixes of what is built: here the suffix belongs to the name."""
_CLASS = {suffix: row for row, alike in enumerate(ALIKE) for suffix in alike} | {
    suffix: len(ALIKE) + row for row, suffix in enumerate(BUILT)
}
_NAMED = re.compile("|".join(sorted(_CLASS, key=len, reverse=True)))
_CODE = re.compile(r"(?<![a-z0-9])[a-z]\d{1,3}(?![a-z0-9])")
LEVELS = 4
"""Village or community, town or street, county, and what is built or called."""
_LEVEL_OF_ROW = (0, 0, 1, 1, 2)
_SPOT = LEVELS - 1
_DOOR = re.compile(r"[a-zA-Z0-9一二三四五六七八九十]*(?:号楼|单元|号院|栋|幢|楼|层|室|号|户).*$|\d+$")
_NEVER_IN_A_NAME = "的住是有到从与及对向我你他她们这那个了着过把被给让请为就也都很还不没去来说问叫于以等看找家边处旁址"
SHORTEST, LONGEST = 2, 5
"""Characters of a name without its suffix."""
KNOWN_FROM, CERTAIN, BARE_SHARE = 3, 0.6, 0.25
"""A stem is known from three occurrences; a character belongs to it when it stands there in 60 of 100; a stem of two
characters is looked for without suffix when at least a quarter of its occurrences had one (longer ones: a tenth)."""
WELL_KNOWN, HEARD_FROM = 6, 4
"""A name told so often, of so many characters, is meant by a strange one that differs in one character."""
_BASE, _FULL, _MIX = np.int64(1000003), np.int64(7919), np.int64(-7046029254386353131)
_FILTER_BITS = 20


@dataclass(frozen=True, slots=True)
class Letters:
    """Texts as one row of code points: `points`, and where each text begins in it."""

    text: str
    points: Longs
    begins: Longs

    @classmethod
    def of(cls, texts: Sequence[str]) -> Letters:
        """Lower case; a line's end between two texts."""
        text = "\n".join(texts).lower()
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
        ends = np.cumsum([len(t.lower()) + 1 for t in texts])
        return cls(text, points, np.concatenate([[0], ends[:-1]]).astype(np.int64))

    @property
    def han(self) -> Flags:
        """Which points are Chinese characters."""
        return (self.points >= 0x4E00) & (self.points <= 0x9FFF)

    def text_of(self, positions: Longs) -> Longs:
        """Which text each position is in."""
        return np.searchsorted(self.begins, positions, side="right") - 1


@dataclass(frozen=True, slots=True)
class _Suffixes:
    """Where suffixes stand: positions, classes, lengths; `before[n]` hashes of the n characters before
    (0: not so many), `free` how many of them a name of no known stem may have."""

    at: Longs
    kind: Longs
    wide: Longs
    before: Longs
    free: Longs


@dataclass(frozen=True, slots=True)
class Mentions:
    """Names by text: `text` ascending, `name` (a hash), each once a text; `at` and `size` where it stands; `level` of
    LEVELS."""

    text: Longs
    name: Longs
    at: Longs
    size: Longs
    level: Longs


class PlaceNames:
    """Names learned from texts; `Mentions` of any texts by what was learned."""

    def __init__(self, letters: Letters, fields: Sequence[str] = ()) -> None:
        """`fields` are what stands where places are put down, one string each; they are in the texts too."""
        found = _suffixes(letters)
        self._seen: list[tuple[Longs, Longs]] = []
        for before in found.before:
            keys = before * _FULL + found.kind
            names, counts = np.unique(keys[before != 0], return_counts=True)
            self._seen.append((names, counts))
        length = self._lengths(found)
        level = _levels(found.kind)
        tails = self._tails(fields)
        self._bare: list[tuple[Longs, Longs]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))] * (LONGEST + 1)
        for size, windows, whole in _windows(letters):
            here = length == size
            stems, which, counts = np.unique(found.before[size][here], return_inverse=True, return_counts=True)
            of_level = np.bincount(which * LEVELS + level[here], minlength=LEVELS * len(stems)).reshape(-1, LEVELS)
            _, at = _members(stems, windows, whole)
            share = counts / np.maximum(np.bincount(at, minlength=len(stems)), 1)
            good = (counts >= KNOWN_FROM) & (share >= (BARE_SHARE if size == SHORTEST else 0.1))
            names = np.concatenate([stems[good], np.setdiff1d(tails[size], stems[good])])
            called = np.full(len(names), _SPOT)
            called[: int(good.sum())] = of_level[good].argmax(1) if good.any() else 0
            order = np.argsort(names)
            self._bare[size] = names[order], called[order]
        self._masks, self._meant, self._known = (np.zeros(0, np.int64) for _ in range(3))
        self._hear(letters)

    def mentions(self, letters: Letters) -> Mentions:
        """The names in texts: with suffix (stem, and stem with suffix where that belongs to it), bare, and codes."""
        at, name, size, level, whole = self._told(letters)
        name = self._understood(letters, at, name, size, whole)
        return _once_a_text(letters, at, name, size, level)

    def _told(self, letters: Letters) -> tuple[Longs, Longs, Longs, Longs, Longs]:
        """Position, name, characters, level and sort (0 stem, 1 with suffix, 2 bare or code) of every name."""
        found = _suffixes(letters)
        length = self._lengths(found)
        kept = length > 0
        at, kind, wide, length = found.at[kept], found.kind[kept], found.wide[kept], length[kept]
        stem = found.before[:, kept][length, np.arange(len(length))]
        built, begin, level = kind >= len(ALIKE), at - length, _levels(kind)
        parts = [
            (begin, stem, length + wide, level, 0),
            (begin[built], (stem * _FULL + kind)[built], (length + wide)[built], level[built], 1),
        ]
        taken = np.zeros(len(letters.points) + LONGEST + 1, bool)
        for step in range(int((length + wide).max(initial=0))):
            taken[(begin + step)[length + wide > step]] = True
        for size, windows, whole in reversed(list(_windows(letters))):
            names, levels = self._bare[size]
            where, which = _members(names, windows, whole)
            fresh = ~(taken[where] | taken[where + size - 1])
            where, which = where[fresh], which[fresh]
            parts.append((where, names[which], np.full(len(where), size), levels[which], 2))
            for step in range(size):
                taken[where + step] = True
        where, code, size_of = _codes(letters)
        parts.append((where, code, size_of, np.full(len(where), 2), 2))
        sorts = [np.full(len(part[0]), part[4]) for part in parts]
        columns = [np.concatenate([part[n] for part in parts]).astype(np.int64) for n in range(4)]
        return columns[0], columns[1], columns[2], columns[3], np.concatenate(sorts).astype(np.int64)

    def _tails(self, fields: Sequence[str]) -> list[Longs]:
        """By length the names that follow the last name of a field, or stand in it alone."""
        told: list[list[int]] = [[] for _ in range(LONGEST + 1)]
        lines = [_DOOR.sub("", line.strip().lower()) for line in fields]
        letters = Letters.of(lines)
        found = _suffixes(letters)
        length = self._lengths(found)
        end = np.zeros(len(lines), np.int64)
        np.maximum.at(end, letters.text_of(found.at[length > 0]), (found.at + found.wide)[length > 0])
        sizes = letters.begins + np.array([len(line) for line in lines], np.int64) - np.maximum(end, letters.begins)
        windows = {size: (value, whole) for size, value, whole in _windows(letters)}
        for size in range(SHORTEST + 1, LONGEST + 1):
            value, whole = windows[size]
            begin = np.maximum(end, letters.begins)[(sizes == size) | ((size == LONGEST) & (sizes == size + 1))]
            begin = begin[begin < len(value)]
            told[size] = value[begin[whole[begin]]].tolist()
        counted = [np.unique(np.array(t, np.int64), return_counts=True) for t in told]
        return [names[counts >= KNOWN_FROM] for names, counts in counted]

    def _hear(self, letters: Letters) -> None:
        """Learns which names are well known, and each with one of its characters hidden."""
        at, name, size, _, sort = self._told(letters)
        names, first, counts = np.unique(name, return_index=True, return_counts=True)
        self._known = names[counts >= KNOWN_FROM]
        sure = first[(counts >= WELL_KNOWN) & (size[first] >= HEARD_FROM) & (sort[first] < 2)]
        masks, meant = _hidden(letters, at[sure], size[sure], sort[sure], name[sure])
        keys, first, counts = np.unique(masks, return_index=True, return_counts=True)
        self._masks, self._meant = keys[counts == 1], meant[first[counts == 1]]

    def _understood(self, letters: Letters, at: Longs, name: Longs, size: Longs, sort: Longs) -> Longs:
        """The names, hardly known ones replaced by the well-known one they differ from in one character."""
        if not len(self._masks):
            return name
        odd = np.flatnonzero(~np.isin(name, self._known) & (size >= HEARD_FROM) & (sort < 2))
        masks, which = _hidden(letters, at[odd], size[odd], sort[odd], odd)
        near = np.minimum(np.searchsorted(self._masks, masks), len(self._masks) - 1)
        hit = self._masks[near] == masks
        name = name.copy()
        name[which[hit]] = self._meant[near[hit]]
        return name

    def _lengths(self, found: _Suffixes) -> Longs:
        """How many characters before each suffix are its name; 0 when there is none."""
        counts = [self._count(size, found) for size in range(LONGEST + 1)]
        length = np.where(found.before[SHORTEST] != 0, SHORTEST, 0)
        known = counts[SHORTEST] >= KNOWN_FROM
        growing = known
        for size in range(SHORTEST + 1, LONGEST + 1):
            growing = growing & (counts[size] >= 2) & (counts[size] >= CERTAIN * counts[size - 1])
            length = np.where(growing, size, length)
        length = np.where(known, length, np.minimum(found.free, LONGEST - 1) * (length > 0))
        length = np.where(length < SHORTEST, 0, length)
        ends = np.where((length > 0) & ((found.kind < len(ALIKE)) | (found.wide > 1)), found.at + found.wide, 0)
        before = np.concatenate([[0], np.maximum.accumulate(ends)[:-1]]) if len(ends) else ends
        length = np.minimum(length, np.maximum(found.at - before, 0))
        return np.where(length < SHORTEST, 0, length)

    def _count(self, size: int, found: _Suffixes) -> Longs:
        names, counts = self._seen[size]
        if not len(names):
            return np.zeros(len(found.at), np.int64)
        keys = found.before[size] * _FULL + found.kind
        near = np.minimum(np.searchsorted(names, keys), len(names) - 1)
        return np.where((names[near] == keys) & (found.before[size] != 0), counts[near], 0)


def _suffixes(letters: Letters) -> _Suffixes:
    rows = [(m.start(), _CLASS[m.group()], m.end() - m.start()) for m in _NAMED.finditer(letters.text)]
    at, kind, wide = np.array(rows, np.int64).reshape(-1, 3).T
    before = np.zeros((LONGEST + 1, len(at)), np.int64)
    barred = np.zeros(65536, bool)
    barred[[ord(mark) for mark in _NEVER_IN_A_NAME]] = True
    whole, loose = np.ones(len(at), bool), np.ones(len(at), bool)
    value: Longs = np.zeros(len(at), np.int64)
    power, free = np.int64(1), np.zeros(len(at), np.int64)
    with np.errstate(over="ignore"):
        for size in range(1, LONGEST + 1):
            point = letters.points[np.maximum(at - size, 0)]
            whole &= (at >= size) & (point >= 0x4E00) & (point <= 0x9FFF)
            value, power = value + point * power, power * _BASE
            before[size] = np.where(whole, value, 0)
            loose &= whole & ~barred[np.minimum(point, 65535)]
            free += loose
    return _Suffixes(at, kind, wide, before, free)


def _windows(letters: Letters) -> list[tuple[int, Longs, Flags]]:
    """For each length of a name the hash of the characters from every position on, and whether all are Chinese."""
    han, found = letters.han, []
    value, whole = letters.points, han
    with np.errstate(over="ignore"):
        for size in range(SHORTEST, LONGEST + 1):
            count = max(len(letters.points) - size + 1, 0)
            value = value[:count] * _BASE + letters.points[size - 1 :][:count]
            whole = whole[:count] & han[size - 1 :][:count]
            found.append((size, value, whole))
    return found


def _members(stems: Longs, windows: Longs, whole: Flags) -> tuple[Longs, Longs]:
    """Positions whose window is one of the sorted `stems`, and which."""
    if not len(stems):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    maybe = np.zeros(1 << _FILTER_BITS, bool)
    maybe[_short(stems)] = True
    at = np.flatnonzero(maybe[_short(windows)] & whole)
    near = np.minimum(np.searchsorted(stems, windows[at]), len(stems) - 1)
    hit = stems[near] == windows[at]
    return at[hit], near[hit]


def _short(values: Longs) -> Longs:
    with np.errstate(over="ignore"):
        return (values * _MIX >> (64 - _FILTER_BITS)) & ((1 << _FILTER_BITS) - 1)


def _codes(letters: Letters) -> tuple[Longs, Longs, Longs]:
    found = [(m.start(), len(m.group())) for m in _CODE.finditer(letters.text)]
    both = np.array(found, np.int64).reshape(-1, 2)
    at, size = both[:, 0], both[:, 1]
    value: Longs = np.zeros(len(at), np.int64)
    with np.errstate(over="ignore"):
        for step in range(4):
            value = np.where(
                step < size, value * _BASE + letters.points[np.minimum(at + step, len(letters.points) - 1)], value
            )
    return at, value, size


def _levels(kind: Longs) -> Longs:
    """The level of each suffix's row."""
    return np.where(kind < len(ALIKE), np.array(_LEVEL_OF_ROW)[np.minimum(kind, len(ALIKE) - 1)], _SPOT)


def _hidden(letters: Letters, at: Longs, size: Longs, sort: Longs, what: Longs) -> tuple[Longs, Longs]:
    """Hashes of names with each character in turn hidden, and of which each is."""
    masks, which = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    value: Longs = np.zeros(len(at), np.int64)
    longest = int(size.max(initial=0))
    points = [np.where(step < size, letters.points[np.minimum(at + step, len(letters.points) - 1)], 0)
              for step in range(longest)]  # fmt: skip
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.append(np.int64(1), np.full(max(longest - 1, 0), _BASE)))
        for step in range(longest):
            value += points[step] * powers[step]
        for step in range(longest):
            inside = step < size
            masks.append((((value - points[step] * powers[step]) * 31 + step) * 31 + size * 2 + sort)[inside])
            which.append(what[inside])
    return np.concatenate(masks), np.concatenate(which)


def _once_a_text(letters: Letters, at: Longs, name: Longs, size: Longs, level: Longs) -> Mentions:
    text = letters.text_of(at)
    order = np.lexsort((at, name, text))
    at, name, size, text, level = at[order], name[order], size[order], text[order], level[order]
    fresh = np.ones(len(at), bool)
    fresh[1:] = (text[1:] != text[:-1]) | (name[1:] != name[:-1])
    return Mentions(text[fresh], name[fresh], at[fresh], size[fresh], level[fresh])
