"""The rule book answers which limit holds, and refuses to contradict itself."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.core.calendar import Calendar, Term
from minsheng.core.codes import Urgency
from minsheng.core.rulebook import CLOCKS, COUNTS, RuleBook, RuleBooks, category_and_parents

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(
    "Asia/Shanghai",
    frozenset(),
    frozenset(),
    ((time(8, 30), time(12)), (time(14, 30), time(18))),
    date(2026, 1, 1),
    date(2026, 12, 31),
)
SPECIAL = {"030000": Term.parse("3wd"), "030100": Term.parse("2wd"), "030104": Term.parse("10wd")}
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)


def book(**change) -> RuleBook:
    rules = {
        "version": "a",
        "valid_from": date(2026, 1, 1),
        "calendar": CALENDAR,
        "handling_by_category": SPECIAL,
        "channel_override": {"province": Term.parse("15wd")},
    }
    return RuleBook(**(rules | change))


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("category", "urgency", "channel", "term"),
    [
        ("010101", Urgency.ORDINARY, "", "5wd"),
        ("030101", Urgency.ORDINARY, "", "2wd"),
        ("030104", Urgency.ORDINARY, "", "10wd"),
        ("030201", Urgency.ORDINARY, "", "3wd"),
        ("030000", Urgency.ORDINARY, "", "3wd"),
        ("030104", Urgency.PROMPT, "", "2wd"),
        ("030101", Urgency.URGENT, "", "24h"),
        ("", Urgency.ORDINARY, "", "5wd"),
        ("030101", Urgency.URGENT, "province", "15wd"),
        ("030101", Urgency.ORDINARY, "web", "2wd"),
    ],
)
def test_the_nearest_rule_sets_the_handling_limit(category, urgency, channel, term):
    assert book().handling_term(MONDAY, category, urgency, channel) == Term.parse(term)


def test_a_category_stricter_than_the_urgency_keeps_its_own_limit():
    strict = book(handling_by_category={"030402": Term.parse("30min")})
    assert strict.handling_term(MONDAY, "030402", Urgency.URGENT) == Term.parse("30min")


def test_the_promise_is_the_dispatch_limit_and_then_the_handling_limit():
    rules = book()
    assert rules.dispatch_due(MONDAY, Urgency.ORDINARY) == here("2026-03-02T15:30")
    assert rules.handling_due(MONDAY, "010101", Urgency.ORDINARY) == here("2026-03-09T18:00")
    friday_evening = here("2026-03-06T17:00")
    assert rules.promise(friday_evening, "010101", Urgency.ORDINARY) == here("2026-03-16T18:00")
    assert rules.promise(friday_evening, "030402", Urgency.URGENT) == here("2026-03-07T17:30")


@given(
    st.builds(datetime.combine, st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.times(), st.just(CHINA)),
    st.sampled_from(["", "030104", "030101", "010101"]),
)
def test_more_urgent_is_never_promised_later(at, category):
    rules = book()
    promises = [rules.promise(at, category, urgency) for urgency in Urgency]
    assert promises == sorted(promises, reverse=True)


def test_every_clock_and_count_of_the_book_is_listed_by_name():
    rules = book()
    fields = vars(rules)
    assert {name for name, value in fields.items() if isinstance(value, Term)} == set(CLOCKS)
    assert {name for name, value in fields.items() if isinstance(value, int)} == set(COUNTS)


def test_the_yellow_card_falls_one_working_day_before_the_end():
    rules = book()
    due = rules.handling_due(MONDAY, "010101", Urgency.ORDINARY)
    assert rules.yellow_card_at(MONDAY, due) == here("2026-03-06T18:00")


def test_a_clock_shorter_than_the_warning_warns_when_a_quarter_is_left():
    rules = book()
    assert rules.yellow_card_at(MONDAY, MONDAY + timedelta(hours=2)) == here("2026-03-02T10:30")


def test_a_weekend_does_not_use_up_working_time():
    rules = book()
    start, due, term = here("2026-03-05T18:00"), here("2026-03-09T18:00"), Term.parse("2wd")
    friday_evening, sunday = here("2026-03-06T18:00"), here("2026-03-08T12:00")
    assert rules.share_left(start, due, friday_evening, term) == Decimal("0.5")
    assert rules.share_left(start, due, sunday, term) == Decimal("0.5")
    assert rules.share_left(start, due, due, term) == 0
    assert rules.share_left(due, due, due, term) == 0
    assert rules.share_left(start, due, start - timedelta(days=9), term) == 1


def test_real_time_is_used_up_by_night_as_by_day():
    rules = book()
    start, term = here("2026-03-06T18:00"), Term.parse("24h")
    due = start + timedelta(hours=24)
    assert rules.share_left(start, due, start + timedelta(hours=6), term) == Decimal("0.75")
    assert not rules.ending_soon(start, due, start + timedelta(hours=17), term)
    assert rules.ending_soon(start, due, start + timedelta(hours=18), term)
    assert not rules.ending_soon(start, due, due, term)


def test_a_code_of_another_form_has_no_parents():
    assert category_and_parents("010203") == ("010203", "010200", "010000")
    assert category_and_parents("010200") == ("010200", "010000")
    assert category_and_parents("010000") == ("010000",)
    assert category_and_parents("other") == ("other",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"valid_to": date(2025, 1, 1)}, "before it begins"),
        ({"dispatch": {Urgency.ORDINARY: Term.parse("1wd")}}, "dispatch: .* prompt, urgent"),
        ({"handling": {}}, "handling"),
        ({"call_back_attempts": -1}, "negative"),
        ({"call_back_attempts": 0}, "at least 1"),
        ({"extensions_by_unit_head": 2}, "extensions_by_unit_head"),
        ({"reworks_before_meeting": 3}, "reworks_before_meeting"),
        ({"lookback_per_mille": 1001}, "share of 1000"),
        ({"soon_share": Decimal(1)}, "between 0 and 1"),
        ({"soon_share": Decimal(0)}, "between 0 and 1"),
    ],
)
def test_a_book_that_contradicts_itself_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        book(**change)


def test_the_book_in_force_is_chosen_by_the_citys_own_date():
    old = book(version="old", valid_to=date(2026, 6, 30))
    new = book(version="new", valid_from=date(2026, 7, 1))
    books = RuleBooks([new, old])
    assert books.at(here("2026-06-30T23:59")) is old
    assert books.at(here("2026-07-01T00:00")) is new
    assert books.version("old") is old
    with pytest.raises(LookupError, match="no rule book"):
        books.at(here("2025-12-31T12:00"))
    with pytest.raises(LookupError, match="'newest'"):
        books.version("newest")


def test_a_gap_between_two_books_has_no_rules():
    books = RuleBooks([book(valid_to=date(2026, 3, 31)), book(version="b", valid_from=date(2026, 5, 1))])
    with pytest.raises(LookupError, match="no rule book"):
        books.at(here("2026-04-15T12:00"))


@pytest.mark.parametrize("ends", [None, date(2026, 7, 1)])
def test_two_books_in_force_on_one_day_are_refused(ends):
    old = book(version="old", valid_to=ends)
    new = book(version="new", valid_from=date(2026, 7, 1))
    with pytest.raises(ValueError, match="end old the day before"):
        RuleBooks([old, new])
