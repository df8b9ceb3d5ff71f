"""What an independent auditor reckons (独立核查): calls that were never entered, and how many to place to find out.

Carriers' records of answered calls are matched with the receipts of the intake gateway, one to one, by the digest of
the caller's number and the time (话单核对). Mystery requests (暗访来电) are calls of the auditor's own: matched in the
same way they tell what share is left out, with an exact interval (Clopper and Pearson, Biometrika 1934)."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy.stats import beta

from minsheng.account.gaming.recall import Bounds

SURE = 0.95
RECEIPT_WITHIN = timedelta(minutes=10)
"""A receipt is issued while the caller speaks or so long after."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that was answered, as the carrier recorded it or the auditor placed it: a mark, the digest of the caller's
    number, when it was answered and when it ended."""

    mark: str
    number: str
    answered_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt of the gateway: the order's number, the digest of the requester's number, when it was issued."""

    order: str
    number: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Calls with their receipts (mark, order), calls without one, and receipts without a call."""

    matched: tuple[tuple[str, str], ...]
    without_receipt: tuple[str, ...]
    without_call: tuple[str, ...]


def reconciled(calls: Sequence[Heard], receipts: Sequence[Receipt], within: timedelta = RECEIPT_WITHIN) -> Reconciled:
    """Match each call with the first receipt to its number that was issued from its answer on until `within` after its
    end and that no earlier call has. Earlier ends choose first, so that no other matching finds more."""
    issued: dict[str, list[Receipt]] = {}
    for receipt in sorted(receipts, key=lambda r: (r.issued_at, r.order)):
        issued.setdefault(receipt.number, []).append(receipt)
    matched, alone = [], []
    for call in sorted(calls, key=lambda c: (c.ended_at, c.answered_at, c.mark)):
        free = issued.get(call.number, [])
        at = bisect_left(free, call.answered_at, key=lambda r: r.issued_at)
        if at < len(free) and free[at].issued_at <= call.ended_at + within:
            matched.append((call.mark, free.pop(at).order))
        else:
            alone.append(call.mark)
    over = sorted(r.order for free in issued.values() for r in free)
    return Reconciled(tuple(sorted(matched)), tuple(sorted(alone)), tuple(over))


def mystery_requests(left_out: float, sure: float = SURE) -> int:
    """How many requests to place so that, where a share `left_out` of calls is never entered, at least one of them is
    missing with the chance `sure`. ValueError on a share that is none."""
    if not 0 < left_out < 1 or not 0 < sure < 1:
        raise ValueError("Give the share of calls left out and the chance of noticing, both between 0 and 1.")
    return math.ceil(math.log(1 - sure) / math.log(1 - left_out))


def left_out(missing: int, placed: int, sure: float = SURE) -> Bounds:
    """Between which shares the calls that are never entered lie, when `missing` of `placed` mystery requests were not
    entered. ValueError on counts that cannot be."""
    if not 0 <= missing <= placed or not placed:
        raise ValueError("Of the mystery requests placed, some or none are missing.")
    tail = (1 - sure) / 2
    low = float(beta.ppf(tail, missing, placed - missing + 1)) if missing else 0.0
    high = float(beta.ppf(1 - tail, missing + 1, placed - missing)) if missing < placed else 1.0
    return Bounds(low, high)
