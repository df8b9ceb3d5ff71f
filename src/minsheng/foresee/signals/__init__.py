"""Signals (苗头预警): counts by series and week or day, and the alarms in them with a false-alarm rate that is chosen
and kept.

    panel = read_counts(Path("counts.csv"), period="week")
    found = signals(panel, alpha=0.01, last=49)
    write(Path("alarms.csv"), found)

What an alarm means, and what is borrowed between series: detector.py, predictive.py, windows.py; the yardstick that
the field knows: farrington.py."""

from minsheng.foresee.signals.alarms import Signals, write
from minsheng.foresee.signals.detector import ALPHA, LAST, Shared, learn_shared, signals
from minsheng.foresee.signals.discoveries import discoveries
from minsheng.foresee.signals.farrington import farrington
from minsheng.foresee.signals.panel import Panel, panel_of, read_counts
from minsheng.foresee.signals.screening import screen

__all__ = [
    "ALPHA",
    "LAST",
    "Panel",
    "Shared",
    "Signals",
    "discoveries",
    "farrington",
    "learn_shared",
    "panel_of",
    "read_counts",
    "screen",
    "signals",
    "write",
]
