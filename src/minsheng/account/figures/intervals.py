"""Intervals of shares (置信区间): Wilson's score interval (E. B. Wilson, JASA 22, 1927), which holds for small numbers
and shares near nought and one, where the plain normal interval does not."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float]:
    """Lower and upper limit of the share behind `part` of `whole`, 95 % by default; nought to one when there is
    nothing.

    ValueError unless 0 ≤ part ≤ whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no share")
    if not whole:
        return 0.0, 1.0
    share, spread = part / whole, z * z / whole
    middle = share + spread / 2
    half = z * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    low = 0.0 if part == 0 else (middle - half) / (1 + spread)
    high = 1.0 if part == whole else (middle + half) / (1 + spread)
    return low, high
