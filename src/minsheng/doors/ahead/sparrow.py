"""One order dissected (解剖麻雀): who had it, where it lay, which rule moved it. From the lake, without identity.

What is shown is what a session needs to find the obstacle; the order itself stays with those who handle it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from minsheng.core.codes import TERMS
from minsheng.core.session.codes import TopicState
from minsheng.doors.desks.telling import TITLES
from minsheng.doors.frame import menu, showing
from minsheng.doors.frame.page import actor, not_found, show, staff
from minsheng.foresee import sessions
from minsheng.foresee.topics.facts import lake_or_none
from minsheng.ground import present

OPEN = (TopicState.CANDIDATE, TopicState.CHOSEN, TopicState.DISPATCHED)
LISTS = ("ReturnReason", "Result", "Closing", "Card", "ExclusionReason", "ReopenCause", "Disposition")


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the order: what, when, who, how long it had lain before, and what it was about."""

    title: str
    at: datetime
    who: str
    lay: str
    share: float
    facts: list[str]
    late: bool


@staff(menu.BOARD)
def sparrow(request: HttpRequest, order: str) -> HttpResponse:
    """The path of an order, with the topics it may be written to."""
    facts = lake_or_none()
    rows = facts.ask(facts.orders.filter(facts.orders.no == order).limit(1)).to_pylist() if facts else []
    if not rows or facts is None:
        return not_found(request)
    row = rows[0]
    its = facts.events.filter(facts.events.order_id == row["order_id"])
    events = facts.ask(its.order_by(ibis.asc("seq"))).to_pylist()
    texts = facts.ask(facts.texts.filter(facts.texts.order_id == row["order_id"])).to_pylist()
    steps = path(events)
    longest = max(steps, key=lambda s: s.share, default=None)
    given = {
        "row": row,
        "said": texts[0] if texts else None,
        "steps": steps,
        "longest": longest,
        "topics": sessions.topics(actor(request), states=OPEN),
        "waited": _waited(longest),
    }
    return show(request, "ahead/sparrow.html", given)


def path(events: list[dict[str, Any]]) -> list[Step]:
    """The steps of an order's events, each with how long the order lay before it and what share of its life that is."""
    if not events:
        return []
    whole = max((events[-1]["at"] - events[0]["at"]).total_seconds(), 1.0)
    steps, before, due = [], events[0]["at"], None
    for e in events:
        lay = (e["at"] - before).total_seconds()
        late = due is not None and e["at"] > due
        steps.append(
            Step(
                str(TITLES.get(e["name"], e["name"])),
                e["at"],
                _who(e),
                showing.length(lay) if lay > 60 else "",
                lay / whole,
                _facts(e),
                late,
            )
        )
        before, due = e["at"], e["due"] or due
    return steps


def _waited(step: Step | None) -> str:
    """Where it lay longest, as a sentence for the form."""
    if step is None or not step.lay:
        return ""
    return gettext("“%(title)s”之前等了 %(span)s") % {"title": step.title, "span": step.lay}


def _who(e: dict[str, Any]) -> str:
    role = TERMS.get(("Role", e["role"]), ("", ""))[0 if showing.chinese() else 1]
    unit = showing.name_of(present.city().units.get(e["unit"]), e["unit"]) if e["unit"] else ""
    return " · ".join(part for part in (unit, role) if part)


def _facts(e: dict[str, Any]) -> list[str]:
    found = []
    if e["to_unit"]:
        found.append("→ " + showing.name_of(present.city().units.get(e["to_unit"]), e["to_unit"]))
    if e["code"]:
        words = next((TERMS[k, e["code"]] for k in LISTS if (k, e["code"]) in TERMS), None)
        if words:
            found.append(words[0 if showing.chinese() else 1])
    if e["yes"]:
        found.append(gettext("是") if e["yes"] == "yes" else gettext("否"))
    if e["due"]:
        found.append(gettext("时限 %(due)s") % {"due": showing.when(e["due"])})
    return found
