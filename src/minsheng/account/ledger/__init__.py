"""The ledger at work (阳光账本): one sequencer numbers what was committed, in shuffled batches; then the tiles are
written, only then a head is signed, and witnesses outside are asked to cosign it."""

from minsheng.account.ledger.publishing import Behind, Status, ask_witnesses, folder, policy, publish, status
from minsheng.account.ledger.sequencer import number, tell
from minsheng.account.ledger.signing import signer, verifiers
from minsheng.account.ledger.waiting import Waiting, late, waiting

__all__ = [
    "Behind",
    "Status",
    "Waiting",
    "ask_witnesses",
    "folder",
    "late",
    "number",
    "policy",
    "publish",
    "signer",
    "status",
    "tell",
    "verifiers",
    "waiting",
]
