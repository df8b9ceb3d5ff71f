"""A sealed answer (密封票): what an answer on satisfaction commits to. Only that it is an answer is ever opened to the
public; its order, time and grade are the auditor's."""

from __future__ import annotations

from dataclasses import dataclass

from minsheng.core.ledger.leaf import Fields, commit


def box_place(commitment: bytes) -> str:
    """Where, among what an order seals, the key of an answer's commitment is kept."""
    return f"answer/{commitment.hex()}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given, with what opens its commitment: the order's tag, event, time, grade, key (hex)."""

    order: str
    seq: int
    at: str
    answer: str
    key: str

    @property
    def commitment(self) -> bytes:
        """What must stand in the log."""
        secret: Fields = {"answer": self.answer, "order": self.order, "seq": self.seq, "at": self.at}
        return commit(bytes.fromhex(self.key), ({"sealed": True}, secret)).value
