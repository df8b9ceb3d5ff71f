"""`learn` and `classify`: the text classifier on plain tables."""

from __future__ import annotations

import argparse

from minsheng.doors.cli.main import Mistake
from minsheng.respond.learning.model import ModelError
from minsheng.respond.learning.tables import TableError
from minsheng.respond.learning.verbs import classify as _classify
from minsheng.respond.learning.verbs import learn as _learn


def learn(args: argparse.Namespace) -> int:
    """Train on a labelled table."""
    try:
        _learn(args.data, args.text.split(","), args.label, args.out)
    except (TableError, ModelError) as error:
        raise Mistake(str(error)) from error
    return 0


def classify(args: argparse.Namespace) -> int:
    """Classify a table."""
    try:
        _classify(args.model, args.data, args.text.split(","), args.out)
    except (TableError, ModelError) as error:
        raise Mistake(str(error)) from error
    return 0
