"""Events of a table (事件归并与热点), for an analyst with a file: which requests are of one event, and which events are
the hottest, each with its name, place and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from minsheng.foresee.events.grouping import Event, Events, Rule
from minsheng.foresee.events.naming import phrase_of, place_of
from minsheng.foresee.events.ranking import Heat, heat
from minsheng.foresee.events.reading import Messages, Reading
from minsheng.foresee.events.table import Requests, read_requests, write_table

EVENT_COLUMNS = ("id", "event")
REPORT_COLUMNS = (
    *("rank", "name", "place", "from", "to", "size"),
    *("event", "people", "weeks", "growth", "unsolved", "score"),
)
SMALLEST = 2
"""Messages of an event that can be hot."""


@dataclass(frozen=True, slots=True)
class Hot:
    """A hot issue: the event with its name, place, first and last day."""

    name: str
    place: str
    begins: date
    ends: date
    size: int
    heat: Heat


@dataclass(frozen=True, slots=True)
class Grouped:
    """A table's requests with the event of each, and all events."""

    requests: Requests
    event: list[int]
    read: Messages
    events: Events


def events_of_table(  # noqa: PLR0917
    data: Path,
    text: Sequence[str],
    time: str,
    id: str | None,
    out: Path,
    report: Path | None = None,
    *,
    place: str | None = None,
    category: str | None = None,
    person: str | None = None,
    solved: str | None = None,
    rule: Rule | None = None,
) -> Grouped:
    """Groups the requests of `data` and writes `out` (`id,event`, in the table's order; ids without a column are row
    numbers) and `report` (the hot issues as they stand at the last request). Columns of places, categories, persons and
    solutions that nobody named are known by their usual names (`table.KNOWN_AS`; which were, `Requests.used` says).
    Raises `table.Unusable`, a ValueError."""
    requests = read_requests(data, text, time, id, place=place, category=category, person=person, solved=solved)
    found = grouped(requests, rule)
    order = sorted(range(len(requests.ids)), key=requests.row.__getitem__)
    write_table(out, EVENT_COLUMNS, [(requests.ids[at], found.event[at] + 1) for at in order])
    if report is not None:
        write_table(report, REPORT_COLUMNS, [_row(rank, hot) for rank, hot in enumerate(hot_issues(found), 1)])
    return found


def grouped(requests: Requests, rule: Rule | None = None) -> Grouped:
    """The events of requests; what is read out of the texts is learned from them."""
    beside = requests.place, requests.marks, requests.category
    reading = Reading(requests.texts, requests.day, *beside)
    read = reading.read(requests.texts, *beside)
    events = Events(reading, rule)
    return Grouped(requests, events.add_read(read, requests.day), read, events)


def hot_issues(found: Grouped, until: float | None = None, most: int | None = None) -> list[Hot]:
    """Events of at least two messages in the last 90 days before `until` (days as in the requests; the last request
    when None), the hottest first; all, or the first `most`."""
    requests = found.requests
    until = float(requests.day[-1]) if until is None else until
    hot = []
    for event in found.events.events:
        if event.size < SMALLEST:
            continue
        warmth = _heat(requests, event, until)
        if warmth.score > 0.0:
            hot.append((warmth, event))
    hot.sort(key=lambda pair: (-pair[0].score, pair[1].number))
    return [_named(found, event, warmth, until) for warmth, event in hot[:most]]


def _heat(requests: Requests, event: Event, until: float) -> Heat:
    def of(column: list[str] | None) -> list[str] | None:
        return [column[at] for at in event.members] if column is not None else None

    solved = [requests.solved[at] for at in event.members] if requests.solved is not None else None
    texts = [requests.texts[at] for at in event.members]
    days = requests.day[event.members]
    return heat(event.number, days, until, texts=texts, persons=of(requests.person), solved=solved)


def _named(found: Grouped, event: Event, warmth: Heat, until: float) -> Hot:
    requests, read = found.requests, found.read
    kept = [at for at in event.members if requests.day[at] <= until]
    counted: Counter[str] = Counter()
    for at in kept:
        mentions = range(read.begins[at], read.begins[at + 1])
        counted.update({_said(read, mention) for mention in mentions if read.size[mention]})
    place = place_of(counted, len(kept))
    if not place and requests.place is not None:
        place = Counter(requests.place[at].split("\n")[0] for at in kept).most_common(1)[0][0]
    phrase = phrase_of([requests.texts[at] for at in kept], place)
    return Hot(phrase, place, _date(requests.day[kept[0]]), _date(requests.day[kept[-1]]), len(kept), warmth)


def _said(read: Messages, mention: int) -> str:
    begin = int(read.at[mention])
    return read.letters.text[begin : begin + int(read.size[mention])]


def _date(day: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(day // 1))


def _row(rank: int, hot: Hot) -> tuple[object, ...]:
    warmth = hot.heat
    unsolved = "" if warmth.unsolved is None else f"{warmth.unsolved:.2f}"
    return (
        *(rank, hot.name, hot.place, hot.begins, hot.ends, hot.size),
        *(
            warmth.event + 1,
            f"{warmth.people:g}",
            warmth.weeks,
            f"{warmth.growth:.2f}",
            unsolved,
            f"{warmth.score:.3f}",
        ),
    )
