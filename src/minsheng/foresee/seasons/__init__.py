"""Seasons (冬病夏治): what comes back each year, where, from which week and how sure, long enough ahead to prevent it.

From Python: `returns` of a matrix of weekly counts. From plain files: `seasons_of_table`. What a probability means, and
what is learnt from the panel: seasons.py, recurrence.py, ordinary.py, ending.py; what kin tell: standing.py,
usual.py."""

from minsheng.foresee.seasons.seasons import LEAST, Return, returns
from minsheng.foresee.seasons.table import seasons_of_table, write_returns
from minsheng.foresee.seasons.years import LEAD_DAYS

__all__ = ["LEAD_DAYS", "LEAST", "Return", "returns", "seasons_of_table", "write_returns"]
