"""Why a model chose a label, in the requester's own words (分类依据).

A linear model's score is a sum over features. Each feature's share is laid back on the characters it came from, and
the segmented words that gathered most are shown: a clerk reads words, never n-grams.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .features import CHARACTERS, WORDS, Vectoriser
from .texts import LONGEST, NUMBER, SOMEWHERE, Message, character_grams, normalise, segment, stretches, words


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
    texts = [normalise(part) for part in (message.title, message.body) if part]
    grams: Counter[str] = sum((character_grams(text) for text in texts), Counter())
    pairs: Counter[str] = sum((words(text) for text in texts), Counter())
    of_gram = {gram: worth.get((CHARACTERS, gram), 0.0) / times for gram, times in grams.items()}
    of_pair = {pair: worth.get((WORDS, pair), 0.0) / times for pair, times in pairs.items()}
    gained: dict[str, float] = defaultdict(float)
    for text in texts:
        for word, gain in _gains(text, of_gram, of_pair):
            gained[word] += gain
    spoke = sorted(((gain, word) for word, gain in gained.items() if gain > 0), key=lambda pair: (-pair[0], pair[1]))
    total = sum(gain for gain, _ in spoke)
    told = [(gain, word) for gain, word in spoke if len(word) > 1 and NUMBER not in word and SOMEWHERE not in word]
    return tuple(Reason(word, gain / total) for gain, word in (told or spoke)[:most])


def _gains(text: str, of_gram: dict[str, float], of_pair: dict[str, float]) -> Iterator[tuple[str, float]]:
    """Each word of a text in order, with the worth laid on it: its own, half of each pair it stands in, and that of
    every character run, spread evenly over the run's characters."""
    laid = np.zeros(len(text))
    for start, end in stretches(text):
        for size in range(1, min(LONGEST, end - start) + 1):
            runs = [of_gram[text[at : at + size]] / size for at in range(start, end - size + 1)]
            laid[start:end] += np.convolve(runs, np.ones(size))
    row = segment(text)
    beside = np.array([0.0, *(of_pair[f"{left} {right}"] / 2 for left, right in pairwise(row)), 0.0])
    at = 0
    for i, word in enumerate(row):
        at = text.index(word, at)
        yield word, float(laid[at : at + len(word)].sum() + of_pair[word] + beside[i] + beside[i + 1])
        at += len(word)
