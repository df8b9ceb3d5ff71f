"""Small cells of a finished month (小单元): which parts of a known total may stand alone. The rule is the releases' own
(`releases.cells`); where no part is small nothing has to be kept back, for no part of a finished month comes later."""

from __future__ import annotations

from collections.abc import Mapping

from minsheng.account.releases.cells import FEWEST, Cell, named_cells

REST = "+"
"""How the parts that are kept together are called."""
_SHIELDED: Cell = ("shielded",)


def named_parts(sizes: Mapping[str, int], shielded: int = 0, k: int = FEWEST) -> set[str]:
    """The parts to name, of parts by their code and number of orders. `shielded` orders are never named by part.

    What stays together is at least two parts of k orders, so that nothing small is left when the named parts are taken
    from the total: the smallest that could be named are kept back until that is so."""
    if not shielded and all(size >= k for size in sizes.values() if size):
        return {code for code, size in sizes.items() if size}
    parts: dict[Cell, int] = {("part", code): size for code, size in sizes.items()}
    if shielded:
        parts[_SHIELDED] = min(shielded, k - 1)
    return {cell[1] for cell in named_cells(parts, (), k)}
