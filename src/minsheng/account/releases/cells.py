"""Small cells (小单元保护): which parts of a whole may be named so that nobody is singled out, neither by a small part
nor by what is left when the named parts are taken from a known total (阳光账本 §2.5).

A part is named when it has k orders or more. What stays unnamed, whenever anything is named, are at least two parts of
at least k orders together: the smallest parts that could be named are kept back until that is so. It holds from the
first naming on, so a part that comes later always joins others; a part once named stays named."""

from __future__ import annotations

from collections.abc import Collection, Mapping

FEWEST = 10
"""The smallest k."""
Cell = tuple[str, ...]


def named_cells(sizes: Mapping[Cell, int], before: Collection[Cell], k: int) -> set[Cell]:
    """The parts of one whole to name. `sizes` are the orders of each part, `before` those named already."""
    able = sorted((size, cell) for cell, size in sizes.items() if size >= k and cell not in before)
    kept_back = [size for cell, size in sizes.items() if 0 < size < k and cell not in before]
    number, orders = len(kept_back), sum(kept_back)
    for at, (size, _) in enumerate(able):
        if number >= 2 and orders >= k:
            return {cell for _, cell in able[at:]} | set(before)
        number, orders = number + 1, orders + size
    return set(before)
