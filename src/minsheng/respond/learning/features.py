"""From messages to numbers: two views, character n-grams and segmented words, as one sparse TF-IDF row a message.

Counts are damped (1 + ln), weighted by inverse document frequency and each view is brought to unit length (Salton and
Buckley 1988); the two views then stand side by side. The title counts ``title_weight`` times. A feature must occur in
two learning texts to be kept, and at most ``limit`` features of a view are kept, those in most texts first.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .texts import Message, character_grams, normalise, words

Counts = Counter[str]
CHARACTERS, WORDS = "characters", "words"
VIEWS: dict[str, tuple[Callable[[str], Counts], float]] = {CHARACTERS: (character_grams, 1.0), WORDS: (words, 0.7)}


def count(message: Message, view: str, title_weight: float) -> dict[str, float]:
    """How often each feature of a view occurs in a message; those of the title count ``title_weight`` times."""
    analyse = VIEWS[view][0]
    if not message.body:
        return dict(analyse(normalise(message.title)))
    counts: dict[str, float] = dict(analyse(normalise(message.body)))
    if message.title:
        for feature, times in analyse(normalise(message.title)).items():
            counts[feature] = counts.get(feature, 0.0) + title_weight * times
    return counts


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features of one view in column order, with their inverse document frequencies."""

    features: list[str]
    idf: NDArray[np.float32]
    columns: dict[str, int]

    @classmethod
    def of(cls, features: list[str], idf: NDArray[np.float32]) -> "Vocabulary":
        """A vocabulary from its two stored parts."""
        return cls(features, idf, {feature: column for column, feature in enumerate(features)})


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """Turns messages into rows; made by ``learn_vocabulary``."""

    vocabularies: dict[str, Vocabulary]
    title_weight: float

    def features_at(self, positions: NDArray[np.int32]) -> list[tuple[str, str]]:
        """(view, feature) of each of these columns."""
        every = [(view, len(known.features)) for view, known in self.vocabularies.items()]
        named = []
        for position in positions.tolist():
            for view, width in every:
                if position < width:
                    named.append((view, self.vocabularies[view].features[position]))
                    break
                position -= width
        return named

    def rows(self, messages: Sequence[Message]) -> sp.csr_matrix:
        """One row a message, shape (messages, features), float32; an empty message is a row of zeros."""
        total = float(np.sqrt(sum(VIEWS[view][1] ** 2 for view in self.vocabularies)))
        return sp.hstack(
            [self._view(messages, view) * (VIEWS[view][1] / total) for view in self.vocabularies], format="csr"
        )

    def _view(self, messages: Sequence[Message], view: str) -> sp.csr_matrix:
        known = self.vocabularies[view]
        counted = [count(message, view, self.title_weight) for message in messages]
        return unit_rows(_sparse(counted, known.columns), known.idf)


def unit_rows(counts: sp.csr_matrix, idf: NDArray[np.float32]) -> sp.csr_matrix:
    """Counts damped, weighted and brought to unit length by row."""
    data = (1 + np.log(np.maximum(counts.data, 1))) * idf[counts.indices]
    squares = np.add.reduceat(np.append(data**2, 0.0), counts.indptr[:-1]) if len(data) else np.zeros(counts.shape[0])
    lengths = np.diff(counts.indptr)
    norms = np.sqrt(np.where(lengths > 0, squares, 1.0))
    scaled = (data / np.repeat(np.where(norms > 0, norms, 1.0), lengths)).astype(np.float32)
    return sp.csr_matrix((scaled, counts.indices, counts.indptr), shape=counts.shape)


def _sparse(counted: Sequence[dict[str, float]], columns: dict[str, int]) -> sp.csr_matrix:
    indices: list[int] = []
    data: list[float] = []
    ends = [0]
    for counts in counted:
        for feature, times in counts.items():
            column = columns.get(feature)
            if column is not None:
                indices.append(column)
                data.append(times)
        ends.append(len(indices))
    return sp.csr_matrix(
        (np.asarray(data, np.float32), np.asarray(indices, np.int32), np.asarray(ends, np.int32)),
        shape=(len(counted), len(columns)),
    )


def learn_vocabulary(
    messages: Sequence[Message], title_weight: float, limit: int, rarest: int = 2
) -> tuple[Vectoriser, dict[str, sp.csr_matrix]]:
    """The vectoriser of a set of learning messages, and their raw counts by view (for ``rows_of_counts``).

    ``limit``: most features kept of each view; ``rarest``: texts that a feature must occur in (all are kept when
    there are fewer than 200 texts, as small tables repeat little)."""
    rarest = rarest if len(messages) >= 200 else 1
    vocabularies, matrices = {}, {}
    for view in VIEWS:
        counted = [count(message, view, title_weight) for message in messages]
        seen = Counter(feature for counts in counted for feature in counts)
        kept = sorted((f for f, times in seen.items() if times >= rarest), key=lambda f: (-seen[f], f))[:limit]
        frequency = np.array([seen[feature] for feature in kept], np.float64)
        vocabulary = Vocabulary.of(kept, inverse_frequency(frequency, len(messages)))
        vocabularies[view] = vocabulary
        matrices[view] = _sparse(counted, vocabulary.columns)
    return Vectoriser(vocabularies, title_weight), matrices


def inverse_frequency(frequency: NDArray[np.float64], texts: int) -> NDArray[np.float32]:
    """Smoothed inverse document frequency, ln((1 + N) / (1 + n)) + 1."""
    return (np.log((1 + texts) / (1 + frequency)) + 1).astype(np.float32)


def rows_of_counts(matrices: dict[str, sp.csr_matrix], take: NDArray[np.int64] | None = None) -> sp.csr_matrix:
    """TF-IDF rows from raw counts. With ``take`` the document frequencies are those of the rows taken alone, so that a
    held-out text never weighs on the features that judge it; features it alone has weigh nothing."""
    total = float(np.sqrt(sum(VIEWS[view][1] ** 2 for view in matrices)))
    parts = []
    for view, counts in matrices.items():
        basis = counts if take is None else counts[take]
        frequency = np.bincount(basis.indices, minlength=counts.shape[1]).astype(np.float64)
        idf = np.where(frequency > 0, inverse_frequency(frequency, basis.shape[0]), 0).astype(np.float32)
        parts.append(unit_rows(counts, idf) * (VIEWS[view][1] / total))
    return sp.hstack(parts, format="csr")
