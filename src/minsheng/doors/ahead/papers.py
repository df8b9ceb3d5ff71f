"""Reports to hand over (日报、周报、月报、专报): Word files of the newest whole period, or of one topic."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from minsheng.core.codes import term
from minsheng.doors.ahead.acting import found
from minsheng.doors.frame import menu
from minsheng.doors.frame.page import actor, not_found, staff
from minsheng.doors.reports import periodic
from minsheng.foresee.topics.digest import Span
from minsheng.foresee.topics.facts import lake_or_none
from minsheng.ground import present

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word(made: bytes, name: str) -> HttpResponse:
    """A Word file as an answer."""
    response = HttpResponse(made, content_type=WORD)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.docx") or ""
    return response


def today() -> date:
    """The city's date."""
    now = present.now()
    return present.policy(now).calendar.local_date(now)


@staff(menu.BOARD)
def report(request: HttpRequest, span: str) -> HttpResponse:
    """The daily, weekly or monthly report."""
    facts = lake_or_none()
    if facts is None or span not in {s.value for s in Span}:
        return not_found(request)
    day = today()
    return word(periodic.report(Span(span), day, facts, actor(request)), f"{term(Span(span))}-{day.isoformat()}")


@staff(menu.TOPICS)
@found
def special(request: HttpRequest, topic_no: str) -> HttpResponse:
    """A topic's special report."""
    facts = lake_or_none()
    if facts is None:
        return not_found(request)
    return word(periodic.special(topic_no, facts, actor(request), today()), f"专报-{topic_no}")
