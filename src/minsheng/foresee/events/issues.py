"""What a message is about (诉求事由), apart from where and in whose manner: a vector that is alike for two callers
who tell the same trouble in different words.

Learned from the texts alone. Two messages that name the same rare places within a few days are about the same trouble
far more often than chance; the directions of the character pairs in which such messages vary together (their
cross-covariance against the covariance of all) are the issues, while the manner of an old man or of an agent's notes,
which two callers do not share, drops out. Where too few such pairs exist, the directions of greatest variance serve
(latent semantic analysis)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from minsheng.foresee.events.places import Letters, Longs, Mentions

Floats = NDArray[np.float32]
GRAM_BITS = 22
DIRECTIONS, KEPT, TURNS = 120, 64, 3
SAMPLE, PAIRS = 20_000, 40_000
FEW_PAIRS = 30
_MASK = (1 << GRAM_BITS) - 1


class Issues:
    """Vectors of issues, unit length; cosines of two of them compare two messages."""

    def __init__(self, letters: Letters, mentions: Mentions, pairs: Longs, apart: Longs, seed: int = 0) -> None:
        """`pairs` is (pairs, 2): texts that tell of the same places within days of one another; `apart` the same, but
        far apart in time: what these share is the place, and is taken off."""
        chance = np.random.default_rng(seed)
        texts = len(letters.begins)
        text, gram, placed = _grams(letters, mentions)
        count = np.bincount(gram, minlength=_MASK + 1)
        of_places = np.bincount(gram, placed, minlength=_MASK + 1) / np.maximum(count, 1)
        kept = np.flatnonzero((count >= max(4, texts // 8000)) & (count < 0.3 * texts + 4) & (of_places < 0.5))
        self._column = np.full(_MASK + 1, -1, np.int32)
        self._column[kept] = np.arange(len(kept))
        self._weight = np.log(texts / count[kept] + 1.0).astype(np.float32)
        rows = self._rows(text[~placed], gram[~placed], texts)
        self._learn(rows, pairs, apart, chance)

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self._basis.shape[1])

    def vectors(self, letters: Letters, mentions: Mentions) -> Floats:
        """(texts, width); a text without a known pair of characters has zeros."""
        text, gram, placed = _grams(letters, mentions)
        rows = self._rows(text[~placed], gram[~placed], len(letters.begins))
        found = np.asarray(rows @ self._basis, np.float32) - self._centre
        found[np.diff(rows.indptr) == 0] = 0.0
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), self._usual)

    def _rows(self, text: Longs, gram: Longs, texts: int) -> sparse.csr_array:
        column = self._column[gram]
        known = column >= 0
        text, column = text[known], column[known]
        counts = sparse.csr_array(
            (self._weight[column], (text, column)), shape=(texts, len(self._weight)), dtype=np.float32
        )
        norm = np.sqrt(np.bincount(np.repeat(np.arange(texts), np.diff(counts.indptr)), counts.data**2, texts))
        counts.data /= np.repeat(np.maximum(norm, 1e-9), np.diff(counts.indptr)).astype(np.float32)
        return counts

    def _learn(self, rows: sparse.csr_array, pairs: Longs, apart: Longs, chance: np.random.Generator) -> None:
        texts, columns = rows.shape
        wide = min(DIRECTIONS, columns)
        if not wide:
            self._basis, self._centre, self._usual = np.zeros((columns, 1), np.float32), np.zeros(1, np.float32), 1.0
            return
        if len(pairs) < FEW_PAIRS:
            some = np.sort(chance.permutation(texts)[:SAMPLE])
            pairs, apart = np.stack([some, some], axis=1), apart[:0]
        near, far = _Together(rows, _some(pairs, chance)), _Together(rows, _some(apart, chance))
        basis = _upright(chance.standard_normal((columns, wide)).astype(np.float32))
        for _ in range(TURNS):
            basis = _upright(near.times(basis) - far.times(basis))
        spread = near.spread(basis)
        spread += np.eye(len(spread), dtype=np.float32) * (1e-3 * np.trace(spread) / len(spread) + 1e-9)
        strength, turn = linalg.eigh(near.within(basis) - far.within(basis), spread)
        best = np.argsort(-strength)[:KEPT]
        self.strength = strength[best]
        self._basis = np.ascontiguousarray(
            basis @ (turn[:, best] * np.sqrt(np.clip(strength[best], 0.0, 1.0))), np.float32
        )
        self._centre = (near.middle @ self._basis).astype(np.float32)
        self._usual = max(float(np.median(np.linalg.norm(near.left @ self._basis - self._centre, axis=1))), 1e-6)


class _Together:
    """How pairs of rows vary together: their cross-covariance, never written out."""

    def __init__(self, rows: sparse.csr_array, pairs: Longs) -> None:
        self.left, self.right = rows[pairs[:, 0]], rows[pairs[:, 1]]
        self._pairs = max(len(pairs), 1)
        self.middle = np.asarray(self.left.sum(axis=0) + self.right.sum(axis=0), np.float32).ravel() / (2 * self._pairs)
        self._left_t, self._right_t = self.left.T.tocsr(), self.right.T.tocsr()

    def times(self, basis: Floats) -> Floats:
        """The cross-covariance, made symmetric, times `basis`."""
        a, b = self._seen(basis)
        found = self._left_t @ b + self._right_t @ a - np.outer(self.middle, a.sum(0) + b.sum(0))
        return np.asarray(found / (2 * self._pairs), np.float32)

    def within(self, basis: Floats) -> Floats:
        """The cross-covariance in the directions of `basis`."""
        a, b = self._seen(basis)
        return np.asarray((a.T @ b + b.T @ a) / (2 * self._pairs), np.float32)

    def spread(self, basis: Floats) -> Floats:
        """The covariance of the single texts in the directions of `basis`."""
        a, b = self._seen(basis)
        return np.asarray((a.T @ a + b.T @ b) / (2 * self._pairs), np.float32)

    def _seen(self, basis: Floats) -> tuple[Floats, Floats]:
        return self.left @ basis - self.middle @ basis, self.right @ basis - self.middle @ basis


def _upright(basis: Floats) -> Floats:
    """Orthonormal columns of the same span, by the small matrix of products (fast on tall matrices)."""
    size, turn = linalg.eigh((basis.T @ basis).astype(np.float64))
    kept = size > 1e-10 * size[-1]
    return np.asarray(basis @ (turn[:, kept] / np.sqrt(size[kept])), np.float32)


def _some(pairs: Longs, chance: np.random.Generator) -> Longs:
    if len(pairs) <= PAIRS:
        return pairs
    return pairs[np.sort(chance.permutation(len(pairs))[:PAIRS])]


def _grams(letters: Letters, mentions: Mentions) -> tuple[Longs, Longs, NDArray[np.bool_]]:
    """Pairs of Chinese characters: in which text, which (a hash), and whether it lies in a place's name."""
    han, points = letters.han, letters.points
    at = np.flatnonzero(han[:-1] & han[1:])
    gram = ((points[at] * 283521 + points[at + 1] * 2654435761) >> 5) & _MASK
    inside = np.zeros(len(points) + 1, bool)
    for step in range(-1, int(mentions.size.max(initial=0))):
        inside[np.maximum(mentions.at[mentions.size > step] + step, 0)] = True
    return letters.text_of(at), gram, inside[at]
