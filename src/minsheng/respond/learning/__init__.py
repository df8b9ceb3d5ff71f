"""Learning to file requests (诉求分类): from words alone on the first day, from every dispatcher's decision after.

Pure Python, NumPy and scikit-learn; usable on plain tables without the rest of the house.
"""

from . import near
from .cold import Blend, Cold, Leaf, leaves
from .kind import Danger, Judgement, danger_in, kind_of, urgency_of
from .model import Guess, ModelError, Report, TextModel
from .near import Similar, similar
from .reasons import Reason
from .tables import TableError
from .texts import Message, messages
from .verbs import classify, learn

__all__ = [
    "Blend",
    "Cold",
    "Danger",
    "Guess",
    "Judgement",
    "Leaf",
    "Message",
    "ModelError",
    "Reason",
    "Report",
    "Similar",
    "TableError",
    "TextModel",
    "classify",
    "danger_in",
    "kind_of",
    "learn",
    "leaves",
    "messages",
    "near",
    "similar",
    "urgency_of",
]
