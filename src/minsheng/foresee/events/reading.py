"""How texts are read (语料学习): names of places and directions of issues, learned once from a body of texts and then
applied to every message that arrives, so that the same message always reads the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.events.issues import Floats, Issues
from minsheng.foresee.events.places import Letters, Longs, Mentions, PlaceNames

PAIR_DAYS, PAIR_RARE, PAIR_RECENT, APART_DAYS = 3.0, -3.5, 8, 60.0
"""Texts within three days that share names (each of at least -3.5 nats over one message a month; of each the eight
newest texts are looked at) can teach what an issue is; texts 60 days apart teach what is the place alone."""
PAIRS_A_TEXT = 0.25
"""How many such pairs are used, those first that share the rarest names."""
MONTH_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages as read. Of message i the names are `name[begins[i]:begins[i + 1]]` with what each says, in nats, in
    `says`, standing at `at` for `size` characters of `letters`; `issue` is (messages, width)."""

    letters: Letters
    begins: Longs
    name: Longs
    says: NDArray[np.float64]
    at: Longs
    size: Longs
    issue: Floats


class Reading:
    """What was learned from texts; read-only afterwards. `monthly` is the logarithm of messages a month: names that say
    so many nats together are told by one message a month."""

    def __init__(self, texts: Sequence[str], days: NDArray[np.float64], seed: int = 0) -> None:
        """`days` are the moments of the texts, in days of any origin. ValueError when there is no text."""
        if not len(texts):
            raise ValueError("There is no text to learn from: give at least one message.")
        letters = Letters.of(texts)
        self._places = PlaceNames(letters)
        mentions = self._places.mentions(letters)
        self._names, self._counts = np.unique(mentions.name, return_counts=True)
        self._texts = len(texts)
        months = max((float(days.max()) - float(days.min())) / MONTH_DAYS, 1.0)
        self.monthly = float(np.log(max(len(texts) / months, 1.0)))
        says = self._says(mentions.name)
        near, apart = _pairs(mentions, says, days, texts, self.monthly + PAIR_RARE)
        self._issues = Issues(letters, mentions, near, apart, seed)

    @property
    def width(self) -> int:
        """Numbers in an issue's vector."""
        return self._issues.width

    def read(self, texts: Sequence[str]) -> Messages:
        """The messages of texts."""
        letters = Letters.of(texts)
        found = self._places.mentions(letters)
        begins = np.searchsorted(found.text, np.arange(len(texts) + 1))
        issue = self._issues.vectors(letters, found)
        return Messages(letters, begins, found.name, self._says(found.name), found.at, found.size, issue)

    def _says(self, names: Longs) -> NDArray[np.float64]:
        """Nats that a name says: the logarithm of how many texts there are to one that names it."""
        near = np.minimum(np.searchsorted(self._names, names), max(len(self._names) - 1, 0))
        known = self._names[near] == names if len(self._names) else np.zeros(len(names), bool)
        count = np.where(known, self._counts[near] if len(self._names) else 1, 1)
        return np.log(max(self._texts, 2) / np.maximum(count, 2.0)).clip(0.0)


def _pairs(
    mentions: Mentions, says: NDArray[np.float64], days: NDArray[np.float64], said: Sequence[str], least: float
) -> tuple[Longs, Longs]:
    """Two times (pairs, 2): texts of the same rare places within days of one another, and far apart in time."""
    texts = len(said)
    rare = says >= least
    begins = np.searchsorted(mentions.text[rare], np.arange(texts + 1)).tolist()
    names, values, moments = mentions.name[rare].tolist(), says[rare].tolist(), days.tolist()
    told: dict[int, list[int]] = {}
    old: dict[int, int] = {}
    near: list[tuple[float, int, int]] = []
    apart: list[tuple[float, int, int]] = []
    for text in np.argsort(days, kind="stable").tolist():
        now = moments[text]
        newly: dict[int, float] = {}
        once: dict[int, float] = {}
        for place in range(begins[text], begins[text + 1]):
            name, value = names[place], values[place]
            before = told.setdefault(name, [])
            aged = old.get(name, 0)
            while aged < len(before) and now - moments[before[aged]] >= APART_DAYS:
                aged += 1
            old[name] = aged
            for other in before[-PAIR_RECENT:]:
                if now - moments[other] <= PAIR_DAYS:
                    newly[other] = newly.get(other, 0.0) + value
            for other in before[max(aged - PAIR_RECENT, 0) : aged]:
                once[other] = once.get(other, 0.0) + value
            before.append(text)
        near += [(value, text, other) for other, value in newly.items() if said[text] != said[other]]
        apart += [(value, text, other) for other, value in once.items()]
    most = int(PAIRS_A_TEXT * texts)
    return _surest(near, most), _surest(apart, 2 * most)


def _surest(pairs: list[tuple[float, int, int]], most: int) -> Longs:
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return np.array([pair[1:] for pair in pairs[:most]], np.int64).reshape(-1, 2)
