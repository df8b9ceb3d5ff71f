"""Why a model chose a label, in the requester's own words (分类依据).

A linear model's score is a sum over features. Each feature's share is laid back on the characters it came from, and
the segmented words that gathered most are shown: a clerk reads words, never n-grams.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .features import CHARACTERS, WORDS, Vectoriser
from .texts import LONGEST, NUMBER, SOMEWHERE, Message, normalise, segment, stretches


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the message and how much it spoke for the label (share of all that spoke for it, 0…1)."""

    word: str
    share: float


def deciding_words(
    message: Message,
    vectoriser: Vectoriser,
    advantage: Callable[[NDArray[np.int32]], NDArray[np.float64]],
    most: int,
) -> tuple[Reason, ...]:
    """At most ``most`` words of the message that spoke for the label, strongest first. ``advantage`` gives the weight
    for the label over its rivals of the features at some columns."""
    row = vectoriser.rows([message])
    values = row.data * advantage(row.indices)
    worth = dict(zip(vectoriser.features_at(row.indices), values.tolist(), strict=True))
    places = [place for part in (message.title, message.body) if part for place in _places(normalise(part))]
    times: dict[tuple[str, str], int] = defaultdict(int)
    for feature, _ in places:
        times[feature] += 1
    gained: dict[str, float] = defaultdict(float)
    for feature, shares in places:
        value = worth.get(feature, 0.0) / times[feature]
        for word, share in shares:
            gained[word] += value * share
    spoke = sorted(((gain, word) for word, gain in gained.items() if gain > 0), key=lambda pair: (-pair[0], pair[1]))
    total = sum(gain for gain, _ in spoke)
    told = [(gain, word) for gain, word in spoke if len(word) > 1 and NUMBER not in word and SOMEWHERE not in word]
    return tuple(Reason(word, gain / total) for gain, word in (told or spoke)[:most])


def _places(text: str) -> Iterator[tuple[tuple[str, str], list[tuple[str, float]]]]:
    """Every occurrence of a (view, feature) in a text, with the words it covers and the share of it on each."""
    row = segment(text)
    owner: list[str] = [""] * len(text)
    at = 0
    for word in row:
        at = text.index(word, at)
        owner[at : at + len(word)] = [word] * len(word)
        at += len(word)
    for start, end in stretches(text):
        for size in range(1, LONGEST + 1):
            for first in range(start, end - size + 1):
                covered = owner[first : first + size]
                yield (CHARACTERS, text[first : first + size]), [(word, 1 / size) for word in covered]
    for word in row:
        yield (WORDS, word), [(word, 1.0)]
    for left, right in pairwise(row):
        yield (WORDS, f"{left} {right}"), [(left, 0.5), (right, 0.5)]
