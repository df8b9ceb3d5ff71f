"""What witnesses said, kept (见证记录): cosignatures by head, and how each witness stands. Nothing is ever changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from minsheng.account.log.keys import write_vkey
from minsheng.account.log.notes import Signature, read_signatures
from minsheng.account.log.policy import Policy
from minsheng.account.witnesses.asking import Answer, Said

_SQL = Path(__file__).resolve().parents[1] / "sql"
_ANSWER = (_SQL / "answer.sql").read_text("utf-8")
_STANDINGS = (_SQL / "standings.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a witness stands: the largest head that it cosigned (0: none) and when, and what it said last, and when."""

    name: str
    cosigned: int = 0
    cosigned_at: datetime | None = None
    said: Said | None = None
    words: str = ""
    at: datetime | None = None


def keep(policy: Policy, size: int, answers: Iterable[Answer], at: datetime) -> None:
    """Keep what was said of the head of `size` leaves."""
    with connection.cursor() as cursor:
        for answer in answers:
            row = {
                "size": size,
                "witness": answer.name,
                "vkey": write_vkey(policy.witnesses[answer.name].verifier),
                "said": answer.said.value,
                "words": answer.words,
                "line": answer.cosignature.line if answer.cosignature else None,
                "at": at,
            }
            cursor.execute(_ANSWER, row)


def cosignatures(policy: Policy, size: int) -> dict[str, Signature]:
    """The cosignatures of the head of `size` leaves by the policy's witnesses, in its order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vkey, line FROM account_witness_answer WHERE size = %s AND line IS NOT NULL", [size])
        lines = dict(cursor.fetchall())
    kept = {name: lines.get(write_vkey(party.verifier)) for name, party in policy.witnesses.items()}
    return {name: read_signatures(line.encode())[0] for name, line in kept.items() if line}


def standings(policy: Policy) -> list[Standing]:
    """How each witness of the policy stands, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS)
        found = {vkey: rest for vkey, *rest in cursor.fetchall()}
    return [_standing(name, found.get(write_vkey(party.verifier))) for name, party in policy.witnesses.items()]


def _standing(name: str, found: list | None) -> Standing:
    if found is None:
        return Standing(name)
    size, cosigned_at, said, words, at = found
    return Standing(name, size, cosigned_at, Said(said), words, at)
