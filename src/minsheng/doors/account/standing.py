"""A month's appraisal, signs and results as the staff pages show them (考核取数): reckoned once in ten minutes for all
readers of this process, and read by each as far as their role goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings

from minsheng.account.appraisal import Appraisal, Ground, Groundwork, Results, Tolerance, VisibleResult, appraise
from minsheng.account.appraisal.appraise import after, month_of
from minsheng.account.audit import CaseKind, CaseState, cases, recalls
from minsheng.account.audit.evaluation import Judged, judged
from minsheng.account.ballots import cast_of_year, totals
from minsheng.account.gaming import Beside, Found, UnitBallots, gaming_of_period, told_of_period
from minsheng.account.gaming.kept import told_once
from minsheng.account.gaming.questions import REPEAT_DAYS, closed_orders
from minsheng.account.gaming.report import Days, Told
from minsheng.core import Actor
from minsheng.core.codes import Role, term
from minsheng.core.session import Topic
from minsheng.core.session.codes import ItemState
from minsheng.foresee import sessions
from minsheng.foresee.topics.facts import lake
from minsheng.ground import present
from minsheng.ground.access import SYSTEM

LIFE = timedelta(minutes=10)
MONTHS = 13
KEPT = 6
"""So many months are kept of each kind of figures."""
T = TypeVar("T")
AUDITOR = Actor("system", Role.AUDITOR)
"""Reads what the auditor has found, for the signs that rest on it."""

_lock = Lock()
_made: dict[tuple[str, str, str, datetime], Any] = {}


def months() -> list[str]:
    """The months that may be asked for, newest first: the one before this, and those before it."""
    this = present.policy(present.now()).calendar.local_date(present.now()).replace(day=1)
    found = []
    for _each in range(MONTHS):
        this = (this - timedelta(days=1)).replace(day=1)
        found.append(f"{this:%Y-%m}")
    return found


def chosen(asked: str | None) -> str:
    """The month asked for, else the newest that is over."""
    known = months()
    return asked if asked in known else known[0]


def appraisal_of(month: str) -> Appraisal:
    """The appraisal of a month. NoLake and NoRules as `appraise`."""

    def made() -> Appraisal:
        first = month_of(month)
        return appraise(lake(), present.city(), first, present.now(), ballots=cast_of_year(first))

    return _kept("appraisal", month, made)


def signs_of(month: str) -> Found:
    """The signs of a month, with what the ballots and the auditor's re-calls add, held against the months before it;
    those are looked at once a day until all that follows from them is known, and never again."""
    zone = present.city().calendar.zone

    def earlier(days: Days) -> Told:
        before, now = f"{days[0]:%Y-%m}", present.now()
        settled = days[1] + timedelta(days=REPEAT_DAYS + 1)
        since = datetime.combine(min(settled, now.astimezone(zone).date()), time(), zone)
        place = Path(settings.DATA) / "signs" / f"{before}.npz"
        return told_once(place, now, since, lambda: told_of_period(lake(), present.city(), before, _beside(before)))

    def made() -> Found:
        return gaming_of_period(lake(), present.city(), month, beside=_beside(month), earlier=earlier)

    return _kept("signs", month, made)


def judged_of(month: str) -> list[Judged]:
    """How residents judged units in the months up to this one."""
    return _kept("judged", month, lambda: judged(lake(), month_of(month), present.now()))


def results_of(month: str) -> Results:
    """Visible results and groundwork up to the end of a month, and what was decided on tolerance and appeals."""
    topics = [t for t in sessions.topics(SYSTEM) if t.month and t.month <= month]
    return Results(_visible(topics), [*_effects(topics), *_mechanisms(topics)], _tolerance(month))


def _kept(what: str, month: str, make: Callable[[], T]) -> T:
    now = present.now()
    key = (str(settings.DATA), what, month, now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % LIFE)
    with _lock:
        if key not in _made:
            fresh = make()
            like = [k for k in _made if k[1] == what]
            for old in [*(k for k in like if k[3] != key[3]), *like[:-KEPT]]:
                _made.pop(old, None)
            _made[key] = fresh
        found: T = _made[key]
        return found


def _beside(month: str) -> Beside:
    first, zone = month_of(month), present.city().calendar.zone
    since, until = (datetime.combine(day, time(), zone) for day in (first, after(first)))
    rows = lake().ask(closed_orders(since, until).select("no", "unit", "lead", "answer")).to_pylist()
    said: defaultdict[str, list[bool]] = defaultdict(list)
    for row in rows:
        if row["answer"]:
            said[row["lead"]].append(row["answer"] == "yes")
    ballots = [
        UnitBallots(unit, rated, satisfied, len(said[unit]), sum(said[unit]))
        for unit, (satisfied, rated) in totals(first).items()
        if unit in said
    ]
    called = recalls.as_evidence(recalls.recallings(AUDITOR, month), {r["no"]: r["unit"] for r in rows})
    return Beside(recalls=called, ballots=ballots)


def _visible(topics: Iterable[Topic]) -> list[VisibleResult]:
    """Of each topic and unit: listed items ticked off of those given."""
    found = []
    for topic in topics:
        of: defaultdict[str, list[bool]] = defaultdict(list)
        for item in topic.items:
            of[item.unit].append(item.state is ItemState.TICKED)
        found += [VisibleResult(unit, topic.title, sum(done), len(done), topic.no) for unit, done in sorted(of.items())]
    return found


def _effects(topics: Iterable[Topic]) -> list[Groundwork]:
    return [
        Groundwork(
            t.lead, Ground.EFFECT, t.title, date.fromisoformat(t.registration.start[:10]), t.no,
            t.effects[-1].estimate, t.effects[-1].low, t.effects[-1].high,
        )
        for t in topics
        if t.lead and t.registration and t.effects
    ]  # fmt: skip


def _mechanisms(topics: Iterable[Topic]) -> list[Groundwork]:
    """Mechanisms in force that came out of a topic; and of topics with an effect, the cause that was removed."""
    by_no = {t.no: t for t in topics}
    found = []
    for mechanism in sessions.mechanisms(SYSTEM):
        topic = by_no.get(mechanism.topic or "")
        if topic and topic.lead and not mechanism.retired:
            since = date.fromisoformat(mechanism.valid_from[:10])
            found.append(Groundwork(topic.lead, Ground.MECHANISM, mechanism.title, since, mechanism.no))
    for topic in by_no.values():
        effect = topic.effects[-1] if topic.effects else None
        if topic.lead and topic.registration and effect and effect.problems:
            since = date.fromisoformat(topic.registration.start[:10])
            found.append(Groundwork(topic.lead, Ground.CAUSE_REMOVED, topic.title, since, effect.proof or topic.no))
    return found


def _tolerance(month: str) -> list[Tolerance]:
    """Appeals and tolerance of the month that were decided and confirmed."""
    found = []
    for case in cases.cases(AUDITOR, CaseKind.APPEAL, CaseKind.TOLERANCE, month=month):
        decision = case.decision
        if case.state in (CaseState.GRANTED, CaseState.DECLINED) and decision and case.first.unit:
            what = term(case.kind)
            found.append(
                Tolerance(
                    case.first.unit, what, str(decision.data["reasons"]), decision.by,
                    decision.at.date(), case.granted, case.no,
                )
            )  # fmt: skip
    return found


def by_unit(results: Results, unit: str | None) -> Results:
    """The results of one unit; of all when none is named."""
    if unit is None:
        return results
    return Results(
        [r for r in results.visible if r.unit == unit],
        [g for g in results.groundwork if g.unit == unit],
        [t for t in results.tolerance if t.unit == unit],
    )


def decided(results: Results) -> Mapping[str, list[Tolerance]]:
    """Granted tolerance and appeals by unit, to stand beside its figures."""
    found: defaultdict[str, list[Tolerance]] = defaultdict(list)
    for each in results.tolerance:
        if each.granted:
            found[each.unit].append(each)
    return found
