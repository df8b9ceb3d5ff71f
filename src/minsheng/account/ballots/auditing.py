"""The auditor's check of ballots (审计核票, 阳光账本 §2.7): sealed answers and published ballots answer one another.

The house hands over, sealed to the auditor's key (HPKE, RFC 9180), every answer with what opens its commitment, and of
every ballot which answer it counts. The auditor, and nobody else, sees that each commitment in the log opens, that
each ballot is the last answer to its order before the ballots closed, and that none was made up, doubled or dropped."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.db import connections

from minsheng.account.ballots.publishing import GRADES, OPEN_FOR
from minsheng.core.ledger import Answer, Leaf, LeafKind
from minsheng.core.ledger.answer import box_place
from minsheng.ground.vault import Erased, seal_of

_INFO = b"minsheng/ballots/v1"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class AuditFailed(Exception):
    """Answers and ballots do not agree; the message names the first that does not."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A published ballot: its order, when that was closed, the commitment of the answer that counts, its tracker."""

    order: str
    closed: str
    answer: str
    tracker: str


@dataclass(frozen=True, slots=True)
class Audited:
    """What agreed: answers opened; orders with a grade, of them those whose ballot still waits; ballots published. Of
    orders that were erased: answers that nobody can open any more, ballots that belong to nobody; and how many
    tombstones the log has."""

    answers: int
    graded: int
    waiting: int
    ballots: int
    unopened: int
    unlinked: int
    tombstones: int


def answers() -> Iterator[Answer]:
    """Every answer whose order's key stands, for the auditor."""
    with connections["vault"].cursor() as cursor:
        cursor.execute(
            "SELECT order_id, seq, at, grade, commitment, box FROM vault.rating WHERE box IS NOT NULL ORDER BY 1, 3"
        )
        rows = cursor.fetchall()
    for order, given in groupby(rows, key=itemgetter(0)):
        try:
            seal = seal_of(order)
        except Erased:
            continue
        for _, seq, at, grade, commitment, box in given:
            key = seal.open(box_place(bytes(commitment)), bytes(box))
            yield Answer(seal.tag.hex(), seq, at.astimezone(UTC).isoformat(), grade, key.hex())


def cast() -> list[Ballot]:
    """Every published ballot and the answer that it counts, for the auditor."""
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT tag, closed_at, answer, tracker FROM account_ballot_tags() WHERE index IS NOT NULL")
        return [
            Ballot(bytes(tag).hex(), at.astimezone(UTC).isoformat(), bytes(answer).hex(), tracker)
            for tag, at, answer, tracker in cursor.fetchall()
        ]


def seal_for_auditor(public: str, answers: Iterable[Answer], ballots: Iterable[Ballot]) -> bytes:
    """Both lists for the holder of the private key of `public` (X25519, base64)."""
    said = {"answers": [asdict(a) for a in answers], "ballots": [asdict(b) for b in ballots]}
    key = X25519PublicKey.from_public_bytes(base64.b64decode(public))
    return _SUITE.encrypt(json.dumps(said).encode(), key, _INFO)


def open_box(private: bytes, box: bytes) -> tuple[list[Answer], list[Ballot]]:
    """What `seal_for_auditor` shut. AuditFailed with another key or an altered box."""
    try:
        said = json.loads(_SUITE.decrypt(box, X25519PrivateKey.from_private_bytes(private), _INFO))
    except InvalidTag as error:
        raise AuditFailed("The box was shut for another key, or was altered.") from error
    return [Answer(**a) for a in said["answers"]], [Ballot(**b) for b in said["ballots"]]


def audit(
    answers: Sequence[Answer], ballots: Sequence[Ballot], leaves: Sequence[Leaf], told: Sequence[Mapping[str, Any]]
) -> Audited:
    """Compare the auditor's box with the log: `leaves` are all of it, `told` the ballots as published.

    Raises AuditFailed at the first fault: a commitment in the log that nothing opens or an answer that is not in it, a
    ballot without its answer, not the last one given, counted twice, changed, or left out of either list. Erased orders
    leave answers and ballots that nothing opens: none without a tombstone, and no more ballots than tombstones."""
    sealed = Counter(leaf.commitment for leaf in leaves if leaf.kind is LeafKind.SEALED)
    opened = Counter(answer.commitment for answer in answers)
    graves = sum(leaf.kind is LeafKind.TOMBSTONE for leaf in leaves)
    unopened = sum((sealed - opened).values())
    if unopened and not graves:
        raise AuditFailed(f"{unopened} sealed answers of the log are in no box.")
    if unlogged := opened - sealed:
        raise AuditFailed(f"{sum(unlogged.values())} answers of the box were never put into the log.")
    published = {str(b["tracker"]): str(b["answer"]) for b in told}
    if len(published) != len(told):
        raise AuditFailed("Two published ballots have one tracker.")
    if len({b.tracker for b in ballots}) != len(ballots):
        raise AuditFailed("Two ballots of the box have one tracker.")
    by_commitment = {answer.commitment.hex(): answer for answer in answers}
    last = _last(answers, {b.order: datetime.fromisoformat(b.closed) for b in ballots})
    for ballot in ballots:
        answer = by_commitment.get(ballot.answer)
        if answer is None or answer.order != ballot.order:
            raise AuditFailed(f"The ballot {ballot.tracker} counts an answer that nobody gave to its order.")
        if last.get(ballot.order) is not answer:
            raise AuditFailed(f"The ballot {ballot.tracker} does not count the last answer.")
        if published.pop(ballot.tracker, None) != answer.answer:
            raise AuditFailed(f"The ballot {ballot.tracker} was published with another answer, or not at all.")
    if len(published) > graves:
        raise AuditFailed(f"{len(published)} published ballots belong to no order, and {graves} orders were erased.")
    if doubled := [o for o, n in Counter(b.order for b in ballots).items() if n > 1]:
        raise AuditFailed(f"{len(doubled)} orders have more than one ballot.")
    graded = {a.order for a in answers if a.answer in GRADES}
    waiting = len(graded - {b.order for b in ballots})
    return Audited(len(answers), len(graded), waiting, len(ballots), unopened, len(published), graves)


def _last(answers: Iterable[Answer], closed: Mapping[str, datetime]) -> dict[str, Answer]:
    """By order the last grade given before its ballot closed."""
    found: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda a: (datetime.fromisoformat(a.at), a.seq)):
        end = closed.get(answer.order)
        if answer.answer in GRADES and end and datetime.fromisoformat(answer.at) < end + OPEN_FOR:
            found[answer.order] = answer
    return found
