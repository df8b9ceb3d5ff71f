"""The open ledger's facts (阳光账本): what an event tells the public, committed at once and opened later.

An order stands somewhere: with an agency, open or with an outcome. Every event that moves it, or says whether a reply
was on time, is a leaf; intake is a move from nowhere. Because every leaf is a move from one standing to another, the
counts of a cohort add up whoever adds them (double entry), and nothing can be left out on one side alone."""

from minsheng.core.ledger.answer import Answer
from minsheng.core.ledger.leaf import LEAF_BYTES, Commitment, Leaf, LeafKind, commit, day_of, leaf_key, opened
from minsheng.core.ledger.receipt import receipt_key, tag_of
from minsheng.core.ledger.telling import Facts, Group, Outcome, Standing, facts_of, standing

__all__ = [
    "LEAF_BYTES",
    "Answer",
    "Commitment",
    "Facts",
    "Group",
    "Leaf",
    "LeafKind",
    "Outcome",
    "Standing",
    "commit",
    "day_of",
    "facts_of",
    "leaf_key",
    "opened",
    "receipt_key",
    "standing",
    "tag_of",
]
