"""Monthly releases of the ledger (公开包) and how anybody checks them. Pure: no Django, no database.

`publish` makes a release of the month's leaves, `verify` checks one against the log; `standalone` does the same in one
file that is published beside the data and needs nothing of ours."""

from minsheng.account.releases.lines import Opening, manifest_commitment
from minsheng.account.releases.metrics import STANDARD, Metric
from minsheng.account.releases.publish import Held, Memory, NothingToRelease, Released, Terms, publish
from minsheng.account.releases.reading import Fault
from minsheng.account.releases.verify import Receipt, Report, verify

__all__ = [
    "STANDARD",
    "Fault",
    "Held",
    "Memory",
    "Metric",
    "NothingToRelease",
    "Opening",
    "Receipt",
    "Released",
    "Report",
    "Terms",
    "manifest_commitment",
    "publish",
    "verify",
]
