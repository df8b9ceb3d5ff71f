"""The ledger at work (阳光账本): one sequencer numbers what was committed, in shuffled batches; then the tiles are
written, and only then a head is signed."""

from minsheng.account.ledger.publishing import Behind, Status, folder, publish, signer, status
from minsheng.account.ledger.sequencer import number, tell

__all__ = ["Behind", "Status", "folder", "number", "publish", "signer", "status", "tell"]
