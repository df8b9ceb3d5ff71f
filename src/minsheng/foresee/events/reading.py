"""How requests are read (语料学习): names of places and sorts of trouble, learned once from a body of requests and then
applied to every message that arrives, so that the same message always reads the same.

What a name says is counted in nats over chance, given the rarer names of the same message: who names a village says
little more by naming its town."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.foresee.events.kin import lifts
from minsheng.foresee.events.kinds import Kinds
from minsheng.foresee.events.places import LEVELS, Letters, Longs, Mentions, PlaceNames

PAIR_DAYS, PAIR_LAST, PAIR_SAYS, PAIRED_A_MONTH = 7.0, 6, 5.0, 20.0
"""Texts within a week that share names which say five nats together, or that chance would have together once a week at
most (names told twenty times a month at most; of each the six newest texts are looked at), teach which sorts of trouble
belong together."""
MONTH_DAYS = 30.0
KNOWN_FROM = 2
"""Texts that tell a name before it counts."""
FOLLOWING = (0.05, 3.0)
"""The least and most of messages that follow another of their cause to one that does not."""
USUAL_TEXTS = 2.0
"""Texts that chance is worth beside those in which two names were seen together."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages as read. Of message i the names are `name[begins[i]:begins[i + 1]]`, the rarest first, with the chance
    that a message with the rarer ones has it too in `chance`, its level in `level` (columns have levels of their own),
    how many texts tell it in `count`, standing at `at` for `size` characters of `letters` (0: it stands in a column);
    `sort` is each message's sort of trouble."""

    letters: Letters
    begins: Longs
    name: Longs
    chance: NDArray[np.float64]
    level: Longs
    count: Longs
    at: Longs
    size: Longs
    sort: NDArray[np.intp]


class Reading:
    """What was learned from requests; read-only afterwards. `daily` is messages a day, `months` how long the body is
    (one at least), `lifts` says which sorts belong together (`kin.lifts`), `following` how many messages follow another
    of their cause within a week to one that does not."""

    def __init__(
        self,
        texts: Sequence[str],
        days: NDArray[np.float64],
        places: Sequence[str] | None = None,
        marks: Mapping[str, Sequence[str]] | None = None,
        categories: Sequence[str] | None = None,
        *,
        seed: int = 0,
    ) -> None:
        """`texts`, of which a first line is a title; `days` their moments, in days of any origin; `places` what is put
        down as place, one a line; `marks` columns of which the same value is the same place; `categories`, '' where
        there is none. ValueError when there is no text."""
        if not len(texts):
            raise ValueError("There is no text to learn from: give at least one message.")
        span = float(days.max()) - float(days.min())
        self.months, self.daily = max(span / MONTH_DAYS, 1.0), len(texts) / max(span, 1.0)
        self._columns = tuple(marks or ())
        letters, said = _lettered(texts, places)
        self._places = PlaceNames(letters, [line for place in places or () for line in place.split("\n")])
        told = self._places.mentions(letters)
        mentions = _marked(told, marks, self._columns)
        self._names, count = np.unique(mentions.name, return_counts=True)
        self._counts, self._texts = count.astype(np.int64), len(texts)
        self._both = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        index, order = self._rarest_first(mentions)
        _, _, keys = self._couples(mentions.text[order], index)
        keys, counts = np.unique(keys, return_counts=True)
        self._both = keys[counts > 1], counts[counts > 1].astype(np.int64)
        begins = np.searchsorted(mentions.text, np.arange(len(texts) + 1))
        says = -np.log(self._chance(mentions.text[order], index))
        usable = (self._counts >= KNOWN_FROM) & (self._counts <= PAIRED_A_MONTH * self.months)
        least = min(PAIR_SAYS, float(np.log(self.daily * PAIR_DAYS)))
        pairs = _pairs(begins, index, np.where(usable[index], says, 0.0), days, least)
        self._kinds = Kinds(letters, told, said, pairs, categories, seed=seed)
        sort = self._kinds.of(letters, told, said, categories)
        self.lifts, chance = lifts(sort, pairs, self._kinds.sorts)
        after = (1.0 - chance) * len(np.unique(pairs[:, 0])) / len(texts)
        self.following = float(np.clip(after / (1.0 - after), *FOLLOWING))

    def read(
        self,
        texts: Sequence[str],
        places: Sequence[str] | None = None,
        marks: Mapping[str, Sequence[str]] | None = None,
        categories: Sequence[str] | None = None,
    ) -> Messages:
        """The messages of texts, with what stands beside them as in learning."""
        letters, said = _lettered(texts, places)
        told = self._places.mentions(letters)
        sort = self._kinds.of(letters, told, said, categories)
        found = _marked(told, marks, self._columns)
        index, order = self._rarest_first(found)
        text = found.text[order]
        count = np.where(index < len(self._counts), self._counts[np.minimum(index, len(self._counts) - 1)], 1)
        return Messages(
            letters,
            np.searchsorted(text, np.arange(len(texts) + 1)),
            found.name[order],
            self._chance(text, index),
            found.level[order],
            count,
            found.at[order],
            found.size[order],
            sort,
        )

    def alone(self, count: Longs) -> NDArray[np.float64]:
        """How often names told by `count` texts are told."""
        return np.maximum(count, KNOWN_FROM) / max(self._texts, KNOWN_FROM)

    def _rarest_first(self, mentions: Mentions) -> tuple[Longs, Longs]:
        """The index of each name (the number of names: unknown) in order of texts, in each the rarest first; the
        order."""
        if not len(self._names):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        near = np.minimum(np.searchsorted(self._names, mentions.name), len(self._names) - 1)
        index = np.where(self._names[near] == mentions.name, near, len(self._names))
        count = np.append(self._counts, 1)[index]
        order = np.lexsort((mentions.name, -mentions.size, count, mentions.text))
        return index[order], order

    def _couples(self, text: Longs, index: Longs) -> tuple[Longs, Longs, Longs]:
        """Positions of the rarer and of the other of every two known names of a text, and the two as one number."""
        first, second = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        known = index < len(self._names)
        step = 1
        while step < len(text) and (near := np.flatnonzero(text[:-step] == text[step:])).size:
            near = near[known[near] & known[near + step]]
            first.append(near)
            second.append(near + step)
            step += 1
        a, b = np.concatenate(first), np.concatenate(second)
        return a, b, index[a] * (len(self._names) + 1) + index[b]

    def _chance(self, text: Longs, index: Longs) -> NDArray[np.float64]:
        """How often a name is told where the rarer names of its text are, this text left out."""
        count = np.append(self._counts, 1)[index]
        alone = self.alone(count)
        first, second, keys = self._couples(text, index)
        both = np.zeros(len(keys))
        if len(self._both[0]):
            near = np.minimum(np.searchsorted(self._both[0], keys), len(self._both[0]) - 1)
            both = np.where(self._both[0][near] == keys, self._both[1][near], 1)
        usable = count[first] >= KNOWN_FROM
        given = (np.maximum(both - 1, 0) + USUAL_TEXTS * alone[second]) / (count[first] - 1 + USUAL_TEXTS)
        found = alone.copy()
        np.maximum.at(found, second[usable], given[usable])
        return np.minimum(found, 1.0)


