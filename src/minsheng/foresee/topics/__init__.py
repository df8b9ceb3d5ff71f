"""Topics to be (备选议题): what the nightly look over the lake finds, the portrait of a matter, and the candidate that
may be made of it by somebody's hand."""

from minsheng.foresee.topics.candidates import propose_finding
from minsheng.foresee.topics.findings import Finding, FindingKind, finding, findings, keep
from minsheng.foresee.topics.look import look, look_now
from minsheng.foresee.topics.measure import measured, record
from minsheng.foresee.topics.portrait import Portrait, portrait

__all__ = [
    "Finding",
    "FindingKind",
    "Portrait",
    "finding",
    "findings",
    "keep",
    "look",
    "look_now",
    "measured",
    "portrait",
    "propose_finding",
    "record",
]
