"""Near-duplicate texts (近似文本): one message sent twice, copied by neighbours, or told again under another title.

Two uses. Evaluation: texts that nearly copy one another stay on one side of every split, or a held-out figure flatters
the model. Desks: the open orders that resemble a new request (相似工单). Resemblance is the cosine of TF-IDF weighted
runs of characters; runs that most texts share are left out, so that only texts with something rare in common are ever
compared (blocking), which keeps tens of thousands of texts within seconds. A title is matched with a message by how
much of the title's weight the message contains (containment, Broder 1997).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from .texts import Message, plain

DUPLICATE = 0.5
RESEMBLES = 0.2
TELLS_OF = 0.5
_SHORTEST_TITLE, _LONGEST_TITLE = 5, 40
_CHUNK = 512


def runs(text: str, size: int) -> list[str]:
    """The distinct runs of ``size`` characters of a text's plain form; a shorter text is its own single run."""
    flat = plain(text)
    return sorted({flat[i : i + size] for i in range(max(1, len(flat) - size + 1))}) if flat else []


def _matrix(texts: Sequence[str], size: int, vocabulary: dict[str, int], *, grow: bool) -> sp.csr_matrix:
    columns: list[int] = []
    ends = [0]
    for text in texts:
        for run in runs(text, size):
            column = vocabulary.setdefault(run, len(vocabulary)) if grow else vocabulary.get(run)
            if column is not None:
                columns.append(column)
        ends.append(len(columns))
    shape = (len(texts), len(vocabulary))
    return sp.csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    return sp.csr_matrix(sp.diags(scale.astype(np.float32)) @ matrix)


@dataclass(frozen=True, slots=True)
class Similar:
    """A candidate that resembles a text: its position, cosine in 0…1, and the longest words that both contain."""

    index: int
    score: float
    shared: str


@dataclass(slots=True)
class Index:
    """Texts indexed for resemblance. ``size``: characters in a run; ``common``: share of the texts above which a run
    is too common to link anything (only applied from 100 texts on)."""

    texts: Sequence[str]
    size: int = 3
    common: float = 0.05
    _vocabulary: dict[str, int] = field(default_factory=dict, init=False)
    _idf: NDArray[np.float32] = field(init=False)
    _matrix: sp.csr_matrix = field(init=False)

    def __post_init__(self) -> None:
        counts = _matrix(self.texts, self.size, self._vocabulary, grow=True)
        seen = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log((len(self.texts) + 1) / (seen + 1)) + 1
        if len(self.texts) >= 100:
            idf[seen > self.common * len(self.texts)] = 0
        self._idf = idf.astype(np.float32)
        self._matrix = self._weigh(counts)

    def _weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        weighed = sp.csr_matrix(counts @ sp.diags(self._idf))
        weighed.eliminate_zeros()
        return _unit_rows(weighed)

    def query(self, text: str, top: int = 5, threshold: float = RESEMBLES) -> list[Similar]:
        """The ``top`` indexed texts whose cosine with ``text`` is at least ``threshold``, nearest first."""
        asked = self._weigh(_matrix([text], self.size, self._vocabulary, grow=False))
        scores = np.asarray((asked @ self._matrix.T).todense()).ravel()
        best = np.argsort(-scores, kind="stable")[:top]
        return [
            Similar(int(i), float(min(scores[i], 1.0)), longest_shared(text, self.texts[i]))
            for i in best
            if scores[i] >= threshold
        ]

    def pairs(self, threshold: float = DUPLICATE) -> NDArray[np.int64]:
        """All pairs (i < j) of indexed texts with cosine ≥ ``threshold``, shape (pairs, 2)."""
        found = [np.empty((0, 2), np.int64)]
        for start in range(0, len(self.texts), _CHUNK):
            block = (self._matrix[start : start + _CHUNK] @ self._matrix.T).tocoo()
            keep = (block.data >= threshold) & (block.row + start < block.col)
            found.append(np.column_stack([block.row[keep] + start, block.col[keep]]).astype(np.int64))
        return np.concatenate(found)


def groups(texts: Sequence[str], threshold: float = DUPLICATE) -> NDArray[np.int64]:
    """A group number for each text; texts linked by a chain of near-duplicates share one. Empty texts stay alone."""
    if not texts:
        return np.empty(0, np.int64)
    return _components(Index(texts, size=4).pairs(threshold), len(texts))


def _components(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    graph = sp.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def similar(text: str, candidates: Sequence[str], top: int = 5, threshold: float = RESEMBLES) -> list[Similar]:
    """The ``candidates`` that resemble ``text``, nearest first. For many questions to the same texts keep an
    ``Index``."""
    return Index(candidates).query(text, top, threshold) if candidates else []


def told_by(titles: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """How much of each title each text contains, in blocks of titles: (position of the first title, shares of shape
    (titles in block, texts)). A share (0…1) is that of the title's IDF-weighted character pairs which occur in the
    text. Near 1 the text tells what the title announces."""
    vocabulary: dict[str, int] = {}
    there = _matrix(texts, 2, vocabulary, grow=True)
    asked = _matrix(titles, 2, vocabulary, grow=True)
    seen = np.bincount(there.indices, minlength=len(vocabulary))
    idf = np.log((len(texts) + 1) / (seen + 1)) + 1
    weighed = sp.csr_matrix(asked @ sp.diags(idf.astype(np.float32)))
    whole = np.asarray(weighed.sum(axis=1)).ravel()
    columns = sp.csr_matrix((there.data, there.indices, there.indptr), shape=(len(texts), len(vocabulary))).T.tocsr()
    for start in range(0, len(titles), _CHUNK):
        shares = np.asarray((weighed[start : start + _CHUNK] @ columns).todense(), dtype=np.float32)
        total = whole[start : start + _CHUNK, None]
        yield start, np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)


def families(messages: Sequence[Message]) -> NDArray[np.int64]:
    """A group number for each message: near-duplicate texts, equal titles, and a lone short text (a title that came
    without its message) with the message that tells most of it."""
    count = len(messages)
    links = [np.empty((0, 2), np.int64)]
    if count:
        links.append(Index([m.body or m.title for m in messages], size=4).pairs(DUPLICATE))
    first: dict[str, int] = {}
    headed: list[tuple[int, int]] = []
    for i, message in enumerate(messages):
        for part in {plain(message.title), plain(message.body)}:
            if _SHORTEST_TITLE <= len(part) <= _LONGEST_TITLE:
                headed.append((first.setdefault(part, i), i))
    links.append(np.array(headed or np.empty((0, 2)), np.int64).reshape(-1, 2))
    short = [
        i for i, m in enumerate(messages) if not m.title and _SHORTEST_TITLE <= len(plain(m.body)) <= _LONGEST_TITLE
    ]
    long = [i for i, m in enumerate(messages) if len(plain(m.body)) > _LONGEST_TITLE]
    if short and long:
        for start, shares in told_by([messages[i].body for i in short], [messages[i].body for i in long]):
            best = shares.argmax(axis=1)
            close = np.flatnonzero(shares[np.arange(len(best)), best] >= TELLS_OF)
            links.append(np.column_stack([np.array(short)[start + close], np.array(long)[best[close]]]))
    pairs = np.concatenate(links)
    return _components(pairs, count)


def longest_shared(left: str, right: str, limit: int = 400) -> str:
    """The longest run of characters that both plain texts contain (each cut to ``limit`` characters)."""
    a, b = plain(left)[:limit], plain(right)[:limit]
    low, best = 0, ""
    for start in range(len(a)):
        while start + low < len(a) and a[start : start + low + 1] in b:
            low += 1
            best = a[start : start + low]
    return best
