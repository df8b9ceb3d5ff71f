"""Stock replies (套话答复、复制粘贴): does what a unit writes to one requester fit any matter whatever?

Replies are not in the lake; the caller gives their words, which are used here and not kept. Each is the set of its
shingles of three characters, drawn together by MinHash (Broder, SEQUENCES 1997) and found in bands (Leskovec, Rajaraman
and Ullman, Mining of Massive Datasets, ch. 3). Words that were sent, near the same, about MATTERS or more second-level
categories say nothing of any of them. It is the whole city that tells how many those are, so that a unit with few
categories is seen too; how often honest units write so about a category, other units tell."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minsheng.account.gaming.cases import Cases
from minsheng.account.gaming.signs import SAID_SOLVED

NAME = "copied"
SHINGLE, LEAST_LIKENESS, MATTERS = 3, 0.8, 8
BANDS, ROWS = 12, 4
"""Two replies of likeness 0.8 share a band with a chance of 0.998, of 0.4 with 0.27; those that do are compared."""
_PRIME = (1 << 61) - 1
_SEED = 20_240_501


@dataclass(frozen=True, slots=True)
class Reply:
    """What a unit wrote about one order of a second-level category, and the result that it told."""

    unit: str
    order: str
    category2: str
    result: str
    text: str


def shingles(text: str) -> frozenset[str]:
    """The runs of SHINGLE characters of a text without its blanks."""
    words = "".join(text.split())
    return frozenset(words[i : i + SHINGLE] for i in range(max(len(words) - SHINGLE + 1, 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's measure: shared shingles of all."""
    return len(one & other) / len(one | other)


def signature(words: frozenset[str], keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """MinHash of a set of shingles under `keys` (2 × BANDS·ROWS)."""
    hashes = np.array([zlib.crc32(w.encode()) for w in sorted(words)], np.uint64)
    return np.asarray(((hashes[:, None] * keys[0] + keys[1]) % np.uint64(_PRIME)).min(axis=0))


def cases(replies: Sequence[Reply], matters: int = MATTERS) -> Cases:
    """A case a reply that says solved, which has to say what was done: a hit when near the same words
    (LEAST_LIKENESS) were sent about `matters` second-level categories or more."""
    replies = [reply for reply in replies if reply.result == SAID_SOLVED]
    about: dict[str, set[str]] = {}
    for reply in replies:
        about.setdefault(reply.text, set()).add(reply.category2)
    wide = _about_with_alike(about)
    return Cases(
        np.array([r.unit for r in replies], np.str_),
        np.array([len(wide[r.text]) >= matters for r in replies], bool),
        np.array([r.category2 for r in replies], np.str_),
        np.array([r.order for r in replies], np.str_),
    )


def _about_with_alike(about: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """By text the categories about which it or one like it was sent."""
    keys = np.random.default_rng(_SEED).integers(1, 1 << 29, (2, BANDS * ROWS), dtype=np.uint64)
    words = {text: shingles(text) for text in sorted(about)}
    buckets: dict[tuple[int, bytes], list[str]] = {}
    for text, of in words.items():
        marks = signature(of, keys)
        for band in range(BANDS):
            buckets.setdefault((band, marks[band * ROWS : (band + 1) * ROWS].tobytes()), []).append(text)
    wide = {text: set(about[text]) for text in words}
    pairs = {(one, other) for alike in buckets.values() for i, one in enumerate(alike) for other in alike[i + 1 :]}
    for one, other in pairs:
        if likeness(words[one], words[other]) >= LEAST_LIKENESS:
            wide[one] |= about[other]
            wide[other] |= about[one]
    return wide
