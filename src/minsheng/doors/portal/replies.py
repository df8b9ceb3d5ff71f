"""What the unit answered (承办单位答复): a resident reads it once the centre has let it pass, and not before."""

from __future__ import annotations

from minsheng.ground.vault import words_of
from minsheng.respond import casework, intake, reading


def by_review(no: str) -> dict[int, str]:
    """Number of the review that accepted it → the reply written for the requester. NotFound without such an order."""
    number, order, stored = casework.view(no, intake.RESIDENT)
    return reading.passed_replies(order, stored, words_of(number))
