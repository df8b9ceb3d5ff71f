"""Likeness of texts (相似诉求): a vector of 256 numbers that near texts share, kept and searched by pgvector.

Character 2- and 3-grams hashed with a sign (feature hashing, Weinberger et al. 2009), damped by square root, of unit
length: the cosine of two vectors estimates the overlap of their words. It is made from the redacted copy, says
nothing that the copy does not, and is deleted with it."""

from __future__ import annotations

import math
import re
from collections import Counter
from zlib import crc32

DIMENSIONS = 256
ALIKE = 0.55
"""Cosine from which two requests are shown side by side."""
_KEPT = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


def vector(text: str) -> list[float]:
    """The unit vector of `text`, 256 floats; all zero for a text without letters."""
    grams: Counter[str] = Counter()
    for run in _KEPT.findall(text.lower()):
        for size in (2, 3):
            grams.update(run[i : i + size] for i in range(len(run) - size + 1))
    sums = [0.0] * DIMENSIONS
    for gram, times in grams.items():
        h = crc32(gram.encode())
        sums[h % DIMENSIONS] += math.sqrt(times) * (1 if h & 0x80000000 else -1)
    length = math.sqrt(sum(x * x for x in sums))
    return [x / length for x in sums] if length else sums


def literal(values: list[float]) -> str:
    """The vector as pgvector reads it."""
    return "[" + ",".join(f"{x:.4f}" for x in values) + "]"
