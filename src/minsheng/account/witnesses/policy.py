"""The policy that the city publishes (公布的信任规则): the log's key, the witnesses of the city pack, and how many of
them must have cosigned (C2SP tlog-policy). A reader may trust it or write one of their own."""

from __future__ import annotations

from collections.abc import Sequence

from minsheng.account.log.keys import Ed25519Verifier, read_vkey
from minsheng.account.log.policy import NONE, Group, Party, Policy
from minsheng.ground.city import WitnessRow

QUORUM = "quorum"


def policy_of(log: Ed25519Verifier, witnesses: Sequence[WitnessRow], quorum: int = 0) -> Policy:
    """The policy of `log` and the witnesses of a pack; `quorum` nought asks for more than half of them.

    Without witnesses the quorum is none. KeyRefused on a key that is no witness's, which a checked pack has not."""
    parties = {row.name: Party(read_vkey(row.vkey), row.url) for row in witnesses}
    if not parties:
        return Policy((Party(log),), {}, {}, NONE)
    group = Group(quorum or len(parties) // 2 + 1, tuple(parties))
    return Policy((Party(log),), parties, {QUORUM: group}, QUORUM)
