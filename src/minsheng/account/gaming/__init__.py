"""Signs of gaming (弄虚作假线索): where figures look better than the work behind them. 线索，不是结论.

    found = gaming_of_period(lake, pack, "2026-10", Path("g.csv"))
    found.standing                       # leads strong enough for an inquiry, with the orders to look at
    resample(0.92, 0.85).calls           # how many independent re-calls answer the question

Facts come from the lake (questions.py); what it does not hold is brought beside (beside.py, tables.py). Units are
compared with their peers (peers.py, cases.py) and with what was usual before (usual.py); re-calls and what they prove
stand in recall.py, calls never entered and mystery requests in audit.py."""

from minsheng.account.gaming.audit import Heard, Receipt, Reconciled, left_out, mystery_requests, reconciled
from minsheng.account.gaming.ballots import UnitBallots
from minsheng.account.gaming.beside import Beside, CallMade, CallReceived, Recall, View
from minsheng.account.gaming.cases import Cases, Lead, leads
from minsheng.account.gaming.copies import Reply
from minsheng.account.gaming.peers import Honest, TooFewPeers, honest
from minsheng.account.gaming.recall import Bounds, Sample, drawn, from_random, resample, whatever_the_rest_say
from minsheng.account.gaming.report import MEANINGS, Found, gaming_of_period, told_of_period
from minsheng.account.gaming.tables import BadTable, beside_of

__all__ = [
    "MEANINGS",
    "BadTable",
    "Beside",
    "Bounds",
    "CallMade",
    "CallReceived",
    "Cases",
    "Found",
    "Heard",
    "Honest",
    "Lead",
    "Recall",
    "Receipt",
    "Reconciled",
    "Reply",
    "Sample",
    "TooFewPeers",
    "UnitBallots",
    "View",
    "beside_of",
    "drawn",
    "from_random",
    "gaming_of_period",
    "honest",
    "leads",
    "left_out",
    "mystery_requests",
    "reconciled",
    "resample",
    "told_of_period",
    "whatever_the_rest_say",
]
