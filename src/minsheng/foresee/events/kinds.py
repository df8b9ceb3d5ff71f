"""What sort of trouble a message tells (诉求类别), apart from where and in whose manner.

Where requests carry a category, the words of those that do teach what the words of the others mean (complement naive
Bayes over pairs of characters, Rennie et al. 2003). Where none is given, sorts are found: a title and the text under it
are two tellings of one trouble, and so are, less surely, two messages of the same rare places within days of one
another; the directions in which the two tellings vary together (canonical correlation, Hotelling 1936, on weighted
pairs of characters) are what is told, while a manner, which they do not share, drops out. Messages are gathered in
those directions (spherical k-means) and the gatherings made sharper by naive Bayes. Sorts may be finer than troubles:
which belong together is `kin.py`'s matter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from minsheng.foresee.events.places import Letters, Longs, Mentions

Floats = NDArray[np.float32]
GRAM_BITS = 22
DIRECTIONS, TURNS = 160, 3
SAMPLE = 30_000
SORTS, TEXTS_A_SORT, FEWEST_SORTS = 200, 150, 8
GATHERINGS, SHARPENINGS = 12, 2
FEW_PAIRS = 30
GIVEN_FROM, GIVEN_SORTS = 0.2, 400
"""Least share of requests with a category for categories to teach; and how many of the commonest do."""
_Tellings = tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array, sparse.csr_array]
_MASK = (1 << GRAM_BITS) - 1


class Kinds:
    """Sorts of trouble learned from texts; `of` tells the sort of any."""

    def __init__(
        self,
        letters: Letters,
        mentions: Mentions,
        said: Longs,
        pairs: Longs,
        given: Sequence[str] | None = None,
        *,
        seed: int = 0,
    ) -> None:
        """`said` is (texts, 2): where the title ends (its text's beginning without one) and where what is said ends;
        what comes after are places. `pairs` is (pairs, 2): texts of the same rare places within days of one another.
        `given` are the categories, '' where there is none."""
        chance = np.random.default_rng(seed)
        texts = len(letters.begins)
        text, gram, at, placed = _grams(letters, mentions, said)
        count = np.bincount(gram, minlength=_MASK + 1)
        of_places = np.bincount(gram, placed, minlength=_MASK + 1) / np.maximum(count, 1)
        kept = np.flatnonzero((count >= max(4, texts // 8000)) & (count < 0.3 * texts + 4) & (of_places < 0.5))
        self._column = np.full(_MASK + 1, -1, np.int32)
        self._column[kept] = np.arange(len(kept))
        self._weight = np.log(texts / count[kept] + 1.0).astype(np.float32)
        text, gram, at = text[~placed], gram[~placed], at[~placed]
        rows = self._rows(text, gram, texts)
        self._given = _commonest(given) if given is not None and _often(given) else {}
        if self._given:
            assert given is not None
            sort = np.array([self._given.get(value, -1) for value in given])
            self._score = _complement(rows[sort >= 0], sort[sort >= 0], len(self._given))
            return
        title = at < said[text, 0]
        first, second = self._rows(text[title], gram[title], texts), self._rows(text[~title], gram[~title], texts)
        self._score = _found(rows, _tellings(rows, first, second, pairs, chance), chance)

    @property
    def sorts(self) -> int:
        """How many there are; the sort of a message that says nothing known is the last."""
        return int(self._score.shape[1]) + 1

    def of(
        self, letters: Letters, mentions: Mentions, said: Longs, given: Sequence[str] | None = None
    ) -> NDArray[np.intp]:
        """The sort of each text: its category when it has a known one, else by its words."""
        text, gram, _, placed = _grams(letters, mentions, said)
        rows = self._rows(text[~placed], gram[~placed], len(letters.begins))
        sort = np.asarray(rows @ self._score).argmax(axis=1)
        sort[np.diff(rows.indptr) == 0] = self.sorts - 1
        if given is not None and self._given:
            known = np.array([self._given.get(value, -1) for value in given])
            sort = np.where(known >= 0, known, sort)
        return sort

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


def _often(given: Sequence[str]) -> bool:
    return len(set(given) - {""}) > 1 and sum(value != "" for value in given) >= GIVEN_FROM * len(given)


def _commonest(given: Sequence[str]) -> dict[str, int]:
    values, counts = np.unique([value for value in given if value], return_counts=True)
    kept = values[np.argsort(-counts, kind="stable")[:GIVEN_SORTS]]
    return {str(value): number for number, value in enumerate(kept)}


def _complement(rows: sparse.csr_array, sort: NDArray[np.intp], sorts: int) -> Floats:
    """(columns, sorts): weights of complement naive Bayes."""
    inside = _by_sort(rows, sort, sorts)
    others = inside.sum(0) - inside + 1.0
    return np.ascontiguousarray(-np.log(others / others.sum(1, keepdims=True)).T, np.float32)


def _by_sort(rows: sparse.csr_array, sort: NDArray[np.intp], sorts: int) -> Floats:
    of = sparse.csr_array((np.ones(len(sort), np.float32), (sort, np.arange(len(sort)))), shape=(sorts, len(sort)))
    return np.asarray((of @ rows).todense(), np.float32)


def _tellings(
    rows: sparse.csr_array, title: sparse.csr_array, text: sparse.csr_array, pairs: Longs, chance: np.random.Generator
) -> _Tellings:
    """Two matrices whose rows tell the same, and the two that all texts are read by."""
    own = np.diff(title.indptr) - np.diff(title.multiply(text).tocsr().indptr)
    both = np.flatnonzero((own >= 1) & (np.diff(title.indptr) >= 2) & (np.diff(text.indptr) >= 2))
    if len(both) >= max(0.3 * rows.shape[0], FEW_PAIRS):
        some = _some(both, chance)
        return title[some], text[some], title, text
    if len(pairs) < FEW_PAIRS:
        some = _some(np.arange(rows.shape[0]), chance)
        pairs = np.stack([some, some], axis=1)
    pairs = pairs[np.sort(chance.permutation(len(pairs))[: SAMPLE // 2])]
    left, right = rows[pairs.ravel()], rows[pairs[:, ::-1].ravel()]
    return left, right, rows[:, :0], rows


def _some(which: NDArray[np.intp], chance: np.random.Generator) -> NDArray[np.intp]:
    return np.sort(chance.permutation(which)[:SAMPLE])


def _found(rows: sparse.csr_array, tellings: _Tellings, chance: np.random.Generator) -> Floats:
    """(columns, sorts): weights of naive Bayes for the sorts that were found."""
    left, right, title, text = tellings
    wide = min(DIRECTIONS, rows.shape[1])
    sorts = int(np.clip(rows.shape[0] // TEXTS_A_SORT, FEWEST_SORTS, SORTS))
    if wide < 2:
        return np.zeros((rows.shape[1], 1), np.float32)
    of_left, of_right = _together(left, right, wide, chance)
    some = _some(np.flatnonzero(np.diff(rows.indptr) > 0), chance)
    seen = text[some] @ of_right - right.mean(0) @ of_right
    if title.shape[1]:
        seen = seen + (title[some] @ of_left - left.mean(0) @ of_left)
    seen = np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-6), np.float32)
    sort = (seen @ _middles(seen, sorts, chance).T).argmax(1)
    some_rows = rows[some]
    usual = np.asarray(some_rows.mean(0), np.float32) * 0.5 + 1e-4
    for _ in range(SHARPENINGS):
        share = _by_sort(some_rows, sort, sorts) + usual
        score = np.log(share / share.sum(1, keepdims=True)).T
        sort = np.asarray(some_rows @ score).argmax(1)
    share = _by_sort(some_rows, sort, sorts) + usual
    return np.ascontiguousarray(np.log(share / share.sum(1, keepdims=True)).T, np.float32)


def _together(left: sparse.csr_array, right: sparse.csr_array, wide: int, chance: np.random.Generator) -> tuple[
    Floats, Floats
]:  # fmt: skip
    """Directions of `left` and of `right` that vary together, each times the root of how strongly."""
    scale_l, scale_r = _scale(left), _scale(right)
    left, right = (left * scale_l).tocsr(), (right * scale_r).tocsr()
    mean_l, mean_r = left.mean(0), right.mean(0)
    left_t, right_t = left.T.tocsr(), right.T.tocsr()
    of_right = _upright(chance.standard_normal((right.shape[1], wide)).astype(np.float32))
    for _ in range(TURNS):
        seen = right @ of_right - mean_r @ of_right
        of_left = _upright(left_t @ seen - np.outer(mean_l, seen.sum(0)))
        seen = left @ of_left - mean_l @ of_left
        of_right = _upright(right_t @ seen - np.outer(mean_r, seen.sum(0)))
    a, b = left @ of_left - mean_l @ of_left, right @ of_right - mean_r @ of_right
    turn_l, turn_r = _whitening(a), _whitening(b)
    u, strength, v = np.linalg.svd(turn_l.T @ (a.T @ b / len(a)).astype(np.float64) @ turn_r)
    root = np.sqrt(np.clip(strength, 0.0, 1.0))
    width = len(root)
    return (
        np.asarray(of_left @ (turn_l @ u[:, :width] * root) * scale_l[:, None], np.float32),
        np.asarray(of_right @ (turn_r @ v[:width].T * root) * scale_r[:, None], np.float32),
    )


def _scale(rows: sparse.csr_array) -> Floats:
    """Columns that swing much count less: the fourth root of their mean square."""
    return np.asarray((np.asarray(rows.multiply(rows).mean(0)).ravel() + 1e-5) ** -0.25, np.float32)


def _whitening(seen: Floats) -> NDArray[np.float64]:
    spread = (seen.T @ seen / len(seen)).astype(np.float64)
    spread += np.eye(len(spread)) * (1e-3 * np.trace(spread) / len(spread) + 1e-9)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(spread)).T)


def _upright(basis: Floats) -> Floats:
    """Orthonormal columns of the same span."""
    size, turn = np.linalg.eigh((basis.T @ basis).astype(np.float64))
    kept = size > 1e-10 * size[-1]
    return np.asarray(basis @ (turn[:, kept] / np.sqrt(size[kept])), np.float32)


def _middles(seen: Floats, sorts: int, chance: np.random.Generator) -> Floats:
    """Unit middles of `sorts` gatherings: far-apart beginnings (k-means++, Arthur and Vassilvitskii 2007), then turns
    of k-means by cosine."""
    middle = [seen[int(chance.integers(len(seen)))]]
    far = np.clip(1.0 - seen @ middle[0], 1e-9, None).astype(np.float64)
    for _ in range(sorts - 1):
        middle.append(seen[int(np.searchsorted(far.cumsum(), chance.random() * far.sum()).clip(0, len(seen) - 1))])
        far = np.minimum(far, np.clip(1.0 - seen @ middle[-1], 1e-9, None))
    middles = np.array(middle, np.float32)
    for _ in range(GATHERINGS):
        sums = _sums(seen, (seen @ middles.T).argmax(1), sorts)
        size = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(size > 1e-6, sums / np.maximum(size, 1e-6), middles)
    return middles


def _sums(seen: Floats, sort: NDArray[np.intp], sorts: int) -> Floats:
    of = sparse.csr_array((np.ones(len(sort), np.float32), (sort, np.arange(len(sort)))), shape=(sorts, len(sort)))
    return np.asarray(of @ seen, np.float32)


def _grams(letters: Letters, mentions: Mentions, said: Longs) -> tuple[Longs, Longs, Longs, NDArray[np.bool_]]:
    """Pairs of Chinese characters of what is said: in which text, which (a hash), where, and whether it lies in a
    place's name."""
    han, points = letters.han, letters.points
    at = np.flatnonzero(han[:-1] & han[1:])
    text = letters.text_of(at)
    inside = at < said[text, 1]
    at, text = at[inside], text[inside]
    gram = ((points[at] * 283521 + points[at + 1] * 2654435761) >> 5) & _MASK
    placed = np.zeros(len(points) + 1, bool)
    for step in range(-1, int(mentions.size.max(initial=0))):
        placed[np.maximum(mentions.at[mentions.size > step] + step, 0)] = True
    return text, gram, at, placed[at]
