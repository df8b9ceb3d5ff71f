"""The two verbs of the command line: ``learn`` from a labelled table, ``classify`` another with what was learnt."""

import time
from collections.abc import Callable
from pathlib import Path

from .model import ModelError, Report, TextModel
from .tables import read_columns, write_csv
from .texts import messages

BATCH = 500


def learn(data: Path, text: list[str], label: str, out: Path, say: Callable[[str], None] = print) -> None:
    """Train on a .csv or .xlsx table and save the model to the folder ``out``.

    ``text``: the text columns, title first when there are two; ``label``: the column of labels. Rows without text or
    label are left out and counted. Raises ``TableError`` or ``ModelError`` with a sentence that says what to do."""
    if not text:
        raise ModelError("Name at least one text column.")
    began = time.perf_counter()
    table = read_columns(data, [*text, label])
    given, labels = messages(row[:-1] for row in table), [row[-1] for row in table]
    left_out = sum(not (m.text and name.strip()) for m, name in zip(given, labels, strict=True))
    say(f"{data.name}: {len(table)} rows, {left_out} without text or label left out. Learning …")
    model = TextModel.fit(given, labels)
    model.save(out)
    for line in sentences(model.report):
        say(line)
    say(f"Saved to {out} after {time.perf_counter() - began:.0f} s.")


def sentences(report: Report) -> list[str]:
    """The held-out figures of a model as sentences, with numerators and denominators."""
    texts, answered = report.texts, report.answered
    lines = [
        f"Held-out figures ({report.folds} folds, near-duplicates together): {texts} texts, {report.labels} labels.",
        f"accuracy {report.right / texts:.3f} ({report.right} of {texts}) · macro-F1 {report.macro_f1:.3f} · "
        f"calibration error {report.calibration_error:.3f}",
        f"at the threshold {report.threshold:.3f}: answers {answered / texts:.1%} ({answered} of {texts}), of these "
        + (
            f"right {report.answered_right / answered:.1%} ({report.answered_right} of {answered})"
            if answered
            else "none"
        ),
    ]
    if report.thinned_from > texts:
        lines.append(f"Learnt from {texts} of {report.thinned_from} texts: frequent labels were thinned evenly.")
    if report.smallest_label < 5:
        lines.append(f"The rarest label has {report.smallest_label} example(s): expect to correct it by hand at first.")
    return lines


def classify(model: Path, data: Path, text: list[str], out: Path) -> None:
    """Write ``label,confidence,abstain`` for each row of a .csv or .xlsx table to ``out``, in input order.

    ``label`` is always the best guess; ``abstain`` is ``true`` where a person should decide, an empty text among
    them. Raises ``TableError`` or ``ModelError`` with a sentence that says what to do."""
    if not text:
        raise ModelError("Name at least one text column.")
    learnt = TextModel.load(model)
    given = messages(read_columns(data, text))
    rows = []
    for start in range(0, len(given), BATCH):
        for guess in learnt.classify(given[start : start + BATCH]):
            rows.append((guess.label, f"{guess.confidence:.4f}", "true" if guess.abstain else "false"))
    write_csv(out, ("label", "confidence", "abstain"), rows)
