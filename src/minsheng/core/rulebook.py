"""The rule book (规则手册): one city's deadlines and limits for one period of validity, as data.

Every figure that an ordinance, a standard or the centre itself sets stands here by name and is read from the
city pack; nothing in the house asks which city it serves. Each `Term` carries its own kind of clock (working
days, office hours or real time). The defaults are the values that the ordinances of DOMAIN §1.2 share or that
DOMAIN §6.2 proposes; a city pack writes every one of them down, and `minsheng city check` insists on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from minsheng.core.calendar import Calendar, Term
from minsheng.core.codes import Urgency

_24H = Term.parse("24h")
_48H = Term.parse("48h")
_1WD = Term.parse("1wd")
_2WD = Term.parse("2wd")
_3WD = Term.parse("3wd")
_5WD = Term.parse("5wd")
_3D = Term.parse("3d")
_30D = Term.parse("30d")
_90D = Term.parse("90d")
_180D = Term.parse("180d")


def _terms(ordinary: str, prompt: str, urgent: str) -> Mapping[Urgency, Term]:
    texts = {Urgency.ORDINARY: ordinary, Urgency.PROMPT: prompt, Urgency.URGENT: urgent}
    return {urgency: Term.parse(text) for urgency, text in texts.items()}


def category_and_parents(code: str) -> tuple[str, ...]:
    """A category's code and those of its parents, nearest first: 010203 → 010203, 010200, 010000.

    Codes are written 2+2+2 (the form of GB/T 39666-2020); a code of any other form has no parents.
    """
    if len(code) != 6:
        return (code,)
    chain = (code, f"{code[:4]}00", f"{code[:2]}0000")
    return tuple(dict.fromkeys(chain))


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """The rules in force from `valid_from` to `valid_to` (both days included; None = until further notice).

    Handling runs from dispatch, not from signing, so a unit gains nothing by not signing (DOMAIN §2). Limits
    are whole numbers: `returns_before_arbitration = 1` sends the second return to arbitration; an extension
    beyond `extensions_by_unit_head` needs the centre and none is given beyond `extensions_max`; failure
    `reworks_before_meeting + 1` goes to a meeting and failure `reworks_before_raise + 1` is raised a level.
    """

    version: str
    valid_from: date
    calendar: Calendar
    valid_to: date | None = None

    dispatch: Mapping[Urgency, Term] = field(default_factory=lambda: _terms("4wh", "2h", "30min"))
    handling: Mapping[Urgency, Term] = field(default_factory=lambda: _terms("5wd", "2wd", "24h"))
    handling_by_category: Mapping[str, Term] = field(default_factory=dict)
    channel_override: Mapping[str, Term] = field(default_factory=dict)

    sign: Term = _24H
    detail: Term = _3WD
    tell: Term = _1WD
    return_window: Term = _24H
    ask_decision: Term = _1WD
    arbitration: Term = _2WD
    extension: Term = _5WD
    review: Term = _1WD
    call_back: Term = _2WD
    rating_wait: Term = _3D
    rework: Term = _3WD
    parking_max: Term = _180D
    withdrawal_think: Term = _48H
    reopen_within: Term = _30D
    archive_after: Term = _90D
    yellow_card_before: Term = _1WD

    returns_before_arbitration: int = 1
    extensions_by_unit_head: int = 1
    extensions_max: int = 1
    call_back_attempts: int = 3
    reworks_before_meeting: int = 1
    reworks_before_raise: int = 2
    lookback_per_mille: int = 20
    soon_share: Decimal = Decimal("0.25")

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"rule book {self.version} ends ({self.valid_to}) before it begins")
        for name in ("dispatch", "handling"):
            if missing := set(Urgency) - set(getattr(self, name)):
                raise ValueError(f"{name}: give a term for urgency {', '.join(sorted(missing))}")
        for name in COUNTS:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is a count and cannot be negative")
        if self.extensions_by_unit_head > self.extensions_max:
            raise ValueError("extensions_by_unit_head cannot be greater than extensions_max")
        if self.reworks_before_meeting > self.reworks_before_raise:
            raise ValueError("reworks_before_meeting cannot be greater than reworks_before_raise")
        if self.call_back_attempts < 1:
            raise ValueError("call_back_attempts is at least 1: nobody is unreached who was never called")
        if self.lookback_per_mille > 1000:
            raise ValueError("lookback_per_mille is a share of 1000")
        if not 0 < self.soon_share < 1:
            raise ValueError("soon_share lies between 0 and 1, e.g. 0.25")

    def in_force(self, day: date) -> bool:
        """Whether the book holds on that (local) day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def due(self, at: datetime, term: Term) -> datetime:
        """When any of the book's terms, started at `at`, runs out (UTC)."""
        return self.calendar.due(at, term)

    def dispatch_due(self, at: datetime, urgency: Urgency) -> datetime:
        """Until when an order taken in at `at` must be dispatched or answered otherwise (派单时限)."""
        return self.due(at, self.dispatch[urgency])

    def handling_term(self, at: datetime, category: str, urgency: Urgency, channel: str = "") -> Term:
        """The handling limit (办理时限) that holds for an order dispatched at `at`.

        A channel that brings its own deadline (an upper platform) goes before all. Otherwise the term of the
        nearest category that has one holds; an order marked prompt or urgent is due by that term or by the
        term of its urgency, whichever ends first. Without a category term, the urgency's holds.
        """
        if override := self.channel_override.get(channel):
            return override
        general = self.handling[urgency]
        found = (self.handling_by_category.get(code) for code in category_and_parents(category))
        special = next((term for term in found if term is not None), None)
        if special is None:
            return general
        if urgency is Urgency.ORDINARY:
            return special
        return min(special, general, key=lambda term: self.due(at, term))

    def handling_due(self, at: datetime, category: str, urgency: Urgency, channel: str = "") -> datetime:
        """Until when an order dispatched at `at` must be replied to (办理期限): see `handling_term`."""
        return self.due(at, self.handling_term(at, category, urgency, channel))

    def promise(self, at: datetime, category: str, urgency: Urgency, channel: str = "") -> datetime:
        """What the requester is told at intake: the dispatch limit and, from its end, the handling limit."""
        return self.handling_due(self.dispatch_due(at, urgency), category, urgency, channel)

    def yellow_card_at(self, start: datetime, due: datetime) -> datetime:
        """When the yellow card (黄牌) of a clock from `start` to `due` falls.

        `yellow_card_before` ahead of the end; a shorter clock warns when `soon_share` of it is left.
        """
        before = self.calendar.before(due, self.yellow_card_before)
        if before > start:
            return before
        return due - (due - start) * float(self.soon_share)

    def share_left(self, start: datetime, due: datetime, at: datetime, term: Term) -> Decimal:
        """Part of a clock's time that is left at `at`, 0 to 1, in the clock's own kind of time.

        Working terms count office time, so a weekend does not use them up; `due` may have been extended.
        """
        if term.is_real:
            whole, left = due - start, due - at
        else:
            whole = self.calendar.working_time_between(start, due)
            left = self.calendar.working_time_between(at, due)
        if whole <= timedelta(0) or left <= timedelta(0):
            return Decimal(0)
        return min(Decimal(left // _MICRO) / Decimal(whole // _MICRO), Decimal(1))

    def ending_soon(self, start: datetime, due: datetime, at: datetime, term: Term) -> bool:
        """Whether the light of a clock that still runs turns yellow: at most `soon_share` of it is left."""
        return at < due and self.share_left(start, due, at, term) <= self.soon_share


_MICRO = timedelta(microseconds=1)

CLOCKS: tuple[str, ...] = (
    "sign",
    "detail",
    "tell",
    "return_window",
    "ask_decision",
    "arbitration",
    "extension",
    "review",
    "call_back",
    "rating_wait",
    "rework",
    "parking_max",
    "withdrawal_think",
    "reopen_within",
    "archive_after",
    "yellow_card_before",
)
"""Names of the fields that hold one `Term`."""

COUNTS: tuple[str, ...] = (
    "returns_before_arbitration",
    "extensions_by_unit_head",
    "extensions_max",
    "call_back_attempts",
    "reworks_before_meeting",
    "reworks_before_raise",
    "lookback_per_mille",
)
"""Names of the fields that hold a whole number."""


class RuleBooks:
    """All rule books of a city, in order of time, never two in force on one day."""

    def __init__(self, books: Iterable[RuleBook]) -> None:
        self.books = tuple(sorted(books, key=lambda book: book.valid_from))
        for older, newer in pairwise(self.books):
            if older.valid_to is None or older.valid_to >= newer.valid_from:
                raise ValueError(
                    f"rule books {older.version} and {newer.version} are both in force on "
                    f"{newer.valid_from}; end {older.version} the day before"
                )

    def at(self, moment: datetime) -> RuleBook:
        """The book in force at an aware moment, by the city's own date; LookupError when there is none."""
        for book in reversed(self.books):
            if book.in_force(book.calendar.local_date(moment)):
                return book
        raise LookupError(f"no rule book is in force at {moment.isoformat()}; add one to the city pack")

    def version(self, version: str) -> RuleBook:
        """The book of that version; LookupError when there is none."""
        for book in self.books:
            if book.version == version:
                return book
        raise LookupError(f"there is no rule book of version {version!r} in the city pack")