def _lettered(texts: Sequence[str], places: Sequence[str] | None) -> tuple[Letters, Longs]:
    """The texts with their places under them, and where in them the title and what is said end."""
    if places is not None:
        letters = Letters.of([f"{text}\n{place}" for text, place in zip(texts, places, strict=True)])
    else:
        letters = Letters.of(texts)
    sizes = np.array([(max(text.find("\n"), 0), len(text)) for text in texts], np.int64)
    return letters, letters.begins[:, None] + sizes


def _marked(told: Mentions, marks: Mapping[str, Sequence[str]] | None, columns: Sequence[str]) -> Mentions:
    """The mentions with the values of the columns as names of levels of their own."""
    if not columns or marks is None:
        return told
    parts = [(told.text, told.name, told.at, told.size, told.level)]
    for number, column in enumerate(columns):
        text = np.array([at for at, value in enumerate(marks[column]) if value], np.int64)
        name = np.array([zlib.crc32(f"{column}\n{marks[column][at]}".encode()) for at in text], np.int64)
        none = np.zeros(len(text), np.int64)
        parts.append((text, name, none, none, none + LEVELS + number))
    text, name, at, size, level = (np.concatenate([part[n] for part in parts]) for n in range(5))
    order = np.argsort(text, kind="stable")
    return Mentions(text[order], name[order], at[order], size[order], level[order])


def _pairs(begins: Longs, index: Longs, says: NDArray[np.float64], days: NDArray[np.float64], least: float) -> Longs:
    """(pairs, 2): texts within days of one another whose common names say `least` nats, the later first; of a name that
    says nothing none is looked for."""
    names, nats, moments, starts = index.tolist(), says.tolist(), days.tolist(), begins.tolist()
    told: dict[int, list[int]] = {}
    found: list[tuple[int, int]] = []
    for text in np.argsort(days, kind="stable").tolist():
        near: dict[int, float] = {}
        for at in range(starts[text], starts[text + 1]):
            if nats[at] > 0.0:
                before = told.setdefault(names[at], [])
                for other in before[-PAIR_LAST:]:
                    if moments[text] - moments[other] <= PAIR_DAYS:
                        near[other] = near.get(other, 0.0) + nats[at]
                before.append(text)
        found += [(text, other) for other, value in near.items() if value >= least]
    return np.array(found, np.int64).reshape(-1, 2)
