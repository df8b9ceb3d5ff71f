"""Sealed ballots (满意度密封票): an agency learns its totals, never who said what; a requester finds the own answer in
the published list and can show anybody any other (阳光账本 §2.7).

    publish(date(2026, 10, 1))      # the month's ballots, shuffled, each cell of ten or more with both answers
    tracker_of(order), decoy(...)   # the requester's own tracker, and one with whatever answer is asked for
    seal_for_auditor, audit         # every sealed answer and every ballot, for the auditor's eyes alone"""

from minsheng.account.ballots.auditing import Audited, AuditFailed, answers, audit, cast, open_box, seal_for_auditor
from minsheng.account.ballots.cells import FEWEST, Pending, placed
from minsheng.account.ballots.publishing import TooEarly, cast_of_year, due, publish, totals
from minsheng.account.ballots.trackers import Shown, decoy, tracker_of

__all__ = [
    "FEWEST",
    "AuditFailed",
    "Audited",
    "Pending",
    "Shown",
    "TooEarly",
    "answers",
    "audit",
    "cast",
    "cast_of_year",
    "decoy",
    "due",
    "open_box",
    "placed",
    "publish",
    "seal_for_auditor",
    "totals",
    "tracker_of",
]
