"""Figures for the public (公开数字): every rate with both its sides, its interval and its definition, by channel,
county and kind, month by month; small cells kept together; and the same as open data.

    found = figures(lake, until=date(2026, 11, 1), months=12, asof=now)
    found.city("2026-10").rates          # Rate: metric, part, whole, left_out, low, high
    found.parts("2026-10", "county")     # the counties that may be named, and the rest together"""

from minsheng.account.figures.cells import REST, named_parts
from minsheng.account.figures.intervals import wilson
from minsheng.account.figures.months import BY, COUNTS, Cell, Figures, Rate, figures

__all__ = ["BY", "COUNTS", "REST", "Cell", "Figures", "Rate", "figures", "named_parts", "wilson"]
