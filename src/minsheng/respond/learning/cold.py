"""Filing from the first order on: a classifier made of the taxonomy's own words (事项分类的名称与关键词).

``Cold`` reads the names of the leaves, of their parents and their keywords, and ranks leaves by BM25 over character
runs (Robertson and Zaragoza 2009) plus whole keywords found. It has seen no decision, so its confidence is modest and
grows only with how much of the evidence one leaf holds. ``Blend`` joins it with a ``TextModel`` learnt from
dispatchers' decisions: a leaf is judged by the learnt model in so far as it has been decided before, by its words
otherwise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .model import Guess, TextModel
from .reasons import Reason
from .texts import Message, plain

RUNS = (2, 3)
NAME, KEYWORD, PARENT, GRANDPARENT = 3.0, 2.5, 1.0, 0.4
SATURATION = 1.2
WHOLE = 1.5
SHARPNESS = 0.7
DOUBT = 6.0
MOST_SURE = 0.9
COLD_THRESHOLD = 0.5
HALF_WAY = 5.0
TITLE_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category that orders are filed under: its code and words (own name, parents' from near to far, keywords)."""

    code: str
    name: str
    parents: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


def leaves(rows: Iterable[Mapping[str, str]]) -> list[Leaf]:
    """The leaves of a taxonomy table: rows that are nobody's parent. Columns ``code``, ``name`` or ``name_zh``,
    ``parent`` or ``parent_code``, and ``keywords`` (``a|b|c``) when there are any."""
    table = [
        (row["code"], row.get("parent") or row.get("parent_code") or "", row.get("name") or row.get("name_zh", ""), row)
        for row in rows
    ]
    names = {code: name for code, _, name, _ in table}
    above = {code: parent for code, parent, _, _ in table}
    inner = set(above.values())
    found = []
    for code, parent, name, row in table:
        if code in inner:
            continue
        parents = []
        while parent and parent in names:
            parents.append(names[parent])
            parent = above.get(parent, "")
        keywords = tuple(word.strip() for word in (row.get("keywords") or "").split("|") if word.strip())
        found.append(Leaf(code, name, tuple(parents), keywords))
    return found


def _runs(text: str) -> Counter[str]:
    return Counter(text[i : i + size] for size in RUNS for i in range(len(text) - size + 1))


