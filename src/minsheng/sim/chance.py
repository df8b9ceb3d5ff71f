"""Chance (随机流): one seed, and a stream of random numbers for each part of the city, so that a part that draws more
leaves the others as they were. Streams are pickled with the world: an interrupted run goes on with the same draws."""

from __future__ import annotations

import random
from hashlib import sha256

import numpy as np


def seed_of(*parts: object) -> int:
    """A 64-bit seed from any parts (numbers, codes): the same on every machine."""
    return int.from_bytes(sha256("\x1f".join(map(str, parts)).encode()).digest()[:8], "big")


class Chance:
    """The streams of one run, by name."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, random.Random] = {}
        self._arrays: dict[str, np.random.Generator] = {}

    def stream(self, name: str) -> random.Random:
        """The stream `name`, begun at the first call."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = random.Random(seed_of(self.seed, name))
        return found

    def arrays(self, name: str) -> np.random.Generator:
        """The stream `name` for arrays of numbers."""
        found = self._arrays.get(name)
        if found is None:
            found = self._arrays[name] = np.random.default_rng(seed_of(self.seed, name, "arrays"))
        return found
