"""Learning to file requests (诉求分类): from words alone on the first day, from every dispatcher's decision after.

Pure Python, NumPy and scikit-learn; usable on plain tables without the rest of the house.
"""

from . import near
from .model import Guess, ModelError, Report, TextModel
from .reasons import Reason
from .tables import TableError
from .texts import Message, messages
from .verbs import classify, learn

__all__ = [
    "Guess",
    "Message",
    "ModelError",
    "Reason",
    "Report",
    "TableError",
    "TextModel",
    "classify",
    "learn",
    "messages",
    "near",
]
