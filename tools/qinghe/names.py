"""Names of villages and communities that do not exist (虚构村名), in the forms in which real ones are named.

A name is a stem of two characters from `stems.txt`, alone or with a prefix, a suffix or both: 墨圃, 墨圃庄, 东墨圃,
小墨圃沟. Villages told apart by a prefix come in pairs (东 and 西), as on any map, and some names stand in several
townships (同名村), because finding the right one is part of a hotline's work.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

PAIRS = ("东西", "南北", "前后", "上下", "大小")
SUFFIXES = "庄沟坡营屯洼店铺寨堡口咀"
COMMUNITY_SUFFIXES = ("", "", "里", "苑", "园", "坊", "街", "路", "桥头")
VILLAGE_ENDINGS = {"村民委员会": 84, "村委会": 16}
COMMUNITY_ENDINGS = {"社区居委会": 43, "社区居民委员会": 31, "社区": 18, "居民委员会": 5, "居委会": 3}
_SHARED = 0.06
_PAIRED, _SUFFIXED, _PAIRED_IF_SUFFIXED = 0.12, 0.6, 0.08


class Namer:
    """Gives out names made of the given stems, township after township."""

    def __init__(self, stems: Sequence[str], rng: random.Random) -> None:
        self._stems, self._rng = stems, rng
        self._used: set[str] = set()
        self._given: list[str] = []

    def villages(self, count: int, seat: str) -> list[str]:
        """Official names of the villages of a township; the first bears the township's own stem, if it has one."""
        names = [seat] if seat and count else []
        while len(names) < count:
            fresh = self._borrowed(names) if self._rng.random() < _SHARED else self._new_villages()
            names.extend(fresh[: count - len(names)])
        self._given.extend(names)
        return [name + self._ending(VILLAGE_ENDINGS) for name in names]

    def communities(self, count: int) -> list[str]:
        """Official names of the communities of a township."""
        names: list[str] = []
        while len(names) < count:
            name = self._rng.choice(self._stems) + self._rng.choice(COMMUNITY_SUFFIXES)
            if name not in self._used:
                self._used.add(name)
                names.append(name)
        return [name + self._ending(COMMUNITY_ENDINGS) for name in names]

    def _borrowed(self, here: Sequence[str]) -> list[str]:
        """A name that a village of another township bears already."""
        if not self._given:
            return []
        name = self._rng.choice(self._given)
        return [] if name in here else [name]

    def _new_villages(self) -> list[str]:
        """One new name, or the two of a pair."""
        rng = self._rng
        suffixed = rng.random() < _SUFFIXED
        name = rng.choice(self._stems) + (rng.choice(SUFFIXES) if suffixed else "")
        paired = rng.random() < (_PAIRED_IF_SUFFIXED if suffixed else _PAIRED)
        names = [prefix + name for prefix in rng.choice(PAIRS)] if paired else [name]
        if not self._used.isdisjoint(names):
            return []
        self._used.update(names)
        return names

    def _ending(self, endings: dict[str, int]) -> str:
        return self._rng.choices(list(endings), list(endings.values()))[0]
