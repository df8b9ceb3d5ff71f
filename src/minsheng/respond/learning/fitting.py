"""Learning the weights: linear classifiers over sparse rows, and confidences that mean what they say.

Few labels (a city's first level): one linear support vector machine a label (Fan et al. 2008) on features scaled by
their smoothed naive Bayes log-count ratio (Wang and Manning 2012, NBSVM). The scaling keeps what tells a label from
the others and shrinks what is rare, and turns back into plain weights, so that the model stays linear and its reasons
exact. Many labels (a taxonomy's leaves): ridge regression on the label indicators in its dual form, one
factorisation for all labels, with held-out scores in closed form.

Confidences: temperature and bias of a softmax (Guo et al. 2017, vector scaling with one slope) fitted on held-out
scores, near-duplicate texts being held out together, then a monotone curve from what was said to what held.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.isotonic import IsotonicRegression
from sklearn.svm import LinearSVC

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW_LABELS = 20
NOISE_TRIED = (0.0, 0.01, 0.02, 0.04, 0.06, 0.09, 0.13)
SHIFT_PULL = 5.0
MOST_BINS, LEAST_BIN = 25, 50


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn.

    ``penalty``: C of the machines. ``smoothing`` and ``power``: of the naive Bayes scaling (power 0 switches it off).
    ``ridge``: penalty of the many-label fit. ``doubtful``: least held-out chance of its own label that a row needs to
    be learnt from; labels with fewer than ``rare`` rows are spared this. ``folds``: held-out parts. ``title_weight``:
    how many times the title counts. ``most_rows`` of few and of many labels: larger tables are thinned, rare labels
    kept whole. ``weights``: most weights kept (features × labels)."""

    penalty: float = 2.0
    smoothing: float = 0.1
    power: float = 0.7
    ridge: float = 0.3
    doubtful: float = 0.02
    rare: int = 30
    folds: int = 5
    title_weight: float = 2.0
    most_rows: tuple[int, int] = (60_000, 12_000)
    weights: int = 40_000_000
    seed: int = 12345

    def feature_limit(self, labels: int) -> int:
        """Most features of each of the two views."""
        return max(20_000, min(600_000, self.weights // (2 * max(labels, 1))))


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores are ``rows @ weights + bias``; weights (features, labels), bias (labels,)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, rows: sp.csr_matrix) -> Floats:
        """Shape (rows, labels)."""
        return np.asarray(rows @ self.weights, dtype=np.float64) + self.bias


def fit_machines(rows: sp.csr_matrix, labels: Ints, count: int, settings: Settings) -> Linear:
    """One naive-Bayes-scaled support vector machine for each of ``count`` labels."""
    weights = np.zeros((rows.shape[1], count), np.float32)
    bias = np.full(count, -1.0, np.float32)
    sums = np.zeros((count, rows.shape[1]))
    present = np.unique(labels)
    for label in present:
        sums[label] = np.asarray(rows[labels == label].sum(axis=0)).ravel()
    total = sums.sum(axis=0)
    for label in present:
        if len(present) == 1:
            bias[label] = 1.0
            break
        scale = _ratio_scale(sums[label], total - sums[label], settings)
        scaled = sp.csr_matrix(
            (rows.data * scale[rows.indices], rows.indices, rows.indptr), shape=rows.shape, dtype=np.float32
        )
        machine = LinearSVC(C=settings.penalty, random_state=settings.seed, tol=1e-3, max_iter=3000)
        machine.fit(scaled, labels == label)
        weights[:, label] = machine.coef_[0] * scale
        bias[label] = machine.intercept_[0]
    return Linear(weights, bias)


def _ratio_scale(inside: Floats, outside: Floats, settings: Settings) -> NDArray[np.float32]:
    inside, outside = inside + settings.smoothing, outside + settings.smoothing
    ratio = np.abs(np.log(inside / inside.sum()) - np.log(outside / outside.sum())) ** settings.power
    size = np.sqrt(np.mean(ratio**2))
    return (ratio / size if size > 0 else np.ones_like(ratio)).astype(np.float32)


def fit_ridge(rows: sp.csr_matrix, labels: Ints, count: int, folds: Ints, settings: Settings) -> tuple[Linear, Floats]:
    """Dual ridge regression on ±1 indicators, and the held-out scores for the fold number of each row.

    With G = (K + λI)⁻¹ and α = G·y the residual of a held-out block B is (G_BB)⁻¹·α_B: no fold is fitted again."""
    kernel = np.asarray((rows @ rows.T).todense(), dtype=np.float32) + 1.0
    kernel[np.diag_indices_from(kernel)] += settings.ridge
    inverse = cho_solve(
        cho_factor(kernel, overwrite_a=True, check_finite=False),
        np.eye(len(labels), dtype=np.float32),
        overwrite_b=True,
        check_finite=False,
    )
    targets = np.where(labels[:, None] == np.arange(count), 1.0, -1.0).astype(np.float32)
    dual = inverse @ targets
    held_out = np.empty((len(labels), count))
    for fold in np.unique(folds):
        block = np.flatnonzero(folds == fold)
        held_out[block] = targets[block] - np.linalg.solve(inverse[np.ix_(block, block)], dual[block])
    return Linear(np.asarray(rows.T @ dual, np.float32), dual.sum(axis=0)), held_out


def grouped_folds(labels: Ints, groups: Ints, count: int, seed: int) -> Ints:
    """A fold number (0 … count-1) for each row: groups stay whole, labels are spread evenly, larger groups first."""
    generator = np.random.default_rng(seed)
    _, group_of = np.unique(groups, return_inverse=True)
    kinds = int(labels.max()) + 1
    tally = np.zeros((int(group_of.max()) + 1, kinds))
    np.add.at(tally, (group_of, labels), 1)
    sizes = tally.sum(axis=1)
    order = np.lexsort((generator.random(len(sizes)), -sizes))
    share = 1.0 / np.maximum(tally.sum(axis=0), 1)
    load = np.zeros((count, kinds))
    rows = np.zeros(count)
    fold_of = np.empty(len(sizes), np.int64)
    for group in order:
        cost = ((load + tally[group]) * (load + tally[group]) - load * load) @ share + 1e-3 * rows / len(labels)
        fold_of[group] = fold = int(np.argmin(cost))
        load[fold] += tally[group]
        rows[fold] += sizes[group]
    return fold_of[group_of]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities are (1 − noise) · softmax(slope · scores + shift) + noise / labels.

    ``noise`` is the share of answers that no score foresees, such as clerks' own slips. ``said`` and ``held`` (knots,
    rising) map the probability of a best guess to how often such guesses held."""

    slope: float
    shift: Floats
    noise: float = 0.0
    said: Floats = field(default_factory=lambda: np.array([0.0, 1.0]))
    held: Floats = field(default_factory=lambda: np.array([0.0, 1.0]))

    def confidence(self, probabilities: Floats) -> Floats:
        """How often a best guess of that probability was right on held-out texts, shape (rows,)."""
        return np.interp(probabilities.max(axis=1), self.said, self.held)

    def probabilities(self, scores: Floats) -> Floats:
        """Shape (rows, labels); rows sum to 1."""
        logits = self.slope * scores + self.shift
        chances = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
        return (1 - self.noise) * chances + self.noise / scores.shape[1]


def calibrate(scores: Floats, labels: Ints) -> Calibration:
    """Slope, shift and noise of least log loss on held-out scores, the shift drawn mildly to none. Rows whose label
    was never seen in learning (single examples) count too: they make a model of many rare labels modest."""
    start = np.append(np.log(2.0), np.zeros(scores.shape[1]))
    best: tuple[float, Floats, float] | None = None
    for noise in NOISE_TRIED:
        found = minimize(
            _log_loss,
            start,
            args=(scores, labels, noise),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-4.0, 6.0)] + [(-5.0, 5.0)] * scores.shape[1],
        )
        start = found.x
        if best is None or found.fun < best[0]:
            best = (float(found.fun), found.x, noise)
    assert best is not None
    softmax = Calibration(float(np.exp(best[1][0])), best[1][1:], best[2])
    chances = softmax.probabilities(scores)
    said, held = _reliability(chances.max(axis=1), chances.argmax(axis=1) == labels, 1 / scores.shape[1])
    return replace(softmax, said=said, held=held)


def _reliability(said: Floats, right: NDArray[np.bool_], chance: float) -> tuple[Floats, Floats]:
    """Knots of the rising curve from probability said to share that held: means of equally filled bins, made monotone
    (Zadrozny and Elkan 2002). Each bin starts from one half-right, half-wrong pair of texts, so none is certain.
    The curve starts at ``chance``, the probability of a blind guess."""
    parts = np.array_split(np.argsort(said, kind="stable"), max(1, min(MOST_BINS, len(said) // LEAST_BIN)))
    sizes = np.array([len(part) for part in parts], dtype=np.float64)
    shares = np.array([(right[part].sum() + 1) / (len(part) + 2) for part in parts])
    rising = IsotonicRegression().fit_transform(np.arange(len(parts)), shares, sample_weight=sizes)
    means = np.array([said[part].mean() for part in parts])
    return np.append(chance, np.maximum(means, chance)), np.append(min(chance, rising[0]), rising)


def _log_loss(point: Floats, scores: Floats, labels: Ints, noise: float) -> tuple[float, Floats]:
    slope, shift = np.exp(point[0]), point[1:]
    logits = slope * scores + shift
    chances = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    rows = np.arange(len(labels))
    own = (1 - noise) * chances[rows, labels]
    told = np.maximum(own + noise / scores.shape[1], 1e-300)
    pull = SHIFT_PULL / len(labels)
    wrong = chances
    wrong[rows, labels] -= 1
    wrong *= (own / told)[:, None] / len(labels)
    loss = float(-np.mean(np.log(told)) + pull * shift @ shift)
    return loss, np.append(slope * np.sum(wrong * scores), wrong.sum(axis=0) + 2 * pull * shift)


def expected_calibration_error(confidence: Floats, right: NDArray[np.bool_], bins: int = 15) -> float:
    """ECE (Naeini et al. 2015): mean gap between confidence and accuracy over ``bins`` equally filled bins."""
    if not len(confidence):
        return 0.0
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(bins, len(confidence)))
    gaps = [abs(confidence[part].mean() - right[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(confidence))
