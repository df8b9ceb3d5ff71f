"""What the next release needs of the last (编制记忆), as it is kept: compressed JSON, for the city's system alone."""

from __future__ import annotations

import json
import zlib

from minsheng.account.releases import Memory
from minsheng.account.releases.lines import Ledger
from minsheng.account.releases.tally import Tally


def write(memory: Memory) -> bytes:
    """As it is kept."""
    content = {
        "closing": memory.closing.state,
        "previous": memory.previous,
        "told": memory.told.hex() if memory.told else None,
        "true": memory.true.rows,
        "named": sorted(memory.named),
        "arrived": [[cell, sorted(memory.arrived[cell])] for cell in sorted(memory.arrived)],
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def read(kept: bytes) -> Memory:
    """What was kept."""
    content = json.loads(zlib.decompress(kept))
    return Memory(
        closing=Ledger.read(content["closing"]),
        previous=content["previous"],
        told=bytes.fromhex(content["told"]) if content["told"] else None,
        true=Tally.of_rows(content["true"]),
        named={tuple(cell) for cell in content["named"]},
        arrived={tuple(cell): set(orders) for cell, orders in content["arrived"]},
    )
