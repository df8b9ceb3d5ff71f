"""How hard the words are to classify (分类难度): neither a riddle nor a giveaway."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier

from minsheng.sim.words import Words

TEXTS, TRAINED = 12_000, 9_000


@pytest.mark.slow
def test_a_classifier_learns_the_words_well_but_not_wholly(words: Words, matters) -> None:
    chance = Random(7)
    drawn = [matters.draw(chance) for _ in range(TEXTS)]
    texts = [words.request(matter, chance).text for matter in drawn]
    leaves = [matter.leaf for matter in drawn]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=3, sublinear_tf=True)
    model = SGDClassifier(alpha=2e-5, random_state=0, max_iter=5, tol=None)
    model.fit(vectors.fit_transform(texts[:TRAINED]), leaves[:TRAINED])
    right = float(model.score(vectors.transform(texts[TRAINED:]), leaves[TRAINED:]))
    majority = Counter(leaves[TRAINED:]).most_common(1)[0][1] / (TEXTS - TRAINED)
    print(f"accuracy at the leaf {right:.3f}, majority share {majority:.3f}")
    assert 0.55 <= right <= 0.97
    assert right > 3 * majority
