"""The dispatch catalogue (派单目录): which unit leads a request of a category in an area.

Policy 国办函〔2025〕66号 asks every city to keep one from statutory duties. It is not the taxonomy: a row maps
(category, area) to the lead unit with the legal basis and a validity. The most specific row wins, the category
before the area: a leaf's row for the whole city goes before its top category's row for one township.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date

from minsheng.core.rulebook import category_and_parents
from minsheng.ground.city.rows import Area, CatalogueRow, Category, Unit, UnitKind, in_force

_NOBODY: frozenset[str] = frozenset()


class Catalogue:
    """The catalogue's rows, indexed by category and area."""

    def __init__(
        self,
        rows: Iterable[CatalogueRow],
        areas: Mapping[str, Area],
        units: Mapping[str, Unit],
        categories: Mapping[str, Category],
    ) -> None:
        self.rows = tuple(rows)
        self._areas = areas
        self._units = units
        self._categories = categories
        self._index: dict[tuple[str, str], list[CatalogueRow]] = {}
        for row in self.rows:
            self._index.setdefault((row.category, row.area), []).append(row)
        self._children: dict[str, list[Unit]] = {}
        for unit in units.values():
            self._children.setdefault(unit.parent, []).append(unit)

    def lead(self, category: str, area: str, on: date, excluding: Set[str] = _NOBODY) -> CatalogueRow | None:
        """The row that names the lead unit, or None when a person has to decide.

        A unit in `excluding`, and every unit below an excluded one, leads nothing: a request that complains of a
        unit goes past it to the next wider row (Jinan ordinance art. 32, recusal). Ended units lead nothing.
        """
        places = self._area_and_parents(area)
        for code in category_and_parents(category):
            for place in places:
                for row in self._index.get((code, place), ()):
                    if in_force(row.valid_from, row.valid_to, on) and self._may_lead(row.unit, on, excluding):
                        return row
        return None

    def pass_down(self, category: str, area: str, lead: str, on: date, excluding: Set[str] = _NOBODY) -> Unit | None:
        """The level-3 unit below `lead` to which it would most likely pass the order, or None.

        First the lead's department of the category's kind, the nearest to the area; for what a township does
        itself, or when there is no such department, the township's own office.
        """
        known = self._categories.get(category)
        places = self._area_and_parents(area)
        below = [u for u in self._children.get(lead, ()) if self._may_lead(u.code, on, excluding)]
        near = sorted((u for u in below if u.area in places), key=lambda u: places.index(u.area))
        of_kind = [u for u in near if known and u.dept_type == known.dept_type]
        towns = [u for u in near if u.kind is UnitKind.TOWNSHIP]
        return next(iter(of_kind or towns), None)

    def _area_and_parents(self, code: str) -> tuple[str, ...]:
        chain = []
        while code in self._areas:
            chain.append(code)
            code = self._areas[code].parent
        return tuple(chain)

    def _may_lead(self, code: str, on: date, excluding: Set[str]) -> bool:
        unit = self._units.get(code)
        if unit is None or not in_force(unit.valid_from, unit.valid_to, on) or code in excluding:
            return False
        return not (unit.level == 3 and unit.parent in excluding)
