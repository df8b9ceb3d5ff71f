"""Witnesses at work (见证): the policy that a city publishes, asking its witnesses within a bounded time, what they
said, the time that an authority sets under a head, and a witness of our own to rehearse with."""

from minsheng.account.witnesses.asking import Answer, Said, ask, under
from minsheng.account.witnesses.policy import policy_of
from minsheng.account.witnesses.record import Standing, cosignatures, keep, standings

__all__ = ["Answer", "Said", "Standing", "ask", "cosignatures", "keep", "policy_of", "standings", "under"]
