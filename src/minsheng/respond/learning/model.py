"""A model that files a request under a label as the city's clerks did before (分类模型), and says why.

``TextModel.fit`` learns from any table of texts and labels: seven first-level labels or some hundred leaves, labels
with a single example included. Every prediction has a best guess, a calibrated confidence, an abstention below the
model's threshold, and the words that decided. A model is saved as a folder of JSON and NumPy arrays; loading runs no
code from it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import near
from .features import Vectoriser, Vocabulary, learn_vocabulary, rows_of_counts
from .fitting import (
    FEW_LABELS,
    Calibration,
    Floats,
    Ints,
    Linear,
    Settings,
    calibrate,
    expected_calibration_error,
    fit_machines,
    fit_ridge,
    grouped_folds,
)
from .reasons import Reason, deciding_words
from .texts import Message

FORMAT = "minsheng-text-model"
VERSION = 1
FILES = ("model.json", "features.json", "arrays.npz")
SURE_ENOUGH = 0.95
LEAST_THRESHOLD, MOST_THRESHOLD = 0.3, 0.95


class ModelError(ValueError):
    """A table or a folder that no model can be made from; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The best ``label``, its calibrated ``confidence`` (0…1), whether the model would rather leave it to a person,
    the ``reasons`` (empty unless asked for) and the next best labels with their probabilities."""

    label: str
    confidence: float
    abstain: bool
    reasons: tuple[Reason, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Held-out figures of a fitted model (near-duplicates held out together). Counts, so that a reader can check:
    ``right`` of ``texts``; at the threshold ``answered`` of ``texts``, ``answered_right`` of ``answered``."""

    texts: int
    labels: int
    right: int
    macro_f1: float
    threshold: float
    answered: int
    answered_right: int
    calibration_error: float
    folds: int
    thinned_from: int
    smallest_label: int


