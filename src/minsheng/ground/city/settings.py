"""The TOML files of a city pack: the city's head, its rule books (规则手册) and the call-back script (回访话术)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minsheng.core.calendar import Calendar, Term
from minsheng.core.codes import Grade, Urgency
from minsheng.core.rulebook import CLOCKS, COUNTS, RuleBook
from minsheng.ground.city.errors import Report
from minsheng.ground.city.rows import Answer, CallBackScript, City, Question
from minsheng.ground.city.tomlfile import Section, read_toml

CITY = "city.toml"
RULEBOOK = "rulebook.toml"
SCRIPT = "callback_script.toml"

THRESHOLDS = ("category", "kind", "urgency", "place", "unit", "similar")
"""What a proposal is made of; below the city's figure for a part the proposal abstains."""

ASKED = ("contacted", "solved", "satisfied", "pressed")
"""The fixed questions every script asks (DOMAIN §2): contacted? solved? satisfied? pressed or offered anything?"""

_WINDOW = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_DEFAULTS = RuleBook(
    version="defaults",
    valid_from=date.min,
    calendar=Calendar("UTC", frozenset(), frozenset(), ((time(8), time(12)),), date(2000, 1, 1), date(2000, 1, 2)),
)


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The part of `city.toml` that the calendar is built from."""

    tz: str
    hours: tuple[tuple[time, time], ...]
    first: date
    last: date


def read_city(folder: Path, report: Report) -> tuple[City, OfficeTime] | None:
    """`city.toml`: names, number prefix, time zone, office hours, thresholds. None when it cannot be read."""
    head = read_toml(folder / CITY, report)
    if head is None:
        return None
    head.only(
        *("code", "name", "name_en", "number_prefix", "tz", "phone"),
        *("taxonomy_version", "calendar", "thresholds", "invented", "ledger"),
    )
    prefix = head.text("number_prefix", '"AY"')
    if prefix and not re.fullmatch(r"[A-Z]{1,6}", prefix):
        head.fail("number_prefix", f"{prefix!r} cannot begin an order number", "Write 1 to 6 capitals: AY")
    shares = head.section("thresholds")
    shares.only(*THRESHOLDS)
    city = City(
        code=head.text("code", '"anyang"'),
        name=head.text("name", '"安阳市"'),
        name_en=head.text("name_en", '"Anyang"'),
        number_prefix=prefix,
        tz=head.text("tz", '"Asia/Shanghai"'),
        phone=head.text("phone", '"12345"'),
        taxonomy_version=head.text("taxonomy_version", '"2026-1"'),
        thresholds={name: float(shares.share(name, "0.6")) for name in THRESHOLDS},
        invented="invented" in head.values and head.yes("invented"),
        quorum=_quorum(head),
    )
    office = _office_time(head, city.tz)
    return city, office


def _quorum(head: Section) -> int:
    if "ledger" not in head.values:
        return 0
    ledger = head.section("ledger")
    ledger.only("quorum")
    return ledger.whole("quorum", 2)


def _office_time(head: Section, tz: str) -> OfficeTime:
    try:
        ZoneInfo(tz or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        head.fail("tz", f"{tz!r} is not a time zone", 'Write e.g. tz = "Asia/Shanghai"')
        tz = "UTC"
    part = head.section("calendar")
    part.only("first", "last", "hours")
    first, last = part.day("first"), part.day("last")
    if last < first:
        part.fail("last", "the calendar ends before it begins", "Write a day after `first`")
        last = first
    return OfficeTime(tz or "UTC", _hours(part), first, last)


def _hours(part: Section) -> tuple[tuple[time, time], ...]:
    remedy = 'Write windows in order of time: hours = ["08:30-12:00", "14:30-18:00"]'
    windows = []
    for text in part.values.get("hours") or [""]:
        found = _WINDOW.fullmatch(text) if isinstance(text, str) else None
        numbers = [int(n) for n in found.groups()] if found else [24, 0, 0, 0]
        if max(numbers[0], numbers[2]) > 23 or max(numbers[1], numbers[3]) > 59:
            part.fail("hours", f"{text!r} is not a window of office hours", remedy)
            return ((time(8), time(12)),)
        windows.append((time(numbers[0], numbers[1]), time(numbers[2], numbers[3])))
    edges = [edge for window in windows for edge in window]
    minutes = sum((b.hour - a.hour) * 60 + b.minute - a.minute for a, b in windows)
    if sorted(set(edges)) != edges or minutes < 60:
        part.fail("hours", "the windows overlap, run backwards or are shorter than an hour a day", remedy)
        return ((time(8), time(12)),)
    return tuple(windows)


def read_rulebooks(
    folder: Path,
    calendar: Calendar,
    categories: Mapping[str, Term | None],
    channels: Mapping[str, Term | None],
    report: Report,
) -> list[RuleBook]:
    """`rulebook.toml`, one [[book]] a period of validity.

    `categories` and `channels` are the terms of the tables; they stand unless a book says otherwise.
    """
    head = read_toml(folder / RULEBOOK, report)
    if head is None:
        return []
    head.only("book")
    books: list[RuleBook] = []
    for part in head.sections("book"):
        errors_before = len(report.errors)
        rules = _rules(part, categories, channels)
        if len(report.errors) > errors_before:
            continue
        try:
            book = RuleBook(calendar=calendar, **rules)
        except ValueError as fault:
            part.fail("version", str(fault), "Correct the figures of this book")
            continue
        for other in books:
            if other.version == book.version:
                part.fail("version", f"{book.version!r} stands twice", "Give each book a version of its own")
            elif other.in_force(book.valid_from) or book.in_force(other.valid_from):
                problem = f"books {other.version} and {book.version} are in force on the same day"
                part.fail("valid_from", problem, "End the older one (valid_to) on the day before")
        books.append(book)
    return books


def _rules(part: Section, categories: Mapping[str, Term | None], channels: Mapping[str, Term | None]) -> dict[str, Any]:
    part.only(
        *("version", "valid_from", "valid_to", "dispatch", "handling", "clocks", "limits"),
        *("by_category", "by_channel"),
    )
    rules: dict[str, Any] = {
        "version": part.text("version", '"2026-1"'),
        "valid_from": part.day("valid_from"),
        "valid_to": part.day_or_none("valid_to"),
    }
    for name in ("dispatch", "handling"):
        terms = part.section(name)
        terms.only(*(str(urgency) for urgency in Urgency))
        rules[name] = {u: terms.term(u, getattr(_DEFAULTS, name)[u]) for u in Urgency}
    clocks = part.section("clocks")
    clocks.only(*CLOCKS)
    rules |= {name: clocks.term(name, getattr(_DEFAULTS, name)) for name in CLOCKS}
    limits = part.section("limits")
    limits.only(*COUNTS, "soon_share")
    rules |= {name: limits.whole(name, getattr(_DEFAULTS, name)) for name in COUNTS}
    rules["soon_share"] = limits.share("soon_share", "0.25")
    rules["handling_by_category"] = _table_terms(part, "by_category", categories)
    rules["channel_override"] = _table_terms(part, "by_channel", channels)
    return rules


def _table_terms(part: Section, key: str, known: Mapping[str, Term | None]) -> dict[str, Term]:
    found = {code: term for code, term in known.items() if term is not None}
    if key not in part.values:
        return found
    own = part.section(key)
    for code in own.values:
        if code not in known:
            own.fail(code, f"{code!r} stands in no table of this pack", "Use a code of the table, or add it there")
        found[code] = own.term(code, _DEFAULTS.rework)
    return found


def read_script(folder: Path, report: Report) -> CallBackScript | None:
    """`callback_script.toml`: the fixed questions with their answers in both languages."""
    head = read_toml(folder / SCRIPT, report)
    if head is None:
        return None
    head.only("version", "opening", "closing", "question")
    opening, closing = head.section("opening"), head.section("closing")
    questions = tuple(_question(part) for part in head.sections("question"))
    asked = [question.code for question in questions]
    if missing := [code for code in ASKED if asked.count(code) != 1]:
        head.fail("question", f"the question {missing[0]!r} must stand once", f"Ask each of: {', '.join(ASKED)}")
    return CallBackScript(
        version=head.text("version", '"2026-1"'),
        opening_zh=opening.text("zh"),
        opening_en=opening.text("en"),
        closing_zh=closing.text("zh"),
        closing_en=closing.text("en"),
        questions=questions,
    )


def _question(part: Section) -> Question:
    part.only("code", "private", "zh", "en", "answer")
    answers = []
    for piece in part.sections("answer"):
        piece.only("code", "key", "zh", "en")
        answers.append(Answer(piece.text("code"), piece.text("key"), piece.text("zh"), piece.text("en")))
    question = Question(
        code=part.text("code"),
        private=part.yes("private"),
        zh=part.text("zh"),
        en=part.text("en"),
        answers=tuple(answers),
    )
    for name in ("code", "key"):
        used = [getattr(answer, name) for answer in answers]
        if len(set(used)) != len(used):
            part.fail("answer", f"two answers have the same {name}", f"Give each answer a {name} of its own")
    if question.code == "satisfied" and not {a.code for a in answers} <= set(Grade):
        part.fail("answer", "an answer is not a grade", f"Use the codes: {', '.join(Grade)}")
    return question