@dataclass(slots=True)
class Cold:
    """Ranks ``leaves`` for a message by their words alone."""

    leaves: Sequence[Leaf]
    codes: tuple[str, ...] = field(init=False)
    _postings: dict[str, list[tuple[int, float]]] = field(init=False)
    _whole: dict[str, list[int]] = field(init=False)
    _idf: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.codes = tuple(leaf.code for leaf in self.leaves)
        bags: list[dict[str, float]] = []
        self._whole = defaultdict(list)
        for i, leaf in enumerate(self.leaves):
            bag: dict[str, float] = defaultdict(float)
            weighted = [(leaf.name, NAME), *((word, KEYWORD) for word in leaf.keywords)]
            weighted += [(name, GRANDPARENT if up else PARENT) for up, name in enumerate(leaf.parents)]
            for words, weight in weighted:
                for run in _runs(plain(words)):
                    bag[run] = max(bag[run], weight)
            bags.append(bag)
            for word in {plain(word) for word in (leaf.name, *leaf.keywords)} - {""}:
                self._whole[word].append(i)
        seen = Counter(run for bag in bags for run in bag)
        self._idf = {run: float(np.log(1 + (len(bags) - n + 0.5) / (n + 0.5))) for run, n in seen.items()}
        self._postings = defaultdict(list)
        for i, bag in enumerate(bags):
            for run, weight in bag.items():
                self._postings[run].append((i, weight / NAME))

    def scores(self, message: Message) -> tuple[NDArray[np.float64], dict[int, dict[str, float]]]:
        """Score of every leaf, and for each leaf the words of it found in the message with their worth."""
        scores = np.zeros(len(self.leaves))
        found: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        parts = [(part, weight) for part, weight in ((message.title, TITLE_WEIGHT), (message.body, 1.0)) if part]
        counts: Counter[str] = Counter()
        for part, weight in parts:
            for run, times in _runs(plain(part)).items():
                if run in self._postings:
                    counts[run] += int(weight * times)
        for run, times in counts.items():
            damped = times * (SATURATION + 1) / (times + SATURATION)
            for leaf, weight in self._postings[run]:
                worth = damped * weight * self._idf[run] / 2
                scores[leaf] += worth
                found[leaf][run] += worth
        whole = "\n".join(plain(part) for part, _ in parts)
        for word, owners in self._whole.items():
            if word in whole:
                worth = WHOLE * len(word) * float(np.log1p(len(self.leaves) / len(owners))) / 4
                for leaf in owners:
                    scores[leaf] += worth
                    found[leaf][word] += worth
        return scores, found

    def probabilities(self, message: Message) -> NDArray[np.float64]:
        """A modest distribution over ``codes``: sums to 1 with what remains undecided spread evenly."""
        scores, _ = self.scores(message)
        best = scores.max(initial=0.0)
        chance = np.exp(SHARPNESS * (scores - best))
        sure = MOST_SURE * best / (best + DOUBT)
        return sure * chance / chance.sum() + (1 - sure) / len(scores)

    def classify(self, message: Message, threshold: float = COLD_THRESHOLD, ranking: int = 3) -> Guess:
        """The best leaf with its confidence, the words that led to it, and the next best leaves."""
        return _guess(self.codes, self.probabilities(message), self.reasons(message), threshold, ranking)

    def reasons(self, message: Message, code: str | None = None, most: int = 5) -> tuple[Reason, ...]:
        """The leaf's words found in the message, strongest first; of the best leaf by default."""
        scores, found = self.scores(message)
        leaf = self.codes.index(code) if code is not None else int(scores.argmax())
        total = sum(found[leaf].values())
        told: list[Reason] = []
        for word, worth in sorted(found[leaf].items(), key=lambda pair: (-pair[1], pair[0])):
            if not any(word in known.word or known.word in word for known in told):
                told.append(Reason(word, worth / total))
        return tuple(told[:most])


@dataclass(slots=True)
class Blend:
    """``cold`` from the first order on; ``learned`` (codes as labels) takes over leaf by leaf with ``decided``, the
    number of decisions it has seen of each code. A leaf decided ``HALF_WAY`` times is judged half by each."""

    cold: Cold
    learned: TextModel | None = None
    decided: Mapping[str, int] = field(default_factory=dict)

    def probabilities(self, message: Message) -> NDArray[np.float64]:
        """A distribution over the cold classifier's codes; learnt labels that are no leaf any more are left out."""
        words = self.cold.probabilities(message)
        if self.learned is None:
            return words
        place = {label: i for i, label in enumerate(self.learned.labels)}
        said = self.learned.probabilities([message])
        sure = self.learned.calibration.confidence(said)[0] / said.max()
        chances = said[0] * min(1.0, sure)
        learnt = np.array([chances[place[code]] if code in place else 0.0 for code in self.cold.codes])
        times = np.array([self.decided.get(code, 0) for code in self.cold.codes], dtype=np.float64)
        overall = times.sum() / (times.sum() + HALF_WAY * len(times))
        trust = overall ** (1 / 3) * times / (times + HALF_WAY)
        joined = trust * learnt + (1 - trust) * words
        return joined / joined.sum()

    def classify(self, message: Message, threshold: float = COLD_THRESHOLD, ranking: int = 3) -> Guess:
        """The best leaf by both, with the reasons of whichever holds it likelier."""
        chances = self.probabilities(message)
        code = self.cold.codes[int(chances.argmax())]
        why = self.cold.reasons(message, code)
        if self.learned is not None and code in self.learned.labels:
            guess = self.learned.classify([message], reasons=5)[0]
            why = guess.reasons if guess.label == code else why
        return _guess(self.cold.codes, chances, why, threshold, ranking)


def _guess(
    codes: Sequence[str], chances: NDArray[np.float64], why: tuple[Reason, ...], threshold: float, ranking: int
) -> Guess:
    order = np.argsort(-chances, kind="stable")
    best, confidence = int(order[0]), float(chances[order[0]])
    following = tuple((codes[i], float(chances[i])) for i in order[:ranking])
    return Guess(codes[best], confidence, confidence < threshold, why, following)
