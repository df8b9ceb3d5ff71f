"""Under which agency and period ballots are published (选票公布单元, 阳光账本 §2.5): an agency's month when it has ten
ballots or more and both kinds of answer, else its quarter, else its year, else the whole city's year. Who is in none of
them waits for the next year's pool. Every ballot is published once, so there is nothing to subtract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from minsheng.core.ledger.telling import CITY

FEWEST = 10
"""So many ballots are published together at least."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A ballot that was not published yet: its order, the agency that answered for it, the month in which the order was
    closed, and whether the answer is a bad one."""

    order_id: int
    agency: str
    month: date
    bad: bool


Place = tuple[str, str]
"""Agency and period under which a ballot is shown."""


def placed(pending: Iterable[Pending], month: date, k: int = FEWEST) -> Mapping[Pending, Place]:
    """Which of `pending` may be published now that the ballots of `month` are closed, and where."""
    left = {each for each in pending if each.month <= month}
    found: dict[Pending, Place] = {}

    def take(period: str, within: Callable[[Pending], bool], agency: Callable[[Pending], str]) -> None:
        cells: dict[str, list[Pending]] = defaultdict(list)
        for each in sorted((p for p in left if within(p)), key=lambda p: (p.month, p.order_id)):
            cells[agency(each)].append(each)
        for name, members in cells.items():
            if len(members) >= k and 0 < sum(p.bad for p in members) < len(members):
                found.update(dict.fromkeys(members, (name, period)))
                left.difference_update(members)

    quarter = (month.month - 1) // 3 + 1
    take(f"{month:%Y-%m}", lambda p: p.month == month, lambda p: p.agency)
    if month.month % 3 == 0:
        first = date(month.year, quarter * 3 - 2, 1)
        take(f"{month.year}-Q{quarter}", lambda p: p.month >= first, lambda p: p.agency)
    if month.month == 12:
        take(str(month.year), lambda p: p.month.year == month.year, lambda p: p.agency)
        take(str(month.year), lambda _: True, lambda _: CITY)
    return found
