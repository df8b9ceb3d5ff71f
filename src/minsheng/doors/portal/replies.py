"""What the unit answered (承办单位答复): a resident reads it once the centre has let it pass, and not before."""

from __future__ import annotations

from minsheng.core.codes import Part
from minsheng.core.events import Replied, ReviewDone
from minsheng.respond import casework, intake
from minsheng.respond.vault import words_of


def by_review(no: str) -> dict[int, str]:
    """Number of the review that accepted it → the reply written for the requester. NotFound without such an order."""
    number, order, stored = casework.view(no, intake.RESIDENT)
    words, found, last = words_of(number), {}, ""
    for s in stored:
        if isinstance(s.event, Replied):
            assignment = order.by_id(s.event.assignment)
            if assignment is not None and assignment.part is Part.LEAD:
                last = words.get((s.seq, "public_reply"), "") or last
        elif isinstance(s.event, ReviewDone) and s.event.accepted and last:
            found[s.seq] = last
    return found