@dataclass(frozen=True, slots=True)
class TextModel:
    """A fitted model; make one with ``fit`` or ``load``."""

    labels: tuple[str, ...]
    vectoriser: Vectoriser
    linear: Linear
    calibration: Calibration
    threshold: float
    report: Report

    @classmethod
    def fit(
        cls,
        messages: Sequence[Message],
        labels: Sequence[str],
        settings: Settings | None = None,
        groups: Ints | None = None,
    ) -> "TextModel":
        """Learn from messages and their labels; same input and seed give the same model.

        ``groups``: messages that must be held out together, by default near-duplicates and titles with their
        messages. Rows whose held-out chance of their own label is below ``settings.doubtful`` are not learnt from
        (confident learning, Northcutt et al. 2021). ``ModelError`` without two labels or any text."""
        settings = settings or Settings()
        names, messages, answers = _usable(messages, labels)
        before = len(messages)
        kept = _thin(answers, settings.most_rows[len(names) > FEW_LABELS], settings.seed)
        messages, answers = [messages[i] for i in kept], answers[kept]
        groups = near.families(messages) if groups is None else np.asarray(groups)[kept]
        vectoriser, counts = learn_vocabulary(messages, settings.title_weight, settings.feature_limit(len(names)))
        count = max(2, min(settings.folds, len(np.unique(groups))))
        folds = grouped_folds(answers, groups, count, settings.seed)
        rows = rows_of_counts(counts)
        if len(names) > FEW_LABELS:
            linear, held_out = fit_ridge(rows, answers, len(names), folds, settings)
        else:
            held_out = _held_out(counts, answers, len(names), folds, settings)
            trusted = _trusted(calibrate(held_out, answers).probabilities(held_out), answers, settings)
            linear = fit_machines(rows[trusted], answers[trusted], len(names), settings)
        calibration = calibrate(held_out, answers)
        threshold, report = _report(calibration, held_out, answers, count, before)
        return cls(names, vectoriser, linear, calibration, threshold, report)

    def probabilities(self, messages: Sequence[Message]) -> Floats:
        """Calibrated probabilities, shape (messages, labels), columns in the order of ``labels``."""
        return self.calibration.probabilities(self.linear.scores(self.vectoriser.rows(messages)))

    def classify(
        self,
        messages: Sequence[Message],
        threshold: float | None = None,
        *,
        reasons: int = 0,
        ranking: int = 0,
    ) -> list[Guess]:
        """A guess for each message, in order. ``threshold`` overrides the model's own; ``reasons`` and ``ranking``
        say how many deciding words and next best labels to give. An empty message is guessed and abstained from."""
        limit = self.threshold if threshold is None else threshold
        rows = self.vectoriser.rows(messages)
        chances = self.calibration.probabilities(self.linear.scores(rows))
        empty = np.diff(rows.indptr) == 0
        return [
            self._guess(message, chance, 2.0 if blank else limit, reasons, ranking)
            for message, chance, blank in zip(messages, chances, empty, strict=True)
        ]

    def _guess(self, message: Message, chance: Floats, limit: float, reasons: int, ranking: int) -> Guess:
        order = np.argsort(-chance, kind="stable")
        best = int(order[0])
        confidence = float(self.calibration.confidence(chance[None, :])[0])
        why: tuple[Reason, ...] = ()
        if reasons:
            rivals = _others(chance, best)

            def advantage(columns: NDArray[np.int32]) -> Floats:
                used = self.linear.weights[columns]
                return np.asarray(used[:, best] - used @ rivals, dtype=np.float64)

            why = deciding_words(message, self.vectoriser, advantage, reasons)
        following = tuple((self.labels[i], float(chance[i])) for i in order[:ranking])
        return Guess(self.labels[best], confidence, confidence < limit, why, following)

    def with_threshold(self, threshold: float) -> "TextModel":
        """The same model with the city's own threshold."""
        return replace(self, threshold=threshold)

    def save(self, folder: Path) -> None:
        """Write the model to ``folder`` (made when absent, its three files replaced)."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {
            "format": FORMAT,
            "version": VERSION,
            "labels": self.labels,
            "threshold": self.threshold,
            "slope": self.calibration.slope,
            "noise": self.calibration.noise,
            "title_weight": self.vectoriser.title_weight,
            "report": asdict(self.report),
        }
        known = self.vectoriser.vocabularies
        texts: dict[str, Any] = {view: vocabulary.features for view, vocabulary in known.items()}
        (folder / FILES[0]).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        (folder / FILES[1]).write_text(json.dumps(texts, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        arrays: dict[str, Any] = {f"idf_{view}": vocabulary.idf for view, vocabulary in known.items()}
        arrays |= {"weights": self.linear.weights, "bias": self.linear.bias, "shift": self.calibration.shift}
        arrays |= {"said": self.calibration.said, "held": self.calibration.held}
        with (folder / FILES[2]).open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, folder: Path) -> "TextModel":
        """Read a saved model. ``ModelError`` when the folder holds none, or one of another version."""
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise ModelError(
                f"{folder} holds no model ({', '.join(missing)} missing): train one with `minsheng learn`."
            )
        try:
            about = json.loads((folder / FILES[0]).read_text(encoding="utf-8"))
            texts = json.loads((folder / FILES[1]).read_text(encoding="utf-8"))
            with np.load(folder / FILES[2], allow_pickle=False) as arrays:
                return cls._assembled(folder, about, texts, {name: arrays[name] for name in arrays.files})
        except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(f"The model in {folder} cannot be read ({error}): train it again.") from error

    @classmethod
    def _assembled(cls, folder: Path, about: Any, texts: Any, arrays: dict[str, Any]) -> "TextModel":
        if about["format"] != FORMAT or about["version"] != VERSION:
            raise ModelError(f"The model in {folder} is of another version: train it again with `minsheng learn`.")
        known = {view: Vocabulary.of(list(features), arrays[f"idf_{view}"]) for view, features in texts.items()}
        linear = Linear(arrays["weights"], arrays["bias"])
        columns = sum(len(vocabulary.features) for vocabulary in known.values())
        if linear.weights.shape != (columns, len(about["labels"])):
            raise ModelError(f"The files of the model in {folder} do not belong together: train it again.")
        return cls(
            tuple(about["labels"]),
            Vectoriser(known, float(about["title_weight"])),
            linear,
            Calibration(float(about["slope"]), arrays["shift"], float(about["noise"]), arrays["said"], arrays["held"]),
            float(about["threshold"]),
            Report(**about["report"]),
        )


def _usable(messages: Sequence[Message], labels: Sequence[str]) -> tuple[tuple[str, ...], list[Message], Ints]:
    if len(messages) != len(labels):
        raise ModelError(f"{len(messages)} texts but {len(labels)} labels: give one label a text.")
    pairs = [(m, label.strip()) for m, label in zip(messages, labels, strict=True) if m.text and label.strip()]
    names = tuple(sorted({label for _, label in pairs}))
    if len(names) < 2:
        raise ModelError(
            f"Learning needs texts with at least two different labels; this table has {len(names)}. "
            "Check the columns given as text and label."
        )
    place = {name: i for i, name in enumerate(names)}
    return names, [m for m, _ in pairs], np.array([place[label] for _, label in pairs], np.int64)


def _thin(labels: Ints, most: int, seed: int) -> Ints:
    """Positions kept so that at most ``most`` remain: frequent labels are cut to one common quota, rare ones whole."""
    if len(labels) <= most:
        return np.arange(len(labels))
    generator = np.random.default_rng(seed)
    sizes = np.bincount(labels)
    low, high = 1, int(sizes.max())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(sizes, middle).sum() <= most else (low, middle - 1)
    kept = [generator.permutation(np.flatnonzero(labels == label))[:low] for label in np.flatnonzero(sizes)]
    return np.sort(np.concatenate(kept))


def _held_out(counts: dict[str, sp.csr_matrix], labels: Ints, count: int, folds: Ints, settings: Settings) -> Floats:
    scores = np.zeros((len(labels), count))
    for fold in np.unique(folds):
        learn, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        rows = rows_of_counts(counts, learn)
        scores[held] = fit_machines(rows[learn], labels[learn], count, settings).scores(rows[held])
    return scores


def _trusted(chances: Floats, labels: Ints, settings: Settings) -> Ints:
    """Positions to learn from: not those that the held-out model finds all but impossible; rare labels stay whole."""
    rare = np.bincount(labels)[labels] < settings.rare
    return np.flatnonzero(rare | (chances[np.arange(len(labels)), labels] >= settings.doubtful))


def _others(chance: Floats, best: int) -> Floats:
    """Weights of the rival labels, by their chance: a reason is what speaks for the label against its rivals."""
    rivals = chance + 1e-6
    rivals[best] = 0
    return rivals / rivals.sum()


def _report(calibration: Calibration, scores: Floats, labels: Ints, folds: int, before: int) -> tuple[float, Report]:
    chances, count = calibration.probabilities(scores), scores.shape[1]
    guess = chances.argmax(axis=1)
    confidence, right = calibration.confidence(chances), guess == labels
    threshold = round(_threshold(confidence, right), 3)
    answered = confidence >= threshold
    return threshold, Report(
        texts=len(labels),
        labels=count,
        right=int(right.sum()),
        macro_f1=macro_f1(labels, guess, count),
        threshold=threshold,
        answered=int(answered.sum()),
        answered_right=int(right[answered].sum()),
        calibration_error=expected_calibration_error(confidence, right),
        folds=folds,
        thinned_from=before,
        smallest_label=int(np.bincount(labels, minlength=count).min()),
    )


def _threshold(confidence: Floats, right: Any) -> float:
    """The lowest confidence from which on the held-out answers are right in ``SURE_ENOUGH`` of cases."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= SURE_ENOUGH)
    lowest = confidence[order[enough[-1]]] if len(enough) else 1.0
    return float(np.clip(lowest, LEAST_THRESHOLD, MOST_THRESHOLD))


def macro_f1(truth: Ints, guess: Ints, count: int) -> float:
    """Mean over labels of the harmonic mean of precision and recall; a label neither held nor guessed is left out."""
    hit = np.bincount(truth[truth == guess], minlength=count)
    both = np.bincount(truth, minlength=count) + np.bincount(guess, minlength=count)
    return float(np.mean(2 * hit[both > 0] / both[both > 0]))
